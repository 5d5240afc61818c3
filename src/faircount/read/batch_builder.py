"""Gather canonical rows one by one and hand them over as a `Batch`; equal patterns are kept once."""

import hashlib
import itertools
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from faircount.model import BadInputError, Batch
from faircount.model.tables import CARDS, MARK, PATTERNS, TABLES, VOTES
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import CsvRows

CARDS_PER_BATCH = 20_000
"""Enough for columns to pay, few enough that memory stays flat."""
KEPT_CHARACTERS = 2_000
"""How much of an unreadable row is kept to find it again; the file itself is kept whole."""
MAX_COUNTED = 20_000_000
"""Cards that rows with counts may stand for: ten bytes could otherwise ask for a full disk."""
ONE = Decimal(1)


class ExportedMark(NamedTuple):
    """One mark as a canonical row holds it: by the choice's name, with the flags that the export gives."""

    choice: str
    rank: int = 1
    score: int | None = None
    is_vote: bool | None = None
    is_ambiguous: bool = False
    conditions: tuple[str, ...] = ()


_PatternKey = tuple[str, tuple[ExportedMark, ...], int | None, int | None, tuple[str, ...], tuple[int, ...]]
_CARD_COLUMNS = tuple(name for name in CARDS.names if name not in ("card", "ballot"))
_UNLESS_GIVEN: dict[str, object] = {"adjudicated": False, "weight": ONE}
"""Column of cards → its value where none is given; null in the others."""
_Ints = npt.NDArray[np.int64]


