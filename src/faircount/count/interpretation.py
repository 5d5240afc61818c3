"""From marks as exported to what a rule may count. Every decision of this step has its name here.

`INVALID_CONTEST`: a contest that the voting system declared invalid on a card counts for nothing, whatever its marks
    (Dominion's outstack condition 7 in Alaska, 2022; counting it gave results that differed from the official ones).
`UNSTATED_COUNTS`: a mark counts unless the export says it is no vote (`is_vote` False) or is ambiguous; where the
    format does not say (`is_vote` None) it counts.
`ONCE`: several marks for the same choice are one vote, except in the pool of undeclared write-ins, where each mark
    names somebody else (Dominion gives each its own WriteinIndex).
`OVERVOTE_VOIDS`: more choices marked than allowed, and no vote of this card counts in this contest.
`STATED_OVERVOTE`: where the export declares the contest overvoted, marks of which the format says nothing do not
    count (Hart lists the options of an overvoted contest), and room without votes is overvotes, not undervotes
    (Dominion exports overvoted marks with IsVote false and Overvotes equal to the votes allowed). Marks that the export
    itself calls votes stand. The export's figures are followed where they balance; else all room left is overvotes.
`WITHDRAWN`: a mark for somebody withdrawn is a vote used, and invalid; it can be the one too many that overvotes.
`NO_SCORES`: a mark with a score says how many votes or points it gives; a rule that counts marks refuses it, since
    counting it as one vote would be wrong in silence (Hart exports cumulative contests so).
`RANKED_IGNORES_IS_VOTE`: where voters rank, every mark counts that is not ambiguous. Dominion 5.10.11.24 sets IsVote
    for rank 1 only; filtering on it silently drops every second choice.
"""

from collections.abc import Iterator

from faircount.count.rule import Reading
from faircount.model import BadInputError, CandidateIndex, Contest, Mark, Pattern

INVALID_CONTEST = "invalid-contest"
"""Canonical condition: the voting system declared this contest invalid on this card."""
OVERVOTE = "overvote"
"""Canonical condition, of a contest or a mark: more choices than allowed."""
OVERVOTED_RANKING = "overvoted-ranking"
"""Canonical condition, of a contest or a mark: more than one choice at one rank."""

Ranking = tuple[tuple[int, tuple[CandidateIndex, ...]], ...]
"""(rank, choices at it) by rank; ranks left empty are absent. Two or more choices are an overvoted rank, and so is
none: the export says that the rank is overvoted and not by whom."""


def is_invalid(pattern: Pattern) -> bool:
    """Say whether the voting system declared the contest invalid on cards with this pattern."""
    return INVALID_CONTEST in pattern.conditions


def read_marks(contest: Contest, pattern: Pattern) -> Reading:
    """Read a pattern of a contest in which voters mark and do not rank.

    Raises `BadInputError` for a mark that points to no choice, or that has a rank other than 1.
    """
    allowed = contest.votes_allowed
    candid = _checked(contest, pattern, 1)
    if is_invalid(pattern):
        return Reading((), invalid=allowed)
    overvoted = _states_overvote(pattern)
    counts: dict[CandidateIndex, int] = {}
    for mark in candid:
        if not mark.is_ambiguous and (mark.is_vote or (mark.is_vote is None and not overvoted)):
            pooled = contest.choices[mark.choice].kind == "write-in"
            counts[mark.choice] = counts.get(mark.choice, 0) + 1 if pooled else 1
    room = allowed - sum(counts.values())
    if room < 0:
        return Reading((), overvotes=allowed)
    gone = sum(n for c, n in counts.items() if contest.choices[c].kind == "withdrawn")
    votes = tuple(sorted((c, n) for c, n in counts.items() if contest.choices[c].kind != "withdrawn"))
    if not overvoted:
        return Reading(votes, undervotes=room, invalid=gone)
    under, over = pattern.undervotes, pattern.overvotes
    if under is not None and over is not None and under >= 0 and over > 0 and under + over == room:
        return Reading(votes, undervotes=under, overvotes=over, invalid=gone)
    return Reading(votes, overvotes=room, invalid=gone)


def ranking(contest: Contest, pattern: Pattern) -> Ranking:
    """Return the ranking on cards with this pattern, gaps and equal ranks as they are.

    A rank that the export calls overvoted without names has no choices here, even where a single mark stands at it.
    Raises `BadInputError` for a mark that points to no choice or to a rank that the contest does not have.
    """
    places: dict[int, set[CandidateIndex]] = {}
    for mark in _checked(contest, pattern, contest.ranks):
        if not mark.is_ambiguous:
            places.setdefault(mark.rank, set()).add(mark.choice)
    for rank in pattern.overvoted_ranks:
        if not 1 <= rank <= contest.ranks:
            raise BadInputError(f"contest {contest.title!r}", f"a rank is between 1 and {contest.ranks}", str(rank))
        if len(places.setdefault(rank, set())) == 1:
            places[rank] = set()
    return tuple((rank, tuple(sorted(places[rank]))) for rank in sorted(places))


def states_overvoted_rank(pattern: Pattern) -> bool:
    """Say whether the export declares an overvote in a ranked contest. Some formats do so without the marks."""
    return bool(pattern.overvotes) or OVERVOTED_RANKING in pattern.conditions or OVERVOTE in pattern.conditions


def _states_overvote(pattern: Pattern) -> bool:
    if pattern.overvotes or OVERVOTE in pattern.conditions:
        return True
    # A figure of 0 is newer than a remark left on a mark that a person has since adjudicated.
    return pattern.overvotes is None and any(OVERVOTE in mark.conditions for mark in pattern.marks)


def _checked(contest: Contest, pattern: Pattern, ranks: int) -> Iterator[Mark]:
    size = len(contest.choices)
    for mark in pattern.marks:
        if not 0 <= mark.choice < size:
            raise BadInputError(
                f"contest {contest.title!r}", f"a mark points to one of {size} choices", f"choice {mark.choice}"
            )
        if not 1 <= mark.rank <= ranks:
            raise BadInputError(
                f"contest {contest.title!r}",
                f"a rank is between 1 and {ranks}",
                f"rank {mark.rank} for {contest.name_of(mark.choice)!r}",
                "correct the number of ranks of the contest",
            )
        if mark.score is not None:
            raise BadInputError(
                f"contest {contest.title!r}", "this rule counts marks, not scores",
                f"score {mark.score} for {contest.name_of(mark.choice)!r}", "the contest is cumulative or scored",
            )  # fmt: skip
        yield mark
