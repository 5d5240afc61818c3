"""Sequential instant runoff: one instant runoff a seat, everything read again."""

import random

import pytest
from count.test_decisions_on_rankings import A, B, C, D, ranked, ranks

from faircount.count import RULES
from faircount.count.ranked.sequential_instant_runoff import passes
from faircount.model import Contest, Pattern, Profile, Transcript

RULE = RULES["sequential-instant-runoff"]


def contest(size: int = 4, seats: int = 2, **options: str) -> Contest:
    one = ranked(size)
    return Contest("T", one.choices, seats=seats, ranks=5, rule=RULE.name, options=tuple(options.items()))


def sequential(one: Contest, **cards: int) -> Transcript:
    return RULE.count(one, Profile.of({ranks(text): n for text, n in cards.items()}))


def test_two_seats_by_hand() -> None:
    """6 A>B, 5 C, 4 B>C. Pass 1: B out, C wins 9 to 6. Pass 2, without C: A 6, B 4, and C's 5 are exhausted."""
    transcript = sequential(contest(3), AB=6, C=5, BC=4)
    assert [r.votes for r in transcript.rounds] == [(6, 4, 5), (6, 0, 9), (6, 4, 0)]
    assert [(r.elected, r.excluded) for r in transcript.rounds] == [((), (B,)), ((C,), ()), ((A,), ())]
    assert transcript.rounds[2].inactive == (("exhausted", 5),)
    assert transcript.rounds[2].note == "Pass 2: all ballots are read again, without C."
    assert (transcript.verdict, transcript.elected) == ("elected", (C, A))
    margin = RULE.margin(contest(3), transcript)
    assert margin and (margin.winner, margin.loser, margin.votes) == (A, B, 2)


def test_somebody_excluded_in_one_pass_may_win_the_next() -> None:
    transcript = sequential(contest(3), AB=9, BA=4, C=5)
    assert (transcript.rounds[0].excluded, transcript.elected) == ((B,), (A, B))
    assert [len(part) for part in passes(transcript.rounds)] == [2, 1]


def test_the_majority_may_take_every_seat() -> None:
    """Why it is not proportional: 6 of 10 voters, all with the same order, fill both seats."""
    assert sequential(contest(4), ABDC=6, CDAB=4).elected == (A, B)


def test_one_seat_is_instant_runoff() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        cards: dict[Pattern, int] = {}
        for _ in range(12):
            cards[ranks("".join(chance.sample("ABCD", chance.randint(0, 4))))] = chance.randint(1, 5)
        options = {"batch": "no", "skipped": "1", "tie": "order"}
        alone = RULES["instant-runoff"].count(ranked(**options), Profile.of(cards))
        first = RULE.count(contest(seats=1, **options), Profile.of(cards))
        assert (first.rounds, first.verdict) == (alone.rounds, alone.verdict)


def test_a_tie_in_a_later_pass_stops_the_count_and_keeps_what_is_filled() -> None:
    transcript = sequential(contest(3), A=9, AB=1, B=1, AC=1, C=1)
    assert (transcript.verdict, transcript.elected, transcript.rounds[-1].tied) == ("tie", (A,), (B, C))
    assert RULE.margin(contest(3), transcript) is None


def test_seats_without_votes_stay_empty() -> None:
    transcript = sequential(contest(4, seats=3), A=5, AB=1)
    assert (transcript.verdict, transcript.elected) == ("elected", (A, B))
    assert RULE.margin(contest(4, seats=3), transcript) is None


def test_parts_follow_every_pass() -> None:
    one = contest(4, seats=3, tie="order")
    cards = {"ABCD": 7, "BACD": 5, "CDBA": 4, "DA": 3, "(AB)C": 2, "": 1}
    whole = sequential(one, **cards)
    halves = [dict(list(cards.items())[::2]), dict(list(cards.items())[1::2])]
    parts = [RULE.follow(one, Profile.of({ranks(t): n for t, n in half.items()}), whole) for half in halves]  # type: ignore[misc]
    assert len(passes(whole.rounds)) == 3
    for made, first, second in zip(whole.rounds, *parts, strict=True):
        assert made.votes == tuple(a + b for a, b in zip(first.votes, second.votes, strict=True))
        assert (made.elected, made.note) == (first.elected, first.note)


@pytest.mark.parametrize("seats", [1, 2, 4, 9])
def test_everyone_has_a_place(seats: int) -> None:
    assert len(sequential(contest(4, seats=seats, tie="order"), ABCD=3, DCBA=2).elected) == min(seats, 4)
    assert D in sequential(contest(4, seats=4, tie="order"), ABCD=3, DCBA=2).elected
