"""The readers of official results: fixtures of our own, real files where they lie beside the project, hostile ones."""

import json
import lzma
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faircount.model import BadInputError
from faircount.read import batch_builder
from faircount.read.export import Export
from faircount.read.plain import plain_csv, shareholder_csv
from faircount.read.reader import Reader
from faircount.read.results import (
    bulgaria,
    clarity_detail,
    clarity_summary,
    county_table,
    medsl,
    nist_results,
    openelections,
    sf_summary,
    statement_of_votes,
)
from faircount.read.syntax import seen_names
from read.reading import FIXTURES, read_all, summary

READERS = [
    m.READER
    for m in (
        sf_summary, openelections, medsl, county_table, bulgaria, plain_csv, nist_results, clarity_detail,
        clarity_summary, statement_of_votes, shareholder_csv,
    )
]  # fmt: skip
TOLD = "reported turnout manifest contests choices styles cards votes superseded patterns rejected facts".split()
Tables = dict[str, list[dict[str, Any]]]
each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)


def export_of(reader: Reader) -> Path:
    """The first fixture of a reader; some have a case for every form of their format."""
    return min(p for p in (FIXTURES / reader.name).glob("**/export*") if p.parent.name != "export")


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
    expected = json.loads((export_of(reader).parent / "expected.json").read_text("utf-8"))
    assert told(read_all(reader, export_of(reader))) == expected


@each_reader
def test_it_recognises_its_own_fixture_and_no_other(reader: Reader) -> None:
    claims = {}
    for folder in sorted(FIXTURES.iterdir()):
        for path in folder.glob("**/export*"):
            if path.parent.name != "export":
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
        lambda x: x.replace(
            "</TabBatchGroup>",
            '</TabBatchGroup><TabBatchGroup contestId="2"><ContestIdGroup contestId="X"/></TabBatchGroup>',
        ),
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
    rows.append("A,3,Governor,,X,Ada,1,2")
    tables = oe(tmp_path, HEAD + "\n".join(rows) + "\n")
    assert [(row["row"], row["count"]) for row in tables["reported"]] == [(2, 5), (6, 1)]
    assert [row for row, _ in rules(tables)] == [3, 5, 7]
    assert tables["files"][0]["records"] == 2


def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="closed"):
        oe(tmp_path, HEAD + 'A,1,Governor,,X,"Ada,5\nA,1,Governor,,X,Bo,5\n')


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="'votes' in columns 4 and 7"):
        oe(tmp_path, HEAD.replace("district", "Votes") + "A,1,Governor,9,X,Ada,5\n")


def test_windows_text_is_read_and_said(tmp_path: Path) -> None:
    tables = oe(tmp_path, (HEAD + "A,1,Governor,,X,José,5\n").encode("cp1252"))
    assert [row["choice"] for row in tables["reported"]] == ["José"]
    assert [r["value"] for r in tables["facts"]] == ["a.csv: 1 line not in UTF-8, read as Windows-1252"]


# ---- MEDSL -----------------------------------------------------------------------------------------------------------
def test_a_state_is_read_in_slices(tmp_path: Path) -> None:
    lines = (FIXTURES / "medsl-csv" / "export.csv").read_text("utf-8").splitlines(keepends=True)
    path = written(tmp_path, "one.csv", lines[0] + lines[1] * 45_000)
    slices = [
        batch.table("reported").num_rows
        for batch in medsl.READER.read(Export(path), medsl.READER.plan(Export(path))[0])
    ]
    assert slices == [20_000, 20_000, 5_000]


def test_medsl_refuses_two_states_in_one_source(tmp_path: Path) -> None:
    text = (FIXTURES / "medsl-csv" / "export.csv").read_text("utf-8")
    one = written(tmp_path, "one.csv", text)
    assert read_all(medsl.READER, one)["reported"]
    lines = text.splitlines(keepends=True)
    with pytest.raises(BadInputError, match="one state"):
        read_all(medsl.READER, written(tmp_path, "two.csv", "".join([*lines, lines[1].replace('"AL"', '"BE"')])))


# ---- county table ----------------------------------------------------------------------------------------------------
def test_two_county_tables_are_two_elections(tmp_path: Path) -> None:
    table = (FIXTURES / "county-table" / "export.csv").read_bytes()
    for year in ("2016", "2020"):
        written(tmp_path, f"{year}.csv", table)
    assert county_table.READER.recognise(Export(tmp_path)) is None
    assert county_table.READER.recognise(Export(tmp_path / "2016.csv")) is not None


def test_a_county_that_comes_again_is_told_however_many_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"Alderland,{n},County {n},{n},{n + 7},{2 * n + 9}\n" for n in range(50)]
    again = [row.replace(f",{n},", f",{n + 900},", 1) for n, row in enumerate(rows)]
    head = "state_name,county_fips,county_name,votes_gop,votes_dem,total_votes\n"
    path = written(tmp_path, "a.csv", head + "".join([*rows, *again, "Alderland,77,County 3,1,2,3\n"]))
    whole = read_all(county_table.READER, path)
    assert len(whole["reported"]) == 153 and whole["reported"][-1]["precinct"] == "County 3 (77)"
    monkeypatch.setattr(batch_builder, "CARDS_PER_BATCH", 8)
    monkeypatch.setattr(seen_names, "IN_MEMORY", 20)
    parted = read_all(county_table.READER, path)
    assert parted["reported"] == whole["reported"]
    notes = [sorted(fact["value"] for fact in tables["facts"]) for tables in (whole, parted)]
    assert notes[0] == notes[1] and "1 row left out: the figures of County 49, Alderland" in "\n".join(notes[0])


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
    written(folder, "50_votes_machine.csv.xz", lzma.compress(start + (b"1" * 100_000 + b"\n") * 700, preset=0))
    with pytest.raises(BadInputError, match="unpacks to at most"):
        read_all(bulgaria.READER, folder)


def test_a_file_of_empty_lines_ends(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="lines on end are empty"):
        oe(tmp_path, HEAD + "A,1,Governor,,X,Ada,5\n" + "\n" * 1_000_001)
    assert oe(tmp_path, HEAD + "\n" * 1_000 + "A,1,Governor,,X,Ada,5\n")["reported"][0]["row"] == 1_002
