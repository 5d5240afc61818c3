"""The shape of a writer, of what it is given to write, and of what it says that it cannot hold."""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from faircount.model import Contest, ContestResult, Pattern
from faircount.write.features import FEATURES, Feature

_ABOUT = {
    "cards": ("cards", "patterns", "contests", "tables"),
    "profiles": ("patterns", "contests", "tables"),
    "figures": ("contests", "tables"),
    "tables": ("tables",),
}
"""What a writer writes → the kinds of features that could be in it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One contest to write: the contest as it would be counted, and what the sources say of it.

    `votes_stated` and `seats_stated` are False where the contest's figure is only the usual one. `choice_keys` has one
    entry a choice.
    """

    contest: Contest
    key: str | None = None
    district: str | None = None
    votes_stated: bool = True
    seats_stated: bool = True
    choice_keys: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One pattern of the workspace: which contest (index into `Material.contests`) and what it says.

    Its marks are in the order of the export, so that `marked.mark` of a card points to them.
    """

    contest: int
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Figure:
    """One counted or reported number. `choice` is None unless `measure` is `votes`; a unit of None means all."""

    contest: str
    choice: str | None
    measure: str
    jurisdiction: str | None
    precinct: str | None
    counting_group: str | None
    count: int | Fraction
    party: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that the written files do not hold. `grave`: votes are touched, and nothing is written unless the
    user says so.
    """

    what: str
    count: int
    grave: bool = False


class Material(Protocol):
    """What there is to write: one election, streamed. Iterators may be asked for again; each begins anew."""

    @property
    def name(self) -> str:
        """What the election is called; empty where nobody says it."""
        ...

    @property
    def date(self) -> str:
        """The election's day, YYYY-MM-DD; empty where nobody says it."""
        ...

    @property
    def jurisdiction(self) -> str:
        """Whose election it is, where the sources agree on one."""
        ...

    @property
    def version(self) -> str:
        """Version of Dominion's software, where all sources are its exports of one version."""
        ...

    @property
    def complete(self) -> bool:
        """False where a source says that it is a part, or rows were rejected."""
        ...

    @property
    def contests(self) -> Sequence[Terms]:
        """The contests to be written, in order."""
        ...

    @property
    def ways(self) -> Mapping[int, Way]:
        """Pattern id → what it says, for the contests to be written."""
        ...

    @property
    def survey(self) -> Mapping[str, int]:
        """Feature → how many cards, rows or contests have it; see `FEATURES`."""
        ...

    @property
    def places_distinct(self) -> bool:
        """Whether tabulator, batch and position name each ballot: every card has them, and no two ballots the same."""
        ...

    @property
    def imprints_distinct(self) -> bool:
        """Whether the imprinted id names each ballot."""
        ...

    @property
    def recounted(self) -> bool:
        """Whether `figures` were counted from cards; else they are the reported ones."""
        ...

    def cards(self) -> Iterator[pa.Table]:
        """Yield the cards in order: columns of `cards`, then `patterns`, `superseded` and `marked` as lists."""
        ...

    def rows(self, table: str) -> Iterator[pa.Table]:
        """Yield a canonical table, first column `source`, in the order of sources and their rows."""
        ...

    def schema(self, table: str) -> pa.Schema:
        """Return the schema of `rows`."""
        ...

    def counts(self, contest: int) -> list[tuple[int, int, Decimal]]:
        """Return (pattern id, cards, weight of those cards) of one contest, in the order of the ids."""
        ...

    def figures(self) -> Iterator[Figure]:
        """Yield the results by contest, choice and unit, in order."""
        ...

    def results(self) -> Sequence[ContestResult]:
        """Return the contests counted under their rules; those that cannot be are absent."""
        ...

    def units(self) -> Sequence[tuple[str | None, str | None, str | None]]:
        """Return the distinct (jurisdiction, precinct, portion) of cards, in order."""
        ...

    def tabulators(self) -> Sequence[str]:
        """Return the distinct tabulators of cards, in order."""
        ...


def _any_contest(terms: Terms) -> str:
    return ""


def _same_pattern(terms: Terms, pattern: Pattern) -> Pattern:
    return pattern


def _same_name(name: str) -> str:
    return name


def _nothing_more(material: Material) -> Iterator[Loss]:
    return iter(())


_KINDS = {"no-preference": "mean no preference", "withdrawn": "were withdrawn",
          "group": "are squares above the line, which stand for a party's candidates"}  # fmt: skip


def kinds_lost(material: Material, held: Container[str]) -> Iterator[Loss]:
    """Yield what a format does not hold of kinds of choices that it writes as regular ones; `held` are those it has."""
    kinds = Counter(choice.kind for terms in material.contests for choice in terms.contest.choices)
    for kind, choices in sorted(kinds.items()):
        if kind != "regular" and kind not in held:
            yield Loss(f"which choices {_KINDS.get(kind, f'are of the kind {kind!r}')}", choices)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one format. What it does not declare in `holds` is reported as lost wherever the records have it."""

    name: str
    """The word a user types after `--to`."""
    title: str
    """What it is called in a sentence."""
    source: str
    """The specification that it was written from."""
    needs: tuple[str, ...]
    """Of these canonical tables at least one must have rows."""
    holds: frozenset[str]
    """Names of `FEATURES` that the format keeps."""
    page: str
    """Page in docs/formats that says what such a file looks like, without its suffix."""
    write: Callable[[Material, Path], None]
    """Write into an empty folder. The bytes depend on the material alone."""
    per_contest: bool = False
    """One file a contest."""
    whole: bool = False
    """Writes the tables as they are, and so never some contests only."""
    dated: bool = False
    """The format asks for a date, so the election's must be known."""
    refuses: Callable[[Terms], str] = _any_contest
    """Why this format cannot hold a contest at all, in words; empty if it can. Such contests are left out."""
    back: Callable[[Terms, Pattern], Pattern] = _same_pattern
    """What a reader of the written file gets back of a pattern. Where this is another vote, the loss is grave."""
    named: Callable[[str], str] = _same_name
    """What becomes of a name in the written file."""
    more: Callable[[Material], Iterator[Loss]] = _nothing_more
    """Losses that only this format has."""
    suffixes: tuple[str, ...] = field(default=())
    """Endings of the files it writes, for `-o FILE` where there is one file."""

    @property
    def level(self) -> str:
        """What it writes: `cards`, `profiles` (how many cards say each thing), `figures` (results), or `tables`."""
        if "cards" in self.holds:
            return "cards"
        if self.needs == ("cards",):
            return "profiles"
        return "figures" if "reported" in self.needs else "tables"

    @property
    def owed(self) -> tuple[Feature, ...]:
        """Features of which this writer owes an account: it holds them, or says that it does not."""
        parts = {"manifest_claims", "manifest_county", "manifest_container", "manifest_tabulator"}
        kinds = _ABOUT[self.level]
        return tuple(
            feature
            for feature in FEATURES.values()
            if (feature.about in kinds or (feature.name == "weight" and self.level == "profiles"))
            and (feature.name not in parts or "manifest" in self.holds)
        )

    @property
    def cannot(self) -> tuple[str, ...]:
        """What this format cannot hold, in words."""
        return tuple(feature.words for feature in self.owed if feature.name not in self.holds)
