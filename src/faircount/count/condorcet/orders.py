"""Ballots as orders of preference: what each of them says, read once for every rule that looks at all of it.

An order is the levels of a ballot, most preferred first; choices at one level are preferred alike, and a choice that
stands at none is unranked. Ballots that rank one choice at a time are rows of an array, and all others are levels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import numpy as np
from numpy.typing import NDArray

from faircount.count.ranked.ballot_options import (
    REPEATED,
    SKIPPED,
    SPLIT,
    WITHDRAWN,
    of_kind,
    ranked_settings,
    with_default,
)
from faircount.count.ranked.fast import EMPTY, ArrayPiles, Dealt, Joined, arrays_of
from faircount.count.ranked.preferences import Piles, Walk, plain, walk
from faircount.count.rule import Option, Reading, Rule
from faircount.model import CandidateIndex, Contest, Pattern, Profile, UsageError, VoteCount

Choices = tuple[CandidateIndex, ...]
Order = tuple[Choices, ...]
"""Levels, most preferred first, each in the order of the ballot; no choice stands at two."""

MOST_CHOICES = 1_000
"""More choices than this are compared two at a time by nobody."""

OVERVOTE = Option(
    "overvote",
    ("equal", "exhaust", "skip"),
    "equal",
    "A rank with several choices. equal: the voter prefers them alike; where votes are shown by first preference they "
    "share it as exact fractions. exhaust: the ballot goes no further. skip: as if the rank were empty. A ballot that "
    "ranks every choice alike prefers nobody, and is an overvote whatever is decided here.",
)
WRITE_INS = Option(
    "write_ins",
    ("count", "cannot-win"),
    "count",
    "Pooled, undeclared write-ins (choices of kind write-in). count: like any choice. cannot-win: ballots pass over "
    "them, as over the withdrawn.",
)
_SILENT = "the paper does not say."
ORDER_OPTIONS = (
    OVERVOTE,
    with_default(REPEATED, "skip", _SILENT),
    with_default(SKIPPED, "unlimited", _SILENT),
    with_default(WITHDRAWN, "skip", _SILENT),
    WRITE_INS,
)
"""What a ballot says, for every rule of this kind."""


def order_settings(rule: Rule, contest: Contest) -> dict[str, str]:
    """Return every named decision in force, as `ranked_settings` does; also refuses more than `MOST_CHOICES`."""
    decided = ranked_settings(rule, contest)
    if len(contest.choices) > MOST_CHOICES:
        raise UsageError(f"contest {contest.title!r}: rule {rule.name} takes at most {MOST_CHOICES:,} choices")
    return decided


def absent(contest: Contest, decided: Mapping[str, str]) -> Choices:
    """Return the choices that get no vote: the withdrawn, and write-ins that cannot win."""
    pool = of_kind(contest, "write-in") if decided["write_ins"] == "cannot-win" else ()
    return tuple(sorted({*of_kind(contest, "withdrawn"), *pool}))


def running(contest: Contest, decided: Mapping[str, str]) -> Choices:
    """Return the choices that take part, in the order of the ballot."""
    gone = absent(contest, decided)
    return tuple(CandidateIndex(c) for c in range(len(contest.choices)) if c not in gone)


def order_of(contest: Contest, pattern: Pattern, decided: Mapping[str, str]) -> tuple[Order, str]:
    """Return the order of ballots with this pattern, and the cause that holds where it ends.

    Without any level the ballot prefers nobody, and the cause says why.
    """
    return _as_order(walk(contest, pattern, _walking(decided)), running(contest, decided))


def _walking(decided: Mapping[str, str]) -> dict[str, str]:
    """Return decisions as `walk` and piles know them: equal preferences share a vote."""
    return {**decided, "overvote": SPLIT if decided["overvote"] == "equal" else decided["overvote"]}


def _as_order(way: Walk, among: Choices) -> tuple[Order, str]:
    steps, end = way
    levels: list[Choices] = []
    left = set(among)
    for step in steps:
        level = tuple(c for c in (step if isinstance(step, tuple) else (step,)) if c in left)
        left.difference_update(level)
        if level:
            levels.append(level)
    if len(levels) == 1 and not left and len(among) > 1:
        return (), "overvote"
    return tuple(levels), end


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of a profile with their weights. `dealt` holds the same ballots by first preference."""

    rows: NDArray[np.int16]
    """Ballots × ranks: a choice, or `EMPTY` where the ballot says nothing (more)."""
    weights: NDArray[np.int64]
    """Of rows; their sum adds up exactly in binary floating point."""
    others: dict[Order, VoteCount]
    """Orders that a row cannot hold, with their weights: equal preferences, weights that are fractions."""
    dealt: Dealt
    """Changes when a count in rounds moves its votes; nothing else here does."""

    @classmethod
    def of(cls, contest: Contest, profile: Profile, decided: Mapping[str, str]) -> "Orders":
        """Read every ballot of `profile`."""
        inner, gone, among = _walking(decided), absent(contest, decided), running(contest, decided)
        if decided["withdrawn"] == "erase" and of_kind(contest, "withdrawn"):
            # Arrays know no erased marks: every ballot is walked.
            ranks, weights = np.empty((0, 0), dtype=np.int16), np.empty(0, dtype=np.int64)
            pairs = zip(profile.patterns, profile.weights, strict=True)
            walks = [(walk(contest, pattern, inner), weight) for pattern, weight in pairs]
        else:
            ranks, weights, odd = arrays_of(contest, profile, inner)
            walks = list(odd.items())
        fast = ArrayPiles.of(contest, ranks, weights, {**inner, "withdrawn": "skip"}, gone)
        cells = fast.cells.reshape(len(weights), ranks.shape[1] + 1)
        others: dict[Order, VoteCount] = {}
        rest: dict[Walk, VoteCount] = {}
        for way, weight in walks:
            order, end = _as_order(way, among)
            steps = tuple(level if len(level) > 1 else level[0] for level in order)
            rest[steps, end] = rest.get((steps, end), 0) + weight
            if order:
                others[order] = others.get(order, 0) + weight
        slow = Piles.of_walks(contest, rest, inner, gone)
        return cls(_rows(cells, gone), weights, others, Joined((fast, slow)))

    def first_preferences(self) -> tuple[VoteCount, ...]:
        """Return votes by choice as `dealt` holds them now: at first, by first preference."""
        return tuple(map(plain, self.dealt.votes))


