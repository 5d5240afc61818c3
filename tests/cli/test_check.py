"""FC101 to FC106: each goes red for its own damage, stays green for the others', and says NOT CHECKED of nothing."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from cli.running import Here

from faircount.app.checking import CODES, check
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.model import Finding, Status, UsageError
from faircount.store import Workspace


def statuses(root: Path, *select: str) -> dict[str, Status]:
    return {f.number: f.status for f in check(Opened(root), select).findings}


def finding(root: Path, code: str) -> Finding:
    [found] = check(Opened(root), (code,)).findings
    return found


def rewrite(root: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a table behind the program's back; other programs keep no dictionary and no schema of ours either."""
    for path in sorted((root / "tables" / table).iterdir()):
        changed = change(pq.read_table(path))
        pq.write_table(changed, path)


def column(table: pa.Table, name: str, values: object) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), values)


def test_an_undamaged_workspace_is_sound(town: Path) -> None:
    found = statuses(town)
    assert {code: found[code] for code in CODES if code != "FC106"} == {
        code: Status.PASS for code in CODES if code != "FC106"
    }
    assert found["FC106"] in (Status.PASS, Status.FAIL)


def test_an_empty_workspace_is_not_checked(tmp_path: Path) -> None:
    space = Workspace.create(tmp_path / "e")
    found = statuses(space.root)
    assert {code for code, status in found.items() if status is not Status.NOT_CHECKED} == {"FC102"}
    assert not any(status is Status.FAIL for status in found.values())


# ---- FC101 -----------------------------------------------------------------
def one_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["manifest.csv", "summary.xml", "turnout.csv", "CVR_Export.zip"])
def test_fc101_sees_one_bit_of_a_raw_file(here: Here, mine: Path, name: str) -> None:
    one_byte(next((mine / "sources").rglob(name)))
    found = finding(mine, "FC101")
    assert (found.status, found.disagreements >= 1) == (Status.FAIL, True)
    assert {row[0] for row in found.evidence.rows} == {name}
    assert statuses(mine, "FC102", "FC103", "FC104", "FC105") == dict.fromkeys(
        ("FC102", "FC103", "FC104", "FC105"), Status.PASS
    )
    assert here("-w", mine, "check", "--select", "FC101").code == 1


def test_fc101_sees_a_raw_file_that_is_gone(mine: Path) -> None:
    path = next((mine / "sources").rglob("manifest.csv"))
    path.unlink()
    assert finding(mine, "FC101").evidence.rows == (("manifest.csv", "manifest.csv", "the raw files are not here"),)
    path.parent.rmdir()
    assert finding(mine, "FC101").disagreements == 1


def test_fc101_sees_a_file_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "export"
    folder.mkdir(parents=True)
    (folder / "cards.csv").write_text("card,contest,choices\na,Mayor,Ada\n")
    (folder / "choices.csv").write_text("contest,choice\nMayor,Ada\n")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [folder])
    assert finding(space.root, "FC101").status is Status.PASS
    kept = space.sources / space.election().sources[0].digest
    (kept / "choices.csv").write_text("contest,choice\nMayor,Bo\n")
    assert finding(space.root, "FC101").evidence.rows == (("export", "choices.csv", "other bytes"),)
    (kept / "choices.csv").unlink()
    assert finding(space.root, "FC101").evidence.rows == (("export", "choices.csv", "missing"),)


def test_fc101_is_not_fooled_by_a_list_that_was_changed_too(mine: Path) -> None:
    """Whoever changes a raw file may change its hash in tables/files as well; not the digest it is known by."""
    path = next((mine / "sources").rglob("manifest.csv"))
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    forged = hashlib.sha256(path.read_bytes()).hexdigest()
    true = path.parent.name

    def forge(table: pa.Table) -> pa.Table:
        hashes = table.column("sha256").cast(pa.string())
        return column(
            table, "sha256", pc.if_else(pc.equal(hashes, true), forged, hashes).cast(table.schema.field("sha256").type)
        )

    rewrite(mine, "files", forge)
    [(source, _, problem)] = finding(mine, "FC101").evidence.rows
    assert source == "manifest.csv" and "not the one that was written" in problem


def test_fc101_fails_where_the_list_of_files_is_gone(mine: Path) -> None:
    for path in (mine / "tables" / "files").iterdir():
        path.unlink()
    found = finding(mine, "FC101")
    assert (found.status, found.disagreements) == (Status.FAIL, 6), "and it is not said that no source has been read"


# ---- FC102 -----------------------------------------------------------------
def test_fc102_sees_a_column_too_many_and_one_renamed(mine: Path) -> None:
    rewrite(mine, "turnout", lambda t: t.append_column("note", pa.nulls(t.num_rows, pa.string())))
    rewrite(mine, "styles", lambda t: t.rename_columns(["source", "style", "kontest"]))
    found = finding(mine, "FC102")
    assert found.status is Status.FAIL
    assert {row[0] for row in found.evidence.rows} == {"styles", "turnout"}


