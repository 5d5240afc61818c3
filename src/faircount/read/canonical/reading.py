"""Canonical tables as `faircount convert` writes them, CSV or Parquet → the same tables: nothing is interpreted."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.canonical.joining import Following, Ints, Patterns, as_canonical, slices_of_ballots, with_column
from faircount.read.canonical.parquet import parquet_slices, unpacked
from faircount.read.canonical.slices import Count, Lose, Slice, csv_slices
from faircount.read.canonical.stated import DICTIONARY, Stated, is_dictionary, stated
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part

_OF_CARDS = ("votes", "superseded", "marks")
_ALONE = ("contests", "choices", "styles", "manifest", "reported", "turnout", "rejected", "facts")
"""Tables whose rows stand for themselves. `files` are those of the first export; this one has files of its own."""


def recognise(export: Export) -> Recognition | None:
    """Claim an export that holds the dictionary which lies beside canonical tables."""
    if not is_dictionary(export):
        return None
    try:
        found = stated(export)
    except BadInputError as error:
        return Recognition(99, "", f"{DICTIONARY} of canonical tables, and: {error.rule}")
    return Recognition(99, found.form, f"{DICTIONARY} names {len(found.rows)} canonical tables as {found.form}")


def read(export: Export, _part: Part) -> Iterator[Batch]:
    """Yield cards with what they say, in their order, then the other tables.

    The columns `file` and `record` of cards name the file read here. Raises `BadInputError` where a file has other
    columns or another number of rows than the dictionary states, or where ids do not fit together; a row of CSV that
    breaks a rule is rejected, and with it the rows that point to it.
    """
    found = stated(export)
    reading = _Reading(export, found)
    if found.form == "csv":
        yield from reading.batches()
        return
    with unpacked(export, found.files, found.digests) as reading.folder:
        yield from reading.batches()


class _Reading:
    """One export in the course of being read."""

    def __init__(self, export: Export, found: Stated) -> None:
        self.export, self.stated = export, found
        self.builder = BatchBuilder()
        self.counts = {table: Count() for table in found.files}
        self.lost: dict[str, set[int]] = {"card": set(), "pattern": set()}
        self.sources: set[str] = set()
        self.folder = Path()

    def batches(self) -> Iterator[Batch]:
        """Yield all that the export holds."""
        patterns = Patterns(self.slices("patterns"), self.place("patterns"), self.lost["pattern"], self.orphan)
        following = {
            name: Following(name, self.place(name), self.slices(name), self.lost["card"], self.orphan)
            for name in _OF_CARDS
        }
        for cards in slices_of_ballots(self.slices("cards"), self.place("cards")):
            yield self.batch(cards, patterns, following)
            if self.builder.full:
                yield self.builder.build()
        for rest in following.values():
            rest.finish()
        if (unused := patterns.unused()).num_rows:
            yield Batch({"patterns": as_canonical(unused, "patterns")})
        for name in _ALONE:
            for one in self.slices(name):
                self.sources.update(one.table.column("source").unique().to_pylist())
                yield Batch({name: as_canonical(one.table, name)})
        for _ in self.slices("files"):
            pass  # read to be counted: which files an earlier reading had is kept in this export
        self.check_counts()
        yield self.last()

    def batch(self, cards: Slice, patterns: Patterns, following: dict[str, Following]) -> Batch:
        """Return these cards, numbered from 0, with the rows that say something of them."""
        self.sources.update(cards.table.column("source").unique().to_pylist())
        ids = cards.table.column("card").to_numpy().astype(np.int64)
        tables = {name: table for name in _OF_CARDS if (table := following[name].of(ids)).num_rows}
        found = {"cards": as_canonical(self.placed(cards), "cards")}
        if tables:
            said = patterns.of(tables, {name: self.place(name) for name in tables})
            found |= {name: as_canonical(table, name) for name, table in tables.items()}
            found["patterns"] = as_canonical(said, "patterns")
        return Batch(found)

    def placed(self, cards: Slice) -> pa.Table:
        """Return cards with ids from 0, and with their places in the file that is read."""
        ballots = cards.table.column("ballot").to_numpy()
        _, first, again = np.unique(ballots, return_index=True, return_inverse=True)
        file = self.export.names.index(self.stated.files["cards"])
        table = with_column(cards.table, "card", np.arange(len(ballots)))
        table = with_column(table, "ballot", _in_order(first)[again])
        table = with_column(table, "file", np.full(len(ballots), file))
        return with_column(table, "record", cards.rows)

    def slices(self, table: str) -> Iterator[Slice]:
        """Yield the rows of a table; none where the export has no such table."""
        if table not in self.stated.files:
            return iter(())
        file, count = self.stated.files[table], self.counts[table]
        if self.stated.form == "parquet":
            return parquet_slices(self.folder, table, self.place(table), count)
        return csv_slices(self.export, table, file, count, self.builder, self.losing(table))

    def losing(self, table: str) -> Lose:
        """Return what keeps in mind the ids of rejected cards and patterns."""
        key = {"cards": "card", "patterns": "pattern"}.get(table, "")

        def lose(cells: dict[str, str]) -> None:
            if key and cells.get(key, "").isdecimal():
                self.lost[key].add(int(cells[key]))

        return lose

    def orphan(self, name: str, row: int, lost: int) -> None:
        """Reject a row because what it points to was rejected."""
        rule = "the card or pattern that a row points to can be read"
        self.builder.reject(self.stated.files[name], row, rule, "put that one right", value=str(lost))

    def place(self, table: str) -> str:
        """Return how an error names the file of a table."""
        return self.export.place(self.stated.files.get(table, table))

    def check_counts(self) -> None:
        """Raise `BadInputError` where a file does not have the rows that the dictionary states."""
        for table, rows in self.stated.rows.items():
            if self.counts[table].rows != rows:
                raise BadInputError(
                    self.place(table), f"it has the {rows:,} rows that {DICTIONARY} states",
                    f"{self.counts[table].rows:,}", "the copy may be cut short, or rows were added: fetch it again",
                )  # fmt: skip

    def last(self) -> Batch:
        """Return what is said of the export itself."""
        tables = {file: table for table, file in self.stated.files.items()}
        for number, name in enumerate(self.export.names):
            table = tables.get(name, "")
            kept = self.counts[table].rows if table else 0
            self.builder.add_companion(self.export, number, name, kept)
        names = ", ".join(sorted(self.sources))
        self.builder.tell("note", f"canonical tables of the sources {names}; {DICTIONARY} says what they mean")
        return self.builder.build()


def _in_order(first: Ints) -> Ints:
    """Return for each distinct id which it is, by where it stands first."""
    ranks = np.empty(len(first), dtype=np.int64)
    ranks[np.argsort(first, kind="stable")] = np.arange(len(first))
    return ranks


READER = Reader(
    name="canonical",
    title="canonical tables (CSV or Parquet)",
    source="faircount, model/tables.py and write/canonical.py",
    gives=("cards", "votes", "superseded", "patterns", "marks", *_ALONE, "files"),
    recognise=recognise,
    plan=one_part,  # votes are found by the order of cards
    read=read,
)
