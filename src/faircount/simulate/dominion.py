"""The election as a Dominion Democracy Suite 5.10.50.85 JSON export: sixteen manifests and one file a batch."""

from collections.abc import Iterator

import msgspec

from faircount.simulate.design import DATE, ELECTION, GROUPS, PARTIES, Question
from faircount.simulate.election import Election, Ink, Reading, Record, Sheet, Stack

VERSION = "5.10.50.85"
BOM = b"\xef\xbb\xbf"
"""Real exports may begin with a byte-order mark; all of these do."""

AMBIGUOUS, IS_WRITE_IN, BLANK_BALLOT, UNDERVOTE, OVERVOTE, BLANK_CONTEST = 0, 1, 2, 4, 5, 6
TIED_RANKING, OUT_OF_ORDER, SKIPPED_RANKING, RANKED_AGAIN, UNVOTED_RANKED, UNUSED_RANKING = 9, 10, 11, 12, 13, 14
_CONDITIONS = (
    ("Ambiguous", AMBIGUOUS), ("Writein", IS_WRITE_IN), ("BlankBallot", BLANK_BALLOT), ("Overvote", OVERVOTE),
    ("Undervote", UNDERVOTE), ("BlankContest", BLANK_CONTEST), ("OvervotedRanking", TIED_RANKING),
    ("InconsistentRcvOrdering", OUT_OF_ORDER), ("SkippedRanking", SKIPPED_RANKING),
    ("DuplicatedRcvCandidate", RANKED_AGAIN), ("UnvotedRcvContest", UNVOTED_RANKED),
    ("UnusedRanking", UNUSED_RANKING),
)  # fmt: skip

Row = dict[str, object]


def dominion_folder(election: Election) -> dict[str, bytes]:
    """Return every file of the export, name → bytes, as they lie side by side in the vendor's folder."""
    return dict(dominion_files(election))


def dominion_files(election: Election) -> Iterator[tuple[str, bytes]]:
    """Yield the files one by one, so that a large export need not stand in memory."""
    for name, rows in _manifests(election).items():
        yield f"{name}.json", BOM + msgspec.json.encode({"Version": VERSION, "List": rows})
    yield "Configuration.json", BOM + msgspec.json.encode(_configuration(election))
    encoded: dict[tuple[Reading, int], msgspec.Raw] = {}
    for stack in election.stacks:
        # People's work comes last in a real file, so records are not in the order of their numbers.
        records = sorted(stack.records, key=lambda r: (r.superseded is not None, r.position))
        sessions = [_session(election, stack, record, encoded) for record in records]
        body = {"Version": VERSION, "ElectionId": ELECTION, "Sessions": sessions}
        yield f"CvrExport_{stack.file}.json", BOM + msgspec.json.encode(body)


def _row(description: str, id_: object, **more: object) -> Row:
    return {"Description": description, "Id": id_, **more}


