"""Files that were once misread: each test is one of them, made small."""

from pathlib import Path

import pytest
import xlsxwriter
from write.rereading import reread, written

from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.app.sniffing import sniff
from faircount.model import BadInputError
from faircount.read import READERS, Export
from faircount.read.export import WORKBOOK
from faircount.store import Workspace
from read.counted import reading, rejected, ways
from read.reading import read_all

DOMINION = (
    "Lantern,5.2.16.1,,,,,,,\n,,,,,Sheriff (Vote For=1),{second},Clerk (Vote For=1),Clerk (Vote For=1)\n"
    ",,,,,Flo,Ade,Jo,Pat\nCvrNumber,TabulatorNum,BatchId,RecordId,BallotType,,,,\n1,7,1,1,A,1,0,1,0\n"
)
TWICE = DOMINION.format(second="Sheriff (Vote For=1)")
CLEAR_IDS = (
    "RowNumber,BoxID,BoxPosition,BallotID,PrecinctID,BallotStyleID,PrecinctStyleName,ScanComputerName,Status,Remade"
)
SCOTTISH = (
    '3,2,\n12,1,\n88,1,3,2,\n"Candidate 1","Ada","H",\n"Candidate 2","Bo","I",\n"Candidate 3","Cy","H",\n"Ward",\n'
)


