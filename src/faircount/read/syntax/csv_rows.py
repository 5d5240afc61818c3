"""Rows of a delimited text file, read once from front to back: encoding, delimiter, row numbers, limits, digest."""

import contextlib
import csv
import hashlib
import io
import lzma
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, cast

from faircount.model import BadInputError
from faircount.read.export import HEAD, MAX_RATIO, RATIO_FREE_BYTES, Export
from faircount.read.syntax.line_blocks import MAX_COLUMNS, SAVE_AS_CSV, LineBlocks, too_wide

MAX_FIELD_CHARACTERS = 1 << 17
MAX_BLANK = 1_000_000
"""Empty lines on end: a table that stops has a few, a file made to keep a reader busy has nothing else."""
MAX_ROWS = 2**31 - 1
"""What the `row` and `record` columns of the canonical tables can number."""
DELIMITERS = ",;\t|"
HEAD_ROWS = 12
COMPANIONS = (".sha256", ".sha256sum", ".md5", ".sig", ".asc", ".md", ".pdf", ".html", ".htm", ".rtf", ".doc", ".docx")
"""Files that lie beside an export and hold no rows of it; kept in the list of files with their hashes."""
MAX_RECOGNISED_FILES = 5_000

_MAGIC = (
    (b"%PDF", "a PDF"), (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a zip or Excel workbook"), (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x1f\x8b", "gzip-compressed bytes"), (b"\xfd7zXZ", "xz-compressed bytes"), (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"PAR1", "a Parquet file"), (b"SQLite format 3", "an SQLite database"), (b"{\\rtf", "a rich-text document"),
    (b"\xff\xfe", "UTF-16 text"), (b"\xfe\xff", "UTF-16 text"),
)  # fmt: skip
_SEP_LINE = re.compile(r"\ufeff?sep=(.)\r?\n?")
OnBroken = Callable[[int, str], None]
"""Takes a row and its text."""
BROKEN: list[str] = []
"""The cells of a row whose quotes are misplaced, known by identity: a blank row to whoever does not ask."""


class CsvRows:
    """Numbered rows of one file. Iterate once; `sha256()`, `bytes` and `recoded_lines` are complete at the end.

    Yields (row, cells): rows are numbered as a spreadsheet shows them, 1 first, blank lines included as `[]`. A row
    with line breaks inside quotes is one row. Lines that are not UTF-8 are read as Windows-1252 (Latin-1 where that
    has no such character) and counted in `recoded_lines`. Raises `BadInputError` for bytes that are not text, NUL
    bytes, and rows beyond the limits of this module.

    With `on_broken` quotes are read strictly: it is called with row and text of a row whose quotes are misplaced,
    which then comes as `BROKEN`, and a quote that is never closed is refused. Without it `csv` makes of them what it
    can.
    More than `most` bytes are refused: what unpacks to so much was packed to exhaust whoever reads it.
    """

    def __init__(
        self, stream: BinaryIO, place: str, delimiter: str, on_broken: OnBroken | None = None, most: int = 2**63
    ) -> None:
        self.place = place
        self.delimiter = delimiter
        self._on_broken = on_broken
        self._hashing = _HashingStream(stream, place, most)
        # Kept as an attribute: when its text is collected it closes what it wraps, and the digest is asked for later.
        self._lines = LineBlocks(
            io.TextIOWrapper(
                io.BufferedReader(self._hashing, 1 << 18), encoding="utf-8-sig", errors="surrogateescape", newline=""
            ),
            place,
            delimiter,
        )

    @property
    def recoded_lines(self) -> int:
        """How many lines were not UTF-8."""
        return self._lines.recoded

    @property
    def bytes(self) -> int:
        """How many bytes were read, after decompression."""
        return self._hashing.count

    @property
    def ends_in_a_line(self) -> bool:
        """Whether the file, read to its end, ends with a line end: one that does not may be cut in its last cell."""
        return self._hashing.last in (b"\n", b"\r")

    def sha256(self) -> str:
        """Return the SHA-256 of the bytes of the file; reads what is left of it."""
        while self._hashing.read(1 << 20):
            pass
        return self._hashing.digest.hexdigest()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        row, blank, lines, strict = 0, 0, self._lines, self._on_broken is not None
        text: list[str] = []
        rows = csv.reader(_kept(lines, text) if strict else lines, delimiter=self.delimiter, strict=strict)
        while True:
            try:
                cells = next(rows, None)
            except csv.Error as error:
                if self._on_broken is not None and "expected after" in str(error):  # the cell ended, so later rows hold
                    row += 1
                    lines.pending = 0
                    self._on_broken(row, "".join(text).rstrip("\r\n"))
                    text.clear()
                    yield row, BROKEN
                    continue
                raise BadInputError(
                    f"{self.place}, row {row + 1}",
                    f"a cell has at most {MAX_FIELD_CHARACTERS:,} characters and quotes are closed",
                    str(error),
                    "look for a lone quotation mark in or before this row",
                ) from error
            if cells is None:
                return
            row += 1
            lines.pending = 0
            text.clear()
            blank = 0 if cells else blank + 1
            if blank > MAX_BLANK:
                rule = f"at most {MAX_BLANK:,} lines on end are empty"
                raise BadInputError(f"{self.place}, row {row}", rule, "one more", "remove them")
            if len(cells) > MAX_COLUMNS:
                raise too_wide(self.place, row, len(cells))
            if row == 1 and len(cells) <= 2 and _SEP_LINE.fullmatch(self.delimiter.join(cells)):
                continue
            yield row, cells


