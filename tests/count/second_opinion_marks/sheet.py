"""What the other hand says of a count, and how it differs from a transcript."""

from dataclasses import dataclass, field
from fractions import Fraction

from count.second_opinion_marks.cards import Sums
from count.second_opinion_marks.lots import Met

from faircount.model import Transcript


@dataclass
class Sheet:
    """A whole count."""

    verdict: str
    rounds: list[Sums]
    elected: list[int] = field(default_factory=list)
    advancing: list[int] = field(default_factory=list)
    ties: list[Met] = field(default_factory=list)


def figures(sums: Sums) -> tuple[list[Fraction], dict[str, Fraction]]:
    """Return votes by choice, and votes by cause, without those of no vote."""
    return sums.votes, {cause: votes for cause, votes in sums.inactive.items() if votes}


def differences(mine: Sheet, other: Transcript) -> list[str]:
    """Say in words how the two differ."""
    rounds = [(list(one.votes), dict(one.inactive)) for one in other.rounds]
    ties = [(list(tie.tied), tie.about, tie.chosen) for one in other.rounds for tie in one.ties]
    pairs = {
        "verdict": (mine.verdict, other.verdict),
        "rounds": ([figures(one) for one in mine.rounds], rounds),
        "elected": (mine.elected, list(other.elected)),
        "advancing": (mine.advancing, list(other.advancing)),
        "ties": (mine.ties, ties),
    }
    return [f"{what}: {ours!s} and {theirs!s}" for what, (ours, theirs) in pairs.items() if ours != theirs]
