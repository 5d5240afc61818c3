"""What is true of all records of a VxSuite export together: contests, batches, and the hash over all of them.

Reports are read a second time for it, so that records can be read apart from one another. Their files are hashed a
second time only where the stated hash is not that of the reports alone.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.cdf import facts_of
from faircount.read.cdf.definitions import AllContests, FileNames
from faircount.read.cdf.records import RecordWriter
from faircount.read.cdf.shapes import Record
from faircount.read.export import Export
from faircount.read.vxsuite.folders import (
    MAX_REPORT,
    METADATA,
    REFUSED,
    Metadata,
    folders_of,
    is_inside,
    record_of,
    stated_hashes,
)
from faircount.read.vxsuite.hashes import ALL_FILES, REPORT, REPORT_ALONE, RecordHashes, sha256_of

CLAIM = "count by the scanner"


@dataclass(slots=True)
class _Seen:
    """What the records say, counted."""

    cards: Counter[str] = field(default_factory=Counter)
    """Batch → its records."""
    hashes: RecordHashes = field(default_factory=lambda: RecordHashes(REPORT_ALONE))
    images: int = 0
    """Images and layouts that were held against their hashes."""
    absent: int = 0
    unhashed: int = 0
    refused: int = 0
    """Folders of sheets that the scanner gave back."""

    def count_images(self, record: Record, files: Collection[str]) -> None:
        """Count what a record states of its images."""
        for name, expected in stated_hashes(record):
            if name not in files:
                self.absent += 1
            elif not expected:
                self.unhashed += 1
            else:
                self.images += 1


def read_whole(export: Export, prefix: str, metadata: Metadata) -> Batch:
    """Return contests, the scanner's batches, files that lie outside folders, and what was checked, as facts.

    **Call it after the records were read**, which holds each image against its hash and looks for keys that stand
    twice. Raises `BadInputError` where the stated hash is not that of the records.
    """
    names, contests, seen = FileNames(metadata.castVoteRecordReportMetadata), AllContests(), _Seen()
    place = export.place(f"{prefix}{METADATA}")
    rows = BatchBuilder()  # thrown away: the parts before this one gave them
    writer = RecordWriter(rows, names, contests, 0, "", "", people_adjudicate=False)
    for folder, files in folders_of(export, export.names, prefix):
        if folder.startswith(REFUSED):
            seen.refused += 1
            continue
        report, writer.place = export.whole(files[REPORT], MAX_REPORT), export.place(files[REPORT])
        record = record_of(report, writer.place, folder, again=True)
        seen.hashes.add(folder, {REPORT: sha256_of(report)})
        seen.count_images(record, files)
        if writer.add(1, record) is not None:
            seen.cards[str(record.BatchId)] += 1
        if rows.full:
            rows.build()
            writer.forget()
    builder = BatchBuilder()
    for number, name in enumerate(export.names):
        if not is_inside(name, prefix):
            builder.add_companion(export, number, name)
    contests.add(names, place)
    contests.rows(builder)
    for row, batch in enumerate(metadata.batches(), 1):
        if batch.sheetCount is not None:
            builder.add("manifest", container=batch.label or None, tabulator=batch.scannerId or None, batch=batch.id,
                        cards=batch.sheetCount, claim=CLAIM, row=row)  # fmt: skip
    for name, value in _facts(metadata, names, seen, _root(export, prefix, metadata, seen)):
        builder.tell(name, value)
    return builder.build()


def _facts(metadata: Metadata, names: FileNames, seen: _Seen, root: str) -> Iterator[tuple[str, str]]:
    """Yield what the export says of itself and what was held against what."""
    said = metadata.castVoteRecordReportMetadata
    yield from (fact for fact in facts_of(said, names) if fact[0] != "partial")
    devices = ", ".join(str(d) for d in said.ReportGeneratingDeviceIds) or "not named"
    yield "partial", f"the export of one scanner ({devices})"
    if metadata.arePollsClosed is False:
        yield "partial", "written before the polls were closed"
    if said.vxTestMode:
        yield "note", "the scanner was in test mode: its records may be no voters' ballots"
    yield "root_hash", root
    yield "image_hashes", _images(seen)
    yield "signature", "NOT CHECKED: the signature lies beside the folder, and its key is the vendor's"
    if seen.refused:
        yield "note", f"images of {seen.refused:,} sheets that the scanner gave back are here: no ballots cast"
    for batch in metadata.batches():
        if batch.sheetCount is not None and batch.sheetCount != seen.cards[batch.id]:
            yield (
                "note",
                f"batch {batch.id}: the scanner counted {batch.sheetCount:,} sheets, {seen.cards[batch.id]:,} are here",
            )


def _root(export: Export, prefix: str, metadata: Metadata, seen: _Seen) -> str:
    """Say how the hash over all records holds. Raises `BadInputError` where it does not and nothing is missing."""
    root, records = metadata.castVoteRecordRootHash, seen.hashes.records
    if not root and not records:
        return "holds: no records"
    if way := seen.hashes.way_of(root.lower()):
        return f"holds: {records:,} records, over {way}"
    if way := _over_all_files(export, prefix).way_of(root.lower()):
        return f"holds: {records:,} records, over {way}, images included"
    if seen.absent:
        return (
            f"NOT CHECKED: {seen.absent:,} images or layouts that the records name are not here, and the hash may be "
            "over them"
        )
    raise BadInputError(
        export.place(f"{prefix}{METADATA}"), "castVoteRecordRootHash is the hash over all records of the export",
        f"{root or 'none'}, while {records:,} records give another",
        "a record was added, removed or changed after the scanner wrote the export: ask for it again",
    )  # fmt: skip


def _over_all_files(export: Export, prefix: str) -> RecordHashes:
    hashes = RecordHashes(ALL_FILES)
    for folder, files in folders_of(export, export.names, prefix):
        if not folder.startswith(REFUSED):
            hashes.add(folder, {name: export.sha256(path) for name, path in files.items()})
    return hashes


def _images(seen: _Seen) -> str:
    words = [f"{seen.images:,} images and layouts have the hashes that their records state"] if seen.images else []
    if seen.absent:
        words.append(f"NOT CHECKED: {seen.absent:,} that are not here")
    if seen.unhashed:
        words.append(f"NOT CHECKED: {seen.unhashed:,} without a hash")
    return "; ".join(words) or "NOT CHECKED: the records name no images"
