"""Borda and Dowdall, worked by hand."""

import random
from fractions import Fraction

import pytest
from ranked_ballots import best, count, matrix, question, some, table

from faircount.count import RULES
from faircount.model import CandidateIndex, Profile, VoteCount

A, B, C = (CandidateIndex(c) for c in range(3))

TENNESSEE = {"M>N>C>K": 42, "N>C>K>M": 26, "C>K>N>M": 15, "K>C>N>M": 17}
"""The example of textbooks: the voters of four towns."""


def test_borda_by_hand() -> None:
    """C: 42 + 2 × 26 + 3 × 15 + 2 × 17 = 173; N: 2 × 42 + 3 × 26 + 15 + 17 = 194."""
    transcript = count("borda", TENNESSEE)
    assert transcript.rounds[0].votes == (173, 107, 126, 194)
    assert (best(transcript, "CKMN"), transcript.rounds[0].unit, transcript.total) == ("N", "points", 100)
    margin = RULES["borda"].margin(question("borda", TENNESSEE)[0], transcript)
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (3, 0, 21)
    assert count("borda", TENNESSEE, first_place="n").rounds[0].votes == (273, 207, 226, 294)


@pytest.mark.parametrize(
    ("options", "points", "rest"),
    [
        # A>B: 3, 2, and C and D share 1 + 0; C: 3, and three share 2 + 1 + 0
        ({"unranked": "averaged"}, (4, 3, Fraction(7, 2), Fraction(3, 2)), 0),
        ({"unranked": "averaged", "first_place": "n"}, (6, 5, Fraction(11, 2), Fraction(7, 2)), 0),
        ({"unranked": "zero"}, (3, 2, 3, 0), 4),
        ({"unranked": "zero", "first_place": "n"}, (4, 3, 4, 0), 9),
        ({"unranked": "modified"}, (2, 1, 1, 0), 16),
    ],
)
def test_choices_that_a_ballot_does_not_rank(
    options: dict[str, str], points: tuple[object, ...], rest: int
) -> None:  # fmt: skip
    kinds = {"D": "regular"}
    transcript = count("borda", {"A>B": 1, "C": 1}, kinds, **options)
    assert transcript.rounds[0].votes == points
    assert dict(transcript.rounds[0].inactive).get("points not given", 0) == rest


def test_the_average_count_is_the_tournament_count() -> None:
    """Its points are the pairwise votes of a choice, and half of those that are level."""
    for seed in range(20):
        ballots = some(random.Random(seed), 5, 30)
        won = matrix(count("copeland", ballots))
        voters = sum(cards for ballot, cards in ballots.items() if len(set(ballot) - set("ABCDE=")) or len(ballot) < 9)
        votes = [[int(str(n or 0)) for n in row] for row in won]
        level = [[voters - votes[i][j] - votes[j][i] if i != j else 0 for j in range(5)] for i in range(5)]
        points = count("borda", ballots).rounds[0].votes
        assert list(points) == [sum(votes[i]) + Fraction(sum(level[i]), 2) for i in range(5)]


def test_equal_preferences_share_their_places() -> None:
    """A=B>C: 3/2 each; C>A=B: 1/2 each."""
    assert count("borda", {"A=B>C": 2, "C>A=B": 1}).rounds[0].votes == (Fraction(7, 2), Fraction(7, 2), 2)
    shared = count("dowdall", {"A=B>C": 1})
    assert shared.rounds[0].votes == (Fraction(3, 4), Fraction(3, 4), Fraction(1, 3))


def test_dowdall_by_the_act() -> None:
    """1, 1/2, 1/3: Nauru Electoral Act 1965 § 26A(2)(b)."""
    ballots = {"A>B>C": 4, "B>C>A": 3, "C>B>A": 2}
    transcript = count("dowdall", ballots)
    assert transcript.rounds[0].votes == (4 + Fraction(5, 3), 2 + 3 + 1, Fraction(4, 3) + Fraction(3, 2) + 2)
    assert best(transcript) == "B" and transcript.rounds[0].inactive == ()
    assert table(transcript, "Points by place").rows == ((1, 1), (2, Fraction(1, 2)), (3, Fraction(1, 3)))


def test_a_constituency_of_two_members() -> None:
    """§ 26B(1): the two with the highest totals; § 26B(4): a tie for the last place is decided elsewhere."""
    ballots = {"A>B>C": 4, "B>C>A": 3, "C>B>A": 2}
    assert count("dowdall", ballots, None, 2).elected == (B, A)
    level = {"A>B>C": 2, "A>C>B": 2}
    tied = count("dowdall", level, None, 2)
    assert (tied.verdict, tied.elected, tied.rounds[0].tied) == ("tie", (A,), (B, C))
    drawn = count("dowdall", level, None, 2, tie="recorded", tie_record='["C"]')
    assert (drawn.verdict, drawn.elected) == ("elected", (A, C))


def test_what_counts_for_nobody() -> None:
    ballots = {"A>B>C": 3, "W": 2, "A=B=C": 1}
    transcript = count("borda", ballots, {"W": "withdrawn"})
    assert transcript.rounds[0].votes == (6, 3, 0, 0)
    assert dict(transcript.rounds[0].inactive) == {"overvote": 3, "exhausted": 6}


def test_rows_and_levels_say_the_same() -> None:
    for rule, options in (
        ("borda", {}),
        ("borda", {"unranked": "modified"}),
        ("borda", {"unranked": "zero"}),
        ("dowdall", {}),
    ):
        for seed in range(10):
            contest, profile = question(rule, some(random.Random(seed), 5, 40), **options)
            thirds = Profile(profile.patterns, profile.cards, tuple(Fraction(n, 3) for n in profile.cards))
            one, two = (RULES[rule].count(contest, cards).rounds[0] for cards in (profile, thirds))
            assert [n / Fraction(3) for n in one.votes] == list(two.votes)
            by_card: list[VoteCount] = [0] * 5
            for pattern, cards in zip(profile.patterns, profile.cards, strict=True):
                for choice, given in RULES[rule].read(contest, pattern).votes:
                    by_card[choice] += given * cards
            assert by_card == list(one.votes)
