"""Ballot manifests, CSV and Excel, and the state's comparison of batches; and what no reader here may claim."""

import json
from collections import Counter
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faircount.model import BadInputError
from faircount.read.dominion import csv_export as dominion_csv
from faircount.read.export import Export
from faircount.read.manifests import batch_comparison, manifest_csv, manifest_xlsx
from faircount.read.rankings import raire
from faircount.read.syntax.csv_rows import count_of, delimiter_of, plain_cell
from read.reading import FIXTURES, SHARED, facts, read_all, summary

CSV, XLSX, COMPARISON = manifest_csv.READER, manifest_xlsx.READER, batch_comparison.READER
READERS = (CSV, XLSX, COMPARISON, dominion_csv.READER, raire.READER)
RLA = SHARED / "rla"
real = pytest.mark.skipif(not RLA.is_dir(), reason="no ../shared/data/rla")


def file(tmp_path: Path, content: str | bytes, name: str = "manifest.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_fixture_reads_as_expected_and_is_recognised_by_its_reader_alone(reader):
    folder = FIXTURES / reader.name
    (path,) = folder.glob("export.*")
    assert summary(read_all(reader, path)) == json.loads((folder / "expected.json").read_text())
    claims = {r.name: r.recognise(Export(path)) for r in READERS}
    assert [name for name, claim in claims.items() if claim] == [reader.name]


def test_rows_of_the_csv_fixture():
    tables = read_all(CSV, FIXTURES / "manifest-csv" / "export.csv")
    rows = [(r["jurisdiction"], r["tabulator"], r["batch"], r["cards"], r["container"]) for r in tables["manifest"]]
    assert rows == [
        ("Lantern", "1", "1", 25, "Box 1"),
        ("Lantern", "1", "VBM-0002", 1204, "Box 1"),
        ("Lantern", "02", "3", 0, "Shelf é, left"),
        ("Lantern", "2", "7", 18, "Box 2"),
    ]
    assert {r["claim"] for r in tables["manifest"]} == {"manifest"}
    assert [r["row"] for r in tables["manifest"]] == [2, 3, 4, 9]
    rejected = [(r["row"], r["column"], r["value"]) for r in tables["rejected"]]
    assert rejected == [
        (5, "# of Ballot Cards", "-5"),
        (6, "# of Ballot Cards", "n/a"),
        (7, "Batch", "Lantern,2,,17,Box 2,,"),
        (8, None, ""),
        (10, None, "Total,,,1247,,,"),
    ]
    assert facts(tables, "jurisdiction") == ["Lantern"]
    assert facts(tables, "encoding") == ["export.csv: 1 line not in UTF-8, read as Windows-1252"]


def test_rows_of_the_excel_fixture():
    tables = read_all(XLSX, FIXTURES / "manifest-xlsx" / "export.xlsx")
    first, _, third, _ = tables["manifest"]
    assert (first["tabulator"], first["batch"], first["cards"]) == ("99808", "78", 116)
    assert (first["container"], first["row"]) == ("Tray # 1 · Cart.Cart number 3", 3)
    assert third["batch"] == "E-1"
    assert [(r["row"], r["value"]) for r in tables["rejected"]] == [(6, "12.5"), (8, "Total,,,537,")]


def test_claims_of_the_comparison():
    tables = read_all(COMPARISON, FIXTURES / "batch-comparison" / "export.csv")
    claims = Counter(r["claim"] for r in tables["manifest"])
    assert claims == {"manifest as restated by the state": 5, "CVR count by the state": 4}
    second = [(r["jurisdiction"], r["tabulator"], r["batch"], r["cards"]) for r in tables["manifest"] if r["row"] == 3]
    assert second == [("Lantern", "1", "2", 30), ("Lantern", "1", "2", 29)]
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(5, "difference"), (6, "count_per_cvr_file")]


