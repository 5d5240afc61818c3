"""Which names were met before, millions of them in a few bytes each."""

import hashlib

DIGEST_BYTES = 16
"""Of each name. Of 10^9 names two have one digest in 1 of 10^20 exports; the card would be kept among the rejected."""
_SHELF_BYTES = 2
"""Of a digest: they say on which shelf the rest of it stands."""


class SeenNames:
    """A set of names that keeps 16 bytes of each: it takes a name, and says whether it has one."""

    def __init__(self) -> None:
        self._shelves: dict[bytes, bytearray] = {}

    def __contains__(self, name: str) -> bool:
        shelf, rest = self._place(name)
        at = shelf.find(rest)
        while at % len(rest) and at > 0:  # across two digests that stand side by side
            at = shelf.find(rest, at + 1)
        return at >= 0

    def add(self, name: str) -> None:
        """Take a name."""
        if name not in self:
            shelf, rest = self._place(name)
            shelf += rest

    def _place(self, name: str) -> tuple[bytearray, bytes]:
        digest = hashlib.blake2b(name.encode(), digest_size=DIGEST_BYTES).digest()
        return self._shelves.setdefault(digest[:_SHELF_BYTES], bytearray()), digest[_SHELF_BYTES:]
