"""The readers of official results: fixtures of our own, real files where they lie beside the project, hostile ones."""

import csv
import json
import lzma
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from faircount.model import BadInputError
from faircount.read import bulgaria, county_table, medsl, openelections, plain_csv, sf_summary
from faircount.read.export import Export
from faircount.read.reader import Reader
from read.reading import FIXTURES, read_all, summary

READERS = [m.READER for m in (sf_summary, openelections, medsl, county_table, bulgaria, plain_csv)]
TOLD = "reported turnout manifest contests choices styles cards votes patterns rejected facts".split()
Tables = dict[str, list[dict[str, Any]]]
each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)


def export_of(reader: Reader) -> Path:
    return next((FIXTURES / reader.name).glob("export*"))


def told(tables: Tables) -> dict[str, Any]:
    """What a fixture's `expected.json` states: the summary that all readers share, and every row of ours in words."""
    rows = {
        name: [", ".join(f"{k}={v}" for k, v in row.items() if v is not None) for row in tables[name]] for name in TOLD
    }
    return {"rows": {name: lines for name, lines in rows.items() if lines}} | summary(tables)


def cell(rows: list[dict[str, Any]], **key: object) -> int:
    """The one count among `rows` that has this key."""
    found = [row["count"] for row in rows if all(row[name] == value for name, value in key.items())]
    assert len(found) == 1, (key, found)
    return int(found[0])


def rules(tables: Tables) -> list[tuple[int, str]]:
    return [(row["row"], row["rule"]) for row in tables["rejected"]]


def notes(tables: Tables) -> list[str]:
    return [row["value"] for row in tables["facts"] if row["name"] == "note"]


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# ---- every reader ----------------------------------------------------------------------------------------------------
@each_reader
def test_its_fixture_reads_as_expected(reader: Reader) -> None:
    expected = json.loads((FIXTURES / reader.name / "expected.json").read_text("utf-8"))
    assert told(read_all(reader, export_of(reader))) == expected


@each_reader
def test_it_recognises_its_own_fixture_and_no_other(reader: Reader) -> None:
    claims = {}
    for folder in sorted(FIXTURES.iterdir()):
        for path in folder.glob("export*"):
            claims[folder.name] = reader.recognise(Export(path)) is not None
    assert [name for name, claimed in claims.items() if claimed] == [reader.name]


def test_confidences_differ() -> None:
    sure = [found.confidence for r in READERS if (found := r.recognise(Export(export_of(r))))]
    assert len(set(sure)) == len(READERS)


@each_reader
def test_its_content_counts_not_its_extension(reader: Reader, tmp_path: Path) -> None:
    source = export_of(reader)
    if source.is_dir():
        pytest.skip("a folder is known by its files")
    assert reader.recognise(Export(written(tmp_path, "figures.dat", source.read_bytes()))) is not None


@each_reader
def test_every_file_read_is_recorded_with_the_digest_of_its_content(reader: Reader) -> None:
    export = Export(export_of(reader))
    tables = read_all(reader, export_of(reader))
    assert tables["files"]
    for row in tables["files"]:
        assert row["name"] == export.names[row["file"]]
        if not row["name"].endswith(".xz"):
            assert (row["sha256"], row["bytes"]) == (export.sha256(row["name"]), export.size(row["name"]))


@each_reader
@pytest.mark.parametrize(
    "foreign",
    [b"", b"\x00" * 500, b"PK\x05\x06" + b"\0" * 18, b"<Report", b"{}", b'"' * 70_000, b"a,b\n1,2\n", b"\xff\xfea\x00",
     b"\xfd7zXZ\x00broken", b"section_id;party;votes\n"],
)  # fmt: skip
def test_foreign_files_are_nobody_s_and_never_raise(reader: Reader, foreign: bytes, tmp_path: Path) -> None:
    assert reader.recognise(Export(written(tmp_path, "thing", foreign))) is None