def _kept(lines: Iterable[str], text: list[str]) -> Iterator[str]:
    """Yield the lines, each added to `text`: the lines of a row, if whoever has made the row empties it."""
    for line in lines:
        text.append(line)
        yield line


class _HashingStream(io.RawIOBase):
    """Bytes that pass through are counted and hashed, so that no file is read twice."""

    def __init__(self, stream: BinaryIO, place: str, most: int) -> None:
        self.stream, self.place, self.most = stream, place, most
        self.digest = hashlib.sha256()
        self.count = 0
        self.last = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        block = self.stream.read(len(view))
        view[: len(block)] = block
        self.digest.update(block)
        self.count += len(block)
        self.last = block[-1:] or self.last
        if self.count > self.most:
            rule = f"a file unpacks to at most {MAX_RATIO} times its packed size"
            raise BadInputError(self.place, rule, f"more than {self.most:,} bytes")
        return len(block)


@contextlib.contextmanager
def open_rows(export: Export, name: str, on_broken: OnBroken | None = None) -> Iterator[CsvRows]:
    """Open `name` as rows of text. Raises `BadInputError` when its first bytes are not text."""
    with _opened(export, name) as stream:
        head = stream.read(HEAD)
    place = export.place(name)
    if what := not_text(head):
        raise BadInputError(place, "a CSV file is text", what, SAVE_AS_CSV)
    most = max(RATIO_FREE_BYTES, MAX_RATIO * export.size(name))
    with _opened(export, name) as stream:
        yield CsvRows(stream, place, delimiter_of(_decoded(head)), on_broken, most)


@contextlib.contextmanager
def _opened(export: Export, name: str) -> Iterator[BinaryIO]:
    """Open `name`; a member that is itself `.xz`, as archives of results hold them, is decompressed on the way."""
    with export.open(name) as stream:
        if not name.endswith(".xz") or export.kind in ("single", "mapped"):
            yield stream
            return
        with lzma.open(stream) as plain:
            yield cast(BinaryIO, plain)


def head_rows(export: Export, name: str, size: int = 1 << 16) -> list[list[str]]:
    """Return the complete rows in the first `size` bytes of `name`, at most 12; empty if that is no text.

    Never raises: it is asked about any file, and whatever cannot be read is not ours.
    """
    try:
        with _opened(export, name) as stream:
            head = stream.read(size)
        if not_text(head):
            return []
        text = _decoded(head)
        rows: list[list[str]] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
        for cells in reader:
            rows.append(cells)
            if len(rows) > HEAD_ROWS:
                break
    except (BadInputError, csv.Error, OSError):
        return []
    if len(head) == size and len(rows) <= HEAD_ROWS:
        rows = rows[:-1]  # probably cut in its middle
    return [row for row in rows[:HEAD_ROWS] if not _SEP_LINE.fullmatch(",".join(row))]


def not_text(head: bytes) -> str:
    """Return what these first bytes are if they are not text, in words; empty if they may be text."""
    for magic, what in _MAGIC:
        if head.startswith(magic):
            return what
    return "NUL bytes" if b"\0" in head else ""


def delimiter_of(text: str) -> str:
    """Return the delimiter among `, ; tab |` by which the first lines have the same number of columns; `,` if none."""
    if named := _SEP_LINE.match(text):
        return named[1]
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths: Counter[int] = Counter()
        # A head may end inside a quoted cell, and a cell may be too long: both are for the reading proper to say.
        with contextlib.suppress(csv.Error):
            for number, cells in enumerate(csv.reader(io.StringIO(text[:65536], newline=""), delimiter=delimiter)):
                widths[len(cells)] += 1
                if number == HEAD_ROWS:
                    break
        wide = [(n, width) for width, n in widths.items() if width > 1]
        score = max(wide, default=(0, 0))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _decoded(head: bytes) -> str:
    """Return the head as text; its last character may be cut, so that a broken end is not an encoding."""
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = head[: error.start] if error.start > len(head) - 4 else None
        return cut.decode("utf-8-sig") if cut is not None else head.decode("cp1252", "replace")


