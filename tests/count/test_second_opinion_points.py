"""Rules of points against another hand, written from their texts alone, and what is proved of them."""

import random

import pytest
from count.second_opinion_marks import nasty, pointed
from count.second_opinion_marks.compare import Hand, agree, disagreement

from faircount.count import RULES
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile

HANDS: dict[str, Hand] = {"cumulative": pointed.cumulative, "score": pointed.score, "star": pointed.star}
ABC = tuple(map(Choice, "ABC"))
Scores = tuple[int, ...]


@pytest.mark.parametrize("rule", HANDS)
def test_another_hand_counts_the_same(rule: str) -> None:
    election = nasty.cumulated if rule == "cumulative" else nasty.scored
    met = agree(rule, HANDS[rule], lambda chance: election(chance, rule))
    assert {"elected", "tie", "no votes"} <= set(met), met


def test_no_cumulated_vote_counts_for_somebody_withdrawn() -> None:
    contest = Contest("t", (Choice("Ada", kind="withdrawn"), Choice("Bo")), votes_allowed=2, rule="cumulative")
    profile = Profile.of({Pattern((Mark(CandidateIndex(0), score=2),)): 2, Pattern((Mark(CandidateIndex(1)),)): 1})
    assert disagreement("cumulative", pointed.cumulative, contest, profile)[1] == []


def scores(*cards: Scores) -> Profile:
    """One card for each row of points."""
    counts: dict[Pattern, int] = {}
    for card in cards:
        one = Pattern(tuple(Mark(CandidateIndex(at), score=points) for at, points in enumerate(card)))
        counts[one] = counts.get(one, 0) + 1
    return Profile.of(counts)


def electorate(chance: random.Random) -> list[Scores]:
    return [tuple(chance.randint(0, 5) for _ in ABC) for _ in range(chance.randint(1, 7))]


def elected(rule: str, cards: list[Scores]) -> tuple[CandidateIndex, ...]:
    return RULES[rule].count(Contest("t", ABC, rule=rule), scores(*cards)).elected


def test_score_reinforces_and_nobody_is_worse_off_for_having_voted() -> None:
    """Consistency and participation of range voting (Smith 2000; Young 1975)."""
    chance, shown = random.Random(4), 0
    for _ in range(400):
        east, west = electorate(chance), electorate(chance)
        found = elected("score", east)
        if found and found == elected("score", west):
            assert elected("score", east + west) == found
            shown += 1
        one, whole = west[0], elected("score", [*east, west[0]])
        if found and whole:
            assert one[whole[0]] >= one[found[0]]
    assert shown > 60


@pytest.mark.parametrize("rule", ["score", "star"])
def test_more_points_never_cost_the_winner_the_seat(rule: str) -> None:
    """Monotonicity: of STAR too, as points alone cannot put a worse rival into the runoff."""
    chance, shown = random.Random(5), 0
    for _ in range(400):
        cards = electorate(chance)
        won = elected(rule, cards)
        if won:
            at = chance.randrange(len(cards))
            cards[at] = tuple(5 if choice == won[0] else points for choice, points in enumerate(cards[at]))
            assert elected(rule, cards) == won
            shown += 1
    assert shown > 200


def test_star_never_elects_whom_everybody_else_beats() -> None:
    """The winner of the runoff beats one rival at least, so a Condorcet loser cannot win (Green-Armytage 2014)."""
    chance, losers = random.Random(6), 0
    for _ in range(400):
        cards = electorate(chance)
        for one in range(3):
            behind = [sum((c[one] < c[o]) - (c[one] > c[o]) for c in cards) > 0 for o in range(3) if o != one]
            losers += all(behind)
            assert not all(behind) or one not in elected("star", cards)
    assert losers > 60


def test_a_cohesive_minority_elects_its_one_by_plumping() -> None:
    """More than 1 in seats + 1 voters elect somebody, whatever the others do (Cole 1949; threshold of exclusion)."""
    chance, seats = random.Random(7), 3
    contest = Contest("t", tuple(map(Choice, "ABCDE")), seats, seats, rule="cumulative", options=(("tie", "order"),))
    for _ in range(300):
        others = chance.randint(1, 9)
        minority = others // seats + 1
        cards: list[Scores] = [(0, 0, 0, 0, seats)] * minority
        for _ in range(others):
            given = [0, 0, 0, 0, 0]
            for _ in range(seats):
                given[chance.randrange(4)] += 1
            cards.append(tuple(given))
        assert 4 in RULES["cumulative"].count(contest, scores(*cards)).elected
