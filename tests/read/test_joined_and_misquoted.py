"""Tables as people hand them over: joined below each other, with a lone quotation mark, with a line of totals."""

import json
from pathlib import Path

import pytest

from faircount.read import READERS
from read.reading import FIXTURES, facts, read_all

DOMINION = """Synod 2031,5.17.17.1,,,,,,,,
,,,,,,Mayor (Vote For=1),Mayor (Vote For=1),Council (Vote For=2),Council (Vote For=2)
,,,,,,Ash,Bo,Cy,Di
CvrNumber,TabulatorNum,BatchId,RecordId,ImprintedId,BallotType,,,,
"""
CLEAR_BALLOT = (
    "RowNumber,BoxID,BoxPosition,BallotID,PrecinctID,BallotStyleID,PrecinctStyleName,ScanComputerName,Status,Remade,"
    "Choice_1_1:Mayor:Vote For 1:Ash:X,Choice_2_1:Mayor:Vote For 1:Bo:Y\n"
)
ESS = "Cast Vote Record,Precinct,Ballot Style,Mayor Choice 1,Mayor Choice 2\n"
MANIFEST = "Batch Name,Number of Ballots\n"
TALLIES = "Batch Name,Ash,Bo\n"
COMPARISON = "county_name,scanner_id,batch_id,count_per_manifest,count_per_cvr_file,difference\n"


def told(reader: str, path: Path, text: str, table: str = "cards") -> tuple[int, list[int]]:
    """Return how many rows of a table are read, and which rows of the file are rejected."""
    path.write_text(text, encoding="utf-8")
    tables = read_all(READERS[reader], path)
    return len(tables[table]), [row["row"] for row in tables["rejected"]]


@pytest.mark.parametrize(
    ("reader", "table", "text", "read", "rejected"),
    [
        ("dominion-csv", "cards",
         DOMINION + '1,7,1,1,"7-1-1,B,1,0,1,0\n2,7,1,2,"7-1-2",B,0,1,1,0\n\n3,7,1,3,7-1-3,B,0,1,1,0\n', 1, [5, 6]),
        ("clear-ballot", "cards",
         CLEAR_BALLOT + '1,"B,1,B+1,P,S,PS,C,0,0,1,0\n2,"B",2,B+2,P,S,PS,C,0,0,0,1\n3,B,3,B+3,P,S,PS,C,0,0,0,1\n',
         1, [2]),
        ("manifest-csv", "manifest", MANIFEST + '"A,10\n"B",20\nC,5\n', 1, [2]),
        ("batch-comparison", "manifest", COMPARISON + 'T,1,"1,5,5,0\nT,1,"2",6,6,0\nT,1,3,7,7,0\n', 2, [2]),
        ("arlo-batch-tallies", "reported", TALLIES + '"A,1,2\n"B",3,4\nC,5,6\n', 2, [2]),
    ],
)  # fmt: skip
def test_a_lone_quotation_mark_does_not_make_one_row_of_two(
    tmp_path: Path, reader: str, table: str, text: str, read: int, rejected: list[int]
) -> None:
    assert told(reader, tmp_path / "table.csv", text, table) == (read, rejected)


@pytest.mark.parametrize(
    ("reader", "text"), [("manifest-csv", MANIFEST), ("arlo-batch-tallies", TALLIES), ("ess", ESS)]
)
def test_what_is_misquoted_is_kept_as_it_was(tmp_path: Path, reader: str, text: str) -> None:
    wide = "A,B,C,D,E" if reader == "ess" else "A,1,2" if reader == "arlo-batch-tallies" else "A,1"
    path = tmp_path / "table.csv"
    path.write_text(f'{text}{wide}\n"Al" Fry{wide[1:]}\n"A\nB"x,2\n{wide.replace("A", "Z")}\n', encoding="utf-8")
    rejected = read_all(READERS[reader], path)["rejected"]
    assert [(row["row"], row["value"]) for row in rejected] == [(3, f'"Al" Fry{wide[1:]}'), (4, '"A\nB"x,2')]