@pytest.mark.parametrize(
    "header",
    [
        "County,TabulatorNum,BatchId,RecordId,Location",  # Boulder: the count is headed RecordId
        "COUNTY,TABULATOR ID,BATCH ,# OF BALLOTS CARDS,LOCATION",
        "County,Device,Batch,#of Ballots,Location Box #",
        "2,Tabulator ID,Batch,# of Ballot Cards,Location",
        ",Device ID,Batch,# of Ballots,Location,,,",
        "CountyID,ScannerID,BatchID,NumBallots,StorageLocation",
        "Jurisdiction;Tabulator;Batch Name;Number of Ballots;Container",
        "sep=;\nJurisdiction;Tabulator;Batch Name;Number of Ballots;Container",
    ],
)
def test_headers_of_many_counties(tmp_path, header):
    text = header + "\n" + "Boulder,7,12,149,Box 3".replace(",", ";" if ";" in header else ",") + "\n"
    path = file(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert CSV.recognise(Export(path))
    (row,) = read_all(CSV, path)["manifest"]
    named = [row[k] for k in ("jurisdiction", "tabulator", "batch", "cards", "container")]
    assert named == ["Boulder", "7", "12", 149, "Box 3"]


@pytest.mark.parametrize(
    "header",
    ["County,Batch,Candidate,Votes,Ballots", "Batch Name,Ada,Bo", "a,b,c,d,e", "County,Precinct,Ballots", "Batch", ""],
)
def test_other_tables_are_not_claimed(tmp_path, header):
    assert CSV.recognise(Export(file(tmp_path, header + "\n1,2,3,4,5\n"))) is None


def test_positions_alone_are_never_enough(tmp_path):
    path = file(tmp_path, "County,Foo,Bar,Number,Location\nAdams,1,1,5,x\n")
    with pytest.raises(BadInputError, match="has a header that names the batch"):
        read_all(CSV, path)


def test_two_count_columns_are_refused(tmp_path):
    with pytest.raises(BadInputError, match=r"row 1: one column holds the cards.*'Ballots', 'Cards'"):
        read_all(CSV, file(tmp_path, "Batch,Ballots,Cards\n1,2,3\n"))


def test_ragged_rows_and_titles(tmp_path):
    text = "Manifest of Lantern\n\nBatch,Ballots,Note\n1,5\n2,6,x,y\n3,7,x,,\n"
    tables = read_all(CSV, file(tmp_path, text))
    assert [(r["batch"], r["row"]) for r in tables["manifest"]] == [("1", 4), ("3", 6)]
    assert [(r["row"], r["value"]) for r in tables["rejected"]] == [(5, "y")]
    assert facts(tables, "note") == [
        "manifest.csv: row 1, above the header: Manifest of Lantern",
        "manifest.csv: columns that a manifest of batches has no place for: Note",
    ]


def test_folders_name_counties_only_where_no_column_does(tmp_path):
    for county in ("APPLING", "BACON"):
        (tmp_path / county).mkdir()
        file(tmp_path / county, "Container,Batch Name,Number of Ballots\nx,B1,3\n")
    tables = read_all(CSV, tmp_path)
    assert [r["jurisdiction"] for r in tables["manifest"]] == ["APPLING", "BACON"]
    file(tmp_path / "BACON", "County,Batch,Ballots\nBacon County,B1,3\n")
    assert [r["jurisdiction"] for r in read_all(CSV, tmp_path)["manifest"]] == ["APPLING", "Bacon County"]


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n\n\n", b"\0" * 500, b"%PDF-1.7\n%\xe2\xe3", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04broken",
        b"PK\x05\x06" + bytes(18), b'"', b"'" * 9999, b"a" * 300_000, b",\n" * 100, b'{"Version":"5.10"}',
        "Name\tÉmile".encode("latin-1"), b"0," * 1_000_000, b"\xff\xfeB\x00a\x00t\x00c\x00h\x00",
    ],
)  # fmt: skip
def test_foreign_files_are_not_claimed_and_not_read(tmp_path, reader, content):
    path = file(tmp_path, content, "export.xlsx" if reader is XLSX else "export.csv")
    if not content.startswith(b"PK\x03\x04") or reader is XLSX:  # else the export itself is refused as a zip
        assert reader.recognise(Export(path)) is None
    with pytest.raises(BadInputError):
        read_all(reader, path)


def test_an_empty_folder_is_refused(tmp_path):
    for reader in READERS:
        assert reader.recognise(Export(tmp_path)) is None
        with pytest.raises(BadInputError, match="no file"):
            read_all(reader, tmp_path)


