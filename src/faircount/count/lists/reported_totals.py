"""Seats from reported totals: a profile that holds what a results file says, where no cards are published."""

from collections.abc import Mapping

from faircount.model import BadInputError, CandidateIndex, Contest, Mark, Pattern, Profile, UsageError

INVALID = Pattern(conditions=("invalid-contest",))
"""A ballot of which nothing counts, and of which the report says no more."""


def profile_of_totals(contest: Contest, votes: Mapping[str, int], *, blank: int = 0, invalid: int = 0) -> Profile:
    """Return the profile of ballots that give these votes by name of choice; a choice that is not named has none.

    `blank` ballots hold the contest and no mark, `invalid` ones count for nothing. **These are a file's own figures**:
    a count of them checks how seats follow from votes, not how votes follow from ballots.

    Raises `UsageError` where a voter has several votes, as totals do not say which were given together, and
    `BadInputError` for a name that is no choice, or a number below 0.
    """
    if contest.votes_allowed != 1 or contest.ranks > 1:
        raise UsageError(f"totals of contest {contest.title!r} are no ballots: voters there have more than one mark")
    place = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    where = f"totals of contest {contest.title!r}"
    counts: dict[Pattern, int] = {Pattern(): blank, INVALID: invalid}
    for name, count in votes.items():
        if name not in place:
            raise BadInputError(where, "a total belongs to a choice of the contest", repr(name))
        counts[Pattern((Mark(place[name]),))] = count
    if any(count < 0 for count in counts.values()):
        raise BadInputError(where, "numbers of ballots are not negative", str(min(counts.values())))
    return Profile.of({pattern: count for pattern, count in counts.items() if count})
