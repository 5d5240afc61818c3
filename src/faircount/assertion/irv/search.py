"""RAIRE: the cheapest claims that cut off every order of exclusion in which somebody else wins.

The difficulty of a claim is total / margin (both in cards), which grows with the sample that it needs; the search
finds a set whose largest difficulty is the least there is. Source: Blom, Stuckey and Teague 2019, arXiv:1903.08804,
Algorithm 1, with diving along the reported order as raire-rs describes.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from faircount.assertion.irv.claim import Claim, Order, bits
from faircount.assertion.irv.proof import uncut
from faircount.assertion.irv.rankings import Rankings
from faircount.model import UsageError

MOST_ORDERS = 2_000_000
"""Partial orders looked at before the search gives up; real contests need some thousands."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sufficient set of claims with their margins in cards, hardest first; `margin` is the smallest."""

    claims: tuple[tuple[Claim, int], ...]
    margin: int


@dataclass(frozen=True, slots=True)
class Impossible:
    """No set of claims cuts off this order: only a full hand count can confirm the contest."""

    order: Order


class Search:
    """One search. `winner` is the reported one, `path` the reported order of exclusion, winner last."""

    def __init__(self, rankings: Rankings, winner: int, path: Order) -> None:
        self._rankings, self._winner, self._path = rankings, winner, path
        self._hard = 0
        """The margin of the hardest claim that is already needed: harder ones cost nothing more. 0: none yet."""
        self._taken: dict[Claim, int] = {}
        self._looked = 0

    def run(self) -> Found | Impossible:
        """Search, trim and return. Raises `UsageError` where the search would take too long."""
        frontier: list[tuple[int, Order, tuple[Claim, int] | None, Order]] = []
        for choice in range(self._rankings.choices):
            if choice != self._winner:
                heapq.heappush(frontier, self._node((choice,), None, (choice,)))
        while frontier:
            margin, order, best, at = heapq.heappop(frontier)
            if best is not None and self._hard and margin >= self._hard:
                frontier = self._take(best, at, frontier)
                continue
            for child in self._children(order):
                node = self._node(child, best, at)
                if len(child) < self._rankings.choices:
                    heapq.heappush(frontier, node)
                    continue
                if node[2] is None:
                    return Impossible(child)
                self._hard = min(self._hard or node[0], node[0])
                frontier = self._take(node[2], node[3], frontier)
                if self._is_under(order, node[3]):
                    break
            else:
                if len(order) == self._rankings.choices and best is None:
                    return Impossible(order)
        return self._trimmed()

    def _children(self, order: Order) -> Iterator[Order]:
        outside = [c for c in range(self._rankings.choices) if c not in order]
        # Diving: whoever was reported excluded last goes first, so that a whole order is met early.
        outside.sort(key=lambda c: -self._path.index(c) if c in self._path else 1)
        for choice in outside:
            yield (choice, *order)

    def _node(
        self, order: Order, best: tuple[Claim, int] | None, at: Order
    ) -> tuple[int, Order, tuple[Claim, int] | None, Order]:
        """Return (margin of the best claim on the way here, order, that claim, where it cuts); hardest pops first."""
        self._looked += 1
        if self._looked > MOST_ORDERS:
            raise UsageError(f"no set of assertions was found among {MOST_ORDERS:,} partial orders of exclusion")
        own = self._best_claim(order)
        if own is not None and (best is None or own[1] > best[1]):
            return own[1], order, own, order
        return (best[1] if best else 0), order, best, at

    def _best_claim(self, order: Order) -> tuple[Claim, int] | None:
        """Return the claim with the largest margin that says that the first of `order` is not excluded there."""
        first, rankings = order[0], self._rankings
        found: list[tuple[int, Claim]] = []
        for other in range(rankings.choices):
            if other == first:
                continue
            if other in order:
                found.append((int(rankings.first[first] - rankings.over[first, other]), Claim(first, other)))
            else:
                found.append((int(rankings.first[other] - rankings.over[other, first]), Claim(other, first)))
        if len(order) > 1:
            standing = bits(order)
            tally = rankings.tally(standing)
            low = min((c for c in order if c != first), key=lambda c: (tally[c], c))
            found.append((int(tally[first] - tally[low]), Claim(first, low, standing)))
        margin, claim = max(found, key=lambda pair: (pair[0], not pair[1].standing, pair[1]), default=(0, Claim(0, 0)))
        return (claim, margin) if margin > 0 else None

    def _take(
        self, best: tuple[Claim, int], at: Order, frontier: list[tuple[int, Order, tuple[Claim, int] | None, Order]]
    ) -> list[tuple[int, Order, tuple[Claim, int] | None, Order]]:
        """Take a claim, and drop every order that ends like the one it cuts."""
        claim, margin = best
        self._taken[claim] = margin
        self._hard = min(self._hard or margin, margin)
        left = [node for node in frontier if not self._is_under(node[1], at)]
        heapq.heapify(left)
        return left

    @staticmethod
    def _is_under(order: Order, top: Order) -> bool:
        return order[-len(top) :] == top

    def _trimmed(self) -> Found:
        """Leave out claims, hardest first, without which every other winner is still cut off."""
        kept = sorted(self._taken.items(), key=lambda pair: (pair[1], pair[0]))
        for pair in list(kept):
            rest = [one for one, _ in kept if one != pair[0]]
            if uncut(rest, self._rankings.choices, self._winner) is None:
                kept.remove(pair)
        return Found(tuple(kept), min((margin for _, margin in kept), default=0))


def difficulty(total: int, margin: int) -> Fraction:
    """Return total / margin: one over the diluted margin."""
    return Fraction(total, margin)
