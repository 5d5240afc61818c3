"""What a second opinion says of a count, and how it is held against a transcript."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from faircount.model import Transcript


@dataclass
class Sheet:
    """One round on paper: votes by choice, inactive votes by cause, and what was decided at its end."""

    votes: list[Fraction]
    inactive: dict[str, Fraction]
    elected: list[int] = field(default_factory=list)
    excluded: set[int] = field(default_factory=set)


@dataclass
class Opinion:
    """A whole count as the other hand has it."""

    verdict: str
    sheets: list[Sheet]
    tied: set[int] = field(default_factory=set)
    """Those between whom nothing decided, where the count stopped."""
    advancing: list[int] | None = None
    doubtful: bool = False
    """Whether a figure was so near another that the law's own rounding could turn it: then nothing is compared."""

    only_outcome: bool = False
    """Whether only the verdict, who is elected and the order of exclusion are compared, not the figures."""

    possible: set[int] = field(default_factory=set)
    """Those who may win, where the words leave it to a tie on the way which of them does."""
    without_inactive: bool = False
    """Whether the votes with no choice are not compared."""

    @property
    def elected(self) -> list[int]:
        """Winners in order of election."""
        return [c for sheet in self.sheets for c in sheet.elected]


class NoSuchDecision(Exception):
    """A recorded decision picks somebody who was not among the tied."""


def differences(opinion: Opinion, transcript: Transcript) -> list[str]:
    """Return every way in which the two counts differ, in words; empty where they agree."""
    if opinion.possible:
        elected = set(map(int, transcript.elected))
        fits = elected <= opinion.possible and bool(elected) == (opinion.verdict == "elected") == (
            transcript.verdict == "elected"
        )
        return [] if fits else [f"{transcript.verdict}: {elected}, possible are {opinion.possible}"]
    found = list(_unlike("verdict", opinion.verdict, transcript.verdict))
    if opinion.only_outcome:
        mine = [c for sheet in opinion.sheets for c in sorted(sheet.excluded)]
        theirs = [c for one in transcript.rounds for c in one.excluded]
        found += _unlike("elected", sorted(opinion.elected), sorted(transcript.elected))
        # Several of the lowest may go at once where that changes nothing: the second opinion goes one by one.
        return found + list(_unlike("excluded", mine, theirs))
    found += _unlike("elected", opinion.elected, list(transcript.elected))
    found += _unlike("rounds", len(opinion.sheets), len(transcript.rounds))
    if opinion.verdict == "tie":
        found += _unlike("tied", sorted(opinion.tied), sorted(transcript.rounds[-1].tied))
    if opinion.advancing is not None:
        found += _unlike("advancing", opinion.advancing, list(transcript.advancing))
    for number, (sheet, one) in enumerate(zip(opinion.sheets, transcript.rounds, strict=False), 1):
        inactive = {cause: votes for cause, votes in sheet.inactive.items() if votes}
        found += _unlike(f"votes in round {number}", sheet.votes, list(one.votes))
        if not opinion.without_inactive:
            found += _unlike(f"inactive in round {number}", inactive, dict(one.inactive))
        found += _unlike(f"elected in round {number}", sheet.elected, list(one.elected))
        found += _unlike(f"excluded in round {number}", sorted(sheet.excluded), sorted(one.excluded))
    return found


def _unlike(what: str, mine: object, theirs: object) -> Iterable[str]:
    if mine != theirs:
        yield f"{what}: second opinion {_plain(mine)}, rule {_plain(theirs)}"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_plain, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_plain(n)}" for key, n in sorted(value.items())) + "}"
    return str(value)
