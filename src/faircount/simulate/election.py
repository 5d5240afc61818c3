"""The nouns of an invented election: cards as they lie in the boxes, and what each export says otherwise."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from faircount.simulate.design import Design
from faircount.simulate.plan import Plan


@dataclass(frozen=True, slots=True)
class Ink:
    """One mark on paper as the scanner saw it. `rank` is 1 where the contest is not ranked."""

    choice: int
    rank: int
    density: int
    ambiguous: bool = False
    write_in: int | None = None
    """Which of the contest's write-in lines, 0 first; None for a printed name."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one card says in one contest, with what its voter meant by the rules. Shared by equal cards.

    `votes` are the choices that count (ranked: the first preference), `undervotes` and `overvotes` the rest, set by
    whoever filled the ballot in and not by reading `marks`: so the two can be held against each other.
    """

    question: int
    marks: tuple[Ink, ...]
    votes: tuple[int, ...]
    undervotes: int
    overvotes: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One card. `number` says which card of its ballot, 0 first."""

    number: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One ballot as scanned. `position` in its batch, 1 first; `precinct` and `style` are indexes.

    `superseded` is the machine's reading of the same sheets where people adjudicated it; else None.
    """

    position: int
    precinct: int
    style: int
    sheets: tuple[Sheet, ...]
    superseded: tuple[Sheet, ...] | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """A batch: ballots scanned together, kept in one place, exported in one file numbered `file`."""

    tabulator: int
    number: int
    group: int
    file: int
    location: str
    records: tuple[Record, ...]

    @property
    def key(self) -> tuple[int, int]:
        """Tabulator and batch number, which name the batch in every export."""
        return (self.tabulator, self.number)

    @property
    def cards(self) -> int:
        """Sheets of paper in the batch."""
        return sum(len(record.sheets) for record in self.records)


@dataclass(frozen=True, slots=True)
class Shift:
    """A reported figure moved by `by`. `what` is a choice's index, or `undervotes` or `overvotes`."""

    question: int
    what: int | str
    precinct: int
    group: int
    by: int
    precinct_file_only: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """Where an export says something else than the cards do; empty in a clean election. All indexes, 0 first."""

    manifest: dict[tuple[int, int], int] = field(default_factory=dict)
    """Batch → cards to add in the manifest."""
    manifest_left_out: frozenset[tuple[int, int]] = frozenset()
    manifest_again: frozenset[tuple[int, int]] = frozenset()
    unclaimed: frozenset[tuple[int, int]] = frozenset()
    """Batches that the state's comparison does not list."""
    claimed: dict[tuple[int, int], int] = field(default_factory=dict)
    """Batch → cards to add to the state's count of the cast vote records."""
    configuration: dict[str, object] = field(default_factory=dict)
    exported_undervotes: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    """(tabulator, batch, position, question) → undervotes to add to the vendor's own figure."""
    shifts: tuple[Shift, ...] = ()
    ballots_cast: dict[tuple[int, int], int] = field(default_factory=dict)
    """(precinct, group) → ballots cast to add in every report."""
    registered: dict[int, int] = field(default_factory=dict)
    """Precinct → registered voters, in every report."""
    checked_in: dict[int, int] = field(default_factory=dict)
    """Precinct → voters checked in."""
    summary_registered: int = 0
    """Voters to add to the summary's registered voters alone."""
    summary_ballots: dict[tuple[int, int], int] = field(default_factory=dict)
    """(question, group) → ballots to add to the contest's ballots cast in the summary."""
    total_row: dict[tuple[int, int], int] = field(default_factory=dict)
    """(question, choice) → votes to add in the precinct file's total row."""
    spelling: dict[tuple[int, int], str] = field(default_factory=dict)
    """(question, choice) → its name in the precinct file."""
    turnout_rows: tuple[tuple[str, str, str, str, str], ...] = ()
    unreported: frozenset[int] = frozenset()
    """Questions left out of every report of results."""


@dataclass(frozen=True, slots=True)
class ContestTruth:
    """What a faithful count of one contest gives. Ranked: first preferences. Choices without votes are there too."""

    votes: dict[str, int]
    undervotes: int
    overvotes: int
    cards: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What a faithful count of the whole election gives."""

    contests: dict[str, ContestTruth]
    ballots: int
    cards: int
    adjudicated_ballots: int
    adjudicated_cards: int
    batches: int
    ballots_by_precinct: dict[str, int]


@dataclass(frozen=True)
class Election:
    """A whole invented election: design, ballots in their batches, and where its exports depart from them."""

    plan: Plan
    design: Design
    stacks: tuple[Stack, ...]
    registered: tuple[int, ...]
    waiting: tuple[int, ...]
    changes: Changes = field(default_factory=Changes)

    @cached_property
    def truth(self) -> Truth:
        """What is true of the ballots in `stacks`, from what voters meant and not from how exports read marks."""
        seen: Counter[Reading] = Counter()
        precincts: Counter[int] = Counter()
        adjudicated = [r for stack in self.stacks for r in stack.records if r.superseded is not None]
        for stack in self.stacks:
            for record in stack.records:
                precincts[record.precinct] += 1
                for sheet in record.sheets:
                    seen.update(sheet.readings)
        contests: dict[str, ContestTruth] = {}
        for index, question in enumerate(self.design.questions):
            mine = [(reading, n) for reading, n in seen.items() if reading.question == index]
            votes = dict.fromkeys(question.choices, 0)
            for reading, n in mine:
                for choice in reading.votes:
                    votes[question.choices[choice]] += n
            contests[question.title] = ContestTruth(
                votes, sum(r.undervotes * n for r, n in mine), sum(r.overvotes * n for r, n in mine),
                sum(n for _, n in mine)
            )  # fmt: skip
        return Truth(
            contests=contests,
            ballots=precincts.total(),
            cards=sum(stack.cards for stack in self.stacks),
            adjudicated_ballots=len(adjudicated),
            adjudicated_cards=sum(len(r.sheets) for r in adjudicated),
            batches=len({stack.key for stack in self.stacks}),
            ballots_by_precinct={p.name: precincts[i] for i, p in enumerate(self.design.precincts)},
        )
