"""VotingWorks VxSuite's export of cast vote records: a folder of one scanner, with a folder for each record.

Source: votingworks/vxsuite (libs/backend, libs/types, libs/auth), of which nothing is copied; no real export is
public. The records are NIST SP 1500-103 in JSON and are read as such; what is VxSuite's own is the layout, the hash
over all records, the hashes of images, the batches in `metadata.json`, and how a ballot was cast.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Annotated

import msgspec

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.cdf import facts_of
from faircount.read.cdf.definitions import AllContests, FileNames
from faircount.read.cdf.records import RecordWriter
from faircount.read.cdf.shapes import Definitions, Record
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.json_elements import check_keys
from faircount.read.syntax.json_strict import strict_loads, without_mark
from faircount.read.vxsuite.hashes import ALL_FILES, REPORT, RecordHashes

METADATA = "metadata.json"
REFUSED = "rejected-"
"""Begins the name of a folder with images of a sheet that the scanner gave back to the voter."""
MAX_METADATA = 256 << 20
MAX_REPORT = 64 << 20
CLAIM = "count by the scanner"
_SIGN = re.compile(rb'"(castVoteRecordReportMetadata|castVoteRecordRootHash)"\s*:')
_VERSION = re.compile(rb'"Version"\s*:\s*"([\w.]{1,20})"')


Sheets = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class ScannedBatch(msgspec.Struct):
    """A batch as the scanner counted it. Older exports have it in the report, with other names."""

    id: str = ""
    label: str = ""
    sheetCount: Sheets | None = None
    scannerId: str = ""


class OlderBatch(msgspec.Struct):
    """The same in exports of 2023."""

    id: str = msgspec.field(name="@id", default="")
    BatchLabel: str = ""
    NumberSheets: Sheets | None = None
    CreatingDeviceId: str = ""


class ReportMetadata(Definitions):
    """A report without records, with VxSuite's additions."""

    vxBatch: tuple[OlderBatch, ...] = ()
    vxTestMode: bool = False


class Metadata(msgspec.Struct):
    """The file `metadata.json`."""

    castVoteRecordReportMetadata: ReportMetadata
    castVoteRecordRootHash: str
    arePollsClosed: bool | None = None
    batchManifest: tuple[ScannedBatch, ...] = ()

    def batches(self) -> tuple[ScannedBatch, ...]:
        """Return the batches, whichever way they are written."""
        older = self.castVoteRecordReportMetadata.vxBatch
        return self.batchManifest or tuple(
            ScannedBatch(b.id, b.BatchLabel, b.NumberSheets, b.CreatingDeviceId) for b in older
        )


class Report(msgspec.Struct):
    """The file of one record; the rest of it repeats the metadata."""

    CVR: tuple[Record, ...] = ()


_REPORT = msgspec.json.Decoder(Report)


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


