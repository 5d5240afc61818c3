"""Seats by list votes where districts have elected members already: additional, levelling and covered seats.

All are pure: votes and seats by list go in, seats by list and the quotients that gave them come out. Equal claims that
the law leaves to a lot are stated (`Shares.level`, `Shares.unfilled`), never decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from faircount.count.lists.divisors import DIVISORS, Divisors, Shares, share
from faircount.model import BadInputError, VoteCount


@dataclass(frozen=True, slots=True)
class Members:
    """Seats of each list: won in districts, given by list votes, and together."""

    won: tuple[int, ...]
    """In districts."""
    entitled: tuple[int, ...]
    """What the list's votes alone would give."""
    seats: tuple[int, ...]
    """In the chamber."""
    shares: Shares
    """The quotients that gave `entitled`, or where seats go on from those won the additional ones."""

    @property
    def overhang(self) -> tuple[int, ...]:
        """Seats beyond what list votes would give, by list."""
        return tuple(max(had - due, 0) for had, due in zip(self.seats, self.entitled, strict=True))


def qualified(
    votes: Sequence[VoteCount],
    won: Sequence[int],
    *,
    part: Fraction = Fraction(1, 20),
    base: VoteCount | None = None,
    districts: int | None = 1,
    exempt: Sequence[int] = (),
) -> tuple[bool, ...]:
    """Return which lists take part: `part` of the votes, or so many districts won, or exempt.

    `base` are all valid votes, where `votes` does not hold those of every list. `districts` None: winning districts
    does not help. New Zealand, Electoral Act 1993 s 191(4): 5 % or 1 district. Germany, BWahlG § 4(2) with the order
    of the Federal Constitutional Court of 30 July 2024 (2 BvF 1/23): 5 % or 3 districts, and national minorities.
    """
    needed = part * (sum(votes) if base is None else base)
    return tuple(
        (n > 0 and n >= needed) or (districts is not None and had >= districts) or place in exempt
        for place, (n, had) in enumerate(zip(votes, won, strict=True))
    )


def additional_members(
    votes: Sequence[VoteCount], won: Sequence[int], seats: int, divisors: Divisors = DIVISORS["dhondt"]
) -> Members:
    """Share `seats` additional seats of one region out: divisors go on from the seats won in its districts.

    Source: Scotland Act 1998 ss 7–8; Government of Wales Act 2006 ss 8–9 (until 2026). Independents are lists of one.
    """
    _same_length(votes, won)
    found = share(votes, seats, divisors, held=won)
    alone = share(votes, seats + sum(won), divisors)
    return Members(tuple(won), alone.seats, found.seats, found)


def mixed_member(votes: Sequence[VoteCount], won: Sequence[int], house: int, takes_part: Sequence[bool]) -> Members:
    """Share the whole house out by Sainte-Laguë; districts won are kept, and those beyond the entitlement are added.

    Source: New Zealand, Electoral Act 1993 ss 191–193: districts won by those without a list that takes part lessen
    the seats to be shared out (s 191(8)); a list that won more than its quotients give keeps them, and the house grows.
    """
    _same_length(votes, won, takes_part)
    free = house - sum(had for had, part in zip(won, takes_part, strict=True) if not part)
    claims = [n if part else 0 for n, part in zip(votes, takes_part, strict=True)]
    found = share(claims, free, DIVISORS["sainte-lague"])
    return Members(tuple(won), found.seats, tuple(map(max, won, found.seats)), found)


def levelled(
    votes: Sequence[VoteCount], won: Sequence[int], house: int, divisors: Divisors, takes_part: Sequence[bool]
) -> Members:
    """Share the whole house out; lists that won more in districts keep it, leave the sharing, and it is done again.

    Levelling seats are what is beyond the seats won. The house does not grow. Source: Norway, Valgloven § 11-6;
    Denmark, Folketingsvalgloven § 77; Sweden until 2014, Vallag (2005:837) ch. 14. **Not Sweden since 2018**: fixed
    seats above a list's share are returned (Lag 2014:1384), so that its seats are those of the whole country's
    sharing, here `entitled`.
    """
    _same_length(votes, won, takes_part)
    inside = [bool(part and n) for n, part in zip(votes, takes_part, strict=True)]
    while True:
        free = house - sum(had for had, part in zip(won, inside, strict=True) if not part)
        found = share([n if part else 0 for n, part in zip(votes, inside, strict=True)], free, divisors)
        above = [p for p, part in enumerate(inside) if part and won[p] > found.seats[p]]
        if not above:
            break
        for place in above:
            inside[place] = False
    seats = tuple(due if part else had for due, had, part in zip(found.seats, won, inside, strict=True))
    alone = share([n if part else 0 for n, part in zip(votes, takes_part, strict=True)], house, divisors)
    return Members(tuple(won), alone.seats, seats, found)


