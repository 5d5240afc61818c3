"""Bottoms up: until as many are left as there are seats, or until all have their part."""

from fractions import Fraction

from count.test_decisions_on_rankings import A, B, C, D, E, ranked, ranks

from faircount.count import RULES
from faircount.model import Contest, Profile, Transcript

RULE = RULES["bottoms-up"]


def contest(size: int = 5, seats: int = 2, **options: str) -> Contest:
    one = ranked(size)
    return Contest("T", one.choices, seats=seats, ranks=5, rule=RULE.name, options=tuple(options.items()))


def bottoms_up(one: Contest, **cards: int) -> Transcript:
    return RULE.count(one, Profile.of({ranks(text): n for text, n in cards.items()}))


def test_until_as_many_stand_as_there_are_seats() -> None:
    """10 A, 8 B, 6 C>D, 5 D, 3 E>D: E out, then C with 6 against D's 8, then A, B and D with 10, 8 and 14."""
    cards = {"A": 10, "B": 8, "CD": 6, "D": 5, "ED": 3}
    transcript = bottoms_up(contest(seats=3, batch="no"), **cards)
    assert [r.votes for r in transcript.rounds] == [(10, 8, 6, 5, 3), (10, 8, 6, 8, 0), (10, 8, 0, 14, 0)]
    assert transcript.elected == (D, A, B)
    margin = RULE.margin(contest(seats=3), transcript)
    assert margin and (margin.winner, margin.loser, margin.votes) == (B, C, 2)


def test_no_surplus_moves_and_a_majority_ends_nothing() -> None:
    transcript = bottoms_up(contest(3, seats=2), AB=90, B=5, C=6)
    assert [r.excluded for r in transcript.rounds] == [(B,), ()]
    assert transcript.elected == (A, C)


def test_a_batch_changes_no_winner() -> None:
    cards = {"A": 10, "B": 9, "C": 3, "D": 2, "E": 1}
    one, many = bottoms_up(contest(batch="no"), **cards), bottoms_up(contest(), **cards)
    assert [r.excluded for r in one.rounds] == [(E,), (D,), (C,), ()]
    assert [r.excluded for r in many.rounds] == [(C, D, E), ()]
    assert one.elected == many.elected == (A, B)
    assert [r.excluded for r in bottoms_up(contest(seats=3), **cards).rounds] == [(E,), (D,), ()]


PART = {"until": "part", "part": "1/4"}


def test_until_all_have_more_than_a_part() -> None:
    """40 votes: more than 10 are needed. D out, C out, and the threshold falls with the votes that are left."""
    transcript = bottoms_up(contest(4, seats=1, **PART), A=17, B=10, CA=7, D=6)
    assert [r.threshold for r in transcript.rounds] == [10, Fraction(17, 2), Fraction(17, 2)]
    assert [r.excluded for r in transcript.rounds] == [(D,), (C,), ()]
    assert (transcript.verdict, transcript.elected) == ("elected", (A, B))
    assert transcript.threshold == "more than 1/4 of the votes for continuing choices in the round"


def test_exactly_the_part() -> None:
    cards = {"A": 6, "B": 4, "C": 3, "D": 3}
    assert [r.excluded for r in bottoms_up(contest(4, **PART, tie="order"), **cards).rounds] == [(D,), (C,), ()]
    level = {"A": 6, "B": 5, "C": 5, "D": 4}
    assert bottoms_up(contest(4, **{**PART, "part": "1/5"}, reach="at-least"), **level).elected == (A, B, C, D)
    assert bottoms_up(contest(4, **{**PART, "part": "1/5"}), **level).elected == (A, B, C)


def test_all_below_at_once() -> None:
    cards = {"A": 9, "B": 5, "CD": 4, "DC": 3}
    one = bottoms_up(contest(4, **PART), **cards)
    assert [r.excluded for r in one.rounds] == [(D,), (B,), ()]  # D's ballots lift C above the part
    assert one.elected == (A, C)
    cut = bottoms_up(contest(4, exclude="all-below", **PART), **cards)
    assert cut.rounds[0].excluded == (B, C, D)
    assert cut.elected == (A,)
    nobody = bottoms_up(contest(5, exclude="all-below", **PART), A=5, B=5, C=5, D=4, E=5)
    assert nobody.rounds[0].excluded == (D,)  # nobody has more than a quarter: the lowest alone


def test_ties_and_those_without_votes() -> None:
    tie = bottoms_up(contest(3, seats=2), A=5, B=2, C=2)
    assert (tie.verdict, tie.rounds[0].tied, tie.elected) == ("tie", (B, C), ())
    few = bottoms_up(contest(5, seats=2), A=5, B=2)
    assert (few.elected, few.rounds[0].excluded) == ((A, B), (C, D, E))
    undecided = bottoms_up(contest(5, seats=3), A=5, B=2)  # two of three without votes must go, and nothing says which
    assert (undecided.verdict, undecided.rounds[0].tied) == ("tie", (C, D, E))
    assert bottoms_up(contest(2, seats=3), A=5).elected == (A, B)  # as RCTab: no more stand than there are seats
