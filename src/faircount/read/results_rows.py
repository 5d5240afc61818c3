"""Rows of results files: what the readers of official totals share. Nothing here knows a format."""

import codecs
import contextlib
import csv
import functools
import hashlib
import io
import lzma
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from faircount.model import BadInputError, Batch, name_key, rows_to_table
from faircount.read.export import HEAD, MAX_RATIO, RATIO_FREE_BYTES, Export

BATCH_ROWS = 50_000
"""Rows that are held before they go on as a `Batch`: a state's 125 MB need no more memory than a county's."""
KEPT_CHARACTERS = 300
"""How much of an unreadable row is kept to find it again."""

_COUNT = re.compile(r"([+-]?)([0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.0*)?")
_BESIDE = re.compile(
    r"(^|/)(readme|licen[cs]e|copying|notice|sha256sums?)[^/]*$|\.(md|pdf|html?|docx?|rtf|txt|asc|sig)$", re.IGNORECASE
)
"""Files that may lie beside an export and hold no rows of it."""
_NOT_WINDOWS = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
"""Bytes that no character of Windows-1252 has."""
_NOT_CSV = (b"PK\x03\x04", b"\xfd7zXZ", b"\x1f\x8b", b"%PDF", b"<", b"{", b"[")

Rejected = dict[str, object]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What one pass over the bytes of a file told: how to decode it, what it is, and how long."""

    encoding: str
    """`utf-8-sig`, `cp1252`, or empty where the bytes are neither."""
    sha256: str
    bytes: int


class Gathered:
    """Rows of canonical tables on their way into a `Batch`, in the order in which they were found."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, object]]] = {}
        self._held = 0
        self.left_out: dict[str, int] = {}
        """Why rows of the source gave no row here though they could be read → how many."""

    def add(self, table: str, **values: object) -> None:
        """Add one row to `table`; columns not named are null."""
        self._rows.setdefault(table, []).append(values)
        self._held += 1

    def reject(self, file: str, row: int, rule: str, value: str = "", column: str | None = None, fix: str = "") -> None:
        """Keep a row that breaks `rule`, with as much of what it says as helps to find it again."""
        value = value[:KEPT_CHARACTERS]
        self.add("rejected", file=file, row=row, column=column, value=value, rule=rule, fix=fix or None)

    def leave_out(self, why: str) -> None:
        """Count a row that is rightly not a row of ours; `facts` will say how many and why."""
        self.left_out[why] = self.left_out.get(why, 0) + 1

    def fact(self, name: str, value: str) -> None:
        """Add what the source says of itself; an empty value says nothing and is not added."""
        if value.strip():
            self.add("facts", name=name, value=value.strip())

    def full(self) -> bool:
        """Say whether enough rows are held to let them go."""
        return self._held >= BATCH_ROWS

    def flush(self) -> Batch:
        """Return the rows held as a batch and hold none."""
        batch = Batch({name: rows_to_table(name, rows) for name, rows in self._rows.items()})
        self._rows, self._held = {}, 0
        return batch

    def finish(self, export: Export, read: Iterable[str]) -> Batch:
        """Return the last batch, with facts that name the files not read and count the rows left out."""
        unread = sorted(set(export.names) - set(read))
        if unread:
            self.fact("note", f"not read: {', '.join(unread)}")
        for why, rows in sorted(self.left_out.items()):
            self.fact("note", f"{rows:,} {'row' if rows == 1 else 'rows'} left out: {why}")
        return self.flush()

    def file(self, export: Export, name: str, surveyed: Surveyed, records: int) -> None:
        """Record that `name` was read, and how many of its rows became rows of a table."""
        self.add("files", file=export.names.index(name), name=name, sha256=surveyed.sha256, bytes=surveyed.bytes,
                 records=records)  # fmt: skip
        if surveyed.encoding == "cp1252":
            self.fact("note", f"{name}: not UTF-8, read as Windows-1252")


