"""Papers as rows of marks: the Australian Capital Territory's folder and New South Wales' table."""

import shutil
from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read import READERS
from read.counted import reading, rejected, ways
from read.reading import FIXTURES, read_all

ACT = FIXTURES / "elections-act" / "export"
NSW = (FIXTURES / "nsw-preferences" / "export.txt").read_text("utf-8")


def test_rows_of_a_paper_are_one_card():
    tables = read_all(READERS["elections-act"], ACT)
    assert ways(tables) == {(("FINN, Bo", 1), ("ROE, Ada", 2)): 1, (("STERN, Cy", 1),): 1, (("LONE, Di", 1),): 1}
    assert [(c["batch"], c["imprinted_id"], c["record"]) for c in tables["cards"]][:2] == [("1", "1", 2), ("1", "2", 4)]
    assert [(c["choice"], c["party"], c["key"]) for c in tables["choices"]][2:] == [
        ("STERN, Cy", "Hill Party", "B-0"), ("LONE, Di", "Hill Party", "A-0"),
    ]  # fmt: skip
    assert rejected(tables) == [(5, None), (6, None), (7, None)], "every row of a paper that cannot be read"


def test_an_electorate_that_no_list_names(tmp_path: Path):
    folder = tmp_path / "act"
    shutil.copytree(ACT, folder)
    (folder / "HillTotal.txt").rename(folder / "BayTotal.txt")
    with pytest.raises(BadInputError, match="none for Bay"):
        read_all(READERS["elections-act"], folder)


def test_squares_above_and_below_the_line(tmp_path: Path):
    tables = reading(tmp_path, "Harbour.txt", NSW, "nsw-preferences")
    assert ways(tables) == {(("Group A", 1), ("Group B", 2)): 1, (("ROE Ada", 1), ("LONE Di", 2)): 1, (): 1}
    assert [(c["choice"], c["party"], c["kind"]) for c in tables["choices"]] == [
        ("Group A", "Group A", "group"), ("Group B", "Group B", "group"), ("FINN Bo", "Group A", "regular"),
        ("ROE Ada", "Group A", "regular"), ("LONE Di", None, "regular"),
    ]  # fmt: skip
    assert [(c["imprinted_id"], c["counting_group"]) for c in tables["cards"]] == [
        ("101", "Ordinary"), ("102", "Postal"), ("103", "Postal"),
    ]  # fmt: skip
    assert rejected(tables) == [(7, None)], "a row of paper 102 that stands apart is no paper of its own"


@pytest.mark.parametrize("number", ["0", "-1", "one", "12345"])
def test_numbers_that_are_none(tmp_path: Path, number: str):
    tables = reading(tmp_path, "a.txt", NSW.replace("\t2\t2\t\tB", f"\t2\t{number}\t\tB"), "nsw-preferences")
    assert rejected(tables) == [(2, None), (3, None), (7, None)]


def test_a_table_without_its_columns(tmp_path: Path):
    with pytest.raises(BadInputError, match="columns are VCBallotPaperID"):
        reading(tmp_path, "a.txt", NSW.replace("VoteType", "Type"), "nsw-preferences")
    with pytest.raises(BadInputError, match="1 to 10,000 squares"):
        reading(tmp_path, "b.txt", NSW.split("\n")[0] + "\n", "nsw-preferences")
