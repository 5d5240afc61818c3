"""Colorado's audit files and Georgia's comparison of results: tables, facts, and what is kept as rejected."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from faircount.app.sniffing import sniff
from faircount.model import BadInputError
from faircount.read import READERS
from faircount.read.audits import colorado_contest_list
from faircount.read.audits.colorado_contest_list import choices_of
from faircount.read.audits.colorado_contests import quoted_names
from faircount.read.export import Export
from read.reading import FIXTURES, facts, read_all

CSVS = ("colorado-contests", "colorado-selection", "colorado-tabulation", "colorado-contest-list",
        "colorado-comparison")  # fmt: skip


def fixture(name: str) -> dict[str, list[dict[str, Any]]]:
    (path,) = (FIXTURES / name).glob("export*")
    return read_all(READERS[name], path)


def readings(tables: dict[str, list[dict[str, Any]]], table: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return (printed number, contest) → (choices, conditions) of one table of readings."""
    ways = {p["pattern"]: p for p in tables["patterns"]}
    printed = {c["card"]: c["imprinted_id"] for c in tables["cards"]}
    return {
        (printed[row["card"]], ways[row["pattern"]]["contest"]): (
            [m["choice"] for m in ways[row["pattern"]]["marks"]], ways[row["pattern"]]["conditions"]
        )
        for row in tables[table]
    }  # fmt: skip


def test_both_readings_of_audited_cards() -> None:
    tables = fixture("colorado-comparison")
    assert [(c["jurisdiction"], c["tabulator"], c["batch"], c["position"], c["style"]) for c in tables["cards"]] == [
        ("Lantern", "101", "52", 80, "A"), ("Lantern", "101", "52", 81, "A"), ("Torch", "9", "L1", 3, "B"),
    ]  # fmt: skip
    ada = 'Ada "Ace" Quill'
    assert readings(tables, "votes") == {
        ("101-52-80", "Clerk"): ([ada], []), ("101-52-81", "Clerk"): ([], []),
        ("101-52-80", "Board"): (["Cy Vane", "Dee Wick"], []), ("9-L1-3", "Clerk"): (["Bo Tarn"], ["phantom-record"]),
    }  # fmt: skip
    assert readings(tables, "superseded") == {
        ("101-52-80", "Clerk"): ([ada], []), ("101-52-81", "Clerk"): (["Bo Tarn"], []),
        ("101-52-80", "Board"): (["Cy Vane"], ["no-consensus"]), ("9-L1-3", "Clerk"): ([], []),
    }  # fmt: skip
    assert {row["version"] for row in tables["superseded"]} == {"audit board"}
    assert not any(c["adjudicated"] for c in tables["cards"])
    assert facts(tables, "partial") == ["only the 3 cards that were drawn for the audit"]
    assert facts(tables, "audit board's comment") == ["export.csv, row 3: Lantern 101-52-81, Clerk: faint mark"]
    assert facts(tables, "record")[0] == "41 is Lantern 101-52-80"
    assert [c["contest"] for c in tables["contests"]] == ["Board", "Clerk"]


def test_the_order_of_rows_changes_no_card(tmp_path: Path) -> None:
    text = "county_name,contest_name,imprinted_id,ballot_type,choice_per_voting_computer,audit_board_selection,"
    text += "consensus,record_type\n"
    rows = [f'L,{c},1-1-{n},A,"""X{n}""","""X{n}""",YES,uploaded\n' for n in (1, 2) for c in ("Clerk", "Board")]
    found = []
    for order in (rows, rows[::-1]):
        path = tmp_path / "c.csv"
        path.write_text(text + "".join(order))
        tables = read_all(READERS["colorado-comparison"], path)
        found.append((readings(tables, "votes"), tables["contests"], tables["choices"]))
    assert found[0] == found[1] and len(found[0][0]) == 4


