"""A zip that holds one zip, as Georgia publishes its audits: the inner one is read as if it had been handed over."""

import contextlib
import functools
import hashlib
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from faircount.model import BadInputError
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.export.limits import Members, is_litter, refuse_many
from faircount.read.syntax.csv_rows import is_companion

MAX_INNER_BYTES = 64 << 20
"""The inner archive is held in memory; the manifests of 159 counties take 0.2 MB."""
MAX_FILE_BYTES = 256 << 20
_SUM = re.compile(rb"\s*([0-9a-fA-F]{64})\b")
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, EOFError, ValueError)


class Bundle(Export):
    """The files of the one zip inside `outer`, in name order; `inner` is its name there.

    Raises `BadInputError` when the inner zip is broken, locked, hostile or too large to hold in memory.
    """

    def __init__(self, outer: Export, inner: str) -> None:
        self.path, self.kind = outer.path, "zip"
        self.outer, self.inner = outer, inner
        self._data = outer.whole(inner, MAX_INNER_BYTES)
        self._sizes = self._listed()
        self.names = tuple(sorted(self._sizes))

    def __getstate__(self) -> dict[str, object]:
        return dict(self.__dict__)

    def size(self, name: str) -> int:
        """Return the size in bytes that the inner zip declares for `name`."""
        return self._sizes[name]

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open `name` for reading bytes. Whatever breaks while reading becomes a `BadInputError` with its name."""
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as archive, archive.open(name) as stream:
                yield cast(BinaryIO, stream)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError) as error:
            raise BadInputError(
                self.place(name), "the file can be decompressed to its end", str(error), "ask for the file again"
            ) from error

    def place(self, name: str) -> str:
        """Return how an error names this file: `bundle.zip: manifests.zip: ADAMS/manifest.csv`."""
        return f"{self.outer.place(self.inner)}: {name}"

    def _listed(self) -> dict[str, int]:
        place = self.outer.place(self.inner)
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
                entries = archive.infolist()
        except _BROKEN as error:
            raise BadInputError(
                place, "a zip ends with its table of contents", str(error), "the copy may be cut short: fetch it again"
            ) from error
        refuse_many(place, "zip", len(entries))
        found = Members(place, "zip")
        for entry in entries:
            if entry.is_dir() or is_litter(entry.filename):
                continue
            if entry.flag_bits & 1:
                raise BadInputError(f"{place}: {entry.filename!r}", "an export is not encrypted", "a locked entry")
            if entry.file_size > MAX_FILE_BYTES:
                rule = f"a file of an inner zip has at most {MAX_FILE_BYTES:,} bytes"
                raise BadInputError(f"{place}: {entry.filename!r}", rule, f"{entry.file_size:,} declared")
            found.add(entry.filename, entry.file_size, entry.compress_size)
        return found.finish()


def unbundled(export: Export) -> Export:
    """Return what is inside where `export` is a zip of one zip and notes, else `export` itself.

    Raises `BadInputError` when the inner zip cannot be listed.
    """
    inner = [name for name in export.names if not is_companion(name)]
    if export.kind != "zip" or isinstance(export, Bundle) or len(inner) != 1 or not inner[0].lower().endswith(".zip"):
        return export
    status = export.path.stat()
    return _bundle(export.path, inner[0], status.st_size, status.st_mtime_ns)


@functools.lru_cache(4)
def _bundle(path: Path, inner: str, _size: int, _time: int) -> Bundle:
    """Open a bundle once for all readers that ask."""
    return Bundle(Export(path), inner)


def add_wrapping(builder: BatchBuilder, export: Export) -> int:
    """Record the files of the outer zip of a bundle; return by how much the inner files' numbers go on, 0 if none.

    A checksum beside the inner zip is held against its bytes, and a difference kept as a rejected row.
    """
    if not isinstance(export, Bundle):
        return 0
    outer = export.outer
    for number, name in enumerate(outer.names):
        builder.add_companion(outer, number, name)
    digest = hashlib.sha256(export._data).hexdigest()
    for name in outer.names:
        if not name.lower().endswith((".sha256sum", ".sha256")):
            continue
        stated = _SUM.match(outer.head(name, 256))
        if stated is None or stated[1].decode().lower() != digest:
            value = stated[1].decode() if stated else ""
            rule = f"the SHA-256 stated beside {export.inner} is that of its bytes, {digest}"
            builder.reject(name, 1, rule, "fetch both again", value=value)
        else:
            builder.add_facts([("note", f"{export.inner} has the SHA-256 that {name} states")])
    return len(outer.names)
