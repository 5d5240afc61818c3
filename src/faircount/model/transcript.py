"""What a counting rule leaves behind: every round and every movement, not only the winner."""

from dataclasses import dataclass

from faircount.model.contest import CandidateIndex, VoteCount
from faircount.model.errors import BadInputError


@dataclass(frozen=True, slots=True)
class Transfer:
    """Votes that moved at the end of a round: from one choice to another, or to an inactive cause."""

    source: CandidateIndex
    target: CandidateIndex | None
    """None when the votes went to no choice; then `cause` says why."""
    cause: str
    """`transferred`, or the inactive cause, one of `INACTIVE_CAUSES`."""
    votes: VoteCount


@dataclass(frozen=True, slots=True)
class Round:
    """State in one round. `sum(votes) + sum(inactive)` is the same in every round of a transcript."""

    votes: tuple[VoteCount, ...]
    """Indexed by `CandidateIndex`; 0 once a choice is out."""
    inactive: tuple[tuple[str, VoteCount], ...] = ()
    """Votes with no choice, by cause, in the order of `INACTIVE_CAUSES`; causes with 0 are left out."""
    elected: tuple[CandidateIndex, ...] = ()
    excluded: tuple[CandidateIndex, ...] = ()
    tied: tuple[CandidateIndex, ...] = ()
    """Choices among whom the rule could not choose."""
    tie_decided_by: str = ""
    """Who or what decided among `tied`; empty when the count stopped there."""
    transfers: tuple[Transfer, ...] = ()
    """What moved at the end of this round; it makes the next round's votes."""

    @property
    def total(self) -> VoteCount:
        """Votes of this round, inactive ones included."""
        return sum(self.votes) + sum(n for _, n in self.inactive)


INACTIVE_CAUSES = (
    "undervote",  # room for a vote that was not used (plurality), or no ranking at all (ranked)
    "overvote",  # more choices than allowed
    "skipped rank",  # more ranks left empty in a row than the rule allows
    "repeated choice",  # the same choice again, where the rule stops there
    "exhausted",  # every choice ranked is out
    "invalid",  # the voting system declared the contest on this card invalid
)
"""Why a vote has no choice, in the order of reports."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A complete, replayable count of one contest.

    `total` is what every round's votes and inactive sum to: cards × votes allowed where voters mark, cards where they
    rank (weights instead of cards where cards are weighted). `decisions` are the named decisions in force, as
    (name, value). `verdict` says how the count ended, one of `VERDICTS`. `advancing` are the choices of a runoff
    still to be held. `threshold` is the statement of what had to be reached, in words; empty where nothing had.

    Raises `BadInputError` when a round does not conserve the total.
    """

    rule: str
    total: VoteCount
    rounds: tuple[Round, ...]
    verdict: str
    decisions: tuple[tuple[str, str], ...] = ()
    advancing: tuple[CandidateIndex, ...] = ()
    threshold: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise BadInputError(f"transcript of rule {self.rule}", f"verdict is one of {VERDICTS}", self.verdict)
        for number, one in enumerate(self.rounds, 1):
            if one.total != self.total:
                raise BadInputError(
                    f"round {number} of rule {self.rule}", f"votes and inactive sum to {self.total}", str(one.total)
                )

    @property
    def elected(self) -> tuple[CandidateIndex, ...]:
        """Winners in order of election; empty after a tie that stopped the count."""
        return tuple(c for r in self.rounds for c in r.elected)


VERDICTS = ("elected", "passed", "not passed", "runoff", "tie", "no votes")
"""How a count can end: seats filled; a measure passed or not; a runoff is due; stopped at a tie; nothing to count."""