def test_a_contest_twice_on_a_card_is_two_cards(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    text = (FIXTURES / "colorado-comparison" / "export.csv").read_text()
    lines = text.splitlines(keepends=True)
    path.write_text(text + lines[1])
    tables = read_all(READERS["colorado-comparison"], path)
    assert [c["imprinted_id"] for c in tables["cards"]].count("101-52-80") == 2


def test_contests_under_audit() -> None:
    tables = fixture("colorado-contests")
    assert [(c["contest"], c["seats"], c["votes_allowed"]) for c in tables["contests"]] == [
        ("Lantern Clerk", 1, None), ("Town Board", 2, None),
    ]  # fmt: skip
    assert [(r["contest"], r["measure"], r["count"]) for r in tables["reported"]] == [
        ("Lantern Clerk", "ballots_cast", 990), ("Town Board", "ballots_cast", 400),
    ]  # fmt: skip
    assert facts(tables, "winner") == ['Lantern Clerk: Ada "Ace" Quill', "Town Board: Bo Tarn",
                                       "Town Board: Cy Vane, Jr."]  # fmt: skip
    assert "min_margin 120, risk_limit 0.03000000" in facts(tables, "audit of a contest")[0]
    assert [(r["row"], r["column"], r["value"]) for r in tables["rejected"]] == [
        (4, "contest_ballot_card_count", "many")
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [('"Ada"', ("Ada",)), ('"Ada","Bo "Bud" Li"', ("Ada", 'Bo "Bud" Li')), ("", ()), ("Ada, Bo", ("Ada, Bo",)),
     ('""', ()), ('"Cy, Jr.","Dee"', ("Cy, Jr.", "Dee"))],
)  # fmt: skip
def test_quoted_names(text: str, names: tuple[str, ...]) -> None:
    assert quoted_names(text) == names


def test_draws_keep_their_order_and_repeats() -> None:
    tables = fixture("colorado-selection")
    assert facts(tables, "drawn records") == [
        "Lantern Clerk: 4 draws of 3 records: 41 7 41 19",
        "Town Board: 0 draws of 0 records:",
    ]
    assert [(r["row"], r["value"]) for r in tables["rejected"]] == [(4, "[12,13")]


def test_tabulation_by_county() -> None:
    tables = fixture("colorado-tabulation")
    assert [(r["jurisdiction"], r["choice"], r["count"]) for r in tables["reported"]] == [
        ("Lantern", "Ada Quill", 210), ("Lantern", "Bo Tarn", 180), ("Torch", "Bo Tarn", 99),
    ]  # fmt: skip
    assert [(r["row"], r["column"], r["value"]) for r in tables["rejected"]] == [(5, "votes", "n/a")]


def test_tabulation_of_the_state(tmp_path: Path) -> None:
    path = tmp_path / "tabulate.csv"
    path.write_text("contest_name,choice,votes\nClerk,Ada,5\n")
    assert sniff(path).reader is READERS["colorado-tabulation"]
    [row] = read_all(READERS["colorado-tabulation"], path)["reported"]
    assert (row["jurisdiction"], row["count"]) == (None, 5)


def test_a_tabulation_of_undervotes_is_no_choice(tmp_path: Path) -> None:
    path = tmp_path / "tabulate.csv"
    path.write_text("contest_name,choice,votes\nClerk,Ada,5\nClerk,Under Votes,2\nClerk,Total Votes,5\n")
    found = read_all(READERS["colorado-tabulation"], path)
    assert [(r["choice"], r["measure"], r["count"]) for r in found["reported"]] == [
        ("Ada", "votes", 5), (None, "undervotes", 2),
    ]  # fmt: skip
    assert [c["choice"] for c in found["choices"]] == ["Ada"]
    assert ["a total of the contest's candidates" in f["value"] for f in found["facts"]] == [True]


def test_canonical_list() -> None:
    tables = fixture("colorado-contest-list")
    assert [(c["contest"], c["district"]) for c in tables["contests"]] == [("Clerk", None), ("Measure A", "Torch")]
    assert [(c["choice"], c["kind"]) for c in tables["choices"] if c["contest"] == "Clerk"] == [
        ('Ada "Ace" Quill', "regular"), ("Bo Tarn, Jr.", "regular"), ("Write-in", "write-in"),
    ]  # fmt: skip
    assert facts(tables, "contest in a county") == ["Lantern: Clerk", "Torch: Clerk", "Torch: Measure A"]
    assert [r["row"] for r in tables["rejected"]] == [5]
    assert choices_of("Jr., A, III, B,, ") == ("Jr.", "A, III", "B")


def test_contests_by_county(tmp_path: Path) -> None:
    path = tmp_path / "by_county.csv"
    path.write_text(
        "county_id,county_name,contest_name,contest_id\n1,Adams,Clerk,9\n2,Bell,Clerk,10\n2,Bell,Mayor,11\n"
    )
    assert sniff(path).reader is READERS["colorado-contest-list"]
    tables = read_all(READERS["colorado-contest-list"], path)
    assert [(c["contest"], c["key"], c["district"]) for c in tables["contests"]] == [
        ("Clerk", None, None), ("Mayor", "11", "Bell"),
    ]  # fmt: skip


def test_a_list_of_contests_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colorado_contest_list, "MAX_TEXT", 30)
    path = tmp_path / "list.csv"
    path.write_text("CountyName,ContestName,ContestChoices\nBell,Clerk,Ada Quill\nBell,Mayor,Bo Tarn\n")
    with pytest.raises(BadInputError, match=r"list\.csv, row 3: a list of contests has at most 30 characters"):
        read_all(READERS["colorado-contest-list"], path)


