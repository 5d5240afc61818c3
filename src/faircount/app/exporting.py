"""Hand tables and answers to other programs: CSV, JSON, NDJSON, Markdown, Parquet, XLSX."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from faircount.app.opened import Opened
from faircount.app.reporting import plain_value
from faircount.model import TABLES, Answer, UsageError

SHEET_ROWS = 1_048_575
"""Rows that a worksheet holds below its head."""
EXPORTABLE = (*TABLES, "sources", "recounted")


def shown(value: Any) -> str:
    """Return a value as a cell of text: nothing for null, JSON for lists and records."""
    if value is None:
        return ""
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(plain_value(value), ensure_ascii=False)
    return str(plain_value(value))


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: a leading = + - @ or control character gets a quote mark.

    Numbers keep their minus sign.
    """
    if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def as_csv(answer: Answer) -> str:
    """Return rows as CSV with a head, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([harmless(shown(value)) for value in row] for row in answer.rows)
    return out.getvalue()


def as_json(answer: Answer) -> str:
    """Return rows as a JSON array of objects."""
    rows = [dict(zip(answer.columns, map(plain_value, row), strict=True)) for row in answer.rows]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def as_ndjson(answer: Answer) -> str:
    """Return rows as one JSON object a line."""
    rows = (dict(zip(answer.columns, map(plain_value, row), strict=True)) for row in answer.rows)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_markdown(answer: Answer) -> str:
    """Return rows as a Markdown table."""
    lines = ["| " + " | ".join(answer.columns) + " |", "|" + " --- |" * len(answer.columns)]
    for row in answer.rows:
        lines.append("| " + " | ".join(shown(v).replace("|", "\\|").replace("\n", " ") for v in row) + " |")
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[Answer], str]] = {
    "csv": as_csv,
    "json": as_json,
    "ndjson": as_ndjson,
    "md": as_markdown,
}
"""Text forms of an answer, by the name a user types and the suffix of a file."""


def write_answer(answer: Answer, table: pa.Table | None, target: Path) -> None:
    """Write rows to `target`; its suffix says the form. Raises `UsageError` for a suffix that is no form."""
    form = target.suffix.lstrip(".").lower()
    if form == "parquet" and table is not None:
        pq.write_table(table, target, compression="zstd")
    elif form == "xlsx":
        write_workbook({target.stem[:31] or "rows": answer}, target)
    elif form in FORMATS:
        target.write_text(FORMATS[form](answer), encoding="utf-8")
    else:
        raise UsageError(f"no form is called .{form}; known: {', '.join(FORMATS)}, parquet, xlsx")


def write_workbook(sheets: dict[str, Answer], target: Path) -> None:
    """Write each answer as a worksheet; text is written as text, never as a formula."""
    for name, answer in sheets.items():
        if len(answer.rows) > SHEET_ROWS:
            raise UsageError(f"{name} has {len(answer.rows):,} rows and a worksheet holds {SHEET_ROWS:,}: choose csv")
    with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        for name, answer in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, answer.columns, bold)
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(answer.rows, 1):
                for column, value in enumerate(row):
                    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
                        sheet.write_number(at, column, value)
                    elif value is not None:
                        sheet.write_string(at, column, shown(value)[:32767])


def export(opened: Opened, tables: tuple[str, ...], folder: Path, form: str) -> dict[str, int]:
    """Write canonical tables into `folder` as `<table>.<form>`; return rows by table.

    Raises `UsageError` for a table that does not exist, and for a form that is not known.
    """
    unknown = [name for name in tables if name not in EXPORTABLE]
    if unknown:
        raise UsageError(f"no table is called {unknown[0]!r}; known: {', '.join(EXPORTABLE)}")
    chosen = tables or EXPORTABLE
    if "recounted" in chosen:
        _ = opened.interpreted
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    for name in chosen:
        query = f"select * from {name} order by all"  # noqa: S608 - our own table names
        if form == "parquet":
            table = opened.engine.table(query)
            pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
            written[name] = table.num_rows
        else:
            answer = opened.engine.ask(query)
            write_answer(answer, None, folder / f"{name}.{form}")
            written[name] = len(answer.rows)
    return written
