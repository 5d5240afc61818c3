"""A 7-Zip archive, unpacked once and in one pass; py7zr, which does it, is installed with the extra `archives`.

7-Zip packs files together: to read the last of them all before it must be unpacked. So the whole is unpacked when the
first file is asked for, into memory while it is small and else into a nameless temporary file that vanishes with the
process. A zip is read where it lies; whoever has a choice hands over that.
"""

import io
import tempfile
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from faircount.model import BadInputError, FaircountError, MissingToolError
from faircount.read.export.limits import Members, refuse_many

if TYPE_CHECKING:
    from py7zr import SevenZipFile

MAGIC = b"7z\xbc\xaf\x27\x1c"
IN_MEMORY = 64 << 20
"""Unpacked bytes that are kept in memory; an election's precincts are 6 MB."""
MAX_UNPACKED = 64 << 30
"""Unpacked bytes in all: they need room on the disk, unlike those of a zip."""
_BROKEN = "a 7-Zip archive can be unpacked to its end"
_AGAIN = "the copy may be cut short: fetch it again"


def members(path: Path) -> dict[str, int]:
    """Return name → size of the files in an archive.

    Raises `MissingToolError` without py7zr, `BadInputError` for an archive that is broken, locked or hostile.
    """
    with path.open("rb") as stream, _opened(stream, path.name) as archive:
        entries = archive.list()
        refuse_many(path.name, "7-Zip archive", len(entries))
        if archive.needs_password():
            raise BadInputError(
                path.name, "an export is not encrypted", "a password-protected archive", "unlock it first"
            )
        found = Members(path.name, "7-Zip archive")
        for number, entry in enumerate(entries):
            place = f"{path.name}: {entry.filename!r}"
            of_file = archive.files[number]
            if entry.is_symlink or of_file.is_junction or of_file.is_socket:
                raise BadInputError(place, "a 7-Zip archive holds files, not links", "a link or device")
            if not entry.is_directory:
                found.add(entry.filename, int(entry.uncompressed), 0)
        sizes = found.finish(path.stat().st_size)
    if sum(sizes.values()) > MAX_UNPACKED:
        raise BadInputError(
            path.name, f"a 7-Zip archive unpacks to at most {MAX_UNPACKED:,} bytes", f"{sum(sizes.values()):,}",
            "unpack it and hand over the folder",
        )  # fmt: skip
    return sizes


def _opened(stream: IO[bytes], place: str) -> "SevenZipFile":
    try:
        import py7zr
    except ModuleNotFoundError as error:
        raise MissingToolError(
            f"{place}: a 7-Zip archive needs {error.name}, which is not installed; pip install 'faircount[archives]', "
            "or unpack it and hand over the folder"
        ) from error
    try:
        # Handed a stream and no path, py7zr unpacks in this thread and in order.
        return py7zr.SevenZipFile(stream)
    except (OSError, MemoryError):
        raise
    except py7zr.PasswordRequired as error:
        raise BadInputError(
            place, "an export is not encrypted", "a password-protected archive", "unlock it first"
        ) from error
    except Exception as error:  # a broken table of contents raises whatever its bytes lead to
        raise BadInputError(
            place, "a 7-Zip archive has a table of contents", str(error) or type(error).__name__, _AGAIN
        ) from error


class Unpacked:
    """All files of one archive, unpacked one behind the other; `open` gives each as a stream of its own."""

    def __init__(self, path: Path, sizes: dict[str, int]) -> None:
        """Unpack. Raises `BadInputError` where a file is damaged, or unpacks to another size than declared."""
        self._all: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)
        self._sizes = sizes
        self._names = {PurePosixPath(name).as_posix(): name for name in sizes}
        self._starts: dict[str, int] = {}
        self._end = 0
        self._place = path.name
        try:
            with path.open("rb") as stream, _opened(stream, path.name) as archive:
                archive.extractall(factory=_factory(self))
        except (FaircountError, OSError, MemoryError):
            raise
        except Exception as error:  # py7zr, and the decompressors below it, each have errors of their own
            raise BadInputError(path.name, _BROKEN, str(error) or type(error).__name__, _AGAIN) from error
        for name, size in sizes.items():
            if name not in self._starts and size:
                raise BadInputError(f"{path.name}: {name}", _BROKEN, "no bytes", _AGAIN)

    def __del__(self) -> None:
        self._all.close()

    def begin(self, unpacked_as: str) -> str:
        """Note that the next bytes are those of a file; return its name, empty for one that is not wanted."""
        name = self._names.get(unpacked_as, "")
        if name:
            self._starts[name] = self._end
        return name

    def write(self, name: str, data: bytes | bytearray) -> None:
        """Keep bytes of the file `name`. Raises `BadInputError` for more than it declares."""
        if not name:
            return
        if self._end + len(data) > self._starts[name] + self._sizes[name]:
            found = f"more than {self._sizes[name]:,} bytes"
            raise BadInputError(f"{self._place}: {name}", "a file unpacks to its declared size", found, _AGAIN)
        self._all.seek(self._end)
        self._all.write(data)
        self._end += len(data)

    def open(self, name: str) -> io.BufferedReader:
        """Open a file for reading."""
        return io.BufferedReader(_Slice(self._all, self._starts.get(name, 0), self._sizes[name]), 1 << 18)


class _Slice(io.RawIOBase):
    """A part of a file that others read too: it seeks before every reading."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        self._stream, self._at, self._end = stream, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        self._stream.seek(self._at)
        data = self._stream.read(min(len(view), self._end - self._at))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def _factory(into: Unpacked) -> Any:
    """Return what py7zr asks for a place to write each file to."""
    from py7zr.io import Py7zIO, WriterFactory

    class Writer(Py7zIO):
        def __init__(self, name: str) -> None:
            self._name = name
            self._size = 0

        def write(self, s: bytes | bytearray) -> int:
            into.write(self._name, s)
            self._size += len(s)
            return len(s)

        def read(self, size: int | None = None) -> bytes:
            return b""

        def seek(self, offset: int, whence: int = 0) -> int:
            return 0

        def flush(self) -> None:
            return None

        def size(self) -> int:
            return self._size

    class Writers(WriterFactory):
        def create(self, filename: str) -> Py7zIO:
            return Writer(into.begin(filename))

    return Writers()
