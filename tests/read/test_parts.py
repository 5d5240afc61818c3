"""Every reader uses all cores where files are many: files that stand alone are parts, and parts change nothing."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faircount.model import BadInputError
from faircount.read import READERS, Export
from faircount.read import reader as shape
from faircount.read.dominion import json_export
from faircount.read.hart import reading as hart
from faircount.read.reader import one_part, parts_of_files
from faircount.read.syntax.csv_rows import is_companion
from faircount.read.vxsuite import reading as vxsuite
from read.cdf_report import as_json, contest, one, report, selection
from read.reading import FIXTURES, facts, is_export, read_all

Tables = dict[str, list[dict[str, Any]]]
Row = dict[str, Any]

ONE_PART = {
    "sf-ballot-image": "that no two images hold one contest is known by the lines of all; an election has one image",
    "canonical": "votes are found by the order of cards, which is one",
    "manifest-csv": "that all are of one jurisdiction is known by their rows; a state's have 0.2 MB",
    "manifest-xlsx": "that all are of one jurisdiction is known by their rows; they are small",
    "colorado-contests": "an audit has one such file",
    "colorado-contest-list": "the counties of a contest are those of both files",
    "colorado-selection": "an audit has one such file",
    "colorado-comparison": "of all files together it is said how many cards were drawn; a round is one file",
    "colorado-tabulation": "the choices of a contest are those of both files",
    "colorado-report": "an audit has one such workbook",
    "georgia-comparison": "a choice's key is known by all rows; an audit has one such workbook",
    "sf-summary-xml": "one document",
    "county-table": "one table: two are two elections, and two sources",
    "electoral-votes": "one table",
    "nist-results": "one document",
    "clarity-detail-xml": "one document",
    "clarity-summary-csv": "one table",
    "mapped-table": "one table, and its mapping",
    "shareholder-csv": "a later file may supersede what an earlier one says",
}
"""Reader that reads an export in one go, however many its files → why it must, or need not do otherwise."""
IN_PARTS = [name for name, reader in READERS.items() if reader.plan is not one_part]
ALWAYS_BY_FILE = {"dominion-csv", "dominion-rcr", "ess", "clear-ballot", "rank-matrix", "elections-act"}
"""Readers that make each table a part whatever its size: there is no reading in one go to compare with."""


def _ess(folder: Path) -> None:
    for name in ("one.csv", "two.csv"):
        shutil.copy(FIXTURES / "ess" / "single-2024" / "export.csv", folder / name)


def _figures(folder: Path) -> None:
    for kind in ("count", "stages", "tallies"):
        shutil.copy(FIXTURES / "figures-json" / kind / "export.json", folder / f"{kind}.json")


def _clear_ballot(folder: Path) -> None:
    for name in ("one", "two"):
        shutil.copy(FIXTURES / "clear-ballot" / "ranked" / "export.cvr.csv", folder / f"{name}.cvr.csv")


def _reports(folder: Path) -> None:
    """Three reports: one with other votes allowed, names, parties and ids, and one whose ids mean nothing."""
    board = one(contest("board", selection("b-ben")))
    as_json(folder / "a.json", report(one(contest("mayor", selection("m-c-ada"))), board))
    text = json.dumps(report(board))
    for old, new in (("Ada Rowan", "Flo Sedge"), ('"VotesAllowed": 2', '"VotesAllowed": 3'), ('"board"', '"z-board"'),
                     ('"PartyId": "p-hill"', '"PartyId": "p-lake"'), ("b-cyd", "z-cyd")):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    as_json(folder / "b.json", json.loads(text))
    as_json(folder / "c.json", report(one(contest("nowhere", selection("n-one"))), board))


def _tallies(folder: Path) -> None:
    for county, choice in (("Lantern", "Bo Ode"), ("Torch", "Cy Elm")):
        (folder / county).mkdir()
        (folder / county / "totals.csv").write_text(f"Batch Name,Ada Li,{choice}\nB1,3,4\n")


def _precincts(folder: Path) -> None:
    """Each file has a row that no table holds."""
    for name in ("a.csv", "b.csv"):
        _with(folder, name, "medsl-csv", ('"BO FINCH"', '"TOTAL VOTES"'))


def _protocols(folder: Path) -> None:
    """Each file has a station that did not report."""
    for name in ("a.csv", "b.csv"):
        _with(folder, name, "protocol-table/uganda")


def _with(folder: Path, name: str, fixture: str, *changes: tuple[str, str]) -> None:
    text = (FIXTURES / fixture / "export.csv").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text, "utf-8")


def _dominion(folder: Path) -> None:
    shutil.copytree(FIXTURES / "dominion-json" / "version-5.17" / "export", folder, dirs_exist_ok=True)


MADE: dict[str, Callable[[Path], None]] = {
    "dominion-json": _dominion,
    "cdf-cvr": _reports,
    "clear-ballot": _clear_ballot,
    "ess": _ess,
    "figures-json": _figures,
    "arlo-batch-tallies": _tallies,
    "medsl-csv": _precincts,
    "protocol-table": _protocols,
}
"""Reader → what makes an export of several files, where copies of its first fixture's file are none."""