@pytest.mark.parametrize("name", ['"Bo "Al" Fry"', '"Bo ""Al"" Fry"'])
def test_a_quotation_mark_in_a_choice_loses_no_card(tmp_path: Path, name: str) -> None:
    rows = "1,7,1,1,7-1-1,B,1,0,1,0\n2,7,1,2,7-1-2,B,0,1,1,0\n"
    assert told("dominion-csv", tmp_path / "a.csv", DOMINION.replace("Bo", name) + rows)[0] == 2
    header = CLEAR_BALLOT.replace("Choice_2_1:Mayor:Vote For 1:Bo:Y", f'"Choice_2_1:Mayor:Vote For 1:{name[1:-1]}:Y"')
    assert told("clear-ballot", tmp_path / "b.csv", header + "1,B,1,B+1,P,S,PS,C,0,0,1,0\n")[0] == 1
    assert told("arlo-batch-tallies", tmp_path / "c.csv", TALLIES.replace("Bo", name) + "A,1,2\n", "reported")[0] == 2


@pytest.mark.parametrize(
    ("reader", "header", "row", "rejected"),
    [
        ("dominion-csv", DOMINION, "1,7,1,1,7-1-1,B,1,0,1,0\n", [6, 7, 8, 9]),
        ("ess", ESS, "1,P,B,Ash,Bo\n", [3]),
        ("clear-ballot", CLEAR_BALLOT, "1,B,1,B+1,P,S,PS,C,0,0,1,0\n", [3]),
        ("plain-csv", "card,contest,choices\n", "1,Mayor,Ash\n", [3]),
    ],
)
def test_the_header_again_is_no_card(tmp_path: Path, reader: str, header: str, row: str, rejected: list[int]) -> None:
    text = header + row + header + row.replace("1,", "2,", 1)
    assert told(reader, tmp_path / "joined.csv", text) == (2, rejected)
    tables = read_all(READERS[reader], tmp_path / "joined.csv")
    assert not {choice["choice"] for choice in tables["choices"]} & {"Mayor Choice 1", "choices"}


@pytest.mark.parametrize(("header", "table"), [("style,contest", "styles"), ("Contest,Choice", "choices")])
def test_the_header_again_is_no_row_of_a_list(tmp_path: Path, header: str, table: str) -> None:
    assert told("plain-csv", tmp_path / "list.csv", f"{header}\nA,B\n{header}\nA,C\n", table) == (2, [3])


@pytest.mark.parametrize(
    ("reader", "header", "row"),
    [
        ("colorado-contest-list", "CountyName,ContestName,ContestChoices", 'T,Mayor,"Ash,Bo"'),
        ("colorado-comparison",
         "county_name,contest_name,imprinted_id,ballot_type,choice_per_voting_computer,audit_board_selection,consensus,"
         "record_type,audit_board_comment,timestamp,cvr_id,audit_reason",
         'T,Mayor,1-1-1,A,"""Ash""","""Bo""",YES,uploaded,,2031-11-12 09:47:13,41,COUNTY_WIDE_CONTEST'),
    ],
)  # fmt: skip
def test_the_header_again_is_no_row_of_an_audit(tmp_path: Path, reader: str, header: str, row: str) -> None:
    assert told(reader, tmp_path / "audit.csv", f"{header}\n{row}\n{header}\n", "contests") == (1, [3])


def test_cards_of_a_mapped_table_are_no_headers_and_no_totals(tmp_path: Path) -> None:
    export = FIXTURES / "mapped-table" / "cards" / "export.csv"
    mapping = json.loads(export.with_name("export.csv.mapping.json").read_text(encoding="utf-8"))
    for column in mapping["columns"]:  # names in the cells: the header reads as votes for its own names
        if column.pop("choice", None):
            column |= {"means": "choice", "contest": "Board"}
    (tmp_path / "export.csv.mapping.json").write_text(json.dumps(mapping), encoding="utf-8")
    header = export.read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "export.csv").write_text(f"{header}\n1,A,B,C\n{header}\n2,A,B,C\nTotal,2,2,2\n", encoding="utf-8")
    tables = read_all(READERS["mapped-table"], tmp_path)
    assert (len(tables["cards"]), [row["row"] for row in tables["rejected"]]) == (2, [3, 5])


