"""The canonical tables themselves, as Parquet and as CSV, each with its data dictionary."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from faircount.model.tables import TABLES
from faircount.write.cells import csv_row
from faircount.write.dictionary import as_json, as_markdown
from faircount.write.features import about
from faircount.write.writer import Material, Writer

_HOLDS = about("cards", "patterns", "contests", "tables", without=("decisions",))
_CSV_NOTE = (
    "One CSV a table, UTF-8, comma, first row the names of the columns. An empty cell is no value or empty text. Lists "
    'and records are JSON. A cell that a spreadsheet would take for a formula stands as `="…"`: the text is inside.'
)


def write_parquet(material: Material, folder: Path) -> None:
    """Write each table that has rows as `<table>.parquet`, zstd, in slices: memory does not grow with the tables."""
    present: dict[str, int] = {}
    for name in TABLES:
        rows = 0
        schema = material.schema(name)
        with pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd", store_schema=False) as file:
            for table in material.rows(name):
                file.write_table(table)
                rows += table.num_rows
        _keep(folder / f"{name}.parquet", name, rows, present)
    digests = {name: _sha256(folder / f"{name}.parquet") for name in present}
    _describe(folder, present, "One Parquet file a table.", digests)


def write_csv(material: Material, folder: Path) -> None:
    """Write each table that has rows as `<table>.csv`."""
    present: dict[str, int] = {}
    for name in TABLES:
        rows = 0
        schema = material.schema(name)
        forms = [_form(field.type) for field in schema]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(csv_row(schema.names))
            for table in material.rows(name):
                columns = [
                    ["" if v is None else form(v) for v in column.to_pylist()]
                    for form, column in zip(forms, table.columns, strict=True)
                ]
                file.writelines(csv_row(cells) for cells in zip(*columns, strict=True))
                rows += table.num_rows
        _keep(folder / f"{name}.csv", name, rows, present)
    _describe(folder, present, _CSV_NOTE)


def _keep(path: Path, name: str, rows: int, present: dict[str, int]) -> None:
    """Count a table that has rows, and leave no file of one that has none."""
    if rows:
        present[name] = rows
    else:
        path.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _describe(folder: Path, present: dict[str, int], note: str, digests: dict[str, str] | None = None) -> None:
    (folder / "dictionary.json").write_text(as_json(present, digests), "utf-8")
    (folder / "dictionary.md").write_text(as_markdown(present, note), "utf-8")


def _form(kind: pa.DataType) -> Callable[[Any], str]:
    """Return how values of this type are written in a cell."""
    if pa.types.is_nested(kind):
        return lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if pa.types.is_boolean(kind):
        return lambda value: "true" if value else "false"
    if pa.types.is_decimal(kind):
        return plain_decimal
    return str


def plain_decimal(value: Decimal) -> str:
    """Return a decimal without zeros at its end and without an exponent: `1`, `0.5`."""
    return f"{value.normalize():f}"


PARQUET = Writer(
    name="parquet",
    title="canonical tables as Parquet",
    source="faircount, model/tables.py",
    needs=tuple(TABLES),
    holds=_HOLDS,
    page="write-canonical",
    write=write_parquet,
    whole=True,
    suffixes=(".parquet",),
)
CSV = Writer(
    name="csv",
    title="canonical tables as CSV",
    source="faircount, model/tables.py; RFC 4180",
    needs=tuple(TABLES),
    holds=_HOLDS,
    page="write-canonical",
    write=write_csv,
    whole=True,
    suffixes=(".csv",),
)
