"""Parts of a source on their way in: written by worker processes, complete or not there at all.

A part is a folder of Arrow IPC streams, one a table, under a temporary name until it is whole. A killed ingest leaves
whole parts, which the next one uses again, and temporary ones, which nobody reads.
"""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from faircount.model import TABLES, Batch
from faircount.model.tables import WEIGHT
from faircount.store.workspace import sync_folder

_MOVED = {"cards": ("card", "ballot"), "votes": ("card",), "superseded": ("card",), "marks": ("card",)}
"""Columns of local ids that are counted on from batch to batch."""
KEY = "key"
"""Column of a staged pattern: its content as canonical JSON bytes, by which equal patterns are known."""


def part_folder(staging: Path, number: int) -> Path:
    """Return where part `number` stands once it is whole."""
    return staging / f"part-{number:05}"


def stage(staging: Path, number: int, batches: Iterable[Batch]) -> dict[str, int]:
    """Write `batches` as part `number` and return its rows by table. Does nothing if the part is already whole.

    Ids become local to the part, and a pattern that stands in several batches becomes one.
    """
    final = part_folder(staging, number)
    if final.is_dir():
        return rows_of(staging, number)
    temporary = staging / f"tmp-{number:05}-{os.getpid()}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    writer = _PartWriter(temporary)
    for batch in batches:
        writer.add(batch)
    rows = writer.close()
    try:
        temporary.rename(final)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        if not final.is_dir():  # otherwise another process has just finished the same part
            raise
    return rows


def rows_of(staging: Path, number: int) -> dict[str, int]:
    """Return how many rows each table of a whole part has, and under `ballots` how many ids of those it used."""
    rows: dict[str, int] = json.loads((part_folder(staging, number) / "rows.json").read_text())
    return rows


def staged(staging: Path, number: int, table: str) -> pa.Table | None:
    """Return one table of a whole part, memory-mapped; None where the part has no such rows."""
    path = part_folder(staging, number) / f"{table}.arrow"
    if not path.exists():
        return None
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_stream(source).read_all()


class _PartWriter:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.streams: dict[str, Any] = {}
        self.rows = {"ballots": 0, "weighted": 0, **dict.fromkeys(TABLES, 0)}
        self.keys: dict[bytes, int] = {}

    def add(self, batch: Batch) -> None:
        cards, ballots = self.rows["cards"], self.rows["ballots"]
        numbers = self._patterns(batch.table("patterns"))
        for name, table in batch.tables.items():
            if not table.num_rows or name == "patterns":
                continue
            for column in _MOVED.get(name, ()):
                offset = ballots if column == "ballot" else cards
                table = moved(table, column, table.column(column).to_numpy() + offset)
            if name in ("votes", "superseded", "marks"):
                pattern = numbers[table.column("pattern").to_numpy()]
                if (pattern < 0).any():
                    raise ValueError(f"{name}: a row points to a pattern that its batch does not have")
                table = moved(table, "pattern", pattern)
            self._write(name, table)
        if "cards" in batch.tables and batch.tables["cards"].num_rows:
            weight = batch.tables["cards"].column("weight")
            self.rows["weighted"] += pc.sum(pc.not_equal(weight, pa.scalar(1, WEIGHT))).as_py()
            self.rows["ballots"] += int(batch.tables["cards"].column("ballot").to_numpy().max()) + 1

    def _patterns(self, table: pa.Table) -> Any:
        """Write patterns not met before; return batch number → part number."""
        if not table.num_rows:
            return np.zeros(0, dtype=np.int64)
        rows = table.drop_columns(["pattern"]).to_pylist()
        keys = [msgspec.json.encode([r["contest"], *(r[k] for k in r if k != "contest")], order="sorted") for r in rows]
        local = table.column("pattern").to_numpy()
        numbers = np.full(int(local.max()) + 1, -1, dtype=np.int64)
        new = []
        for at, key in enumerate(keys):
            if key not in self.keys:
                self.keys[key] = len(self.keys)
                new.append(at)
            numbers[local[at]] = self.keys[key]
        if new:
            kept = moved(table.take(pa.array(new)), "pattern", np.array([self.keys[keys[i]] for i in new]))
            self._write("patterns", kept.append_column(KEY, pa.array([keys[i] for i in new], pa.binary())))
        return numbers

    def _write(self, name: str, table: pa.Table) -> None:
        # Each batch has dictionaries of its own; plain text keeps the stream simple and is encoded again at the end.
        table = table.cast(plain(table.schema))
        if name not in self.streams:
            self.streams[name] = pa.ipc.new_stream(str(self.folder / f"{name}.arrow"), table.schema)
        self.streams[name].write_table(table)
        self.rows[name] += table.num_rows

    def close(self) -> dict[str, int]:
        for stream in self.streams.values():
            stream.close()
        (self.folder / "rows.json").write_text(json.dumps(self.rows))
        for path in self.folder.iterdir():  # durable before the name says that the part is whole
            sync_folder(path)
        return self.rows


def plain(schema: pa.Schema) -> pa.Schema:
    """Return `schema` with dictionary columns as plain text."""
    return pa.schema([f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in schema])


def moved(table: pa.Table, column: str, values: Any) -> pa.Table:
    """Return `table` with `column` replaced by `values`, type and name kept."""
    at = table.schema.get_field_index(column)
    return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
