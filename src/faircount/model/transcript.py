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
class Tie:
    """Choices that the figures do not part, and who or what parted them. Never decided in silence."""

    tied: tuple[CandidateIndex, ...]
    """In the order of the ballot."""
    about: str = ""
    """What hangs on it, one of `TIE_ABOUT`."""
    chosen: CandidateIndex | None = None
    """Whom the decision picks out of `tied`: who is elected, excluded, …; None where the count stopped."""
    decided_by: str = ""
    """`order of the ballot`, `votes in round 2`, `recorded decision`, …; empty where the count stopped."""


TIE_ABOUT = ("elected", "excluded", "first to be transferred", "place in the runoff", "place in the order")
"""What a tie can be about: the one chosen is elected, excluded, …"""


@dataclass(frozen=True, slots=True)
class Round:
    """State in one round. `sum(votes) + sum(inactive)` is the same in all rounds of a transcript with the same unit."""

    votes: tuple[VoteCount, ...]
    """Indexed by `CandidateIndex`; 0 once a choice is out."""
    inactive: tuple[tuple[str, VoteCount], ...] = ()
    """Votes with no choice, by cause, in the order of `INACTIVE_CAUSES`; causes with 0 are left out."""
    elected: tuple[CandidateIndex, ...] = ()
    """In order of election. A list that wins several seats at once stands here once a seat."""
    excluded: tuple[CandidateIndex, ...] = ()
    ties: tuple[Tie, ...] = ()
    """Ties met in this round, in the order met. Where the count stopped, the last of them is not decided."""
    transfers: tuple[Transfer, ...] = ()
    """What moved at the end of this round; it makes the next round's votes."""
    unit: str = "votes"
    """What is counted: `votes`, or `points` where the rule gives points."""
    threshold: VoteCount | None = None
    """What elects in this round, as a figure (the quota); None where nothing is fixed."""
    note: str = ""
    """What the law did here that the figures do not say, as a plain sentence; mostly empty."""

    @property
    def total(self) -> VoteCount:
        """Votes of this round, inactive ones included."""
        return sum(self.votes) + sum(n for _, n in self.inactive)

    @property
    def tied(self) -> tuple[CandidateIndex, ...]:
        """Choices of the last tie of this round; empty where there was none."""
        return self.ties[-1].tied if self.ties else ()

    @property
    def tie_decided_by(self) -> str:
        """Who or what decided the last tie; empty where nobody did, or there was none."""
        return self.ties[-1].decided_by if self.ties else ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table that a count rests on beside its rounds: a pairwise matrix, quotients, standings."""

    title: str
    """A few words: `Pairwise votes`, `Quotients`."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str | VoteCount | None, ...], ...]
    """One cell for each column; None is an empty cell."""
    meaning: str = ""
    """One plain sentence: how to read it."""
    kind: str = "table"
    """`pairwise` where row i, column j + 1 holds the votes that prefer choice i to choice j, first column the names."""


INACTIVE_CAUSES = (
    "undervote",  # room for a vote that was not used (plurality), or no ranking at all (ranked)
    "overvote",  # more choices than allowed
    "skipped rank",  # more ranks left empty in a row than the rule allows
    "repeated choice",  # the same choice again, where the rule stops there
    "exhausted",  # every choice ranked is out
    "invalid",  # the voting system declared the contest on this card invalid
    "broker non-vote",  # shares that are present and that their holder's broker could not vote
    "excluded shares",  # shares that the standard leaves out, such as those of interested holders
    "points not given",  # points a voter could have given and did not (rules of points)
    "equal preference",  # the voter prefers neither of those who are left
    "lost to rounding",  # cut off by the law's own rounding of transferred votes
    "surplus not transferred",  # above the threshold of an elected choice, and the law moves it no further
)
"""Why a vote has no choice, in the order of reports."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A complete, replayable count of one contest.

    `total` is what votes and inactive of every round in votes sum to: cards × votes allowed where voters mark, cards
    where they rank (weights instead of cards where cards are weighted). Rounds in points have a total of their own,
    the same in all of them. `decisions` are the named decisions in force, as
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
    exhibits: tuple[Exhibit, ...] = ()
    seats_won: tuple[int, ...] = ()
    """Seats by choice, where choices are lists that can win several; empty elsewhere."""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise BadInputError(f"transcript of rule {self.rule}", f"verdict is one of {VERDICTS}", self.verdict)
        totals = {"votes": self.total}
        for number, one in enumerate(self.rounds, 1):
            if one.total != totals.setdefault(one.unit, one.total):
                raise BadInputError(
                    f"round {number} of rule {self.rule}",
                    f"{one.unit} and inactive sum to {totals[one.unit]}", str(one.total),
                )  # fmt: skip
        if any(tie.about not in TIE_ABOUT for one in self.rounds for tie in one.ties):
            raise BadInputError(f"transcript of rule {self.rule}", f"a tie is about one of {TIE_ABOUT}")

    @property
    def elected(self) -> tuple[CandidateIndex, ...]:
        """Winners in order of election; empty after a tie that stopped the count."""
        return tuple(c for r in self.rounds for c in r.elected)


VERDICTS = ("elected", "passed", "not passed", "runoff", "tie", "no votes", "stopped")
"""How a count can end: seats filled; a measure passed or not; a runoff is due; stopped at a tie; nothing to count;
stopped where a decision says so: at a round that it names, or where nobody has the votes that it asks for."""
