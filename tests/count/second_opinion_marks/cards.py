"""Every card one by one, as faircount.count.interpretation says in words that marks are read."""

from collections.abc import Iterator
from fractions import Fraction

from faircount.model import BadInputError, Contest, Mark, Pattern, Profile

Read = tuple[dict[int, Fraction], dict[str, Fraction]]
"""Votes by choice, and what went to none by cause."""


def each_card(profile: Profile) -> Iterator[tuple[Pattern, Fraction]]:
    """Yield every single card with what it weighs."""
    for pattern, cards, weight in zip(profile.patterns, profile.cards, profile.weights, strict=True):
        for _ in range(cards):
            yield pattern, Fraction(weight) / cards


def declared_invalid(pattern: Pattern) -> bool:
    """INVALID_CONTEST."""
    return "invalid-contest" in pattern.conditions


def declared_overvoted(pattern: Pattern) -> bool:
    """STATED_OVERVOTE: by the figure, by a condition of the contest, or where there is no figure of a mark."""
    if pattern.overvotes or "overvote" in pattern.conditions:
        return True
    return pattern.overvotes is None and any("overvote" in mark.conditions for mark in pattern.marks)


def stands(mark: Mark, overvoted: bool) -> bool:
    """UNSTATED_COUNTS, and STATED_OVERVOTE for marks of which nothing is said."""
    if mark.is_ambiguous or mark.is_vote is False:
        return False
    return mark.is_vote is True or not overvoted


def add(to: dict[int, Fraction], choice: int, votes: Fraction) -> None:
    """Add votes for a choice."""
    to[choice] = to.get(choice, Fraction(0)) + votes


def marks_of(contest: Contest, pattern: Pattern) -> Read:
    """Read one card on which every mark that stands is one vote."""
    allowed = contest.votes_allowed
    if declared_invalid(pattern):
        return {}, {"invalid": Fraction(allowed)}
    if any(mark.score is not None for mark in pattern.marks):
        raise BadInputError("card", "NO_SCORES")
    overvoted = declared_overvoted(pattern)
    votes: dict[int, Fraction] = {}
    for mark in pattern.marks:
        pooled = contest.choices[mark.choice].kind == "write-in"
        if stands(mark, overvoted) and (pooled or mark.choice not in votes):
            add(votes, mark.choice, Fraction(1))
    given = sum(votes.values(), Fraction(0))
    if given > allowed:
        return {}, {"overvote": Fraction(allowed)}
    room = allowed - given
    if not overvoted:
        return votes, {"undervote": room}
    if pattern.overvotes and pattern.undervotes is not None and pattern.overvotes + pattern.undervotes == room:
        return votes, {"undervote": Fraction(pattern.undervotes), "overvote": Fraction(pattern.overvotes)}
    return votes, {"overvote": room}


def without_withdrawn(contest: Contest, card: Read, cause: str) -> Read:
    """Take from a card the votes for choices that no longer stand."""
    votes, inactive = dict(card[0]), dict(card[1])
    for choice in list(votes):
        if contest.choices[choice].kind == "withdrawn":
            inactive[cause] = inactive.get(cause, Fraction(0)) + votes.pop(choice)
    return votes, inactive


class Sums:
    """Votes of all choices, and of none by cause."""

    def __init__(self, contest: Contest) -> None:
        self.votes = [Fraction(0) for _ in contest.choices]
        self.inactive: dict[str, Fraction] = {}

    def add(self, card: Read, weight: Fraction) -> None:
        """Add one card."""
        for choice, votes in card[0].items():
            self.votes[choice] += votes * weight
        for cause, votes in card[1].items():
            self.inactive[cause] = self.inactive.get(cause, Fraction(0)) + votes * weight


def summed_marks(contest: Contest, profile: Profile, withdrawn: str) -> Sums:
    """Sum marks; votes for those withdrawn stand under the cause `withdrawn`."""
    sums = Sums(contest)
    for pattern, weight in each_card(profile):
        sums.add(without_withdrawn(contest, marks_of(contest, pattern), withdrawn), weight)
    return sums
