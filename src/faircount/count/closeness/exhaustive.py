"""Every change of a few cards of a tiny contest: what no reasoning is needed for."""

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from math import comb

from faircount.count.closeness.cards import Cards
from faircount.count.closeness.closeness import Bounds, Change, Changes
from faircount.count.closeness.ways import every_way
from faircount.model import Pattern

MOST_COUNTS = 1_000
"""Counts that a search may make."""
MOST_CARDS = 200
"""Distinct ways of voting times cards above which nothing is searched: larger contests have other bounds."""


def narrowed(cards: Cards, found: Bounds) -> Bounds:
    """Return `found` with a gap between its bounds closed as far as trying every change of a few cards closes it."""
    ways = every_way(cards.rule, cards.contest, cards.decided, MOST_COUNTS)
    if ways is None or len(cards.units) * cards.total > MOST_CARDS:
        return found
    lower, left = found.lower, MOST_COUNTS
    top = cards.total if found.upper is None else found.upper - 1
    while lower <= top:
        most = comb(len(cards.units) + lower - 1, lower) * comb(len(ways) + lower - 1, lower)
        if most > left:
            break
        left -= most
        changes = next((one for one in _changes(cards, ways, lower) if cards.differs(one)), None)
        if changes is not None:
            return Bounds(lower, changes, f"{_TRIED} {found.how}", found.added, found.removed)
        lower += 1
    if lower == found.lower:
        return found
    return Bounds(lower, found.changes, f"{_TRIED} {found.how}", found.added, found.removed)


_TRIED = "Every change of fewer cards is ruled out, or was tried."


def _changes(cards: Cards, ways: Sequence[Pattern], n: int) -> Iterator[Changes]:
    for before in combinations_with_replacement(cards.units, n):
        if all(before.count(pattern) <= cards.units[pattern] for pattern in set(before)):
            for after in combinations_with_replacement(ways, n):
                # A card that stays as it is makes this a change of fewer cards, which was tried before.
                if not set(before) & set(after):
                    yield tuple(Change(one, other, 1) for one, other in zip(before, after, strict=True))
