"""The hash that VotingWorks' scanners put over all records of an export, computed again in every known way.

A record's hash is the SHA-256 of what `sha256sum` prints for its files; the records' hashes are joined by the first
letters of their ids, twice, and hashed each time. Up to 2023 the files were all of the record's folder and the letters
four and two; later the report alone, which holds the hashes of the others, and then two and one. Read off VxSuite's
libs/auth (`cast_vote_record_hashes`), of which nothing is copied here.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

REPORT = "cast-vote-record-report.json"
ALL_FILES, REPORT_ALONE = "all files of a record", "the report of a record"
_LETTERS = ((4, 2), (2, 1))


@dataclass(slots=True)
class RecordHashes:
    """Hashes of the records of an export, gathered one by one, in both ways."""

    of_report: dict[str, str] = field(default_factory=dict)
    of_files: dict[str, str] = field(default_factory=dict)

    def add(self, record: str, files: Mapping[str, str]) -> None:
        """Take a record's files, name → SHA-256."""
        self.of_report[record] = _summary(record, {REPORT: files[REPORT]})
        self.of_files[record] = _summary(record, files)

    def way_of(self, root: str) -> str:
        """Return by which way the records hash to `root`, in words; empty if by none."""
        for words, leaves in ((REPORT_ALONE, self.of_report), (ALL_FILES, self.of_files)):
            for letters in _LETTERS:
                if root_hash(leaves, *letters) == root:
                    return words
        return ""


def root_hash(leaves: Mapping[str, str], lower: int, upper: int) -> str:
    """Return the hash over records' hashes, joined by the first `lower`, then `upper` letters of their ids.

    Empty where there are no records.
    """
    if not leaves:
        return ""
    return _joined(_joined_by(_joined_by(leaves, lower), upper).values())


def _joined_by(hashes: Mapping[str, str], letters: int) -> dict[str, str]:
    ordered = sorted(hashes.items())
    return {key: _joined(h for _, h in group) for key, group in groupby(ordered, lambda pair: pair[0][:letters])}


def _joined(hashes: Iterable[str]) -> str:
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _summary(record: str, files: Mapping[str, str]) -> str:
    lines = "".join(f"{digest}  {record}/{name}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
