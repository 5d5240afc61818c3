"""Gather canonical rows one by one and hand them over as a `Batch`; equal patterns are kept once."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa

from faircount.model import BadInputError, Batch
from faircount.model.tables import CARDS, PATTERNS, TABLES, VOTES
from faircount.read.csv_rows import CsvRows
from faircount.read.export import Export

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


class BatchBuilder:
    """One batch in the making. Ids are local and start at 0; `build` leaves the builder empty for the next batch."""

    def __init__(self) -> None:
        self._counted = 0
        self._left_out: Counter[str] = Counter()
        self._empty()

    def _empty(self) -> None:
        self._ballots: list[int] = []
        self._cards: dict[str, list[object]] = {name: [] for name in _CARD_COLUMNS}
        self._vote_cards: list[int] = []
        self._vote_patterns: list[int] = []
        self._patterns: dict[_PatternKey, int] = {}
        self._rows: dict[str, list[dict[str, object]]] = {}

    @property
    def cards(self) -> int:
        """How many cards were added since the last `build`."""
        return len(self._ballots)

    def rows(self, table: str) -> int:
        """Return how many rows of `table`, not cards, votes or patterns, were added since the last `build`."""
        return len(self._rows.get(table, ()))

    @property
    def full(self) -> bool:
        """Whether it is time to `build`."""
        return self.cards >= CARDS_PER_BATCH or any(len(rows) >= CARDS_PER_BATCH for rows in self._rows.values())

    def add_card(
        self, *, file: int, record: int, ballot: int | None = None, weight: Decimal = ONE, **columns: object
    ) -> int:
        """Add a card and return its id. Without `ballot` it is a ballot of its own.

        `columns` are the other columns of `cards`; those not given are null, and `adjudicated` is False. Raises
        `TypeError` for a column that cards do not have.
        """
        card = len(self._ballots)
        columns.update(file=file, record=record, weight=weight)
        columns.setdefault("adjudicated", False)
        if not columns.keys() <= self._cards.keys():
            raise TypeError(f"cards have no columns {sorted(columns.keys() - self._cards.keys())}")
        self._ballots.append(card if ballot is None else ballot)
        for name, values in self._cards.items():
            values.append(columns.get(name))
        return card

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
        columns = {"adjudicated": False, "weight": ONE, **columns}
        while cards:
            now = min(cards, max(1, CARDS_PER_BATCH - self.cards))
            first = self.cards
            ids = range(first, first + now)
            self._ballots += ids
            for name, values in self._cards.items():
                values += [columns.get(name)] * now
            for pattern in patterns():
                self._vote_cards += ids
                self._vote_patterns += [pattern] * now
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
        self._rows.setdefault(table, []).append(columns)

    def add_facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Add what the source says of itself, (name, value) pairs."""
        for name, value in facts:
            self.add("facts", name=name, value=value)

    def tell(self, name: str, value: str) -> None:
        """Add a fact unless its value is blank, which says nothing."""
        if value.strip():
            self.add("facts", name=name, value=value.strip())

    def leave_out(self, why: str) -> None:
        """Count a row that is rightly none of ours; `finish` adds a note that says how many and why."""
        self._left_out[why] += 1

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
        for why, rows in sorted(self._left_out.items()):
            self.tell("note", f"{rows:,} {'row' if rows == 1 else 'rows'} left out: {why}")
        self._left_out.clear()
        return self.build()

    def build(self) -> Batch:
        """Return what was gathered, and start anew."""
        tables = {name: pa.Table.from_pylist(rows, schema=TABLES[name]) for name, rows in self._rows.items()}
        if self._ballots:
            columns = {"card": range(self.cards), "ballot": self._ballots, **self._cards}
            tables["cards"] = pa.table([pa.array(columns[f.name], f.type) for f in CARDS], schema=CARDS)
        if self._vote_cards:
            votes = [pa.array(self._vote_cards, pa.int64()), pa.array(self._vote_patterns, pa.int64())]
            tables["votes"] = pa.table(votes, schema=VOTES)
        if self._patterns:
            tables["patterns"] = self._pattern_table()
        self._empty()
        return Batch(tables)

    def _pattern_table(self) -> pa.Table:
        rows = [
            {
                "pattern": number,
                "contest": contest,
                "marks": [mark._asdict() for mark in marks],
                "undervotes": undervotes,
                "overvotes": overvotes,
                "conditions": conditions,
                "overvoted_ranks": overvoted_ranks,
            }
            for (contest, marks, undervotes, overvotes, conditions, overvoted_ranks), number in self._patterns.items()
        ]
        return pa.Table.from_pylist(rows, schema=PATTERNS)
