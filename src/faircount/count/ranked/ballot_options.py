"""Decisions about what a ranked ballot says, common to every rule for such ballots."""

from collections.abc import Mapping
from dataclasses import replace

from faircount.count.rule import WHOLE_NUMBER, Option, Rule, settings
from faircount.model import CandidateIndex, Contest, UsageError

OVERVOTE = Option(
    "overvote",
    ("exhaust", "skip", "exhaust-if-multiple-continuing"),
    "exhaust",
    "A rank with several choices. exhaust: the ballot goes no further. skip: as if the rank were empty (but not "
    "counted as a skipped one). exhaust-if-multiple-continuing: it counts for the one choice of that rank still "
    "standing, goes on if none is, and goes no further if several are.",
)
SPLIT = "split"
"""Value of `overvote` that some rules take beside those of `OVERVOTE`: equal ranks share the vote."""
OVERVOTE_OR_SPLIT = replace(
    OVERVOTE,
    values=(*OVERVOTE.values, SPLIT),
    meaning=OVERVOTE.meaning
    + " split: the vote is divided equally among the choices of that rank still standing, as an exact fraction, and "
    "divided anew when one of them is excluded.",
)
REPEATED = Option(
    "repeated",
    ("skip", "exhaust"),
    "skip",
    "A choice that the ballot has ranked before. skip: the later rank means nothing. exhaust: the ballot goes no "
    "further.",
)
SKIPPED = Option(
    "skipped",
    (WHOLE_NUMBER, "unlimited"),
    "unlimited",
    "How many empty ranks in a row, also before the first choice, a ballot may have and still go on. Empty ranks "
    "after its last choice end nothing.",
)
WITHDRAWN = Option(
    "withdrawn",
    ("skip", "erase"),
    "skip",
    "Choices of kind withdrawn get no vote. skip: the ballot passes over them, and their rank is no empty one; a rank "
    "that also holds another choice is an overvote. erase: as if the voter had not marked them, so that a rank may be "
    "left empty, or with one choice.",
)
WRITE_INS = Option(
    "write_ins",
    ("count", "excluded-first", "excluded-once-voted"),
    "count",
    "Pooled, undeclared write-ins (choices of kind write-in). count: like any choice. excluded-first: they cannot "
    "win and are excluded in round 1; if they have votes, nobody else is elected or excluded in that round. "
    "excluded-once-voted: the same in whichever round they first have votes; until then they are a choice without "
    "votes.",
)
BALLOT_OPTIONS = (OVERVOTE, REPEATED, SKIPPED, WITHDRAWN)
"""What `walk` decides by; every rule for ranked ballots has these four, with the defaults of its own law."""


def with_default(option: Option, default: str, why: str) -> Option:
    """Return `option` with the default of a law, and a last sentence of `meaning` that names its section."""
    return replace(option, default=default, meaning=f"{option.meaning} Default: {why}")


def ranked_settings(rule: Rule, contest: Contest) -> dict[str, str]:
    """Return every named decision in force (`settings`), for a ranked contest that the rule can count.

    Raises `UsageError` where voters do not rank, or where there are several seats and the rule fills one.
    """
    if contest.ranks < 1:
        raise UsageError(
            f"contest {contest.title!r} is not ranked and rule {rule.name} counts rankings; use a rule that counts "
            "marks, such as plurality"
        )
    if contest.seats != 1 and not rule.many_seats:
        raise UsageError(f"rule {rule.name} fills one seat; contest {contest.title!r} has {contest.seats} seats")
    return settings(rule.name, rule.options, contest)


def of_kind(contest: Contest, kind: str) -> tuple[CandidateIndex, ...]:
    """Return the choices of this kind, in the order of the ballot."""
    return tuple(CandidateIndex(i) for i, choice in enumerate(contest.choices) if choice.kind == kind)


def pooled_write_ins(contest: Contest, decided: Mapping[str, str]) -> tuple[CandidateIndex, ...]:
    """Return the choices that option `write_ins` treats apart; none where they count like any choice."""
    return () if decided["write_ins"] == "count" else of_kind(contest, "write-in")
