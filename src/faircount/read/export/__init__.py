"""An export as it was handed over: a folder, a zip, a 7-Zip archive, or one file, plain or compressed."""

import contextlib
import gzip
import hashlib
import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, NoReturn, cast

from faircount.model import BadInputError
from faircount.read.export import seven_zip, zip_archive
from faircount.read.export.limits import ARCHIVES, MAX_FILES, MAX_RATIO, RATIO_FREE_BYTES, refuse_many

__all__ = ["HEAD", "MAX_FILES", "MAX_RATIO", "RATIO_FREE_BYTES", "Export", "text_lines"]

HEAD = 1 << 16
WORKBOOK = "xl/workbook.xml"
"""The part of a zip that makes it an Excel workbook (ECMA-376, part 1, §12.3.23, as Excel names it)."""
MAPPING = ".mapping.json"
"""What a person confirmed of a table's columns lies beside it: `results.csv.mapping.json`."""
_CONFIRMED = re.compile(rb'"confirmed"\s*:\s*true')
_NOT_LINKS = "an export folder holds files, not links"
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe that takes the place of a file between listing and reading must not be waited for."""


class Export:
    """Names, sizes and bytes of the files of one export, in name order. Cheap to make, picklable, read-only.

    A folder lists its files recursively, hidden ones (`.DS_Store`, `__MACOSX`) left out. A zip or 7-Zip archive lists
    its members; an archive among them is one file, see `nested`. A single file lists itself, without `.xz` or `.gz`,
    and the confirmed mapping that lies beside it, if there is one.

    Raises `BadInputError` when the path cannot be read, an archive is broken, encrypted or hostile (traversal,
    duplicate names, overlaps, absurd compression), or a folder holds links or pipes; `MissingToolError` for a 7-Zip
    archive where nothing is installed that unpacks it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kind, self._sizes = _listing(path)
        self.names = tuple(sorted(self._sizes))
        self._zip: dict[str, zipfile.ZipInfo] | None = None
        self._unpacked: seven_zip.Unpacked | None = None

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_zip": None, "_unpacked": None}

    def __str__(self) -> str:
        return self.path.name

    @property
    def nested(self) -> tuple[str, ...]:
        """Files of this export that are archives themselves, by their names: listed, never opened."""
        return tuple(n for n in self.names if n.lower().endswith(ARCHIVES)) if self.kind != "single" else ()

    def size(self, name: str) -> int:
        """Return the size in bytes that `name` declares; for a compressed single file, its compressed size."""
        return self._sizes[name]

    def base_names(self) -> dict[str, str]:
        """Return last part of the name → name, for formats known by their file names; the first one wins."""
        return {name.rsplit("/", 1)[-1]: name for name in reversed(self.names)}

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open `name` for reading bytes. Whatever breaks while reading becomes a `BadInputError` with its name."""
        try:
            with self._raw(name) as stream:
                yield cast(BinaryIO, stream)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, gzip.BadGzipFile, EOFError) as error:
            raise BadInputError(
                self.place(name), "the file can be decompressed to its end", str(error), "ask for the file again"
            ) from error
        except OSError as error:
            raise BadInputError(self.place(name), "the file can be read", error.strerror or str(error)) from error

    def whole(self, name: str, limit: int = 1 << 30) -> bytes:
        """Return all of `name`. Raises `BadInputError` when it is larger than `limit` bytes."""
        if self.kind != "single" and self.size(name) > limit:
            raise BadInputError(
                self.place(name), f"a file read whole has at most {limit:,} bytes", f"{self.size(name):,} declared"
            )
        with self.open(name) as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise BadInputError(self.place(name), f"a file read whole has at most {limit:,} bytes", "more")
        return data

    def head(self, name: str, size: int = HEAD) -> bytes:
        """Return the first bytes of `name`, up to `size`."""
        with self.open(name) as stream:
            return stream.read(size)

    def place(self, name: str) -> str:
        """Return how an error names this file: `export.zip: CvrExport_7.json`."""
        return str(self) if self.kind == "single" or name == self.path.name else f"{self}: {name}"

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of the bytes of `name`, read in blocks."""
        digest = hashlib.sha256()
        with self.open(name) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    def _raw(self, name: str) -> IO[bytes]:
        if self.kind == "folder":
            return _regular_file(self.path / name, self.place(name))
        if self.kind == "zip":
            if self._zip is None:
                with zipfile.ZipFile(self.path) as archive:
                    self._zip = {entry.filename: entry for entry in archive.infolist()}
            return cast(IO[bytes], zip_archive.open_member(self.path, self._zip[name], self.place(name)))
        if name.endswith(MAPPING) and name != self.path.name:
            return self.path.with_name(name).open("rb")
        if self.kind == "7z":
            if self._unpacked is None:
                self._unpacked = seven_zip.Unpacked(self.path, self._sizes)
            return self._unpacked.open(name)
        suffix = self.path.suffix.lower()
        if suffix == ".xz":
            return cast(IO[bytes], lzma.open(self.path, "rb"))
        return cast(IO[bytes], gzip.open(self.path, "rb")) if suffix == ".gz" else self.path.open("rb")


