"""What an audit commits to before its seed: contests with their claims, and what is on record of cards or batches."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from faircount.model.assertion import Assertion
from faircount.model.ballot import Ballot
from faircount.model.contest import CandidateIndex, CardCount, Contest

PHANTOM = "phantom-"
"""How the name of a phantom starts: a card that must exist by the count of cards and of which there is no record."""


class Design(StrEnum):
    """How paper is held against records."""

    COMPARISON = "comparison"
    """Card by card; cards in pools, of which only totals are known, are mixed in (ONEAudit)."""
    POLLING = "polling"
    """Cards are drawn from a manifest and speak for themselves."""
    BATCH = "batch"
    """Whole batches are counted and held against their reported totals."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Ballots with how many cards bear each, and how many cards hold the contest.

    Where only totals are known each vote stands as a ballot of its own, so that `cards` is no sum of the numbers.
    """

    cards: CardCount
    ballots: tuple[tuple[Ballot, int], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One contest as committed: its law, what was reported of it, and how it is to be confirmed."""

    id: str
    contest: Contest
    cards: CardCount
    """N: how many cards hold it at most; where cards are drawn without a list, how many there are to draw from."""
    elected: tuple[CandidateIndex, ...]
    verdict: str
    seats_won: tuple[int, ...]
    """Seats by choice where lists win them; else empty."""
    audited: bool
    """Whether it decides the audit; others are measured where the sample allows it."""
    risk_limit: Fraction
    risk_function: str
    settings: tuple[tuple[str, str], ...]
    """Numbers of the risk function, as decimal text, by name."""
    implies: Literal["outcome", "part", "nothing"]
    words: str
    assertions: tuple[Assertion, ...]
    margins: tuple[Fraction, ...]
    """2·mean − 1 of each assertion's assorter over `cards`, phantoms ½, as recorded."""


@dataclass(frozen=True, slots=True)
class ListedCard:
    """One card of the published list: where it lies, and what is on record of it."""

    unit: str
    batch: str
    position: str
    pool: str
    """The pool whose totals are all that is known of it; empty where it has a vote record, or is a phantom."""
    record: tuple[tuple[str, int | None], ...]
    """(contest id, index into the contest's distinct ballots); None in a pool and for a phantom."""

    @property
    def is_phantom(self) -> bool:
        """Whether this is no card but a place for one that was not recorded."""
        return self.unit.startswith(PHANTOM)


@dataclass(frozen=True, slots=True)
class Read:
    """One distinct way of voting in a contest: marks as exported (choice, rank, score), and the ballot they are."""

    marks: tuple[tuple[int, int, int | None], ...]
    ballot: Ballot
    stated: str = ""
    """What the voting system declared of the contest on such a card (overvoted, invalid); marks alone do not say it."""


@dataclass(frozen=True, slots=True)
class BatchReport:
    """One batch: how many cards it has, and what was reported of its contests."""

    batch: str
    cards: CardCount
    contests: Mapping[str, Counted] = field(default_factory=dict)


@dataclass(frozen=True)
class Commitment:
    """All that is fixed before the seed. Which parts are there depends on the design.

    `listed`, `reads` and `pools` serve a comparison; `batches` the manifest of a poll (without reports) and the
    batches of a batch audit; `totals` what was reported where cards are polled. Contests are in the order of their ids.
    """

    design: Design
    subjects: tuple[Subject, ...]
    listed: tuple[ListedCard, ...] = ()
    reads: Mapping[str, tuple[Read, ...]] = field(default_factory=dict)
    pools: Mapping[str, Mapping[str, Counted]] = field(default_factory=dict)
    batches: tuple[BatchReport, ...] = ()
    totals: Mapping[str, Counted] = field(default_factory=dict)

    @property
    def audited(self) -> tuple[Subject, ...]:
        """The contests that decide the audit."""
        return tuple(one for one in self.subjects if one.audited)

    @cached_property
    def contests_of(self) -> Mapping[str, frozenset[str]]:
        """Unit → the contests that it holds, as far as a list says so; empty for a poll, where no list does."""
        if self.design is Design.COMPARISON:
            held: dict[tuple[tuple[str, int | None], ...], frozenset[str]] = {}  # many cards say the same
            for card in self.listed:
                if card.record not in held:
                    held[card.record] = frozenset(name for name, _ in card.record)
            return {card.unit: held[card.record] for card in self.listed}
        if self.design is Design.BATCH:
            return {one.batch: frozenset(one.contests) for one in self.batches}
        return {}

    @cached_property
    def pool_sizes(self) -> Mapping[str, int]:
        """Pool → its cards, whatever they hold."""
        return Counter(card.pool for card in self.listed if card.pool)

    @cached_property
    def times_read(self) -> Mapping[str, Mapping[int, int]]:
        """Contest → index of a distinct reading → cards that are listed with it; pools and phantoms have none."""
        found: dict[str, dict[int, int]] = {one.id: {} for one in self.subjects}
        for record, cards in Counter(card.record for card in self.listed).items():
            for contest, index in record:
                if index is not None:
                    times = found.setdefault(contest, {})
                    times[index] = times.get(index, 0) + cards
        return found


@dataclass(frozen=True, slots=True)
class Person:
    """Who acted, by name and role."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of an audit's log; `n` counts from 0. docs/bundle.md says which there are, and when each may come."""

    n: int
    act: str
    at: str
    """When, by the clock of who kept the log: 2026-11-22T10:00:00Z."""
    by: Person
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What people found of one unit: of a card its ballot by contest (None: not on it), of a batch its counts."""

    found: bool
    contests: Mapping[str, Ballot | Counted | None]
