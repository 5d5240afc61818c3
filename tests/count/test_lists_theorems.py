"""What is proved of methods of apportionment, tried on many small parliaments."""

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from faircount.count.lists.divisors import DIVISORS, share
from faircount.count.lists.quotas import QUOTAS, share_by_quota

SEQUENCES = list(DIVISORS)


def parliaments(seed: int, number: int = 60, most: int = 999) -> list[list[int]]:
    chance = random.Random(seed)
    return [[chance.randint(1, most) for _ in range(chance.randint(2, 6))] for _ in range(number)]


def first(left: tuple[int, ...], won: object) -> int:
    """Decide ties for the first on the ballot, as the same order must hold in all houses that are compared."""
    return left[0]


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_larger_house_takes_no_seat_from_anybody(name: str) -> None:
    """House monotonicity of every divisor method (Balinski and Young, Fair Representation, 1982)."""
    for votes in parliaments(1):
        houses = [share(votes, seats, DIVISORS[name], settle=first).seats for seats in range(1, 30)]
        assert all(a <= b for small, large in pairwise(houses) for a, b in zip(small, large, strict=True))


@pytest.mark.parametrize("name", SEQUENCES)
def test_more_votes_never_bring_fewer_seats(name: str) -> None:
    for votes in parliaments(2):
        more = [votes[0] + 50, *votes[1:]]
        divisors = DIVISORS[name]
        assert share(more, 12, divisors, settle=first).seats[0] >= share(votes, 12, divisors, settle=first).seats[0]
        order = sorted(zip(votes, share(votes, 12, divisors, settle=first).seats, strict=True))
        assert all(a[1] <= b[1] for a, b in pairwise(order) if a[0] < b[0])


def test_hamilton_takes_a_seat_from_alabama() -> None:
    """The Alabama paradox exists for largest remainders: found by search, and shown by 6, 6 and 2 votes."""
    hare = QUOTAS["hare"]
    assert share_by_quota([6, 6, 2], 10, hare).seats == (4, 4, 2)
    assert share_by_quota([6, 6, 2], 11, hare).seats == (5, 5, 1)
    met = [
        votes
        for votes in parliaments(3, 100)
        for small, large in pairwise(share_by_quota(votes, n, hare, settle=first).seats for n in range(3, 20))
        if any(a > b for a, b in zip(small, large, strict=True))
    ]
    assert met


def test_quota_rule_holds_for_hamilton_and_not_for_jefferson() -> None:
    """No list is more than a seat from its exact share under Hare; D'Hondt goes above, and never below (B. & Y.)."""
    above = 0
    for votes in parliaments(4, 200):
        for seats in (5, 20, 40):
            exact = [Fraction(n * seats, sum(votes)) for n in votes]
            hamilton = share_by_quota(votes, seats, QUOTAS["hare"], settle=first).seats
            assert all(abs(won - due) < 1 for won, due in zip(hamilton, exact, strict=True))
            jefferson = share(votes, seats, DIVISORS["dhondt"], settle=first).seats
            adams = share(votes, seats, DIVISORS["adams"], settle=first).seats
            assert all(won > due - 1 for won, due in zip(jefferson, exact, strict=True))
            assert seats < len(votes) or all(won < due + 1 for won, due in zip(adams, exact, strict=True))
            above += any(won >= due + 1 for won, due in zip(jefferson, exact, strict=True))
    assert above
    # 60 votes and nine lists of 5: 5.7 of 10 seats are due, and D'Hondt gives all 10.
    assert share([60, *[5] * 9], 10, DIVISORS["dhondt"]).seats[0] == 10


def test_dhondt_favours_coalitions_and_adams_splits() -> None:
    """Two lists that join never lose a seat under D'Hondt, and never gain one under Adams (B. & Y., chapter 9)."""
    gained = 0
    for votes in parliaments(5, 200):
        for seats in (7, 15):
            for name, better in (("dhondt", 1), ("adams", -1)):
                if name == "adams" and seats < len(votes):
                    continue
                apart = share(votes, seats, DIVISORS[name])
                joined = share([votes[0] + votes[1], *votes[2:]], seats, DIVISORS[name])
                if apart.level or joined.level:
                    continue
                before, after = sum(apart.seats[:2]), joined.seats[0]
                assert better * after >= better * before
                gained += better * (after - before) > 0
    assert gained > 20


ROUNDED = {
    "dhondt": lambda q: q.numerator // q.denominator,
    "sainte-lague": lambda q: (q + Fraction(1, 2)).numerator // (q + Fraction(1, 2)).denominator,
    "adams": lambda q: -(-q.numerator // q.denominator),
}


@pytest.mark.parametrize("name", ROUNDED)
def test_quotients_and_one_divisor_for_all_are_the_same_method(name: str) -> None:
    """Jefferson, Webster and Adams divide all votes by one figure and round down, to the nearest, and up."""
    shown = 0
    for votes in parliaments(6, 100):
        found = share(votes, 17, DIVISORS[name])
        low, high = found.without[0].quotient, found.awards[-1].quotient
        if found.level or low is None or high is None or low == high:
            continue
        if name == "sainte-lague":
            low, high = 2 * low, 2 * high
        one = (low + high) / 2
        assert tuple(ROUNDED[name](Fraction(n) / one) for n in votes) == found.seats
        shown += 1
    assert shown > 80


def test_hagenbach_bischoff_gives_dhondt_its_first_seats() -> None:
    """Full Hagenbach-Bischoff quotas never exceed the seats of D'Hondt (Switzerland, BPR arts. 40–41)."""
    for votes in parliaments(7, 100):
        full = share_by_quota(votes, 11, QUOTAS["droop"], settle=first).full
        assert all(a <= b for a, b in zip(full, share(votes, 11, DIVISORS["dhondt"], settle=first).seats, strict=True))
        # The seats left go to the highest averages from there on: the same as D'Hondt from the start.
        rest = share(votes, 11 - sum(full), DIVISORS["dhondt"], held=full, settle=first).seats
        assert rest == share(votes, 11, DIVISORS["dhondt"], settle=first).seats


def test_largest_majority_of_votes_against_the_bias_of_each_method() -> None:
    """From Adams to Jefferson seats pass from small lists to large ones (majorization; B. & Y., proposition 5.1)."""
    methods = ["adams", "dean", "huntington-hill", "sainte-lague", "dhondt"]
    for votes in parliaments(8, 80):
        largest = votes.index(max(votes))
        won = [share(votes, 25, DIVISORS[name], settle=first).seats for name in methods]
        for small, large in pairwise(won):
            assert large[largest] >= small[largest]
