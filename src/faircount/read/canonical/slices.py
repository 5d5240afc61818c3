"""Rows of one canonical table, as its file has them: slices of Arrow columns, each value checked."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from faircount.model import TABLES, BadInputError
from faircount.model.tables import MARK
from faircount.read.batch_builder import CARDS_PER_BATCH, BatchBuilder
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import BROKEN, CsvRows, open_rows
from faircount.read.syntax.json_strict import strict_loads

_INTEGER = re.compile(r"-?\d{1,19}")
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_KINDS: dict[str, type] = {"choice": str, "rank": int, "score": int, "is_vote": bool, "is_ambiguous": bool}
AGAIN = "write the tables again, or take the row out and put its number of rows right in dictionary.json"
MAX_REJECTED = 100_000
"""Tables of ours have no wrong rows; a few were changed by hand, and more is no table of ours."""
_UNREADABLE = (ValueError, KeyError, TypeError, OverflowError, pa.ArrowException)

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of a table, in the order of the file."""

    table: pa.Table
    """In the schema of `schema_with_source`: no row of it breaks a rule of its column."""
    rows: Rows
    """Where each stands in its file: as a spreadsheet numbers them, or records of Parquet, 1 first."""


@dataclass(slots=True)
class Count:
    """How many rows of a table were met, rejected ones included."""

    rows: int = 0
    rejected: int = 0


Lose = Callable[[dict[str, str]], None]
"""Told of a row that was rejected: column → cell."""


def schema_with_source(name: str) -> pa.Schema:
    """Return the schema of a table as it is written: first `source`, all text plain."""
    plain = [f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in TABLES[name]]
    return pa.schema([pa.field("source", pa.string(), nullable=False), *plain])


def csv_slices(
    export: Export, name: str, file: str, count: Count, builder: BatchBuilder, lose: Lose
) -> Iterator[Slice]:
    """Yield the rows of a table that lies in CSV. Rows that break a rule are rejected, and `lose` is told of them.

    Raises `BadInputError` where the first row does not name the columns of the table, or the file is not UTF-8 to a
    last line end.
    """
    place, schema = export.place(file), schema_with_source(name)
    forms = [_form(field) for field in schema]

    def refuse(row: int, cells: list[str], column: str, value: str, rule: str) -> None:
        count.rejected += 1
        if count.rejected > MAX_REJECTED:
            raise BadInputError(place, f"at most {MAX_REJECTED:,} rows of a table break its rules", "one more", AGAIN)
        builder.reject(file, row, rule, AGAIN, column=column or None, value=value)
        lose(dict(zip(schema.names, cells, strict=False)))

    def made(rows: list[int], cells: list[list[str]]) -> Slice:
        try:
            columns = [
                pa.array([form(cell) for cell in column], field.type)
                for form, field, column in zip(forms, schema, zip(*cells, strict=True), strict=True)
            ]
        except _UNREADABLE:
            kept = [at for at, one in enumerate(cells) if _is_readable(rows[at], one, schema, forms, refuse)]
            return made([rows[at] for at in kept], [cells[at] for at in kept]) if kept else _nothing(schema)
        return Slice(pa.table(columns, schema=schema), np.array(rows, dtype=np.int64))

    def broken(row: int, text: str) -> None:
        refuse(row, [], "", text, "quotes of a row are in their places")

    with open_rows(export, file, broken) as lines:
        stream = iter(lines)
        _, header = next(stream, (1, []))
        if header != schema.names:
            raise BadInputError(
                f"{place}, row 1", f"the columns are {', '.join(schema.names)}", ", ".join(header)[:300], AGAIN
            )
        rows: list[int] = []
        cells: list[list[str]] = []
        for row, line in stream:
            count.rows += 1
            if line is BROKEN:
                continue
            if len(line) != len(schema):
                refuse(row, line, "", ",".join(line), f"a row has {len(schema)} cells; this one has {len(line)}")
                continue
            rows.append(row)
            cells.append(line)
            if len(rows) == CARDS_PER_BATCH:
                yield made(rows, cells)
                rows, cells = [], []
        if rows:
            yield made(rows, cells)
        _check_end(lines)