def test_contests_of_both_files_are_numbered_in_the_order_of_their_rows(tmp_path: Path) -> None:
    head = "min_margin,contest_name,contest_cvr_ids\n"
    (tmp_path / "a.csv").write_text(f'{head}1,Clerk,"[1]"\n2,Mayor,"[2]"\n3,Clerk,"[3]"\n')
    (tmp_path / "b.csv").write_text(f'{head}1,Mayor,"[4]"\n2,Sheriff,"[5]"\n')
    contests = read_all(READERS["colorado-selection"], tmp_path)["contests"]
    assert [(c["contest"], c["place"]) for c in contests] == [("Clerk", 0), ("Mayor", 1), ("Sheriff", 2)]


@pytest.mark.parametrize("name", CSVS)
def test_other_tables_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text("county,contest,choice\nA,B,C\n")
    assert READERS[name].recognise(Export(path)) is None
    with pytest.raises(BadInputError, match="another header"):
        read_all(READERS[name], path)


@pytest.mark.parametrize("name", CSVS)
def test_a_truncated_row_is_kept_as_rejected_or_refused(tmp_path: Path, name: str) -> None:
    whole = (FIXTURES / name / "export.csv").read_text()
    path = tmp_path / "x.csv"
    path.write_text(whole + "Lantern")
    before, after = fixture(name), read_all(READERS[name], path)
    assert len(after["rejected"]) == len(before["rejected"]) + 1
    assert after["rejected"][-1]["rule"].startswith("a row has as many cells as the header")


def test_the_report_of_an_audit() -> None:
    tables = fixture("colorado-report")
    assert not tables["reported"], "a winner's votes alone would make the others' none"
    assert facts(tables, "audit of a contest") == [
        "Lantern Clerk: targeted Yes, votes for winner 210, votes for runner up 180, total votes 395, min margin 30"
    ]
    assert facts(tables, "drawn card")[1].endswith("imprinted id 101-52-81, random number 7, "
                                                   "random number sequence position 1, multiplicity 2")  # fmt: skip
    assert [r["row"] for r in tables["rejected"]] == [3]


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_a_report_without_a_sheet_is_refused(tmp_path: Path) -> None:
    index = [["Contest Name", "Sheet Name"], ["Clerk", "Clerk"]]
    summary = [["Contest", "Winner", "votes for winner", "votes for runner up", "total votes", "min margin"],
               ["Clerk", "Ada", "3", "2", "5", "1"]]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", **{"Contests to Sheets": index})
    with pytest.raises(BadInputError, match="has the sheets Contests to Sheets and Summary"):
        read_all(READERS["colorado-report"], path)
    path = workbook(tmp_path / "b.xlsx", **{"Contests to Sheets": index, "Summary": summary})
    with pytest.raises(BadInputError, match="every contest has its sheet"):
        read_all(READERS["colorado-report"], path)
    path = workbook(tmp_path / "c.xlsx", **{"Contests to Sheets": index, "Summary": [["Contest"]]})
    with pytest.raises(BadInputError, match="none named Winner"):
        read_all(READERS["colorado-report"], path)


def test_georgias_two_counts() -> None:
    tables = fixture("georgia-comparison")
    rows = [(r["jurisdiction"], r["choice"], r["measure"], r["count"]) for r in tables["reported"]
            if r["claim"] == "audit count"]  # fmt: skip
    assert rows == [
        ("Lantern County", None, "ballots_cast", 400), ("Lantern County", None, "undervotes", 6),
        ("Lantern County", None, "overvotes", 2), ("Lantern County", "Ada Quill", "votes", 211),
        ("Lantern County", "Bo Tarn", "votes", 181), ("Torch County", "Ada Quill", "votes", 5),
        ("Torch County", "Bo Tarn", "votes", 7), ("Torch County", "Cy Vane", "votes", 1),
    ]  # fmt: skip
    assert len(tables["reported"]) == 2 * len(rows) - 1
    assert [(r["row"], r["column"], r["value"]) for r in tables["rejected"]] == [
        (8, "Difference", "5"), (9, "OriginalCount", "n/a"),
    ]  # fmt: skip
    assert [(c["choice"], c["key"]) for c in tables["choices"]] == [
        ("Ada Quill", None), ("Bo Tarn", None), ("Cy Vane", "5:NP"),
    ]  # fmt: skip


def test_short_rows_and_other_headers_of_georgias_workbook(tmp_path: Path) -> None:
    header = [
        "County",
        "ContestId",
        "ContestName",
        "DetailId",
        "DetailName",
        "OriginalCount",
        "AuditCount",
        "Difference",
    ]
    path = workbook(tmp_path / "a.xlsx", Report=[header, ["Lantern County", "1"]])
    assert [r["row"] for r in read_all(READERS["georgia-comparison"], path)["rejected"]] == [2]
    path = workbook(tmp_path / "b.xlsx", Report=[header[:7], ["x"]])
    assert READERS["georgia-comparison"].recognise(Export(path)) is None
    with pytest.raises(BadInputError, match="row 1: the columns are County"):
        read_all(READERS["georgia-comparison"], path)
