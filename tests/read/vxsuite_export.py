"""Writes exports as VotingWorks' scanners do, from the description of their code: nobody has published a real one."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SCANNER = "SC-07-003"
BATCH = "9822c71014"
ELECTION = {
    "@id": "e0", "@type": "CVR.Election", "Name": "Town Meeting of Ferndale", "ElectionScopeId": "state",
    "Candidate": [{"@id": n.lower(), "@type": "CVR.Candidate", "Name": n} for n in ("Aster", "Birch", "Cedar")],
    "Contest": [
        {
            "@id": "council", "@type": "CVR.CandidateContest", "Name": "Town Council", "VotesAllowed": 2,
            "ContestSelection": [
                *({"@id": c, "@type": "CVR.CandidateSelection", "CandidateIds": [c]}
                  for c in ("aster", "birch", "cedar")),
                *({"@id": f"write-in-{n}", "@type": "CVR.CandidateSelection", "IsWriteIn": True} for n in range(2)),
            ],
        },
        {
            "@id": "library", "@type": "CVR.BallotMeasureContest", "Name": "Question 1: Library",
            "ContestSelection": [{"@id": f"library-{w.lower()}", "@type": "CVR.BallotMeasureSelection", "Selection": w}
                                 for w in ("Yes", "No")],
        },
    ],
}  # fmt: skip
SEATS = {"council": 2, "library": 1}
OPTIONS = {"council": ["aster", "birch", "cedar", "write-in-0", "write-in-1"], "library": ["library-yes", "library-no"]}


def digest(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def contest(name: str, marked: Iterable[str], unmarked_write_in: bool = False) -> dict[str, Any]:
    """A contest of the snapshot after rules: what is marked, with under- and overvotes."""
    marked, seats = list(marked), SEATS[name]
    over = len(marked) > seats
    status = ["not-indicated"] * (not marked) + ["undervoted"] * (len(marked) < seats)
    status += ["overvoted", "invalidated-rules"] * over
    selections = []
    for option in marked:
        is_write_in = option.startswith("write-in")
        position: dict[str, Any] = {
            "@type": "CVR.SelectionPosition", "HasIndication": "yes", "NumberVotes": 1,
            "IsAllocable": "no" if over else "unknown" if is_write_in else "yes",
        }  # fmt: skip
        if is_write_in:
            image = {"@type": "CVR.ImageData", "Location": "file:front.jpg"}
            position["CVRWriteIn"] = {"@type": "CVR.CVRWriteIn", "WriteInImage": image}
        selection = {
            "@type": "CVR.CVRContestSelection", "ContestSelectionId": option, "OptionPosition": 0,
            "SelectionPosition": [position],
        }  # fmt: skip
        if over or is_write_in:
            selection["Status"] = ["invalidated-rules" if over else "needs-adjudication"]
        selections.append(selection)
    if unmarked_write_in:
        position = {"@type": "CVR.SelectionPosition", "HasIndication": "no", "NumberVotes": 1, "IsAllocable": "unknown",
                    "Status": ["other"], "OtherStatus": "unmarked-write-in",
                    "CVRWriteIn": {"@type": "CVR.CVRWriteIn"}}  # fmt: skip
        selections.append({"@type": "CVR.CVRContestSelection", "ContestSelectionId": "write-in-0",
                           "Status": ["needs-adjudication"], "SelectionPosition": [position]})  # fmt: skip
    found = {
        "@type": "CVR.CVRContest", "ContestId": name, "Overvotes": seats * over,
        "Undervotes": max(seats - len(marked), 0), "CVRContestSelection": selections,
    }  # fmt: skip
    return found | ({"Status": status} if status else {})


def original(name: str, scores: dict[str, float]) -> dict[str, Any]:
    """A contest of the snapshot before rules: every oval with its score."""
    return {
        "@type": "CVR.CVRContest", "ContestId": name,
        "CVRContestSelection": [
            {
                "@type": "CVR.CVRContestSelection", "ContestSelectionId": option,
                "SelectionPosition": [{
                    "@type": "CVR.SelectionPosition", "NumberVotes": 1,
                    "MarkMetricValue": [f"{scores.get(option, 0):g}"],
                    "HasIndication": "yes" if scores.get(option, 0) >= 0.07 else "no",
                }],
            }
            for option in OPTIONS[name]
        ],
    }  # fmt: skip


def record(
    identifier: str, council: list[str], library: list[str], images: dict[str, str] | None = None, *,
    scores: dict[str, float] | None = None, ballot_type: str = "precinct", unmarked: bool = False, sequence: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """A record; `images`: file name → hash. With `scores` there is a snapshot of all ovals of the council too."""
    status = {"Status": ["other"], "OtherStatus": json.dumps({"ballotType": ballot_type})}
    snapshots: list[dict[str, Any]] = [
        {"@id": f"{identifier}-modified", "@type": "CVR.CVRSnapshot", "Type": "modified", **status,
         "CVRContest": [contest("council", council, unmarked), contest("library", library)]},
    ]  # fmt: skip
    if scores is not None:
        snapshots.append({"@id": f"{identifier}-original", "@type": "CVR.CVRSnapshot", "Type": "original", **status,
                          "CVRContest": [original("council", scores)]})  # fmt: skip
    return {
        "@type": "CVR.CVR", "BallotSheetId": "1", "BallotStyleId": "12", "BallotStyleUnitId": "north", "BatchId": BATCH,
        "BatchSequenceId": sequence, "CreatingDeviceId": SCANNER, "ElectionId": "e0", "UniqueId": identifier,
        "CurrentSnapshotId": f"{identifier}-modified", "CVRSnapshot": snapshots,
        "BallotImage": [
            {"@type": "CVR.ImageData", "Location": f"file:{name}",
             "Hash": {"@type": "CVR.Hash", "Type": "sha-256", "Value": value}}
            for name, value in (images or {}).items()
        ],
    }  # fmt: skip


def metadata(root: str, sheets: int, *, older: bool = False, test: bool = False, closed: bool = True) -> dict[str, Any]:
    report: dict[str, Any] = {
        "@type": "CVR.CastVoteRecordReport", "Version": "1.0.0", "GeneratedDate": "2026-03-03T21:04:00.000Z",
        "ReportType": ["originating-device-export", *["other"] * test], "ReportGeneratingDeviceIds": [SCANNER],
        "ReportingDevice": [{"@type": "CVR.ReportingDevice", "@id": SCANNER, "Manufacturer": "VotingWorks"}],
        "Party": [], "Election": [ELECTION],
        "GpUnit": [
            {"@type": "CVR.GpUnit", "@id": "north", "Type": "precinct", "Name": "North Ward"},
            {"@type": "CVR.GpUnit", "@id": "state", "Type": "other", "Name": "State of Lowland"},
        ],
    }  # fmt: skip
    if test:
        report["OtherReportType"] = "test"
    found: dict[str, Any] = {"arePollsClosed": closed}
    if older:
        report["vxBatch"] = [{"@type": "CVR.vxBatch", "@id": BATCH, "BatchLabel": "Batch 1", "SequenceId": 1,
                              "NumberSheets": sheets, "CreatingDeviceId": SCANNER}]  # fmt: skip
    else:
        found["batchManifest"] = [{"id": BATCH, "label": "Batch 1", "batchNumber": 1, "sheetCount": sheets,
                                   "startTime": "2026-03-03T07:00:00.000Z", "scannerId": SCANNER}]  # fmt: skip
    return {**found, "castVoteRecordReportMetadata": report, "castVoteRecordRootHash": root}


def identifiers(count: int) -> list[str]:
    """Ids as UUIDs; the first few share their first letters, as ids do in a large export."""
    names = [digest(f"record {n}") for n in range(count)]
    names = [f"a1b{'c' if n < 2 else n % 10}{name[4:]}" if n < 4 else name for n, name in enumerate(names)]
    return [f"{n[:8]}-{n[8:12]}-{n[12:16]}-{n[16:20]}-{n[20:32]}" for n in names]


def root_of(folder: Path, *, older: bool) -> str:
    """The hash over all records, straight from the description: leaves, then two levels of letters."""
    leaves = {}
    for path in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("rejected-")):
        files = sorted(path.iterdir()) if older else [path / "cast-vote-record-report.json"]
        leaves[path.name] = digest("".join(f"{digest(f.read_bytes())}  {path.name}/{f.name}\n" for f in files))
    level: dict[str, str] = leaves
    for letters in (4, 2, 0) if older else (2, 1, 0):
        keys = sorted({key[:letters] for key in level})
        level = {key: digest("".join(level[k] for k in sorted(level) if k[:letters] == key)) for key in keys}
    return level.get("", "")


def write(
    folder: Path, ballots: Iterable[dict[str, Any]], *, older: bool = False, images: bool = True, refused: int = 0,
    **said: Any,
) -> Path:  # fmt: skip
    """Write an export and return its folder. A ballot is what `record` takes, as a mapping."""
    ballots = list(ballots)
    for name, ballot in zip(identifiers(len(ballots)), ballots, strict=True):
        (folder / name).mkdir(parents=True)
        hashes = {}
        for side in ("front", "back") if images else ():
            picture, layout = f"picture of {name}, {side}".encode(), json.dumps({"side": side}).encode()
            (folder / name / f"{side}.jpg").write_bytes(picture)
            (folder / name / f"{side}.layout.json").write_bytes(layout)
            hashes[f"{side}.jpg"] = digest(picture) if older else f"{digest(picture)}-{digest(layout)}"
        report = {"CVR": [record(name, images=hashes, **ballot)]}
        (folder / name / "cast-vote-record-report.json").write_text(json.dumps(report))
    for number in range(refused):
        (folder / f"rejected-{number}").mkdir(parents=True)
        (folder / f"rejected-{number}" / "front.jpg").write_bytes(b"picture of a sheet given back")
    folder.mkdir(exist_ok=True)
    text = json.dumps(metadata(root_of(folder, older=older), len(ballots), older=older, **said))
    (folder / "metadata.json").write_text(text)
    return folder


BALLOTS: tuple[dict[str, Any], ...] = (
    {"council": ["aster", "birch"], "library": ["library-yes"],
     "scores": {"aster": 0.31, "birch": 0.125, "cedar": 0.03}},
    {"council": ["aster"], "library": [], "ballot_type": "absentee"},
    {"council": ["aster", "birch", "cedar"], "library": ["library-yes", "library-no"]},
    {"council": ["cedar", "write-in-0"], "library": ["library-no"]},
    {"council": ["aster"], "library": ["library-yes"], "unmarked": True},
)  # fmt: skip
