"""ES&S cast vote records: spaces are no undervotes, empty rows no ballots, and every file says what it lacks."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from faircount.app.sniffing import sniff
from faircount.model import BadInputError
from faircount.read.ess.header import header_of, rank_column
from faircount.read.ess.reading import READER
from faircount.read.export import Export
from read.reading import FIXTURES, facts, read_all

IDS = "Cast Vote Record,Precinct,Ballot Style"
BALLOTS = "Cast Vote Record,Batch,Ballot Status,Reporting Group,Tabulator CVR"
ESS = FIXTURES / "ess"

Tables = dict[str, list[dict[str, Any]]]


def file(tmp_path: Path, content: str, name: str = "x.csv") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="")
    return path


def book(path: Path, *sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        for rows in sheets:
            sheet = workbook.add_worksheet()
            for at, cells in enumerate(rows):
                sheet.write_row(at, 0, cells)
    return path


def ways(tables: Tables, contest: str = "") -> list[tuple[Any, ...]]:
    """Return what every card with the contest says: ((choice, rank), …), overvoted ranks, undervotes, overvotes."""
    held = {row["pattern"]: row for row in tables["patterns"]}
    found = []
    for vote in tables["votes"]:
        row = held[vote["pattern"]]
        if contest in ("", row["contest"]):
            marks = tuple((mark["choice"], mark["rank"]) for mark in row["marks"])
            found.append((marks, tuple(row["overvoted_ranks"]), row["undervotes"], row["overvotes"]))
    return found


def ranked(tmp_path: Path, *rows: str, header: str = "Reeve Choice 1,Reeve Choice 2") -> Tables:
    lines = [f"{IDS},{header}", *(f"{number},Ash,1,{row}" for number, row in enumerate(rows, 1))]
    return read_all(READER, file(tmp_path, "\n".join(lines) + "\n"))


# ---- cells -----------------------------------------------------------------
def test_a_space_is_no_contest_and_an_undervote_is_one():
    tables = read_all(READER, ESS / "ranked-csv" / "export.csv")
    contests = {row["pattern"]: row["contest"] for row in tables["patterns"]}
    by_record = {row["card"]: row["imprinted_id"] for row in tables["cards"]}
    held = {(by_record[v["card"]], contests[v["pattern"]]) for v in tables["votes"]}
    assert ("1002", "Clerk") not in held and ("1006", "For Mayor") not in held
    assert ("1004", "For Mayor") in held
    assert ((), (), None, None) in ways(tables, "For Mayor")


def test_overvotes_with_and_without_names(tmp_path):
    tables = read_all(READER, ESS / "ranked-csv" / "export.csv")
    assert ((("Pine, Bo", 2),), (1,), None, None) in ways(tables, "For Mayor")
    assert ((("Hal Reed", 1), ("Ode Fern", 1), ("Hal Reed", 2)), (), None, None) in ways(tables, "Clerk")
    assert ((), (), 0, 1) in ways(tables, "Bond Question")
    # A slash parts names only where each stands alone somewhere: these two ran together.
    tables = ranked(tmp_path, "Ada / Bo,undervote", "Cy/Di,Cy", "Di,Cy")
    assert [way[0] for way in ways(tables)] == [
        (("Ada / Bo", 1),), (("Cy", 1), ("Di", 1), ("Cy", 2)), (("Di", 1), ("Cy", 2))
    ]  # fmt: skip


def test_parties_and_numbers_leave_the_name(tmp_path):
    tables = ranked(tmp_path, '"DEM Quill, Ada (4101)",BOB FINE (12)', "Write-In (9),undervote", "Write-in: Ida,Ida")
    said = {(c["choice"], c["party"], c["key"], c["kind"]) for c in tables["choices"]}
    assert said == {
        ("Quill, Ada", "DEM", "4101", "regular"), ("BOB FINE", None, "12", "regular"),
        ("Write-In", None, "9", "write-in"), ("Write-in: Ida", None, None, "qualified-write-in"),
        ("Ida", None, None, "regular"),
    }  # fmt: skip


def test_one_name_with_two_numbers_stays_two_choices(tmp_path):
    tables = ranked(tmp_path, "DEM Ada (1),WFP Ada (2)", "REP Bo (3),undervote")
    assert [c["choice"] for c in tables["choices"]] == ["Bo", "DEM Ada (1)", "WFP Ada (2)"]
    assert ways(tables)[0][0] == (("DEM Ada (1)", 1), ("WFP Ada (2)", 2))


def test_choices_do_not_depend_on_the_order_of_rows(tmp_path):
    rows = ["Bo,Ada", "UWI,Cy", "Ada,undervote"]
    one, other = ranked(tmp_path, *rows), ranked(tmp_path, *reversed(rows))
    assert one["choices"] == other["choices"]
    assert [c["choice"] for c in one["choices"]] == ["Ada", "Bo", "Cy", "UWI"]


def test_empty_cells_are_told(tmp_path):
    tables = ranked(tmp_path, "Ada,undervote", "Bo,", ",")
    assert len(tables["cards"]) == 3 and len(tables["votes"]) == 2
    notes = " ".join(facts(tables, "note"))
    assert "without a word on a card: 1, read as not on the card" in notes and "undervote: 1, read as no mark" in notes
    tables = ranked(tmp_path, "Ada,Bo", "Bo,", ",")  # nobody writes undervote here: the third is a blank vote
    assert len(tables["votes"]) == 3 and ways(tables)[2] == ((), (), None, None)
    tables = ranked(tmp_path, "Ada,Bo", " , ")  # a space is another contest's card even there
    assert len(tables["cards"]) == 2 and len(tables["votes"]) == 1


# ---- rows ------------------------------------------------------------------
def test_empty_rows_are_no_ballots(tmp_path):
    path = book(
        tmp_path / "x.xlsx", [[*IDS.split(","), "Reeve Choice 1"], [1, "a", "b", "Ada"], [], [2, "a", "b", "Bo"]]
    )
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"</sheetData>", b'<row r="9"></row><row r="5000"></row></sheetData>')
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    tables = read_all(READER, path)
    assert [card["record"] for card in tables["cards"]] == [2, 4]
    assert facts(tables, "note") == ["1 row left out: an empty row is no ballot"]


def test_a_row_cut_short_is_rejected_with_its_place(tmp_path):
    tables = ranked(tmp_path, "Ada,Bo", "Ada", "Ada,Bo,Cy", '"Ada" x,Bo', "Bo,Ada")
    assert [(row["row"], row["rule"].split(",")[0]) for row in tables["rejected"]] == [
        (3, "a row has 5 cells"), (4, "a row has 5 cells"), (5, "quotation marks stand around a whole cell"),
    ]  # fmt: skip
    assert len(tables["cards"]) == 2


def test_a_quote_that_never_ends_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="row 3"):
        ranked(tmp_path, "Ada,Bo", '"Ada,Bo', "Bo,Ada")


def test_a_stated_total_is_held_against_the_rows(tmp_path):
    lines = f"{IDS},Reeve\n1,a,b,Ada\n2,a,b,Bo\nTotal : "
    assert read_all(READER, file(tmp_path, lines + "2,,,\n"))["rejected"] == []
    assert "2 were read" in read_all(READER, file(tmp_path, lines + "3,,,\n"))["rejected"][0]["fix"]


def test_a_count_stands_for_as_many_ballots():
    for case in ("counted-csv/export.csv", "counted-xlsx/export.xlsx"):
        tables = read_all(READER, ESS / case)
        assert len(tables["cards"]) == 3 + 1 + 2 + 1 + 4 == len({card["ballot"] for card in tables["cards"]})
        assert ways(tables).count(((("BO PINE", 2),), (1,), None, None)) == 2
        assert [(row["row"], row["column"]) for row in tables["rejected"]] == [(7, "count")]


def test_a_great_count_spans_batches(tmp_path):
    path = file(tmp_path, "Precinct,1ST CHOICE REEVE,2ND CHOICE REEVE,COUNT\nA,Ada,Bo,45000\nB,Bo,undervote,1\n")
    export = Export(path)
    sizes, firsts = [], 0
    for batch in READER.read(export, READER.plan(export)[0]):
        sizes.append(batch.table("cards").num_rows)
        patterns = {row["pattern"]: row["marks"][0]["choice"] for row in batch.table("patterns").to_pylist()}
        firsts += sum(patterns[v] == "Ada" for v in batch.table("votes").column("pattern").to_pylist())
    assert sum(sizes) == 45_001 and max(sizes) <= 20_000 and firsts == 45_000


def test_a_count_beyond_reason_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="20,000,000"):
        read_all(READER, file(tmp_path, "Precinct,1ST CHOICE REEVE,COUNT\nA,Ada,99999999999\n"))


# ---- headers ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "title", "rank", "key"),
    [
        ("For Mayor Choice 1 (45)", "For Mayor", 1, "45"),
        ("DEM Mayor Choice 2 of 5 Citywide (226916)", "DEM Mayor Citywide", 2, "226916"),
        ("3RD CHOICE MAYOR MINNEAPOLIS", "MAYOR MINNEAPOLIS", 3, None),
        ("CONTEST-X 1st Choice", "CONTEST-X", 1, None),
        (" 4th Choice", "", 4, None),
        ("rank_10", "", 10, None),
        ("Reeve - Choice 2", "Reeve", 2, None),
    ],
)
def test_names_of_ranks(cell, title, rank, key):
    found = rank_column(cell)
    assert found is not None and (found.title, found.rank, found.key) == (title, rank, key)


def test_names_that_are_no_ranks():
    for cell in ("CITY COUNCIL 1ST DISTRICT", "Frank 1", "Precinct", "Choice", "WARD 1", "2nd"[:1]):
        assert rank_column(cell) is None, cell


def test_where_contests_begin(tmp_path):
    header = f"Unknown Column,{IDS},Tabulator CVR,Poll Place,Reeve,Levy\n"
    tables = read_all(
        READER, file(tmp_path, header + "x,1,p,bs,0001013415,Hall,Ada,Yes\nx,2,p,bs,0002000007,Hall,Bo,No\n")
    )
    assert [c["contest"] for c in tables["contests"]] == ["Reeve", "Levy"]
    assert [(c["tabulator"], c["position"]) for c in tables["cards"]] == [("0001", 13415), ("0002", 7)]
    assert facts(tables, "note") == ["x.csv: columns not read: Unknown Column, Poll Place"]


def test_titles_above_the_header_are_passed(tmp_path):
    tables = read_all(
        READER, file(tmp_path, f"Fern County,,,,\n,,,,\n{IDS},Reeve Choice 1,Reeve Choice 2\n1,a,b,Ada,Bo\n")
    )
    assert [card["record"] for card in tables["cards"]] == [4]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Reeve Choice 1,Reeve Choice 3", "ranks 1, 3"),
        ("Reeve Choice 1,Reeve Choice 1", "one column"),
        ("Reeve Choice 2", "ranks 2"),
        ("Reeve,Reeve Choice 1", "ranked or not"),
        ("", "holds a contest"),
    ],
)
def test_headers_that_contradict_themselves_are_refused(tmp_path, header, words):
    path = file(tmp_path, f"{IDS},{header}\n1,a,b,Ada,Bo\n")
    with pytest.raises(BadInputError, match=words):
        read_all(READER, path)


def test_a_lost_header_is_refused_with_what_to_say(tmp_path):
    with pytest.raises(BadInputError, match="add the row of column names that was lost") as error:
        read_all(READER, file(tmp_path, "1,Ash,10,Ada,Bo\n2,Ash,10,Bo,Ada\n"))
    assert "1, Ash, 10, Ada, Bo" in str(error.value)


def test_a_column_of_identifiers_is_no_contest(tmp_path):
    rows = "".join(f"{n},a,b,{'Ada' if n % 2 else 'Bo'},S{n:04}\n" for n in range(40))
    with pytest.raises(BadInputError, match=r"'Serial'.*no two are equal"):
        read_all(READER, file(tmp_path, f"{IDS},Reeve,Serial\n{rows}"))


# ---- several votes ---------------------------------------------------------
def test_columns_with_one_title_are_votes_of_one_contest():
    tables = read_all(READER, ESS / "single-2024" / "export.csv")
    assert [(c["contest"], c["votes_allowed"], c["ranks"]) for c in tables["contests"]] == [
        ("Council", 2, 0),
        ("Levy", 1, 0),
    ]
    assert ways(tables, "Council") == [
        ((("Ada Quill", 1), ("Bo Pine", 1)), (), 0, 0), ((), (), 0, 2), ((("Bo Pine", 1),), (), 1, 0)
    ]  # fmt: skip


def test_numbered_columns_are_one_contest_only_where_the_ballots_show_it(tmp_path):
    header = "Council 1,Council 2,Ward 1,Ward 2"
    tables = ranked(tmp_path, "Ada,Bo,Cy,", "Bo,Cy,,Di", "Ada,undervote,Eve,", header=header)
    assert [(c["contest"], c["votes_allowed"]) for c in tables["contests"]] == [
        ("Council", 2),
        ("Ward 1", 1),
        ("Ward 2", 1),
    ]
    assert "'Council': 2 columns" in facts(tables, "note")[0]
    apart = ranked(tmp_path, "Ada,Bo,Cy,", "Ada,,,Di", header=header)  # a card with one of them only
    assert [c["contest"] for c in apart["contests"]] == ["Council 1", "Council 2", "Ward 1", "Ward 2"]
    twice = ranked(tmp_path, "Ada,Ada", "Bo,Ada", header="Council 1,Council 2")  # nobody names one person twice
    assert [c["contest"] for c in twice["contests"]] == ["Council 1", "Council 2"]


# ---- several files ---------------------------------------------------------
def arlo(tmp_path: Path, lists: str, cards: str = "1,a,b,Ada\n2,a,b,Bo\n", **more: str) -> Path:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cvr.csv", f"{IDS},Reeve\n{cards}")
        archive.writestr("ballots.csv", lists)
        for name, text in more.items():
            archive.writestr(f"{name}.csv", text)
    return path


ABOVE = 'Ballots,,,,\nGEN26,,,,\n"Fern, Ontara",,,,\n"May 5, 2026",,,,\n,,,,\n'
TWO = "1,B1,Not Reviewed,Mail,0004000001\n2,B2,Not Reviewed,Mail,0004000002\n"


def test_lists_of_ballots_say_where_a_card_was_scanned(tmp_path):
    tables = read_all(READER, arlo(tmp_path, f"{ABOVE}{BALLOTS}\n{TWO}Total : 2,,,,\n"))
    columns = ("tabulator", "batch", "position", "counting_group", "imprinted_id")
    assert [tuple(card[column] for column in columns) for card in tables["cards"]] == [
        ("0004", "B1", 1, "Mail", "0004000001"), ("0004", "B2", 2, "Mail", "0004000002")
    ]  # fmt: skip
    assert facts(tables, "election_date") == ["2026-05-05"] and facts(tables, "jurisdiction") == ["Fern, Ontara"]
    assert [row["name"] for row in tables["files"]] == ["ballots.csv", "cvr.csv"]


def test_what_does_not_join_is_told():
    tables = read_all(READER, ESS / "arlo" / "export")
    assert [(r["file"], r["row"], r["value"]) for r in tables["rejected"]] == [("list two.csv", 4, "7")]
    assert "cast vote records in no list of ballots, batch unknown: 1" in facts(tables, "note")
    assert [(c["tabulator"], c["imprinted_id"]) for c in tables["cards"]][3] == ("0009", "02bc1dc7bc1e7774")


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        (f"{ABOVE}{BALLOTS}\n{TWO}Total : 3,,,,\n", "2 of 3"),
        (f"{ABOVE}{BALLOTS}\n{TWO}", "cut short"),
        (f"{BALLOTS}\n{TWO}1,B1,Not Reviewed,Mail,0004000001\n", "row 4.*stands once"),
    ],
)
def test_lists_that_are_not_whole_are_refused(tmp_path, lists, words):
    with pytest.raises(BadInputError, match=words):
        read_all(READER, arlo(tmp_path, lists))


def test_two_tables_with_one_list_are_refused(tmp_path):
    path = arlo(tmp_path, f"{BALLOTS}\n{TWO}", more=f"{IDS},Reeve\n1,a,b,Ada\n")
    with pytest.raises(BadInputError, match="each table with its own lists"):
        read_all(READER, path)


def test_lists_alone_are_refused(tmp_path):
    path = file(tmp_path, f"{BALLOTS}\n{TWO}")
    assert READER.recognise(Export(path)) is None
    with pytest.raises(BadInputError, match="add the file whose columns are Cast Vote Record"):
        read_all(READER, path)


def test_numbers_lost_in_a_spreadsheet_are_told(tmp_path):
    tables = read_all(READER, arlo(tmp_path, f"{BALLOTS}\n1,B1,x,Mail,4000001\n2,B1,x,Mail,4.78822E+15\n"))
    assert [c["tabulator"] for c in tables["cards"]] == [None, None]
    assert "sixteen hexadecimal ones: 2" in facts(tables, "note")[0]
    assert "sixteen hexadecimal ones: 1" in " ".join(
        facts(read_all(READER, ESS / "single-2024" / "export.csv"), "note")
    )


def test_parts_of_new_york_share_the_list_of_names():
    export = Export(ESS / "new-york" / "export")
    assert [part.members[0] for part in READER.plan(export)] == ["2026P1V1_EAR.xlsx", "2026P1V1_ELE.xlsx"]
    tables = read_all(READER, export.path)
    assert ways(tables, "DEM Reeve Citywide")[2][0] == (("Write-in", 1), ("Ada Quill", 2), ("Bo Pine", 3))
    assert ways(tables, "DEM Alder 4th Ward")[1][0] == (("Ode Fern", 1), ("219999", 2))
    assert "1 numbers of choices are not in the list" in facts(tables, "note")[0]
    assert {(c["choice"], c["key"]) for c in tables["choices"]} >= {("Ada Quill", "219101"), ("219999", "219999")}


def test_a_second_sheet_of_votes_is_refused(tmp_path):
    rows: list[list[object]] = [[*IDS.split(","), "Reeve Choice 1"], [1, "a", "b", "Ada"]]
    with pytest.raises(BadInputError, match="another in sheet 'Sheet2'"):
        read_all(READER, book(tmp_path / "two.xlsx", rows, rows))
    tables = read_all(READER, book(tmp_path / "one.xlsx", rows, [["made by", "nobody"]]))
    assert facts(tables, "note") == ["one.xlsx: sheets not read: Sheet2"]


# ---- recognition -----------------------------------------------------------
@pytest.mark.parametrize(
    "content",
    [
        f"{BALLOTS}\n1,B,x,y,0001000001\n",
        "Batch Name,Number of Ballots\nA,3\n",
        "contest,choice 1,votes\nReeve,Ada,3\n",
        "year,first choice\n2020,4\n",
    ],
)
def test_foreign_tables_are_not_claimed(tmp_path, content):
    assert READER.recognise(Export(file(tmp_path, content))) is None


def test_a_foreign_file_beside_is_not_passed_over(tmp_path):
    file(tmp_path, f"{IDS},Reeve\n1,a,b,Ada\n", "export/cvr.csv")
    assert READER.recognise(Export(tmp_path / "export")) is not None
    file(tmp_path, "a,b\n1,2\n", "export/other.csv")
    assert READER.recognise(Export(tmp_path / "export")) is None


def test_broken_workbooks_are_refused(tmp_path):
    data = (ESS / "ranked-xlsx" / "export.xlsx").read_bytes()
    path = tmp_path / "x.xlsx"
    path.write_bytes(data[: len(data) // 2])
    assert sniff(path).reader is None
    with pytest.raises(BadInputError):
        read_all(READER, path)


def test_a_plain_copy_reads_like_the_workbook(tmp_path):
    book_tables = read_all(READER, ESS / "counted-xlsx" / "export.xlsx")
    csv_tables = read_all(READER, ESS / "counted-csv" / "export.csv")
    for name in ("cards", "votes", "patterns", "contests", "choices"):
        assert book_tables[name] == csv_tables[name]


def test_a_large_sheet_is_parsed_twice_and_reads_the_same(monkeypatch):
    whole = read_all(READER, ESS / "ranked-xlsx" / "export.xlsx")
    monkeypatch.setattr("faircount.read.syntax.tables.HELD_CELLS", 3)
    assert read_all(READER, ESS / "ranked-xlsx" / "export.xlsx") == whole


def test_a_header_names_what_it_holds():
    header = header_of(["Cast Vote Record", "Precinct", "X Choice 1", "X Choice 2", "Count"], 1, "x")
    assert header.ids == {"record": 0, "precinct": 1} and header.count == 4
    assert [(c.title, c.columns, c.ranked) for c in header.contests] == [("X", (2, 3), True)]
