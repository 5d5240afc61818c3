"""Cards with what they say: three tables read side by side in the order of cards, and cut where no ballot is cut."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from faircount.model import TABLES, BadInputError
from faircount.read.batch_builder import CARDS_PER_BATCH
from faircount.read.canonical.slices import Slice, schema_with_source

Ints = npt.NDArray[np.int64]
Orphan = Callable[[str, int, int], None]
"""Told of a row whose card or pattern was rejected: the name of its table, its row, and the id of the lost one."""
_SORT = "sort its rows by source and card, as they were written"


def slices_of_ballots(slices: Iterator[Slice], place: str) -> Iterator[Slice]:
    """Yield cards anew, some 20,000 at a time, so that the cards of a ballot are in one slice.

    Raises `BadInputError` where cards do not stand in the order of their ids, or ballots not in that of their cards.
    """
    seen: dict[str, tuple[int, int]] = {}  # source → its last card and ballot
    waiting: list[Slice] = []
    wanted = CARDS_PER_BATCH
    for one in slices:
        waiting.append(one)
        if sum(len(w.rows) for w in waiting) < wanted:
            continue
        whole = _joined(waiting)
        cut = _cut(whole)
        if cut:
            yield _known(Slice(whole.table.slice(0, cut), whole.rows[:cut]), seen, place)
        waiting = [Slice(whole.table.slice(cut), whole.rows[cut:])]
        wanted = max(CARDS_PER_BATCH, 2 * len(waiting[0].rows))
    if waiting and len((whole := _joined(waiting)).rows):
        yield _known(whole, seen, place)


def _joined(slices: list[Slice]) -> Slice:
    return Slice(pa.concat_tables([s.table for s in slices]), np.concatenate([s.rows for s in slices]))


def _ints(table: pa.Table, column: str) -> Ints:
    return table.column(column).to_numpy().astype(np.int64)  # type: ignore[no-any-return]


def _last_source(table: pa.Table) -> int:
    """Return where the rows of the last source begin."""
    sources = table.column("source")
    other = np.flatnonzero(np.asarray(sources) != sources[-1].as_py())
    return int(other[-1]) + 1 if len(other) else 0


def _cut(cards: Slice) -> int:
    """Return the last place before which all ballots end; 0 where there is none yet."""
    if not len(cards.rows):
        return 0
    begin = _last_source(cards.table)
    ballots = _ints(cards.table, "ballot")[begin:]
    before, after = np.maximum.accumulate(ballots), np.minimum.accumulate(ballots[::-1])[::-1]
    safe = np.flatnonzero(before[:-1] < after[1:])
    return begin + int(safe[-1]) + 1 if len(safe) else begin


def _known(cards: Slice, seen: dict[str, tuple[int, int]], place: str) -> Slice:
    """Hold a slice's ids against those of the slices before it."""
    sources = np.asarray(cards.table.column("source"))
    begins = [0, *(np.flatnonzero(sources[1:] != sources[:-1]) + 1).tolist(), len(sources)]
    ids, ballots = _ints(cards.table, "card"), _ints(cards.table, "ballot")
    for begin, end in itertools.pairwise(begins):
        source = str(sources[begin])
        card, ballot = seen.get(source, (int(ids[begin]) - 1, int(ballots[begin:end].min()) - 1))
        wrong = np.flatnonzero(np.diff(np.concatenate([[card], ids[begin:end]])) <= 0)
        if len(wrong):
            row = int(cards.rows[begin + wrong[0]])
            found = str(int(ids[begin + wrong[0]]))
            raise BadInputError(f"{place}, row {row}", "cards stand in the order of their ids, each once", found, _SORT)
        if int(ballots[begin:end].min()) <= ballot:
            at = begin + int(np.argmin(ballots[begin:end]))
            raise BadInputError(
                f"{place}, row {int(cards.rows[at])}", "the cards of a ballot stand together",
                f"ballot {int(ballots[at])} after ballot {ballot}", _SORT,
            )  # fmt: skip
        seen[source] = int(ids[end - 1]), int(ballots[begin:end].max())
    return cards


