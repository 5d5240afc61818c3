"""Divisors of highest averages as claims need them: what two lists' votes are divided by, as one exact ratio.

Written apart from the rules that count, from the same laws; a test compares the two tables.
"""

from collections.abc import Callable
from fractions import Fraction

DECIMALS = 10**12
"""In how small parts a ratio of roots is rounded up: a claim is made harder by less than this, never easier."""

Term = Callable[[int], Fraction]
"""Seats that a list has → divisor of its next seat, to the power that stands beside it."""

DIVISORS: dict[str, tuple[Term, int]] = {
    "dhondt": (lambda held: Fraction(held + 1), 1),
    "sainte-lague": (lambda held: Fraction(2 * held + 1), 1),
    "modified-sainte-lague": (lambda held: Fraction(2 * held + 1) if held else Fraction(7, 5), 1),
    "modified-sainte-lague-1.2": (lambda held: Fraction(2 * held + 1) if held else Fraction(6, 5), 1),
    "huntington-hill": (lambda held: Fraction(held * (held + 1)), 2),
    "adams": (lambda held: Fraction(held), 1),
    "dean": (lambda held: Fraction(2 * held * (held + 1), 2 * held + 1), 1),
    "danish": (lambda held: Fraction(3 * held + 1), 1),
    "imperiali": (lambda held: Fraction(held + 2, 2), 1),
    "estonian": (lambda held: Fraction((held + 1) ** 9), 10),
}
"""By name: the sequence and its power (2 where divisors are square roots)."""


def votes_needed(divisor: str, won: int, lost: int) -> Fraction | None:
    """Return r such that T_A > r × T_B puts A's `won`-th seat before B's seat number `lost`.

    r is d(won) / d(lost), or the next number above it in parts of 1 / `DECIMALS` where it is irrational. 0 where d(won)
    alone is 0: any vote suffices. None where d(lost) alone is 0: no votes suffice. 1 where both are.
    """
    term, power = DIVISORS[divisor]
    own, other = term(won - 1), term(lost - 1)
    if not other:
        return None if own else Fraction(1)
    return _root_above(own / other, power)


def _root_above(value: Fraction, power: int) -> Fraction:
    """Return the smallest fraction in parts of 1 / `DECIMALS`, or the exact root, that to `power` is not below."""
    if power == 1:
        return value
    low, high = -1, DECIMALS * (int(value) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if Fraction(middle, DECIMALS) ** power >= value:
            high = middle
        else:
            low = middle
    return Fraction(high, DECIMALS)
