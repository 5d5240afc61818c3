"""What formats without flags write of a pattern: the marks that say what the voter chose."""

from faircount.model import CandidateIndex, Mark, Pattern, Rank
from faircount.write.writer import Terms

_OVERVOTE = "overvote"
_INVALID = "invalid-contest"


def plain_marks(terms: Terms, pattern: Pattern) -> tuple[Mark, ...]:
    """Return the marks of a pattern that a format without flags writes: choice and rank, nothing else.

    Marks that the export calls ambiguous are left out. Ranked: all others stand, whatever the tabulator called them.
    Not ranked: those that are no vote are left out too, unless an overvote made them so: then they are written, since
    such formats show an overvote as more marks than allowed. A contest that the voting system declared invalid on the
    card has none.
    """
    if _INVALID in pattern.conditions:
        return ()
    clear = [mark for mark in pattern.marks if not mark.is_ambiguous]
    if not terms.contest.ranks and not _is_overvoted(pattern):
        clear = [mark for mark in clear if mark.is_vote is not False]
    return tuple(Mark(mark.choice, mark.rank) for mark in clear)


def _is_overvoted(pattern: Pattern) -> bool:
    if pattern.overvotes or _OVERVOTE in pattern.conditions:
        return True
    return pattern.overvotes is None and any(_OVERVOTE in mark.conditions for mark in pattern.marks)


def plain_pattern(terms: Terms, pattern: Pattern) -> Pattern:
    """Return what a reader gets back of marks that were written each on its own."""
    return Pattern(tuple(sorted(set(plain_marks(terms, pattern)), key=Mark.sort_key)))


def ranking(terms: Terms, pattern: Pattern) -> dict[int, tuple[int, ...]]:
    """Return rank → choices at it, both ascending; an overvoted rank without names has no entry."""
    places: dict[int, set[int]] = {}
    for mark in plain_marks(terms, pattern):
        places.setdefault(mark.rank, set()).add(mark.choice)
    for rank in pattern.overvoted_ranks:  # a single name there is not the whole of what was marked
        if len(places.get(rank, ())) == 1:
            del places[rank]
    return {rank: tuple(sorted(places[rank])) for rank in sorted(places)}


def without_ties(terms: Terms, pattern: Pattern) -> Pattern:
    """Return what a reader gets back where a rank holds one choice: a rank of several is an empty one."""
    alone = [(choices[0], rank) for rank, choices in ranking(terms, pattern).items() if len(choices) == 1]
    return _of(alone)


def with_ties(terms: Terms, pattern: Pattern) -> Pattern:
    """Return what a reader gets back where ranks may be empty or hold several choices."""
    return _of([(choice, rank) for rank, choices in ranking(terms, pattern).items() for choice in choices])


def closed_up(terms: Terms, pattern: Pattern) -> Pattern:
    """Return what a reader gets back where no rank is empty and a choice stands once, where it stands first."""
    rank, seen, kept = 0, set(), []
    for choices in ranking(terms, pattern).values():
        new = [choice for choice in choices if choice not in seen]
        seen.update(new)
        rank += bool(new)
        kept += [(choice, rank) for choice in new]
    return _of(kept)


def _of(marks: list[tuple[int, int]]) -> Pattern:
    made = [Mark(CandidateIndex(choice), Rank(rank)) for choice, rank in marks]
    return Pattern(tuple(sorted(made, key=Mark.sort_key)))


def is_blank(pattern: Pattern) -> bool:
    """Say whether nothing is marked, and nothing said of marks that nobody names."""
    return not pattern.marks and not pattern.overvoted_ranks
