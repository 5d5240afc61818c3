"""Meek and Warren: what the elected keep, worked by hand, and what must hold of every count."""

import random
from fractions import Fraction

import pytest

from faircount.count import RULES
from faircount.count.presets import PRESETS
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript, UsageError

A, B, C, D = (CandidateIndex(i) for i in range(4))
RULE = RULES["meek"]


def ranks(text: str) -> Pattern:
    return Pattern(tuple(Mark(CandidateIndex("ABCDEF".index(c)), Rank(r)) for r, c in enumerate(text, 1)))


def contest(seats: int = 2, size: int = 4, **options: str) -> Contest:
    return Contest("T", tuple(Choice(n) for n in "ABCDEF"[:size]), seats, 1, size, "meek", tuple(options.items()))


def count(question: Contest, **cards: int) -> Transcript:
    return RULE.count(question, Profile.of({ranks(text): n for text, n in cards.items()}))


def test_a_surplus_moves_and_the_quota_falls_with_exhausted_votes() -> None:
    """Two seats, 60 AB, 10 A, 20 C, 9 B: quota 33 and a little; A has 70 and keeps k of each of its ballots.

    70 k is the quota (99 − 10 (1 − k)) / 3, so 200 k = 89 and k = 0.445: B has 9 + 60 × 0.555 = 42.3 and is elected.
    """
    found = count(contest(), AB=60, A=10, C=20, B=9)
    assert found.elected == (A, B)
    first, second = found.rounds[0], found.rounds[1]
    assert (first.votes, first.elected) == ((70, 9, 20, 0), (A,))
    # The round is settled as soon as somebody new reaches the quota, so k is near 0.445 and not below it.
    kept = Fraction(second.votes[A]) / 70
    assert Fraction(445, 1000) <= kept < Fraction(48, 100)
    assert second.votes[B] == 9 + 60 * (1 - kept)
    assert dict(second.inactive)["exhausted"] == 10 * (1 - kept)


def test_keep_values_settle_where_nobody_is_near() -> None:
    """40 AB, 20 C, 19 D and 18 B are 97, the quota 32.333…; A keeps 32.333/40 = 0.8083 and B gets 7.667: 25.667."""
    found = count(contest(), AB=40, C=20, D=19, B=18)
    second = found.rounds[1]
    assert abs(second.votes[A] - Fraction(97, 3)) < Fraction(1, 1000)
    assert abs(second.votes[B] - (18 + 40 - Fraction(97, 3))) < Fraction(1, 1000)
    assert second.excluded == (D,)
    assert sum(second.votes) + sum(n for _, n in second.inactive) == 97


def test_meek_and_warren_part() -> None:
    """A ballot that two elected choices share: Meek takes a share of what is left, Warren the same price from each."""
    cards = dict(ABC=50, BAC=40, C=20, D=25)
    meek, warren = (count(contest(3, method=method), **cards) for method in ("meek", "warren"))
    assert meek.elected[:2] == warren.elected[:2] == (A, B)
    for found in (meek, warren):
        assert all(one.total == 135 for one in found.rounds)
    assert meek.rounds[-1].votes[C] != warren.rounds[-1].votes[C]


def test_more_decimals_change_only_what_decimals_hold() -> None:
    few = count(contest(decimals="4"), AB=40, C=20, D=19, B=18)
    many = count(contest(decimals="30", near="20"), AB=40, C=20, D=19, B=18)
    assert few.elected == many.elected
    assert abs(few.rounds[1].votes[A] - Fraction(97, 3)) < Fraction(1, 100)
    assert abs(many.rounds[1].votes[A] - Fraction(97, 3)) < Fraction(1, 10**15)
    with pytest.raises(UsageError, match="1 to 30"):
        count(contest(decimals="31"), A=1)


def test_ties_stop_or_are_decided() -> None:
    stopped = count(contest(1), A=5, BA=3, CA=3)
    assert (stopped.verdict, stopped.rounds[-1].tied) == ("tie", (B, C))
    assert count(contest(1, tie="order"), A=5, BA=3, CA=3).elected == (A,)


