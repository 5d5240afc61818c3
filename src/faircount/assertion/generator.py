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


Make = Callable[[Contest, Transcript, Ballots], Claims]
"""(contest, its transcript, its interpreted ballots as reported) → claims. The ballots serve to choose among
sufficient sets and for margins; which claims imply the outcome follows from the rule and the transcript alone."""


@dataclass(frozen=True, slots=True)
class Generator:
    """Makes the assertions of the outcomes of some counting rules."""

    name: str
    rules: tuple[str, ...]
    """Names of the counting rules whose outcomes it can claim."""
    source: str
    """Paper and section."""
    make: Make
    """What makes the claims where every card counts for one. Ask `claims`, which first makes sure of that."""

    def claims(self, contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
        """Return the claims of one reported outcome, or why there are none."""
        if ballots.weights != ballots.cards:
            return nothing(
                "cards of this contest weigh (a shareholder's card counts for its shares), and a mean over cards says "
                "nothing of a sum of weights; what each single card weighs is not known here, so that no draw in "
                "proportion to weight can be described either"
            )
        return self.make(contest, transcript, ballots)


def nothing(words: str) -> Claims:
    """Return that no claim can be made, and why."""
    return Claims((), "nothing", words)


def nobody(transcript: Transcript) -> Claims:
    """Return that no claim can be made because nobody was elected."""
    return nothing(f"nobody to confirm: the count ended with {transcript.verdict!r}")


TIED = "a tie was decided by something that no ballot shows"
"""Why a tie ends in a hand count: two figures that are equal cannot be confirmed by a sample."""


def has_tie(transcript: Transcript) -> bool:
    """Say whether the count met a tie, decided or not."""
    return any(one.ties for one in transcript.rounds)
