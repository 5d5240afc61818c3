"""From staged parts to the truth: one source's Parquet files, then one atomic replace of election.json."""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from faircount.model import TABLES, BadInputError, Digest, Source
from faircount.store.staging import KEY, moved, rows_of, staged
from faircount.store.workspace import Election, Workspace, short, sync_folder

ROWS_PER_GROUP = 1_000_000
_DELTA = ("card", "ballot", "record")
"""Columns that rise: kept as differences (docs/decisions/0001)."""


def source_digest(files: pa.Table, single: bool) -> Digest:
    """Return what a source is known by: a single file by its bytes, several by the sorted list (name, SHA-256).

    `files` is the source's files table. The name of a single file says nothing, those of an export's files do.
    """
    pairs = sorted(zip(files.column("name").to_pylist(), files.column("sha256").to_pylist(), strict=True))
    if single and len(pairs) == 1:
        return Digest(pairs[0][1])
    listing = "".join(f"{sha}  {name}\n" for name, sha in pairs)
    return Digest(hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest())


def free_number(digest: str, taken: set[int]) -> int:
    """Return the source's number: 31 bits of its digest; the next window of the digest if that is taken."""
    for start in range(0, 56):
        number = int(digest[start : start + 8], 16) >> 1
        if number not in taken:
            return number
    raise BadInputError(digest, "a source's number is free", "every candidate taken")


class Commit:
    """The last step of an ingest: parts of one source become its tables, in part order."""

    def __init__(self, space: Workspace, staging: Path, parts: int) -> None:
        self.space, self.staging, self.parts = space, staging, parts
        self.rows = [rows_of(staging, n) for n in range(parts)]

    def table(self, name: str) -> pa.Table:
        """Return all staged rows of one small table."""
        found = [t for n in range(self.parts) if (t := staged(self.staging, n, name)) is not None]
        return pa.concat_tables(found) if found else TABLES[name].empty_table()

    def first_rows(self, name: str, limit: int) -> pa.Table:
        """Return the first staged rows of a table, at most `limit`, in part order."""
        found: list[pa.Table] = []
        for part in range(self.parts):
            missing = limit - sum(t.num_rows for t in found)
            if missing > 0 and (table := staged(self.staging, part, name)) is not None:
                found.append(table.slice(0, missing))
        return pa.concat_tables(found) if found else TABLES[name].empty_table()

    def totals(self) -> tuple[tuple[str, int], ...]:
        """Return rows by table, ballots and weighted cards for the source; patterns are unified later."""
        names = ("ballots", "weighted", *TABLES)
        return tuple((name, total) for name in names if (total := sum(r[name] for r in self.rows)))

    def write(self, source: Source, extra_facts: tuple[tuple[str, str], ...] = ()) -> Source:
        """Write the Parquet files of `source` and return it with its rows. Nothing is visible until `publish`."""
        target = self.staging / "final"
        shutil.rmtree(target, ignore_errors=True)
        numbers, unified = self._unify()
        base = source.number << 32
        first = np.cumsum([[0, 0], *([r["cards"], r["ballots"]] for r in self.rows)], axis=0) + base

        def write_part(part: int) -> None:
            for name in TABLES:
                table = staged(self.staging, part, name)
                if name == "patterns" or table is None:
                    continue
                if name == "cards":
                    table = moved(table, "ballot", table.column("ballot").to_numpy() + first[part][1])
                if name in ("cards", "votes", "superseded", "marks"):
                    table = moved(table, "card", table.column("card").to_numpy() + first[part][0])
                if name in ("votes", "superseded", "marks"):
                    table = moved(table, "pattern", numbers[part][table.column("pattern").to_numpy()] + base)
                _write(target / name / f"{short(source.digest)}-{part:05}.parquet", _named(table, source))

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # each part has its own files
            for _ in pool.map(write_part, range(self.parts)):
                pass
        rows = dict(self.totals())
        if unified.num_rows:
            rows["patterns"] = unified.num_rows
            table = moved(unified, "pattern", np.arange(unified.num_rows) + base)
            _write(target / "patterns" / f"{short(source.digest)}-00000.parquet", _named(table, source))
        if extra_facts:
            facts = pa.Table.from_pylist([{"name": n, "value": v} for n, v in extra_facts], TABLES["facts"])
            _write(target / "facts" / f"{short(source.digest)}-said.parquet", _named(facts, source))
            rows["facts"] = rows.get("facts", 0) + len(extra_facts)
        return replace(source, rows=tuple(sorted(rows.items())))

    def _unify(self) -> tuple[list[Any], pa.Table]:
        """Number the distinct patterns of all parts in the order of their content; return part → source numbers."""
        tables = [staged(self.staging, n, "patterns") for n in range(self.parts)]
        present = [t for t in tables if t is not None]
        if not present:
            return [np.zeros(0, dtype=np.int64)] * self.parts, TABLES["patterns"].empty_table()
        everything = pa.concat_tables(present)
        codes = everything.column(KEY).combine_chunks().dictionary_encode()
        order = pc.sort_indices(codes.dictionary).to_numpy()
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        ranks = rank[codes.indices.to_numpy()]
        _, first = np.unique(ranks, return_index=True)
        unified = everything.take(pa.array(first)).drop_columns([KEY])
        numbers, at = [], 0
        for table in tables:
            if table is None:
                numbers.append(np.zeros(0, dtype=np.int64))
                continue
            local = np.empty(table.num_rows, dtype=np.int64)
            local[table.column("pattern").to_numpy()] = ranks[at : at + table.num_rows]
            numbers.append(local)
            at += table.num_rows
        return numbers, unified

    def publish(self, source: Source, election: Election, received: Path) -> None:
        """Move the files and the raw bytes in `received` into place and list the source: after this it exists."""
        for other in election.sources:
            if short(other.digest) == short(source.digest):
                raise BadInputError(
                    source.name, "the first twelve digits of a source's digest are its own", f"those of {other.name}",
                    "no two honest files do this: keep both, and look at them",
                )  # fmt: skip
        final = self.staging / "final"
        raw = self.space.sources / source.digest
        shutil.rmtree(raw, ignore_errors=True)
        raw.parent.mkdir(parents=True, exist_ok=True)
        received.replace(raw)
        for folder in sorted(final.iterdir()):
            place = self.space.tables / folder.name
            place.mkdir(parents=True, exist_ok=True)
            for path in sorted(folder.iterdir()):
                path.replace(place / path.name)
            sync_folder(place)
        for folder in (raw, self.space.sources, self.space.tables):
            sync_folder(folder)
        self.space.commit(replace(election, sources=(*election.sources, source)))
        shutil.rmtree(self.staging, ignore_errors=True)


def _named(table: pa.Table, source: Source) -> pa.Table:
    """Put the source's short name before the other columns."""
    name = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(table.num_rows, dtype=np.int8)), pa.array([short(source.digest)], pa.string())
    )
    return table.add_column(0, pa.field("source", name.type, nullable=False), name)


def _write(path: Path, table: pa.Table) -> None:
    """Write one Parquet file, durably. The bytes depend on the rows alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    delta = {f.name: "DELTA_BINARY_PACKED" for f in table.schema if f.name in _DELTA}
    with path.open("wb") as stream:
        pq.write_table(
            table,
            stream,
            compression="zstd",
            row_group_size=ROWS_PER_GROUP,
            use_dictionary=[f.name for f in table.schema if f.name not in delta and not pa.types.is_nested(f.type)],
            column_encoding=delta or None,
            store_schema=False,
        )
        stream.flush()
        os.fsync(stream.fileno())
