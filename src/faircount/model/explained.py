"""How an audit came to its answer, ready to be shown: contests draw by draw, cards with all that was read of them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Effect = Literal["none", "worst", "worse", "better"]
"""What a difference does to a claim: the record overstated it by all that a card can, or by less, or understated it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One draw as people saw it: what was on record of the unit in one contest, and what was found."""

    number: int
    """Of the draw, from 1, among those that count in this contest."""
    unit: str
    on_record: str
    on_paper: str
    differs: bool
    """Whether what was found is not what was on record; what was on record only in a total cannot differ."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one draw did to one claim. The numbers are those of docs/bundle.md."""

    recorded: Fraction | None
    """A(c), or of a batch Σ g reported; None where nothing on record plays a part."""
    found: Fraction
    """A(b), or of a batch Σ g found."""
    value: Fraction
    """What the risk function saw."""
    mean: float | None
    """μ_j, the mean of what is left if the claim is just not true; None where no bet is made."""
    bet: float | None
    """λ_j."""
    wealth: float | None
    """T_j."""
    risk: float
    """p_j."""
    least: float
    """The smallest p so far."""
    effect: Effect
    sentence: str


@dataclass(frozen=True, slots=True)
class BranchTold:
    """One end of a count with another winner, in names; see `faircount.audit.trees`."""

    name: str
    """Who goes first among those of this end; at the top, who would win."""
    claim: int | None
    """Number of the claim that crosses it out, from 1."""
    branches: tuple["BranchTold", ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True)
class TreeTold:
    """Every order of exclusion in which somebody else wins, crossed out or open."""

    winner: str
    branches: tuple[BranchTold, ...]
    shown: int
    folded: int
    open: tuple[str, ...] = ()
    """Names of an order that no claim contradicts, who goes first at the front; empty where there is none."""


@dataclass(frozen=True, slots=True)
class ClaimTold:
    """One claim from the first draw to the last."""

    number: int
    """Among the contest's claims, from 1."""
    claim: str
    margin: Fraction
    """v, of the mean, as committed."""
    upper: Fraction
    """u."""
    alone: int | None
    """Draws that would have been enough had none shown an error; None where that cannot be said."""
    rows: tuple[Weighed, ...]
    risk: str
    """The measured risk as it is published; empty before anything was drawn."""
    is_confirmed: bool
    more: int | None
    """Further draws without error that confirm it; None where that cannot be said."""


@dataclass(frozen=True, slots=True)
class Near:
    """How few cards would have to be different for another outcome."""

    status: Literal["KNOWN", "NOT CHECKED"]
    words: str
    examples: tuple[str, ...] = ()
    """Changes that would do it, each a sentence without an end."""


@dataclass(frozen=True, slots=True)
class ContestTold:
    """One contest of an audit, explained."""

    id: str
    title: str
    reported: str
    """The reported outcome, in words."""
    is_audited: bool
    decision: str
    """CONFIRMED, CONTINUE, HAND COUNT, COUNTED BY HAND: …, or NOT CHECKED."""
    rule: str
    cards: int
    risk_limit: Fraction
    risk_function: str
    implies: str
    """`outcome`, `part` or `nothing`."""
    words: str
    """What the claims imply, or why there are none."""
    claims: tuple[ClaimTold, ...]
    draws: tuple[Looked, ...]
    hardest: int | None
    """Number of the claim that is still to be confirmed and has the largest risk; None where there is none."""
    outlook: str
    """What is still to be done, in a sentence."""
    near: Near
    tree: TreeTold | None = None

    @property
    def discrepancies(self) -> tuple[Looked, ...]:
        """Draws on which record and paper differ, in the order of the draw."""
        return tuple(one for one in self.draws if one.differs)

    @property
    def risk(self) -> str:
        """The measured risk of the contest, the largest over its claims; empty before anything was drawn."""
        return max((one.risk for one in self.claims), default="")


@dataclass(frozen=True, slots=True)
class Reading:
    """One version of what people read of a unit."""

    act: int
    kind: str
    """`entry`, `resolve` or `correct`."""
    by: str
    at: str
    found: bool
    contests: tuple[tuple[str, str], ...]
    """(title, what was read), in the order of the contests."""
    counts: bool
    """Whether this is the one that counts."""
    reason: str = ""
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class UnitTold:
    """One card or batch: where it lies, how it was drawn, and every version of what was read of it."""

    unit: str
    batch: str
    position: str
    ticket: str
    """The number that gave it its place in the draw; empty before there is a seed."""
    drawn_in: int | None
    """The first round that drew it; None where none did."""
    state: str
    """In words: settled by an act, waits, was not drawn."""
    contests: tuple[tuple[str, str, str], ...]
    """(title, on record, on paper)."""
    readings: tuple[Reading, ...]
    effects: tuple[tuple[str, str, str], ...]
    """(title, claim, what this unit did to it)."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Acts of one kind in a row, as a line of the audit's history."""

    first: int
    last: int
    at: str
    act: str
    by: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A reading that replaced another one, or that two people made together where they had disagreed."""

    act: int
    kind: str
    unit: str
    by: str
    approved_by: str
    reason: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Everything that the pages of an audit show; they compute nothing that is not here."""

    name: str
    date: str
    design: str
    """Empty before a commitment."""
    stage: str
    state: tuple[str, ...]
    """Where the audit stands, in plain sentences."""
    history: tuple[Happened, ...]
    seed: str
    seed_words: tuple[str, ...]
    """How the seed was made, sentence by sentence."""
    rounds: tuple[tuple[int, str, int], ...]
    """(number, what was to be drawn, units drawn by then)."""
    contests: tuple[ContestTold, ...]
    corrected: tuple[Corrected, ...]
    drawn: int
    settled: int
    read_twice: int
    differed: int
    not_checked: tuple[str, ...]
    origin: str
    acts: int
    root: str
    """Of the log, in hexadecimal."""
    log_key: str
    files: tuple[tuple[str, str], ...]
    """(name, SHA-256) of every file that an act named."""
    beside: tuple[tuple[str, str], ...]
    """(path, what it is) of what lies beside the page."""
    program: str
