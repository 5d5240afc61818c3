"""Ballot manifests as Excel workbooks: San Francisco's, and any whose first sheet has a manifest's columns."""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from python_calamine import CalamineWorkbook

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.csv_rows import candidates, files_to_read, folder_jurisdictions
from faircount.read.export import Export
from faircount.read.manifest_rows import ManifestFile, facts_of_all, find_header
from faircount.read.reader import Part, Reader, Recognition, one_part

MAX_WORKBOOK_BYTES = 16 << 20
"""San Francisco's 5,481 batches take 0.15 MB; no manifest is larger than this."""
MAX_UNPACKED_BYTES = 512 << 20
"""Excel's own limit of rows, filled with batches, stays below it: more is a bomb."""
MAX_CELLS = 4_000_000
_TEXT_PARTS = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")
_DIMENSION = re.compile(rb'<dimension ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


def recognise(export: Export) -> Recognition | None:
    """Claim an export of workbooks whose first sheets have a header that names batches and their cards.

    Cheap for other workbooks: where the word "batch" does not stand near the front of the sheet, none is opened.
    """
    names = candidates(export)
    why = ""
    for name in names:
        try:
            if export.head(name, 4) != b"PK\x03\x04":
                return None
            data = export.whole(name, MAX_WORKBOOK_BYTES)
            if not _may_be_manifest(data):
                return None
            columns = find_header(sheet_rows(data, export.place(name)))
        except BadInputError:
            return None
        if columns is None:
            return None
        why = why or columns.why()
    if not why:
        return None
    return Recognition(82, "", why if len(names) == 1 else f"{len(names)} workbooks, the first {why}")


def _may_be_manifest(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in set(_TEXT_PARTS) & set(archive.namelist()):
                with archive.open(part) as stream:
                    if b"batch" in stream.read(1 << 16).lower():
                        return True
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return False
    return False


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the batches of every workbook's first sheet, in the order of the files and their rows.

    Raises `BadInputError` when a workbook cannot be opened or its first sheet has no manifest's header.
    """
    builder = BatchBuilder()
    names = files_to_read(export)
    folders = folder_jurisdictions(names)
    stated: set[str] = set()
    for number, name in enumerate(export.names):
        if name not in names:
            builder.add_companion(export, number, name)
            continue
        data = export.whole(name, MAX_WORKBOOK_BYTES)
        manifest = ManifestFile(name, export.place(name), folders.get(name))
        for _ in manifest.read(enumerate(sheet_rows(data, export.place(name)), 1), builder):
            if builder.full:
                yield builder.build()
        digest = hashlib.sha256(data).hexdigest()
        builder.add("files", file=number, name=name, sha256=digest, bytes=len(data), records=manifest.records)
        builder.add_facts(("note", note) for note in manifest.notes)
        stated |= manifest.jurisdictions
    builder.add_facts(facts_of_all(stated, folders))
    yield builder.build()


def sheet_rows(data: bytes, place: str) -> list[list[str]]:
    """Return the first sheet of a workbook as text, every row from the sheet's first one on, numbers without `.0`.

    Raises `BadInputError` when it is no workbook, is protected by a password, or is absurdly large.
    """
    _refuse_large(data, place)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if len(book.sheet_names) > 1:
            _refuse_more_manifests(book, place)
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (BadInputError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the parser's own panics derive from BaseException
        raise BadInputError(
            place, "the first sheet of a workbook can be read", str(error) or type(error).__name__,
            "open it in a spreadsheet program and save it again as .xlsx or as CSV UTF-8",
        ) from None  # fmt: skip
    return [[_text(cell) for cell in row] for row in rows]


def _refuse_more_manifests(book: CalamineWorkbook, place: str) -> None:
    """Refuse a workbook of several manifests: only the first sheet is read, and no batch may be passed over."""
    for index, title in enumerate(book.sheet_names[1:], 1):
        rows = book.get_sheet_by_index(index).to_python(nrows=20)
        if find_header([[_text(cell) for cell in row] for row in rows]):
            raise BadInputError(
                place, "a manifest is one sheet, the first", f"another in sheet {title!r}", "save each as its own file"
            )


def _refuse_large(data: bytes, place: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            sheets = [m for m in archive.namelist() if m.startswith("xl/worksheets/")]
            heads = []
            for sheet in sheets:
                with archive.open(sheet) as stream:
                    heads.append(stream.read(4096))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BadInputError(
            place, "an Excel workbook is a readable zip", str(error), "the copy may be cut short: fetch it again"
        ) from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise BadInputError(place, f"a workbook unpacks to at most {MAX_UNPACKED_BYTES:,} bytes", f"{unpacked:,}")
    for head in heads:
        if found := _DIMENSION.search(head):
            cells = int(found[4]) * _column_number(found[3])
            if cells > MAX_CELLS:
                raise BadInputError(place, f"a manifest has at most {MAX_CELLS:,} cells", f"{cells:,}")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    """Return a cell as a person sees it: Excel keeps every number as a float, so 99813.0 is `99813`."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


READER = Reader(
    name="manifest-xlsx",
    title="ballot manifest (Excel)",
    source="San Francisco Department of Elections, ballot manifest of 5 November 2019",
    gives=("manifest", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,
    read=read,
)
