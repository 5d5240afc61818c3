"""Areas and what adds up over them: votes and seats of the parts are those of the whole, or somebody is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from faircount.model import BadInputError, Contest, Transcript, VoteCount


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a country with the parts that make it up; without parts, where votes are counted.

    Raises `BadInputError` for a name that is empty or borne by two areas of one whole.
    """

    name: str
    parts: tuple["Area", ...] = ()

    def __post_init__(self) -> None:
        names = [area.name for area in self.within()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or not all(name.strip() for name in names):
            raise BadInputError(f"area {self.name!r}", "areas of one whole have names of their own", f"twice: {twice}")

    def within(self) -> Iterator["Area"]:
        """Yield this area and all parts of parts, each before its parts."""
        yield self
        for part in self.parts:
            yield from part.within()

    def leaves(self) -> Iterator["Area"]:
        """Yield the areas without parts, in order."""
        return (area for area in self.within() if not area.parts)


@dataclass(frozen=True, slots=True)
class AreaVotes:
    """Votes by choice in one area."""

    area: str
    votes: tuple[VoteCount, ...]
    """In the order of choices that all areas share."""


def summed(whole: Area, votes: Mapping[str, Sequence[VoteCount]]) -> tuple[AreaVotes, ...]:
    """Return the votes of `whole` and every area in it, each the sum of its parts, given those of the areas without.

    Order: each area before its parts. Raises `BadInputError` when an area without parts has no votes, votes belong to
    no such area, or areas differ in the number of choices.
    """
    leaves = [area.name for area in whole.leaves()]
    missing, foreign = sorted(set(leaves) - set(votes)), sorted(set(votes) - set(leaves))
    if missing or foreign:
        raise BadInputError(
            f"votes by area in {whole.name!r}", "every area without parts has votes, and no other",
            f"none for {missing}, not among them {foreign}",
        )  # fmt: skip
    if len({len(row) for row in votes.values()}) > 1:
        raise BadInputError(f"votes by area in {whole.name!r}", "all areas have the same choices")

    def total(area: Area) -> tuple[VoteCount, ...]:
        if not area.parts:
            return tuple(votes[area.name])
        return tuple(sum(column) for column in zip(*map(total, area.parts), strict=True))

    return tuple(AreaVotes(area.name, total(area)) for area in whole.within())


def differences(
    found: Sequence[AreaVotes], reported: Mapping[str, Sequence[VoteCount]]
) -> tuple[tuple[str, tuple[VoteCount, ...], tuple[VoteCount, ...]], ...]:
    """Return (area, sum of its parts, reported) where a report differs from the sum; nothing where all agree."""
    return tuple(
        (one.area, one.votes, tuple(reported[one.area]))
        for one in found
        if one.area in reported and tuple(reported[one.area]) != one.votes
    )


@dataclass(frozen=True, slots=True)
class ListSeats:
    """Seats of one list over all districts."""

    name: str
    votes: VoteCount
    seats: int
    by_district: tuple[tuple[str, int], ...]
    """(district, seats), districts in the order given, those in which the list won none left out."""


def seats_over_districts(
    counted: Sequence[tuple[Contest, Transcript]], same: Mapping[str, str] | None = None
) -> tuple[ListSeats, ...]:
    """Return the seats of every list over all districts, most seats first, then most votes, then by name.

    Districts are the contests, known by title. A choice counts for its party, or where it has none for its own name;
    `same` says which names are one list (Belgium 2024: `PTB`, `PVDA` and `PTB-PVDA`): **that is for people to say**,
    and names that it does not hold stand for themselves. Seats nobody took are in no row.
    """
    known = same or {}
    votes: dict[str, VoteCount] = {}
    seats: dict[str, dict[str, int]] = {}
    for contest, transcript in counted:
        won = transcript.seats_won or tuple(
            sum(c == at for c in transcript.elected) for at in range(len(contest.choices))
        )
        for at, choice in enumerate(contest.choices):
            own = choice.party or choice.name
            name = known.get(own, own)
            votes[name] = votes.get(name, 0) + transcript.rounds[0].votes[at]
            places = seats.setdefault(name, {})
            places[contest.title] = places.get(contest.title, 0) + won[at]
    rows = (
        ListSeats(name, votes[name], sum(found.values()), tuple((d, n) for d, n in found.items() if n))
        for name, found in seats.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.seats, -row.votes, row.name)))
