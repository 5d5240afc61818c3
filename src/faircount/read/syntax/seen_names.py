"""Which names were met before: any number of them, the latest in memory and the rest on disk.

On disk they lie in runs, each written once from its first byte to its last: names come in no order, and a file in which
each has its place would be written in a new place with every name.
"""

import hashlib
import os
import weakref
from array import array
from collections.abc import Iterator

from faircount.read.syntax.temporary import written

DIGEST_BYTES = 16
"""Of each name. Of 10^9 names two have one digest in 1 of 10^20 exports; the card would be kept among the rejected."""
_SHELF_BYTES = 2
"""Of a digest: they say on which shelf the rest of it stands."""
IN_MEMORY = 2_000_000
"""Names whose digests are kept in memory, some 36 MB; where there are more, these become a run on disk."""
RUNS_PER_LEVEL = 4
"""Runs that are put together to one of the next level: 10^9 names are at most 15 runs, each with 0.5 MB in memory."""


class SeenNames:
    """A set of names that keeps 16 bytes of each: it takes a name, and says whether it is new."""

    def __init__(self) -> None:
        self._shelves: dict[bytes, bytearray] = {}
        self._kept = self._written = 0
        self._levels: list[list[_Run]] = []

    def __len__(self) -> int:
        return self._kept + self._written

    def __contains__(self, name: str) -> bool:
        return self._holds(_digest(name))

    def add(self, name: str) -> bool:
        """Take a name; return whether it is a new one. Raises `MissingToolError` where the disk is full."""
        digest = _digest(name)
        if self._holds(digest):
            return False
        if self._kept >= IN_MEMORY:
            self._write_shelves()
        self._kept += 1
        self._shelves.setdefault(digest[:_SHELF_BYTES], bytearray()).extend(digest[_SHELF_BYTES:])
        return True

    def _holds(self, digest: bytes) -> bool:
        shelf, rest = digest[:_SHELF_BYTES], digest[_SHELF_BYTES:]
        if _aligned(self._shelves.get(shelf, b""), rest):
            return True
        return any(_aligned(run.shelf(shelf), rest) for level in self._levels for run in level)

    def _write_shelves(self) -> None:
        """Make a run of what is in memory, and one of those of a level where they are enough."""
        self._add_run(_Run(self._shelves.get(shelf, b"") for shelf in _all_shelves()), 0)
        self._shelves.clear()
        self._written += self._kept
        self._kept = 0

    def _add_run(self, run: "_Run", level: int) -> None:
        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(run)
        if len(runs) >= RUNS_PER_LEVEL:
            together = _Run(b"".join(one.shelf(shelf) for one in runs) for shelf in _all_shelves())
            runs.clear()
            self._add_run(together, level + 1)


class _Run:
    """The digests of some names in a file, shelf after shelf, in no order within one."""

    def __init__(self, shelves: Iterator[bytes | bytearray]) -> None:
        self._ends = array("Q", [0])
        """Where in the file each shelf ends, and the next begins; the first begins at 0."""
        self._file = written(self._noted(shelves))
        weakref.finalize(self, self._file.close)

    def _noted(self, shelves: Iterator[bytes | bytearray]) -> Iterator[bytes | bytearray]:
        for digests in shelves:
            self._ends.append(self._ends[-1] + len(digests))
            yield digests

    def shelf(self, shelf: bytes) -> bytes:
        """Return what stands on a shelf."""
        number = int.from_bytes(shelf, "big")
        begin, end = self._ends[number : number + 2]
        return os.pread(self._file.fileno(), end - begin, begin)


def _all_shelves() -> Iterator[bytes]:
    """Yield what the digests of each shelf begin with, in the order in which a run has them."""
    return (number.to_bytes(_SHELF_BYTES, "big") for number in range(256**_SHELF_BYTES))


def _digest(name: str) -> bytes:
    # Half a character, as a workbook may spell one, is refused where it would be written, not here.
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def _aligned(data: bytes | bytearray, part: bytes) -> bool:
    """Tell whether one of the parts of equal length that `data` consists of is `part`."""
    at = data.find(part)
    while at % len(part) and at > 0:  # across two that stand side by side
        at = data.find(part, at + 1)
    return at >= 0