@each_reader
def test_broken_bytes_raise_only_what_a_person_can_act_on(reader: Reader, tmp_path: Path) -> None:
    """Cut and corrupt each file of the fixture at many places: it is read, rejected or refused, never worse."""
    source = export_of(reader)
    for path in [source] if source.is_file() else sorted(source.iterdir()):
        whole = path.read_bytes()
        for at in range(1, len(whole), max(1, len(whole) // 12)):
            for bad in (whole[:at], whole[:at] + b'"\xff\x81' + whole[at + 2 :]):
                target = tmp_path / "export"
                target.mkdir(exist_ok=True)
                export = written(target, path.name, bad)
                try:
                    read_all(reader, target if source.is_dir() else export)
                except BadInputError as error:
                    assert str(error)


# ---- San Francisco's summary -----------------------------------------------------------------------------------------
def test_san_francisco_2024(shared_data: Path) -> None:
    tables = read_all(sf_summary.READER, shared_data / "cvr/sf2024-general-partial/summary.xml")
    assert tables["rejected"] == []
    turnout, reported = tables["turnout"], tables["reported"]
    assert cell(turnout, measure="registered") == 522_265
    assert cell(turnout, measure="ballots_cast", counting_group=None) == 412_231
    assert cell(turnout, measure="cards_cast", counting_group=None) == 1_641_744
    assert cell(turnout, measure="ballots_cast", counting_group="Vote by Mail") == 353_543
    assert cell(reported, contest="MAYOR", choice="DANIEL LURIE", counting_group=None) == 102_547
    assert cell(reported, contest="MAYOR", choice="MARC ROTH", counting_group="Vote by Mail") == 3
    assert len({row["contest"] for row in reported}) == 53
    assert all(row["contest"] == row["contest"].strip() and row["choice"] != "" for row in reported)
    # The report balances: groups add up to totals, and votes, undervotes and overvotes to ballots × votes allowed.
    for key in {(r["contest"], r["choice"], r["measure"]) for r in reported if r["measure"] != "registered"}:
        mine = [r for r in reported if (r["contest"], r["choice"], r["measure"]) == key]
        assert sum(r["count"] * (1 if r["counting_group"] else -1) for r in mine) == 0, key
    allowed = Counter[str]()
    for contest in {r["contest"] for r in reported}:
        sums = Counter[str]()
        for r in reported:
            if r["contest"] == contest and r["counting_group"] is None:
                sums[r["measure"]] += r["count"]
        if sums["ballots_cast"]:
            each = Fraction(sums["votes"] + sums["undervotes"] + sums["overvotes"], sums["ballots_cast"])
            assert each.denominator == 1, contest
            allowed[str(each)] += 1
    assert set(allowed) == {"1", "4"}
    assert ("precincts_reported", "514 of 514 (1)") in {(f["name"], f["value"]) for f in tables["facts"]}
    assert "partial" not in {f["name"] for f in tables["facts"]}


def fixture_xml() -> str:
    return (FIXTURES / "sf-summary-xml" / "export.xml").read_text("utf-8-sig")


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x[: len(x) // 2],
        lambda x: x.replace("</Report>", "", 1),
        lambda x: x.replace("<Report>", '<!DOCTYPE Report [<!ENTITY a "b">]><Report>', 1),
        lambda x: x.replace(
            "<Report>",
            "<!DOCTYPE Report [<!ENTITY a0 'ha'>"
            + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
            + "]><Report Name='&a9;'>",
            1,
        ),
        lambda x: x.replace("<Report>", '<!DOCTYPE Report SYSTEM "file:///etc/passwd"><Report>', 1),
        lambda x: re.sub(r"<ContestIdGroup .*</ContestIdGroup>", "", x, flags=re.DOTALL),
        lambda x: x.replace("</TabBatchGroup>", '</TabBatchGroup><TabBatchGroup contestId="2"/>'),
    ],
    ids=["truncated", "unclosed", "document type", "billion laughs", "external", "no contest", "two batch groups"],
)
def test_hostile_or_misleading_xml_is_refused(change: Callable[[str], str], tmp_path: Path) -> None:
    changed = change(fixture_xml())
    assert changed != fixture_xml()
    with pytest.raises(BadInputError, match=r"summary\.xml"):
        read_all(sf_summary.READER, written(tmp_path, "summary.xml", changed))


def test_summary_keeps_what_it_cannot_read(tmp_path: Path) -> None:
    changed = fixture_xml().replace('vot8="26"', 'vot8="many"').replace('votes2="3"', 'votes2="2"')
    tables = read_all(sf_summary.READER, written(tmp_path, "summary.xml", changed))
    assert [(r["column"], r["value"]) for r in tables["rejected"]] == [
        ("vot8", "'many' (MAYOR, ADA LARK, votes)"), ("vot8", "MAYOR: 4 and [2, 1]"),
    ]  # fmt: skip


def test_summary_says_when_not_all_precincts_have_reported(tmp_path: Path) -> None:
    changed = fixture_xml().replace("4 of 4 (1)", "3 of 4 (0.75)")
    tables = read_all(sf_summary.READER, written(tmp_path, "s.xml", changed))
    assert ("partial", "3 of 4 precincts reported") in {(f["name"], f["value"]) for f in tables["facts"]}


def test_summary_with_a_namespace_reads_alike(tmp_path: Path) -> None:
    plain = read_all(sf_summary.READER, written(tmp_path, "s.xml", fixture_xml()))
    spaced = fixture_xml().replace("<Report>", '<Report xmlns="ElectionSummaryReportRPT">', 1)
    tables = read_all(sf_summary.READER, written(tmp_path, "s.xml", spaced))
    assert tables["reported"] == plain["reported"]


# ---- OpenElections ---------------------------------------------------------------------------------------------------
def test_georgia_runoff_2021(shared_data: Path) -> None:
    tables = read_all(openelections.READER, shared_data / "results/georgia-2021-runoff")
    assert tables["rejected"] == [] and tables["files"][0]["records"] == 15_666
    votes = Counter[str]()
    for row in tables["reported"]:
        votes[row["choice"]] += row["count"]
    with (shared_data / "results/georgia-2021-runoff/20210105__ga__runoff.csv").open(encoding="utf-8", newline="") as f:
        plain = Counter[str]()
        for cells in csv.DictReader(f):
            plain[cells["candidate"]] += sum(int(cells[c] or 0) for c in cells if c.endswith("_votes"))
    assert votes == plain and sum(votes.values()) > 13_000_000
    assert "Public Service Commissioner District 4" in {row["contest"] for row in tables["reported"]}
    assert {row["counting_group"] for row in tables["reported"]} == {
        "Election Day", "Advanced", "Absentee By Mail", "Provisional",
    }  # fmt: skip


def test_openelections_refuses_two_elections_in_one_source(tmp_path: Path) -> None:
    text = (FIXTURES / "openelections-csv" / "export.csv").read_bytes()
    written(tmp_path, "20241105__ax__general__alder__precinct.csv", text)
    written(tmp_path, "20241105__ax__general__birch__precinct.csv", text)
    assert len(read_all(openelections.READER, tmp_path)["files"]) == 2
    written(tmp_path, "20221108__ax__general__birch__precinct.csv", text)
    with pytest.raises(BadInputError, match="one election"):
        read_all(openelections.READER, tmp_path)


def oe(tmp_path: Path, text: str | bytes) -> Tables:
    return read_all(openelections.READER, written(tmp_path, "a.csv", text))


HEAD = "county,precinct,office,district,party,candidate,votes\n"


def test_rows_that_break_the_table_are_kept(tmp_path: Path) -> None:
    rows = ["A,1,Governor,,X,Ada,5,,", "A,1,Gov", "", 'A,1,Governor,,X,"Bo "B" Finch",3', "A,2,Governor,,X,Ada,1"]
    tables = oe(tmp_path, HEAD + "\n".join(rows) + "\n")
    assert [(row["row"], row["count"]) for row in tables["reported"]] == [(2, 5), (6, 1)]
    assert [row for row, _ in rules(tables)] == [3, 5]
    assert tables["files"][0]["records"] == 2


def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="closed"):
        oe(tmp_path, HEAD + 'A,1,Governor,,X,"Ada,5\nA,1,Governor,,X,Bo,5\n')


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="'votes' 2 times"):
        oe(tmp_path, HEAD.replace("district", "Votes") + "A,1,Governor,9,X,Ada,5\n")