def _regular_file(path: Path, place: str) -> IO[bytes]:
    """Open a file; raise `BadInputError` if it is no longer one."""
    stream = open(path, "rb", opener=lambda name, flags: os.open(name, flags | _NO_WAITING))
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise BadInputError(place, "an export is a file or a folder", "a device or pipe")
    return stream


def _listing(path: Path) -> tuple[str, dict[str, int]]:
    try:
        if path.is_dir():
            return "folder", _folder(path)
        # Opening a pipe would wait for whoever writes to it.
        if path.exists() and not path.is_file():
            raise BadInputError(str(path), "an export is a file or a folder", "a device or pipe")
        with path.open("rb") as stream:
            head = stream.read(6)
        if head == seven_zip.MAGIC:
            return "7z", seven_zip.members(path)
        # An Excel workbook is a zip too, but one document, whatever its name: it is read as a single file.
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") and path.suffix.lower() not in (".xlsx", ".xlsm", ".ods"):
            sizes = zip_archive.members(path)
            if WORKBOOK not in sizes:
                return "zip", sizes
    except OSError as error:
        raise BadInputError(
            str(path), "the file or folder can be read", error.strerror or str(error), "check the path"
        ) from error
    name = path.name
    for suffix in (".xz", ".gz"):
        name = name.removesuffix(suffix)
    mapping = path.with_name(path.name + MAPPING)
    if not path.name.endswith(MAPPING) and mapping.is_file() and _CONFIRMED.search(mapping.read_bytes()):
        return "mapped", {name: path.stat().st_size, mapping.name: mapping.stat().st_size}
    return "single", {name: path.stat().st_size}


def _folder(path: Path) -> dict[str, int]:
    """List a folder. Links are refused: one leads out, or round in a circle, or counts the same ballots twice."""
    found: dict[str, int] = {}
    for parent, folders, files in os.walk(path, onerror=_cannot_be_read):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__MACOSX")))
        for name in (*folders, *files):
            if name.startswith("."):
                continue
            full = Path(parent, name)
            short = full.relative_to(path).as_posix()
            status = full.lstat()
            if stat.S_ISLNK(status.st_mode):
                fix = "put the file there in place of the link, or take the link away"
                raise BadInputError(f"{path}: {short}", _NOT_LINKS, f"a link to {os.readlink(full)}", fix)
            if stat.S_ISDIR(status.st_mode):
                continue
            if not stat.S_ISREG(status.st_mode):
                raise BadInputError(f"{path}: {short}", "an export folder holds files", "a device or pipe", "remove it")
            if any("\ud800" <= c <= "\udfff" for c in short):
                shown = ascii(short)
                raise BadInputError(f"{path}: {shown}", "names of files are UTF-8", "other bytes", "rename the file")
            found[short] = status.st_size
        refuse_many(str(path), "folder", len(found))
    return found


def _cannot_be_read(error: OSError) -> NoReturn:
    """Let a folder that may not be read stop the listing: what is in it would be missing without a word."""
    raise error


def text_lines(stream: BinaryIO, place: str, encoding: str = "utf-8-sig") -> io.TextIOWrapper:
    """Wrap `stream` for text, byte-order mark removed, line ends kept for the `csv` module."""
    return io.TextIOWrapper(stream, encoding=encoding, newline="")
