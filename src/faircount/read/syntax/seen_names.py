"""Which names were met before: any number of them, the first in memory and the rest on disk."""

import hashlib
import os
import tempfile
import weakref

DIGEST_BYTES = 16
"""Of each name. Of 10^9 names two have one digest in 1 of 10^20 exports; the card would be kept among the rejected."""
_SHELF_BYTES = 2
"""Of a digest: they say on which shelf the rest of it stands."""
IN_MEMORY = 2_000_000
"""Names whose digests are kept in memory, some 36 MB; more go to a temporary file, which is slower (10 µs a name)."""
_PAGE = 16
"""Digests on a page of that file."""


class SeenNames:
    """A set of names that keeps 16 bytes of each: it takes a name, and says whether it is new."""

    def __init__(self) -> None:
        self._shelves: dict[bytes, bytearray] = {}
        self._kept = 0
        self._pages: _Pages | None = None

    def __len__(self) -> int:
        return self._kept + (self._pages.kept if self._pages is not None else 0)

    def __contains__(self, name: str) -> bool:
        digest = _digest(name)
        return self._on_shelf(digest) or (self._pages is not None and digest in self._pages)

    def add(self, name: str) -> bool:
        """Take a name; return whether it is a new one."""
        digest = _digest(name)
        if self._on_shelf(digest):
            return False
        if self._kept >= IN_MEMORY:
            self._pages = self._pages or _Pages(4 * IN_MEMORY)
            if self._pages.is_busy:
                self._pages = self._pages.larger()
            return self._pages.add(digest)
        self._kept += 1
        self._shelves.setdefault(digest[:_SHELF_BYTES], bytearray()).extend(digest[_SHELF_BYTES:])
        return True

    def _on_shelf(self, digest: bytes) -> bool:
        return _aligned(self._shelves.get(digest[:_SHELF_BYTES], b""), digest[_SHELF_BYTES:])


class _Pages:
    """Digests in a file without a name: each on the page that it says, or, where that is full, on one after it."""

    def __init__(self, digests: int) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)
        weakref.finalize(self, self._file.close)
        self._number = -(-2 * digests // _PAGE)
        self.kept = 0
        self._room, self._bytes = digests, _PAGE * DIGEST_BYTES
        self._file.truncate(self._number * self._bytes)

    @property
    def is_busy(self) -> bool:
        """Whether half of the places are taken: pages begin to overflow."""
        return self.kept >= self._room

    def __contains__(self, digest: bytes) -> bool:
        return self._place(digest) < 0

    def add(self, digest: bytes) -> bool:
        """Take a digest; return whether it is a new one."""
        place = self._place(digest)
        if place < 0:
            return False
        os.pwrite(self._file.fileno(), digest, place)
        self.kept += 1
        return True

    def larger(self) -> "_Pages":
        """Return four times the room with the same digests; this one's file goes away."""
        found = _Pages(4 * self._room)
        for page in range(self._number):
            data = self._page(page)
            for at in range(0, len(data), DIGEST_BYTES):
                if (digest := data[at : at + DIGEST_BYTES]) != bytes(DIGEST_BYTES):
                    found.add(digest)
        self._file.close()
        return found

    def _page(self, page: int) -> bytes:
        return os.pread(self._file.fileno(), self._bytes, page * self._bytes)

    def _place(self, digest: bytes) -> int:
        """Return the byte where a digest would go; -1 where it is here already."""
        page = int.from_bytes(digest[:8], "big") % self._number
        while True:
            data = self._page(page)
            if _aligned(data, digest):
                return -1
            if (free := data.find(bytes(DIGEST_BYTES))) >= 0:
                # The last digest may end in zeros: a place begins at a whole multiple.
                return page * self._bytes + -(-free // DIGEST_BYTES) * DIGEST_BYTES
            page = (page + 1) % self._number


def _digest(name: str) -> bytes:
    # Half a character, as a workbook may spell one, is refused where it would be written, not here.
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def _aligned(data: bytes | bytearray, part: bytes) -> bool:
    """Tell whether one of the parts of equal length that `data` consists of is `part`."""
    at = data.find(part)
    while at % len(part) and at > 0:  # across two that stand side by side
        at = data.find(part, at + 1)
    return at >= 0
