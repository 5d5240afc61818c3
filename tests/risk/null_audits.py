"""Every audit of every small population that meets the null: what a risk function must survive, exactly."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, product

import numpy as np

from faircount.risk import Floats, Population

Risk = Callable[[Floats, Population], Floats]
"""(draws × audits, population) → p-values of the same shape."""

HALVES = tuple(Fraction(n, 2) for n in range(3))
"""Polling: loser, neither, winner."""


def comparison(right: Fraction, most: int = 4) -> tuple[Fraction, ...]:
    """Values of the overstatement assorter for u = 1, of which `right` is a card without error."""
    return tuple(Fraction(n, 2) * right for n in range(most + 1))


SPACES: list[tuple[str, tuple[Fraction, ...], Fraction, Fraction, int]] = [
    ("polling", HALVES, Fraction(1), Fraction(1, 2), 6),
    ("polling, seven cards of winner or loser", (HALVES[0], HALVES[2]), Fraction(1), Fraction(1, 2), 7),
    ("two cards", HALVES, Fraction(1), Fraction(1, 2), 2),
    ("close to the null", tuple(Fraction(n, 100) for n in (0, 49, 51, 100)), Fraction(1), Fraction(1, 2), 5),
    ("comparison, margin 1/3", comparison(Fraction(3, 5)), Fraction(6, 5), Fraction(1, 2), 5),
    ("comparison, all exactly at ½", (Fraction(0), Fraction(5, 8), Fraction(5, 4)), Fraction(5, 4), Fraction(1, 2), 6),
    ("a third", (Fraction(0), Fraction(1, 3), Fraction(1)), Fraction(1), Fraction(1, 3), 6),
    ("one great value", (Fraction(0), Fraction(1, 10), Fraction(3)), Fraction(3), Fraction(1, 2), 6),
]  # fmt: skip
"""Name, values, u, t, N. With values such as thirds and tenths sums of floats round, with halves they do not."""


def populations(values: Sequence[Fraction], null_mean: Fraction, size: int) -> Iterator[tuple[Fraction, ...]]:
    """Yield every multiset of `size` values whose mean is at most the null mean."""
    for cards in combinations_with_replacement(values, size):
        if sum(cards) <= null_mean * size:
            yield cards


def orders(cards: tuple[Fraction, ...]) -> Floats:
    """Return every distinct order of the cards, one a column: all are as likely."""
    found: list[tuple[Fraction, ...]] = []

    def extend(prefix: tuple[Fraction, ...], left: tuple[Fraction, ...]) -> None:
        if not left:
            found.append(prefix)
        for value in sorted(set(left)):
            at = left.index(value)
            extend((*prefix, value), left[:at] + left[at + 1 :])

    extend((), cards)
    return np.array(found, float).T


def sequences(cards: tuple[Fraction, ...], length: int) -> tuple[Floats, list[Fraction]]:
    """Return every sequence of draws with replacement, one a column, and how likely each is."""
    values = sorted(set(cards))
    share = {value: Fraction(cards.count(value), len(cards)) for value in values}
    drawn = list(product(values, repeat=length))
    likely = []
    for sequence in drawn:
        chance = Fraction(1)
        for value in sequence:
            chance *= share[value]
        likely.append(chance)
    return np.array(drawn, float).T, likely


def excess(least: Floats, likely: Sequence[Fraction] | None = None) -> float:
    """Return the most by which P(least p ≤ α) is above α, over every attainable α; `least` is one number an audit.

    `likely`: how likely each audit is; all as likely where it is not given.
    """
    chances = np.array([float(c) for c in likely]) if likely else np.full(len(least), 1 / len(least))
    order = np.argsort(least)
    sums, sorted_least = np.cumsum(chances[order]), least[order]
    # Equal p-values but for rounding are one level: what matters is the chance of all of them together.
    last = np.append(np.diff(sorted_least) > 1e-12, True)
    return float(np.max(sums[last] - sorted_least[last]))


def worst(risk: Risk, replacement: bool, space: tuple[str, tuple[Fraction, ...], Fraction, Fraction, int]) -> float:
    """Return the greatest `excess` over every null population of a space: not above 0 if the risk limit is kept."""
    _, values, upper, null_mean, size = space
    found = -1.0
    for cards in populations(values, null_mean, size):
        population = Population(size, float(upper), float(null_mean), replacement)
        if replacement:
            drawn, likely = sequences(cards, 5 if len(set(cards)) > 3 else 6)
            found = max(found, excess(risk(drawn, population).min(axis=0), likely))
        else:
            found = max(found, excess(risk(orders(cards), population).min(axis=0)))
    return found
