"""Rows of a canonical table that lies in Parquet."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from faircount.model import BadInputError
from faircount.model.tables import MARK
from faircount.read.batch_builder import CARDS_PER_BATCH
from faircount.read.canonical.slices import AGAIN, Count, Slice, schema_with_source
from faircount.read.canonical.unpacking import NOW, WHY
from faircount.read.export import MAX_RATIO, Export

_UNPACKING = Path(__file__).with_name("unpacking.py")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "ARROW_IO_THREADS": "1"}


@contextlib.contextmanager
def unpacked(export: Export, files: Mapping[str, str], digests: Mapping[str, str]) -> Iterator[Path]:
    """Decode the tables of an export, by a process of its own, into a folder that is there as long as the context.

    `files` is table → file, `digests` table → SHA-256. Raises `BadInputError` where a file has another, cannot be
    decoded, or would unpack to far more than it has.
    """
    with tempfile.TemporaryDirectory() as temporary:
        for table, file in files.items():
            copy = Path(temporary, f"{table}.parquet")
            with export.open(file) as stream, copy.open("wb") as target:
                shutil.copyfileobj(stream, target, 1 << 20)
            with copy.open("rb") as whole:
                digest = hashlib.file_digest(whole, "sha256").hexdigest()
            if digest != digests.get(table):
                rule = "a Parquet file has the SHA-256 that dictionary.json states"
                raise BadInputError(
                    export.place(file), rule, digest, "the copy may be damaged or cut short: fetch it again"
                )
        command = [sys.executable, str(_UNPACKING), temporary, str(CARDS_PER_BATCH), str(MAX_RATIO)]
        paths = os.pathsep.join(path for path in sys.path if path)
        environment = {**os.environ, "PYTHONPATH": paths, "ARROW_DEFAULT_MEMORY_POOL": "system", **_ONE_THREAD}
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
        if done.returncode:
            table, why = (_said(Path(temporary, name)) for name in (NOW, WHY))
            if table not in files:
                raise RuntimeError(
                    f"the decoder of Parquet did not start: {done.stderr.decode('utf-8', 'replace')[-500:]}"
                )
            raise _damaged(export.place(files[table]), table, why or "it ends the program that decodes it")
        for table in files:
            Path(temporary, f"{table}.parquet").unlink()
        yield Path(temporary)


def parquet_slices(folder: Path, name: str, place: str, count: Count) -> Iterator[Slice]:
    """Yield the rows of a table that was decoded into `folder`; `place` is its file, for errors.

    Raises `BadInputError` where its columns are others, or a value is missing that no row may be without.
    """
    schema = schema_with_source(name)
    # Of a path Arrow makes a map, and every page that was read would stay with this process.
    with pa.OSFile(str(folder / f"{name}.arrow")) as file, pa.ipc.open_stream(file) as stream:
        if stream.schema.names != schema.names:
            raise BadInputError(
                place, f"its columns are {', '.join(schema.names)}", ", ".join(stream.schema.names), AGAIN
            )
        for batch in stream:
            try:
                table = pa.Table.from_batches([batch]).cast(schema)
                table.validate(full=True)
            except (pa.ArrowException, ValueError) as error:
                raise _damaged(place, name, str(error)) from error
            _refuse_nulls(table, place)
            yield Slice(table, np.arange(count.rows + 1, count.rows + 1 + table.num_rows))
            count.rows += table.num_rows


def _said(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else ""


def _damaged(place: str, name: str, why: str) -> BadInputError:
    rule = f"it is a Parquet file with the columns of {name}"
    return BadInputError(place, rule, why.split("\n")[0], "the copy may be damaged or cut short: fetch it again")


def _refuse_nulls(table: pa.Table, place: str) -> None:
    """Raise `BadInputError` where a value is missing that no row may be without; a cast sees to the columns alone."""
    columns = [(f, table.column(f.name)) for f in table.schema]
    if "marks" in table.schema.names:
        marks = pa.chunked_array([chunk.flatten() for chunk in table.column("marks").chunks], MARK)
        columns.append((pa.field("marks", MARK, nullable=False), marks))
        for at, field in enumerate(MARK):
            columns.append((field, pa.chunked_array([c.field(at) for c in marks.chunks], field.type)))
    for field, column in columns:
        if not field.nullable and column.null_count:
            raise BadInputError(
                place, f"{field.name} has a value in every row", f"{column.null_count:,} without", AGAIN
            )
