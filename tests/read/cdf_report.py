"""Small reports in the form of NIST SP 1500-103, as JSON or XML, for tests that plant something in them."""

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

CANDIDATES = {"c-ada": ("Ada Rowan", "p-lake"), "c-ben": ("Ben Alder", "p-hill"), "c-cyd": ("Cyd Maple", "")}
DEFINITIONS: dict[str, Any] = {
    "Election": [
        {
            "@id": "e1", "@type": "CVR.Election", "Name": "General Election of Pondshire", "ElectionScopeId": "county",
            "Candidate": [
                {"@id": key, "@type": "CVR.Candidate", "Name": name} | ({"PartyId": party} if party else {})
                for key, (name, party) in CANDIDATES.items()
            ],
            "Contest": [
                {
                    "@id": "mayor", "@type": "CVR.CandidateContest", "Name": "Mayor", "VoteVariation": "rcv",
                    "VotesAllowed": 1, "NumberElected": 1,
                    "ContestSelection": [
                        *({"@id": f"m-{c}", "@type": "CVR.CandidateSelection", "CandidateIds": [c]}
                          for c in CANDIDATES),
                        {"@id": "m-line", "@type": "CVR.CandidateSelection", "IsWriteIn": True},
                    ],
                },
                {
                    "@id": "board", "@type": "CVR.CandidateContest", "Name": "Board", "VotesAllowed": 2,
                    "ContestSelection": [
                        {"@id": "b-ada-ben", "@type": "CVR.CandidateSelection", "CandidateIds": ["c-ada", "c-ben"]},
                        {"@id": "b-ben", "@type": "CVR.CandidateSelection", "CandidateIds": ["c-ben"]},
                        {"@id": "b-cyd", "@type": "CVR.CandidateSelection", "CandidateIds": ["c-cyd"]},
                    ],
                },
                {
                    "@id": "q1", "@type": "CVR.BallotMeasureContest", "Name": "Question 1",
                    "ContestSelection": [
                        {"@id": f"q1-{w}", "@type": "CVR.BallotMeasureSelection", "Selection": w} for w in ("yes", "no")
                    ],
                },
            ],
        }
    ],
    "GeneratedDate": "2026-11-04T02:00:00Z",
    "GpUnit": [
        {"@id": "county", "@type": "CVR.GpUnit", "Type": "county", "Name": "Pondshire"},
        {"@id": "p7", "@type": "CVR.GpUnit", "Type": "precinct", "Name": "Precinct 7"},
    ],
    "Party": [{"@id": f"p-{n.lower()}", "@type": "CVR.Party", "Name": n} for n in ("Lake", "Hill")],
    "ReportGeneratingDeviceIds": ["dev-1"],
    "ReportingDevice": [{"@id": "dev-1", "@type": "CVR.ReportingDevice", "Manufacturer": "Tarn Systems"}],
    "Version": "1.0.0",
}  # fmt: skip


def position(**said: Any) -> dict[str, Any]:
    return {"@type": "CVR.SelectionPosition", "HasIndication": "yes", "NumberVotes": 1, **said}


def selection(choice: str | None, *positions: dict[str, Any], **said: Any) -> dict[str, Any]:
    named = {} if choice is None else {"ContestSelectionId": choice}
    return {"@type": "CVR.CVRContestSelection", **named, "SelectionPosition": list(positions) or [position()], **said}


def ranked(*choices: str) -> list[dict[str, Any]]:
    """Selections of the contest for mayor, in the order of their ranks; an empty name leaves a rank out."""
    return [selection(f"m-{c}", position(Rank=at)) for at, c in enumerate(choices, 1) if c]


def contest(name: str, *selections: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"@type": "CVR.CVRContest", "ContestId": name, "CVRContestSelection": list(selections), **said}


def snapshot(name: str, *contests: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"@id": name, "@type": "CVR.CVRSnapshot", "Type": "original", "CVRContest": list(contests), **said}


