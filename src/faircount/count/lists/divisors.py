"""Divisor methods: seats go one after another to the highest of all quotients of votes and divisors. Exact.

Every sequence here is compared as votes^power ÷ divisor^power, so that a geometric mean needs no root and no rounding.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from faircount.model import Catalog, VoteCount

Settle = Callable[[tuple[int, ...], Sequence[int]], int | None]
"""Say which of the lists with an equal claim takes a seat, given the seats of all lists so far; None: nobody says."""


@dataclass(frozen=True, slots=True)
class Divisors:
    """A sequence of divisors: what the votes of a list with 0, 1, 2, … seats are divided by for its next seat."""

    name: str
    term: Callable[[int], int | Fraction]
    """Seats that the list has → its divisor, to the power of `power`. 0: every list with votes comes first once."""
    source: str
    """Who uses or proposed it, and its divisors."""
    power: int = 1
    """To which power quotients are compared: 2 for a square root in the divisors."""

    def quotient(self, votes: VoteCount, held: int) -> Fraction | None:
        """Return votes^power ÷ divisor^power for the next seat; None where the divisor is 0, which beats all others."""
        divisor = self.term(held)
        return Fraction(votes) ** self.power / divisor if divisor else None

    def lacking(self, rival: "Award", last: "Award") -> VoteCount | None:
        """Return the votes with which `rival` would draw level with `last`, all else unchanged; None if none suffice.

        Exact for power 1; else the smallest whole number that suffices.
        """
        if not last.divisor:
            return _plain(Fraction(last.votes) - rival.votes) if not rival.divisor else None
        if self.power == 1:
            return _plain(Fraction(last.votes) * rival.divisor / last.divisor - rival.votes)
        wanted = Fraction(last.votes) ** self.power * rival.divisor / last.divisor
        high = 1
        while (rival.votes + high) ** self.power < wanted:
            high *= 2
        low = -1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if (rival.votes + middle) ** self.power >= wanted else (middle, high)
        return high


@dataclass(frozen=True, slots=True)
class Award:
    """A quotient and the seat that it brings, or would have brought."""

    place: int
    """Which list, 0 first."""
    seat: int
    """Which seat of this list, 1 first."""
    votes: VoteCount
    divisor: VoteCount
    """To the power of the sequence."""
    quotient: Fraction | None
    """To the power of the sequence; None where the divisor is 0."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Seats by list, and every quotient that brought one."""

    seats: tuple[int, ...]
    """Seats by list, those held before among them."""
    awards: tuple[Award, ...]
    """In the order of award: the highest quotient first, equal ones in the order of lists."""
    without: tuple[Award, ...]
    """The next quotient of each list that could take one more seat, the highest first."""
    level: tuple[int, ...] = ()
    """Lists with an equal claim to `unfilled` seats, where nobody decided between them."""
    unfilled: int = 0
    """Seats that nobody got: because of that, or because no list has votes and room."""


def share(
    votes: Sequence[VoteCount],
    seats: int,
    divisors: Divisors,
    *,
    held: Sequence[int] = (),
    limits: Sequence[int | None] = (),
    settle: Settle | None = None,
) -> Shares:
    """Share `seats` seats among lists with these votes; a list without votes gets none.

    `held` are seats that lists have already (their divisors go on from there), `limits` the most seats that each can
    take in all. Equal quotients that all get a seat are no tie; where they do not, `settle` is asked seat by seat.
    """
    won = list(held) or [0] * len(votes)
    awards: list[Award] = []
    level: tuple[int, ...] = ()
    ladder: list[tuple[bool, Fraction, int]] = []

    def climb(place: int) -> None:
        limit = limits[place] if limits else None
        if votes[place] and (limit is None or won[place] < limit):
            quotient = divisors.quotient(votes[place], won[place])
            # Lists whose divisor is 0 come first, those with more votes before the others.
            height = Fraction(votes[place]) if quotient is None else quotient
            heapq.heappush(ladder, (quotient is not None, -height, place))

    def award(place: int) -> None:
        awards.append(_award(place, won[place], votes[place], divisors))
        won[place] += 1

    for place in range(len(votes)):
        climb(place)
    while ladder and len(awards) < seats and not level:
        equal = [heapq.heappop(ladder)]
        while ladder and ladder[0][:2] == equal[0][:2]:
            equal.append(heapq.heappop(ladder))
        left = [place for *_, place in equal]
        if len(left) > seats - len(awards):
            while left and len(awards) < seats:
                chosen = settle(tuple(left), won) if settle else None
                if chosen is None:
                    level = tuple(left)
                    break
                award(chosen)
                left.remove(chosen)
        else:
            for place in left:
                award(place)
        for *_, place in equal:
            climb(place)
    without = tuple(_award(place, won[place], votes[place], divisors) for *_, place in sorted(ladder))
    return Shares(tuple(won), tuple(awards), without, level, seats - len(awards))


def _award(place: int, held: int, votes: VoteCount, divisors: Divisors) -> Award:
    return Award(place, held + 1, votes, _plain(Fraction(divisors.term(held))), divisors.quotient(votes, held))


def _plain(value: Fraction) -> VoteCount:
    return value.numerator if value.denominator == 1 else value


def _first(first: Fraction) -> Callable[[int], int | Fraction]:
    return lambda seats: 2 * seats + 1 if seats else first


DIVISORS = Catalog(
    "divisor method",
    Divisors("dhondt", lambda s: s + 1, "1, 2, 3, 4, … (D'Hondt; as a method for states: Jefferson)"),
    Divisors("sainte-lague", lambda s: 2 * s + 1, "1, 3, 5, 7, … (Sainte-Laguë; Webster)"),
    Divisors("modified-sainte-lague", _first(Fraction(7, 5)), "1.4, 3, 5, 7, … (Norway, Nepal; Sweden until 2014)"),
    Divisors("modified-sainte-lague-1.2", _first(Fraction(6, 5)), "1.2, 3, 5, 7, … (Sweden since 2018)"),
    Divisors("huntington-hill", lambda s: s * (s + 1), "0, √2, √6, √12, … (2 U.S.C. § 2a)", power=2),
    Divisors("adams", lambda s: s, "0, 1, 2, 3, … (Adams)"),
    Divisors("dean", lambda s: Fraction(2 * s * (s + 1), 2 * s + 1), "0, 4/3, 12/5, 24/7, … (Dean, harmonic mean)"),
    Divisors("danish", lambda s: 3 * s + 1, "1, 4, 7, 10, … (Denmark, seats by province)"),
    Divisors("imperiali", lambda s: Fraction(s + 2, 2), "1, 1.5, 2, 2.5, … (Belgian municipal councils)"),
    Divisors("estonian", lambda s: (s + 1) ** 9, "1, 2^0.9, 3^0.9, 4^0.9, … (Riigikogu Election Act § 62)", power=10),
)
"""Sequences of divisors by name."""