def test_windows_text_is_read_and_said(tmp_path: Path) -> None:
    tables = oe(tmp_path, (HEAD + "A,1,Governor,,X,José,5\n").encode("cp1252"))
    assert [row["choice"] for row in tables["reported"]] == ["José"]
    assert any("Windows-1252" in note for note in notes(tables))


# ---- MEDSL -----------------------------------------------------------------------------------------------------------
def choice_sum(tables: Tables, contest: str, choice: str) -> int:
    return sum(r["count"] for r in tables["reported"] if r["contest"] == contest and r["choice"] == choice)


def test_wisconsin_2018(shared_data: Path) -> None:
    tables = read_all(medsl.READER, shared_data / "results/medsl-2018/2018-wi-precinct-general.zip")
    assert choice_sum(tables, "US Senate", "Tammy Baldwin") == 1_472_914
    assert tables["rejected"] == [] and tables["files"][0]["records"] == len(tables["reported"]) == 121_343
    assert {row["counting_group"] for row in tables["reported"]} == {None}


@pytest.mark.slow
def test_georgia_2018(shared_data: Path) -> None:
    export = Export(shared_data / "results/medsl-2018/2018-ga-precinct-general.zip")
    kemp, batches, largest = 0, 0, 0
    for batch in medsl.READER.read(export, medsl.READER.plan(export)[0]):
        rows = batch.table("reported").select(["contest", "choice", "count"]).to_pylist()
        kemp += sum(r["count"] for r in rows if (r["contest"], r["choice"]) == ("GOVERNOR", "BRIAN KEMP"))
        batches, largest = batches + 1, max(largest, len(rows))
    assert kemp == 1_978_408
    assert batches > 10 and largest <= 50_000, "a state is read in slices"