def record(*snapshots: dict[str, Any], current: str | None = None, **said: Any) -> dict[str, Any]:
    named = current if current is not None else snapshots[-1]["@id"]
    return {"@type": "CVR.CVR", "CVRSnapshot": list(snapshots), "CurrentSnapshotId": named, "ElectionId": "e1", **said}


def one(*contests: dict[str, Any], **said: Any) -> dict[str, Any]:
    """A record of one reading."""
    return record(snapshot("s", *contests), **said)


def report(*records: dict[str, Any], definitions_first: bool = False, **said: Any) -> dict[str, Any]:
    kind = {"@type": "CVR.CastVoteRecordReport"}
    if definitions_first:
        return {**kind, **DEFINITIONS, **said, "CVR": list(records)}
    return {**kind, "CVR": list(records), **DEFINITIONS, **said}


def as_json(path: Path, found: dict[str, Any], indent: int | None = 1) -> Path:
    path.write_text(json.dumps(found, indent=indent), "utf-8")
    return path


def as_xml(path: Path, found: dict[str, Any], prefix: str = "") -> Path:
    """Write a report as XML: ids as attributes, types as xsi:type, lists as repeated elements."""
    mark = f"{prefix}:" if prefix else ""

    def element(name: str, value: Any) -> str:
        if not isinstance(value, dict):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            return f"<{mark}{name}>{escape(text)}</{mark}{name}>"
        kind = value.get("@type", "").removeprefix("CVR.")
        attributes = f' ObjectId="{value["@id"]}"' if "@id" in value else ""
        if name in ("Contest", "ContestSelection"):
            attributes += f' xsi:type="{mark}{kind}"'
        inside = "".join(
            element(key, item)
            for key, items in value.items()
            if not key.startswith("@")
            for item in (items if isinstance(items, list) else [items])
        )
        return f"<{mark}{name}{attributes}>\n{inside}</{mark}{name}>\n"

    text = element("CastVoteRecordReport", found)
    space = f"xmlns{':' + prefix if prefix else ''}"
    root = f'{space}="NIST_V0_cast_vote_records.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    start = f"<{mark}CastVoteRecordReport"
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{text.replace(start, f"{start} {root}", 1)}', "utf-8")
    return path


def example() -> dict[str, Any]:
    """A report with most of what the format can say."""
    allocable = {"IsAllocable": "yes"}
    overvoted = [selection(f"b-{c}", position(IsAllocable="no"), TotalNumberVotes=0) for c in ("ada-ben", "ben", "cyd")]
    return report(
        one(
            contest("mayor", *ranked("c-ada", "c-cyd")), contest("board", selection("b-ben", position(**allocable)),
                                                                 Undervotes=1, Overvotes=0, Status=["undervoted"]),
            contest("q1", selection("q1-yes")), BallotPrePrintedId="1", BatchId="b1", BatchSequenceId=1,
            BallotStyleUnitId="p7", BallotStyleId="s1", CreatingDeviceId="dev-1", BallotSheetId="1",
        ),
        one(
            contest("mayor", *ranked("c-ben", "", "c-ben")),
            contest("board", *overvoted, Overvotes=2, Undervotes=0, Status=["overvoted", "invalidated-rules"]),
            BallotPrePrintedId="2", BatchId="b1", BatchSequenceId=2, BallotStyleUnitId="p7",
        ),
        record(
            snapshot("3-o", contest("mayor", *ranked("c-ada")), contest("q1", Status=["not-indicated"])),
            snapshot("3-m", contest("mayor", *ranked("c-cyd")), contest("q1", selection("q1-no")), Type="modified",
                     Annotation=[{"@type": "CVR.Annotation", "AdjudicatorName": ["R. Osier"]}]),
            BallotPrePrintedId="3",
        ),
        one(
            contest("mayor", selection("m-line", position(Rank=1, CVRWriteIn={"Text": "Dot Sorrel"})),
                    selection("m-c-ada", position(Rank=1), position(Rank=2))),
            contest("board", Undervotes=2), BallotPrePrintedId="4",
        ),
    )  # fmt: skip
