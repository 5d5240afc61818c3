"""Dowdall: a first preference is worth 1, a second 1/2, a third 1/3, and so on; most points win."""

from collections.abc import Mapping
from fractions import Fraction

from faircount.count.positional.places import Scale, rule_of_places
from faircount.count.ranked.preferences import plain


def scale(ranked: int, size: int, decided: Mapping[str, str]) -> Scale:
    """Return the reciprocal of each place: Nauru Electoral Act 1965 § 26A(2)(b). Unranked choices get nothing."""
    del size, decided
    return Scale(tuple(plain(Fraction(1, place)) for place in range(1, ranked + 1)))


RULE = rule_of_places(
    "dowdall",
    "Nauru, Electoral Act 1965 as amended up to 2012, §§ 26A(2) and 26B: the value of each preference is the "
    "reciprocal of its number, and those with the highest totals are elected, as many as the constituency returns; "
    "it governs general elections, not by-elections",
    scale,
    (),
    many_seats=True,
)
