"""Distinct ways of voting in a contest: marks as exported, and the ballot that the law reads in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faircount.count import RULES
from faircount.count.ballots import ballot_of
from faircount.count.interpretation import INVALID_CONTEST, OVERVOTE, OVERVOTED_RANKING
from faircount.model import Contest, Pattern, Read, Subject


@dataclass
class Distinct:
    """The distinct readings of some contests, and where each exported pattern is among them."""

    distinct: dict[str, list[Read]] = field(default_factory=dict)
    """Contest id → its distinct readings, in the order of their marks."""
    index: dict[int, int] = field(default_factory=dict)
    """Pattern → its place among them."""


def distinct_of(held: Mapping[str, Subject], patterns: Mapping[int, tuple[str, Pattern]]) -> Distinct:
    """Return the distinct readings of these contests (by title); patterns of one reading share it."""
    found = Distinct()
    by_contest: dict[str, dict[Read, list[int]]] = {}
    for number, (title, pattern) in patterns.items():
        by_contest.setdefault(title, {}).setdefault(read_of(held[title].contest, pattern), []).append(number)
    for title, reads in by_contest.items():
        order = sorted(reads, key=lambda one: ([(c, r, s is not None, s or 0) for c, r, s in one.marks], one.stated,
                                               one.ballot.ranking, one.ballot.votes))  # fmt: skip
        found.distinct[held[title].id] = order
        for at, one in enumerate(order):
            found.index |= dict.fromkeys(reads[one], at)
    for subject in held.values():
        found.distinct.setdefault(subject.id, [])
    return found


def read_of(contest: Contest, pattern: Pattern) -> Read:
    """Return one distinct way of voting: marks that the voting system lets stand, and the ballot that they are."""
    standing = [m for m in pattern.marks if not m.is_ambiguous and (contest.ranks or m.is_vote is not False)]
    marks = tuple(sorted({(int(m.choice), int(m.rank), m.score) for m in standing},
                         key=lambda m: (m[1], m[0], m[2] or 0)))  # fmt: skip
    declared = {INVALID_CONTEST, OVERVOTE, OVERVOTED_RANKING}
    words = [w for w in pattern.conditions if w in declared]
    words += [w for m in pattern.marks for w in m.conditions if w in declared]
    words += [f"overvoted rank {rank}" for rank in pattern.overvoted_ranks]
    if pattern.overvotes:
        words.append("overvotes")
    return Read(marks, ballot_of(RULES[contest.rule], contest, pattern), ", ".join(sorted(set(words))))
