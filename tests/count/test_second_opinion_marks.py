"""Rules of marks against another hand, written from their texts alone, and what is proved of them."""

import random
from itertools import pairwise

import pytest
from count.second_opinion_marks import marked, nasty
from count.second_opinion_marks.compare import Hand, agree, disagreement

from faircount.count import RULES
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile

HANDS: dict[str, Hand] = {
    "plurality": marked.plurality,
    "threshold": marked.threshold,
    "majority-or-runoff": marked.majority_or_runoff,
    "top-n": marked.top_n,
}
VERDICTS = {
    "plurality": {"elected", "tie", "no votes", "refused"},
    "threshold": {"passed", "not passed", "no votes", "refused"},
    "majority-or-runoff": {"elected", "runoff", "tie", "no votes"},
    "top-n": {"elected", "runoff", "tie", "no votes", "stopped", "refused"},
}


@pytest.mark.parametrize("rule", HANDS)
def test_another_hand_counts_the_same(rule: str) -> None:
    met = agree(rule, HANDS[rule], lambda chance: nasty.marked(chance, rule))
    assert VERDICTS[rule] <= set(met), met


@pytest.mark.parametrize("rule", HANDS)
def test_no_vote_counts_for_somebody_withdrawn(rule: str) -> None:
    """`Choice.kind`: withdrawn is on the ballot, and no vote for it counts."""
    contest = Contest("t", (Choice("Ada", kind="withdrawn"), Choice("Bo")), rule=rule)
    profile = Profile.of({Pattern((Mark(CandidateIndex(0)),)): 2, Pattern((Mark(CandidateIndex(1)),)): 1})
    assert disagreement(rule, HANDS[rule], contest, profile)[1] == []


def votes(*cards: int) -> Profile:
    """Cards that mark the first, second, … choice; a choice without any is left out."""
    return Profile.of({Pattern((Mark(CandidateIndex(at)),)): number for at, number in enumerate(cards) if number})


def test_parts_that_agree_make_a_whole_that_agrees() -> None:
    """Reinforcement: who wins in both halves of a country wins in it (Young 1975, Social choice scoring functions)."""
    chance, shown = random.Random(1), 0
    contest = Contest("t", tuple(map(Choice, "ABC")))
    for _ in range(400):
        east, west = ([chance.randint(0, 6) for _ in "ABC"] for _ in "ew")
        found = [RULES["plurality"].count(contest, votes(*half)).elected for half in (east, west)]
        if found[0] and found[0] == found[1]:
            whole = votes(*(a + b for a, b in zip(east, west, strict=True)))
            assert RULES["plurality"].count(contest, whole).elected == found[0]
            shown += 1
    assert shown > 60


def test_a_larger_primary_sends_on_all_whom_a_smaller_sends() -> None:
    chance = random.Random(2)
    for _ in range(200):
        cards = [chance.randint(0, 5) for _ in "ABCDE"]
        found = []
        for advance in "12345":
            options = (("advance", advance), ("last_place", "all-advance"))
            contest = Contest("t", tuple(map(Choice, "ABCDE")), rule="top-n", options=options)
            found.append(set(RULES["top-n"].count(contest, votes(*cards)).advancing))
        assert all(few <= many for few, many in pairwise(found))


def test_yes_and_no_never_both_reach_more_than_half() -> None:
    chance = random.Random(3)
    for _ in range(200):
        cards = [chance.randint(0, 4), chance.randint(0, 4)]
        base = ("base", chance.choice(["votes", "ballots"]))
        verdicts = [
            RULES["threshold"]
            .count(
                Contest("t", (Choice("Yes"), Choice("No")), rule="threshold", options=(base, ("yes", word))),
                votes(*cards),
            )
            .verdict
            for word in ("Yes", "No")
        ]
        assert verdicts.count("passed") == (cards[0] != cards[1])
