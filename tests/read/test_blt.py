"""BLT in its dialects: what each token means, and what is refused because it could mean two things."""

from decimal import Decimal
from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read import READERS, Export
from read.counted import reading, rejected, ways
from read.reading import FIXTURES, facts, read_all

HILL = '4 2\n-2\n3 1 3 4 0\n4 1 3 2 0\n2 4 1=3 0\n1 2 0\n2 2=4=3 1 0\n1 3 4 2 0\n0\n"A"\n"B"\n"C"\n"D"\n"Club"\n'
A_AND_B = '0\n"A"\n"B"\n"T"\n'


def test_every_token_of_the_line_form():
    tables = read_all(READERS["blt"], FIXTURES / "blt" / "lines" / "export.blt")
    of = {p["pattern"]: [(m["choice"], m["rank"]) for m in p["marks"]] for p in tables["patterns"]}
    rows = {tables["cards"][v["card"]]["record"]: of[v["pattern"]] for v in tables["votes"]}
    assert rows[5] == [("Bo Finn", 1)]
    assert rows[6] == [("Write-in", 1), ("Ada Roe", 2), ("Cy Stern", 2)]
    assert rows[7] == [("Cy Stern", 1), ("Ada Roe", 3)] and rows[8] == [("Write-in", 1), ("Bo Finn", 3)]
    assert rows[10] == []
    assert [c["imprinted_id"] for c in tables["cards"] if c["record"] == 5] == ["late-7"]
    assert [c["weight"] for c in tables["cards"] if c["record"] == 9] == [Decimal("1.500000")]
    assert sum(c["weight"] for c in tables["cards"]) == Decimal("11.5") and rejected(tables) == [(11, None)]
    assert facts(tables, "withdrawn") == ["Garden Club: Bo Finn"]
    assert any("skipped rank" in note for note in facts(tables, "note"))
    named = [(c["choice"], c["party"], c["kind"]) for c in tables["choices"]]
    assert named[2:] == [("Cy Stern", "Harbour Party", "regular"), ("Write-in", None, "write-in")]
    assert tables["contests"][0]["seats"] == 2 and tables["contests"][0]["ranks"] == 4


def test_line_ends_mean_nothing_in_a_stream(tmp_path: Path):
    lines = ways(reading(tmp_path, "a.blt", HILL, "blt"))
    assert ways(reading(tmp_path, "b.blt", HILL.replace("\n", " "), "blt")) == lines
    assert ways(reading(tmp_path, "c.blt", HILL.replace("4 2\n", "4 2 ", 1).replace(" 3 ", "\n3\n"), "blt")) == lines
    assert lines.total() == 13 and lines[("A", 1), ("C", 2), ("D", 3)] == 3


def test_ballots_without_zeros_are_lines(tmp_path: Path):
    plain = reading(tmp_path, "a.blt", "3 1\n2 1 3\n1 2\n4\n0\nAda\nBo\nCy\nClub", "blt")
    assert ways(plain) == {(("Ada", 1), ("Cy", 2)): 2, (("Bo", 1),): 1, (): 4}


def test_nicknames_and_options(tmp_path: Path):
    text = '3 1\n[nick ada bo cy]\n[tie bo ada cy]\n2 cy ada 0\n0\n"Ada"\n"Bo"\n"Cy"\n"T"\n"a source"\n'
    tables = reading(tmp_path, "a.blt", text, "blt")
    assert ways(tables) == {(("Cy", 1), ("Ada", 2)): 2}
    assert facts(tables, "note") == ["T: option [nick ada bo cy]", "T: option [tie bo ada cy]", "T: a source"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with the numbers"),
        ("0 1\n0\n", "begins with the numbers"),
        ("99999999999 1\n1 1 0\n0\n", "begins with the numbers"),
        ("2 1\n3 1 0\n", "end with a line 0"),
        ('2 1\n3 1 0\n"A"\n"B"\n"T"\n', "before the names"),
        ('2 1 3 1 0 2 2 0 "A" "B" "T"', "before the names"),
        ("2 1 3 1 0 2 2", "end with a 0 of its own"),
        ('2 1\n3 1 0\n0\n"A"\n', "every candidate is named"),
        ("2 1\n3 1 0\n2 2 1\n1 0\n" + A_AND_B, "put each ballot on one line"),
        ("2 1\n-3\n3 1 0\n" + A_AND_B, "withdrawn candidates are -1 to -2"),
        ("2 1\n3 1 0 2 2 0\n1 1 0 1 2 1 0\n" + A_AND_B, "several ballots each"),
        ("2 1\n30000000 1 0\n" + A_AND_B, "at most 20,000,000"),
    ],
)
def test_refused_rather_than_guessed(tmp_path: Path, text: str, words: str):
    with pytest.raises(BadInputError, match=words):
        reading(tmp_path, "a.blt", text, "blt")


@pytest.mark.parametrize("line", ["x 1 0", "-1.5 1 0", "1/3 1 0", "0.0000001 1 0", "1 3 0", "1 1= 0", "1 a 0"])
def test_a_line_that_is_no_ballot_is_kept(tmp_path: Path, line: str):
    tables = reading(tmp_path, "a.blt", f"2 1\n3 1 0\n{line}\n{A_AND_B}", "blt")
    assert [r["row"] for r in tables["rejected"]] == [3] and len(tables["cards"]) == 3


def test_skipped_ranks_written_as_zeros(tmp_path: Path):
    """As moderators' elections export three ranks: zeros everywhere are no ballots of their own."""
    tables = reading(tmp_path, "a.blt", "3 1\n1 0 0 1 0\n1 2 0 0 0\n1 3 0 1 0\n0\nA\nB\nC\nT", "blt")
    assert ways(tables) == {(("A", 3),): 1, (("B", 1),): 1, (("C", 1), ("A", 3)): 1}


def test_wards_of_one_name_stay_apart():
    tables = read_all(READERS["blt"], FIXTURES / "blt" / "councils" / "export")
    assert [c["contest"] for c in tables["contests"]] == ["Ward 1 (north_ward1)", "Ward 1 (south_ward1)"]
    assert [(c["choice"], c["party"]) for c in tables["choices"]][2:] == [
        ("Cy STERN", "Harbour Party"),
        ("Di LONE", "Ind"),
    ]
    assert sorted(f["name"] for f in tables["files"]) == ["README.md", "north_ward1.blt", "south_ward1.blt"]


def test_namesakes_are_told_apart(tmp_path: Path):
    tables = reading(tmp_path, "a.blt", '2 1\n3 1 2 0\n0\n"Ann Lee"\n"Ann Lee"\n"T"\n', "blt")
    assert ways(tables) == {(("Ann Lee [1]", 1), ("Ann Lee [2]", 2)): 3}


def test_recognised_by_content(tmp_path: Path):
    for text, ours in ((HILL, True), (HILL.replace("\n", " "), True), ("3 3\n1 1 0\n2 2 0\n", False),
                       ("1 2 3\n4 5 6\n", False), ("4 2\n", False), ("4 2\nhello\n0\n", False)):  # fmt: skip
        path = tmp_path / "x.txt"
        path.write_text(text)
        assert (READERS["blt"].recognise(Export(path)) is not None) is ours, text
