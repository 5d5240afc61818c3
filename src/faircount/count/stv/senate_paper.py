"""What a Senate ballot paper says: squares numbered above or below the line, read as one order of candidates.

Commonwealth Electoral Act 1918 (Cth) ss 239, 268A and 269, as amended by the Commonwealth Electoral Amendment Act 2016.
"""

from collections.abc import Container
from dataclasses import dataclass

from faircount.count.interpretation import Ranking, is_invalid, ranking, states_overvoted_rank
from faircount.count.ranked.ballot_options import of_kind
from faircount.count.rule import Option
from faircount.model import CandidateIndex, Contest, Pattern, UsageError

NUMBERS_BELOW = 6
"""Squares to be numbered below the line for a formal vote, or all of them where there are fewer: s 268A(1)."""

FORMALITY = Option(
    "formality",
    ("lined", "always", "never"),
    "lined",
    "Which papers are formal. lined: on a paper with squares above the line, ss 268A and 269: the numbers 1 to 6 below "
    "the line (all squares where there are six or fewer) or at least the number 1 above it; a contest without squares "
    "above the line is taken for another election that is counted this way, where a first preference is enough. "
    "always: the same numbers are needed below the line in every contest. never: a first preference is enough, so that "
    "any number 1 below the line prevails over the squares above it.",
)


@dataclass(frozen=True, slots=True)
class SenatePaper:
    """The squares of a contest: what a square above the line stands for, and how many below it make a formal vote."""

    above: dict[CandidateIndex, tuple[CandidateIndex, ...]]
    """Group → its candidates, in the order of the ballot."""
    candidates: frozenset[CandidateIndex]
    """Everybody below the line who is not withdrawn."""
    needed: int

    @classmethod
    def of(cls, contest: Contest, formality: str) -> "SenatePaper":
        """Read the squares off the contest: a candidate belongs to the group that has the same party.

        Raises `UsageError` for a group without candidates, or two groups of one party.
        """
        groups = of_kind(contest, "group")
        below = [CandidateIndex(c) for c in range(len(contest.choices)) if c not in groups]
        parties = [contest.choices[g].party for g in groups]
        above = {g: tuple(c for c in below if contest.choices[c].party == contest.choices[g].party) for g in groups}
        for group in groups:
            party = contest.choices[group].party
            if not party or parties.count(party) > 1 or not above[group]:
                raise UsageError(
                    f"contest {contest.title!r}: {contest.name_of(group)!r} is a square above the line, and which "
                    "candidates it stands for cannot be told: they are those of the same party as the group"
                )
        strict = formality == "always" or (formality == "lined" and bool(groups))
        gone = of_kind(contest, "withdrawn")
        standing = frozenset(c for c in below if c not in gone)
        return cls(above, standing, min(NUMBERS_BELOW, len(below)) if strict else 1)

    def preferences(self, contest: Contest, pattern: Pattern) -> tuple[tuple[CandidateIndex, ...], str]:
        """Return the order of candidates, and the cause that holds when it is used up or there is none.

        A formal vote below the line prevails over one above it (s 269(2)). A repeated or missing number and all
        higher ones are disregarded (ss 268A(2)(b), 269(1A)(b)). Those withdrawn or dead are passed over.
        """
        if is_invalid(pattern):
            return (), "invalid"
        ranks = ranking(contest, pattern)
        if not ranks:
            return (), "overvote" if states_overvoted_rank(pattern) else "undervote"
        order = _numbered(ranks, self.above, False)
        if len(order) < max(1, self.needed):
            order = tuple(c for group in _numbered(ranks, self.above, True) for c in self.above[group])
        if order:
            return tuple(c for c in order if c in self.candidates), "exhausted"
        return (), "overvote" if _first_is_repeated(ranks, self.above) else "invalid"


def _numbered(ranks: Ranking, groups: Container[CandidateIndex], above: bool) -> tuple[CandidateIndex, ...]:
    """Return the squares of one side of the line with the numbers 1, 2, 3, … up to the first that is not there once."""
    found: list[CandidateIndex] = []
    for rank, choices in ranks:
        here = [c for c in choices if (c in groups) == above]
        if choices and not here:
            continue
        if rank != len(found) + 1 or len(here) != 1 or here[0] in found:
            break
        found.append(here[0])
    return tuple(found)


def _first_is_repeated(ranks: Ranking, groups: Container[CandidateIndex]) -> bool:
    rank, first = ranks[0]
    return rank == 1 and (not first or any(sum((c in groups) == side for c in first) > 1 for side in (True, False)))
