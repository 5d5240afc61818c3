"""Plain CSV: faircount's own form of every canonical table, for whoever has figures and no vendor's file.

A file is one table, known by its header row, whose columns bear the names of the canonical table and no others:

- `manifest`: batch, cards; may have jurisdiction, container, tabulator, claim (`manifest`)
- `reported`: contest, count; may have choice, party, jurisdiction, precinct, counting_group, measure (`votes`), claim
- `turnout`: measure, count; may have jurisdiction, precinct, counting_group, claim (`reported`)
- `contests`: contest and at least one of key, votes_allowed, ranks, seats, district
- `choices`: contest, choice; may have key, party, kind (`regular`)
- `styles`: style, contest
- `cards`: card, contest, choices; may have the columns of `plain_cards`

Several files in a folder or zip are one source. An empty cell is null: the source does not say, or means all. Columns
`source` and `row`, which a query of a workspace gives, are accepted and not read. docs/plain-csv.md has examples.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from faircount.model import KINDS, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.plain.plain_cards import PlainCards
from faircount.read.reader import Part, Reader, Recognition, one_part, parts_of
from faircount.read.syntax.csv_rows import figure_of
from faircount.read.syntax.named_rows import A_HEADER, Cells, claimed, header, is_header, read_named

UNREAD = frozenset(("source", "row"))
INT32 = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Form:
    """A table as plain CSV: which columns it must and may have, and what empty or missing cells mean."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    counts: tuple[str, ...] = ()
    """Columns that hold whole numbers; of them those required may not be empty."""
    defaults: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Columns that hold one of a few words."""


_UNIT = ("jurisdiction", "precinct", "counting_group")
FORMS = {
    "manifest": Form(
        ("batch", "cards"), ("jurisdiction", "container", "tabulator", "claim"), ("cards",), (("claim", "manifest"),)
    ),
    "reported": Form(
        ("contest", "count"), ("choice", "party", *_UNIT, "measure", "claim"), ("count",),
        (("measure", "votes"), ("claim", "reported")),
        (("measure", ("votes", "undervotes", "overvotes", "ballots_cast", "registered")),),
    ),
    "turnout": Form(
        ("measure", "count"), (*_UNIT, "claim"), ("count",), (("claim", "reported"),),
        (("measure", ("registered", "checked_in", "ballots_cast", "cards_cast")),),
    ),
    "contests": Form(
        ("contest",), ("key", "votes_allowed", "ranks", "seats", "district"), ("votes_allowed", "ranks", "seats")
    ),
    "choices": Form(
        ("contest", "choice"), ("key", "party", "kind"), (), (("kind", "regular"),),
        (("kind", KINDS),),
    ),
    "styles": Form(("style", "contest"), ()),
    "cards": Form(
        ("card", "contest", "choices"),
        ("jurisdiction", "tabulator", "batch", "position", "imprinted_id", "sheet", "style", "precinct",
         "counting_group", "ballot", "weight"),
    ),
}  # fmt: skip
"""Every table that has a plain form; `cards` gives cards, votes and patterns."""


def table_of(columns: tuple[str, ...]) -> str | None:
    """Return the one table whose plain form has these columns, None if there is none."""
    held = set(columns) - UNREAD
    for table, form in FORMS.items():
        if held >= set(form.required) and held <= {*form.required, *form.optional}:
            if table != "contests" or len(held) > 1:  # a lone column `contest` states nothing
                return table
    return None


def recognise(export: Export) -> Recognition | None:
    """Look for headers of plain tables in every file of rows."""
    names = claimed(export, lambda columns: table_of(columns) is not None)
    if not names:
        return None
    tables = sorted({str(table_of(header(export, name))) for name in names})
    # One above the reader of manifests with columns of many names: here every name is ours, and `claim` is read.
    return Recognition(81, "1", f"the columns of {', '.join(tables)}, in {len(names)} CSV")


def plan(export: Export) -> tuple[Part, ...]:
    """Cut the files into parts: each is a table of its own, and names of cards are held against those of their file."""
    return parts_of(export, export.names) if export.names else one_part(export)


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the tables, file after file. Rows that break a rule of their table are kept among the rejected."""
    builder = BatchBuilder()
    for name in part.members:
        table = table_of(header(export, name))
        if table == "cards":
            yield from PlainCards(name, export.names.index(name), builder).read(export)
        elif table is not None:
            yield from read_named(export, name, builder, _Sheet(name, table, builder).take)
    if part.number == 0:  # which files hold no table is told once
        yield builder.finish(export, (name for name in export.names if table_of(header(export, name))))
    else:
        yield builder.build()


class _Sheet:
    """One file of a table other than cards."""

    def __init__(self, name: str, table: str, builder: BatchBuilder) -> None:
        self._builder = builder
        self._name, self._table, self._form = name, table, FORMS[table]
        self._defaults, self._words = dict(self._form.defaults), dict(self._form.words)
        self._seen: set[tuple[str | None, ...]] = set()

    def take(self, row: int, cells: Cells) -> int:
        """Turn one row into a row of the table; return 1 if it became one, 0 if it was rejected."""
        values: dict[str, object] = dict(self._defaults)
        whole = " | ".join(cells.values())
        if is_header(cells):
            self._reject(row, A_HEADER, whole)
            return 0
        for column in (*self._form.required, *self._form.optional):
            text = cells.get(column, "")
            if not text:
                if column in self._form.required:
                    self._reject(row, f"{column} is not empty", whole, column)
                    return 0
            elif column in self._form.counts:
                count = figure_of(text)
                # A negative count is readable, and a check will say that it is impossible; no list has −3 cards.
                if count is None or (column != "count" and count < 0) or (self._table == "contests" and count > INT32):
                    self._reject(row, f"{column} is a whole number", f"{text!r} in {whole}", column)
                    return 0
                values[column] = count
            else:
                values[column] = text
        for column, words in self._words.items():
            if values[column] not in words:
                found = f"{values[column]!r} in {whole}"
                self._reject(row, f"{column} is one of {', '.join(words)}", found, column)
                return 0
        if rule := self._broken(values):
            self._reject(row, rule, whole)
            return 0
        if self._table in ("contests", "choices"):
            values["place"] = len(self._seen) - 1
        if self._table in ("manifest", "reported", "turnout"):
            values["row"] = row
        self._builder.add(self._table, **values)
        return 1

    def _reject(self, row: int, rule: str, found: str, column: str | None = None) -> None:
        self._builder.reject(self._name, row, rule, column=column, value=found)

    def _broken(self, values: dict[str, object]) -> str:
        """Return the rule that the row breaks as a whole; empty if none. Remembers what it has seen."""
        if self._table == "reported":
            if (values["measure"] == "votes") != ("choice" in values):
                return "votes name their choice, and no other measure does"
        elif self._table in ("contests", "choices", "styles"):
            key = tuple(str(values[column]) for column in self._form.required)
            if key in self._seen:
                return f"a {self._table.removesuffix('s')} stands once"
            self._seen.add(key)
        return ""


READER = Reader(
    name="plain-csv",
    title="plain CSV",
    source="docs/plain-csv.md",
    gives=(
        "cards",
        "votes",
        "patterns",
        "contests",
        "choices",
        "styles",
        "manifest",
        "reported",
        "turnout",
        "files",
        "facts",
        "rejected",
    ),
    recognise=recognise,
    plan=plan,
    read=read,
)
