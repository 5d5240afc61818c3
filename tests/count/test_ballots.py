"""What an audit sees of a card: votes and rankings as the law cuts them."""

import pytest

from faircount.count import RULES
from faircount.count.ballots import ballot_of, ballots_of
from faircount.model import (
    NOBODY,
    Ballot,
    CandidateIndex,
    Choice,
    Contest,
    Mark,
    Pattern,
    Profile,
    Rank,
    UsageError,
)

A, B, C = (CandidateIndex(i) for i in range(3))
IRV = RULES["instant-runoff"]


def ranked(*ranks: str, **options: str) -> tuple[Contest, Pattern]:
    """Ranks in order, each a string of choices: `ranked("A", "BC")` overvotes rank 2, "" leaves one empty."""
    marks = [Mark(CandidateIndex("ABC".index(c)), Rank(r)) for r, group in enumerate(ranks, 1) for c in group]
    contest = Contest("T", tuple(Choice(n) for n in "ABC"), 1, 1, 5, "instant-runoff", tuple(options.items()))
    return contest, Pattern(tuple(marks))


@pytest.mark.parametrize(
    ("ranks", "options", "ranking"),
    [
        (("A", "B"), {}, (A, B)),
        (("A", "", "B"), {"skipped": "0"}, (A,)),
        (("A", "BC", "B"), {}, (A,)),
        (("A", "BC", "B"), {"overvote": "skip"}, (A, B)),
        (("A", "A", "B"), {}, (A, B)),
        (("A", "A", "B"), {"repeated": "exhaust"}, (A,)),
        (("BC", "A"), {}, ()),
        ((), {}, ()),
    ],
)
def test_a_ranking_is_cut_where_the_law_cuts_it(ranks, options, ranking) -> None:  # type: ignore[no-untyped-def]
    contest, pattern = ranked(*ranks, **options)
    assert ballot_of(IRV, contest, pattern).ranking == ranking
    assert ballot_of(IRV, contest, pattern).is_empty == (not ranking)


def test_a_withdrawn_choice_is_passed_over() -> None:
    contest = Contest("T", (Choice("A", kind="withdrawn"), Choice("B")), 1, 1, 2, "instant-runoff")
    pattern = Pattern((Mark(A, Rank(1)), Mark(B, Rank(2))))
    assert ballot_of(IRV, contest, pattern).ranking == (B,)


def test_a_rank_that_depends_on_who_stands_is_refused() -> None:
    contest, pattern = ranked("A", "BC", overvote="exhaust-if-multiple-continuing")
    with pytest.raises(UsageError, match="whoever still stands"):
        ballot_of(IRV, contest, pattern)
    with pytest.raises(UsageError, match="way of its own"):
        ballot_of(RULES["senate-stv"], Contest("S", (Choice("A"), Choice("B")), 1, 1, 3, "senate-stv"), Pattern())


def test_marks_scores_and_nobody() -> None:
    pick = Contest("T", (Choice("A"), Choice("B")), votes_allowed=2)
    assert ballot_of(RULES["plurality"], pick, Pattern((Mark(A), Mark(B)))) == Ballot(((A, 1), (B, 1)))
    assert ballot_of(RULES["plurality"], pick, Pattern()) == NOBODY
    score = Contest("T", (Choice("A"), Choice("B")), rule="score")
    assert ballot_of(RULES["score"], score, Pattern((Mark(B, score=3),))) == Ballot(((B, 3),))


def test_ballots_of_a_profile_are_merged_and_ordered() -> None:
    """Two patterns that say the same are one ballot, whatever their flags."""
    contest, one = ranked("A", "B")
    _, gap = ranked("A", "", "B")
    _, other = ranked("C")
    found = ballots_of(IRV, contest, Profile.of({one: 2, gap: 3, other: 4, Pattern(): 5}))
    assert [(b.ranking, n) for b, n in zip(found.ballots, found.cards, strict=True)] == [
        ((), 5),
        ((A, B), 5),
        ((C,), 4),
    ]
    assert found.total_cards == 14 and found.weights == found.cards
