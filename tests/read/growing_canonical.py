"""Our own tables of any size, as our own writers write them: cards with three contests, as CSV and as Parquet."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa

from faircount.store.streams import schema_of
from faircount.write.canonical import write_csv, write_parquet
from faircount.write.writer import Material
from read.growing import Growing, rankings

_SOURCE = "0123456789ab"
_CONTESTS = ("Mayor of Lantern", "Council, Ward 3", "Measure A")
_CHOICES = ("Ada Lark", "Bo Finch", "Cy Wren", "Di Swift", "Ez Quail")
_PIECE = 20_000
"""Cards that are put together before they are written."""
_WAYS = 300
"""Patterns of a contest."""


class Tables:
    """So many cards and what they say. It is the part of `Material` that a writer of tables asks for."""

    def __init__(self, records: int) -> None:
        self.records, self.bytes = records, 0

    def schema(self, table: str) -> pa.Schema:
        """Return the schema of `rows`."""
        return schema_of(table)

    def rows(self, table: str) -> Iterator[pa.Table]:
        """Yield a table in pieces, and count the bytes that they have in memory."""
        parts: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
            "cards": self._cards, "votes": self._votes, "patterns": _patterns, "contests": _contests,
            "choices": _choices,
        }  # fmt: skip
        schema = self.schema(table)
        for columns in parts.get(table, lambda: iter(()))():
            rows = len(next(iter(columns.values())))
            columns["source"] = [_SOURCE] * rows
            empty = [None] * rows
            piece = pa.table({field.name: pa.array(columns.get(field.name, empty), field.type) for field in schema})
            self.bytes += piece.nbytes
            yield piece.cast(schema)

    def _pieces(self) -> Iterator[Any]:
        for first in range(0, self.records, _PIECE):
            yield np.arange(first, min(first + _PIECE, self.records))

    def _cards(self) -> Iterator[dict[str, Any]]:
        for ids in self._pieces():
            cards = ids.tolist()
            ones = [1] * len(cards)
            yield {
                "card": ids, "ballot": ids, "position": ids % 200, "record": ids + 1, "file": ids * 0, "sheet": ones,
                "tabulator": [str(n // 5_000) for n in cards], "batch": [str(n // 200) for n in cards],
                "imprinted_id": [f"{n // 5_000}-{n // 200}-{n * 7919 % 1_000_003:06d}" for n in cards],
                "style": [f"Style {n % 40}" for n in cards], "precinct": [f"Ward {n // 3_000 % 700}" for n in cards],
                "adjudicated": [False] * len(cards), "weight": ones,
            }  # fmt: skip

    def _votes(self) -> Iterator[dict[str, Any]]:
        for ids in self._pieces():
            ways = ids[:, None] * (1, 7, 11) % _WAYS + np.arange(3) * _WAYS
            yield {"card": np.repeat(ids, 3), "pattern": ways.reshape(-1)}


def _patterns() -> Iterator[dict[str, Any]]:
    none: list[str] = []
    marks = [
        [{"choice": _CHOICES[choice - 1], "rank": rank, "is_ambiguous": False, "conditions": none}
         for rank, choice in enumerate(ranking, 1)]
        for ranking in rankings(5, 5, 3)[:_WAYS]
    ]  # fmt: skip
    every = 3 * _WAYS
    yield {
        "pattern": range(every), "contest": [title for title in _CONTESTS for _ in range(_WAYS)], "marks": marks * 3,
        "overvoted_ranks": [none] * every, "conditions": [none] * every,
    }  # fmt: skip


def _contests() -> Iterator[dict[str, Any]]:
    yield {"contest": _CONTESTS, "votes_allowed": [1] * 3, "ranks": [5] * 3, "place": range(3)}


def _choices() -> Iterator[dict[str, Any]]:
    each, number = len(_CHOICES), len(_CONTESTS)
    yield {
        "contest": [title for title in _CONTESTS for _ in range(each)], "choice": _CHOICES * number,
        "kind": ["regular"] * each * number, "place": [*range(each)] * number,
    }  # fmt: skip


def _as_csv(folder: Path, records: int) -> int:
    write_csv(cast(Material, Tables(records)), folder)
    return sum(path.stat().st_size for path in folder.glob("*.csv"))


def _as_parquet(folder: Path, records: int) -> int:
    tables = Tables(records)
    write_parquet(cast(Material, tables), folder)
    return tables.bytes


GROWING = (
    Growing("canonical-csv", "canonical", "csv", "cards.csv", writes=_as_csv, counts=("cards", 1)),
    Growing("canonical-parquet", "canonical", "parquet", "cards.parquet", writes=_as_parquet, counts=("cards", 1)),
)
