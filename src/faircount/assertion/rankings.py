"""What a ranking says of a pair, of first preferences, and of those who take part: shared by rules for rankings."""

from collections.abc import Mapping

from faircount.assertion.linear import Gives
from faircount.model import Ballot, CandidateIndex, Contest

Choices = tuple[CandidateIndex, ...]


def running(contest: Contest, decided: Mapping[str, str]) -> Choices:
    """Return the choices that take part: not the withdrawn, nor pooled write-ins where these cannot win."""
    gone = {"withdrawn", "write-in"} if decided.get("write_ins") == "cannot-win" else {"withdrawn"}
    return tuple(CandidateIndex(c) for c, choice in enumerate(contest.choices) if choice.kind not in gone)


def says_anything(contest: Contest, decided: Mapping[str, str]) -> Gives:
    """Return whether a ballot ranks anybody who takes part, as 1 or 0."""
    among = frozenset(running(contest, decided))
    return lambda ballot: int(any(choice in among for choice in ballot.ranking))


def prefers(one: CandidateIndex, other: CandidateIndex, unranked_below: bool = True) -> Gives:
    """Return whether a ballot prefers `one` to `other`, as 1 or 0.

    A choice that it does not rank is below every one that it does; where `unranked_below` is False the ballot says
    nothing of a pair of which it ranks only one.
    """

    def value(ballot: Ballot) -> int:
        for choice in ballot.ranking:
            if choice == one:
                return int(unranked_below or other in ballot.ranking)
            if choice == other:
                return 0
        return 0

    return value


def first_is(*choices: CandidateIndex) -> Gives:
    """Return whether the first preference of a ballot is one of `choices`, as 1 or 0."""
    wanted = frozenset(choices)
    return lambda ballot: int(bool(ballot.ranking) and ballot.ranking[0] in wanted)


def has_first(ballot: Ballot) -> int:
    """Return whether a ballot ranks anybody, as 1 or 0."""
    return int(bool(ballot.ranking))
