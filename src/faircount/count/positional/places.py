"""Points by place on the ballot: what each ballot gives, and the one round in which points are summed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import cast

import numpy as np

from faircount.count.condorcet.orders import (
    ORDER_OPTIONS,
    Choices,
    Orders,
    order_of,
    order_settings,
    running,
    without_preference,
)
from faircount.count.marks.tally import elect_leading, last_seat_margin
from faircount.count.ranked.fast import EMPTY
from faircount.count.ranked.preferences import plain
from faircount.count.rule import Option, Reading, Rule
from faircount.count.ties import MARKS_TIES
from faircount.model import (
    INACTIVE_CAUSES,
    CandidateIndex,
    Contest,
    Exhibit,
    Margin,
    Pattern,
    Profile,
    Round,
    Transcript,
    VoteCount,
)


@dataclass(frozen=True, slots=True)
class Scale:
    """What a ballot gives that ranks some of the choices."""

    places: tuple[VoteCount, ...]
    """By place, first place first, as many as the ballot ranks. Choices ranked alike share those of their places."""
    unranked: VoteCount = 0
    """To each choice that takes part and that the ballot does not rank."""


Scales = Callable[[int, int, Mapping[str, str]], Scale]
"""(choices ranked, choices that take part, decisions) → what such a ballot gives."""


def rule_of_places(name: str, law: str, scales: Scales, options: tuple[Option, ...], many_seats: bool) -> Rule:
    """Make the rule that elects those with most points. No ballot may give more than one that ranks everybody."""
    every = (*ORDER_OPTIONS, *options, *MARKS_TIES)

    def count(contest: Contest, profile: Profile) -> Transcript:
        """Sum the points of all ballots and elect as many choices as there are seats, those with most points."""
        decided = order_settings(rule, contest)
        sums = _Sums(contest, decided, scales)
        orders = Orders.of(contest, profile, decided)
        standing = running(contest, decided) if any(orders.first_preferences()) else ()
        found = elect_leading(name, contest, decided, sums.round(orders), profile.total_weight, standing)
        return replace(found, threshold="the most points", exhibits=(sums.exhibit(),))

    def read(contest: Contest, pattern: Pattern) -> Reading:
        """Read one pattern: the points it gives."""
        return _Sums(contest, order_settings(rule, contest), scales).reading(pattern)

    def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
        """Sum the points of a part of the ballots; who is elected is decided by the whole."""
        decided, one = order_settings(rule, contest), whole.rounds[0]
        part = _Sums(contest, decided, scales).round(Orders.of(contest, profile, decided))
        return (Round(part.votes, part.inactive, one.elected, ties=one.ties, unit="points"),)

    rule = Rule(
        name=name,
        law=law,
        count=count,
        read=read,
        margin=margin,
        options=every,
        ballot="ranks",
        places_are_points=True,
        many_seats=many_seats,
        follow=follow,
    )
    return rule


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return last elected less first not elected, in points; None after a tie, or where nobody lost.

    One ballot can change it by several points, and **it is not the number of ballots that would change the outcome**.
    """
    among = running(contest, dict(transcript.decisions))
    return last_seat_margin(contest, transcript, "points of last elected and first not elected", among)


class _Sums:
    """Points under the decisions of one contest."""

    def __init__(self, contest: Contest, decided: Mapping[str, str], scales: Scales) -> None:
        self._contest, self._decided = contest, decided
        self._among: Choices = running(contest, decided)
        self._of = cache(lambda ranked: scales(ranked, len(self._among), decided))
        self._full = sum(self._of(len(self._among)).places)

    def _share(self, ranked: int, place: int, alike: int) -> VoteCount:
        """Return what each of `alike` choices gets that hold the places from `place` (0 first) on together."""
        places = self._of(ranked).places[place : place + alike]
        return places[0] if alike == 1 else plain(Fraction(sum(places)) / alike)

    def reading(self, pattern: Pattern) -> Reading:
        """Return the points that one pattern gives."""
        order, cause = order_of(self._contest, pattern, self._decided)
        # Points are the figures of a reading that are not always whole.
        full = cast("int", self._full)
        if not order:
            return without_preference(cause, full)
        ranked, place = sum(map(len, order)), 0
        points = dict.fromkeys(self._among, self._of(ranked).unranked)
        for level in order:
            points.update(dict.fromkeys(level, self._share(ranked, place, len(level))))
            place += len(level)
        votes = tuple((choice, cast("int", share)) for choice, share in points.items() if share)
        return Reading(votes, undervotes=full - sum(share for _, share in votes))

    def round(self, orders: Orders) -> Round:
        """Return the round of points: sums by choice, points not given, and those of ballots that prefer nobody."""
        points: list[VoteCount] = [0] * len(self._contest.choices)
        for held, placed in (_placed_in_rows(orders, len(points)), _placed_in_levels(orders)):
            # Everybody gets what the unranked get, and whoever is ranked gets the rest of a place's worth.
            base = sum(self._of(ranked).unranked * weight for ranked, weight in held.items())
            for choice in self._among:
                points[choice] += base
            for (choice, ranked, place, alike), weight in placed.items():
                points[choice] += (self._share(ranked, place, alike) - self._of(ranked).unranked) * weight
        inactive = {cause: votes * self._full for cause, votes in orders.dealt.inactive_now()}
        inactive["points not given"] = sum(orders.first_preferences()) * self._full - sum(points)
        told = tuple((cause, plain(inactive[cause])) for cause in INACTIVE_CAUSES if inactive.get(cause))
        return Round(tuple(map(plain, points)), told, unit="points")

    def exhibit(self) -> Exhibit:
        """Return what each place is worth to a ballot that ranks everybody."""
        rows = tuple(enumerate(self._of(len(self._among)).places, 1))
        meaning = "What each place gives on a ballot that ranks every choice once."
        return Exhibit("Points by place", ("Place", "Points"), rows, meaning)


Placed = dict[tuple[CandidateIndex, int, int, int], VoteCount]
"""(choice, choices ranked by the ballot, place from 0, choices alike from that place on) → weight of such ballots."""


def _placed_in_rows(orders: Orders, size: int) -> tuple[dict[int, VoteCount], Placed]:
    """Return the weight of ballots by the choices they rank, and of whom in which place, for ballots in rows."""
    ranks = orders.rows.shape[1]
    if not orders.rows.size:
        return {}, {}
    here = orders.rows != EMPTY
    place = np.cumsum(here, axis=1) - 1
    length = here.sum(axis=1)
    row = np.nonzero(here)[0]
    key = (length[row] * size + orders.rows[here]) * ranks + place[here]
    counts = np.bincount(key, orders.weights[row])
    held = np.bincount(length, orders.weights)
    held[0] = 0
    placed: Placed = {
        (CandidateIndex(at // ranks % size), at // ranks // size, at % ranks, 1): int(counts[at])
        for at in np.flatnonzero(counts).tolist()
    }
    return {ranked: int(weight) for ranked, weight in enumerate(held) if weight}, placed


def _placed_in_levels(orders: Orders) -> tuple[dict[int, VoteCount], Placed]:
    """Return the same for all other ballots."""
    held: dict[int, VoteCount] = {}
    placed: Placed = {}
    for order, weight in orders.others.items():
        ranked, place = sum(map(len, order)), 0
        held[ranked] = held.get(ranked, 0) + weight
        for level in order:
            for choice in level:
                key = (choice, ranked, place, len(level))
                placed[key] = placed.get(key, 0) + weight
            place += len(level)
    return held, placed
