"""Piles of many distinct rankings as arrays: the same votes and transfers as `Piles`, in a small part of the time.

A ballot is a row of ranks: the choice at each, `EMPTY` or `OVERVOTED`. What arrays cannot hold (an overvoted rank
whose names matter, weights that are fractions, marks with remarks) stays in plain piles beside them, and `Joined` adds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from faircount.count.ranked.ballot_options import of_kind
from faircount.count.ranked.preferences import Moved, Piles, Walk, transfers_of, walk
from faircount.model import (
    INACTIVE_CAUSES,
    BadInputError,
    CandidateIndex,
    Contest,
    Mark,
    Pattern,
    Profile,
    Transfer,
    VoteCount,
)

EMPTY, OVERVOTED = -1, -2
"""What stands at a rank where no choice does."""

FEW = 500
"""Below so many distinct patterns plain piles are as quick."""
EXACT = 2**53
"""Whole numbers whose sum stays below it add up exactly in binary floating point, in whatever order."""

Ranks = NDArray[np.int16]
"""Ballots × ranks."""
Weights = NDArray[np.int64]
Cells = NDArray[np.intp]
"""Places in the cells of `ArrayPiles`."""

_END = -2
_CAUSE = {cause: at for at, cause in enumerate(INACTIVE_CAUSES)}


class Dealt(Protocol):
    """Ballots dealt out to choices, however they are held."""

    @property
    def votes(self) -> Sequence[VoteCount]:
        """Votes by choice."""

    def inactive_now(self) -> tuple[tuple[str, VoteCount], ...]:
        """Return inactive votes by cause, causes with none left out."""

    def take_out(self, excluded: tuple[CandidateIndex, ...]) -> Moved:
        """Take all of `excluded` out at once, move their ballots on, and return what moved, summed."""

    def exclude(self, excluded: tuple[CandidateIndex, ...]) -> tuple[Transfer, ...]:
        """Do the same, and return what moved in order."""


@dataclass(slots=True)
class ArrayPiles:
    """Ballots held in arrays, each in the pile of a choice or inactive. Changes as votes move.

    A parcel of a pile is (cells at which its ballots rest, their weights).
    """

    cells: NDArray[np.int16]
    """All ballots, one after the other: at each rank a choice or `EMPTY`, and at the end `_END` less the cause."""
    standing: NDArray[np.bool_]
    """By choice; then False for all that is no choice, which is negative and so points here from the back."""
    piles: list[list[tuple[Cells, NDArray[np.float64]]]]
    votes: list[VoteCount]
    inactive: list[int]

    @classmethod
    def of(
        cls, contest: Contest, ranks: Ranks, weights: Weights, decided: Mapping[str, str], out: Iterable[CandidateIndex]
    ) -> "ArrayPiles":
        """Deal out ballots with every choice standing but the withdrawn and those in `out`. Changes no argument.

        Raises `BadInputError` for a cell that is neither a choice nor `EMPTY` nor `OVERVOTED`, for weights below 0 or
        too great to add up exactly, and where a decision asks for names that `OVERVOTED` does not have.
        """
        size, withdrawn = len(contest.choices), of_kind(contest, "withdrawn")
        _refuse(contest, ranks, weights, decided, bool(withdrawn))
        standing = np.zeros(size - _END + len(INACTIVE_CAUSES), dtype=np.bool_)
        standing[:size] = True
        standing[[*withdrawn, *out]] = False
        cells = _as_read(ranks, decided)
        made = cls(cells.reshape(-1), standing, [[] for _ in range(size)], [0] * size, [0] * len(INACTIVE_CAUSES))
        made._move_on(np.arange(len(cells)) * cells.shape[1] - 1, weights.astype(np.float64))
        return made

    def _move_on(self, at: Cells, weights: NDArray[np.float64]) -> list[int]:
        """Move ballots from cells `at` to the next choice standing; return votes that came by choice, then by cause."""
        size, causes = len(self.votes), len(INACTIVE_CAUSES)
        came = np.zeros(size + causes)
        while at.size:
            at = at + 1
            found = self.cells[at]
            rests = self.standing[found]
            ended = found <= _END
            if ended.any():
                came[size:] += np.bincount(_END - found[ended], weights[ended], causes)
            choices, placed, values = found[rests], at[rests], weights[rests]
            came[:size] += np.bincount(choices, values, size)
            order = np.argsort(choices, kind="stable")
            bounds = np.searchsorted(choices[order], np.arange(size + 1)).tolist()
            for choice in range(size):
                if bounds[choice] < bounds[choice + 1]:
                    here = order[bounds[choice] : bounds[choice + 1]]
                    self.piles[choice].append((placed[here], values[here]))
            going = ~(rests | ended)
            at, weights = at[going], weights[going]
        told = [int(votes) for votes in came]
        for choice in range(size):
            self.votes[choice] += told[choice]
        for cause in range(causes):
            self.inactive[cause] += told[size + cause]
        return told

    def inactive_now(self) -> tuple[tuple[str, VoteCount], ...]:
        """Return inactive votes by cause, causes with none left out."""
        return tuple((cause, votes) for cause, votes in zip(INACTIVE_CAUSES, self.inactive, strict=True) if votes)

    def take_out(self, excluded: tuple[CandidateIndex, ...]) -> Moved:
        """Take all of `excluded` out at once, move their ballots on, and return what moved, summed."""
        self.standing[list(excluded)] = False
        size = len(self.votes)
        moved: Moved = {}
        for source in excluded:
            parcels, self.piles[source], self.votes[source] = self.piles[source], [], 0
            if not parcels:
                continue
            at, weights = (np.concatenate(column) for column in zip(*parcels, strict=True))
            for target, votes in enumerate(self._move_on(at, weights)):
                if votes:
                    cause = "" if target < size else INACTIVE_CAUSES[target - size]
                    moved[source, target if target < size else -1, cause] = votes
        return moved

    def exclude(self, excluded: tuple[CandidateIndex, ...]) -> tuple[Transfer, ...]:
        """Take all of `excluded` out at once, move their ballots on, and return what moved in order."""
        return transfers_of(self.take_out(excluded))


@dataclass(frozen=True, slots=True)
class Joined:
    """Two lots of ballots, held differently and counted as one."""

    parts: tuple[Dealt, Dealt]

    @property
    def votes(self) -> Sequence[VoteCount]:
        """Votes by choice."""
        return [a + b for a, b in zip(self.parts[0].votes, self.parts[1].votes, strict=True)]

    def inactive_now(self) -> tuple[tuple[str, VoteCount], ...]:
        """Return inactive votes by cause, causes with none left out."""
        one, two = (dict(part.inactive_now()) for part in self.parts)
        both = ((cause, one.get(cause, 0) + two.get(cause, 0)) for cause in INACTIVE_CAUSES)
        return tuple((cause, votes) for cause, votes in both if votes)

    def take_out(self, excluded: tuple[CandidateIndex, ...]) -> Moved:
        """Take all of `excluded` out at once, move their ballots on, and return what moved, summed."""
        one, two = (part.take_out(excluded) for part in self.parts)
        return {key: one.get(key, 0) + two.get(key, 0) for key in one.keys() | two.keys()}

    def exclude(self, excluded: tuple[CandidateIndex, ...]) -> tuple[Transfer, ...]:
        """Take all of `excluded` out at once, move their ballots on, and return what moved in order."""
        return transfers_of(self.take_out(excluded))


def _names_matter(decided: Mapping[str, str]) -> bool:
    """Say whether a count asks who stands at an overvoted rank."""
    return decided["overvote"] not in ("exhaust", "skip") or decided["repeated"] == "exhaust"


def _refuse(
    contest: Contest, ranks: Ranks, weights: Weights, decided: Mapping[str, str], withdrawals: bool
) -> None:  # fmt: skip
    place = f"contest {contest.title!r}, ballots as arrays"
    if ranks.ndim != 2 or len(ranks) != len(weights):
        raise BadInputError(place, "ranks are ballots × ranks, with a weight each", f"{ranks.shape}, {weights.shape}")
    if ranks.size and not (ranks.min() >= OVERVOTED and ranks.max() < len(contest.choices)):
        raise BadInputError(place, f"a cell is one of {len(contest.choices)} choices, -1 or -2", f"{ranks.max()}")
    # In two halves: the sum of all may be too great for 64 bits, and would come round in silence.
    total = (int((weights >> 32).sum()) << 32) + int((weights & 0xFFFFFFFF).sum())
    if len(weights) and (weights.min() < 0 or total >= EXACT):
        raise BadInputError(place, f"weights are not negative and their sum is below {EXACT}")
    if _names_matter(decided) and (ranks == OVERVOTED).any():
        raise BadInputError(place, "these decisions need the names at overvoted ranks", "a rank without names")
    if withdrawals and decided.get("withdrawn") == "erase":
        raise BadInputError(place, "withdrawn choices have been erased already", "withdrawn=erase")


def _as_read(ranks: Ranks, decided: Mapping[str, str]) -> NDArray[np.int16]:
    """Return ballots × (ranks + 1): each row as far as a ballot is read, and there `_END` less the cause."""
    size, depth = ranks.shape
    cells = np.empty((size, depth + 1), dtype=np.int16)
    cells[:, :depth] = ranks
    cells[:, depth] = _END - _CAUSE["exhausted"]
    cells[(ranks == EMPTY).all(axis=1), depth] = _END - _CAUSE["undervote"]
    allowed = depth if decided["skipped"] == "unlimited" else int(decided["skipped"])
    gap = np.zeros(size, dtype=np.int32)
    # From the last condition to the first: where several hold at a rank, the first of them stands in the cell.
    for rank in range(depth):
        cell = ranks[:, rank]
        overvoted = cell == OVERVOTED
        if overvoted.any():
            cells[overvoted, rank] = _END - _CAUSE["overvote"] if decided["overvote"] == "exhaust" else EMPTY
        if decided["repeated"] == "exhaust":
            for earlier in range(rank):
                cells[(cell == ranks[:, earlier]) & (cell >= 0), rank] = _END - _CAUSE["repeated choice"]
        if allowed < depth:
            cells[(cell != EMPTY) & (gap > allowed), rank] = _END - _CAUSE["skipped rank"]
            gap = np.where(cell == EMPTY, gap + 1, 0)
    return cells


def deal(
    contest: Contest, profile: Profile, decided: Mapping[str, str], out: Iterable[CandidateIndex] = ()
) -> Dealt:  # fmt: skip
    """Deal out the ballots of `profile`: in arrays where there are many, plain where there are few or they are odd."""
    erases = decided.get("withdrawn") == "erase" and of_kind(contest, "withdrawn")
    if len(profile.patterns) < FEW or len(contest.choices) > np.iinfo(np.int16).max or erases:
        return Piles.of(contest, profile, decided, out)
    ranks, weights, odd = arrays_of(contest, profile, decided)
    fast = ArrayPiles.of(contest, ranks, weights, decided, out)
    return Joined((fast, Piles.of_walks(contest, odd, decided, out))) if odd else fast


def arrays_of(
    contest: Contest, profile: Profile, decided: Mapping[str, str]
) -> tuple[Ranks, Weights, dict[Walk, VoteCount]]:  # fmt: skip
    """Return the ballots of `profile` as arrays, and the walks of those that arrays cannot hold with their weights."""
    pairs = list(zip(profile.patterns, profile.weights, strict=True))
    usual = [isinstance(weight, int) and _is_usual(pattern) for pattern, weight in pairs]
    if sum(weight for (_, weight), fits in zip(pairs, usual, strict=True) if fits) >= EXACT:
        usual = [False] * len(pairs)
    fits = [pair for pair, one in zip(pairs, usual, strict=True) if one]
    rest = [pair for pair, one in zip(pairs, usual, strict=True) if not one]
    ranks, keep = _matrix(contest, [pattern for pattern, _ in fits])
    if _names_matter(decided):
        keep &= ~(ranks == OVERVOTED).any(axis=1)
    rest += [fits[row] for row in np.flatnonzero(~keep)]
    weights = np.array([weight for _, weight in fits], dtype=np.int64)
    odd: dict[Walk, VoteCount] = {}
    for pattern, weight in rest:
        way = walk(contest, pattern, decided)
        odd[way] = odd.get(way, 0) + weight
    return (ranks, weights, odd) if keep.all() else (ranks[keep], weights[keep], odd)


def _is_usual(pattern: Pattern) -> bool:
    return not (pattern.conditions or pattern.overvoted_ranks or pattern.overvotes)


def _matrix(contest: Contest, patterns: Sequence[Pattern]) -> tuple[Ranks, NDArray[np.bool_]]:
    """Return patterns as rows of ranks, and which rows hold all that the pattern says."""
    marks: list[Mark] = list(chain.from_iterable(map(attrgetter("marks"), patterns)))
    total = len(marks)
    choice = np.fromiter(map(attrgetter("choice"), marks), np.int64, total)
    rank = np.fromiter(map(attrgetter("rank"), marks), np.int64, total)
    remarked = np.fromiter((m.is_ambiguous or m.score is not None for m in marks), np.bool_, total)
    row = np.repeat(np.arange(len(patterns)), np.fromiter((len(p.marks) for p in patterns), np.int64, len(patterns)))
    # A mark that points nowhere is left to the plain walk, which refuses it in words.
    strange = remarked | (choice < 0) | (choice >= len(contest.choices)) | (rank < 1) | (rank > contest.ranks)
    keep = np.ones(len(patterns), dtype=np.bool_)
    keep[row[strange]] = False
    good = ~strange
    choice, rank, row = choice[good], rank[good], row[good]
    ranks = np.full((len(patterns), int(rank.max(initial=0))), EMPTY, dtype=np.int16)
    ranks[row, rank - 1] = choice
    # Several choices at one rank: the last one written stands there, and the others do not find themselves.
    lost = ranks[row, rank - 1] != choice
    ranks[row[lost], rank[lost] - 1] = OVERVOTED
    return ranks, keep
