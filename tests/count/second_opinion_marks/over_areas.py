"""Seats where districts have elected members already, and the Electoral College, once more and from their texts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from count.second_opinion_marks.shared_out import DIVIDED

Seats = tuple[list[int], set[int], int]
"""Seats by list, lists level where nothing decides, and seats that nobody got."""


def handed_out(votes: Sequence[Fraction], seats: int, name: str, held: Sequence[int] = ()) -> Seats:
    """Share seats out to the highest quotients, and stop where not all of those level can have one."""
    divide: Callable[[Fraction, int], Fraction | None] = DIVIDED[name]
    won = list(held) or [0] * len(votes)
    while seats:
        claims = {at: divide(Fraction(number), won[at]) for at, number in enumerate(votes) if number > 0}
        best = max((claim for claim in claims.values() if claim is not None), default=None)
        level = {at for at, claim in claims.items() if claim is not None and claim == best}
        if len(level) > seats or not level:
            return won, level, seats
        for at in level:
            won[at] += 1
        seats -= len(level)
    return won, set(), 0


def takes_part(
    votes: Sequence[Fraction], won: Sequence[int], part: Fraction, base: Fraction | None, districts: int | None,
    exempt: Sequence[int],
) -> list[bool]:  # fmt: skip
    """A part of the votes, or so many districts, or exempt."""
    whole = sum(votes, Fraction(0)) if base is None else base
    by_votes = [number >= part * whole for number in votes]
    by_districts = [districts is not None and number >= districts for number in won]
    return [by_votes[at] or by_districts[at] or at in exempt for at in range(len(votes))]


def additional(votes: Sequence[Fraction], won: Sequence[int], seats: int) -> Seats:
    """Scotland and Wales: D'Hondt goes on from the seats won."""
    return handed_out(votes, seats, "dhondt", won)


def new_zealand(votes: Sequence[Fraction], won: Sequence[int], house: int, part: Sequence[bool]) -> Seats:
    """Seats of those who do not take part lessen the house; who won more keeps it."""
    free = house - sum(number for number, one in zip(won, part, strict=True) if not one)
    in_it = [number if one else Fraction(0) for number, one in zip(votes, part, strict=True)]
    due, level, left = handed_out(in_it, free, "sainte-lague")
    return [max(pair) for pair in zip(due, won, strict=True)], level, left


def levelling(votes: Sequence[Fraction], won: Sequence[int], house: int, name: str, part: Sequence[bool]) -> Seats:
    """Who won more than is due keeps it and leaves; the others share the rest."""
    inside = {at for at, one in enumerate(part) if one}
    while True:
        free = house - sum(number for at, number in enumerate(won) if at not in inside)
        shared = [number if at in inside else Fraction(0) for at, number in enumerate(votes)]
        due, level, left = handed_out(shared, max(free, 0), name)
        over = {at for at in inside if won[at] > due[at]}
        if not over:
            return [due[at] if at in inside else won[at] for at in range(len(votes))], level, left
        inside -= over


def winner(votes: Sequence[int]) -> tuple[int | None, str]:
    """Return who takes all electors of an area, and by what."""
    most = [at for at, number in enumerate(votes) if number == max(votes) and number > 0]
    if not most:
        return None, "no votes"
    return (most[0], "most votes") if len(most) == 1 else (None, "tie")


def college(by_area: Sequence[tuple[int, Sequence[int]]], size: int) -> tuple[list[int], int, str, int | None]:
    """Return electors by choice, those of nobody, the verdict, and who is elected."""
    got, nobody = [0] * size, 0
    for electors, votes in by_area:
        one, _ = winner(votes)
        if one is None:
            nobody += electors
        else:
            got[one] += electors
    half = Fraction(sum(got) + nobody, 2)
    for at, number in enumerate(got):
        if number > half:
            return got, nobody, "elected", at
    return got, nobody, "not decided" if any(number + nobody > half for number in got) else "no majority", None


@dataclass
class Covered:
    """The Bundestag as the other hand has it."""

    independent: set[str]
    parties: dict[str, int] = field(default_factory=dict)
    lands: dict[tuple[str, str], tuple[int, set[str], set[str]]] = field(default_factory=dict)
    """Seats, districts whose winners are covered, and districts that are level about it."""
    tie: bool = False
    absolute_majority_without_seats: bool = False


def covered(
    votes: Mapping[str, Mapping[str, Fraction]], winners: Sequence[tuple[str, str, str, Fraction]],
    part: Sequence[str], house: int,
) -> Covered:  # fmt: skip
    """BWahlG §§ 4–6: winners without a list first, then parties, then their lands, then who is covered."""
    found = Covered({district for district, _, party, _ in winners if not party})
    house = max(house - len(found.independent), 0)
    whole = [sum(votes[party].values(), Fraction(0)) for party in part]
    upper, level, _ = handed_out(whole, house, "sainte-lague")
    found.tie = bool(level)
    for party, seats, cast in zip(part, upper, whole, strict=True):
        # § 4(4): more than half of the votes of those that take part and not of the seats.
        found.absolute_majority_without_seats |= cast > sum(whole) / 2 and seats <= Fraction(house, 2)
        if seats:
            found.parties[party] = seats
        lower, level, _ = handed_out(list(votes[party].values()), seats, "sainte-lague")
        found.tie |= bool(level)
        for land, here in zip(votes[party], lower, strict=True):
            found.lands[party, land] = (here, *best_winners([w for w in winners if w[1:3] == (land, party)], here))
    return found


def best_winners(winners: Sequence[tuple[str, str, str, Fraction]], seats: int) -> tuple[set[str], set[str]]:
    """Return the districts with the best results for which there are seats, and those level about the last."""
    sure = {one[0] for one in winners if sum(other[3] >= one[3] for other in winners) <= seats}
    perhaps = {one[0] for one in winners if sum(other[3] > one[3] for other in winners) < seats}
    return sure, perhaps - sure