def test_medsl_refuses_two_states_in_one_source(tmp_path: Path) -> None:
    text = (FIXTURES / "medsl-csv" / "export.csv").read_text("utf-8")
    one = written(tmp_path, "one.csv", text)
    assert read_all(medsl.READER, one)["reported"]
    lines = text.splitlines(keepends=True)
    with pytest.raises(BadInputError, match="one state"):
        read_all(medsl.READER, written(tmp_path, "two.csv", "".join([*lines, lines[1].replace('"AL"', '"BE"')])))


# ---- county table ----------------------------------------------------------------------------------------------------
def state_sums(tables: Tables) -> Counter[tuple[str, str]]:
    sums = Counter[tuple[str, str]]()
    for row in tables["reported"]:
        sums[row["jurisdiction"], row["choice"]] += row["count"]
    return sums


def test_counties_2020(shared_data: Path) -> None:
    folder = shared_data / "results/us-county-president"
    tables = read_all(county_table.READER, folder / "2020_US_County_Level_Presidential_Results.csv")
    sums = state_sums(tables)
    # Georgia and Nebraska equal the official totals; Maine's late ballots are missing from this table.
    assert sums["Georgia", "DEM"] == 2_473_633 and sums["Georgia", "GOP"] == 2_461_854
    assert sums["Nebraska", "DEM"] == 374_583
    assert sums["Maine", "DEM"] < 435_072
    assert len(tables["reported"]) == 3 * 3152 and tables["rejected"] == []


def test_counties_2016_with_alaska_once(shared_data: Path) -> None:
    folder = shared_data / "results/us-county-president"
    tables = read_all(county_table.READER, folder / "2016_US_County_Level_Presidential_Results.csv")
    sums = state_sums(tables)
    assert (sums["AK", "DEM"], sums["AK", "GOP"], sums["AK", "OTHER"]) == (93_003, 130_413, 23_172)
    assert notes(tables)[-1].startswith("28 rows left out")
    assert county_table.READER.recognise(Export(folder)) is None, "two elections are two sources"


