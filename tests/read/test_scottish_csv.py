"""Scottish wards as CSV: titles that tell wards apart, and files that are cut short."""

from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read import READERS, Export
from faircount.read.reader import FILES_PER_PART
from read.counted import reading, rejected, ways

GOOD = '2,1,\n5,1,2,\n6,2,\n"Candidate 1","Di Lone","Independent (Ind)",\n"Candidate 2","Ed, Lone","Ind",\n"Harbour",\n'


def test_a_ward(tmp_path: Path):
    tables = reading(tmp_path, "north_2031_ward1.csv", GOOD, "scottish-csv")
    assert ways(tables) == {(("Di Lone", 1), ("Ed, Lone", 2)): 5, (("Ed, Lone", 1),): 6}
    (contest,) = tables["contests"]
    assert (contest["contest"], contest["district"], contest["seats"]) == ("Harbour (north_2031_ward1)", "Harbour", 1)
    assert tables["choices"][0]["party"] == "Independent (Ind)" and not tables["rejected"]


def test_a_skipped_rank_and_a_blank_line(tmp_path: Path):
    tables = reading(tmp_path, "a.csv", GOOD.replace("5,1,2,", "5,,2,\n\n1,"), "scottish-csv")
    assert ways(tables) == {(("Ed, Lone", 2),): 5, (("Ed, Lone", 1),): 6, (): 1}


def test_rows_that_are_no_ballots_are_kept(tmp_path: Path):
    tables = reading(tmp_path, "a.csv", GOOD.replace("6,2,", "6,3,\n0,1,\nx,1,"), "scottish-csv")
    assert rejected(tables) == [(3, "2"), (4, "1"), (5, "1")] and len(tables["cards"]) == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace('"Harbour",\n', ""), "names the ward"),
        (GOOD.replace('"Candidate 2","Ed, Lone","Ind",\n', ""), "every candidate is named"),
        (GOOD.replace("Candidate 2", "Candidate 3"), "candidate 2 was expected"),
        (GOOD.replace("2,1,", "3,1,", 1), "every candidate is named"),
        (GOOD + '"More",\n', "the ward stands last"),
        ("a,b\n", "numbers of candidates and of seats"),
        (GOOD.replace("5,1", "50000000,1"), "at most 20,000,000"),
    ],
)
def test_refused(tmp_path: Path, text: str, words: str):
    with pytest.raises(BadInputError, match=words):
        reading(tmp_path, "a.csv", text, "scottish-csv")


def test_a_folder_is_read_in_parts_and_in_order(tmp_path: Path):
    for ward in range(FILES_PER_PART + 2):
        (tmp_path / f"ward{ward:02}.csv").write_text(GOOD)
    parts = READERS["scottish-csv"].plan(Export(tmp_path))
    assert [len(part.members) for part in parts] == [FILES_PER_PART, 2]
    assert [m for part in parts for m in part.members] == sorted(p.name for p in tmp_path.iterdir())


def test_recognised_by_content(tmp_path: Path):
    for text, ours in ((GOOD, True), ("1,2\n3,4\n", False), ("a,b\n1,2\n", False), ("2,1,\nx,y\n", False)):
        path = tmp_path / "x.csv"
        path.write_text(text)
        assert (READERS["scottish-csv"].recognise(Export(path)) is not None) is ours, text