def test_truncated_and_crowded_workbooks_are_refused(tmp_path):
    whole = (FIXTURES / "manifest-xlsx" / "export.xlsx").read_bytes()
    cut = file(tmp_path, whole[: len(whole) // 2], "cut.xlsx")
    assert XLSX.recognise(Export(cut)) is None
    with pytest.raises(BadInputError, match="the copy may be cut short"):
        read_all(XLSX, cut)
    rows = [["Batch", "Ballots"], ["1", 2]]
    assert len(read_all(XLSX, workbook(tmp_path / "one.xlsx", rows, [["notes"]]))["manifest"]) == 1
    with pytest.raises(BadInputError, match="another in sheet 'Sheet2'"):
        read_all(XLSX, workbook(tmp_path / "two.xlsx", rows, rows))
    assert XLSX.recognise(Export(workbook(tmp_path / "other.xlsx", [["Precinct", "Votes"], ["1", 2]]))) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=200), cut=st.integers(0, 900), at=st.integers(0, 900))
def test_damaged_exports_are_read_or_refused_but_never_crash(tmp_path, junk, cut, at):
    for reader in READERS:
        (whole,) = (FIXTURES / reader.name).glob("export.*")
        data = whole.read_bytes()
        path = file(tmp_path, data[:at] + junk + data[at + cut :], whole.name)
        try:
            export = Export(path)
            reader.recognise(export)
            read_all(reader, path)
        except BadInputError as error:
            assert error.rule


def test_counts_cells_and_delimiters():
    read_as = {"1,204": 1204, "1204.0": 1204, '="7"': 7, " 12 ": 12, "1 204": 1204, "1,234,567": 1234567, "0": 0}
    assert {text: count_of(text) for text in read_as} == read_as
    for text in ("-1", "1.5", "", "x", "1,20", "12,04", "1e3", "9" * 13, "1-25", "½"):
        assert count_of(text) is None, text
    assert (plain_cell('="007"'), plain_cell(' a" '), plain_cell('="'), plain_cell('=""')) == ("007", 'a"', '="', "")
    assert [delimiter_of(text) for text in ("a;b,c\n1;2\n", "a\tb\n", "a|b\n1|2", "abc", "")] == [
        ";",
        "\t",
        "|",
        ",",
        ",",
    ]


@real
def test_manifests_of_colorado_2020():
    tables = read_all(CSV, RLA / "colorado-2020-general" / "manifests")
    assert len(tables["manifest"]) == 49_767 and not tables["rejected"]
    assert sum(r["cards"] for r in tables["manifest"]) == 4_125_823
    assert len(tables["files"]) == 63 and sum(f["records"] for f in tables["files"]) == 49_767
    counties = {r["jurisdiction"] for r in tables["manifest"]}
    assert {"Garfield", "Rio Blanco", "Yuma"} <= counties and len(counties) == 64  # Hinsdale is spelt in two ways


@real
def test_comparison_of_colorado_2020():
    tables = read_all(COMPARISON, RLA / "colorado-2020-general" / "batch_count_comparison.csv")
    assert len(tables["manifest"]) == 2 * 49_539 and not tables["rejected"]
    assert sum(r["cards"] for r in tables["manifest"]) == 2 * 4_114_452


@real
def test_manifest_of_san_francisco_2019():
    tables = read_all(XLSX, RLA / "sf-da-2019-irv" / "N19_ballot_manifest.xlsx")
    assert len(tables["manifest"]) == 5_481 and sum(r["cards"] for r in tables["manifest"]) == 293_555
    assert not tables["rejected"]
    batches = {(r["tabulator"], r["batch"]) for r in tables["manifest"]}
    assert ("99813", "1") in batches


@real
@pytest.mark.parametrize(("town", "cards"), [("City_of_Griffith", 14_179), ("Uralla", 3_781)])
def test_manifests_of_new_south_wales(town, cards):
    tables = read_all(CSV, RLA / "nsw-2021-irv-mayors" / f"{town}_Mayoral.manifest.csv")
    assert sum(r["cards"] for r in tables["manifest"]) == cards and not tables["rejected"]