@dataclass(slots=True)
class _Checks:
    """What was held against the hashes that the export states."""

    hashes: RecordHashes = field(default_factory=RecordHashes)
    images: int = 0
    absent: int = 0
    unhashed: int = 0
    refused: int = 0
    """Folders of sheets that the scanner gave back."""

    def image(self, place: str, folder: dict[str, str], name: str, expected: str) -> None:
        """Hold one file of a folder against its hash. Raises `BadInputError` where it differs."""
        if name not in folder:
            self.absent += 1
        elif not expected:
            self.unhashed += 1
        elif folder[name] != expected.lower():
            raise BadInputError(
                f"{place}/{name}", "a file has the SHA-256 that its record states", folder[name],
                f"the record states {expected}: the file was changed after the scanner wrote it, or damaged",
            )  # fmt: skip
        else:
            self.images += 1


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield records in the order of their folders' names, then contests, the scanner's batches, and what was checked.

    One part reads all, since one hash is over all records, in order. Raises `BadInputError` for a hash that does not
    hold, naming the folder where one file differs, and for anything that is not such an export.
    """
    top = next((n for n in export.names if n == METADATA or n.endswith(f"/{METADATA}")), "")
    if not top:
        raise BadInputError(str(export), f"an export of VxSuite holds {METADATA}", "no such file")
    prefix = top.removesuffix(METADATA)
    metadata = _metadata(export, top)
    builder, contests, checks = BatchBuilder(), AllContests(), _Checks()
    names = FileNames(metadata.castVoteRecordReportMetadata)
    cards: Counter[str] = Counter()
    writer = RecordWriter(builder, names, contests, 0, top, "", density=_per_cent, people_adjudicate=False)
    for folder, files in _folders(export, prefix):
        hashes = {name: _file(builder, export, f"{prefix}{folder}/{name}", int(name == REPORT)) for name in files}
        if folder.startswith(REFUSED):
            checks.refused += 1
            continue
        record = _record(export, f"{prefix}{folder}", folder, hashes)
        _check_images(export.place(f"{prefix}{folder}"), record, hashes, checks)
        checks.hashes.add(folder, hashes)
        writer.name = f"{prefix}{folder}/{REPORT}"
        writer.file = _number(export, writer.name)
        writer.place = export.place(writer.name)
        if writer.add(1, record) is not None:
            cards[str(record.BatchId)] += 1
        if builder.full:
            yield builder.build()
            writer.forget()
    for number, name in enumerate(export.names):
        if not name.startswith(prefix) or "/" not in name.removeprefix(prefix):
            builder.add_companion(export, number, name)
    contests.add(names, export.place(top))
    contests.rows(builder)
    for row, batch in enumerate(metadata.batches(), 1):
        if batch.sheetCount is not None:
            builder.add("manifest", container=batch.label or None, tabulator=batch.scannerId or None, batch=batch.id,
                        cards=batch.sheetCount, claim=CLAIM, row=row)  # fmt: skip
    for name, value in _facts(export, metadata, names, checks, cards):
        builder.tell(name, value)
    yield builder.build()


def _metadata(export: Export, name: str) -> Metadata:
    place = export.place(name)
    try:
        return msgspec.convert(strict_loads(export.whole(name, MAX_METADATA), place), Metadata)
    except msgspec.ValidationError as error:
        raise BadInputError(place, "the file has the fields of VxSuite's metadata", str(error)) from error


def _folders(export: Export, prefix: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (folder, names of its files), both in order. Raises `BadInputError` for a folder without its report."""
    inside = [name for name in export.names if name.startswith(prefix) and "/" in name[len(prefix) :]]
    # Names of files are in order, names of folders are not: `a-b/` comes before `a/`.
    inside.sort(key=lambda name: name[len(prefix) :].replace("/", "\0", 1))
    for folder, group in groupby(inside, lambda name: name[len(prefix) :].partition("/")[0]):
        files = [name[len(prefix) + len(folder) + 1 :] for name in group]
        if REPORT not in files and not folder.startswith(REFUSED):
            raise BadInputError(
                export.place(f"{prefix}{folder}"), f"the folder of a record holds {REPORT}", ", ".join(files[:4]),
                "the copy may be incomplete: fetch it again",
            )  # fmt: skip
        yield folder, files


def _file(builder: BatchBuilder, export: Export, name: str, records: int) -> str:
    digest, number = export.sha256(name), _number(export, name)
    builder.add("files", file=number, name=name, sha256=digest, bytes=export.size(name), records=records)
    return digest


def _number(export: Export, name: str) -> int:
    """Return the number of a file in the export."""
    return bisect_left(export.names, name)