def _manifests(election: Election) -> dict[str, list[Row]]:
    d = election.design
    kinds = ("7b0a4c1e-1d52-4c55-9a60-3f1b0c9d2e01", "7b0a4c1e-1d52-4c55-9a60-3f1b0c9d2e02")
    return {
        "BallotTypeContestManifest": [
            {"BallotTypeId": s.id, "ContestId": d.questions[c].id} for s in d.styles for c in s.contests
        ],
        "BallotTypeManifest": [_row(s.name, s.id, ExternalId=s.external) for s in d.styles],
        "CandidateManifest": [_candidate(q, c) for q in d.questions for c in range(len(q.choices))],
        "ContestManifest": [
            _row(q.title, q.id, ExternalId=str(100 * q.id), DistrictId=2 if q.district else 1, VoteFor=q.vote_for,
                 NumOfRanks=q.ranks, Disabled=0)
            for q in d.questions
        ],
        "CountingGroupManifest": [_row(g, i, ExternalId="") for i, g in enumerate(GROUPS, start=1)],
        "DistrictManifest": [
            _row("Electionwide", 1, DistrictTypeId=kinds[0], ExternalId=""),
            _row("Water District 2", 2, DistrictTypeId=kinds[1], ExternalId="W2"),
        ],
        "DistrictPrecinctPortionManifest": [
            {"DistrictId": district, "PrecinctPortionId": p.portion_id}
            for district in (1, 2)
            for p in d.precincts
            if district == 1 or p.in_district
        ],
        "DistrictTypeManifest": [_row("Countywide", kinds[0], ExternalId=""), _row("Water", kinds[1], ExternalId="")],
        "ElectionEventManifest": [
            _row(ELECTION, 1, ExternalId="", Jurisdiction=election.plan.jurisdiction, ElectionDate=DATE,
                 ElectionSignature=list(d.signature))
        ],
        "OutstackConditionManifest": [_row(name, id_) for name, id_ in _CONDITIONS],
        "PartyManifest": [_row(p, i, ExternalId="") for i, p in enumerate(PARTIES, start=1)],
        "PrecinctManifest": [_row(p.name, p.id, ExternalId=p.name.split()[1]) for p in d.precincts],
        "PrecinctPortionManifest": [
            _row(p.name, p.portion_id, ExternalId=p.name.split()[1], PrecinctId=p.id) for p in d.precincts
        ],
        "TabulatorManifest": [
            _row(t.name, t.id, VotingLocationNumber=t.location_id, VotingLocationName=t.location, ExternalId="",
                 Type=t.kind, ThresholdMin=5, ThresholdMax=25, WriteThresholdMin=5, WriteThresholdMax=25)
            for t in d.tabulators
        ],
    }  # fmt: skip


def _candidate(question: Question, choice: int) -> Row:
    kind = "Regular" if choice < len(question.entries) else "WriteIn"
    return _row(question.choices[choice], question.choice_id(choice), ExternalId="", ContestId=question.id,
                Type=kind, Disabled=0)  # fmt: skip


def _configuration(election: Election) -> Row:
    filters: Row = {}
    for what in ("Tabulator", "ResultContainer", "PrecinctPortion", "BallotType", "Contest"):
        filters[f"Include{what}Filter"] = False
        filters[f"{what}FilterValue"] = 0
    rest = {"SplitFilesPerBatch": True, "IncludeOnlyPublishedResultContainers": False, "UseTabulatorFormat": False}
    return {**filters, **rest, **election.changes.configuration}


def _session(election: Election, stack: Stack, record: Record, encoded: dict[tuple[Reading, int], msgspec.Raw]) -> Row:
    name = f"{stack.tabulator:05}_{stack.number:05}_{record.position:06}"
    folder = f"D:\\NAS\\{ELECTION}\\Results\\Tabulator{stack.tabulator:05}\\Batch{stack.number:03}\\Images"
    session: Row = {
        "TabulatorId": stack.tabulator,
        "BatchId": stack.number,
        "RecordId": record.position,
        "CountingGroupId": stack.group + 1,
        "ImageMask": f"{folder}\\{name}*.*",
        "SessionType": "ScannedVote",
        "VotingSessionIdentifier": "",
        "UniqueVotingIdentifier": "",
    }
    place = (*stack.key, record.position)
    version = {
        "PrecinctPortionId": election.design.precincts[record.precinct].portion_id,
        "BallotTypeId": record.style + 1,
        "IsCurrent": record.superseded is None,
    }
    first = record.sheets if record.superseded is None else record.superseded
    session["Original"] = {**version, "Cards": [_card(election, record, place, s, encoded) for s in first]}
    if record.superseded is not None:
        cards = [_card(election, record, place, s, encoded) for s in record.sheets]
        session["Modified"] = {**version, "IsCurrent": True, "Cards": cards}
    return session


