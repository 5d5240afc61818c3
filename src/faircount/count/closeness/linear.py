"""The fewest cards whose change turns a sum over cards: the whole of most rules that count once.

Where an outcome stands as long as each of several sums over cards is above 0, it changes with the first that is not; so
the least of the fewest cards over all sums is exact. A sum gains most from the cards that it values highest.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from faircount.count.closeness.cards import Cards
from faircount.count.closeness.closeness import Bounds, Change, Changes
from faircount.model import Pattern, VoteCount

Value = Callable[[Pattern], VoteCount]


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which the outcome could change: at least so many cards, and the changes that are thought to do."""

    lower: int
    changes: Changes


def turn(cards: Cards, value: Value, after: Pattern, lead: VoteCount, *, below: bool = False) -> Way | None:
    """Return the fewest changes into `after` that bring the sum `lead` to 0 or less (`below`: to less than 0).

    `lead` is the sum over all cards of `value`, or less. None where all changes together do not suffice.
    """
    floor = value(after)
    drops: dict[VoteCount, list[Pattern]] = {}
    for pattern in cards.units:
        drop = value(pattern) - floor
        if drop > 0:
            drops.setdefault(drop, []).append(pattern)
    made: list[Change] = []
    needed: VoteCount = lead
    for drop in sorted(drops, reverse=True):
        for pattern in drops[drop]:
            if needed < 0 or (not needed and not below):
                return Way(sum(one.cards for one in made), tuple(made))
            fewest = Fraction(needed) // drop + 1 if below else -(-Fraction(needed) // drop)
            n = min(cards.units[pattern], int(fewest))
            made.append(Change(pattern, after, n))
            needed -= n * drop
    enough = needed < 0 or (not needed and not below)
    return Way(sum(one.cards for one in made), tuple(made)) if enough else None


def least(cards: Cards, ways: Iterable[Way | None], how: str, lower: int | None = None) -> Bounds:
    """Return bounds from every way there is: the least lower bound, and the least changes that a recount confirms.

    `lower` stands for the lower bound where `ways` are not all there are. An outcome that no tie decides needs at
    least one card; without any way, more than all of them.
    """
    known = sorted((way for way in ways if way is not None), key=lambda way: (way.lower, _size(way.changes)))
    fewest = known[0].lower if known else cards.total + 1
    changes: Changes | None = None
    for way in sorted(known, key=lambda way: _size(way.changes)):
        if way.changes and (changes is None or _size(way.changes) < _size(changes)) and cards.differs(way.changes):
            changes = way.changes
    return Bounds(max(1, fewest if lower is None else min(lower, fewest)), changes, how)


def _size(changes: Changes) -> int:
    return sum(one.cards for one in changes)


def lowest(value: Value, targets: Sequence[Pattern]) -> Pattern:
    """Return whichever of `targets` takes most from the sum."""
    return min(targets, key=lambda target: (value(target), target.sort_key()))