def candidates(export: Export) -> tuple[str, ...]:
    """Return the files of an export that should hold rows: all but notes and checksums that lie beside them.

    Empty where there are more than 5,000: no format of rows has so many files.
    """
    if export.kind == "single":
        return export.names
    names = tuple(n for n in export.names if not is_companion(n))
    return names if len(names) <= MAX_RECOGNISED_FILES else ()


def files_to_read(export: Export) -> tuple[str, ...]:
    """Return `candidates`, for a reader that was told to read this. Raises `BadInputError` where there are none."""
    names = candidates(export)
    if not names:
        found = f"{len(export.names):,} files" if export.names else "no file"
        raise BadInputError(
            str(export), f"an export of rows has 1 to {MAX_RECOGNISED_FILES:,} files", found, "check the path"
        )
    return names


def the_file(export: Export) -> str:
    """Return the one file of an export that is one document. Raises `BadInputError` where there are more or none."""
    names = files_to_read(export)
    if len(names) != 1:
        raise BadInputError(str(export), "this format is one file", f"{len(names):,} files", "read them one at a time")
    return names[0]


def head_of_the_file(export: Export) -> bytes:
    """Return the first bytes of the one file of an export; empty where it has more or none, or cannot be read."""
    names = candidates(export)
    try:
        return export.head(names[0]) if len(names) == 1 else b""
    except BadInputError:
        return b""


def is_companion(name: str) -> bool:
    """Say whether a file of this name is a note or checksum and not a table."""
    last = name.rsplit("/", 1)[-1].lower()
    return last.endswith(COMPANIONS) or last.startswith(
        ("readme", "licence", "license", "copying", "notice", "sha256sum")
    )


def folder_jurisdictions(names: Sequence[str]) -> dict[str, str]:
    """Return file name → name of its folder, where the files lie in folders that tell them apart; else empty.

    States publish one folder a county. One folder for all tells nothing, nor do files outside any folder.
    """
    folders = {name: name.rsplit("/", 2)[-2] for name in names if "/" in name}
    if len(folders) != len(names) or len(set(folders.values())) < 2:
        return {}
    return folders


def plain_cell(cell: str) -> str:
    """Return the cell without blanks around it and without Excel's `="…"` wrapping that keeps leading zeros."""
    cell = cell.strip()
    if cell[:2] == '="' and len(cell) >= 3 and cell[-1] == '"':
        return cell[2:-1].replace('""', '"').strip()
    return cell


def is_blank(cells: Sequence[str]) -> bool:
    """Say whether no cell of a row holds anything."""
    return not any(map(str.strip, cells))


def row_text(cells: Sequence[str]) -> str:
    """Return a row as one line of CSV, to keep what could not be read."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def columns_of(header: Sequence[str], place: str) -> dict[str, int]:
    """Return column name → index, names unwrapped and trimmed, nameless columns left out.

    Raises `BadInputError` when two columns have one name: which of them is meant cannot be known.
    """
    columns: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = plain_cell(cell)
        if name and columns.setdefault(name, index) != index:
            raise BadInputError(
                place,
                "every column has its own name",
                f"{name!r} in columns {columns[name] + 1} and {index + 1}",
                "rename or remove one of them",
            )
    return columns


_NUMBER = re.compile(r"(\d+|\d{1,3}(?:([,\u00a0\u202f\u2009 ])\d{3})(?:\2\d{3})*)(?:\.0*)?", re.ASCII)
MAX_COUNT = 10**12


def count_of(cell: str) -> int | None:
    """Return the whole number that a cell states, `1,204` and Excel's `1204.0` included; None if it states none.

    Negative numbers, fractions and anything of 10^12 or more are not counts.
    """
    if cell.isdecimal() and cell.isascii() and len(cell) <= 12:  # as most are: less than 10^12
        return int(cell)
    found = _NUMBER.fullmatch(plain_cell(cell))
    if found is None or len(found[1]) > 18:
        return None
    number = int(re.sub(r"\D", "", found[1]) if found[2] else found[1])
    return number if number < MAX_COUNT else None


def figure_of(cell: str) -> int | None:
    """Return the whole number that a cell of results states, as `count_of` and with its sign; None if it states none.

    A negative figure is impossible but readable: it is kept, and a check says so with its place.
    """
    if cell.isdecimal() and cell.isascii() and len(cell) <= 12:
        return int(cell)
    text = plain_cell(cell)
    number = count_of(text[1:] if text[:1] in ("-", "+") else text)
    return -number if number is not None and text.startswith("-") else number
