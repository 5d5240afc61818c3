"""Borda: each place is worth one point more than the next; most points win."""

from collections.abc import Mapping
from fractions import Fraction

from faircount.count.positional.places import Scale, rule_of_places
from faircount.count.ranked.preferences import plain
from faircount.count.rule import Option

FIRST_PLACE = Option(
    "first_place",
    ("n-1", "n"),
    "n-1",
    "Points for the first place, where n is the number of choices that take part; each next place is worth one less. "
    "n-1: as many as there are other choices, so the last place is worth nothing. n: as many as there are choices.",
)
UNRANKED = Option(
    "unranked",
    ("averaged", "zero", "modified"),
    "averaged",
    "Choices that a ballot does not rank. averaged: they share the points of the places left, so that every ballot "
    "gives the same sum; with first_place=n-1 this is the tournament count, a point for each choice ranked below and "
    "half a point for each that is level. zero: they get none. modified: they get none, and a ballot that ranks m "
    "choices gives m points to its first and one less to each next, whatever first_place says (modified Borda count).",
)


def scale(ranked: int, size: int, decided: Mapping[str, str]) -> Scale:
    """Return what a ballot gives that ranks `ranked` of `size` choices. Source: Borda 1781; Emerson 2013 (modified)."""
    if decided["unranked"] == "modified":
        return Scale(tuple(range(ranked, 0, -1)))
    top = size - 1 if decided["first_place"] == "n-1" else size
    last = top - size + 1
    left = Fraction(top - ranked + last, 2) if decided["unranked"] == "averaged" and ranked < size else 0
    return Scale(tuple(range(top, top - ranked, -1)), plain(left))


RULE = rule_of_places(
    "borda",
    "No statute in force found, default where no other rule is enacted. Borda 1781, Mémoire sur les élections au "
    "scrutin, Histoire de l'Académie Royale des Sciences; Emerson 2013, The original Borda count and partial voting, "
    "Social Choice and Welfare 40: 353–358, for the modified count",
    scale,
    (FIRST_PLACE, UNRANKED),
    many_seats=True,
)