def _rows(cells: NDArray[np.int16], gone: Choices) -> NDArray[np.int16]:
    """Return cells as far as each ballot is read, without choices that are gone and without repetitions."""
    rows = np.asfortranarray(cells[:, :-1])
    rows[np.logical_or.accumulate(rows < EMPTY, axis=1) | np.isin(rows, gone)] = EMPTY
    for rank in range(1, rows.shape[1]):
        for earlier in range(rank):
            rows[rows[:, rank] == rows[:, earlier], rank] = EMPTY
    return rows


def first_reading(contest: Contest, pattern: Pattern, decided: Mapping[str, str]) -> Reading:
    """Return the choices that a ballot prefers to all others; several share it."""
    order, cause = order_of(contest, pattern, decided)
    if order:
        share = plain(Fraction(1, len(order[0])))
        # A share of an equal preference is the one figure of a reading that is not whole.
        return Reading(tuple((choice, cast("int", share)) for choice in order[0]))
    return without_preference(cause, 1)


def without_preference(cause: str, whole: int) -> Reading:
    """Return the reading of a ballot that prefers nobody: `whole` is all that it could give."""
    if cause == "overvote":
        return Reading((), overvotes=whole)
    if cause in ("undervote", "skipped rank"):
        return Reading((), undervotes=whole)
    return Reading((), invalid=whole)
