"""VotingWorks VxSuite's export of cast vote records: a folder of one scanner, with a folder for each record.

Source: votingworks/vxsuite (libs/backend, libs/types, libs/auth), of which nothing is copied; no real export is
public. The records are NIST SP 1500-103 in JSON and are read as such; what is VxSuite's own is the layout, the hash
over all records, the hashes of images, the batches in `metadata.json`, and how a ballot was cast.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.cdf.definitions import AllContests, FileNames
from faircount.read.cdf.records import RecordWriter
from faircount.read.cdf.shapes import Record
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.vxsuite.folders import (
    MAX_REPORT,
    METADATA,
    REFUSED,
    folders_of,
    is_inside,
    metadata_of,
    record_of,
    stated_hashes,
)
from faircount.read.vxsuite.hashes import REPORT
from faircount.read.vxsuite.whole import read_whole

FOLDERS_PER_PART = 1_000
_SIGN = re.compile(rb'"(castVoteRecordReportMetadata|castVoteRecordRootHash)"\s*:')
_VERSION = re.compile(rb'"Version"\s*:\s*"([\w.]{1,20})"')


def recognise(export: Export) -> Recognition | None:
    """Claim a folder or archive with one `metadata.json` of VxSuite and its records' folders beside it."""
    found = [name for name in export.names if name == METADATA or name.endswith(f"/{METADATA}")]
    reports = sum(name.endswith(f"/{REPORT}") for name in export.names)
    if export.kind == "single" or len(found) != 1:
        return None
    try:
        head = export.head(found[0])
    except BadInputError:
        return None
    if not _SIGN.search(head) and not (reports and b'"batchManifest"' in head):
        return None
    version = _VERSION.search(head)
    words = version[1].decode("ascii", "replace") if version else ""
    return Recognition(97, words, f"{METADATA} of VxSuite and {reports:,} records in folders of their own")


def plan(export: Export) -> tuple[Part, ...]:
    """Cut the folders of records into parts of 1,000; last comes what is true of all together.

    Raises `BadInputError` for a folder without its report, and where there is no metadata.
    """
    prefix, _ = metadata_of(export)
    parts: list[Part] = []
    members: list[str] = []
    for number, (_, files) in enumerate(folders_of(export, export.names, prefix)):
        if members and number % FOLDERS_PER_PART == 0:
            parts.append(_part(export, len(parts), members))
            members = []
        members += files.values()
    if members:
        parts.append(_part(export, len(parts), members))
    rest = [name for name in export.names if not is_inside(name, prefix)]
    return (*parts, _part(export, len(parts), rest))


def _part(export: Export, number: int, members: list[str]) -> Part:
    return Part(number, tuple(members), sum(map(export.size, members)))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the records of a part, in the order of their folders' names; of the last, what is true of all together.

    Raises `BadInputError` for a hash that does not hold, naming the folder where one file differs, and for anything
    that is not such an export.
    """
    prefix, metadata = metadata_of(export)
    if f"{prefix}{METADATA}" in part.members:
        yield read_whole(export, prefix, metadata)
        return
    builder, names = BatchBuilder(), FileNames(metadata.castVoteRecordReportMetadata)
    writer = RecordWriter(builder, names, AllContests(), 0, "", "", density=_per_cent, people_adjudicate=False)
    for folder, files in folders_of(export, part.members, prefix):
        hashes = {name: _file(builder, export, path, int(name == REPORT)) for name, path in files.items()}
        if folder.startswith(REFUSED):
            continue
        writer.name = files[REPORT]
        writer.file, writer.place = _number(export, writer.name), export.place(writer.name)
        record = record_of(export.whole(writer.name, MAX_REPORT), writer.place, folder)
        _check_images(export.place(f"{prefix}{folder}"), record, hashes)
        writer.add(1, record)
        if builder.full:
            yield builder.build()
            writer.forget()
    yield builder.build()


def _file(builder: BatchBuilder, export: Export, name: str, records: int) -> str:
    digest, number = export.sha256(name), _number(export, name)
    builder.add("files", file=number, name=name, sha256=digest, bytes=export.size(name), records=records)
    return digest


def _number(export: Export, name: str) -> int:
    """Return the number of a file in the export."""
    return bisect_left(export.names, name)


def _check_images(place: str, record: Record, folder: dict[str, str]) -> None:
    """Hold images and layouts against the hashes that a record states; raises `BadInputError` where one differs."""
    for name, expected in stated_hashes(record):
        if expected and folder.get(name, expected) != expected:
            raise BadInputError(
                f"{place}/{name}", "a file has the SHA-256 that its record states", folder[name],
                f"the record states {expected}: the file was changed after the scanner wrote it, or damaged",
            )  # fmt: skip


def _per_cent(values: tuple[str | int | float, ...]) -> int | None:
    """Return a mark's density in per cent; VxSuite writes it as a share, with two decimals."""
    try:
        share = Decimal(str(values[0])) if values else Decimal("NaN")
    except InvalidOperation:
        return None
    return int(share * 100) if share.is_finite() and 0 <= share <= 100 else None


READER = Reader(
    name="vxsuite",
    title="VotingWorks VxSuite cast vote records",
    source="votingworks/vxsuite, the code that writes and reads exports; no public sample",
    gives=(
        "cards",
        "votes",
        "superseded",
        "patterns",
        "marks",
        "contests",
        "choices",
        "manifest",
        "files",
        "rejected",
        "facts",
    ),
    recognise=recognise,
    plan=plan,
    read=read,
)
