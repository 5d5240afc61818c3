"""Rows of Excel workbooks as text, streamed: no sheet must fit in memory, no value passes through a float.

Parsed here and not by a library in native code, because those ask for memory by what a file says of itself and end the
whole process when they do not get it (docs/decisions/0007).
"""

import functools
import hashlib
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from faircount.model import BadInputError
from faircount.read.export import WORKBOOK, Export, zip_archive
from faircount.read.syntax.sheet_xml import SheetRows, date_styles, shared_texts
from faircount.read.syntax.xml_elements import elements

MAX_PACKED_BYTES = 256 << 20
"""Of a workbook that is itself inside an archive: it is held in memory. Excel's million rows take 40 MB."""
MAX_PARTS = 10_000
MAX_RATIO = 400
"""Sheets of equal rows compress 40 times; more than this is a bomb, beyond the first 64 MB."""
HEAD_ROWS = 20
ZIP_MAGIC = b"PK\x03\x04"
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_SAVE = "open it in a spreadsheet program and save it again as .xlsx or as CSV UTF-8"
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


class Workbook:
    """One workbook. `sheets` are the titles of its sheets in order, `sha256` and `size` those of its bytes."""

    def __init__(self, source: Path | bytes, place: str) -> None:
        self.place = place
        self._source = source
        with self._archive() as archive:
            self._parts = {info.filename: info.file_size for info in archive.infolist()}
            _refuse_bomb(archive, place)
        targets = self._targets()
        listed = self._sheet_list(targets)
        self.sheets = tuple(title for title, _ in listed)
        self._sheet_parts = tuple(part for _, part in listed)
        with self._bytes() as stream:
            self.sha256 = hashlib.file_digest(cast(io.BytesIO, stream), "sha256").hexdigest()
            self.size = stream.seek(0, io.SEEK_END)

    @functools.cached_property
    def formulas(self) -> dict[str, int]:
        """Sheet part → formulas in it; their value is what was last computed, and may be old or none."""
        found = {}
        for part in self._sheet_parts:
            count, tail = 0, b""
            with self._part(part) as stream:
                while block := stream.read(1 << 20):
                    text = tail + block
                    count += len(_FORMULA.findall(text))
                    tail = text[-3:] if not _FORMULA.search(text[-3:]) else b""
            if count:
                found[part] = count
        return found

    def rows(self, sheet: int = 0, left_out: bool = True) -> Iterator[tuple[int, list[str]]]:
        """Yield (row, cells) of a sheet, rows numbered as a spreadsheet shows them, cells as text.

        A row has as many cells as the file says; those left out at its end are not there, an empty row is `[]`. Whole
        numbers have no `.0`, dates are 2026-11-03. `left_out` as in `SheetRows`. Raises `BadInputError` when the sheet
        cannot be read.
        """
        if sheet >= len(self._sheet_parts):
            raise BadInputError(self.place, "the workbook has this sheet", f"{len(self.sheets)} sheets")
        with self._part(self._sheet_parts[sheet]) as stream:
            yield from SheetRows(stream, self._named(sheet), self._texts, self._dates, left_out)

    @functools.cached_property
    def _texts(self) -> list[str]:
        part = self._found("sharedStrings.xml")
        if not part:
            return []
        with self._part(part) as stream:
            return shared_texts(stream, f"{self.place}, shared texts")

    @functools.cached_property
    def _dates(self) -> frozenset[str]:
        part = self._found("styles.xml")
        if not part:
            return frozenset()
        with self._part(part) as stream:
            return date_styles(stream, f"{self.place}, styles")

    def _named(self, sheet: int) -> str:
        return self.place if len(self.sheets) == 1 else f"{self.place}, sheet {self.sheets[sheet]!r}"

    def _found(self, name: str) -> str:
        return next((part for part in sorted(self._parts) if part.lower() == f"xl/{name.lower()}"), "")

    def _targets(self) -> dict[str, str]:
        """Return relation id → part, as xl/_rels/workbook.xml.rels says."""
        part = self._found("_rels/workbook.xml.rels")
        if not part:
            raise BadInputError(self.place, "an Excel workbook (.xlsx) lists its sheets", "no such list", _SAVE)
        found = {}
        with self._part(part) as stream:
            for _, relation in elements(stream, self.place, frozenset(("Relationship",))):
                target = relation.get("Target") or ""
                if relation.get("TargetMode") != "External":  # links to elsewhere are nobody's rows
                    found[relation.get("Id") or ""] = target[1:] if target.startswith("/") else f"xl/{target}"
        return found

    def _sheet_list(self, targets: dict[str, str]) -> list[tuple[str, str]]:
        part = self._found("workbook.xml")
        listed: list[tuple[str, str]] = []
        with self._part(part or "xl/workbook.xml") as stream:
            for _, sheet in elements(stream, self.place, frozenset(("sheet",))):
                number = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
                target = targets.get(number, "")
                if target in self._parts and "/worksheets/" in target:
                    listed.append((sheet.get("name") or f"sheet {len(listed) + 1}", target))
        if not listed:
            raise BadInputError(self.place, "a workbook has a sheet", "none", _SAVE)
        return listed

    def _bytes(self) -> BinaryIO:
        return self._source.open("rb") if isinstance(self._source, Path) else io.BytesIO(self._source)

    @contextmanager
    def _archive(self) -> Iterator[zipfile.ZipFile]:
        try:
            with self._bytes() as stream, zipfile.ZipFile(stream) as archive:
                yield archive
        except _BROKEN as error:
            raise BadInputError(
                self.place,
                "an Excel workbook is a readable zip",
                str(error),
                "the copy may be cut short: fetch it again",
            ) from error

    @contextmanager
    def _part(self, part: str) -> Iterator[BinaryIO]:
        with self._archive() as archive:
            try:
                stream = archive.open(part)
            except KeyError as error:
                raise BadInputError(
                    self.place, "a workbook holds the parts that it lists", repr(part), _SAVE
                ) from error
            with stream:
                yield cast(BinaryIO, stream)


