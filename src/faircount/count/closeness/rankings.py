"""Ranked cards as rows of an array: whom each would count for, with any of the choices standing."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from faircount.count.closeness.cards import Cards
from faircount.count.closeness.closeness import Changes
from faircount.count.ranked.ballot_options import of_kind
from faircount.count.ranked.fast import EMPTY
from faircount.count.ranked.preferences import Step, resting_places, walk
from faircount.model import CandidateIndex, Pattern, VoteCount

Parcel = tuple[tuple[Step, ...], str, int]
"""Steps, the cause at their end, cards."""


class Rankings:
    """The cards of a contest that ranks, each as the steps that a count takes along it.

    Cards with an overvoted rank that may still count are no rows; they are walked one by one.
    """

    def __init__(self, cards: Cards) -> None:
        self.cards = cards
        self.size = len(cards.contest.choices)
        self.split = cards.decided["overvote"] == "split"
        gone = {*of_kind(cards.contest, "withdrawn")}
        if cards.decided.get("write_ins", "count") != "count":
            gone.update(of_kind(cards.contest, "write-in"))
        self.standing = tuple(CandidateIndex(c) for c in range(self.size) if c not in gone)
        """The choices that can win, in the order of the ballot."""
        self.patterns: list[Pattern] = []
        self.odd: list[Parcel] = []
        rows: list[list[int]] = []
        held: list[int] = []
        for pattern, units in cards.units.items():
            steps, end = walk(cards.contest, pattern, cards.decided)
            if any(isinstance(step, tuple) for step in steps):
                self.odd.append((steps, end, units))
            else:
                rows.append([step for step in dict.fromkeys(steps) if not isinstance(step, tuple) and step not in gone])
                self.patterns.append(pattern)
                held.append(units)
        depth = max(map(len, rows), default=1) or 1
        self.rows: NDArray[np.int16] = np.array(
            [row + [EMPTY] * (depth - len(row)) for row in rows], dtype=np.int16
        ).reshape(len(rows), depth)
        self.units = np.array(held, dtype=np.int64)

    def resting(self, standing: Iterable[int]) -> NDArray[np.int16]:
        """Return by row the choice it counts for with `standing`, or `EMPTY`."""
        mask = np.zeros(self.size + 1, dtype=np.bool_)  # the last place is that of EMPTY, from the back
        mask[list(standing)] = True
        found = np.full(len(self.rows), EMPTY, dtype=np.int16)
        for column in self.rows.T[::-1]:
            here = mask[column]
            found[here] = column[here]
        return found

    def walked(self, changes: Changes) -> list[Parcel]:
        """Return `changes` as parcels: what they take away weighs less than nothing."""
        contest, decided = self.cards.contest, self.cards.decided
        taken = [(*walk(contest, one.before, decided), -one.cards) for one in changes]
        return taken + [(*walk(contest, one.after, decided), one.cards) for one in changes]

    def tally(self, standing: Sequence[CandidateIndex], beside: Sequence[Parcel] = ()) -> list[VoteCount]:
        """Return votes by choice with only `standing`; parcels `beside` are added."""
        rest = self.resting(standing)
        counts = np.bincount(rest[rest >= 0], self.units[rest >= 0], self.size).astype(np.int64)
        votes: list[VoteCount] = counts.tolist()
        self._add(votes, standing, (*self.odd, *beside))
        return votes

    def _add(self, votes: list[VoteCount], standing: Iterable[int], parcels: Sequence[Parcel]) -> None:
        out = {CandidateIndex(c) for c in set(range(self.size)) - set(standing)}
        for steps, end, units in parcels:
            choices, _, _ = resting_places(steps, 0, end, out, self.split)
            for choice in choices:
                votes[choice] += units if len(choices) == 1 else Fraction(units, len(choices))

    def at(self, choice: CandidateIndex, standing: Sequence[CandidateIndex]) -> list[tuple[Pattern, int]]:
        """Return the cards that count for `choice` with `standing`, those that rank it first before the others."""
        found = np.flatnonzero(self.resting(standing) == choice)
        found = found[np.argsort(self.rows[found, 0] != choice, kind="stable")]
        return [(self.patterns[row], int(self.units[row])) for row in found]

    def reaching(self, choice: CandidateIndex) -> list[tuple[Pattern, int]]:
        """Return all cards that count for `choice` where it stands alone, those with an overvoted rank too."""
        out = {CandidateIndex(c) for c in range(self.size) if c != choice}
        found = []
        for pattern, units in self.cards.units.items():
            steps, end = walk(self.cards.contest, pattern, self.cards.decided)
            if resting_places(steps, 0, end, out, self.split)[0]:
                found.append((pattern, units))
        return found

    def with_one_more(self, standing: Sequence[CandidateIndex]) -> list[list[VoteCount]]:
        """Return by choice c the votes of all once c stands beside `standing`; for c among them, those without."""
        first = self.resting(standing)
        mask = np.zeros(self.size + 1, dtype=np.bool_)
        mask[list(standing)] = True
        width = self.size + 1
        taken = np.zeros(width * width)
        reached = np.zeros(len(self.rows), dtype=np.bool_)
        for column in self.rows.T:
            reached |= mask[column] | (column == EMPTY)
            open_ = ~reached
            key = column[open_].astype(np.intp) * width + first[open_] % width
            taken += np.bincount(key, self.units[open_], width * width)
        moved = taken.reshape(width, width)[: self.size].astype(np.int64)
        alone = np.bincount(first[first >= 0], self.units[first >= 0], self.size).astype(np.int64)
        table = alone[None, :] - moved[:, : self.size]
        table[np.arange(self.size), np.arange(self.size)] += moved.sum(axis=1)
        found: list[list[VoteCount]] = table.tolist()
        for one in range(self.size) if self.odd else ():
            self._add(found[one], {*standing, one}, self.odd)
        return found