def _card(
    election: Election,
    record: Record,
    place: tuple[int, int, int],
    sheet: Sheet,
    encoded: dict[tuple[Reading, int], msgspec.Raw],
) -> Row:
    contests = []
    for reading in sheet.readings:
        more = election.changes.exported_undervotes.get((*place, reading.question), 0)
        raw = encoded.get((reading, more))
        if raw is None:
            question = election.design.questions[reading.question]
            raw = encoded[reading, more] = msgspec.Raw(msgspec.json.encode(_contest(question, reading.marks, more)))
        contests.append(raw)
    blank = all(all(m.ambiguous for m in reading.marks) for reading in sheet.readings)
    layout = 100 * (record.style + 1) + sheet.number
    return {"Id": layout, "KeyInId": layout, "PaperIndex": sheet.number, "Contests": contests,
            "OutstackConditionIds": [BLANK_BALLOT] if blank else []}  # fmt: skip


def _contest(question: Question, marks: tuple[Ink, ...], more: int) -> Row:
    """Say of `marks` what this version of the vendor's tabulator says, flags and all."""
    clear = [m for m in marks if not m.ambiguous]
    at = {rank: [m for m in clear if m.rank == rank] for rank in range(1, question.ranks + 1)}
    over = under = 0
    conditions: list[int] = []
    if not question.ranks:
        over = question.vote_for if len(clear) > question.vote_for else 0
        under = 0 if over else question.vote_for - len(clear)
        conditions = [OVERVOTE] if over else [UNDERVOTE] * bool(under) + [BLANK_CONTEST] * (not clear)
    elif not clear:
        under, conditions = 1, [UNVOTED_RANKED]
    else:
        # As in real exports of this version: only the first ranking decides these two figures.
        over, under = int(len(at[1]) > 1), int(not at[1])
        last = max(m.rank for m in clear)
        skipped = any(not at[rank] for rank in range(1, last))
        conditions = [SKIPPED_RANKING] * skipped + [UNUSED_RANKING] * (last < question.ranks)
    rows = [_mark(question, m, bool(over) and not question.ranks, at) for m in marks]
    return {"Id": question.id, "ManifestationId": 5000 + question.id, "Undervotes": under + more, "Overvotes": over,
            "OutstackConditionIds": conditions, "Marks": rows}  # fmt: skip


def _mark(question: Question, mark: Ink, overvoted: bool, at: dict[int, list[Ink]]) -> Row:
    conditions = [IS_WRITE_IN] * (mark.write_in is not None) + [OVERVOTE] * overvoted
    if mark.ambiguous:
        conditions = [AMBIGUOUS]
    elif question.ranks:
        conditions += [TIED_RANKING] * (len(at[mark.rank]) > 1) + _repeated(mark, at)
    party = question.party_id(mark.choice)
    place = 40 * question.choice_id(mark.choice) + mark.rank
    return {
        "CandidateId": question.choice_id(mark.choice),
        "ManifestationId": place,
        **({"PartyId": party} if party is not None else {}),
        "Rank": mark.rank,
        **({"WriteinIndex": mark.write_in} if mark.write_in is not None else {}),
        "MarkDensity": mark.density,
        **({"WriteinDensity": mark.density // 2} if mark.write_in is not None else {}),
        "IsAmbiguous": mark.ambiguous,
        "IsVote": not mark.ambiguous and not overvoted,
        "OutstackConditionIds": conditions,
    }


def _repeated(mark: Ink, at: dict[int, list[Ink]]) -> list[int]:
    """Say whether the choice was ranked before, and if others came in between."""
    ranks = [rank for rank in range(1, mark.rank) if any(m.choice == mark.choice for m in at[rank])]
    if not ranks:
        return []
    between = (m.choice for rank in range(ranks[0] + 1, mark.rank) for m in at[rank])
    return [RANKED_AGAIN] + [OUT_OF_ORDER] * any(choice != mark.choice for choice in between)
