"""A zip, looked at before it is read: what makes an archive dangerous, or hides something from its reader, is refused.

Python's `zipfile` believes the table of contents at the end of the file. Here the table is held against the file:
entries that overlap (the way of a zip bomb), a second archive in front of the first, links, locked entries, and
sizes that are not those of the bytes that come out.
"""

import io
import stat
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from faircount.model import BadInputError
from faircount.read.export.limits import Members, refuse_many

MAX_TABLE_BYTES = 128 << 20
"""Of the table of contents: half a million names of 200 characters."""
_END, _END64, _ENTRY, _LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x01\x02", b"PK\x03\x04"
_LOCKED = 0x1 | 0x40 | 0x2000
"""Flags of an entry whose bytes, or whose description, are encrypted."""
_BLOCK = 1 << 18
_CHANGED = "the copy may be damaged: fetch it again"
_AGAIN = "the copy may be cut short: fetch it again"


def members(path: Path) -> dict[str, int]:
    """Return name → declared size of the files in a zip. Raises `BadInputError` for one that is broken or hostile."""
    _refuse_huge_table(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries, end = archive.infolist(), int(archive.start_dir)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, struct.error) as error:
        raise BadInputError(path.name, "a zip ends with its table of contents", str(error), _AGAIN) from error
    refuse_many(path.name, "zip", len(entries))
    found = Members(path.name, "zip")
    for entry in entries:
        name, place = entry.filename, f"{path.name}: {entry.filename!r}"
        _refuse_kind(place, entry)
        if entry.is_dir():
            continue
        if entry.orig_filename != name and "\0" in entry.orig_filename:
            # zipfile cuts a name at its NUL: `votes.csv\0.exe` would be read as votes.csv.
            name = entry.orig_filename
        found.add(name, entry.file_size, entry.compress_size)
    sizes = found.finish()
    _refuse_overlaps(path, entries, end)
    return sizes


def _refuse_huge_table(path: Path) -> None:
    """Count entries before `zipfile` makes an object of each; what is no zip is left for `zipfile` to say."""
    with path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - (1 << 16) - 22))
        tail = stream.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) - at < 22:
            return
        (table,) = struct.unpack_from("<I", tail, at + 12)
        before = at - 20 - 56  # where its 64-bit twin stands, if the archive needs one
        if table == 0xFFFFFFFF and before >= 0 and tail[before : before + 4] == _END64:
            (table,) = struct.unpack_from("<Q", tail, before + 40)
        if table > MAX_TABLE_BYTES:
            raise BadInputError(
                path.name, f"a zip's table of contents has at most {MAX_TABLE_BYTES:,} bytes", f"{table:,} declared"
            )
        stream.seek(max(0, size - len(tail) + at - table - 76))
        refuse_many(path.name, "zip", stream.read(table + 76).count(_ENTRY))