# ---- FC103 -----------------------------------------------------------------
@pytest.mark.parametrize("table", ["votes", "manifest", "superseded", "facts"])
def test_fc103_sees_a_parquet_file_that_is_gone(mine: Path, table: str) -> None:
    sizes = {path: pq.read_metadata(path).num_rows for path in sorted((mine / "tables" / table).iterdir())}
    path = max(sizes, key=lambda p: (sizes[p], p))
    path.unlink()
    [(_, name, written, there)] = finding(mine, "FC103").evidence.rows
    assert (name, written, there) == (table, sizes[path], 0)


def test_fc103_sees_rows_lost_and_rows_added(mine: Path) -> None:
    rewrite(mine, "cards", lambda t: t.slice(0, t.num_rows - 1))
    rewrite(mine, "choices", lambda t: pa.concat_tables([t, t.slice(0, 2)]))
    rows = {row[1]: row[3] - row[2] for row in finding(mine, "FC103").evidence.rows}
    assert rows == {"cards": -1, "choices": 2}


# ---- FC104 -----------------------------------------------------------------
def shifted(table: pa.Table, name: str) -> pa.Table:
    """Point the first row to where nothing is."""
    values = table.column(name).to_numpy().copy()
    values[0] += 1 << 31
    return column(table, name, pa.array(values, table.schema.field(name).type))


def doubled(table: pa.Table, name: str) -> pa.Table:
    """Give the second row the id of the first."""
    values = table.column(name).to_numpy().copy()
    values[1] = values[0]
    return column(table, name, pa.array(values, table.schema.field(name).type))


@pytest.mark.parametrize(
    ("table", "name", "change", "words"),
    [
        ("votes", "card", shifted, "votes without their card"),
        ("votes", "pattern", shifted, "votes without their pattern"),
        ("marks", "card", shifted, "marks without their card"),
        ("superseded", "card", shifted, "replaced readings without their card"),
        ("superseded", "pattern", shifted, "replaced readings without their pattern"),
        ("cards", "card", doubled, "card ids that stand twice"),
        ("patterns", "pattern", doubled, "pattern ids that stand twice"),
    ],
)
def test_fc104_sees_ids_that_lead_nowhere_or_stand_twice(
    mine: Path, table: str, name: str, change: Callable[[pa.Table, str], pa.Table], words: str
) -> None:
    rewrite(mine, table, lambda t: change(t, name))
    found = finding(mine, "FC104")
    assert found.status is Status.FAIL
    assert (words, 1) in found.evidence.rows
    assert statuses(mine, "FC101", "FC102", "FC103") == dict.fromkeys(("FC101", "FC102", "FC103"), Status.PASS)


def test_fc104_fails_for_what_is_wrong_even_where_no_vote_is_left(mine: Path) -> None:
    for path in (mine / "tables" / "votes").iterdir():
        path.unlink()
    assert finding(mine, "FC104").status is Status.NOT_CHECKED
    rewrite(mine, "cards", lambda t: doubled(t, "card"))
    assert finding(mine, "FC104").status is Status.FAIL


# ---- FC105 -----------------------------------------------------------------
def test_fc105_sees_a_marked_choice_that_is_not_listed(mine: Path) -> None:
    lost = (
        Opened(mine)
        .engine.ask(
            "select contest, m.choice from (select contest, unnest(marks) as m from patterns) order by all limit 1"
        )
        .rows[0]
    )

    def without_it(table: pa.Table) -> pa.Table:
        kept = [(r["contest"], r["choice"]) != lost for r in table.to_pylist()]
        assert kept.count(False) == 1
        return table.filter(pa.array(kept))

    rewrite(mine, "choices", without_it)
    found = finding(mine, "FC105")
    assert (found.status, found.evidence.rows) == (Status.FAIL, (lost,))


# ---- FC106 -----------------------------------------------------------------
def test_fc106_sees_a_group_too_small_to_publish(tmp_path: Path) -> None:
    for name, few in (("many", 10), ("few", 9)):
        cards = [("P1", "Mail")] * 10 + [("P2", "Mail")] * few
        rows = [f"{n},{precinct},{group},Mayor,Ada" for n, (precinct, group) in enumerate(cards)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["card,precinct,counting_group,contest,choices", *rows, ""]))
        space = Workspace.create(tmp_path / name)
        ingest(space, [tmp_path / f"{name}.csv"])
        found = finding(space.root, "FC106")
        assert found.evidence.rows == (() if few == 10 else (("P2", "Mail", None, 9),))
        assert found.status is (Status.PASS if few == 10 else Status.FAIL)


# ---- choosing --------------------------------------------------------------
def test_codes_are_chosen_in_their_own_order_and_unknown_ones_refused(town: Path) -> None:
    assert list(statuses(town, "fc104", "FC102")) == ["FC102", "FC104"]
    with pytest.raises(UsageError, match="no check has the code 'FC107'; known: FC101"):
        check(Opened(town), ("FC107",))


def test_json_has_what_people_see(here: Here, mine: Path) -> None:
    next((mine / "sources").rglob("manifest.csv")).write_text("no more")
    found = json.loads(here("-w", mine, "check", "--json").out)
    by_number = {f["number"]: f for f in found["findings"]}
    assert found["status"] == "FAIL" and list(by_number) == list(CODES)
    assert by_number["FC101"]["evidence"] == [
        {"source": "manifest.csv", "file": "manifest.csv", "problem": "other bytes"}
    ]
    assert by_number["FC101"]["innocent_explanations"]