# ---- bytes ---------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def member_bytes(export: Export, name: str) -> Iterator[BinaryIO]:
    """Open `name`; a member that is itself `.xz` is decompressed on the way, as archives of results hold them."""
    with export.open(name) as stream:
        if name.endswith(".xz") and export.kind != "single":
            with lzma.open(stream) as plain:
                yield cast(BinaryIO, plain)
        else:
            yield stream


def survey(export: Export, name: str) -> Surveyed:
    """Read `name` once for its digest, its length and its encoding: UTF-8 if all of it is, else Windows-1252.

    The encoding must be known before the first row, or a name late in the file would change how early ones are read.
    Raises `BadInputError` when a compressed member grows beyond all reason.
    """
    digest, length, utf8, windows = hashlib.sha256(), 0, True, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    most = max(RATIO_FREE_BYTES, MAX_RATIO * export.size(name))
    with member_bytes(export, name) as stream:
        while block := stream.read(1 << 20):
            length += len(block)
            if length > most:
                rule = f"a file unpacks to at most {MAX_RATIO} times its packed size"
                raise BadInputError(export.place(name), rule, f"more than {most:,} bytes")
            digest.update(block)
            utf8 = utf8 and _decodes(decoder, block)
            windows = windows and not any(byte in block for byte in _NOT_WINDOWS)
    utf8 = utf8 and _decodes(decoder, b"", final=True)
    encoding = "utf-8-sig" if utf8 else "cp1252" if windows else ""
    return Surveyed(encoding, digest.hexdigest(), length)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


# ---- CSV -----------------------------------------------------------------------------------------------------------
def header(export: Export, name: str) -> tuple[str, ...]:
    """Return the cells of the first row of `name` as `normal` column names; empty for anything that is no CSV.

    Never raises: it is asked about foreign files too.
    """
    try:
        with member_bytes(export, name) as stream:
            head = stream.read(HEAD)
        if head.startswith(_NOT_CSV) or b"\0" in head:
            return ()
        text = head.decode("utf-8-sig", "replace")
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)), [])
    except (BadInputError, csv.Error):
        return ()
    return tuple(normal(cell) for cell in cells)


