"""An export as it was handed over: a folder, a zip, or one file, plain or compressed. Nothing is unpacked to disk."""

import contextlib
import gzip
import hashlib
import io
import lzma
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, cast

from faircount.model import BadInputError

MAX_FILES = 2_000_000
"""More entries than any election's export; a larger archive is refused before it is read."""
MAX_RATIO = 400
"""Uncompressed over compressed bytes. Real JSON exports reach 30, zeros reach 1,000: above this it is a bomb."""
RATIO_FREE_BYTES = 64 << 20
"""Up to this size a file may compress as well as it likes."""
HEAD = 1 << 16
_DRIVE = re.compile(r"[A-Za-z]:")


class Export:
    """Names, sizes and bytes of the files of one export, in name order. Cheap to make, picklable, read-only.

    A folder lists its files recursively, hidden ones (`.DS_Store`, `__MACOSX`) left out. A zip lists its members. A
    single file lists itself, without `.xz` or `.gz`. Raises `BadInputError` when the path cannot be read, the zip is
    broken, encrypted or hostile (traversal, duplicate names, absurd compression).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kind, self._sizes = _listing(path)
        self.names = tuple(sorted(self._sizes))
        self._zip: zipfile.ZipFile | None = None

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_zip": None}

    def __str__(self) -> str:
        return self.path.name

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
        except NotImplementedError as error:
            raise BadInputError(self.place(name), "the zip uses a usual compression", str(error)) from error
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
        return str(self) if self.kind == "single" else f"{self}: {name}"

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of the bytes of `name`, read in blocks."""
        digest = hashlib.sha256()
        with self.open(name) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    def _raw(self, name: str) -> IO[bytes]:
        if self.kind == "folder":
            return (self.path / name).open("rb")
        if self.kind == "zip":
            if self._zip is None:
                self._zip = zipfile.ZipFile(self.path)
            return self._zip.open(name)
        suffix = self.path.suffix.lower()
        if suffix == ".xz":
            return cast(IO[bytes], lzma.open(self.path, "rb"))
        return cast(IO[bytes], gzip.open(self.path, "rb")) if suffix == ".gz" else self.path.open("rb")


def _listing(path: Path) -> tuple[str, dict[str, int]]:
    try:
        if path.is_dir():
            return "folder", _folder(path)
        with path.open("rb") as stream:
            head = stream.read(4)
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise BadInputError(str(path), "an export is a file or a folder", "a device or pipe")
        # An Excel workbook is a zip too, but one document: it is read as a single file.
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") and path.suffix.lower() not in (".xlsx", ".xlsm", ".ods"):
            return "zip", _zip_members(path)
    except OSError as error:
        raise BadInputError(
            str(path), "the file or folder can be read", error.strerror or str(error), "check the path"
        ) from error
    name = path.name
    for suffix in (".xz", ".gz"):
        name = name.removesuffix(suffix)
    return "single", {name: path.stat().st_size}


def _folder(path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for parent, folders, files in os.walk(path):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__MACOSX")))
        for name in files:
            if not name.startswith("."):
                full = Path(parent, name)
                found[full.relative_to(path).as_posix()] = full.stat().st_size
    return found


def _zip_members(path: Path) -> dict[str, int]:
    """List a zip's files after looking for what makes an archive dangerous to read."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise BadInputError(
            path.name, "a zip ends with its table of contents", str(error), "the copy may be cut short: fetch it again"
        ) from error
    if len(members) > MAX_FILES:
        raise BadInputError(path.name, f"a zip has at most {MAX_FILES:,} entries", f"{len(members):,}")
    found: dict[str, int] = {}
    twins: dict[str, str] = {}
    for member in members:
        name = member.filename
        if member.is_dir() or name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].startswith("."):
            continue
        _refuse_hostile(path, member)
        twin = twins.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if twin != name or name in found:
            raise BadInputError(path.name, "every entry of a zip has its own name", f"{twin!r} and {name!r}")
        found[name] = member.file_size
    return found


def _refuse_hostile(path: Path, member: zipfile.ZipInfo) -> None:
    name, place = member.filename, f"{path.name}: {member.filename!r}"
    if name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in name.replace("\\", "/").split("/"):
        raise BadInputError(place, "names inside a zip stay inside it", "a path that leads out")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadInputError(place, "a zip holds files, not links", "a symbolic link")
    if member.flag_bits & 1:
        raise BadInputError(place, "an export is not encrypted", "a password-protected entry", "unlock it first")
    if member.file_size > RATIO_FREE_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise BadInputError(
            place,
            f"a file unpacks to at most {MAX_RATIO} times its packed size",
            f"{member.file_size:,} bytes declared from {member.compress_size:,}",
        )


def text_lines(stream: BinaryIO, place: str, encoding: str = "utf-8-sig") -> io.TextIOWrapper:
    """Wrap `stream` for text, byte-order mark removed, line ends kept for the `csv` module."""
    return io.TextIOWrapper(stream, encoding=encoding, newline="")