# ---- Bulgaria --------------------------------------------------------------------------------------------------------
def differing_cells(rows: list[dict[str, Any]]) -> list[tuple[tuple[str, ...], int]]:
    """Cells of one contest that two claims state differently, a section that one of them lacks not compared.

    Within a section that both state, a choice that one leaves out has 0 votes there.
    """
    claims: dict[str, Counter[tuple[str, ...]]] = {"protocol": Counter(), "machine data": Counter()}
    for row in rows:
        if row["contest"] == bulgaria.MACHINE and row["measure"] == "votes":
            claims[row["claim"]][row["precinct"], row["choice"]] += row["count"]
    protocol, machine = claims.values()
    both = {section for section, _ in protocol} & {section for section, _ in machine}
    cells = sorted(cell for cell in {*protocol, *machine} if cell[0] in both)
    return [(cell, abs(protocol[cell] - machine[cell])) for cell in cells if protocol[cell] != machine[cell]]


@pytest.mark.slow
def test_bulgaria_2021(shared_data: Path) -> None:
    tables = read_all(bulgaria.READER, shared_data / "reconcile/bulgaria-2021-07-11")
    differ = differing_cells(tables["reported"])
    assert (len({cell[0] for cell, _ in differ}), len(differ), sum(n for _, n in differ)) == (6, 47, 415)
    claims = Counter((row["contest"], row["claim"], row["measure"]) for row in tables["reported"])
    assert claims == {
        (bulgaria.MACHINE, "protocol", "votes"): 232_660,
        (bulgaria.MACHINE, "protocol", "ballots_cast"): 13_005,
        (bulgaria.MACHINE, "machine data", "votes"): 226_597,
        (bulgaria.PAPER, "protocol", "votes"): 81_523,
        (bulgaria.PAPER, "protocol", "ballots_cast"): 13_005,
    }
    assert tables["rejected"] == []
    read = {row["name"]: row for row in tables["files"]}
    name = "50_votes_machine.csv.xz"
    data = lzma.decompress((shared_data / "reconcile/bulgaria-2021-07-11" / name).read_bytes())
    assert read[name]["bytes"] == len(data)
    assert any(note.startswith("not read: 30_sections_with_failed_machine.csv, LICENSE") for note in notes(tables))
    registered = [r for r in tables["turnout"] if r["measure"] == "registered" and r["counting_group"] is None]
    voted = {r["precinct"]: r["count"] for r in tables["turnout"] if r["measure"] == "checked_in"}
    assert sum(voted[r["precinct"]] > r["count"] for r in registered) == 14


def test_bulgaria_compares_only_sections_that_both_claims_state() -> None:
    tables = read_all(bulgaria.READER, export_of(bulgaria.READER))
    assert differing_cells(tables["reported"]) == [
        (("010100001", "1 ПЪРВА ПАРТИЯ"), 1), (("010100001", "2 ВТОРА ПАРТИЯ"), 1),
    ]  # fmt: skip
    assert {r["choice"] for r in tables["reported"] if r["choice"] and r["choice"].startswith("24")} == {
        "24 БОЯН НЕЗАВИСИМ", "24 АНА НЕЗАВИСИМА",
    }  # fmt: skip


def test_bulgaria_in_a_zip_and_with_a_bomb(tmp_path: Path) -> None:
    source = export_of(bulgaria.READER)
    packed = tmp_path / "election.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in source.iterdir():
            archive.write(path, f"20210711/{path.name}")
    assert read_all(bulgaria.READER, packed)["reported"] == read_all(bulgaria.READER, source)["reported"]
    folder = tmp_path / "bomb"
    folder.mkdir()
    start = b"section_id;party;votes\n"
    written(folder, "50_votes_machine.csv.xz", lzma.compress(start + b"\n" * (66 << 20), preset=0))
    with pytest.raises(BadInputError, match="unpacks to at most"):
        read_all(bulgaria.READER, folder)
