"""Dominion Democracy Suite JSON export: a folder or zip of manifests and CvrExport files, or one CvrExport file.

Source: the vendor's "CVR Export Format" (3 and 4 pages) and samples of versions 4.21.3.0, 5.2.18.2, 5.5.32.4,
5.10.11.24, 5.10.50.85 and 5.17.18.1. A session is what one voter fed at once: one record with one or more cards.
`Original` is the machine's reading, `Modified` a person's after adjudication; exactly one of them is current and is
counted, the other is kept as superseded. Marks are passed on as exported: which of them count is the rule's business
(IsVote has changed its meaning between versions).
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.dominion.batch import Gathered
from faircount.read.dominion.keys import KeyCount
from faircount.read.dominion.manifests import (
    CVR_FILE,
    MANIFEST_FILE,
    REQUIRED,
    Names,
    known_version,
    manifest_batch,
    names_of,
    version_note,
)
from faircount.read.dominion.sessions import BLOCK, blocks_of
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition

PART_BYTES = 96 << 20
"""Files are read together until they hold this much; it bounds a worker's memory."""


def recognise(export: Export) -> Recognition | None:
    """Claim folders and zips by their file names, single files by their first bytes."""
    files = [name for name in export.names if CVR_FILE.search(name)]
    manifests = [name for name in export.names if MANIFEST_FILE.search(name)]
    if export.kind == "single":
        head = export.head(export.names[0], 4096).lstrip(b"\xef\xbb\xbf \r\n\t")
        if not (head.startswith(b"{") and b'"Sessions"' in head and b'"Version"' in head):
            return None
        return Recognition(70, _version_in(head), "one CvrExport file alone")
    if not files or (export.kind == "folder" and (not manifests or _are_several(export, manifests))):
        return None
    version = _version_in(export.head((manifests or files)[0], 4096))
    return Recognition(98, version, f"{len(manifests)} manifests and {len(files):,} CvrExport files")


def _are_several(export: Export, manifests: list[str]) -> bool:
    """Say whether a folder holds exports of their own, each below it: manifests of one kind that differ."""
    kinds: dict[str, set[str]] = {}
    for name in manifests:
        kinds.setdefault(name.rsplit("/", 1)[-1], set()).add(name)
    return any(
        len({export.size(n) for n in names}) > 1 or len({export.sha256(n) for n in names}) > 1
        for names in kinds.values() if len(names) > 1
    )  # fmt: skip


def _version_in(head: bytes) -> str:
    found = re.search(rb'"Version"\s*:\s*"([^"]{1,40})"', head)
    return found[1].decode("ascii", "replace") if found else "unknown"


def plan(export: Export) -> tuple[Part, ...]:
    """Part 0 reads the manifests; the others read CvrExport files, `PART_BYTES` at a time.

    Without any manifest records are read by their numbers. Raises `BadInputError` when some are missing, or one stands
    twice with other content.
    """
    if export.kind == "single":
        return (Part(0, export.names, export.size(export.names[0])),)
    if not any(CVR_FILE.search(name) for name in export.names):
        raise BadInputError(str(export), "an export holds CvrExport files", "none of them", "is it complete?")
    found = {match[1] for name in export.names if (match := MANIFEST_FILE.search(name))}
    for needed in REQUIRED if found else ():
        if needed not in found:
            raise BadInputError(
                f"{export}: {needed}Manifest.json", "an export holds this file", "no such file",
                "ask for the complete export: without it the records' numbers have no names",
            )  # fmt: skip
    names_of(export)
    others = tuple(name for name in export.names if not CVR_FILE.search(name))
    parts = [Part(0, others, sum(export.size(n) for n in others))]
    members: list[str] = []
    size = 0
    for name in [n for n in export.names if CVR_FILE.search(n)]:
        if members and size + export.size(name) > PART_BYTES:
            parts.append(_part(export, len(parts), members))
            members, size = [], 0
        members.append(name)
        size += export.size(name)
    return (*parts, _part(export, len(parts), members))


def _part(export: Export, number: int, members: list[str]) -> Part:
    return Part(number, tuple(members), sum(map(export.size, members)))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield one part. Raises `BadInputError` naming file and session for anything that is not this format."""
    if part.number == 0 and export.kind != "single":
        rows: dict[str, Any] = {
            name: {"file": export.names.index(name), "name": name, "sha256": export.sha256(name),
                   "bytes": export.size(name), "records": 0}
            for name in part.members
        }  # fmt: skip
        facts = (
            []
            if names_of(export).version
            else _facts_alone(_version_of_all(export), "CvrExport files without manifests")
        )
        ours = ("Configuration.json",)
        if others := [n for n in part.members if not MANIFEST_FILE.search(n) and not n.endswith(ours)]:
            facts = [*facts, {"name": "note", "value": f"not read: {', '.join(others)}"}]
        yield manifest_batch(export, rows, facts)
        return
    names = names_of(export) if export.kind != "single" else Names()
    version = names.version
    gathered, keys = Gathered(names), KeyCount()
    index = {name: at for at, name in enumerate(export.names)}
    for name in part.members:
        place, received, before, record = export.place(name), _Received(), 0, 0
        expected = BLOCK if export.kind == "single" else export.size(name)
        with export.open(name) as stream:
            for block in blocks_of(stream, place, received.take, expected):
                _refuse_mixed(block.version, version, place)
                version = version or block.version
                if export.kind == "single" and not gathered.facts:
                    gathered.facts = _facts_alone(block.version, "one CvrExport file without its manifests")
                tally = gathered.add(block.sessions, index[name], record, place)
                keys.check(block.data, tally, place)
                record += len(block.sessions)
                if gathered.is_full:
                    before += gathered.cards_in_file
                    yield gathered.batch()
                    gathered = Gathered(names)
        gathered.end_file(index[name], name, received.digest.hexdigest(), received.bytes, before)
    yield gathered.batch()


class _Received:
    """Digest and size of the bytes of a file, taken while it is read."""

    def __init__(self) -> None:
        self.digest, self.bytes = hashlib.sha256(), 0

    def take(self, data: bytes) -> None:
        self.digest.update(data)
        self.bytes += len(data)


def _version_of_all(export: Export) -> str:
    return _version_in(export.head(next(name for name in export.names if CVR_FILE.search(name)), 4096))


def _refuse_mixed(version: str, before: str, place: str) -> None:
    """Refuse records of another version than the manifests, or than the records before them."""
    known_version(version, place)
    if before and version != before:
        raise BadInputError(place, "records and manifests are of one version", f"{version} beside {before}")


def _facts_alone(version: str, what: str) -> list[dict[str, object]]:
    facts = [
        ("version", version),
        ("partial", f"{what}: contests and choices are known only by their numbers, and other batches are not here"),
        ("note", version_note(version)),
    ]
    return [{"name": name, "value": value} for name, value in facts if value]


READER = Reader(
    name="dominion-json",
    title="Dominion JSON export",
    source="Dominion Democracy Suite, CVR Export Format; samples of versions 4.21, 5.2, 5.5, 5.10 and 5.17",
    gives=("cards", "votes", "superseded", "patterns", "marks", "contests", "choices", "styles", "files", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
