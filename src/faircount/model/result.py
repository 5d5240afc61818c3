"""What one run leaves for a reader: sources, counted contests, and the page that shows them."""

from dataclasses import dataclass
from typing import NewType

from faircount.model.contest import CandidateIndex, CardCount, Contest, VoteCount, Weight
from faircount.model.finding import Report
from faircount.model.transcript import Transcript

Digest = NewType("Digest", str)
"""A SHA-256 in lower-case hexadecimal."""


@dataclass(frozen=True, slots=True)
class Source:
    """One export as received, known by its content.

    `digest` is the SHA-256 of the sorted list of its files (name, SHA-256), so a folder, its zip and the zip made
    again are one source. `number` makes its cards' ids unique in a workspace. `rows` counts rows by table.
    """

    digest: Digest
    number: int
    name: str
    format: str
    version: str
    jurisdiction: str
    bytes: int
    files: int
    rows: tuple[tuple[str, int], ...]

    def rows_of(self, table: str) -> int:
        """Return how many rows of `table` came from this source."""
        return dict(self.rows).get(table, 0)


@dataclass(frozen=True, slots=True)
class Margin:
    """How far the last winner stands before the first loser.

    `votes` is the difference at the point that decided; for instant runoff it is the difference in the final round,
    which is not the number of ballots that would change the outcome. `winner` and `loser` may be absent: an
    uncontested race has no margin.
    """

    winner: CandidateIndex
    loser: CandidateIndex
    votes: VoteCount
    basis: str
    """Where the difference was taken, in words: `first and second choice`, `final round`, `yes over threshold`."""


@dataclass(frozen=True, slots=True)
class ContestResult:
    """One contest, counted: the transcript, the margin, and what was reported if anything was."""

    contest: Contest
    cards: CardCount
    weight: Weight
    transcript: Transcript
    margin: Margin | None
    reported: tuple[VoteCount | None, ...]
    """Official votes per choice where a results file was read; None where it has none. Empty: no results file."""

    @property
    def title(self) -> str:
        """The contest's title."""
        return self.contest.title


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A contest that was not counted, and why."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ElectionPage:
    """Everything the report shows; it computes nothing that is not here."""

    name: str
    date: str
    sources: tuple[Source, ...]
    ballots: int
    cards: int
    adjudicated_cards: int
    counts: tuple[tuple[str, str, int], ...]
    """(table, plain name, rows) for what else was received."""
    results: tuple[ContestResult, ...]
    not_counted: tuple[NotCounted, ...]
    findings: Report
    questions: tuple[tuple[str, str], ...]
    """(check number, SQL) as asked."""
    not_checked: tuple[str, ...]
    """Plain sentences: what this report does not show, whatever the findings."""
    commands: tuple[str, ...]
    """What to type to repeat it."""
    program: str
    """Name and version of the program that made it."""