def _record(export: Export, path: str, folder: str, hashes: dict[str, str]) -> Record:
    """Return the record of a folder. Raises `BadInputError` unless there is one, named as its folder."""
    name = f"{path}/{REPORT}"
    place = export.place(name)
    data = without_mark(export.whole(name, MAX_REPORT), place)
    check_keys(data, place)
    try:
        records = _REPORT.decode(data).CVR
    except msgspec.ValidationError as error:
        raise BadInputError(place, "the report has the fields of NIST SP 1500-103", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(place, "the file is valid JSON", str(error), "the copy may be cut short") from error
    if len(records) != 1:
        raise BadInputError(place, "the report in a record's folder holds one record", f"{len(records)}")
    if str(records[0].UniqueId) != folder:
        raise BadInputError(place, "a folder is named as its record's UniqueId", repr(records[0].UniqueId))
    return records[0]


def _check_images(place: str, record: Record, folder: dict[str, str], checks: _Checks) -> None:
    for image in record.BallotImage:
        name = image.Location.removeprefix("file:")
        picture, _, layout = (image.Hash.Value if image.Hash is not None else "").partition("-")
        checks.image(place, folder, name, picture)
        if layout:
            checks.image(place, folder, f"{name.rpartition('.')[0]}.layout.json", layout)


def _per_cent(values: tuple[str | int | float, ...]) -> int | None:
    """Return a mark's density in per cent; VxSuite writes it as a share, with two decimals."""
    try:
        share = Decimal(str(values[0])) if values else Decimal("NaN")
    except InvalidOperation:
        return None
    return int(share * 100) if share.is_finite() and 0 <= share <= 100 else None


def _facts(
    export: Export,
    metadata: Metadata,
    names: FileNames,
    checks: _Checks,
    cards: Counter[str],
) -> Iterator[tuple[str, str]]:
    """Yield what the export says of itself and what was held against what."""
    said = metadata.castVoteRecordReportMetadata
    yield from (fact for fact in facts_of(said, names) if fact[0] != "partial")
    devices = ", ".join(str(d) for d in said.ReportGeneratingDeviceIds) or "not named"
    yield "partial", f"the export of one scanner ({devices})"
    if metadata.arePollsClosed is False:
        yield "partial", "written before the polls were closed"
    if said.vxTestMode:
        yield "note", "the scanner was in test mode: its records may be no voters' ballots"
    yield "root_hash", _root(export, metadata, checks)
    yield "image_hashes", _images(checks)
    yield "signature", "NOT CHECKED: the signature lies beside the folder, and its key is the vendor's"
    if checks.refused:
        yield "note", f"images of {checks.refused:,} sheets that the scanner gave back are here: no ballots cast"
    for batch in metadata.batches():
        if batch.sheetCount is not None and batch.sheetCount != cards[batch.id]:
            yield (
                "note",
                f"batch {batch.id}: the scanner counted {batch.sheetCount:,} sheets, {cards[batch.id]:,} are here",
            )


def _root(export: Export, metadata: Metadata, checks: _Checks) -> str:
    """Say how the hash over all records holds. Raises `BadInputError` where it does not and nothing is missing."""
    root, records = metadata.castVoteRecordRootHash, checks.hashes.records
    way = checks.hashes.way_of(root.lower()) if root or records else "no records"
    if way == ALL_FILES:
        return f"holds: {records:,} records, over {way}, images included"
    if way:
        return f"holds: {records:,} records, over {way}" if records else "holds: no records"
    if checks.absent:
        return (
            f"NOT CHECKED: {checks.absent:,} images or layouts that the records name are not here, and the hash may "
            "be over them"
        )
    raise BadInputError(
        export.place(METADATA), "castVoteRecordRootHash is the hash over all records of the export",
        f"{root or 'none'}, while {records:,} records give another",
        "a record was added, removed or changed after the scanner wrote the export: ask for it again",
    )  # fmt: skip


def _images(checks: _Checks) -> str:
    words = [f"{checks.images:,} images and layouts have the hashes that their records state"] if checks.images else []
    if checks.absent:
        words.append(f"NOT CHECKED: {checks.absent:,} that are not here")
    if checks.unhashed:
        words.append(f"NOT CHECKED: {checks.unhashed:,} without a hash")
    return "; ".join(words) or "NOT CHECKED: the records name no images"


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
    plan=one_part,
    read=read,
)