@dataclass(frozen=True, slots=True)
class DistrictWinner:
    """Who has most first votes in a district: the person, the land and the list, votes and all valid first votes."""

    district: str
    land: str
    party: str
    """The party whose list in this land covers the winner; empty where there is none."""
    votes: VoteCount
    valid: VoteCount

    @property
    def part(self) -> Fraction:
        """The winner's part of the valid first votes, by which winners of one list are put in order."""
        return Fraction(self.votes) / Fraction(self.valid)


@dataclass(frozen=True, slots=True)
class LandSeats:
    """The seats of one party in one land."""

    party: str
    land: str
    seats: int
    covered: tuple[str, ...]
    """Districts whose winners have a seat, the largest part of first votes first."""
    uncovered: tuple[str, ...]
    """Districts whose winners have none, as the list's seats do not reach."""
    level: tuple[str, ...] = ()
    """Districts with equal parts of which only some are covered: a lot decides, and it is not decided here."""

    @property
    def from_list(self) -> int:
        """Seats that go on to the land's list, its own candidates in its order."""
        return 0 if self.level else self.seats - len(self.covered)


@dataclass(frozen=True, slots=True)
class Covered:
    """The Bundestag's seats: by party, by party and land, and whose direct mandates they cover."""

    parties: tuple[tuple[str, int], ...]
    lands: tuple[LandSeats, ...]
    independent: tuple[str, ...]
    """Districts whose winners stand for no list: they have a seat before all others."""
    upper: Shares
    """Oberverteilung: the quotients of parties."""
    lower: tuple[tuple[str, Shares], ...]
    """Unterverteilung: the quotients of a party's lands."""


def covered_by_list_votes(
    second_votes: Mapping[str, Mapping[str, VoteCount]],
    winners: Sequence[DistrictWinner],
    *,
    house: int = 630,
    takes_part: Sequence[str],
) -> Covered:
    """Share the seats of the Bundestag out, and say which district winners list votes cover.

    `second_votes` are votes by party, then by land; `takes_part` the parties that may (see `qualified`). Source:
    BWahlG in the version of 8 June 2023, § 4 (upper and lower distribution), § 5 (Sainte-Laguë as rounding), § 6(1)
    (Zweitstimmendeckung) and § 6(2) (winners without a list come first). **Not done here**: second votes of those who
    elected such a winner do not count (§ 4(1)), which no totals tell; the additional seats of a party with more than
    half of the votes and not of the seats (§ 4(4)) are refused with `BadInputError`, as nobody has shown a case.
    """
    lists = {party: lands for party, lands in second_votes.items() if party in takes_part}
    alone = tuple(one.district for one in winners if one.land not in second_votes.get(one.party, {}))
    parties = list(lists)
    totals = [sum(lists[party].values()) for party in parties]
    free = house - len(alone)
    upper = share(totals, free, DIVISORS["sainte-lague"])
    for party, votes, seats in zip(parties, totals, upper.seats, strict=True):
        if 2 * votes > sum(totals) and 2 * seats <= free:
            rule = "a party with more than half of the votes has more than half of the seats (BWahlG § 4(4))"
            raise BadInputError(f"seats of {party}", rule, f"{seats} of {free}", "not supported")
    lower: list[tuple[str, Shares]] = []
    lands: list[LandSeats] = []
    for party, seats in zip(parties, upper.seats, strict=True):
        names = list(lists[party])
        found = share([lists[party][land] for land in names], seats, DIVISORS["sainte-lague"])
        lower.append((party, found))
        lands += [
            _covered(party, land, due, [w for w in winners if (w.party, w.land) == (party, land)])
            for land, due in zip(names, found.seats, strict=True)
        ]
    # Winners of a party that takes no part have no seat, and are named all the same.
    below = {(w.party, w.land): None for w in winners if w.district not in alone and w.party not in lists}
    for party, land in below:
        lands.append(_covered(party, land, 0, [w for w in winners if (w.party, w.land) == (party, land)]))
    return Covered(tuple(zip(parties, upper.seats, strict=True)), tuple(lands), alone, upper, tuple(lower))


def _covered(party: str, land: str, seats: int, winners: list[DistrictWinner]) -> LandSeats:
    order = sorted(winners, key=lambda one: (-one.part, one.district))
    inside, outside = order[:seats], order[seats:]
    level: tuple[str, ...] = ()
    if inside and outside and inside[-1].part == outside[0].part:
        edge = outside[0].part
        level = tuple(one.district for one in order if one.part == edge)
        inside = [one for one in inside if one.part != edge]
        outside = [one for one in outside if one.part != edge]
    return LandSeats(party, land, seats, tuple(w.district for w in inside), tuple(w.district for w in outside), level)


def _same_length(*columns: Sequence[object]) -> None:
    if len({len(column) for column in columns}) > 1:
        raise BadInputError("seats by list", "votes, seats won and who takes part have one figure for each list")
