"""Ballots of a few letters for rules that fill several seats by transfers."""

from faircount.count import RULES
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank

STV = RULES["stv"]
Ballots = dict[str, int]


def election(
    ballots: Ballots, seats: int, kinds: dict[str, str] | None = None, **decided: str
) -> tuple[Contest, Profile]:
    """Ballots as `A>B`, `A>>B` with an empty rank, `A=B` with two on one;

    Choices are in alphabetical order; those without a ballot must be in `kinds`.
    """
    kinds = kinds or {}
    names = sorted({name for ballot in ballots for name in ballot.replace("=", ">").split(">") if name} | set(kinds))
    choices = tuple(Choice(name, kind=kinds.get(name, "regular")) for name in names)
    counts: dict[Pattern, int] = {}
    for ballot, cards in ballots.items():
        ranked = enumerate((name for name in ballot.split(">")), 1)
        marked = [(n, rank) for rank, cell in ranked for n in cell.split("=") if n]
        marks = sorted((Mark(CandidateIndex(names.index(n)), Rank(r)) for n, r in marked), key=Mark.sort_key)
        counts[Pattern(tuple(marks))] = counts.get(Pattern(tuple(marks)), 0) + cards
    options = tuple(sorted(decided.items()))
    return Contest("t", choices, seats, ranks=10, rule="stv", options=options), Profile.of(counts)
