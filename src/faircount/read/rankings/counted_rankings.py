"""What formats share that say how many ballots rank the choices of one contest in which way."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from faircount.model import BadInputError, Batch, name_key
from faircount.read.batch_builder import ONE, BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import is_companion

MAX_CHOICES = 10_000
"""More candidates than any ballot; a file that names more is not of its format."""
MAX_RANKS = 10_000
WEIGHT_RULE = "a number of ballots is above 0, below 10^12 and has at most six decimals"
GIVES = ("cards", "votes", "patterns", "contests", "choices", "files", "rejected", "facts")

Ranking = tuple[tuple[int, ...], ...]
"""Indexes of the choices at rank 1, 2, …; several at one rank are equal, none is a rank that was skipped."""

_NUMBER = re.compile(r"\+?\d{1,18}(?:\.\d{1,18})?(?:/\d{1,18})?", re.ASCII)
_MILLION = 10**6


def weight_of(text: str) -> Decimal | None:
    """Return the ballots that `3`, `1.5` or `3/2` state, exactly; None where that is no weight by `WEIGHT_RULE`."""
    text = text.strip()
    whole, point, rest = text.partition(".")
    if whole.isascii() and whole.isdecimal() and len(whole) < 13 and (not point or rest in ("0", "00")):
        return Decimal(whole) if int(whole) else None
    if not _NUMBER.fullmatch(text):
        return None
    whole, _, divisor = text.partition("/")
    if divisor and not int(divisor):
        return None
    millionths = Fraction(whole) * _MILLION / (int(divisor) if divisor else 1)
    if millionths.denominator != 1 or not 0 < millionths < 10**18:
        return None
    return Decimal(millionths.numerator) / _MILLION


_WRITE_IN = re.compile(r"(?:(?:uncertified|undeclared|unqualified|other|all) )?write ?ins?(?: \d+)?")


def kind_of(name: str) -> str:
    """Return `write-in` for a name that stands for undeclared write-ins, else `regular`: no format here has a flag."""
    return "write-in" if _WRITE_IN.fullmatch(name_key(name)) else "regular"


@dataclass(frozen=True, slots=True)
class Named:
    """A choice as a file names it."""

    name: str
    key: str | None = None
    party: str | None = None
    kind: str = "regular"


def distinct(named: Sequence[Named]) -> tuple[Named, ...]:
    """Return the choices with names that differ: nameless ones and namesakes get their key, or their place, added."""
    times: dict[str, int] = {}
    for choice in named:
        times[choice.name] = times.get(choice.name, 0) + 1
    found: list[Named] = []
    for place, choice in enumerate(named, 1):
        key = choice.key or str(place)
        name = f"Candidate {key}" if not choice.name else choice.name
        if choice.name and times[choice.name] > 1:
            name = f"{choice.name} [{key}]"
        found.append(Named(name, choice.key, choice.party, choice.kind))
    return tuple(found)


class Contest:
    """The one contest of a file: takes rows with their numbers and rankings, gives cards."""

    def __init__(
        self, builder: BatchBuilder, file: int, name: str, place: str, title: str, choices: Sequence[Named]
    ) -> None:
        self.builder, self.file, self.name, self.place, self.title = builder, file, name, place, title
        self.choices = distinct(choices)
        self.cards = 0
        self.rejected = 0
        self.weight = Decimal(0)
        self._marks: dict[tuple[int, int], ExportedMark] = {}
        self.ranks_known: dict[tuple[str, str], ExportedMark] = {}
        """(choice, rank as written) → the mark, for readers that meet a rank at a time."""

    def state(
        self, *, place: int, ranks: int, seats: int | None = None, key: str | None = None, district: str | None = None,
        votes_allowed: int | None = 1,
    ) -> None:  # fmt: skip
        """Add the rows of `contests` and `choices`."""
        self.builder.add(
            "contests",
            contest=self.title, key=key, votes_allowed=votes_allowed, ranks=ranks, seats=seats, district=district,
            place=place,
        )  # fmt: skip
        for number, choice in enumerate(self.choices):
            self.builder.add(
                "choices",
                contest=self.title, choice=choice.name, key=choice.key, party=choice.party, kind=choice.kind,
                place=number,
            )  # fmt: skip

    def marks(self, ranking: Ranking) -> tuple[ExportedMark, ...]:
        """Return the marks of a ranking. Equal marks are one object: a file has millions of a few hundred."""
        known = self._marks
        try:
            return tuple([known[index, rank] for rank, equal in enumerate(ranking, 1) for index in equal])
        except KeyError:
            for rank, equal in enumerate(ranking, 1):
                for index in equal:
                    known.setdefault((index, rank), ExportedMark(self.choices[index].name, rank))
            return self.marks(ranking)

    def pattern(self, marks: tuple[ExportedMark, ...], overvoted_ranks: tuple[int, ...] = ()) -> int:
        """Return the builder's id of this way of voting, valid until it is built."""
        return self.builder.pattern(self.title, marks, overvoted_ranks=overvoted_ranks)

    def cast_alike(self, records: Sequence[int], patterns: Sequence[int], **columns: Sequence[object]) -> None:
        """Add a card for each row: its pattern, and a value of each column."""
        self.weight += len(records)
        self.cards += len(records)
        self.builder.add_cards(self.file, records, patterns, **columns)

    def cast(
        self, row: int, weight: Decimal, marks: tuple[ExportedMark, ...], overvoted_ranks: tuple[int, ...] = (),
        **columns: Any,
    ) -> Iterable[Batch]:  # fmt: skip
        """Add the ballots of a row: `weight` cards, or one card of that weight where it is not a whole number.

        Returns what is full; it must be iterated before the next row.
        """
        builder = self.builder
        self.weight += weight
        if weight is not ONE and weight != 1:
            return self._cast_weighed(row, weight, marks, overvoted_ranks, columns)
        self.cards += 1  # a row a card, as most are
        card = builder.add_card(file=self.file, record=row, **columns)
        builder.add_vote(card, builder.pattern(self.title, marks, overvoted_ranks=overvoted_ranks))
        return builder.when_full()

    def _cast_weighed(
        self, row: int, weight: Decimal, marks: tuple[ExportedMark, ...], overvoted_ranks: tuple[int, ...],
        columns: dict[str, Any],
    ) -> Iterator[Batch]:  # fmt: skip
        builder = self.builder

        def patterns() -> tuple[int]:
            return (self.pattern(marks, overvoted_ranks),)

        cards = int(weight)
        if cards == weight:
            self.cards += cards
            place = f"{self.place}, row {row}"
            yield from builder.add_counted(cards, patterns, place, file=self.file, record=row, **columns)
            return
        self.cards += 1
        card = builder.add_card(file=self.file, record=row, weight=weight, ballot=None, **columns)
        builder.add_vote(card, patterns()[0])
        yield from builder.when_full()

    def reject(self, row: int, rule: str, fix: str, value: str, column: str | None = None) -> None:
        """Keep a row that could not be read."""
        self.rejected += 1
        self.builder.reject(self.name, row, rule, fix, column=column, value=value)


