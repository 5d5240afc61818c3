"""Rows of Excel workbooks as text: guarded against bombs, numbers as a person sees them, formulas told apart."""

import functools
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from python_calamine import CalamineSheet, CalamineWorkbook

from faircount.model import BadInputError
from faircount.read.export import Export

MAX_WORKBOOK_BYTES = 256 << 20
"""Excel's own limit of a million rows, filled with a ranked contest, takes 40 MB."""
MAX_UNPACKED_BYTES = 4 << 30
MAX_CELLS = 40_000_000
"""Cells are held in memory, about 32 bytes each."""
HEAD_ROWS = 20
ZIP_MAGIC = b"PK\x03\x04"
_CELL = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_SAVE = "open it in a spreadsheet program and save it again as .xlsx or as CSV UTF-8"
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@dataclass(slots=True)
class Workbook:
    """One workbook, held in memory. `sheets` are the titles of its sheets in order."""

    place: str
    sheets: tuple[str, ...]
    sha256: str
    size: int
    """In bytes, as it was handed over."""
    formulas: dict[str, int]
    """Part of the archive → formulas in it; their value is what was last computed, and may be old or none."""
    _data: bytes = field(repr=False)

    def rows(self, sheet: int = 0) -> Iterator[tuple[int, list[str]]]:
        """Yield (row, cells) of a sheet, rows numbered as a spreadsheet shows them, cells as text.

        All rows have the same number of cells; empty ones are empty text, and an empty row is all empty. Whole numbers
        have no `.0`. Raises `BadInputError` when the sheet cannot be read.
        """
        made = _opened(self._data, self.place, sheet)
        start = made.start or (0, 0)
        before = [""] * start[1]
        for offset in range(start[0]):
            yield offset + 1, []
        for row, cells in enumerate(_guarded(made, self.place), start[0] + 1):
            yield row, before + [_text(cell) for cell in cells]


def open_workbook(export: Export, name: str) -> Workbook:
    """Read a workbook whole. Raises `BadInputError` when it is none, is hostile, locked, or too large for memory."""
    data = export.whole(name, MAX_WORKBOOK_BYTES)
    place = export.place(name)
    if not data.startswith(ZIP_MAGIC):
        raise BadInputError(place, "an Excel workbook (.xlsx) is a zip", repr(data[:8]), _SAVE)
    formulas = _surveyed(data, place)
    book = _calamine(data, place)
    return Workbook(place, tuple(book.sheet_names), hashlib.sha256(data).hexdigest(), len(data), formulas, data)


def is_workbook(export: Export, name: str) -> bool:
    """Say whether a file begins like a zip that holds a workbook. Never raises."""
    try:
        return export.head(name, 4) == ZIP_MAGIC and name.lower().endswith((".xlsx", ".xlsm"))
    except BadInputError:
        return False


def head_of_sheet(export: Export, name: str) -> list[list[str]]:
    """Return the first 20 rows of the first sheet, empty ones included; empty if it is no workbook. Never raises."""
    if not is_workbook(export, name):
        return []
    try:
        status = export.path.stat()
        return _head(str(export.path), name, status.st_size, status.st_mtime_ns)
    except OSError:
        return []


@functools.lru_cache(256)
def _head(path: str, name: str, _size: int, _time: int) -> list[list[str]]:
    """Read a head once for all readers that ask."""
    from pathlib import Path

    try:
        book = open_workbook(Export(Path(path)), name)
        rows = []
        for _, cells in book.rows():
            rows.append(cells)
            if len(rows) == HEAD_ROWS:
                break
    except BadInputError:
        return []
    return rows


def _calamine(data: bytes, place: str) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the parser's own panics derive from BaseException
        raise _unreadable(place, error) from None


def _opened(data: bytes, place: str, sheet: int) -> CalamineSheet:
    try:
        return _calamine(data, place).get_sheet_by_index(sheet)
    except (BadInputError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise _unreadable(place, error) from None


def _guarded(sheet: CalamineSheet, place: str) -> Iterator[list[object]]:
    rows = iter(sheet.iter_rows())
    while True:
        try:
            cells = next(rows, None)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            raise _unreadable(place, error) from None
        if cells is None:
            return
        yield list(cells)


def _unreadable(place: str, error: BaseException) -> BadInputError:
    return BadInputError(place, "the sheets of a workbook can be read", str(error) or type(error).__name__, _SAVE)


def _surveyed(data: bytes, place: str) -> dict[str, int]:
    """Look at the parts before any is parsed; return sheet part → formulas in it.

    A sheet with a cell at the far corner makes a parser ask for the room of 17 billion cells, and the process dies:
    cells are measured by their own addresses, since what a sheet says of its size may lie.
    """
    formulas: dict[str, int] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > MAX_UNPACKED_BYTES or len(members) > 10_000:
                raise BadInputError(
                    place, f"a workbook unpacks to at most {MAX_UNPACKED_BYTES:,} bytes in 10,000 parts",
                    f"{unpacked:,} bytes in {len(members):,}",
                )  # fmt: skip
            for member in members:
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                    found = _survey_sheet(archive, member, place)
                    if found:
                        formulas[member.filename] = found
    except _BROKEN as error:
        raise BadInputError(
            place, "an Excel workbook is a readable zip", str(error), "the copy may be cut short: fetch it again"
        ) from error
    return formulas


def _survey_sheet(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str) -> int:
    widest: set[bytes] = set()
    bottom, formulas, tail, read = 0, 0, b"", 0
    with archive.open(member) as stream:
        while block := stream.read(1 << 20):
            read += len(block)
            if read > MAX_UNPACKED_BYTES:
                raise BadInputError(place, f"a sheet unpacks to at most {MAX_UNPACKED_BYTES:,} bytes", "more")
            text = tail + block
            cut = text.rfind(b"<")  # an element that is cut in two is looked at with the next block
            text, tail = (text[:cut], text[cut:][-(1 << 16) :]) if cut > 0 else (text, b"")
            found = _CELL.findall(text)
            widest.update({column.upper() for column, _ in found})
            bottom = max([bottom, *(int(row) for _, row in found)])
            formulas += len(_FORMULA.findall(text)) if b"f" in text else 0
    width = max(map(_column_number, widest), default=0)
    if width * bottom > MAX_CELLS:
        raise BadInputError(
            place, f"a sheet spans at most {MAX_CELLS:,} cells", f"{bottom:,} rows by {width:,} columns",
            "save it as CSV UTF-8",
        )  # fmt: skip
    return formulas


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    """Return a cell as a person sees it: Excel keeps every number as a float, so 99813.0 is `99813`."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
