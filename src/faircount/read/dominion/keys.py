"""Repeated keys, found at the speed of counting bytes.

A lenient parser keeps one of two equal keys and so lets two programs read two different ballots from one file. Reading
every file strictly would take ten times as long as decoding it. Instead the keys in the bytes are counted and held
against what the decoded objects should have; only where the numbers differ is the file read strictly. (Who repeats one
key and removes another optional one elsewhere escapes the count, and the raw bytes are kept.)
"""

import json
from typing import Any

from faircount.read.dominion.batch import Tally
from faircount.read.syntax.json_strict import strict_loads

_KEY = b'":'


class KeyCount:
    """How many keys an object of each kind has in this export, learnt from the first file that shows it."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}

    def check(self, data: bytes, tally: Tally, place: str) -> None:
        """Hold the number of keys in `data` against `tally`, the objects decoded from it.

        Raises `BadInputError` when a key stands twice in one object.
        """
        if tally.sessions < 0 or data.count(_KEY) != self._expected(tally):
            strict_loads(data, place)
            self._learn(data)

    def _expected(self, tally: Tally) -> int:
        keys = self.keys
        if not keys or (tally.write_ins and "write-in" not in keys):
            return -1
        objects = (
            ("document", 1),
            ("session", tally.sessions),
            ("modified", tally.modified),
            ("reading", tally.sessions + tally.modified),
            ("card", tally.cards if "card" in keys else 0),
            ("contest", tally.contests),
            ("mark", tally.marks - tally.write_ins),
            ("write-in", tally.write_ins),
        )
        return sum(keys.get(kind, 0) * number for kind, number in objects)

    def _learn(self, data: bytes) -> None:
        seen: dict[str, int] = {"modified": 1}

        def look(found: dict[str, Any]) -> dict[str, Any]:
            kind = _kind(found)
            seen[kind] = len(found) - ("Modified" in found)
            return found

        json.loads(data, object_hook=look)
        self.keys |= seen


def _kind(found: dict[str, Any]) -> str:
    if "CandidateId" in found:
        return "write-in" if "WriteinIndex" in found else "mark"
    for key, kind in (("Marks", "contest"), ("IsCurrent", "reading"), ("TabulatorId", "session"),
                      ("Sessions", "document"), ("Contests", "card")):  # fmt: skip
        if key in found:
            return kind
    return "other"
