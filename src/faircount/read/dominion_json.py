"""Dominion Democracy Suite JSON export: a folder or zip of manifests and CvrExport files, or one CvrExport file.

Source: the vendor's "CVR Export Format" (3 and 4 pages) and samples of versions 4.21.3.0, 5.5.32.4, 5.10.11.24 and
5.10.50.85. A session is what one voter fed at once: one record with one or more cards. `Original` is the machine's
reading, `Modified` a person's after adjudication; exactly one of them is current and is counted, the other is kept as
superseded. Marks are passed on as exported: which of them count is the rule's business (IsVote has changed its
meaning between versions).
"""

import hashlib
import re
from array import array
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from faircount.model import BadInputError, Batch
from faircount.model.tables import TABLES, rows_to_table
from faircount.read.dominion_manifests import (
    CONDITIONS,
    CVR_FILE,
    MANIFEST_FILE,
    REQUIRED,
    Names,
    known_version,
    manifest_batch,
    names_of,
)  # fmt: skip
from faircount.read.dominion_sessions import ContestRecord, Reading, Session, sessions_of
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition

PART_BYTES = 48 << 20
"""Files are read together until they hold this much; it bounds a worker's memory."""
CARDS_PER_BATCH = 40_000
_IMAGE = re.compile(r"\d{5}_\d{5}_(\d+)")
_NO_NUMBER = -(2**31)


def recognise(export: Export) -> Recognition | None:
    """Claim folders and zips by their file names, single files by their first bytes."""
    files = [name for name in export.names if CVR_FILE.search(name)]
    manifests = [name for name in export.names if MANIFEST_FILE.search(name)]
    if export.kind == "single":
        head = export.head(export.names[0], 4096).lstrip(b"\xef\xbb\xbf \r\n\t")
        if not (head.startswith(b"{") and b'"Sessions"' in head and b'"Version"' in head):
            return None
        return Recognition(70, _version_in(head), "one CvrExport file alone")
    if not files or (export.kind == "folder" and not manifests):
        return None
    version = _version_in(export.head((manifests or files)[0], 4096))
    return Recognition(98, version, f"{len(manifests)} manifests and {len(files):,} CvrExport files")


def _version_in(head: bytes) -> str:
    found = re.search(rb'"Version"\s*:\s*"([^"]{1,40})"', head)
    return found[1].decode("ascii", "replace") if found else "unknown"


def plan(export: Export) -> tuple[Part, ...]:
    """Part 0 reads the manifests; the others read CvrExport files, `PART_BYTES` at a time.

    Raises `BadInputError` when a manifest is missing, stands twice, or is of an unknown version.
    """
    if export.kind == "single":
        return (Part(0, export.names, export.size(export.names[0])),)
    found: dict[str, str] = {}
    for name in export.names:
        if match := MANIFEST_FILE.search(name):
            if match[1] in found:
                raise BadInputError(
                    str(export), f"one export holds one {match[1]}Manifest.json", f"{found[match[1]]} and {name}",
                    "give each export by itself",
                )  # fmt: skip
            found[match[1]] = name
    for needed in REQUIRED:
        if needed not in found:
            raise BadInputError(
                f"{export}: {needed}Manifest.json", "an export holds this file", "no such file",
                "ask for the complete export: without it the records' numbers have no names",
            )  # fmt: skip
    names_of(export)
    others = tuple(name for name in export.names if not CVR_FILE.search(name))
    parts = [Part(0, others, sum(export.size(n) for n in others))]
    members: list[str] = []
    for name in [n for n in export.names if CVR_FILE.search(n)]:
        if members and sum(map(export.size, members)) + export.size(name) > PART_BYTES:
            parts.append(_part(export, len(parts), members))
            members = []
        members.append(name)
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
        yield manifest_batch(export, rows)
        return
    names = names_of(export) if export.kind != "single" else Names()
    collected = _Collected(names)
    index = {name: at for at, name in enumerate(export.names)}
    for name in part.members:
        place, received, before, record = export.place(name), _Received(), 0, 0
        with export.open(name) as stream:
            for version, sessions in sessions_of(stream, place, received.take):
                _refuse_mixed(version, names.version, place)
                if export.kind == "single" and not collected.facts:
                    collected.facts = _facts_alone(version)
                for session in sessions:
                    record += 1
                    collected.add(session, index[name], record, place)
                if len(collected.card_rows) >= CARDS_PER_BATCH:
                    before += collected.cards_in_file
                    yield collected.batch()
                    collected = _Collected(names)
        collected.files.append(
            {"file": index[name], "name": name, "sha256": received.digest.hexdigest(), "bytes": received.bytes,
             "records": before + collected.cards_in_file}
        )  # fmt: skip
        collected.cards_in_file = 0
    yield collected.batch()