def _check_end(lines: CsvRows) -> None:
    if not lines.ends_in_a_line:
        rule = "the last row ends with a line end"
        raise BadInputError(lines.place, rule, "it does not", "the copy may be cut short")
    if lines.recoded_lines:
        found = f"{lines.recoded_lines:,} lines that are not"
        raise BadInputError(lines.place, "canonical CSV is UTF-8", found, AGAIN)


def _nothing(schema: pa.Schema) -> Slice:
    return Slice(schema.empty_table(), np.zeros(0, dtype=np.int64))


def _is_readable(
    row: int, cells: list[str], schema: pa.Schema, forms: list[Callable[[str], Any]],
    refuse: Callable[[int, list[str], str, str, str], None],
) -> bool:  # fmt: skip
    """Say whether each cell of a row is what its column holds; tell `refuse` of the first that is not."""
    for field, form, cell in zip(schema, forms, cells, strict=True):
        try:
            pa.array([form(cell)], field.type)
        except _UNREADABLE as error:
            why = "" if type(error) in (ValueError, KeyError) else f": {str(error).splitlines()[0][:200]}"
            refuse(row, cells, field.name, cell, f"{field.name} is {_in_words(field)}{why}")
            return False
    return True


def _in_words(field: pa.Field) -> str:
    kind = field.type
    if pa.types.is_nested(kind):
        words = "a JSON list of marks" if field.name == "marks" else "a JSON list"
    elif pa.types.is_boolean(kind):
        words = "true or false"
    elif pa.types.is_decimal(kind):
        words = "a number with at most six decimals"
    else:
        words = f"a whole number of at most {kind.bit_width} bits" if pa.types.is_integer(kind) else "text"
    return words + (" or nothing" if field.nullable else "")


def _form(field: pa.Field) -> Callable[[str], Any]:
    """Return how a cell of this column is read; raises `ValueError` or `KeyError` for what it cannot hold."""
    read = _value(field)
    if pa.types.is_string(field.type) and not field.nullable:
        return read
    if field.nullable:
        return lambda cell: None if cell == "" else read(cell)
    return read


def _value(field: pa.Field) -> Callable[[str], Any]:
    kind = field.type
    if pa.types.is_nested(kind):
        return lambda cell: _listed(cell, field)
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}.__getitem__
    if pa.types.is_decimal(kind):
        return lambda cell: Decimal(_like(_DECIMAL, cell))
    if pa.types.is_integer(kind):
        return lambda cell: int(_like(_INTEGER, cell))
    return _text


def _text(cell: str) -> str:
    """Return a cell without the wrapping that keeps a spreadsheet from running it; blanks belong to the text."""
    return cell[2:-1].replace('""', '"') if len(cell) >= 3 and cell[:2] == '="' and cell[-1] == '"' else cell


def _like(form: re.Pattern[str], cell: str) -> str:
    text = _text(cell)
    if not form.fullmatch(text):
        raise ValueError(cell)
    return text


def _listed(cell: str, field: pa.Field) -> list[Any]:
    """Return a list of texts, numbers or marks from its JSON."""
    try:
        found = strict_loads(cell.encode(), field.name)
    except BadInputError as error:
        raise ValueError(str(error)) from error
    kind = field.type.value_type
    if not isinstance(found, list):
        raise ValueError(cell)
    wanted = str if pa.types.is_string(kind) else int
    if pa.types.is_struct(kind):
        for mark in found:
            _check_mark(mark)
    elif not all(type(one) is wanted for one in found):
        raise ValueError(cell)
    return found


def _check_mark(mark: Any) -> None:
    if not isinstance(mark, dict) or set(mark) != set(MARK.names):
        raise ValueError(f"a mark has {', '.join(MARK.names)}")
    for field in MARK:
        value = mark[field.name]
        if field.name == "conditions":
            good = isinstance(value, list) and all(type(one) is str for one in value)
        else:
            good = (value is None and field.nullable) or type(value) is _KINDS[field.name]
        if not good:
            raise ValueError(f"{field.name} of a mark is {value!r}")
