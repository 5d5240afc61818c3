"""What audit boards write in a cell, and what the law makes of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from faircount.app.auditing.entering import in_words, said
from faircount.app.auditing.hand_counts import _counted, profile_of
from faircount.app.recounting import result
from faircount.model import BadInputError, Ballot, CandidateIndex, Choice, Contest

ADA, BO, CY = (CandidateIndex(n) for n in range(3))
MARKED = Contest("Board", (Choice("Ada"), Choice("Bo"), Choice("Smith, Cy")), seats=2, votes_allowed=2)
RANKED = replace(MARKED, seats=1, votes_allowed=1, ranks=3, rule="instant-runoff")
SCORED = replace(MARKED, seats=1, votes_allowed=5, rule="score")


@pytest.mark.parametrize(
    ("text", "ballot"),
    [
        ("Ada", Ballot(((ADA, 1),))),
        ("Bo | ada", Ballot(((ADA, 1), (BO, 1)))),
        ("#3", Ballot(((CY, 1),))),
        ("Ada | Bo | Smith, Cy", Ballot()),
        ("blank", Ballot()),
        ("Overvote", Ballot()),
    ],
)
def test_marks(text: str, ballot: Ballot) -> None:
    assert said(MARKED, text, "row 2") == ballot


@pytest.mark.parametrize(
    ("text", "ranking"),
    [
        ("Ada > Bo", (ADA, BO)),
        ("Bo > - > Ada", (BO, ADA)),
        ("Ada = Bo > Smith, Cy", ()),
        ("Bo > Ada = Smith, Cy", (BO,)),
        ("#2 > #1 > #3", (BO, ADA, CY)),
    ],
)
def test_rankings_are_cut_where_the_law_cuts_them(text: str, ranking: tuple[CandidateIndex, ...]) -> None:
    assert said(RANKED, text, "row 2") == Ballot((), ranking)


def test_points() -> None:
    assert said(SCORED, "Ada 5 | Smith, Cy 2", "row 2") == Ballot(((ADA, 5), (CY, 2)))
    for text in ("Ada", "Ada " + "9" * 5_000):
        with pytest.raises(BadInputError, match="points are written after the name"):
            said(SCORED, text, "row 2")


@pytest.mark.parametrize(
    ("contest", "text"), [(MARKED, "Ada | ada"), (MARKED, "Bo | #2"), (RANKED, "Ada = Ada"), (SCORED, "Bo 1 | Bo 2")]
)
def test_a_choice_named_twice_is_refused_and_not_taken_for_one(contest: Contest, text: str) -> None:
    with pytest.raises(BadInputError, match=r"row 7: a cell names each choice once.*twice"):
        said(contest, text, "row 7")
    assert said(RANKED, "Bo > Bo > Ada", "row 7").ranking[0] == BO, "voters do write a name at two ranks"


def test_two_write_ins_on_one_card_are_no_slip() -> None:
    pooled = replace(MARKED, choices=(*MARKED.choices, Choice("Write-in", kind="write-in")))
    assert said(pooled, "Write-in | Write-in", "row 7").votes


@pytest.mark.parametrize("text", ["Nobody", "#4", "#0", "Ada, Bo", "Ada |"])
def test_a_name_that_is_not_on_the_ballot_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadInputError, match=r"row 7: a choice of 'Board' is one of #1 Ada, #2 Bo, #3 Smith, Cy"):
        said(MARKED, text, "row 7")


@pytest.mark.parametrize("contest", [MARKED, RANKED, SCORED])
def test_what_is_told_in_words_is_read_back_the_same(contest: Contest) -> None:
    ballots = {
        "marks": [Ballot(), Ballot(((BO, 1),)), Ballot(((ADA, 1), (CY, 1)))],
        "ranks": [Ballot(), Ballot((), (CY, ADA))],
        "scores": [Ballot(), Ballot(((ADA, 5), (BO, 3)))],
    }["ranks" if contest.ranks else "scores" if contest.rule == "score" else "marks"]
    for ballot in ballots:
        assert said(contest, in_words(contest, ballot), "row 2") == ballot


def test_a_hand_count_is_counted_by_the_law(tmp_path: Path) -> None:
    table = tmp_path / "count.csv"
    table.write_text('said,cards\nAda > Bo,40\nBo,35\n"Smith, Cy > Bo",25\nblank,7\n', encoding="utf-8")
    counted = _counted(RANKED, table)
    assert counted.cards == 107
    assert result(RANKED, profile_of(RANKED, counted)).transcript.elected == (BO,)
    table.write_text("said,cards\nAda,many\n", encoding="utf-8")
    with pytest.raises(BadInputError, match=r"count.csv, row 2: cards are a whole number"):
        _counted(RANKED, table)
