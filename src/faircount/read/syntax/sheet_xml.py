"""The parts of an Excel workbook (ECMA-376, SpreadsheetML): shared texts, formats of dates, and rows, streamed."""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from faircount.model import BadInputError
from faircount.read.syntax.xml_elements import elements, leaves, local_name

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
"""Excel's own limits."""
MAX_TEXT = 256 << 20
"""Characters of shared texts that are held in memory."""
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Numbers of built-in formats that show a date or a time (ECMA-376 part 1, 18.8.30)."""
_NOT_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_EPOCH = datetime.datetime(1899, 12, 30, tzinfo=datetime.UTC)


def shared_texts(stream: BinaryIO, place: str) -> list[str]:
    """Return the workbook's shared texts in order, without the phonetic readings that stand beside some."""
    found: list[str] = []
    held = 0
    for _, item in elements(stream, place, frozenset(("si",))):
        text = _text_of(item)
        held += len(text)
        if held > MAX_TEXT:
            raise BadInputError(place, f"a workbook has at most {MAX_TEXT:,} characters of text", "more")
        found.append(text)
    return found


def _text_of(item: Any) -> str:
    children = list(item)
    if len(children) == 1 and local_name(children[0].tag) == "t":
        text = children[0].text or ""
    else:
        text = "".join(
            t.text or ""
            for child in children
            if local_name(child.tag) in ("t", "r")
            for t in ([child] if local_name(child.tag) == "t" else child)
            if local_name(t.tag) == "t"
        )
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def date_styles(stream: BinaryIO, place: str) -> frozenset[str]:
    """Return the numbers of cell styles that show a number as a date."""
    custom: set[str] = set()
    styles: list[str] = []
    for path, item in elements(stream, place, frozenset(("numFmt", "xf"))):
        if local_name(item.tag) == "numFmt":
            code = _NOT_CODE.sub("", item.get("formatCode") or "")
            if re.search(r"[dmyhsDMYHS]", code) and "General" not in code:
                custom.add(item.get("numFmtId") or "")
        elif "/cellXfs/" in path:
            styles.append(item.get("numFmtId") or "0")
    builtin = {str(n) for n in _DATE_FORMATS}
    return frozenset(str(at) for at, number in enumerate(styles) if number in custom or number in builtin)


class SheetRows:
    """Rows of one sheet. Iterate once; `formulas` and `empty_formulas` are complete at the end."""

    def __init__(
        self, stream: BinaryIO, place: str, texts: list[str], dates: frozenset[str], left_out: bool = True
    ) -> None:
        self.stream, self.place, self.texts, self.dates, self.left_out = stream, place, texts, dates, left_out
        self._columns: dict[str, int] = {}
        self.formulas = 0
        self.empty_formulas = 0
        """Formulas without a last value: nobody has ever computed them."""

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (row, cells): rows that the file leaves out are yielded empty, cells that it leaves out are "".

        Without `left_out`, only rows that the file has an element for, though it may hold no cell.
        """
        before = 0
        for row in leaves(self.stream, self.place, "row", "sheetData"):
            number = self._row_number(row, before)
            for missing in range(before + 1, number if self.left_out else before):
                yield missing, []
            yield number, self._cells(row, number)
            before = number

    def _row_number(self, row: Any, before: int) -> int:
        stated = row.get("r")
        if stated is None:
            return before + 1
        number = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 8 else 0
        if not before < number <= MAX_ROW:
            rule = f"rows are numbered upwards, to {MAX_ROW:,} at most"
            raise BadInputError(self.place, rule, f"row {stated[:20]!r} after row {before}")
        return number

    def _cells(self, row: Any, number: int) -> list[str]:
        cells: list[str] = []
        digits = str(number)
        for cell in row:
            address = cell.get("r")
            if address is not None:
                # Nearly every cell stands in a column met before: its letters are looked up, not worked out.
                known = self._columns.get(address[: -len(digits)]) if address.endswith(digits) else None
                column = self._column(address, number) if known is None else known
                if column < len(cells):
                    raise BadInputError(f"{self.place}, row {number}", "cells stand in order, each once", repr(address))
                if column > len(cells):
                    cells += [""] * (column - len(cells))
            elif len(cells) >= MAX_COLUMN:
                raise BadInputError(f"{self.place}, row {number}", f"a row has at most {MAX_COLUMN:,} cells", "more")
            cells.append(self._value(cell, number))
        return cells

    def _column(self, address: str, number: int) -> int:
        found = _ADDRESS.fullmatch(address)
        column = 0
        for letter in found[1] if found else "":
            column = column * 26 + ord(letter) - 64
        if found is None or int(found[2]) != number or column > MAX_COLUMN:
            raise BadInputError(
                f"{self.place}, row {number}", "a cell's address is its column and its row", repr(address[:20])
            )
        self._columns[found[1]] = column - 1
        return column - 1

    def _value(self, cell: Any, number: int) -> str:
        kind, value = cell.get("t"), None
        if kind == "s" and len(cell) == 1 and cell[0].tag.endswith("}v"):
            text = cell[0].text or ""
            if text.isdecimal() and len(text) < 10 and int(text) < len(self.texts):
                return self.texts[int(text)]
        for child in cell:
            name = local_name(child.tag)
            if name == "v":
                value = child.text or ""
            elif name == "is":
                value = _text_of(child)
            elif name == "f":
                self.formulas += 1
                self.empty_formulas += len(cell) == 1
        if value is None:
            return ""
        if kind == "s":
            if value.isdecimal() and len(value) < 10 and int(value) < len(self.texts):
                return self.texts[int(value)]
            rule = f"a cell's text is one of the {len(self.texts):,} shared texts"
            raise BadInputError(f"{self.place}, row {number}", rule, repr(value[:20]))
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind in (None, "n"):
            return value if _WHOLE.fullmatch(value) and cell.get("s") not in self.dates else self._number(cell, value)
        return value

    def _number(self, cell: Any, text: str) -> str:
        """Return a number as a person sees it: `99813` for 9.9813E4, a date as 2026-11-03."""
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            return text
        if not number.is_finite() or abs(number.adjusted()) > 30:
            return text
        if cell.get("s") in self.dates and 0 <= number < 2_958_466:  # 31 December 9999
            moment = _EPOCH + datetime.timedelta(seconds=round(float(number) * 86_400))
            return f"{moment:%Y-%m-%d}" if number == number.to_integral_value() else f"{moment:%Y-%m-%d %H:%M:%S}"
        return str(int(number)) if number == number.to_integral_value() else text