def claimed(tmp_path: Path, name: str, content: str | bytes) -> str:
    """Return the format that a file of this content is taken for; empty where nobody knows it."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reader = sniff(path).reader
    return reader.name if reader else ""


def clear(*columns: str, rows: str = "") -> str:
    header = ",".join(columns)
    return f"{CLEAR_IDS},{header}\n1,B,1,B+1,1,1,P,S,0,0,1{',0' * (len(columns) - 1)}\n{rows}"


def test_a_withdrawn_candidate_is_not_elected(tmp_path: Path):
    """Most first preferences are for somebody who has withdrawn, as the file says in its second line."""
    (tmp_path / "w.blt").write_text('2 1\n-1\n5 1 2 0\n2 2 0\n0\n"A"\n"B"\n"T"\n')
    tables = read_all(READERS["blt"], tmp_path / "w.blt")
    assert [(c["choice"], c["kind"]) for c in tables["choices"]] == [("A", "withdrawn"), ("B", "regular")]
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "w.blt"], jobs=1)
    ((found,), _) = recount(Opened(space.root))
    assert [found.contest.name_of(at) for at in found.transcript.elected] == ["B"]


def test_the_withdrawn_are_written_and_read_again(tmp_path: Path):
    text = '3 1\n-1\n-3\n2 1 2 0\n0\n"A"\n"B"\n"C"\n"T"\n'
    (tmp_path / "w.blt").write_text(text)
    done = written(reread(tmp_path / "w.blt", tmp_path / "e", "blt"), "blt", tmp_path / "out.blt")
    assert not [loss for loss in done.losses if "kind" in loss.what]
    assert (tmp_path / "out.blt").read_text() == text


@pytest.mark.parametrize(
    "text", ['3 1\n2 1 2 0\n0\n"A, with\nend"\n"B"\n"C"\n"T"\n', '3 1 2 1 2 0 0\n"A"\n"B\nend" "C" "T"']
)
def test_a_name_broken_over_two_lines_does_not_shift_the_names(tmp_path: Path, text: str):
    row = text[: text.index("\nend")].count("\n") + 1
    with pytest.raises(BadInputError, match=f"row {row}: a name in quotation marks begins and ends on one line"):
        reading(tmp_path, "r.blt", text, "blt")


def test_an_empty_title_among_those_of_dominion_is_refused(tmp_path: Path):
    with pytest.raises(BadInputError, match="row 2, column 7: a contest's title stands above each"):
        reading(tmp_path, "d.csv", DOMINION.format(second=""), "dominion-csv")


def test_clear_ballot_in_small_letters_is_clear_ballot(tmp_path: Path):
    text = clear("Choice_1_1:Mayor:1:Vote For 1:Ada:", "Choice_2_1:Mayor:1:Vote For 1:Bo:").lower()
    assert claimed(tmp_path, "b.cvr.csv", text) == "clear-ballot"
    assert READERS["ess"].recognise(Export(tmp_path / "b.cvr.csv")) is None
    tables = read_all(READERS["clear-ballot"], tmp_path / "b.cvr.csv")
    assert ways(tables) == {(("ada", 1),): 1}
    assert [(c["batch"], c["imprinted_id"], c["tabulator"]) for c in tables["cards"]] == [("b", "b+1", "s")]


@pytest.mark.parametrize("total", ["Total,,,5", "Totals,7,8,5", "GRAND TOTAL,,,5"])
def test_a_row_of_totals_is_no_ballot(tmp_path: Path, total: str):
    head = "PRECINCT,1ST CHOICE MAYOR,2ND CHOICE MAYOR,COUNT\n"
    tables = reading(tmp_path, "e.csv", f"{head}P1,Ada,undervote,2\nP1,Bo,Ada,3\n{total}\n", "ess")
    assert len(tables["cards"]) == 5 and [c["choice"] for c in tables["choices"]] == ["Ada", "Bo"]
    assert [(r["row"], r["rule"], r["value"]) for r in tables["rejected"]] == [(4, "a total is not a ballot", total)]


def test_a_candidate_may_be_called_total(tmp_path: Path):
    tables = reading(tmp_path, "m.csv", "MAYOR 1ST CHOICE,COUNT\nTotal,2\nBo,3\n", "ess")
    assert len(tables["cards"]) == 5 and not tables["rejected"]


def test_blank_rows_at_the_end_are_nothing_and_between_cards_are_kept(tmp_path: Path):
    commas = "," * 8 + "\n"
    end = reading(tmp_path, "a.csv", TWICE + commas + "\n" + commas, "dominion-csv")
    assert len(end["cards"]) == 1 and not end["rejected"]
    middle = reading(tmp_path, "b.csv", TWICE + commas + "\n2,7,1,2,A,0,1,,\n", "dominion-csv")
    assert len(middle["cards"]) == 2 and [r["row"] for r in middle["rejected"]] == [6, 7]
    commas = "," * 10 + "\n"
    end = reading(tmp_path, "c.csv", clear("Choice_1_1:Mayor:Vote For 1:Ada:", rows=commas * 2), "clear-ballot")
    assert len(end["cards"]) == 1 and not end["rejected"]
    rows = commas + "2,B,2,B+2,1,1,P,S,0,0,1\n"
    middle = reading(tmp_path, "d.csv", clear("Choice_1_1:Mayor:Vote For 1:Ada:", rows=rows), "clear-ballot")
    assert len(middle["cards"]) == 2 and rejected(middle) == [(3, None)]


@pytest.mark.parametrize(
    "text",
    [
        "Minutes of the meeting\nFirst, the Choice 1, Choice 2 were discussed\nThen, we, ate\n",
        '{"votes": [{"voter": 1, "Mayor Choice 1": "Ada", "Mayor Choice 2": "Bo"}]}',
        "<p>Mayor Choice 1, Mayor Choice 2</p>\n",
        "On the Mayor choice 1, Mayor choice 2\nwas what they said\nand so it stayed\n",
    ],
)
def test_prose_and_documents_are_no_records(tmp_path: Path, text: str):
    assert claimed(tmp_path, "x.txt", text) != "ess"
    assert claimed(tmp_path, "y.csv", "Mayor Choice 1,Mayor Choice 2\nAda,Bo\n,\n") == "ess", "as a table it is"


def test_namesakes_of_clear_ballot_are_told_apart(tmp_path: Path):
    columns = ["Choice_1_1:Mayor:Vote For 1:Bo:DEM", "Choice_2_2:Mayor:Vote For 1:Bo:REP"]
    tables = reading(tmp_path, "k.cvr.csv", clear(*columns), "clear-ballot")
    assert [(c["choice"], c["key"]) for c in tables["choices"]] == [("Bo (DEM)", "1"), ("Bo (REP)", "2")]
    assert ways(tables) == {(("Bo (DEM)", 1),): 1}
    columns = ["Choice_1_1:Mayor:Vote For 1:Bo:", "Choice_2_1:Mayor:Vote For 1:Bo:", "Choice_3_1:Mayor:Vote For 1:Cy:"]
    tables = reading(tmp_path, "l.cvr.csv", clear(*columns), "clear-ballot")
    assert [c["choice"] for c in tables["choices"]] == ["Bo [1]", "Bo [2]", "Cy"]
    columns = [f"Choice_{n}_{n}:Mayor:{rank}:Vote For 1:Bo:{p}" for rank in (1, 2) for n, p in ((1, "DEM"), (2, "REP"))]
    tables = reading(tmp_path, "m.cvr.csv", clear(*columns), "clear-ballot")
    assert [c["choice"] for c in tables["choices"]] == ["Bo (DEM)", "Bo (REP)"]


@pytest.mark.parametrize("name", ["m.csv", "noext", "m.zip"])
def test_a_workbook_is_known_whatever_its_name(tmp_path: Path, name: str):
    with xlsxwriter.Workbook(tmp_path / "m.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([("Cast Vote Record", "Precinct", "Mayor"), ("1", "P", "Ada"), ("2", "P", "Bo")]):
            sheet.write_row(row, 0, cells)
    (tmp_path / name).write_bytes((tmp_path / "m.xlsx").read_bytes())
    (tmp_path / "m.xlsx").unlink()
    assert WORKBOOK not in Export(tmp_path / name).names
    for path in (tmp_path / name, tmp_path)[: 1 if name == "m.zip" else 2]:
        found = sniff(path)
        assert found.reader is not None and found.reader.name == "ess", found.problem
        assert len(read_all(found.reader, path)["cards"]) == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["x.csv", "x.blt"])
def test_utf_16_is_told_by_name(tmp_path: Path, encoding: str, name: str):
    path = tmp_path / name
    path.write_bytes(("\ufeff" + TWICE).encode(encoding))
    problem = sniff(path).problem
    assert "UTF-16 text" in problem and "CSV UTF-8" in problem


def test_contests_in_which_nobody_voted(tmp_path: Path):
    assert claimed(tmp_path, "d.blt", '3 1\n0\n"A"\n"B"\n"C"\n"T"\n') == "blt"
    assert claimed(tmp_path, "d.txt", "3 1\n0\nA\nB\nC\nT\n") == ""
    lines = SCOTTISH.splitlines(keepends=True)
    assert claimed(tmp_path, "z.csv", "".join([lines[0], *lines[3:]])) == "scottish-csv"
    for name, reader in (("d.blt", "blt"), ("z.csv", "scottish-csv")):
        tables = read_all(READERS[reader], tmp_path / name)
        assert not tables["cards"] and not tables["rejected"] and len(tables["choices"]) == 3
        done = ingest(Workspace.create(tmp_path / f"e-{reader}"), [tmp_path / name], jobs=1)
        assert [one.source.format for one in done.taken] == [reader]


def test_scottish_wards_with_semicolons(tmp_path: Path):
    assert claimed(tmp_path, "s.csv", SCOTTISH.replace(",", ";")) == "scottish-csv"
    semicolons = read_all(READERS["scottish-csv"], tmp_path / "s.csv")
    assert ways(semicolons) == {(("Ada", 1),): 12, (("Ada", 1), ("Cy", 2), ("Bo", 3)): 88}
    assert [c["party"] for c in semicolons["choices"]] == ["H", "I", "H"]
