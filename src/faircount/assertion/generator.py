"""The shape of an assertion generator: an outcome → claims about ballots that together imply it, or why not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from faircount.model import Assertion, Ballots, Contest, Transcript


@dataclass(frozen=True, slots=True)
class Claims:
    """Assertions of one contest, and what they imply if all are true.

    `implies` is `outcome` where they are sufficient: if every assertion holds of the paper, the rule gives the reported
    outcome. `part` where they imply less, which `words` says; `nothing` where no assertion could be made, with the
    reason in `words`: then only a full hand count can confirm the contest.
    """

    assertions: tuple[Assertion, ...]
    implies: Literal["outcome", "part", "nothing"]
    words: str
    """What is implied, or why not more: a plain sentence."""


@dataclass(frozen=True, slots=True)
class Generator:
    """Makes the assertions of the outcomes of some counting rules."""

    name: str
    rules: tuple[str, ...]
    """Names of the counting rules whose outcomes it can claim."""
    source: str
    """Paper and section."""
    claims: Callable[[Contest, Transcript, Ballots], Claims]
    """(contest, its transcript, its interpreted ballots as reported) → claims. The ballots serve to choose among
    sufficient sets and for margins; which claims imply the outcome follows from the rule and the transcript alone."""