@dataclass(slots=True)
class Following:
    """Rows of another table that say something of cards, in the order of cards."""

    name: str
    place: str
    slices: Iterator[Slice]
    lost: set[int]
    """Ids of cards whose own rows were rejected."""
    orphan: Orphan
    _held: Slice | None = field(default=None, init=False)

    def of(self, cards: Ints) -> pa.Table:
        """Return the rows of these cards, which come next, with `card` as index into `cards`."""
        order = np.argsort(cards, kind="stable")
        ranked = cards[order]
        found: list[pa.Table] = []
        while (held := self._next()) is not None:
            ids = _ints(held.table, "card")
            at = np.minimum(np.searchsorted(ranked, ids), len(ranked) - 1)
            mine = ranked[at] == ids
            gone = (
                np.isin(ids, np.fromiter(self.lost, np.int64, len(self.lost))) & ~mine if self.lost else ~mine & False
            )
            stop = np.flatnonzero(~(mine | gone))
            end = int(stop[0]) if len(stop) else len(ids)
            for lost in np.flatnonzero(gone[:end]):
                self.orphan(self.name, int(held.rows[lost]), int(ids[lost]))
            kept = np.flatnonzero(mine[:end])
            table = held.table.take(pa.array(kept))
            found.append(with_column(table, "card", order[at[kept]]))
            self._held = Slice(held.table.slice(end), held.rows[end:]) if end < len(ids) else None
            if end < len(ids):
                break
        return pa.concat_tables(found) if found else pa.table({})

    def _next(self) -> Slice | None:
        """Return the rows that are not given out yet, None at the end."""
        while self._held is None or not len(self._held.rows):
            self._held = next(self.slices, None)
            if self._held is None:
                return None
        return self._held

    def finish(self) -> None:
        """Raise `BadInputError` where rows are left: they belong to no card, or stand in another order."""
        while (held := self._next()) is not None:
            ids = _ints(held.table, "card")
            for at, card in enumerate(ids.tolist()):
                if card not in self.lost:
                    raise BadInputError(
                        f"{self.place}, row {int(held.rows[at])}", "each row is of a card, in the order of cards",
                        f"card {card}", _SORT,
                    )  # fmt: skip
                self.orphan(self.name, int(held.rows[at]), card)
            self._held = None


class Patterns:
    """All ways of voting, held whole: there are far fewer than cards."""

    def __init__(self, slices: Iterator[Slice], place: str, lost: set[int], orphan: Orphan) -> None:
        """Raise `BadInputError` where an id stands twice."""
        whole = _joined([Slice(schema_with_source("patterns").empty_table(), np.zeros(0, dtype=np.int64)), *slices])
        self._place, self._lost, self._orphan = place, lost, orphan
        order = np.argsort(_ints(whole.table, "pattern"), kind="stable")
        self._table = whole.table.take(pa.array(order))
        self._ids = _ints(self._table, "pattern")
        self._unused = np.ones(len(self._ids), dtype=np.bool_)
        twice = np.flatnonzero(self._ids[1:] == self._ids[:-1])
        if len(twice):
            row = int(whole.rows[order[twice[0] + 1]])
            raise BadInputError(f"{place}, row {row}", "a pattern stands once", str(int(self._ids[twice[0]])), _SORT)

    def of(self, tables: dict[str, pa.Table], places: dict[str, str]) -> pa.Table:
        """Return the patterns that rows of `tables` point to, and make those point into it.

        A row whose pattern was rejected is taken out of `tables`. Raises `BadInputError` for a pattern that is unknown.
        """
        at: dict[str, Ints] = {}
        for name, table in list(tables.items()):
            ids = _ints(table, "pattern")
            found = np.minimum(np.searchsorted(self._ids, ids), max(len(self._ids) - 1, 0))
            known = self._ids[found] == ids if len(self._ids) else np.zeros(len(ids), dtype=np.bool_)
            for wrong in ids[~known].tolist():
                if wrong not in self._lost:
                    rule = "a row points to a pattern of the table patterns"
                    raise BadInputError(places[name], rule, f"pattern {wrong}", "write the tables again")
                self._orphan(name, 0, wrong)
            tables[name] = table.take(pa.array(np.flatnonzero(known)))
            at[name] = found[known]
        used, again = np.unique(np.concatenate(list(at.values())), return_inverse=True)
        self._unused[used] = False
        start = 0
        for name, found in at.items():
            tables[name] = with_column(tables[name], "pattern", again[start : start + len(found)])
            start += len(found)
        return self._numbered(used)

    def unused(self) -> pa.Table:
        """Return the patterns that no card bears: what can be said is kept with what is said."""
        return self._numbered(np.flatnonzero(self._unused))

    def _numbered(self, rows: Ints) -> pa.Table:
        return with_column(self._table.take(pa.array(rows)), "pattern", np.arange(len(rows)))


def with_column(table: pa.Table, name: str, values: Ints) -> pa.Table:
    """Return the table with other whole numbers in a column, in its type."""
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))


def as_canonical(table: pa.Table, name: str) -> pa.Table:
    """Return rows with a source as rows of the canonical table: without it, repeated text pointed to."""
    return table.select(TABLES[name].names).cast(TABLES[name])
