"""The folder of a VxSuite export: its `metadata.json`, and the folders of its records, each with its files."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Annotated

import msgspec

from faircount.model import BadInputError
from faircount.read.cdf.shapes import Definitions, Record
from faircount.read.export import Export
from faircount.read.syntax.json_elements import check_keys
from faircount.read.syntax.json_strict import strict_loads, without_mark
from faircount.read.vxsuite.hashes import REPORT

METADATA = "metadata.json"
REFUSED = "rejected-"
"""Begins the name of a folder with images of a sheet that the scanner gave back to the voter."""
MAX_METADATA = 256 << 20
MAX_REPORT = 64 << 20

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


def metadata_of(export: Export) -> tuple[str, Metadata]:
    """Return what the path of every file of the export begins with, and its metadata.

    Raises `BadInputError` where there is none, or where it has other fields.
    """
    name = next((n for n in export.names if n == METADATA or n.endswith(f"/{METADATA}")), "")
    if not name:
        raise BadInputError(str(export), f"an export of VxSuite holds {METADATA}", "no such file")
    place = export.place(name)
    try:
        found = msgspec.convert(strict_loads(export.whole(name, MAX_METADATA), place), Metadata)
    except msgspec.ValidationError as error:
        raise BadInputError(place, "the file has the fields of VxSuite's metadata", str(error)) from error
    return name.removesuffix(METADATA), found


def folders_of(export: Export, names: Iterable[str], prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (folder, its files: name in the folder → name in the export), in order, of `names` that lie in folders.

    Raises `BadInputError` for a folder without its report.
    """
    inside = [name for name in names if is_inside(name, prefix)]
    # Names of files are in order, names of folders are not: `a-b/` comes before `a/`.
    inside.sort(key=lambda name: name[len(prefix) :].replace("/", "\0", 1))
    for folder, group in groupby(inside, lambda name: name[len(prefix) :].partition("/")[0]):
        files = {name[len(prefix) + len(folder) + 1 :]: name for name in group}
        if REPORT not in files and not folder.startswith(REFUSED):
            raise BadInputError(
                export.place(f"{prefix}{folder}"), f"the folder of a record holds {REPORT}", ", ".join(list(files)[:4]),
                "the copy may be incomplete: fetch it again",
            )  # fmt: skip
        yield folder, files


def is_inside(name: str, prefix: str) -> bool:
    """Say whether a file lies in a folder, as those of records do."""
    return name.startswith(prefix) and "/" in name[len(prefix) :]


def record_of(report: bytes, place: str, folder: str, *, again: bool = False) -> Record:
    """Return the record of a report; `place` names it in errors. `again`: its keys were checked before.

    Raises `BadInputError` unless there is one record, named as its folder, and no key twice.
    """
    data = without_mark(report, place)
    if not again:
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


def stated_hashes(record: Record) -> Iterator[tuple[str, str]]:
    """Yield (file of the folder, SHA-256 that the record states for it, or empty): images, and their layouts."""
    for image in record.BallotImage:
        name = image.Location.removeprefix("file:")
        picture, _, layout = (image.Hash.Value if image.Hash is not None else "").partition("-")
        yield name, picture.lower()
        if layout:
            yield f"{name.rpartition('.')[0]}.layout.json", layout.lower()
