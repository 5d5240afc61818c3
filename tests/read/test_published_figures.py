"""Readers of figures as offices and portals publish them: protocols, rounds, seats, electors, typed-in counts."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.app.reconciling import reconcile
from faircount.model import BadInputError, Finding, Status
from faircount.read.export import Export
from faircount.read.reader import Reader
from faircount.read.results import belgium, electoral_votes, figures_json, protocol_table, rcv_report_json, round_table
from faircount.store import Workspace
from read.archives import seven_zipped, zipped
from read.reading import FIXTURES, facts, read_all, summary

READERS = [m.READER for m in (protocol_table, round_table, rcv_report_json, belgium, electoral_votes, figures_json)]
CASES = [
    (reader, path)
    for reader in READERS
    for path in sorted((FIXTURES / reader.name).glob("**/export*"))
    if path.parent.name != "export"
]
every_case = pytest.mark.parametrize(("reader", "path"), CASES, ids=lambda v: getattr(v, "name", str(v)))
Tables = dict[str, list[dict[str, Any]]]


def told(tables: Tables) -> dict[str, Any]:
    rows = {
        name: [", ".join(f"{k}={v}" for k, v in row.items() if v is not None) for row in tables[name]]
        for name in ("reported", "turnout", "rejected", "facts")
    }
    return {"rows": {name: lines for name, lines in rows.items() if lines}} | summary(tables)


def case(*names: str) -> Path:
    [path] = FIXTURES.joinpath(*names).glob("export*")
    return path


def written(folder: Path, text: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def count(tables: Tables, table: str = "reported", **where: Any) -> int:
    found = [r["count"] for r in tables[table] if all(r[k] == v for k, v in where.items())]
    assert len(found) == 1, (where, found)
    return int(found[0])


def finding(folder: Path, number: str, *exports: Path) -> Finding:
    space = Workspace.create(folder / "election")
    ingest(space, list(exports), jobs=1)
    [found] = reconcile(Opened(space.root), (number,)).report.findings
    return found


# ---- every reader ----------------------------------------------------------------------------------------------------
def test_every_reader_has_a_case() -> None:
    assert {reader.name for reader, _ in CASES} == {reader.name for reader in READERS} and len(CASES) == 12


@every_case
def test_every_row_of_a_fixture_is_as_expected(reader: Reader, path: Path) -> None:
    assert told(read_all(reader, path)) == json.loads((path.parent / "expected.json").read_text("utf-8"))


@every_case
def test_a_fixture_is_recognised_by_its_reader_and_read_alike_from_archives(
    reader: Reader, path: Path, tmp_path: Path
) -> None:
    for other in READERS:
        assert (other.recognise(Export(path)) is not None) == (other is reader)
    files = {p.name: p.read_bytes() for p in ([path] if path.is_file() else sorted(path.iterdir()))}
    straight = read_all(reader, path)
    for data, name in ((zipped(files), "x.zip"), (seven_zipped(files), "x.7z")):
        packed = written(tmp_path, data, name)
        assert reader.recognise(Export(packed)) == reader.recognise(Export(path))
        assert read_all(reader, packed)["reported"] == straight["reported"]


@every_case
def test_damaged_files_are_read_or_refused_never_worse(reader: Reader, path: Path, tmp_path: Path) -> None:
    chance = random.Random(5)
    target = tmp_path / "export"
    for file in [path] if path.is_file() else sorted(path.iterdir()):
        whole = file.read_bytes()
        for _ in range(25):
            at = chance.randrange(1, len(whole))
            for bad in (
                whole[:at],
                whole[:at] + chance.choice([b'"', b"\xff\x81", b"[", b"{}", b",,"]) + whole[at + 1 :],
            ):
                if path.is_dir():
                    shutil.rmtree(target, ignore_errors=True)
                    shutil.copytree(path, target)
                    (target / file.name).write_bytes(bad)
                else:
                    target.write_bytes(bad)
                reader.recognise(Export(target))
                try:
                    read_all(reader, target)
                except BadInputError as error:
                    assert "export" in error.place


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
@pytest.mark.parametrize(
    "foreign",
    [b"", bytes(500), b"{}", b"[]", b"[1]", b"{" * 500, b'{"config":{}}', b'{"stages":[]}',
     b'{"title":1,"votes":{"a":1}}',
     b"a,b\n1,2\n", b"region,tik,uik\n1,2,3\n", b"candidate,votes\nAda,1\n", b"state,electors\nLK,3\n",
     b"Contest,Mayor\nAda,1\n", b'{"votes":{"Ada":1}}', b'{"title":"x","votes":{"Ada":"1"}}', b'{"a":' * 5000],
)  # fmt: skip
def test_foreign_files_are_nobody_s(reader: Reader, foreign: bytes, tmp_path: Path) -> None:
    assert reader.recognise(Export(written(tmp_path, foreign, "thing"))) is None


# ---- protocols -------------------------------------------------------------------------------------------------------
def test_a_station_s_lines_balance_as_they_did_on_paper() -> None:
    tables = read_all(protocol_table.READER, case("protocol-table", "russia"))
    key = {"precinct": "1 Заречная · 1"}
    boxes = sum(r["count"] for r in tables["turnout"] if r["precinct"] == key["precinct"]
                and r["measure"] == "ballots_cast")  # fmt: skip
    valid, invalid = (count(tables, "turnout", measure=f"ballots_{kind}", **key) for kind in ("valid", "invalid"))
    votes = sum(r["count"] for r in tables["reported"] if r["precinct"] == key["precinct"])
    assert (boxes, valid + invalid, votes) == (678, 678, 670)


def test_more_ballots_than_voters_in_a_protocol_are_found(tmp_path: Path) -> None:
    good = case("protocol-table", "russia")
    found = finding(tmp_path, "R10", good)
    assert found.status is Status.PASS
    (tmp_path / "b").mkdir()
    bad = written(tmp_path, good.read_text().replace(",300,0,300,0,120,180", ",700,0,700,0,520,180"))
    found = finding(tmp_path / "b", "R10", bad)
    # Once in the station, once in the sums of its region and of all.
    assert found.status is Status.FAIL and "1 Заречная · 2" in str(found.evidence.rows)


def test_only_an_empty_protocol_of_a_silent_station_has_no_votes() -> None:
    tables = read_all(protocol_table.READER, case("protocol-table", "uganda"))
    told_of = {r["precinct"] for r in tables["reported"]}
    assert told_of == {"O-1-1-1-1-1 · REEDS PRIMARY SCHOOL", "O-2-1-1-1-1 · DUNES PLAYGROUND"}
    assert len({r["precinct"] for r in tables["turnout"] if r["measure"] == "registered"}) == 3


def test_a_new_line_of_a_protocol_keeps_its_own_name_and_is_no_candidate() -> None:
    tables = read_all(protocol_table.READER, case("protocol-table", "russia"))
    assert {r["choice"] for r in tables["reported"]} == {"Лугова Анна Петровна", "Озёров Пётр Ильич"}
    assert count(tables, "turnout", measure="Число выданных памяток избирателю", precinct="1 Заречная · 1") == 5


def test_many_stations_come_in_batches_and_keep_their_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol_table, "STATIONS_PER_BATCH", 3)
    lines = case("protocol-table", "russia").read_text().splitlines(keepends=True)
    many = [lines[1].replace("1 Заречная,1,", f"1 Заречная,{n},") for n in range(1, 11)]
    tables = read_all(protocol_table.READER, written(tmp_path, lines[0] + "".join(many)))
    rows = {r["precinct"]: r["row"] for r in tables["reported"]}
    assert rows == {f"1 Заречная · {n}": n + 1 for n in range(1, 11)}
    assert (len(tables["reported"]), len(tables["turnout"])) == (20, 110)
    assert tables["files"][0]["records"] == 10


def test_negative_figures_are_kept_for_the_check_that_looks_for_them(tmp_path: Path) -> None:
    text = case("protocol-table", "russia").read_text().replace(",400,270,", ",-400,270,")
    tables = read_all(protocol_table.READER, written(tmp_path, text))
    assert count(tables, choice="Лугова Анна Петровна", precinct="1 Заречная · 1") == -400


# ---- rounds ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "value"),
    [("14866.0000", 14866), ("+10.0000", 10), ("1,441", 1441), ("0", 0), ("-5", -5), ("7893.2520", None)],
)
def test_a_whole_number_is_a_count_and_a_fraction_a_fact(text: str, value: int | None, tmp_path: Path) -> None:
    table = f'candidate,r1_count,r2_count\nAda,10,"{text}"\n'
    tables = read_all(round_table.READER, written(tmp_path, table))
    if value is None:
        assert facts(tables, "votes, round 2") == [f"Ranked contest (no title in the file): Ada: {text}"]
        assert len(tables["reported"]) == 1
    else:
        assert count(tables, measure="votes, round 2") == value
    assert not tables["rejected"]


@pytest.mark.parametrize("text", ["1e3", "nan", "Infinity", "1_000", "٣", "12 votes", "9" * 50, "1000000000000"])
def test_what_is_no_number_is_rejected_with_its_place(text: str, tmp_path: Path) -> None:
    tables = read_all(round_table.READER, written(tmp_path, f"candidate,r1_count,r2_count\nAda,10,{text}\n"))
    [bad] = tables["rejected"]
    assert (bad["row"], bad["column"], bad["value"]) == (2, "votes, round 2 Ada", text)


@pytest.mark.parametrize(
    ("reader", "text", "words"),
    [
        (round_table, "candidate,r1_count,r3_count\nAda,1,2\n", "numbers the rounds"),
        (round_table, "candidate,r1_count,r2_count\n", "a line for each candidate"),
        (round_table, "Contest Information\nGenerated By,RCTab 2.0.0\nContest,X\n", "numbers the rounds"),
        (rcv_report_json, '{"config":{},"results":[]}', "a report is"),
        (rcv_report_json, '{"config":{},"results":[{"round":2,"tally":{}}]}', "numbered 1, 2, 3"),
        (rcv_report_json, '{"config":{},"results":[{"round":1,"tally":{"A":"1","A":"2"}}]}', "'A' twice"),
        (rcv_report_json, '{"config":{},"results":[{"round":1}', "valid JSON"),
        (figures_json, '{"title":"x","votes":{"A":-1}}', "with a title"),
        (belgium, '{"NrOfEligibleVoters":1,"NisCode":1,"ElectionLists":[]}', "a constituency is"),
        (belgium, '{"NrOfEligibleVoters":1,"NisCode":1,"Labels":[],"ElectionLists":{}}', "a constituency is"),
    ],
)
def test_refused_with_words_that_help(reader: Any, text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=words):
        read_all(reader.READER, written(tmp_path, text, "export"))


def test_a_table_and_a_report_of_one_count_are_held_together_round_by_round(tmp_path: Path) -> None:
    """Rounds are measures of their own: they differ from one another without disagreeing, and agree across sources."""
    table, report = case("round-table", "cruncher"), case("rcv-report-json", "older")
    text = report.read_text().replace('"office": "Mayor"', '"office": "Ranked contest (no title in the file)"')
    same = written(tmp_path, text, "same.json")
    found = finding(tmp_path / "a", "R12", table, same)
    assert (found.status, found.disagreements) == (Status.PASS, 0)
    assert "All 5 figures" in found.found
    other = written(tmp_path, text.replace('"Bo": "36"', '"Bo": "37"'), "other.json")
    found = finding(tmp_path / "b", "R12", table, other)
    assert (found.status, found.disagreements) == (Status.FAIL, 1)
    [row] = [dict(zip(found.evidence.columns, r, strict=True)) for r in found.evidence.rows]
    assert (row["measure"], row["choice"], row["lowest"], row["highest"]) == ("votes, round 2", "Bo", 36, 37)


@pytest.mark.parametrize("unit", ["Precinct", "Batch"])
def test_a_report_of_one_precinct_is_of_that_precinct(unit: str, tmp_path: Path) -> None:
    tables = read_all(rcv_report_json.READER, case("rcv-report-json", "rctab"))
    assert {r["precinct"] for r in tables["reported"]} == {"Pier"}
    text = (
        case("round-table", "rctab")
        .read_text()
        .replace("Final Threshold,34", f"{unit},Pier")
        .replace("Elected", "Elected†")
    )
    tables = read_all(round_table.READER, written(tmp_path, text))
    assert {r["precinct"] for r in tables["reported"]} == {"Pier"} and facts(tables, "elected, round 1")


# ---- counts that were corrected, and counts by several standards ----------------------------------------------------
def test_stages_of_one_count_are_held_together_and_standards_are_not(tmp_path: Path) -> None:
    found = finding(tmp_path / "a", "R12", case("figures-json", "stages"))
    assert (found.status, found.disagreements) == (Status.FAIL, 2)
    assert finding(tmp_path / "b", "R12", case("figures-json", "tallies")).status is Status.NOT_CHECKED


def test_nothing_typed_in_is_lost() -> None:
    """Every number and word of the file is in a row or a fact."""
    for name in ("stages", "tallies", "count"):
        path = case("figures-json", name)
        tables = read_all(figures_json.READER, path)
        kept = json.dumps([tables["reported"], tables["facts"]], ensure_ascii=False)

        def leaves(value: Any) -> list[Any]:
            if isinstance(value, dict):
                return [leaf for content in value.values() for leaf in leaves(content)]
            return [leaf for content in value for leaf in leaves(content)] if isinstance(value, list) else [value]

        for leaf in leaves(json.loads(path.read_text())):
            assert (leaf if isinstance(leaf, str) else json.dumps(leaf)) in kept, leaf


def test_figures_nested_without_end_are_refused(tmp_path: Path) -> None:
    text = '{"title": "x", "votes": {"A": 1}, "deep": ' + '{"a":' * 20 + "1" + "}" * 21
    with pytest.raises(BadInputError, match="nest at most 12"):
        read_all(figures_json.READER, written(tmp_path, text, "export.json"))


# ---- Belgium and electors -----------------------------------------------------------------------------------------
def test_a_person_on_a_list_twice_is_two_rows() -> None:
    tables = read_all(belgium.READER, case("belgium-results"))
    list_of = "Chamber, Constituency of Shore, Reed"
    assert count(tables, contest=f"{list_of}: candidates", choice="Pond Ada", measure="votes") == 120
    assert count(tables, contest=f"{list_of}: successors", choice="Pond Ada", measure="votes") == 40
    assert facts(tables, "note") == ["figures not read: NrOfProxies", "not read: parties.txt"]


def test_a_figure_that_is_no_number_is_rejected_and_the_rest_read(tmp_path: Path) -> None:
    source = next((FIXTURES / "belgium-results" / "export").glob("*.json")).read_text()
    text = source.replace('"NrOfVotes": 500', '"NrOfVotes": "500"').replace(
        '"NrOfValidVotes": 800', '"NrOfValidVotes": true'
    )
    tables = read_all(belgium.READER, written(tmp_path, text, "export.json"))
    assert [(r["column"], r["value"]) for r in tables["rejected"]] == [
        ("NrOfValidVotes", "True"), ("NrOfVotes", "500"), (None, tables["rejected"][2]["value"]),
    ]  # fmt: skip
    assert count(tables, choice="Dune", measure="votes") == 300


def test_electors_are_not_votes_of_the_people() -> None:
    tables = read_all(electoral_votes.READER, case("electoral-votes"))
    assert count(tables, contest="President", choice="DEM", jurisdiction="SH", measure="votes") == 700
    assert count(tables, contest="Electoral votes", choice="DEM", jurisdiction="SH", measure="votes") == 3
