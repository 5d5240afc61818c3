"""NIST SP 1500-103 cast vote records, in JSON or XML, one file or several: what RCTab, Unisyn and others write.

Source: NIST SP 1500-103 version 1 and its schemas; samples of RCTab 2.0, Unisyn OpenElect and NIST. A report may
define its contests after the records that use them, so each file is read twice; memory holds a megabyte of records and
the definitions. The current reading of a record is its votes, the others are superseded.
"""

import re
from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.cdf.definitions import AllContests, FileNames
from faircount.read.cdf.documents import document_of, looks_like
from faircount.read.cdf.records import RecordWriter
from faircount.read.cdf.shapes import Definitions
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates

KNOWN_VERSIONS = ("", "1.0", "1.0.0")
MAX_PEEKED = 4 << 20
"""A file up to this size is looked through for its version, which most writers put at the end."""
LOOK_EVERY = 50
"""Records after which it is time to look whether a batch is full."""
_RANK = re.compile(rb"\bR\0?a\0?n\0?k\b")
"""The key or element, in UTF-16 too."""
_VERSION = re.compile(rb'(?:"Version"\s*:\s*"|<(?:\w+:)?Version>\s*)([\w.]{1,20})')


def recognise(export: Export) -> Recognition | None:
    """Claim JSON objects and XML documents that are cast vote record reports; of several files, all must be."""
    names = candidates(export)
    if not names or any(name.endswith("cast-vote-record-report.json") for name in names[1:]):
        return None  # VxSuite's folders hold a report a record
    try:
        kinds = [looks_like(export.head(name)) for name in names]
        if not all(kinds):
            return None
        version = _version(export, names[0])
    except (BadInputError, OSError):
        return None
    written = " and ".join(sorted({kind.upper() for kind in kinds}))
    files = "a cast vote record report" if len(names) == 1 else f"{len(names):,} cast vote record reports"
    return Recognition(94, version, f"{files} of NIST SP 1500-103 in {written}")


def _version(export: Export, name: str) -> str:
    found = _VERSION.search(export.head(name))
    if found is None and export.size(name) <= MAX_PEEKED:
        found = _VERSION.search(export.whole(name, 8 * MAX_PEEKED))
    return found[1].decode("ascii", "replace") if found else ""


def plan(export: Export) -> tuple[Part, ...]:
    """Cut several files into parts, unless marks have ranks.

    How many ranks a contest has is known by the marks of all files: a part with no mark in it would take it for a
    contest that nobody ranks. Where any file says `Rank`, all are one part.
    """
    parts = parts_of_files(export)
    names = tuple(name for part in parts for name in part.members)
    if len(parts) > 1 and any(_has_ranks(export, name) for name in names):
        return (Part(0, names, sum(part.weight for part in parts)),)
    return parts


def _has_ranks(export: Export, name: str) -> bool:
    """Look through a file for the word, much faster than reading it."""
    end = b""
    with export.open(name) as stream:
        while block := stream.read(1 << 20):
            if _RANK.search(end + block):
                return True
            end = block[-16:]
    return False


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield cards with their readings, in the order of the files and their records; then their contests and choices.

    Raises `BadInputError` naming file and record for anything that is not such a report. A record whose current
    reading cannot be told, or a contest on it that cannot be read, is rejected.
    """
    builder, contests = BatchBuilder(), AllContests(part.number)
    add_companions(builder, export, part)
    several = len(candidates(export)) > 1
    told: set[tuple[str, str]] = set()
    for number, name in numbered_members(export, part):
        document = document_of(export, name)
        file_names = FileNames(document.definitions)
        writer = RecordWriter(builder, file_names, contests, number, name, document.place, document.decoder)
        is_full = False
        for record, found in enumerate(document.records(), 1):
            if is_full and not writer.continues(found):  # the cards of a ballot are in one batch
                yield builder.build()
                writer.forget()
                is_full = False
            writer.add(record, found)
            if not record % LOOK_EVERY:
                is_full = builder.full
        contests.add(file_names, document.place, name if several else "")
        builder.add(
            "files", file=number, name=name, sha256=document.sha256, bytes=document.bytes,
            records=writer.cards,
        )  # fmt: skip
        for fact in (*facts_of(document.definitions, file_names), *_notes(writer)):
            if fact not in told:
                builder.tell(*fact)
                told.add(fact)
    contests.rows(builder)
    yield builder.finish(export, export.names)


def facts_of(said: Definitions, names: FileNames) -> Iterator[tuple[str, str]]:
    """Yield what a report says of itself, as facts."""
    for election in said.Election:
        yield "election_name", " ".join(election.Name.split())
    yield "jurisdiction", names.jurisdiction
    yield "version", said.Version
    if said.Version not in KNOWN_VERSIONS:
        yield "note", f"version {said.Version} is not known to this reader: read as version 1.0.0"
    yield "generated", said.GeneratedDate
    for device in said.ReportingDevice:
        yield (
            "device",
            " ".join(t for t in (device.Manufacturer, device.Application, device.Model, str(device.id)) if t),
        )
    if "originating-device-export" in said.ReportType:
        devices = ", ".join(str(d) for d in said.ReportGeneratingDeviceIds) or "not named"
        yield "partial", f"the export of one device ({devices})"
    if "test" in said.OtherReportType.split(","):
        yield "note", "the report calls itself a test: its records may be no voters' ballots"


def _notes(writer: RecordWriter) -> Iterator[tuple[str, str]]:
    tally = writer.tally
    if waiting := tally["in need of adjudication"]:
        yield "note", f"{writer.name}: {_times(waiting, 'record')} whose current reading still needs adjudication"
    if fractions := tally["marks with fractions of votes"]:
        words = "with fractions of votes: the transfers of a count, no part of the ballots, left in the file"
        yield "note", f"{writer.name}: {_times(fractions, 'mark')} {words}"


def _times(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


READER = Reader(
    name="cdf-cvr",
    title="NIST cast vote records (SP 1500-103)",
    source="NIST SP 1500-103 version 1.0; samples of NIST, RCTab 2.0 and Unisyn",
    gives=(
        "cards",
        "votes",
        "superseded",
        "patterns",
        "marks",
        "contests",
        "choices",
        "files",
        "rejected",
        "facts",
    ),
    recognise=recognise,
    plan=plan,
    read=read,
)
