"""Cumulative, score and STAR, worked by hand."""

import random
from fractions import Fraction

import pytest

from faircount.count import RULES, Reading
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Choice,
    Contest,
    Mark,
    Pattern,
    Profile,
    Transcript,
    UsageError,
)

A, B, C, D = (CandidateIndex(i) for i in range(4))


def points(**given: int) -> Pattern:
    """A card: `points(A=5, B=3)`."""
    return Pattern(tuple(Mark(CandidateIndex("ABCD".index(name)), score=n) for name, n in given.items()))


def contest(rule: str, seats: int = 1, votes: int = 1, size: int = 4, **options: str) -> Contest:
    choices = tuple(Choice(n) for n in "ABCD"[:size])
    return Contest("T", choices, seats, votes, 0, rule, tuple(options.items()))


def count(question: Contest, *cards: tuple[int, Pattern]) -> Transcript:
    return RULES[question.rule].count(question, Profile.of({card: n for n, card in cards}))


def test_most_points_win_and_what_was_not_given_is_counted() -> None:
    """3 × (A 5, B 4), 2 × (B 5): A 15, B 22; each card could give 20 points."""
    found = count(contest("score"), (3, points(A=5, B=4)), (2, points(B=5)))
    assert found.rounds[0].votes == (15, 22, 0, 0)
    assert found.rounds[0].inactive == (("points not given", 5 * 20 - 37),)
    assert (found.elected, found.rounds[0].unit, found.total) == ((B,), "points", 5)
    margin = RULES["score"].margin(contest("score"), found)
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (B, A, 7)


def test_approval_is_one_point_and_a_bare_mark_gives_it() -> None:
    question = contest("score", most="1")
    both = Pattern((Mark(A), Mark(B)))
    found = count(question, (3, both), (1, Pattern((Mark(B),))))
    assert (found.rounds[0].votes, found.elected) == ((3, 4, 0, 0), (B,))
    with pytest.raises(BadInputError, match="0 to 1 points"):
        count(question, (1, points(A=2)))


def test_two_numbers_for_one_choice_void_that_choice_only() -> None:
    twice = Pattern((Mark(A, score=2), Mark(A, score=5), Mark(B, score=1)))
    assert RULES["score"].read(contest("score"), twice) == Reading(((B, 1),), undervotes=14, overvotes=5)
    same = Pattern((Mark(A, score=2), Mark(A, score=2, conditions=("x",))))
    assert RULES["score"].read(contest("score"), same).votes == ((A, 2),)


def test_marks_that_do_not_count_give_nothing() -> None:
    aside = Pattern((Mark(A, score=5, is_ambiguous=True), Mark(B, score=5, is_vote=False), Mark(C, score=1)))
    assert RULES["score"].read(contest("score"), aside).votes == ((C, 1),)
    gone = Contest("T", (Choice("A"), Choice("B", kind="withdrawn")), rule="score")
    assert RULES["score"].read(gone, points(A=1, B=5)).votes == ((A, 1),)


@pytest.mark.parametrize("most", ["0", "1001"])
def test_most_points_are_bounded(most: str) -> None:
    for rule in ("score", "star"):
        with pytest.raises(UsageError, match="1 to 1000"):
            count(contest(rule, most=most))


def test_star_elects_whom_more_voters_score_higher() -> None:
    """A has most points (2 × 5 + 3 × 2 = 16 to B's 15), and three of five voters score B higher."""
    found = count(contest("star"), (2, points(A=5, C=1)), (3, points(A=2, B=5)))
    assert found.rounds[0].votes == (16, 15, 2, 0)
    assert found.rounds[1].votes == (2, 3, 0, 0)
    assert found.elected == (B,)
    margin = RULES["star"].margin(contest("star"), found)
    assert margin is not None and (margin.votes, margin.basis) == (1, "runoff")


def test_star_cards_that_score_both_alike_prefer_neither() -> None:
    found = count(contest("star"), (2, points(A=5, B=1)), (3, points(A=4, B=4)), (1, points(C=5)), (1, points()))
    assert found.rounds[1].votes == (2, 0, 0, 0)
    assert found.rounds[1].inactive == (("equal preference", 5),)


def test_star_tie_for_the_runoff_is_parted_by_preference_first() -> None:
    """A 30; B and C 10 each, but two voters score C higher than B and one B higher than C."""
    cards = ((6, points(A=5)), (2, points(C=3, B=2)), (1, points(B=6 - 1, C=3)), (1, points(B=1, C=1)))
    found = count(contest("star"), *cards)
    assert found.rounds[0].votes == (30, 10, 10, 0)
    [tie] = found.rounds[0].ties
    assert (tie.tied, tie.chosen, tie.decided_by) == ((B, C), C, "preference between the tied")
    stopped = count(contest("star", tie_in_scores="lot"), *cards)
    assert (stopped.verdict, stopped.elected, len(stopped.rounds)) == ("tie", (), 1)
    drawn = count(contest("star", tie_in_scores="lot", tie="order"), *cards)
    assert drawn.rounds[0].ties[0].chosen == B


