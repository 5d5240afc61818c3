"""What a ranking says of a pair, of first preferences, and of those who take part: shared by rules for rankings."""

from collections.abc import Mapping, Sequence

from faircount.assertion.linear import Form, reads
from faircount.model import CandidateIndex, Contest

Choices = tuple[CandidateIndex, ...]


def running(contest: Contest, decided: Mapping[str, str]) -> Choices:
    """Return the choices that take part: not the withdrawn, nor pooled write-ins where these cannot win."""
    gone = {"withdrawn", "write-in"} if decided.get("write_ins") == "cannot-win" else {"withdrawn"}
    return tuple(CandidateIndex(c) for c, choice in enumerate(contest.choices) if choice.kind not in gone)


def ranks(*choices: int) -> Form:
    """Return whether a ballot ranks any of `choices`, as 1 or 0."""
    return reads("ranks", *sorted(set(choices)))


def says_anything(contest: Contest, decided: Mapping[str, str]) -> Form:
    """Return whether a ballot ranks anybody who takes part, as 1 or 0."""
    return ranks(*running(contest, decided))


def has_first(contest: Contest) -> Form:
    """Return whether a ballot ranks anybody, as 1 or 0."""
    return ranks(*range(len(contest.choices)))


def first_is(choice: int) -> Form:
    """Return whether the first preference of a ballot is `choice`, as 1 or 0."""
    return reads("first", choice)


def head_is(choice: int, standing: Sequence[int]) -> Form:
    """Return whether a ballot is `choice`'s with only `standing` in the count, as 1 or 0."""
    return reads("head", choice, tuple(sorted(standing)))


def prefers(one: int, other: int, unranked_below: bool = True) -> Form:
    """Return whether a ballot prefers `one` to `other`, as 1 or 0.

    A choice that it does not rank is below every one that it does; where `unranked_below` is False the ballot says
    nothing of a pair of which it ranks only one.
    """
    return reads("prefers", one, other, unranked_below)