class BatchBuilder:
    """One batch in the making. Ids are local and start at 0; `build` leaves the builder empty for the next batch."""

    def __init__(self) -> None:
        self._counted = 0
        self._left_out: Counter[str] = Counter()
        self._empty()

    def _empty(self) -> None:
        self._made = 0
        self._ballots: dict[int, int] = {}  # card → ballot, where it is not the card's own
        # Cards that are alike are one row here, and get their rows in `build`.
        self._card_rows = 0
        self._card_repeats: dict[int, int] = {}  # row → cards, where not 1
        self._cards: dict[str, list[object]] = {name: [] for name in _CARD_COLUMNS}
        self._vote_cards: list[int] = []
        self._vote_patterns: list[int] = []
        self._vote_repeats: dict[int, int] = {}  # vote → cards from the one named on, where not 1
        self._patterns: dict[_PatternKey, int] = {}
        self._rows: dict[str, list[dict[str, object]]] = {}
        self._most_rows = 0

    @property
    def cards(self) -> int:
        """How many cards were added since the last `build`."""
        return self._made

    def rows(self, table: str) -> int:
        """Return how many rows of `table`, not cards, votes or patterns, were added since the last `build`."""
        return len(self._rows.get(table, ()))

    @property
    def room(self) -> int:
        """How many more rows may be read, each a card or rejected, before it is time to `build`."""
        return CARDS_PER_BATCH - max(self._made, self._most_rows)

    @property
    def full(self) -> bool:
        """Whether it is time to `build`."""
        return self._made >= CARDS_PER_BATCH or self._most_rows >= CARDS_PER_BATCH

    def when_full(self) -> Iterable[Batch]:
        """Return what was gathered if it is time to, else nothing: after every row, also one that is rejected."""
        if self._made >= CARDS_PER_BATCH or self._most_rows >= CARDS_PER_BATCH:
            return (self.build(),)
        return ()

    def when_much_is_rejected(self) -> Iterator[Batch]:
        """Yield the rejected rows if they are many, and them alone: also in the middle of a ballot."""
        if self.rows("rejected") >= CARDS_PER_BATCH:
            rows = self._rows.pop("rejected")
            self._most_rows = max(map(len, self._rows.values()), default=0)
            yield Batch({"rejected": _table_of("rejected", rows)})

    def add_card(
        self, *, file: int, record: int, ballot: int | None = None, weight: Decimal = ONE, **columns: object
    ) -> int:
        """Add a card and return its id. Without `ballot` it is a ballot of its own.

        `columns` are the other columns of `cards`; those not given are null, and `adjudicated` is False. Raises
        `TypeError` for a column that cards do not have.
        """
        card = self._made
        if ballot is not None and ballot != card:
            self._ballots[card] = ballot
        if weight is not ONE:
            columns["weight"] = weight
        columns["file"], columns["record"] = file, record
        self._add_row(columns)
        self._made = card + 1
        return card

    def _add_row(self, columns: dict[str, object]) -> None:
        """Keep what is given; what is not is filled up when it is needed."""
        row, held = self._card_rows, self._cards
        try:
            for name, value in columns.items():
                values = held[name]
                if value is not None:
                    if len(values) < row:
                        values += [_UNLESS_GIVEN.get(name)] * (row - len(values))
                    values.append(value)
        except KeyError:
            raise TypeError(f"cards have no columns {sorted(columns.keys() - held.keys())}") from None
        self._card_rows = row + 1

    def add_cards(
        self, file: int, records: Sequence[int], patterns: Sequence[int], **columns: Sequence[object]
    ) -> None:
        """Add a card for each record, a ballot of its own that bears one pattern: many rows at once.

        `patterns` are ids of this builder's; `columns` as in `add_card`, with a value a card.
        """
        row, many = self._card_rows, len(records)
        for name, given in {"file": [file] * many, "record": records, **columns}.items():
            values = self._cards[name]
            values += [_UNLESS_GIVEN.get(name)] * (row - len(values))
            values += given
        self._card_rows = row + many
        self._vote_cards += range(self._made, self._made + many)
        self._vote_patterns += patterns
        self._made += many

    def add_counted(
        self, cards: int, patterns: Callable[[], Sequence[int]], place: str, **columns: object
    ) -> Iterator[Batch]:
        """Add `cards` equal cards, each a ballot of its own, for a row that says how many voted this way.

        `patterns` asks this builder for the ids of what the cards bear; it is called again after every `build`, whose
        batches are yielded on the way. `columns` as in `add_card`, with `file` and `record`. Raises `BadInputError`
        naming `place` when rows of this builder state more than `MAX_COUNTED` cards.
        """
        self._counted += cards
        if self._counted > MAX_COUNTED:
            raise BadInputError(
                place, f"rows with counts state at most {MAX_COUNTED:,} ballots in all", f"{self._counted:,}",
                "read the contests or districts one at a time",
            )  # fmt: skip
        while cards:
            now = 1 if cards == 1 else min(cards, max(1, CARDS_PER_BATCH - self._made))
            if now > 1:
                self._card_repeats[self._card_rows] = now
            self._add_row(columns)
            for pattern in patterns():
                if now > 1:
                    self._vote_repeats[len(self._vote_cards)] = now
                self._vote_cards.append(self._made)
                self._vote_patterns.append(pattern)
            self._made += now
            cards -= now
            if self.full:
                yield self.build()

    def pattern(
        self,
        contest: str,
        marks: tuple[ExportedMark, ...],
        undervotes: int | None = None,
        overvotes: int | None = None,
        conditions: tuple[str, ...] = (),
        overvoted_ranks: tuple[int, ...] = (),
    ) -> int:
        """Return the id of this way of voting in this contest, the same for equal ones.

        `overvoted_ranks`: ranks that the export calls overvoted without naming the choices, ascending. Ids are valid
        until `build`.
        """
        key = (contest, marks, undervotes, overvotes, conditions, overvoted_ranks)
        return self._patterns.setdefault(key, len(self._patterns))

    def add_vote(self, card: int, pattern: int) -> None:
        """Say that `card` bears `pattern`."""
        self._vote_cards.append(card)
        self._vote_patterns.append(pattern)

    def add(self, table: str, **columns: object) -> None:
        """Add a row to any table but cards, votes and patterns; columns not given are null."""
        rows = self._rows.get(table)
        if rows is None:
            rows = self._rows[table] = []
        rows.append(columns)
        if len(rows) > self._most_rows:
            self._most_rows = len(rows)

    def add_facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Add what the source says of itself, (name, value) pairs."""
        for name, value in facts:
            self.add("facts", name=name, value=value)

    def tell(self, name: str, value: str) -> None:
        """Add a fact unless its value is blank, which says nothing."""
        if value.strip():
            self.add("facts", name=name, value=value.strip())

    def leave_out(self, why: str) -> None:
        """Count a row that is rightly none of ours; `finish` adds a note of how many for each reason."""
        self._left_out[why] += 1
        if len(self._left_out) >= CARDS_PER_BATCH:
            self._tell_left_out()

    def reject(
        self, file: str, row: int, rule: str, fix: str = "", *, column: str | None = None, value: str = ""
    ) -> None:
        """Keep a row that could not be read: where it stands, what it holds, which rule it breaks, what to do."""
        if len(value) > KEPT_CHARACTERS:
            value = value[:KEPT_CHARACTERS] + "…"
        self.add("rejected", file=file, row=row, column=column, value=value, rule=rule, fix=fix or None)

    def add_companion(self, export: Export, number: int, name: str, records: int = 0) -> None:
        """Record a file by its bytes: one beside the export, such as a checksum or a note, or one not read by rows."""
        size, digest = 0, hashlib.sha256()
        with export.open(name) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
                size += len(block)
        self.add("files", file=number, name=name, sha256=digest.hexdigest(), bytes=size, records=records)

    def add_file(self, number: int, name: str, rows: CsvRows, records: int) -> None:
        """Record a file whose rows were read to the end, and the lines of it that were not UTF-8."""
        digest = rows.sha256()
        self.add("files", file=number, name=name, sha256=digest, bytes=rows.bytes, records=records)
        if rows.recoded_lines:
            lines = f"{rows.recoded_lines:,} lines" if rows.recoded_lines > 1 else "1 line"
            self.add_facts([("encoding", f"{name}: {lines} not in UTF-8, read as Windows-1252")])

    def finish(self, export: Export, read: Iterable[str]) -> Batch:
        """Return the last batch of an export, with notes on the files that are not in `read` and the rows left out."""
        if unread := sorted(set(export.names) - set(read)):
            self.tell("note", f"not read: {', '.join(unread)}")
        self._tell_left_out()
        return self.build()

    def _tell_left_out(self) -> None:
        for why, rows in sorted(self._left_out.items()):
            self.tell("note", f"{rows:,} {'row' if rows == 1 else 'rows'} left out: {why}")
        self._left_out.clear()

    def build(self) -> Batch:
        """Return what was gathered, and start anew."""
        tables = {name: _table_of(name, rows) for name, rows in self._rows.items()}
        if self._made:
            tables["cards"] = self._card_table()
        if self._vote_cards:
            tables["votes"] = self._vote_table()
        if self._patterns:
            tables["patterns"] = self._pattern_table()
        self._empty()
        return Batch(tables)

    def _card_table(self) -> pa.Table:
        row_of = None
        if self._card_repeats:
            row_of = _held(np.repeat(np.arange(self._card_rows), _counts(self._card_rows, self._card_repeats)))
        ballots = np.arange(self._made)
        if self._ballots:
            ballots[list(self._ballots)] = list(self._ballots.values())
        columns = [_held(np.arange(self._made)), _held(ballots)]
        for name, values in self._cards.items():
            kind, default = CARDS.field(name).type, _UNLESS_GIVEN.get(name)
            if not values:
                columns.append(pa.repeat(pa.scalar(default, kind), self._made))
                continue
            column = pa.array(values + [default] * (self._card_rows - len(values)), kind)
            columns.append(column if row_of is None else column.take(row_of))
        return pa.table(columns, schema=CARDS)

    def _vote_table(self) -> pa.Table:
        cards, patterns = np.array(self._vote_cards, dtype=np.int64), np.array(self._vote_patterns, dtype=np.int64)
        if self._vote_repeats:
            counts = _counts(len(cards), self._vote_repeats)
            within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            cards, patterns = np.repeat(cards, counts) + within, np.repeat(patterns, counts)
        return pa.table([_held(cards), _held(patterns)], schema=VOTES)

    def _pattern_table(self) -> pa.Table:
        contests, marks, undervotes, overvotes, conditions, overvoted = zip(*self._patterns, strict=True)
        flat = list(itertools.chain.from_iterable(marks))
        each = [_column(list(map(operator.itemgetter(at), flat)), field.type) for at, field in enumerate(MARK)]
        ends = pa.array(itertools.accumulate(map(len, marks), initial=0), pa.int32())
        columns = {
            "pattern": pa.array(self._patterns.values(), pa.int64()),
            "contest": contests,
            "marks": pa.ListArray.from_arrays(
                ends, pa.StructArray.from_arrays(each, fields=list(MARK)), PATTERNS.field("marks").type
            ),
            "undervotes": undervotes,
            "overvotes": overvotes,
            "conditions": conditions,
            "overvoted_ranks": overvoted,
        }
        return pa.table(
            [c if isinstance(c := columns[f.name], pa.Array) else _column(c, f.type) for f in PATTERNS],
            schema=PATTERNS,
        )


def _table_of(name: str, rows: list[dict[str, object]]) -> pa.Table:
    """Return rows as a table. Raises `BadInputError` for a value that no cell of its column can hold."""
    try:
        return pa.Table.from_pylist(rows, schema=TABLES[name])
    except (pa.ArrowException, OverflowError, UnicodeEncodeError) as error:
        rule = f"every value of `{name}` is of its column's kind and size"
        raise BadInputError(
            "the export", rule, str(error)[:200], "see docs/formats for what the format holds"
        ) from error


def _column(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    """Return an array of the values; most columns of marks hold one value only, which is fast to repeat."""
    if values and values.count(values[0]) == len(values):
        return pa.repeat(pa.scalar(values[0], kind), len(values))
    return pa.array(values, kind)


def _held(values: _Ints) -> pa.Array:
    """Return an array of the values as they lie in memory: `pa.array` would load all of numpy that knows of masks."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _counts(size: int, repeats: dict[int, int]) -> _Ints:
    """Return how often each of `size` rows stands: once, but for those in `repeats`."""
    counts = np.ones(size, dtype=np.int64)
    counts[list(repeats)] = list(repeats.values())
    return counts
