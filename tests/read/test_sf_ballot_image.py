"""Ballot image and master lookup: flags, ranks, the lookup's names, and lines that do not fit."""

import shutil

import pytest
from elections.reading import totals

from faircount.count.interpretation import ranking
from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.rankings.sf_ballot_image import NO_LOOKUP, READER, SWAPPED
from read.reading import FIXTURES, facts, read_all

EXPORT = FIXTURES / "sf-ballot-image" / "export"
IMAGE = "20300605_ballotimage.txt"


@pytest.fixture(scope="module")
def tables():
    return read_all(READER, EXPORT)


def test_the_first_flag_is_overvote_the_second_undervote():
    contest, profile = totals(READER, EXPORT).profile("Mayor")
    rankings = [
        tuple((rank, tuple(contest.name_of(c) for c in at)) for rank, at in ranking(contest, p))
        for p in profile.patterns
    ]
    assert ((1, ("BO FINCH",)), (2, ()), (3, ("WRITE-IN",))) in rankings, "rank 2 is overvoted by nobody named"
    assert ((1, ("ADA QUILL",)),) in rankings, "ranks 2 and 3 are left empty"
    assert () in rankings


def test_names_come_from_the_lookup(tables):
    card = tables["cards"][0]
    assert (card["precinct"], card["counting_group"], card["imprinted_id"]) == (
        "Pct 9133", "Election Day", "1-000006603",
    )  # fmt: skip
    assert [(c["contest"], c["ranks"]) for c in tables["contests"]] == [("Mayor", 3), ("Assessor", 3)]
    kinds = {c["choice"]: c["kind"] for c in tables["choices"]}
    assert kinds == {
        "ADA QUILL": "regular", "BO FINCH": "regular", "WRITE-IN JO TARN": "qualified-write-in",
        "WRITE-IN": "write-in", "Write-in (candidate 0)": "write-in", "CY MARL": "regular",
    }  # fmt: skip


def test_candidate_0_without_a_flag_is_a_mark_and_said(tables):
    assert any("candidate 0" in note for note in facts(tables, "note"))


def test_lines_that_do_not_fit_are_rejected(tables):
    assert sorted((r["row"], r["column"] or "") for r in tables["rejected"]) == [(16, "rank"), (19, "flags"), (20, "")]
    assert len(tables["cards"]) == 5


def test_without_a_lookup_numbers_stand_for_names(tmp_path):
    shutil.copy(EXPORT / IMAGE, tmp_path)
    read = totals(READER, tmp_path / IMAGE)
    assert read.cards == 5 and read.fact("partial") == [NO_LOOKUP]
    assert "candidate 11 (not in the lookup)" in read.firsts("contest 1")


def test_flags_the_other_way_round_are_said(tmp_path):
    text = (EXPORT / IMAGE).read_text()
    (tmp_path / IMAGE).write_text("".join(f"{x[:43]}{x[44:45]}{x[43:44]}\n" for x in text.splitlines() if len(x) == 45))
    assert any(SWAPPED in note for note in facts(read_all(READER, tmp_path), "note"))
    assert not any(SWAPPED in note for note in facts(read_all(READER, EXPORT), "note"))


def test_releases_of_two_days_are_refused(tmp_path):
    shutil.copy(EXPORT / IMAGE, tmp_path / "20300606_ballotimage.txt")
    shutil.copy(EXPORT / IMAGE, tmp_path / IMAGE)
    with pytest.raises(BadInputError, match="releases of several days"):
        read_all(READER, tmp_path)
    (tmp_path / "20300606_ballotimage.txt").unlink()
    for day in "56":
        shutil.copy(EXPORT / "20300605_masterlookup.txt", tmp_path / f"2030060{day}_masterlookup.txt")
    with pytest.raises(BadInputError, match="one master lookup"):
        read_all(READER, tmp_path)


def test_recognised_by_content(tmp_path):
    assert READER.recognise(Export(EXPORT)) is not None
    assert READER.recognise(Export(EXPORT / "20300605_masterlookup.txt")) is None
    (tmp_path / "x.txt").write_text("0" * 44 + "\n")
    assert READER.recognise(Export(tmp_path)) is None
