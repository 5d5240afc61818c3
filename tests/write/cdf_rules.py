"""The rules of the Common Data Formats' schemas, retyped: what must be there, of which type, and what ids point to.

NIST SP 1500-103 version 1.0 (cast vote records) and NIST SP 1500-100 version 2 (election results), of what is written.
A field that is not listed here is not in the schema, or has no business in a file of ours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TEXT, WHOLE, NUMBER, TRUTH, TIME, DAY = "text", "whole", "number", "truth", "time", "day"


@dataclass(frozen=True)
class Class:
    """A class of a schema: fields that must and may be there. A list that must be there is not empty."""

    required: dict[str, Any]
    optional: dict[str, Any]


@dataclass(frozen=True)
class Many:
    """A list of values of a kind."""

    kind: Any


@dataclass(frozen=True)
class Ref:
    """An id of an object of one of these classes."""

    classes: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """One of the words of an enumeration."""

    words: str

    def __contains__(self, value: object) -> bool:
        return value in self.words.split()


@dataclass(frozen=True)
class Of:
    """An object of one of these classes."""

    classes: tuple[str, ...]


VARIATION = Words("approval borda cumulative majority n-of-m other plurality proportional range rcv super-majority")
IDENTIFIER = Words("fips local-level national-level ocd-id other state-level")
INDICATION = Words("no unknown yes")

CVR: dict[str, Class] = {
    "CastVoteRecordReport": Class(
        {"Election": Many(Of(("Election",))), "GeneratedDate": TIME, "GpUnit": Many(Of(("GpUnit",))),
         "ReportGeneratingDeviceIds": Many(Ref(("ReportingDevice",))),
         "ReportingDevice": Many(Of(("ReportingDevice",))), "Version": Words("1.0.0")},
        {"CVR": Many(Of(("CVR",))), "Notes": TEXT, "OtherReportType": TEXT, "Party": Many(Of(("Party",))),
         "ReportType": Many(Words("adjudicated aggregated originating-device-export other rcv-round"))},
    ),
    "CVR": Class(
        {"CVRSnapshot": Many(Of(("CVRSnapshot",))), "CurrentSnapshotId": Ref(("CVRSnapshot",)),
         "ElectionId": Ref(("Election",))},
        {"BallotAuditId": TEXT, "BallotPrePrintedId": TEXT, "BallotSheetId": TEXT, "BallotStyleId": TEXT,
         "BallotStyleUnitId": Ref(("GpUnit",)), "BatchId": TEXT, "BatchSequenceId": WHOLE,
         "CreatingDeviceId": Ref(("ReportingDevice",)), "PartyIds": Many(Ref(("Party",))), "UniqueId": TEXT},
    ),
    "CVRSnapshot": Class(
        {"@id": TEXT, "Type": Words("interpreted modified original")},
        {"CVRContest": Many(Of(("CVRContest",))), "OtherStatus": TEXT,
         "Status": Many(Words("needs-adjudication other"))},
    ),
    "CVRContest": Class(
        {"ContestId": Ref(("CandidateContest", "BallotMeasureContest", "PartyContest", "RetentionContest"))},
        {"CVRContestSelection": Many(Of(("CVRContestSelection",))), "OtherStatus": TEXT, "Overvotes": WHOLE,
         "Selections": WHOLE, "Undervotes": WHOLE, "WriteIns": WHOLE,
         "Status": Many(Words("invalidated-rules not-indicated other overvoted undervoted"))},
    ),
    "CVRContestSelection": Class(
        {"SelectionPosition": Many(Of(("SelectionPosition",)))},
        {"ContestSelectionId": Ref(("CandidateSelection", "BallotMeasureSelection", "PartySelection")),
         "OptionPosition": WHOLE, "OtherStatus": TEXT, "Rank": WHOLE, "TotalNumberVotes": WHOLE,
         "Status": Many(Words("generated-rules invalidated-rules needs-adjudication other"))},
    ),
    "SelectionPosition": Class(
        {"HasIndication": INDICATION, "NumberVotes": WHOLE},
        {"CVRWriteIn": Of(("CVRWriteIn",)), "Code": Many(Of(("Code",))), "IsAllocable": INDICATION,
         "IsGenerated": TRUTH, "MarkMetricValue": Many(TEXT), "OtherStatus": TEXT, "Position": WHOLE, "Rank": WHOLE,
         "Status": Many(Words("adjudicated generated-rules invalidated-rules other"))},
    ),
    "CVRWriteIn": Class({}, {"Text": TEXT, "WriteInImage": Of(("ImageData",))}),
    "ImageData": Class({}, {"Location": TEXT}),
    "Election": Class(
        {"@id": TEXT, "Contest": Many(Of(("CandidateContest",))), "ElectionScopeId": Ref(("GpUnit",))},
        {"Candidate": Many(Of(("Candidate",))), "Code": Many(Of(("Code",))), "Name": TEXT},
    ),
    "CandidateContest": Class(
        {"@id": TEXT, "ContestSelection": Many(Of(("CandidateSelection",)))},
        {"Abbreviation": TEXT, "Code": Many(Of(("Code",))), "Name": TEXT, "NumberElected": WHOLE, "VotesAllowed": WHOLE,
         "OtherVoteVariation": TEXT, "VoteVariation": VARIATION},
    ),
    "CandidateSelection": Class(
        {"@id": TEXT}, {"CandidateIds": Many(Ref(("Candidate",))), "Code": Many(Of(("Code",))), "IsWriteIn": TRUTH}
    ),
    "Candidate": Class({"@id": TEXT}, {"Code": Many(Of(("Code",))), "Name": TEXT, "PartyId": Ref(("Party",))}),
    "GpUnit": Class(
        {"@id": TEXT, "Type": Words("combined-precinct other polling-place precinct split-precinct vote-center")},
        {"Code": Many(Of(("Code",))), "Name": TEXT, "OtherType": TEXT},
    ),
    "Party": Class({"@id": TEXT}, {"Abbreviation": TEXT, "Code": Many(Of(("Code",))), "Name": TEXT}),
    "ReportingDevice": Class(
        {"@id": TEXT}, {"Application": TEXT, "Manufacturer": TEXT, "Model": TEXT, "SerialNumber": TEXT}
    ),
    "Code": Class({"Type": IDENTIFIER, "Value": TEXT}, {"Label": TEXT, "OtherType": TEXT}),
}  # fmt: skip

COUNT_TYPE = Words("absentee absentee-fwab absentee-in-person absentee-mail early election-day other provisional seats "
                   "total uocava write-in")  # fmt: skip
UNITS = ("ReportingUnit", "ReportingDevice")
NAME = Of(("InternationalizedText",))

RESULTS: dict[str, Class] = {
    "ElectionReport": Class(
        {"Format": Words("precinct-level summary-contest"), "GeneratedDate": TIME, "Issuer": TEXT,
         "IssuerAbbreviation": TEXT, "SequenceEnd": WHOLE, "SequenceStart": WHOLE, "VendorApplicationId": TEXT,
         "Status": Words("certified correction pre-election recount unofficial-complete unofficial-partial")},
        {"Election": Many(Of(("Election",))), "GpUnit": Many(Of(UNITS)), "Notes": TEXT, "Party": Many(Of(("Party",)))},
    ),
    "Election": Class(
        {"ElectionScopeId": Ref(("ReportingUnit",)), "EndDate": DAY, "Name": NAME, "StartDate": DAY,
         "Type": Words("general other partisan-primary-closed partisan-primary-open primary runoff special")},
        {"Candidate": Many(Of(("Candidate",))), "Contest": Many(Of(("CandidateContest",))), "OtherType": TEXT},
    ),
    "CandidateContest": Class(
        {"@id": TEXT, "ElectionDistrictId": Ref(("ReportingUnit",)), "Name": TEXT, "VotesAllowed": WHOLE},
        {"ContestSelection": Many(Of(("CandidateSelection",))), "NumberElected": WHOLE, "SequenceOrder": WHOLE,
         "OtherCounts": Many(Of(("OtherCounts",))), "VoteVariation": VARIATION},
    ),
    "CandidateSelection": Class(
        {"@id": TEXT},
        {"CandidateIds": Many(Ref(("Candidate",))), "IsWriteIn": TRUTH, "SequenceOrder": WHOLE,
         "VoteCounts": Many(Of(("VoteCounts",)))},
    ),
    "VoteCounts": Class({"Count": NUMBER, "GpUnitId": Ref(UNITS), "Type": COUNT_TYPE}, {"OtherType": TEXT}),
    "OtherCounts": Class({"GpUnitId": Ref(UNITS)}, {"Overvotes": NUMBER, "Undervotes": NUMBER, "WriteIns": WHOLE}),
    "Candidate": Class({"@id": TEXT, "BallotName": NAME}, {"PartyId": Ref(("Party",))}),
    "Party": Class({"@id": TEXT, "Name": NAME}, {}),
    "ReportingUnit": Class(
        {"@id": TEXT, "Type": Words(
            "ballot-batch ballot-style-area borough city city-council combined-precinct congressional country county "
            "county-council drop-box judicial municipality other polling-place precinct school special split-precinct "
            "state state-house state-senate town township utility village vote-center ward water")},
        {"ComposingGpUnitIds": Many(Ref(UNITS)), "Name": NAME, "OtherType": TEXT},
    ),
    "InternationalizedText": Class({"Text": Many(Of(("LanguageString",)))}, {"Label": TEXT}),
    "LanguageString": Class({"Content": TEXT, "Language": TEXT}, {}),
}  # fmt: skip

_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d\d:\d\d)")
_SHAPES = {
    TEXT: lambda v: isinstance(v, str),
    WHOLE: lambda v: isinstance(v, int) and not isinstance(v, bool),
    NUMBER: lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    TRUTH: lambda v: isinstance(v, bool),
    TIME: lambda v: isinstance(v, str) and bool(_TIME.fullmatch(v)),
    DAY: lambda v: isinstance(v, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", v)),
}


def broken(document: Any, schema: dict[str, Class], prefix: str, root: str) -> list[str]:
    """Return every rule that a document of JSON breaks, with its place; empty if it is valid."""
    found = list(_object(document, (root,), schema, prefix, root))
    if found:
        return found
    ids: dict[str, str] = {}
    for path, one in _objects(document, root):
        key = one.get("@id")
        if key is not None:
            if key in ids:
                found.append(f"{path}: the id {key!r} stands for two things")
            ids[key] = one["@type"].removeprefix(prefix)
    for path, one in _objects(document, root):
        found += _references(path, one, schema, prefix, ids)
    return found


def _object(value: Any, classes: tuple[str, ...], schema: dict[str, Class], prefix: str, path: str) -> Iterator[str]:
    kind = str(value.get("@type", "")) if isinstance(value, dict) else ""
    name = kind.removeprefix(prefix)
    if not kind.startswith(prefix) or name not in classes:
        yield f"{path}: an object of {' or '.join(classes)}, found {kind or value!r}"
        return
    rules = schema[name]
    for field in rules.required:
        if field not in value:
            yield f"{path}: {field} is required"
    for field, held in value.items():
        if field == "@type":
            continue
        rule = rules.required.get(field, rules.optional.get(field))
        if rule is None:
            yield f"{path}: {field} is no field of {name}"
        else:
            yield from _value(held, rule, schema, prefix, f"{path}.{field}", field in rules.required)


def _value(
    value: Any, rule: Any, schema: dict[str, Class], prefix: str, path: str, required: bool = False
) -> Iterator[str]:
    if isinstance(rule, Many):
        if not isinstance(value, list) or (required and not value):
            yield f"{path}: a list, with at least one element if required"
            return
        for at, one in enumerate(value):
            yield from _value(one, rule.kind, schema, prefix, f"{path}[{at}]")
    elif isinstance(rule, Of):
        yield from _object(value, rule.classes, schema, prefix, path)
    elif isinstance(rule, Words):
        if value not in rule:
            yield f"{path}: one of {rule.words}, found {value!r}"
    elif isinstance(rule, Ref):
        if not isinstance(value, str):
            yield f"{path}: an id, found {value!r}"
    elif not _SHAPES[rule](value):
        yield f"{path}: {rule}, found {value!r}"


def _objects(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
        for name, held in value.items():
            yield from _objects(held, f"{path}.{name}")
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _objects(one, f"{path}[{at}]")


def _references(
    path: str, one: dict[str, Any], schema: dict[str, Class], prefix: str, ids: dict[str, str]
) -> Iterator[str]:
    rules = schema[one["@type"].removeprefix(prefix)]
    for field, rule in {**rules.required, **rules.optional}.items():
        target = rule.kind if isinstance(rule, Many) else rule
        if isinstance(target, Ref) and field in one:
            for key in one[field] if isinstance(rule, Many) else [one[field]]:
                if ids.get(key) not in target.classes:
                    yield f"{path}.{field}: {key!r} is the id of a {' or '.join(target.classes)}, found {ids.get(key)}"
