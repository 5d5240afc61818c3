"""Ballots in parcels of equal value, as a count by fractional transfers moves them.

Inside, votes and values are in units of the last decimal that the law keeps (10^-d votes; whole votes where nothing is
cut), so that most of them are whole numbers. What the law cuts off is `lost to rounding`, round by round.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from faircount.count.ranked.ballot_options import of_kind
from faircount.count.ranked.preferences import Moved, Step, Walk, plain, resting_places, transfers_of, walk
from faircount.model import INACTIVE_CAUSES, CandidateIndex, Contest, Pattern, Profile, Transfer, VoteCount

LOST = "lost to rounding"
LEFT = "surplus not transferred"

Units = int | Fraction
"""Votes, or the value of a ballot, in units of the last decimal."""

Ballot = tuple[tuple[Step, ...], int, str, VoteCount]
"""(steps, step at which it rests, cause at their end, weight of these ballots)."""

Sorted = dict[tuple[int, str], tuple[list[Ballot], VoteCount]]
"""(next choice or -1, cause of having none) → ballots, and their weight."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What a law cuts off, and where: the options `decimals` and `cut`."""

    unit: int
    """Units in one vote: 10 to the power of the decimals; 1 where nothing is cut."""
    where: str
    """A value of option `cut`; `nowhere` where values are exact."""

    @classmethod
    def of(cls, decided: Mapping[str, str]) -> "Arithmetic":
        """Return the arithmetic that the decisions name."""
        if decided["decimals"] == "exact":
            return cls(1, "nowhere")
        return cls(10 ** int(decided["decimals"]), decided["cut"])

    def value(self, before: Units, surplus: Units, base: Units) -> Units:
        """Return the value of a ballot worth `before` when `surplus` is divided among votes of `base`."""
        if self.where == "fraction":
            return before * (self.unit * surplus // base) // self.unit
        if self.where == "value":
            return before * surplus // base
        return plain(Fraction(before) * surplus / base)

    def parcel(self, together: Units) -> Units:
        """Return what a choice is credited with for ballots of one value that are worth `together`."""
        return math.floor(together) if self.where == "parcel" else together

    def shown(self, units: Units) -> VoteCount:
        """Return `units` as votes."""
        return plain(Fraction(units) / self.unit)


@dataclass(frozen=True, slots=True)
class Share:
    """A surplus and those who share it; a part of the ballots is counted with the share of the whole."""

    votes: Units
    """Of the elected choice, before."""
    surplus: Units
    base: Units
    """Value of the ballots that share it."""
    parcel: int | None
    """The parcel they are in, by the round that brought it (0: the first count); None where all ballots share."""

    @property
    def taken(self) -> Units:
        """What they carry: no ballot leaves with more value than it came with."""
        return min(self.surplus, self.base)


@dataclass(slots=True)
class Parcels:
    """Who holds which ballots, at which value, since which round. Changes as votes move."""

    held: list[dict[tuple[int, Units], list[Ballot]]]
    """By choice: (round that brought them, 0 for the first count; value of each) → ballots."""
    votes: list[Units]
    inactive: dict[str, Units]
    out: set[CandidateIndex]
    """Those who get nothing more: elected, excluded, withdrawn."""
    arithmetic: Arithmetic

    @classmethod
    def of(cls, contest: Contest, profile: Profile, decided: Mapping[str, str]) -> "Parcels":
        """Deal out the ballots of `profile` for the first count."""
        size, arithmetic = len(contest.choices), Arithmetic.of(decided)
        made = cls([{} for _ in range(size)], [0] * size, dict.fromkeys(INACTIVE_CAUSES, 0), set(), arithmetic)
        made.out.update(of_kind(contest, "withdrawn"))
        walks = _walks(contest, profile, decided)
        for (target, cause), (ballots, weight) in made._sort((s, 0, end, w) for (s, end), w in walks.items()).items():
            made._credit(target, cause, weight * arithmetic.unit)
            if target >= 0:
                made.held[target][0, arithmetic.unit] = ballots
        return made

    def shown(self) -> tuple[tuple[VoteCount, ...], tuple[tuple[str, VoteCount], ...]]:
        """Return votes by choice, and the inactive by cause with none left out."""
        shown = self.arithmetic.shown
        return tuple(map(shown, self.votes)), tuple((why, shown(n)) for why, n in self.inactive.items() if n)

    def transfers(self, moved: Moved) -> tuple[Transfer, ...]:
        """Return what moved, in votes and in order."""
        return transfers_of({key: self.arithmetic.shown(units) for key, units in moved.items()})

    def exclude(self, choice: CandidateIndex, number: int, key: Units | None, by: str) -> Moved:
        """Move the ballots of an excluded choice on at their value, at the end of round `number`.

        `key` names those that move in this round: a value (`by` is by-value), the round that brought them (by-parcel),
        or all (None).
        """
        mine = self.held[choice]
        at = 1 if by == "by-value" else 0
        going = [group for group in mine if key is None or group[at] == key]
        moved: Moved = {}
        leaving: Units = 0
        for value, ballots in _by_value((group[1], mine.pop(group)) for group in going):
            leaving += self.arithmetic.parcel(value * sum(ballot[3] for ballot in ballots))
            for (target, cause), (those, weight) in self._sort(ballots).items():
                self._move(moved, choice, target, cause, self.arithmetic.parcel(value * weight))
                self._hold(target, number, value, those)
        # Cut sums do not add up: the last to go take with them all that the choice still has.
        leaving = min(leaving, self.votes[choice]) if mine else self.votes[choice]
        self.votes[choice] -= leaving
        self._move(moved, choice, -1, LOST, leaving - sum(moved.values()))
        return moved

    def surplus(
        self,
        choice: CandidateIndex,
        surplus: Units,
        number: int,
        decided: Mapping[str, str],
        to_nobody: bool = False,
        whole: Share | None = None,
    ) -> tuple[Moved, Share]:
        """Move the surplus of an elected choice on at the end of round `number`; what it keeps moves no more.

        `whole` is the share in the count of all ballots, where these are only a part. Each ballot keeps, moves and
        loses in proportion to its value, as exact fractions, so that parts sum to the whole; in the whole itself the
        fractions make up exactly the quota. Returns what moved, and the share.
        """
        mine, self.held[choice] = self.held[choice], {}
        parcel = None
        if decided["surplus"] == "last-parcel":
            parcel = whole.parcel if whole else max((group[0] for group in mine), default=0)
        sharing = [
            (value, target, cause, ballots, weight)
            for value, those in _by_value((g[1], b) for g, b in mine.items() if parcel is None or g[0] == parcel)
            for (target, cause), (ballots, weight) in self._sort(those, to_nobody).items()
            if target >= 0 or to_nobody or decided["share"] == "all"
        ]
        own = sum(value * weight for value, _, _, _, weight in sharing)
        share = whole or Share(self.votes[choice], surplus, own, parcel)
        moved: Moved = {}
        for value, target, cause, ballots, weight in sharing if share.base else ():
            after = self.arithmetic.value(value, share.taken, share.base)
            self._move(moved, choice, target, cause, self.arithmetic.parcel(after * weight))
            self._hold(target, number, after, ballots)
        gone = plain(Fraction(own) * share.taken / share.base) if share.base else 0
        self._move(moved, choice, -1, LOST, gone - sum(moved.values()))
        if share.taken < share.surplus:
            staying = Fraction(self.votes[choice] - own) * (share.surplus - share.taken) / (share.votes - share.base)
            gone += staying
            self._move(moved, choice, -1, LEFT, plain(staying))
        self.votes[choice] = plain(self.votes[choice] - gone)
        return moved, share

    def _sort(self, ballots: Iterable[Ballot], to_nobody: bool = False) -> Sorted:
        """Sort ballots by their next choice."""
        found: dict[tuple[int, str], list[Ballot]] = {}
        out = self.out
        for steps, at, end, weight in ballots:
            here, last = at, len(steps)
            while here < last and steps[here] in out:
                here += 1
            step = steps[here] if here < last else -1
            place: tuple[int, str]
            if to_nobody:
                place = -1, LEFT
            elif isinstance(step, tuple):
                choices, here, cause = resting_places(steps, here, end, out, split=False)
                place = (choices[0], "") if choices else (-1, cause)
            else:
                place = step, "" if here < last else end
            if place in found:
                found[place].append((steps, here, end, weight))
            else:
                found[place] = [(steps, here, end, weight)]
        return {place: (those, sum(ballot[3] for ballot in those)) for place, those in found.items()}

    def _hold(self, target: int, number: int, value: Units, ballots: list[Ballot]) -> None:
        if target >= 0:
            self.held[target].setdefault((number, value), []).extend(ballots)

    def _move(self, moved: Moved, choice: CandidateIndex, target: int, cause: str, units: Units) -> None:
        moved[choice, target, cause] = moved.get((choice, target, cause), 0) + units
        self._credit(target, cause, units)

    def _credit(self, target: int, cause: str, units: Units) -> None:
        if target >= 0:
            self.votes[target] = plain(self.votes[target] + units)
        else:
            self.inactive[cause] = plain(self.inactive[cause] + units)


def _walks(contest: Contest, profile: Profile, decided: Mapping[str, str]) -> dict[Walk, VoteCount]:
    """Return the walks of all ballots, each with the weight of those that take it."""
    erases = decided["withdrawn"] == "erase" and of_kind(contest, "withdrawn")
    walks: dict[Walk, VoteCount] = {}
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        way = None if erases else _in_order(contest, pattern)
        way = way or walk(contest, pattern, decided)
        walks[way] = walks.get(way, 0) + weight
    return walks


def _in_order(contest: Contest, pattern: Pattern) -> Walk | None:
    """Return the walk of a ballot with one choice at each of ranks 1, 2, …, as most are; None for all others.

    No decision bears on such a ballot: nothing is skipped, repeated or overvoted on it.
    """
    size = len(contest.choices)
    if not pattern.marks or len(pattern.marks) > contest.ranks or pattern.conditions or pattern.overvoted_ranks:
        return None
    steps = []
    for rank, mark in enumerate(pattern.marks, 1):
        choice = mark.choice
        if mark.rank != rank or mark.is_ambiguous or mark.score is not None or not 0 <= choice < size:
            return None
        steps.append(choice)
    return (tuple(steps), "exhausted") if len(set(steps)) == len(steps) else None


def _by_value(groups: Iterable[tuple[Units, list[Ballot]]]) -> Iterable[tuple[Units, list[Ballot]]]:
    """Put ballots of one value together, whenever they came."""
    found: dict[Units, list[Ballot]] = {}
    for value, ballots in groups:
        found.setdefault(value, []).extend(ballots)
    return found.items()
