"""Every outcome over all ways of deciding ties."""

import json
from dataclasses import replace

import pytest

from faircount.count import RULES
from faircount.count.outcomes import every_outcome
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank

A, B, C, D = (CandidateIndex(i) for i in range(4))


def marks(**cards: int) -> Profile:
    return Profile.of({Pattern((Mark(CandidateIndex("ABCD".index(name))),)): n for name, n in cards.items()})


def ranks(**cards: int) -> Profile:
    return Profile.of(
        {
            Pattern(tuple(Mark(CandidateIndex("ABCD".index(c)), Rank(r)) for r, c in enumerate(text, 1))): n
            for text, n in cards.items()
        }
    )


def contest(rule: str, seats: int = 1, number_of_ranks: int = 0, *options: tuple[str, str]) -> Contest:
    return Contest("T", tuple(Choice(n) for n in "ABCD"), seats, 1, number_of_ranks, rule, options)


def test_two_seats_three_tied() -> None:
    found = every_outcome(RULES["plurality"], contest("plurality", 2), marks(A=5, B=5, C=5, D=1))
    assert [one.elected for one in found.possible] == [(A, B), (A, C), (B, C)]
    assert [one.ways for one in found.possible] == [2, 2, 2]
    assert found.complete and not found.is_settled and found.counts == 1 + 3 + 6


def test_a_tie_that_decides_nothing_is_settled() -> None:
    """C and D tie for exclusion; whoever goes, A wins: 6 against 2 and 2, then more than half."""
    question = contest("instant-runoff", 1, 3, ("batch", "no"), ("until_two", "yes"))
    found = every_outcome(RULES["instant-runoff"], question, ranks(A=6, B=3, CA=2, DA=2))
    assert found.is_settled
    assert [(one.elected, one.ways) for one in found.possible] == [((A,), 2)]


def test_a_tie_that_decides_everything() -> None:
    """A 4, B 3, C 3: B out gives C 6, C out gives B 6. Stated tie decisions are set aside."""
    question = contest("instant-runoff", 1, 3, ("tie", "order"))
    found = every_outcome(RULES["instant-runoff"], question, ranks(A=4, BC=3, CB=3))
    assert [(one.elected, one.record) for one in found.possible] == [((B,), (C,)), ((C,), (B,))]


@pytest.mark.parametrize("rule", ["stv", "instant-runoff", "senate-stv", "irish-stv", "cambridge-stv", "meek"])
def test_choices_without_votes_before_a_tie_need_no_decision(rule: str) -> None:
    found = every_outcome(RULES[rule], contest(rule, 1, 3), ranks(A=3, B=3))
    assert [one.elected for one in found.possible] == [(A,), (B,)] and found.complete


def test_a_search_that_was_cut_is_never_settled() -> None:
    found = every_outcome(RULES["plurality"], contest("plurality", 2), marks(A=5, B=5, C=5, D=5), most=3)
    assert not found.complete and not found.is_settled and found.counts == 3


def test_eight_who_are_level_are_tried_in_every_way() -> None:
    """40,320 orders of exclusion, and 1,017 counts: what follows hangs on who is out, not on the order."""
    names = "ABCDEFGH"
    profile = Profile.of({Pattern((Mark(CandidateIndex(i), Rank(1)),)): 1 for i in range(8)})
    asked = Contest("T", tuple(map(Choice, names)), 1, 1, 1, "instant-runoff")
    found = every_outcome(RULES["instant-runoff"], asked, profile)
    assert found.complete and found.counts < 2_000
    assert [one.elected for one in found.possible] == [(CandidateIndex(i),) for i in range(8)]
    assert {one.ways for one in found.possible} == {5_040} and sum(one.ways for one in found.possible) == 40_320
    last = found.possible[-1]
    stated = (("tie", "recorded"), ("tie_record", json.dumps([names[c] for c in last.record])))
    assert RULES["instant-runoff"].count(replace(asked, options=stated), profile).elected == last.elected


def test_the_order_of_exclusion_matters_where_a_rank_counts_for_the_last_one_standing() -> None:
    """A ballot for A, then for B and C on one rank, counts for C only where B went out before A did.

    A and B are out when D and E are level, whichever went first; C can draw level with their last only in one case.
    """
    first = {CandidateIndex(c): n for c, n in ((1, 1), (2, 5))}
    shared = Pattern((Mark(A, Rank(1)), Mark(B, Rank(2)), Mark(C, Rank(2))))
    pairs = [Pattern((Mark(CandidateIndex(a), Rank(1)), Mark(CandidateIndex(b), Rank(2)))) for a, b in ((3, 4), (4, 3))]
    cards = {shared: 1, **{Pattern((Mark(c, Rank(1)),)): n for c, n in first.items()}, **dict.fromkeys(pairs, 3)}
    options = (("batch", "no"), ("overvote", "exhaust-if-multiple-continuing"), ("until_two", "yes"))
    asked = Contest("T", tuple(map(Choice, "ABCDE")), 1, 1, 2, "instant-runoff", options)
    found = every_outcome(RULES["instant-runoff"], asked, Profile.of(cards))
    assert found.complete and [(one.elected, one.ways) for one in found.possible] == [((2,), 2), ((3,), 2), ((4,), 2)]
