"""Hand tables and answers to other programs: CSV, JSON, NDJSON, Markdown, Parquet, XLSX."""

import datetime
import difflib
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faircount.model import Answer, UsageError

if TYPE_CHECKING:  # loaded where they are used: a table on a terminal needs none of them
    import pyarrow as pa

    from faircount.app.opened import Opened

SHEET_ROWS = 1_048_575
"""Rows that a worksheet holds below its head."""
CELL_CHARACTERS = 32_767
"""Characters that a cell of a worksheet holds."""


def exportable() -> tuple[str, ...]:
    """Return the names of the tables that `export` writes."""
    from faircount.model import TABLES

    return (*TABLES, "sources", "recounted")


def plain_value(value: Any) -> Any:
    """Return a value of the database in a form that JSON has: decimals, dates and bytes as text, lists as lists."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, str, float)):
        return value
    if isinstance(value, dict):
        return {str(k): plain_value(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_value(v) for v in value]
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    return value.hex() if isinstance(value, (bytes, bytearray)) else str(value)


def shown(value: Any) -> str:
    """Return a value as a cell of text: nothing for null, JSON for lists and records."""
    if value is None:
        return ""
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(plain_value(value), ensure_ascii=False)
    return str(plain_value(value))


def as_csv(answer: Answer) -> str:
    """Return rows as CSV with a head, safe to open in a spreadsheet: every cell as `write.cells.csv_row` writes it."""
    from faircount.write.cells import csv_row

    return "".join(csv_row(map(shown, row)) for row in (answer.columns, *answer.rows))


def as_json(answer: Answer) -> str:
    """Return rows as a JSON array of objects."""
    names = _distinct(answer.columns)
    rows = [dict(zip(names, map(plain_value, row), strict=True)) for row in answer.rows]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def as_ndjson(answer: Answer) -> str:
    """Return rows as one JSON object a line."""
    names = _distinct(answer.columns)
    rows = (dict(zip(names, map(plain_value, row), strict=True)) for row in answer.rows)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _distinct(columns: tuple[str, ...]) -> list[str]:
    """Name columns apart, as in `card`, `card_1`: an object of JSON holds each name once and would lose the others."""
    found: dict[str, None] = {}
    for name in columns:
        number, free = 0, name
        while free in found or (number and free in columns):
            number += 1
            free = f"{name}_{number}"
        found[free] = None
    return list(found)


def as_markdown(answer: Answer) -> str:
    """Return rows as a Markdown table."""
    lines = [_markdown_row(answer.columns), "|" + " --- |" * len(answer.columns)]
    lines += [_markdown_row(tuple(map(shown, row))) for row in answer.rows]
    return "\n".join(lines) + "\n"


def _markdown_row(cells: tuple[str, ...]) -> str:
    escaped = (re.sub(r"[\r\n]+", " ", cell.replace("\\", "\\\\").replace("|", "\\|")) for cell in cells)
    return "| " + " | ".join(escaped) + " |"


FORMATS: dict[str, Callable[[Answer], str]] = {
    "csv": as_csv,
    "json": as_json,
    "ndjson": as_ndjson,
    "md": as_markdown,
}
"""Text forms of an answer, by the name a user types and the suffix of a file."""


def write_answer(answer: Answer, table: "pa.Table | None", target: Path) -> None:
    """Write rows to `target`; its suffix says the form. Raises `UsageError` for a suffix that is no form."""
    form = target.suffix.lstrip(".").lower()
    if form == "parquet" and table is not None:
        _write_parquet(table, target)
    elif form == "xlsx":
        write_workbook({re.sub(r"[\[\]:*?/\\']", "_", target.stem)[:31]: answer}, target)
    elif form in FORMATS:
        target.write_text(FORMATS[form](answer), encoding="utf-8")
    else:
        raise UsageError(f"no form is called .{form}; known: {', '.join(FORMATS)}, parquet, xlsx")


def _write_parquet(table: "pa.Table", target: Path) -> None:
    from pyarrow.parquet import write_table

    with target.open("wb") as stream:
        write_table(table, stream, compression="zstd")


def write_workbook(sheets: dict[str, Answer], target: Path) -> None:
    """Write each answer as a worksheet; text is written as text, never as a formula.

    Raises `UsageError`, before anything is written, for more rows or longer text than a worksheet holds.
    """
    import xlsxwriter

    for name, answer in sheets.items():
        if len(answer.rows) > SHEET_ROWS:
            raise UsageError(f"{name} has {len(answer.rows):,} rows and a worksheet holds {SHEET_ROWS:,}: choose csv")
        for row in answer.rows:
            for value in row:
                if isinstance(value, (str, dict, list, tuple, bytes)) and len(shown(value)) > CELL_CHARACTERS:
                    raise UsageError(f"{name} has a text longer than the {CELL_CHARACTERS:,} characters of a cell: "
                                     "choose csv")  # fmt: skip
    with target.open("wb") as stream, xlsxwriter.Workbook(stream) as book:
        bold = book.add_format({"bold": True})
        for name, answer in sheets.items():
            sheet = book.add_worksheet("Rows" if name.casefold() in ("", "history") else name)
            for column, head in enumerate(answer.columns):
                sheet.write_string(0, column, head, bold)
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(answer.rows, 1):
                for column, value in enumerate(row):
                    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
                        sheet.write_number(at, column, value)
                    elif value is not None:
                        sheet.write_string(at, column, shown(value))


def export(opened: "Opened", tables: tuple[str, ...], folder: Path, form: str) -> dict[str, int]:
    """Write canonical tables into `folder` as `<table>.<form>`; return rows by table.

    Raises `UsageError` for a table that does not exist, and for a form that is not known.
    """
    known = exportable()
    unknown = [name for name in tables if name not in known]
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UsageError(f"no table is called {unknown[0]!r}; {hint}known: {', '.join(known)}")
    chosen = tables or known
    if "recounted" in chosen:
        _ = opened.interpreted
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    for name in chosen:
        query = f"select * from {name} order by all"  # noqa: S608 - our own table names
        if form == "parquet":
            table = opened.engine.table(query)
            _write_parquet(table, folder / f"{name}.parquet")
            written[name] = table.num_rows
        else:
            answer = opened.engine.ask(query)
            write_answer(answer, None, folder / f"{name}.{form}")
            written[name] = len(answer.rows)
    return written
