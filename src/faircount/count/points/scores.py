"""What a card gives where voters give points to choices, and the one round in which points are summed."""

from faircount.count.interpretation import is_invalid
from faircount.count.rule import Reading
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Contest,
    Mark,
    Pattern,
    Profile,
    Round,
    Transcript,
    UsageError,
    VoteCount,
)

MOST_POINTS = 1_000
"""Points that one card may give to one choice; more is no ballot."""


def read_points(contest: Contest, pattern: Pattern, most: int) -> Reading:
    """Read a card on which every choice may get 0 to `most` points, independent of the others.

    A choice that got two different numbers of points is overvoted: none of them counts, and `most` points of the card
    are overvotes. A mark without a score gives all points, for that is what a mark says where points are 0 or 1.
    `withdrawn` choices get none: their points are not given. Raises `BadInputError` for a mark that points nowhere, a
    rank other than 1, or points out of range.
    """
    size = len(contest.choices)
    if is_invalid(pattern):
        return Reading((), invalid=most * size)
    given: dict[CandidateIndex, set[int]] = {}
    for mark in pattern.marks:
        points = _points(contest, mark, most)
        if not mark.is_ambiguous and mark.is_vote is not False:
            given.setdefault(mark.choice, set()).add(points)
    votes, over = [], 0
    for choice, numbers in sorted(given.items()):
        if len(numbers) > 1:
            over += most
        elif max(numbers) and contest.choices[choice].kind != "withdrawn":
            votes.append((choice, max(numbers)))
    room = most * size - over - sum(points for _, points in votes)
    return Reading(tuple(votes), undervotes=room, overvotes=over)


def _points(contest: Contest, mark: Mark, most: int) -> int:
    place = f"contest {contest.title!r}"
    if not 0 <= mark.choice < len(contest.choices):
        raise BadInputError(
            place, f"a mark points to one of {len(contest.choices)} choices", f"choice {mark.choice}"
        )  # fmt: skip
    if mark.rank != 1:
        raise BadInputError(place, "points are given, not ranks", f"rank {mark.rank}")
    points = most if mark.score is None else mark.score
    if not 0 <= points <= most:
        raise BadInputError(
            place, f"a choice gets 0 to {most} points", f"{points} for {contest.name_of(mark.choice)!r}",
            "state the most points that a voter may give",
        )  # fmt: skip
    return points


def sum_points(contest: Contest, readings: list[tuple[Reading, VoteCount]]) -> Round:
    """Return the round of points: weighted sums by choice, and what was not given, overvoted and invalid."""
    points: list[VoteCount] = [0] * len(contest.choices)
    rest: dict[str, VoteCount] = {"overvote": 0, "invalid": 0, "points not given": 0}
    for reading, weight in readings:
        for choice, given in reading.votes:
            points[choice] += given * weight
        rest["points not given"] += reading.undervotes * weight
        rest["overvote"] += reading.overvotes * weight
        rest["invalid"] += reading.invalid * weight
    return Round(tuple(points), tuple((cause, n) for cause, n in rest.items() if n), unit="points")


def readings_of(contest: Contest, profile: Profile, most: int) -> list[tuple[Reading, VoteCount]]:
    """Return what each pattern gives, with its weight."""
    return [
        (read_points(contest, pattern, most), weight)
        for pattern, weight in zip(profile.patterns, profile.weights, strict=True)
    ]


def as_points(number: str, contest: Contest) -> int:
    """Return the decision `most` as a number. Raises `UsageError` where it is 0 or more than `MOST_POINTS`."""
    most = int(number)
    if not 1 <= most <= MOST_POINTS:
        raise UsageError(f"contest {contest.title!r}: most points are 1 to {MOST_POINTS}, not {most}")
    return most


def refuse_ranks(contest: Contest, rule: str) -> None:
    """Raise `UsageError` where voters rank: ranks are not points."""
    if contest.ranks > 0:
        raise UsageError(
            f"contest {contest.title!r} is ranked ({contest.ranks} ranks) and rule {rule} counts points; use a rule "
            "for ranked ballots"
        )


def follow_points(contest: Contest, profile: Profile, whole: Transcript, most: int) -> Round:
    """Return the round of points of a part of the ballots, under the decisions of the whole."""
    one, decided = sum_points(contest, readings_of(contest, profile, most)), whole.rounds[0]
    return Round(one.votes, one.inactive, decided.elected, decided.excluded, decided.ties, unit="points")