def open_workbook(export: Export, name: str) -> Workbook:
    """Open a workbook. Raises `BadInputError` when it is none, is hostile or locked, or too large inside an archive."""
    place = export.place(name)
    if export.head(name, 4) != ZIP_MAGIC:
        raise BadInputError(place, "an Excel workbook (.xlsx) is a zip", repr(export.head(name, 8)), _SAVE)
    return Workbook(_path_of(export, name) or export.whole(name, MAX_PACKED_BYTES), place)


def _path_of(export: Export, name: str) -> Path | None:
    """Return where a file lies on disk as it is; None for one inside an archive or compressed."""
    if export.kind == "folder":
        return export.path / name
    return export.path if export.kind in ("single", "mapped") and export.path.name == name else None


def is_workbook(export: Export, name: str) -> bool:
    """Say whether a file begins like a zip and is a workbook by its name or, outside archives, by what it holds.

    Never raises.
    """
    path = _path_of(export, name)
    by_name = name.lower().endswith((".xlsx", ".xlsm"))
    try:
        if (path is None and not by_name) or export.head(name, 4) != ZIP_MAGIC:
            return False
        return by_name or (path is not None and _holds_workbook(path))
    except BadInputError:
        return False


def _holds_workbook(path: Path) -> bool:
    try:
        return WORKBOOK in zip_archive.members(path)
    except OSError:
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
    try:
        return [cells for _, cells in itertools.islice(open_workbook(Export(Path(path)), name).rows(), HEAD_ROWS)]
    except BadInputError:
        return []


def _refuse_bomb(archive: zipfile.ZipFile, place: str) -> None:
    members = archive.infolist()
    if len(members) > MAX_PARTS:
        raise BadInputError(place, f"a workbook has at most {MAX_PARTS:,} parts", f"{len(members):,}")
    for member in members:
        if member.file_size > max(64 << 20, MAX_RATIO * member.compress_size):
            raise BadInputError(
                place, f"a part of a workbook unpacks to at most {MAX_RATIO} times its packed size",
                f"{member.filename!r}: {member.file_size:,} bytes from {member.compress_size:,}",
            )  # fmt: skip
        if member.flag_bits & 1:
            raise BadInputError(place, "a workbook is not protected by a password", repr(member.filename), _SAVE)