def test_star_margin_and_parts_know_who_was_picked_from_a_tie() -> None:
    """A 40; B and C 25, and B is preferred by 7 to 3; D 4, behind the tie, is never in the runoff."""
    question = contest("star")
    cards = (
        (4, points(A=5, B=2, C=1)), (3, points(A=4, B=5, C=3)), (2, points(A=4, B=1, C=5)), (1, points(C=2, D=4)),
    )  # fmt: skip
    found = count(question, *cards)
    assert found.rounds[0].votes == (40, 25, 25, 4)
    assert [(tie.tied, tie.chosen) for tie in found.rounds[0].ties] == [((B, C), B)]
    margin = RULES["star"].margin(question, found)
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (A, B, 3)
    follow = RULES["star"].follow
    assert follow is not None
    parts = [follow(question, Profile.of({card: n}), found)[1].votes for n, card in cards]
    assert [sum(votes) for votes in zip(*parts, strict=True)] == list(found.rounds[1].votes) == [6, 3, 0, 0]


def test_star_margin_where_both_places_were_tied() -> None:
    """B, C and D tie for both places, so that two ties are met; A has fewer points."""
    question = contest("star", tie="order")
    cards = ((2, points(B=5, C=3, D=4)), (1, points(A=1, C=4, D=2)))
    found = count(question, *cards)
    assert found.rounds[0].votes == (1, 10, 10, 10) and len(found.rounds[0].ties) == 2
    margin = RULES["star"].margin(question, found)
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (B, C, 1)


def test_star_tie_in_the_runoff_is_parted_by_points_first() -> None:
    cards = ((1, points(A=5, B=1)), (1, points(B=2, A=1)))
    found = count(contest("star", size=2), *cards)
    assert (found.rounds[0].votes, found.rounds[1].votes, found.elected) == ((6, 3), (1, 1), (A,))
    assert found.rounds[1].ties[0].decided_by == "points in round 1"
    assert count(contest("star", size=2, tie_in_runoff="lot"), *cards).verdict == "tie"


def test_cumulative_votes_go_as_marked() -> None:
    """Three votes a card: A 3; A 2 and B 1; B 1 and C 1 with one not used; D 4 is an overvote."""
    question = contest("cumulative", 2, 3)
    found = count(question, (2, points(A=3)), (1, points(A=2, B=1)), (4, points(B=1, C=1)), (1, points(D=4)))
    assert found.rounds[0].votes == (8, 5, 4, 0)
    assert found.rounds[0].inactive == (("undervote", 4), ("overvote", 3))
    assert found.elected == (A, B)
    margin = RULES["cumulative"].margin(question, found)
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (B, C, 1)


def test_cumulative_votes_divided_evenly() -> None:
    question = contest("cumulative", 2, 3, split="evenly")
    found = count(question, (1, Pattern((Mark(A), Mark(B)))), (1, Pattern((Mark(C),))), (1, Pattern()))
    assert found.rounds[0].votes == (Fraction(3, 2), Fraction(3, 2), 3, 0)
    assert found.rounds[0].inactive == (("undervote", 3),)
    assert found.elected[0] == C


def test_shares_weigh_cumulative_votes() -> None:
    """100 shares for four seats, all on A: 400 votes; 300 shares over B, C and D: 300, 300 and 600."""
    question = contest("cumulative", 4, 4)
    one, other = points(A=4), points(B=1, C=1, D=2)
    profile = Profile.of({one: 1, other: 1}, {one: 100, other: 300})
    assert RULES["cumulative"].count(question, profile).rounds[0].votes == (400, 300, 300, 600)


def test_a_minority_gets_the_seat_that_its_votes_allow() -> None:
    """With v votes for s seats, strictly more than v / (s + 1) plumped on one elect one (Glasser 1959)."""
    chance = random.Random(4)
    for _ in range(200):
        seats = chance.randint(1, 3)
        voters = chance.randint(4, 40)
        minority = voters // (seats + 1) + 1
        cards: dict[Pattern, int] = {points(A=seats): minority}
        for _ in range(voters - minority):
            rest = dict.fromkeys("BCD", 0)
            for _ in range(seats):
                rest[chance.choice("BCD")] += 1
            card = points(**rest)
            cards[card] = cards.get(card, 0) + 1
        question = contest("cumulative", seats, seats, tie="order")
        assert A in RULES["cumulative"].count(question, Profile.of(cards)).elected