def _refuse_kind(place: str, entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        found = "a symbolic link" if kind == stat.S_IFLNK else "a device or pipe"
        raise BadInputError(place, "a zip holds files, not links", found)
    if entry.is_dir() and entry.file_size:
        raise BadInputError(place, "a folder in a zip has no content", f"{entry.file_size:,} bytes")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        found, fix = f"method {entry.compress_type}", "unpack it and zip it again, or hand over the folder"
        raise BadInputError(place, "a zip stores its files or deflates them", found, fix)
    if entry.flag_bits & _LOCKED:
        raise BadInputError(place, "an export is not encrypted", "a password-protected entry", "unlock it first")


def _refuse_overlaps(path: Path, entries: list[zipfile.ZipInfo], end: int) -> None:
    """Look where each entry's bytes begin and end: none may lie in another's, and none before the first.

    Bytes that several entries share are how a small zip unpacks to petabytes; bytes in front of the first entry are
    another archive, which other programs would read and this one would not.
    """
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    if not ordered:
        return
    if ordered[0].header_offset:
        raise BadInputError(
            path.name, "a zip begins with its first entry", f"{ordered[0].header_offset:,} bytes before it",
            "it may be two archives in one file: ask for each by itself",
        )  # fmt: skip
    limits = [*(entry.header_offset for entry in ordered[1:]), end]
    with path.open("rb", buffering=0) as stream:
        for entry, limit in zip(ordered, limits, strict=True):
            place = f"{path.name}: {entry.filename!r}"
            if _start(stream, entry, place) + entry.compress_size > limit:
                raise BadInputError(place, "the entries of a zip do not overlap", "bytes that two entries share")


def _start(stream: Any, entry: zipfile.ZipInfo, place: str) -> int:
    """Return where an entry's own bytes begin, after the header in front of them; leave `stream` behind that header."""
    stream.seek(entry.header_offset)
    head = stream.read(30)
    if len(head) < 30 or head[:4] != _LOCAL:
        raise BadInputError(place, "an entry of a zip begins with a header of its own", "none there", _AGAIN)
    name, extra = struct.unpack_from("<HH", head, 26)
    return entry.header_offset + 30 + int(name) + int(extra)


def open_member(path: Path, entry: zipfile.ZipInfo, place: str) -> "ZipMember":
    """Open an entry for reading. Raises `BadInputError` where no header of an entry stands where the table says."""
    stream = path.open("rb")
    try:
        stream.seek(_start(stream, entry, place))
    except BaseException:
        stream.close()
        raise
    return ZipMember(stream, entry, place)


class ZipMember(io.BufferedIOBase):
    """The bytes of one entry, exactly as many as the table of contents declares and with its checksum.

    `zipfile` stops at the declared size: where that is too small and the checksum is made to fit, the rest is never
    missed, and fewer ballots are read than the file holds. Raises `BadInputError` at the first byte too many, and at
    the end where bytes are missing, left over or changed.
    """

    def __init__(self, stream: BinaryIO, entry: zipfile.ZipInfo, place: str) -> None:
        self._stream, self._place = stream, place
        self._declared, self._checksum = entry.file_size, entry.CRC
        self._packed_left, self._passed, self._sum = entry.compress_size, 0, 0
        self._inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        self._at_hand, self._at, self._ended = b"", 0, False

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Return `size` bytes, fewer only at the end; all that is left where `size` is negative or None."""
        wanted = sys.maxsize if size is None or size < 0 else size
        parts = [self._taken(wanted)]
        got = len(parts[0])
        while got < wanted and self._fill():
            parts.append(self._taken(wanted - got))
            got += len(parts[-1])
        return b"".join(parts)

    def read1(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, whatever is at hand where it is negative."""
        if self._at == len(self._at_hand):
            self._fill()
        return self._taken(sys.maxsize if size < 0 else size)

    def peek(self, size: int = 0) -> bytes:
        """Return bytes at hand without passing them; empty at the end only. Makes `readline` quick."""
        if self._at == len(self._at_hand):
            self._fill()
        return self._at_hand[self._at :]

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()

    def _taken(self, most: int) -> bytes:
        data = self._at_hand[self._at : self._at + most]
        self._at += len(data)
        return data

    def _fill(self) -> bool:
        """Unpack the next block; False at the end, where everything is as declared."""
        data = b""
        while not data and not self._ended:
            data = self._unpacked()
            self._passed += len(data)
            self._sum = zlib.crc32(data, self._sum)
            if self._passed > self._declared:
                self._refuse(f"more than {self._declared:,}")
        self._at_hand, self._at = data, 0
        return bool(data)

    def _unpacked(self) -> bytes:
        """Return the next bytes, possibly none; `_ended` is set, and the whole checked, with the last."""
        unpack = self._inflate
        packed = unpack.unconsumed_tail if unpack is not None else b""
        if not packed and self._packed_left:
            packed = self._stream.read(min(_BLOCK, self._packed_left))
            self._packed_left -= len(packed)
            if not packed:
                self._refuse("a file that ends before")
        data = unpack.decompress(packed, 4 * _BLOCK) if unpack is not None else packed
        if not packed and not data and (unpack is None or not unpack.eof):
            self._ended = True
            if unpack is not None:
                self._refuse("a stream without its end")
        if unpack is not None and unpack.eof:
            self._ended = True
            if unpack.unused_data or self._packed_left:
                self._refuse("bytes after the end of the file")
        if self._ended:
            self._finish(data)
        return data

    def _finish(self, last: bytes) -> None:
        if self._passed + len(last) != self._declared:
            self._refuse(f"{self._passed + len(last):,}")
        if zlib.crc32(last, self._sum) != self._checksum:
            raise BadInputError(self._place, "a file has the checksum that its zip declares", "another", _CHANGED)

    def _refuse(self, found: str) -> None:
        rule = f"a file unpacks to the {self._declared:,} bytes that its zip declares"
        raise BadInputError(self._place, rule, found, _CHANGED)