def several(name: str, folder: Path) -> Path:
    """Make an export of several files for a reader, with a note beside them, and return its folder."""
    folder.mkdir()
    if name in MADE:
        MADE[name](folder)
    else:
        fixture = min(path for path in (FIXTURES / name).glob("**/export*") if is_export(path))
        if fixture.is_dir():
            shutil.copytree(fixture, folder, dirs_exist_ok=True)
        for copy in ("north", "south", "west") if fixture.is_file() else ():
            shutil.copy(fixture, folder / fixture.name.replace("export", copy, 1))
    (folder / "readme.md").write_text("Three files, and this note.\n")
    return folder


def finely(patch: pytest.MonkeyPatch) -> None:
    """Let every plan cut as finely as it can."""
    patch.setattr(shape, "FILES_PER_PART", 1)
    patch.setattr(json_export, "PART_BYTES", 1)
    patch.setattr(hart, "SHEETS_PER_PART", 1)
    patch.setattr(vxsuite, "FOLDERS_PER_PART", 1)


def joined(tables: Tables) -> dict[str, Any]:
    """Return tables as the store has them: patterns once, and what several rows say of a contest or choice together.

    Facts are what is said, however often. Everything else is in order.
    """
    name_of = {row["file"]: row["name"] for row in tables["files"]}
    way_of = {row["pattern"]: str({k: v for k, v in row.items() if k != "pattern"}) for row in tables["patterns"]}
    found: dict[str, Any] = {name: tables[name] for name in ("manifest", "reported", "turnout", "styles", "rejected")}
    found["patterns"] = set(way_of.values())
    found["cards"] = [{**row, "file": name_of[row["file"]]} for row in tables["cards"]]
    for name in ("votes", "superseded", "marks"):
        found[name] = [{**row, "pattern": way_of[row["pattern"]]} for row in tables[name]]
    found["facts"] = {(row["name"], row["value"]) for row in tables["facts"]}
    found["files"] = {(r["name"], r["sha256"], r["bytes"], r["records"]) for r in tables["files"]}
    found["contests"] = _grouped(tables["contests"], ("contest",))
    found["choices"] = _grouped(tables["choices"], ("contest", "choice"))
    return found


