"""NIST SP 1500-103 cast vote records, as JSON and as XML; a record at a time, so that memory stays flat."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from faircount.write.cdf_report import HOLDS, Object, Report, Shared, back, more
from faircount.write.cells import visible
from faircount.write.writer import Material, Writer

NAMESPACE = "NIST_V0_cast_vote_records.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_HARD_TO_SEE = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

ORDER: dict[str, tuple[str, ...]] = {
    "CastVoteRecordReport": ("CVR", "Election", "GeneratedDate", "GpUnit", "Notes", "Party",
                             "ReportGeneratingDeviceIds", "ReportingDevice", "ReportType", "Version"),
    "CVR": ("BallotAuditId", "BallotPrePrintedId", "BallotSheetId", "BallotStyleId", "BallotStyleUnitId", "BatchId",
            "BatchSequenceId", "CreatingDeviceId", "CurrentSnapshotId", "CVRSnapshot", "ElectionId", "UniqueId"),
    "CVRSnapshot": ("CVRContest", "Type"),
    "CVRContest": ("ContestId", "CVRContestSelection", "Overvotes", "Status", "OtherStatus", "Undervotes"),
    "CVRContestSelection": ("ContestSelectionId", "OptionPosition", "SelectionPosition"),
    "SelectionPosition": ("CVRWriteIn", "HasIndication", "IsAllocable", "MarkMetricValue", "NumberVotes", "Rank",
                          "Status", "OtherStatus"),
    "CVRWriteIn": ("Text", "WriteInImage"),
    "WriteInImage": ("Location",),
    "Election": ("Candidate", "Contest", "ElectionScopeId", "Name"),
    "Candidate": ("Name", "PartyId"),
    "Contest": ("Code", "ContestSelection", "Name", "VoteVariation", "NumberElected", "VotesAllowed"),
    "ContestSelection": ("Code", "CandidateIds", "IsWriteIn"),
    "GpUnit": ("Code", "Name", "Type", "OtherType"),
    "Party": ("Name",),
    "ReportingDevice": ("Application", "SerialNumber"),
    "Code": ("Type", "OtherType", "Value"),
}  # fmt: skip
"""Element → its children in the schema's order, those that are ever written."""
_IDS = frozenset(("CreatingDeviceId", "CurrentSnapshotId", "ElectionId", "BallotStyleUnitId", "ElectionScopeId",
                  "PartyId", "ContestId", "ContestSelectionId", "CandidateIds",
                  "ReportGeneratingDeviceIds"))  # fmt: skip
_TYPED = frozenset(("Contest", "ContestSelection"))


def as_json(value: Any) -> str:
    """Return JSON on one line; characters that steer how text is shown stand as escapes, which are the same text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _HARD_TO_SEE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write_json(material: Material, folder: Path) -> None:
    """Write cvr.json: the definitions first, then one record a line."""
    report = Report(material)
    with (folder / "cvr.json").open("w", encoding="utf-8", newline="") as file:
        file.write(as_json(report.head())[:-1] + ',"CVR":[')
        known: dict[int, tuple[Shared, str]] = {}
        for number, record in enumerate(report.records()):
            file.write(",\n" if number else "\n")
            file.write(_record_json(record, known))
        file.write("\n]}\n")


def _record_json(record: Object, known: dict[int, tuple[Shared, str]]) -> str:
    """Return a record as JSON; contests that many cards share are put into words once."""
    snapshots = []
    for snapshot in record["CVRSnapshot"]:
        votes = ",".join(_shared(vote, known) for vote in snapshot["CVRContest"])
        head = as_json({name: value for name, value in snapshot.items() if name != "CVRContest"})
        snapshots.append(f'{head[:-1]},"CVRContest":[{votes}]}}')
    head = as_json({name: value for name, value in record.items() if name != "CVRSnapshot"})
    return f'{head[:-1]},"CVRSnapshot":[{",".join(snapshots)}]}}'


def _shared(vote: Object, known: dict[int, tuple[Shared, str]]) -> str:
    if not isinstance(vote, Shared):
        return as_json(vote)
    if id(vote) not in known:
        known[id(vote)] = (vote, as_json(vote))  # holding the object keeps its id from being given to another
    return known[id(vote)][1]


def write_xml(material: Material, folder: Path) -> None:
    """Write cvr.xml in the order of the schema: the records before the definitions that they use."""
    report = Report(material)
    head = report.head()
    with (folder / "cvr.xml").open("w", encoding="utf-8", newline="") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write(f'<CastVoteRecordReport xmlns="{NAMESPACE}" xmlns:xsi="{_XSI}">\n')
        for record in report.records():
            file.writelines(_element("CVR", record))
            file.write("\n")
        for name in ORDER["CastVoteRecordReport"][1:]:
            if name in head:
                file.writelines(_children(name, head[name]))
                file.write("\n")
        file.write("</CastVoteRecordReport>\n")


def _element(name: str, value: Any) -> Iterable[str]:
    """Yield an element as text. Blanks around text mean something here and are kept by whoever reads it so."""
    if not isinstance(value, dict):
        yield f"<{name}>{_text(_xml_id(str(value)) if name in _IDS else _plain(value))}</{name}>"
        return
    attributes = f" ObjectId={quoteattr(_xml_id(value['@id']))}" if "@id" in value else ""
    if name in _TYPED:
        attributes = f' xsi:type="{value["@type"].removeprefix("CVR.")}"' + attributes
    yield f"<{name}{attributes}>"
    for child in ORDER[name]:
        if child in value:
            yield from _children(child, value[child])
    yield f"</{name}>"


def _children(name: str, value: Any) -> Iterable[str]:
    if isinstance(value, list) and name in _IDS:
        value = " ".join(_xml_id(one) for one in value)
        yield f"<{name}>{_text(value)}</{name}>"
    elif isinstance(value, list):
        for one in value:
            yield from _element(name, one)
    else:
        yield from _element(name, value)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _xml_id(key: str) -> str:
    """Return an id as XML wants it: it does not begin with a digit."""
    return key if key[:1].isalpha() or key[:1] == "_" or " " in key else f"_{key}"


def _text(text: str) -> str:
    made = escape(_in_xml(text))
    return _HARD_TO_SEE.sub(lambda found: f"&#x{ord(found[0]):X};", made).replace("\r", "&#xD;")


def _in_xml(name: str) -> str:
    """Return a name without the control characters that XML cannot hold: they are spelt out."""
    return _NOT_XML.sub(lambda found: visible(found[0]), name)


JSON = Writer(
    name="cdf-json",
    title="NIST cast vote records (SP 1500-103) as JSON",
    source="NIST SP 1500-103, Cast Vote Records Common Data Format, version 1.0",
    needs=("cards",),
    holds=HOLDS,
    page="write-cdf",
    write=write_json,
    dated=True,
    back=back,
    more=more,
    suffixes=(".json",),
)
XML = Writer(
    name="cdf-xml",
    title="NIST cast vote records (SP 1500-103) as XML",
    source="NIST SP 1500-103, Cast Vote Records Common Data Format, version 1.0",
    needs=("cards",),
    holds=HOLDS,
    page="write-cdf",
    write=write_xml,
    dated=True,
    back=back,
    named=_in_xml,
    more=more,
    suffixes=(".xml",),
)
