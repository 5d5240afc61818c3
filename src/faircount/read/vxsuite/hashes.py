"""The hash that VotingWorks' scanners put over all records of an export, computed again in every known way.

A record's hash is the SHA-256 of what `sha256sum` prints for its files; the records' hashes are joined by the first
letters of their ids, twice, and hashed each time. Up to 2023 the files were all of the record's folder and the letters
four and two; later the report alone, which holds the hashes of the others, and then two and one. Read off VxSuite's
libs/auth (`cast_vote_record_hashes`), of which nothing is copied here.
"""

import hashlib
from collections.abc import Mapping

REPORT = "cast-vote-record-report.json"
ALL_FILES, REPORT_ALONE = "all files of a record", "the report of a record"
_LETTERS = ((4, 2), (2, 1))


class RootHash:
    """The hash over records' hashes, joined by the first `lower`, then `upper` letters of their ids, then all.

    **Records come in the order of their ids**, so that of each level only the group that is open is kept.
    """

    def __init__(self, lower: int, upper: int) -> None:
        self._letters = (lower, upper)
        self._keys = ["", ""]
        self._joined = [hashlib.sha256() for _ in (lower, upper, 0)]
        self._empty = True

    def add(self, record: str, digest: str) -> None:
        """Take the hash of a record."""
        keys = [record[:letters] for letters in self._letters]
        if not self._empty:
            self._close(sum(old != new for old, new in zip(self._keys, keys, strict=True)))
        self._keys, self._empty = keys, False
        self._joined[0].update(digest.encode())

    def _close(self, levels: int) -> None:
        """Add what is joined on the lowest levels to the level above each, and begin anew there."""
        for level in range(levels):
            self._joined[level + 1].update(self._joined[level].hexdigest().encode())
            self._joined[level] = hashlib.sha256()

    def finish(self) -> str:
        """Return the hash after the last record; empty where there were none."""
        if self._empty:
            return ""
        self._close(len(self._letters))
        return self._joined[-1].hexdigest()


class RecordHashes:
    """The hash over the records of an export, joined in every known way, as they come in the order of their ids.

    `of` says of which files a record's hash is: `ALL_FILES` or `REPORT_ALONE`.
    """

    def __init__(self, of: str) -> None:
        self.records, self._of = 0, of
        self._ways = [RootHash(*letters) for letters in _LETTERS]

    def add(self, record: str, files: Mapping[str, str]) -> None:
        """Take a record's files, name → SHA-256."""
        digest = _summary(record, files)
        for root in self._ways:
            root.add(record, digest)
        self.records += 1

    def way_of(self, root: str) -> str:
        """Return which files the records' hashes are of if they hash to `root`, else nothing. Call once, last."""
        return self._of if any([found.finish() == root for found in self._ways]) else ""


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of some bytes, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _summary(record: str, files: Mapping[str, str]) -> str:
    lines = "".join(f"{digest}  {record}/{name}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