def _grouped(rows: list[Row], by: tuple[str, ...]) -> list[Row]:
    """Return one row for each value of `by`, in the order of their least place: what the store asks of several."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in by), []).append(row)
    made = []
    for key, held in groups.items():
        said: Row = {"of": key}
        for column in held[0].keys() - {*by, "place"}:
            values = [row[column] for row in held if row[column] is not None]
            asked = {"kind": (min,), "key": (max,), "party": (max,)}.get(column, (min, max))
            said[column] = [ask(values) for ask in asked] if values else None
        made.append((key[:-1], min(row["place"] for row in held), key, said))
    return [said for *_, said in sorted(made, key=lambda one: one[:3])]


def test_every_reader_is_cut_or_says_why_not() -> None:
    assert {name for name, reader in READERS.items() if reader.plan is one_part} == set(ONE_PART)
    assert all(ONE_PART.values())


@pytest.mark.parametrize("name", IN_PARTS)
def test_every_file_is_in_one_part_and_told_once(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, path = READERS[name], several(name, tmp_path / "export")
    finely(monkeypatch)
    export = Export(path)
    parts = reader.plan(export)
    assert len(parts) >= 2 and [part.number for part in parts] == list(range(len(parts)))
    assert parts == reader.plan(Export(path)), "parts depend on the export alone"
    tables = read_all(reader, path)
    told = Counter(row["name"] for row in tables["files"])
    unread = {one for note in facts(tables, "note") if note.startswith("not read: ") for one in note[10:].split(", ")}
    assert set(told.values()) == {1} and told.keys() | unread == set(export.names)
    if name not in ALWAYS_BY_FILE:
        times = Counter(member for part in parts for member in part.members)
        assert set(times.values()) == {1} and {n for n in export.names if not is_companion(n)} <= times.keys()
        assert all(part.weight == sum(map(export.size, part.members)) for part in parts)


@pytest.mark.parametrize("name", [name for name in IN_PARTS if name not in ALWAYS_BY_FILE])
def test_parts_change_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, path = READERS[name], several(name, tmp_path / "export")
    whole, few = joined(read_all(reader, path)), len(reader.plan(Export(path)))
    finely(monkeypatch)
    assert len(reader.plan(Export(path))) > few
    assert joined(read_all(reader, path)) == whole


@pytest.mark.parametrize("name", IN_PARTS)
def test_a_single_file_is_one_part(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [p for p in (FIXTURES / name).glob("**/export*") if is_export(p) and p.is_file()]
    finely(monkeypatch)
    assert all(len(READERS[name].plan(Export(path))) == 1 for path in files)


def test_small_files_share_a_part_and_a_large_one_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, size in enumerate((40, 40, 300, 20, 20, 20, 20, 90)):
        (tmp_path / f"{number}.csv").write_bytes(b"x" * size)
    monkeypatch.setattr(shape, "FILES_PER_PART", 3)
    monkeypatch.setattr(shape, "BYTES_PER_PART", 100)
    parts = parts_of_files(Export(tmp_path))
    assert [(part.number, "".join(name[0] for name in part.members), part.weight) for part in parts] == [
        (0, "01", 80), (1, "2", 300), (2, "345", 60), (3, "6", 20), (4, "7", 90),
    ]  # fmt: skip


def test_thousands_of_small_files_are_few_parts(tmp_path: Path) -> None:
    for number in range(1_000):
        (tmp_path / f"{number}.csv").write_bytes(b"a,b\n")
    assert len(parts_of_files(Export(tmp_path))) == -(-1_000 // shape.FILES_PER_PART) < 20


def test_nothing_to_read_is_no_plan(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("Nothing else.")
    with pytest.raises(BadInputError, match="1 to 5,000 files"):
        parts_of_files(Export(tmp_path))


# ---- what files must have in common is held over parts ---------------------------------------------------------------
def test_states_of_two_parts_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = READERS["medsl-csv"]
    _with(tmp_path, "a.csv", "medsl-csv")
    _with(tmp_path, "b.csv", "medsl-csv", ('"AL"', '"GA"'))
    finely(monkeypatch)
    export = Export(tmp_path)
    first, second = reader.plan(export)
    assert list(reader.read(export, first))
    with pytest.raises(BadInputError, match=r"b\.csv, row 2: a source holds one state; found AL and GA"):
        list(reader.read(export, second))


def test_dates_of_two_parts_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("20310105__zz__runoff.csv", "20310302__zz__special.csv"):
        _with(tmp_path, name, "openelections-csv")
    finely(monkeypatch)
    with pytest.raises(BadInputError, match="the files are of one election in one state"):
        read_all(READERS["openelections-csv"], tmp_path)


def test_ranks_are_known_by_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finely(monkeypatch)
    reader, shared = READERS["cdf-cvr"], FIXTURES / "cdf-cvr" / "several" / "export"
    assert [len(part.members) for part in reader.plan(Export(shared))] == [2]
    _reports(tmp_path)
    assert len(reader.plan(Export(tmp_path))) == 3
    wide = tmp_path / "d.xml"
    wide.write_text("<x><a:Rank>1</a:Rank></x>", "utf-16")
    assert len(reader.plan(Export(tmp_path))) == 1
    wide.write_text("<x>" + "Franks Ranking Ranks" + "</x>", "utf-8")
    assert len(reader.plan(Export(tmp_path))) == 4
    cut_in_two = "<x><a:Rank/></x>".rjust((1 << 20) + len("ank/></x>"))
    assert cut_in_two[: 1 << 20].endswith("<a:R")
    wide.write_text(cut_in_two, "utf-8")
    assert len(reader.plan(Export(tmp_path))) == 1


def test_what_two_files_say_differently_is_left_to_a_person(tmp_path: Path) -> None:
    _reports(tmp_path)
    tables = read_all(READERS["cdf-cvr"], tmp_path)
    board = [row for row in tables["contests"] if row["contest"] == "Board"]
    assert {row["votes_allowed"] for row in board} == {2, 3} and {row["key"] for row in board} == {"z-board"}
    assert [note for note in facts(tables, "note") if "does not define" in note] == [
        "c.json: records use 2 contests or choices that the file does not define, read by their ids: n-one, nowhere"
    ]