class _Received:
    """Digest and size of the bytes of a file, taken while it is read."""

    def __init__(self) -> None:
        self.digest, self.bytes = hashlib.sha256(), 0

    def take(self, data: bytes) -> None:
        self.digest.update(data)
        self.bytes += len(data)


def _refuse_mixed(version: str, manifests: str, place: str) -> None:
    known_version(version, place)
    if manifests and version != manifests:
        raise BadInputError(place, "records and manifests are of one version", f"{version} beside {manifests}")


def _facts_alone(version: str) -> list[dict[str, object]]:
    return [
        {"name": "version", "value": version},
        {"name": "partial", "value": "one CvrExport file without its manifests: contests and choices are known only "
                                     "by their numbers, and other batches are not here"},
    ]  # fmt: skip


class _Collected:
    """Rows of one batch while they gather. Patterns are numbered as they are first met."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.card_rows: list[tuple[Any, ...]] = []
        self.ballots = 0
        self.patterns: dict[tuple[Any, ...], int] = {}
        self.votes = array("q")
        self.contests_per_card = array("q")
        self.marks_per_vote = array("q")
        self.densities: list[int] = []
        self.write_in_densities: list[int] = []
        self.write_ins: list[int] = []
        self.superseded: list[tuple[int, int, str]] = []
        self.files: list[dict[str, Any]] = []
        self.rejected: list[dict[str, Any]] = []
        self.facts: list[dict[str, object]] = []
        self.cards_in_file = 0

    def add(self, session: Session, file: int, record: int, place: str) -> None:
        """Take one session: its current reading as cards and votes, the other as superseded."""
        original, modified = session.Original, session.Modified
        if modified is None:
            current, other, version = original, None, ""
        elif modified.IsCurrent:
            current, other, version = modified, original, "original"
        else:
            current, other, version = original, modified, "modified"
        if not current.IsCurrent or (other is not None and other.IsCurrent):
            self.rejected.append(
                {"file": place, "row": record, "column": "IsCurrent", "value": str(session.RecordId),
                 "rule": "exactly one reading of a session is current", "fix": "ask the election office which one is"}
            )  # fmt: skip
            return
        first = len(self.card_rows)
        image = _IMAGE.search(session.ImageMask) if session.ImageMask else None
        imprinted = image[0] if image else session.UniqueVotingIdentifier or None
        number = session.RecordId
        if isinstance(number, str):  # "X": withheld in the record, though often still in the name of its image
            number = int(image[1]) if image else _NO_NUMBER
        common = (
            self.ballots, session.TabulatorId, session.BatchId, number, imprinted,
            current.BallotTypeId, current.PrecinctPortionId, session.CountingGroupId, session.SessionType,
            modified is not None, file, record,
        )  # fmt: skip
        for contests, sheet in current.sheets():
            self._votes(contests)
            self.card_rows.append((*common, sheet))
        self.cards_in_file += len(self.card_rows) - first
        self.ballots += 1
        if other is not None:
            self._superseded(first, other, version)

    def _votes(self, contests: list[ContestRecord]) -> None:
        """Take the contests of one card. This is the inner loop of every ingest: it only gathers."""
        patterns, votes, counts = self.patterns, self.votes, self.marks_per_vote
        densities, write_in_densities, write_ins = self.densities, self.write_in_densities, self.write_ins
        for contest in contests:
            marks = contest.Marks
            key = _key(contest)
            pattern = patterns.get(key)
            if pattern is None:
                pattern = patterns[key] = len(patterns)
            votes.append(pattern)
            counts.append(len(marks))
            densities += [m.MarkDensity for m in marks]
            write_in_densities += [m.WriteinDensity for m in marks]
            write_ins += [m.WriteinIndex for m in marks]
        self.contests_per_card.append(len(contests))

    def _superseded(self, first: int, other: Reading, version: str) -> None:
        for offset, (contests, _) in enumerate(other.sheets()):
            card = min(first + offset, len(self.card_rows) - 1)
            for contest in contests:
                key = _key(contest)
                self.superseded.append((card, self.patterns.setdefault(key, len(self.patterns)), version))

    def batch(self) -> Batch:
        """Return what gathered as canonical tables."""
        found = {
            "files": rows_to_table("files", self.files),
            "rejected": rows_to_table("rejected", self.rejected),
            "facts": rows_to_table("facts", self.facts),
        }
        if self.card_rows:
            found |= {
                "cards": self._cards(), "votes": self._vote_table(), "patterns": self._pattern_table(),
                "marks": self._mark_table(), "superseded": self._superseded_table(),
            }  # fmt: skip
        if not self.names.version:
            found |= self._contests_alone()
        return Batch({name: table for name, table in found.items() if table.num_rows})

    def _cards(self) -> pa.Table:
        (ballot, tabulator, batch, position, image, style, portion, group, session_type, adjudicated, file, record,
         sheet) = zip(*self.card_rows, strict=True)  # fmt: skip
        names, count = self.names, len(ballot)
        where = np.array(position, dtype=np.int64)
        sheets = np.array(sheet, dtype=np.int64)
        columns = {
            "card": pa.array(np.arange(count)),
            "ballot": pa.array(np.array(ballot, dtype=np.int64)),
            "jurisdiction": _constant(names.jurisdiction, count),
            "tabulator": _words(tabulator, {}),
            "batch": _words(batch, {}),
            "position": pa.array(where.astype(np.int32), mask=where == _NO_NUMBER),
            "imprinted_id": pa.array(image, pa.string()),
            "sheet": pa.array(sheets.astype(np.int16), mask=sheets < 0),
            "style": _words(style, names.styles),
            "precinct": _words(portion, names.precincts),
            "portion": _words(portion, names.portions),
            "counting_group": _words(group, names.groups),
            "session_type": pa.array(session_type, pa.string()).dictionary_encode(),
            "adjudicated": pa.array(np.array(adjudicated, dtype=bool)),
            "weight": pa.array([Decimal(1)], TABLES["cards"].field("weight").type).take(
                pa.array(np.zeros(count, dtype=np.int8))
            ),
            "file": pa.array(np.array(file, dtype=np.int32)),
            "record": pa.array(np.array(record, dtype=np.int32)),
        }
        return pa.table(columns).cast(TABLES["cards"])

    def _card_of_vote(self) -> Any:
        return np.repeat(np.arange(len(self.contests_per_card)), np.frombuffer(self.contests_per_card, dtype=np.int64))

    def _vote_table(self) -> pa.Table:
        return pa.table([self._card_of_vote(), np.frombuffer(self.votes, dtype=np.int64)], schema=TABLES["votes"])

    def _pattern_table(self) -> pa.Table:
        names = self.names
        rows = [
            {
                "pattern": number, "contest": names.contest(contest), "undervotes": under, "overvotes": over,
                "conditions": _condition_names(conditions),
                "marks": [
                    {"choice": names.choice(choice), "rank": rank, "is_vote": is_vote, "is_ambiguous": ambiguous,
                     "conditions": _condition_names(remarks)}
                    for choice, rank, is_vote, ambiguous, remarks in marks
                ],
            }
            for (contest, under, over, conditions, marks), number in self.patterns.items()
        ]  # fmt: skip
        return rows_to_table("patterns", rows)

    def _mark_table(self) -> pa.Table:
        counts = np.frombuffer(self.marks_per_vote, dtype=np.int64)
        first = np.repeat(np.cumsum(counts) - counts, counts)
        density = np.array(self.densities, dtype=np.int64)
        write_in = np.array(self.write_in_densities, dtype=np.int64)
        images = [None if index < 0 else f"image {index}" for index in self.write_ins]
        return pa.table(
            [
                pa.array(np.repeat(self._card_of_vote(), counts)),
                pa.array(np.repeat(np.frombuffer(self.votes, dtype=np.int64), counts)),
                pa.array((np.arange(len(first)) - first).astype(np.int16)),
                pa.array(density.astype(np.int16), mask=density < 0),
                pa.array(write_in.astype(np.int16), mask=write_in < 0),
                pa.array(images, pa.string()),
            ],
            schema=TABLES["marks"],
        )

    def _superseded_table(self) -> pa.Table:
        return rows_to_table("superseded", [{"card": c, "pattern": p, "version": v} for c, p, v in self.superseded])

    def _contests_alone(self) -> dict[str, pa.Table]:
        """Infer contests from the records of a file without manifests.

        Votes allowed: where a contest is not ranked, votes and the exported under- and overvotes add up to it.
        """
        allowed: dict[int, set[int]] = {}
        ranks: dict[int, int] = {}
        for contest, under, over, _, marks in self.patterns:
            ranks[contest] = max([ranks.get(contest, 0), *(m[1] for m in marks)])
            if under is not None and over is not None:
                allowed.setdefault(contest, set()).add(sum(m[2] for m in marks) + under + over)
        rows = []
        for place, contest in enumerate(sorted(ranks)):
            ranked = ranks[contest] > 1
            sums = allowed.get(contest, set())
            rows.append({"contest": self.names.contest(contest), "key": str(contest), "ranks": ranks[contest] * ranked,
                         "votes_allowed": 1 if ranked else next(iter(sums)) if len(sums) == 1 else None,
                         "place": place})  # fmt: skip
        return {"contests": rows_to_table("contests", rows)}


def _key(contest: ContestRecord) -> tuple[Any, ...]:
    """Return what a contest on a card says, as a key: equal keys are one pattern."""
    return (
        contest.Id, contest.Undervotes, contest.Overvotes, contest.OutstackConditionIds,
        tuple([(m.CandidateId, m.Rank, m.IsVote, m.IsAmbiguous, m.OutstackConditionIds) for m in contest.Marks]),
    )  # fmt: skip


def _condition_names(numbers: tuple[int, ...]) -> list[str]:
    return sorted({CONDITIONS.get(n) or f"condition-{n}" for n in numbers})


def _constant(text: str | None, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(count, dtype=np.int32), mask=np.full(count, text is None)),
        pa.array([text or ""], pa.string()),
    )


def _words(numbers: tuple[int, ...], names: dict[int, str]) -> pa.Array:
    """Encode numbers as the words they stand for; a number without a name stands for itself."""
    distinct, codes = np.unique(np.array(numbers, dtype=np.int64), return_inverse=True)
    words = [names.get(int(n)) or str(n) for n in distinct]
    if len(set(words)) == len(words):
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words, pa.string()))
    return pa.array([words[c] for c in codes], pa.string()).dictionary_encode()


READER = Reader(
    name="dominion-json",
    title="Dominion JSON export",
    source="Dominion Democracy Suite, CVR Export Format; samples of versions 4.21, 5.2, 5.5, 5.10 and 5.17",
    gives=("cards", "votes", "superseded", "patterns", "marks", "contests", "choices", "styles", "files", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