def test_no_seat_stays_empty_while_somebody_is_hopeful() -> None:
    """New Zealand, Local Electoral Regulations 2001, Schedule 1A, cl. 3: as many hopeful as seats left are elected."""
    found = count(contest(2, 2), A=10)
    assert (found.verdict, found.elected) == ("elected", (A, B))
    open_seat = count(contest(2, 3), A=10)
    assert (open_seat.verdict, open_seat.elected, open_seat.rounds[-1].tied) == ("tie", (A,), (B, C))
    lot = (("tie", "recorded"), ("tie_record", '["C"]'))
    assert count(contest(2, 3, **dict(lot)), A=10).elected == (A, B)
    # With enough others hopeful, those without votes go out together, and nobody asks in which order.
    assert count(contest(1, 4), A=3, B=3).rounds[0].excluded == (C, D)
    assert count(contest(2, 4)).verdict == "no votes"


def test_new_zealand_decides_ties_by_the_first_difference() -> None:
    """Schedule 1A, cls. 19 and 40: after D is out B and C have 5 each; C had 4 before, so C goes, and B wins 9 to 6."""
    cards = Profile.of({ranks(text): n for text, n in {"A": 6, "BA": 5, "CB": 4, "DC": 1}.items()})
    law = PRESETS["new-zealand"].applied(contest(1))
    found = RULE.count(law, cards)
    assert (found.verdict, found.elected) == ("elected", (B,))
    assert [one.excluded for one in found.rounds] == [(D,), (C,), ()]
    assert (found.rounds[-1].votes[B], found.rounds[-1].votes[A]) == (9, 6)
    assert found.rounds[1].ties[0].decided_by == "votes in round 1"
    level = Profile.of({ranks("A"): 6, ranks("B"): 5, ranks("C"): 5})
    assert RULE.count(law, level).verdict == "tie"  # no difference: the Schedule draws, and we do not


def some(chance: random.Random, size: int) -> Profile:
    cards: dict[Pattern, int] = {}
    for _ in range(chance.randint(5, 40)):
        order = "".join(chance.sample("ABCDEF"[:size], chance.randint(0, size)))
        cards[ranks(order)] = cards.get(ranks(order), 0) + chance.randint(1, 5)
    return Profile.of(cards)


def test_the_elected_keep_what_they_need_and_no_more() -> None:
    """In every round but the last, who was elected before has the quota or a little more, never less."""
    seen = 0
    for seed in range(150):
        chance = random.Random(seed)
        size = chance.randint(3, 6)
        seats = chance.randint(1, size - 1)
        method = chance.choice(["meek", "warren"])
        found = RULE.count(contest(seats, size, method=method, tie="order"), some(chance, size))
        earlier: set[CandidateIndex] = set()
        for one in found.rounds:
            assert one.threshold is not None
            for choice in earlier:
                # the quota falls while the last step is taken, so what is kept may be above it by that step
                assert one.votes[choice] >= one.threshold - Fraction(1, 10**6)
                seen += 1
            earlier |= set(one.elected)
        assert len(found.elected) <= seats
    assert seen > 100


def test_a_solid_coalition_gets_its_seats() -> None:
    """Droop proportionality: k quotas of voters who rank the same k or more choices first elect k of them."""
    for seed in range(150):
        chance = random.Random(seed)
        seats = chance.randint(1, 3)
        voters = chance.randint(12, 60)
        wanted = chance.randint(1, seats)
        loyal = voters * wanted // (seats + 1) + 1
        cards: dict[Pattern, int] = {}
        for number in range(voters):
            first = chance.sample("ABC", 3) if number < loyal else chance.sample("DEF", 3)
            text = "".join(first + (chance.sample("DEF", 3) if number < loyal else []))
            cards[ranks(text)] = cards.get(ranks(text), 0) + 1
        found = RULE.count(contest(seats, 6, tie="order"), Profile.of(cards))
        assert len({A, B, C} & set(found.elected)) >= wanted, seed