def whole_number(text: str) -> int | None:
    """Return the whole number that a text is, blanks around it aside; None for any other and from 12 digits on."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def plain_number(weight: Decimal) -> str:
    """Return a number of ballots for people: `12`, `1.5`."""
    return f"{weight:,f}".rstrip("0").rstrip(".") if weight % 1 else f"{int(weight):,}"


def stem(name: str) -> str:
    """Return the last part of a file's name without its suffix, of which `.abc.yaml` is one."""
    return PurePosixPath(_without_suffix(name)).name


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return file → what to call it: its name without suffix, or its path, or its path and suffix.

    Names are as short as tell all of these files apart, capitals aside: council and school board both have a `ward-1`.
    """
    files = tuple(names)
    for shorten in (stem, _without_suffix, str):
        found = {name: shorten(name) for name in files}
        if len({short.casefold() for short in found.values()}) == len(files):
            break
    return found


def _without_suffix(name: str) -> str:
    return name[: len(name) - len(PurePosixPath(name).suffix)].removesuffix(".abc")


@lru_cache(maxsize=1)
def _short_names(names: tuple[str, ...]) -> dict[str, str]:
    return short_names(name for name in names if not is_companion(name))


def name_in(export: Export, name: str) -> str:
    """Return what to call the contest of a file that has no title for it; no two files of an export share it."""
    return _short_names(export.names).get(name) or stem(name)


def title_in(export: Export, name: str, title: str) -> str:
    """Return the contest's title: with the file's name where the export is of many, since wards share their names."""
    if not title:
        return name_in(export, name)
    return title if export.kind == "single" else f"{title} ({name_in(export, name)})"


def stated_total(place: str, what: str, stated: str, found: Decimal | int) -> None:
    """Hold the ballots read, rejected rows not counted, to what the file says of itself.

    Raises `BadInputError` when they differ: a file that is cut short would otherwise be a smaller election.
    """
    claim = weight_of(stated.replace(",", "")) if stated.strip("0 ") else Decimal(0)
    if claim is None or claim != found:
        raise BadInputError(
            place, f"the ballots of the file are those that it states ({what} {stated})",
            plain_number(Decimal(found)), "the file may be cut short or edited: fetch it again",
        )  # fmt: skip