def claimed(export: Export, is_ours: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    """Return the files whose header is ours; none at all when any other file is more than a companion (a README).

    Looks at one file of a foreign export and stops, however many it has.
    """
    ours = []
    for name in export.names:
        if is_ours(header(export, name)):
            ours.append(name)
        elif not _BESIDE.search(name):
            return ()
    return tuple(ours)


def normal(cell: str) -> str:
    """Return a column name in lower case, blanks and hyphens as underscores: `Election-Day Votes` and its like."""
    return re.sub(r"[\s_-]+", "_", cell.strip().lower()).strip("_")


def delimiter_of(text: str) -> str:
    """Return which of comma, semicolon and tab the first line uses most; a comma if none."""
    line = text.split("\n", 1)[0]
    return max(",;\t", key=line.count)


def csv_rows(export: Export, name: str, surveyed: Surveyed, gathered: Gathered) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row, cells by `normal` column name), cells trimmed; the header is row 1, blank lines are passed over.

    A row with another number of cells than the header is kept among the rejected: which cell is missing cannot be
    known. Raises `BadInputError` when the text is in neither encoding, a column stands twice, a quote is never closed
    or a cell has no end.
    """
    place = export.place(name)
    if not surveyed.encoding:
        raise BadInputError(place, "the text is UTF-8 or Windows-1252", "bytes that neither has", "save it as UTF-8")
    with member_bytes(export, name) as stream, contextlib.ExitStack() as stack:
        text = stack.enter_context(io.TextIOWrapper(stream, encoding=surveyed.encoding, newline=""))
        first = text.readline(HEAD)
        reader = csv.reader(_again(first, text), delimiter=delimiter_of(first), strict=True)
        columns: tuple[str, ...] | None = None
        for row, cells in _numbered(reader, name, place, gathered):
            if columns is None:
                columns = _distinct(cells, place)
                continue
            if not any(cell and not cell.isspace() for cell in cells):
                continue
            if len(cells) > len(columns) and not any(cells[len(columns) :]):
                cells = cells[: len(columns)]  # delimiters at the end of a line, as spreadsheets leave them
            if len(cells) != len(columns):
                rule = f"a row has as many cells as the header, {len(columns)}"
                gathered.reject(name, row, rule, "; ".join(cells), fix=f"this row has {len(cells)}")
                continue
            yield row, dict(zip(columns, map(str.strip, cells), strict=True))


def _again(first: str, text: io.TextIOWrapper) -> Iterator[str]:
    yield first
    yield from text


def _numbered(
    reader: Iterator[list[str]], name: str, place: str, gathered: Gathered
) -> Iterator[tuple[int, list[str]]]:
    row = 0
    while True:
        row += 1
        try:
            yield row, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "expected after" not in str(error):  # the end of the cell was not found, so no later row can be trusted
                raise BadInputError(
                    f"{place}, row {row}",
                    "a quote that is opened is closed in its cell",
                    str(error),
                    "look at this row",
                ) from error
            gathered.reject(name, row, "a quote inside a quoted cell is doubled", str(error), fix='write it as ""')


def _distinct(cells: list[str], place: str) -> tuple[str, ...]:
    columns = [normal(cell) for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    for column in columns:
        if columns.count(column) > 1:
            raise BadInputError(
                f"{place}, row 1",
                "a column stands once",
                f"{column!r} {columns.count(column)} times",
                "rename one of them",
            )
    return tuple(columns)


# ---- values --------------------------------------------------------------------------------------------------------
def count_of(text: str) -> int | None:
    """Return the whole number that `text` states, None if it states none.

    `1,234`, `83.0` and `-5` are numbers: a negative count is impossible but readable, and a check says so with its
    place. `83.5`, `n/a`, `*` and an empty cell are not.
    """
    found = _COUNT.fullmatch(text.strip())
    return int(found[1] + found[2].replace(",", "")) if found else None


def contest_title(office: str, district: str) -> str:
    """Return `State Senate District 12`; `Governor` where the district is empty or the whole state."""
    if name_key(district) in ("", "statewide"):
        return office
    return f"{office} {district}" if "district" in district.lower() else f"{office} District {district}"


@functools.lru_cache(1 << 14)
def measure_of(text: str) -> str | None:
    """Return the measure that stands where a choice or an office should: `Under Votes` → `undervotes`; else None.

    Two answers are no measures of the tables, see `NO_MEASURE`.
    """
    return _MEASURES.get(name_key(text).replace(" ", ""))


_MEASURES = {
    **dict.fromkeys(("undervote", "undervotes", "under", "undervotestotal", "blankundervotes"), "undervotes"),
    **dict.fromkeys(("overvote", "overvotes", "over", "overvotestotal"), "overvotes"),
    **dict.fromkeys(("registeredvoters", "registeredvoterstotal", "registered", "voterregistration"), "registered"),
    **dict.fromkeys(("ballotscast", "ballotscasttotal", "totalballotscast", "timescast"), "ballots_cast"),
    **dict.fromkeys(("total", "totals", "totalvotes", "totalvotescast", "contesttotal", "contesttotals"), "votes"),
    **dict.fromkeys(("ballotscastblank", "blankballots", "blankballotscast"), "blank"),
}

NO_MEASURE = {
    "votes": "a total of the contest's candidates stands as a candidate",
    "blank": "ballots cast blank are no measure of the tables",
}
"""What a line may state that no table holds → why it is left out."""

_TOTAL_UNITS = {"total", "totals", "county total", "county totals", "grand total", "state total", "statewide total"}


@functools.lru_cache(1 << 14)
def unit_of(text: str) -> str | None:
    """Return the name of a precinct or county; None where the cell is empty or says that the row is a total."""
    return None if name_key(text) in _TOTAL_UNITS | {""} else text
