"""ABIF: tokens and names, ranks, ratings and approvals, and totals that the file states."""

from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read import READERS, Export
from read.counted import reading, rejected, ways
from read.reading import FIXTURES, facts, read_all


def test_every_kind_of_line():
    tables = read_all(READERS["abif"], FIXTURES / "abif" / "export.abif")
    assert ways(tables) == {
        (("Ada Roe (Harbour)", 1), ("Bo Finn", 2), ("Write-in", 3)): 7,
        (("Ada Roe (Harbour)", 1), ("Bo Finn", 1), ("Write-in", 2)): 3,
        (("Write-in", 1), ("Ada Roe (Harbour)", 2)): 2,
        (("Cy", 1),): 3,
        (): 1,
    }
    assert rejected(tables) == [(14, None), (1, "ballotcount")]
    assert [(c["choice"], c["key"], c["kind"]) for c in tables["choices"]] == [
        ("Ada Roe (Harbour)", "Roe", "regular"), ("Bo Finn", "Bo F", "regular"), ("Write-in", "W", "write-in"),
        ("Cy", "Cy", "regular"),
    ]  # fmt: skip
    assert [m["score"] for p in tables["patterns"] for m in p["marks"] if m["score"]] == [5, 1]
    assert facts(tables, "note") == ["Harbour Mayor: on ballots without a line of their own: Cy"]


def test_choices_that_no_line_lists_do_not_follow_the_order_of_rows(tmp_path: Path):
    one = reading(tmp_path, "a.abif", "2:Zoe>Ann\n1:Ann\n", "abif")
    two = reading(tmp_path, "b.abif", "1:Ann\n2:Zoe>Ann\n", "abif")
    assert [c["choice"] for c in one["choices"]] == [c["choice"] for c in two["choices"]] == ["Ann", "Zoe"]


def test_ratings_and_approvals_are_not_ranks(tmp_path: Path):
    rated = reading(tmp_path, "a.abif", "5: A/5, B/2,C/0\n2:B/3\n", "abif")
    assert rated["contests"][0]["ranks"] == 0
    assert {(m["choice"], m["rank"], m["score"]) for m in rated["patterns"][0]["marks"]} == {
        ("A", 1, 5), ("B", 1, 2), ("C", 1, 0),
    }  # fmt: skip
    approved = reading(tmp_path, "b.abif", '{ballot_type: "choose_many"}\n4:A,B\n1:B\n', "abif")
    assert (approved["contests"][0]["ranks"], approved["contests"][0]["votes_allowed"]) == (0, 2)
    single = reading(tmp_path, "c.abif", '{ballot_type: "choose_one"}\n4:A\n1:B\n', "abif")
    assert (single["contests"][0]["ranks"], single["contests"][0]["votes_allowed"]) == (0, 1)
    ranked = reading(tmp_path, "d.abif", '{ballot_type: "ranked"}\n4:A\n1:B\n', "abif")
    assert ranked["contests"][0]["ranks"] == 2


def test_ratings_among_rankings_become_ranks(tmp_path: Path):
    tables = reading(tmp_path, "a.abif", "1:A>B\n2:A/1,B/5,C/5\n", "abif")
    assert ways(tables)[("B", 1), ("C", 1), ("A", 2)] == 2


def test_one_choice_twice_at_a_rank_rated_once_is_kept_as_it_is(tmp_path: Path):
    tables = reading(tmp_path, "a.abif", "1:B>Roe/1=Roe=Ann\n", "abif")
    marks = [(m["choice"], m["rank"], m["score"]) for m in tables["patterns"][0]["marks"]]
    assert marks == [("B", 1, None), ("Ann", 2, None), ("Roe", 2, None), ("Roe", 2, 1)]


def test_extended_data_is_said_not_to_be_read(tmp_path: Path):
    tables = reading(tmp_path, "a.abif", '7: D>C: { "precinct":51 }\n', "abif")
    assert ways(tables) == {(("D", 1), ("C", 2)): 7}
    assert facts(tables, "note") == ["a: 1 lines bear extended data, which is not read"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{ballotcount: 4}\n3:A>B\n", "ballotcount 4"),
        ("3:A>B\nhello\n", "row 2.*ABIF line"),
        ("=A:[x]\n=A:[y]\n3:A\n", "one candidate"),
        ("=:[x]\n3:A\n", "a candidate is"),
        ("# nothing\n", "vote lines"),
        ("{broken\n", "ABIF line"),
        ("99999999:A>B\n", "at most 20,000,000"),
    ],
)
def test_refused(tmp_path: Path, text: str, words: str):
    with pytest.raises(BadInputError, match=words):
        reading(tmp_path, "a.abif", text, "abif")


@pytest.mark.parametrize("line", ["3:A>", "3:A>>B", "3:>A", "3:A*2,B*1", "0:A", "3:[A>B"])
def test_a_vote_line_that_is_none_is_kept(tmp_path: Path, line: str):
    tables = reading(tmp_path, "a.abif", f"1:A>B\n{line}\n", "abif")
    assert rejected(tables) == [(2, None)] and len(tables["cards"]) == 1


def test_recognised_by_content(tmp_path: Path):
    for text, ours in (("2:A>B\n", True), ("=A:[x]\n1:A\n", True), ("12:30\n13:45\n", False), ("a: b\n", False)):
        path = tmp_path / "x.txt"
        path.write_text(text)
        assert (READERS["abif"].recognise(Export(path)) is not None) is ours, text