@pytest.mark.parametrize("total", ["Total", "TOTALS", "Grand Total"])
def test_a_line_of_totals_is_no_card(tmp_path: Path, total: str) -> None:
    rows = f"1,7,1,1,7-1-1,B,1,0,1,0\n{total},,,,,,1,0,1,0\n"
    assert told("dominion-csv", tmp_path / "a.csv", DOMINION + rows) == (1, [6])
    rows = f"1,B,1,B+1,P,S,PS,C,0,0,1,0\n{total},,,,,,,,,,1,0\n"
    assert told("clear-ballot", tmp_path / "b.csv", CLEAR_BALLOT + rows) == (1, [3])


def test_empty_cells_at_the_end_of_a_row_are_nothing(tmp_path: Path) -> None:
    assert told("clear-ballot", tmp_path / "b.csv", CLEAR_BALLOT + "1,B,1,B+1,P,S,PS,C,0,0,1,0,,\n") == (1, [])


def test_settings_in_a_list_name_their_filters_too(tmp_path: Path) -> None:
    towns = sorted((FIXTURES / "dominion-json").glob("*/export"))
    for file in towns[0].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    settings = {"Version": "5.17.18.1", "List": [{"ContestFilter": [1], "IncludeOnlyPublishedResultContainers": True}]}
    (tmp_path / "Configuration.json").write_text(json.dumps(settings), encoding="utf-8")
    tables = read_all(READERS["dominion-json"], tmp_path)
    assert "Configuration.json: filtered by Contest 1" in facts(tables, "partial")


def test_the_folder_of_a_list_of_ballots_is_no_county(tmp_path: Path) -> None:
    (tmp_path / "votes").mkdir()
    (tmp_path / "lists").mkdir()
    (tmp_path / "votes" / "cvr.csv").write_text(
        "Cast Vote Record,Precinct,Ballot Style,Mayor\n1,P,B,Ash\n2,P,B,Bo\n", encoding="utf-8"
    )
    (tmp_path / "lists" / "ballots.csv").write_text(
        "Ballots\nTag\nTown, ST\nNovember 4, 2031\n\n"
        "Cast Vote Record,Batch,Ballot Status,Reporting Group,Tabulator CVR\n"
        "1,B1,,Mail,0042000001\n2,B1,,Mail,0042000002\nTotal : 2\n",
        encoding="utf-8",
    )
    tables = read_all(READERS["ess"], tmp_path)
    assert {(card["jurisdiction"], card["tabulator"]) for card in tables["cards"]} == {(None, "0042")}
    assert facts(tables, "jurisdiction") == ["Town, ST"]
    assert facts(tables, "election_date") == ["2031-11-04"]


def test_lines_among_the_choices_of_a_statement_of_votes_are_no_choices(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text(
        "Precinct,Contest,Choice,Total Ballots,Total Votes,Undervotes,Overvotes\n"
        "P1,Mayor,Ash,30,12,3,1\nP1,Mayor,Bo,30,14,3,1\nP1,Mayor,Total Votes,30,26,3,1\nP1,Mayor,Over Votes,30,1,3,1\n",
        encoding="utf-8",
    )
    (tmp_path / "rounds.csv").write_text(
        "Precinct,Contest,Choice,Total Ballots,Round 1 Votes\nP1,Clerk,Cy,30,27\nP1,Clerk,Under Votes,30,3\n",
        encoding="utf-8",
    )
    tables = read_all(READERS["statement-of-votes-csv"], tmp_path)
    assert sorted(row["choice"] for row in tables["choices"]) == ["Ash", "Bo", "Cy"]
    said = sorted((row["measure"], row["choice"] or "", row["count"]) for row in tables["reported"])
    assert said == [
        ("ballots_cast", "", 30), ("ballots_cast", "", 30), ("overvotes", "", 1), ("undervotes", "", 3),
        ("undervotes", "", 3), ("votes", "Ash", 12), ("votes", "Bo", 14), ("votes", "Cy", 27),
    ]  # fmt: skip
    assert any("a total of the contest's candidates" in note for note in facts(tables, "note"))
