"""NIST SP 1500-103: an election's cast vote records as the objects of the Common Data Format, whatever writes them.

Every mark is kept with its flags. In a contest in which voters rank, a mark that the tabulator did not call a vote is
allocable `unknown` and not `no`: some versions call only the first rank a vote, and `no` would drop the others.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from faircount.model import Mark, Pattern
from faircount.write.features import about
from faircount.write.vote_grid import rows_of
from faircount.write.writer import Loss, Material, Terms, Way, kinds_lost

Object = dict[str, Any]


class Shared(Object):
    """What many cards say alike in a contest: one object for all, to be put into words once."""


VERSION = "1.0.0"
ELECTION, SCOPE, PROGRAM = "election", "scope", "faircount"
_CONTEST_STATUS = {"overvote": "overvoted", "undervote": "undervoted", "blank-contest": "not-indicated",
                   "invalid-contest": "invalidated-rules", "invalidated-rules": "invalidated-rules"}  # fmt: skip
_MARK_STATUS = frozenset(("adjudicated", "generated-rules", "invalidated-rules"))
HELD_KINDS = ("write-in", "qualified-write-in")
"""Kinds of choice that the format has a word for, `IsWriteIn`."""
_SNAPSHOTS = ("original", "modified", "interpreted")
_ID = re.compile(r"[\w.-]{1,100}", re.ASCII)
_OURS = re.compile(r"(contest|choice|candidate|party|unit)-[\d-]+|election|scope|faircount|s-[\d-]+")
_CARD = ("tabulator", "batch", "position", "imprinted_id", "sheet", "style", "jurisdiction", "precinct", "portion",
         "adjudicated", "ballot", "patterns", "superseded", "marked")  # fmt: skip

HOLDS = about(
    "cards", "patterns", "contests",
    without=("counting_group", "session_type", "weight", "place_in_source", "write_in_density", "overvoted_ranks",
             "ranks", "district", "no_cards"),
) | {"cards"}  # fmt: skip


class Report:
    """The definitions of a report, and its records one by one. Ids are those of the report alone."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.units = {unit: f"unit-{n}" for n, unit in enumerate(material.units(), 1) if unit[1] or unit[2]}
        names = material.tabulators()
        self.devices = {
            name: name if _ID.fullmatch(name) and not _OURS.fullmatch(name) else f"device-{n}"
            for n, name in enumerate(names, 1)
        }
        self.parties = {
            party: f"party-{n}"
            for n, party in enumerate(
                dict.fromkeys(c.party for t in material.contests for c in t.contest.choices if c.party), 1
            )
        }
        self._contests: dict[int, Shared] = {}

    def head(self) -> Object:
        """Return the report without its records."""
        material = self.material
        device = {"@id": PROGRAM, "@type": "CVR.ReportingDevice", "Application": "faircount"}
        report: Object = {
            "@type": "CVR.CastVoteRecordReport",
            "Version": VERSION,
            "GeneratedDate": f"{material.date}T00:00:00Z",
            "ReportGeneratingDeviceIds": [PROGRAM],
            "ReportingDevice": [device, *(self._device(name, key) for name, key in self.devices.items())],
            "ReportType": ["aggregated"],
            "GpUnit": [self._scope(), *(self._unit(unit, key) for unit, key in self.units.items())],
            "Election": [self._election()],
        }
        if self.parties:
            report["Party"] = [{"@id": k, "@type": "CVR.Party", "Name": n} for n, k in self.parties.items()]
        if not material.complete:
            report["Notes"] = "A source says that it is a part of the whole, or rows of it could not be read."
        return report

    def _scope(self) -> Object:
        name = self.material.jurisdiction
        scope = {"@id": SCOPE, "@type": "CVR.GpUnit", "Type": "other", "OtherType": "election"}
        return {**scope, "Name": name} if name else scope

    def _unit(self, unit: tuple[str | None, str | None, str | None], key: str) -> Object:
        jurisdiction, precinct, portion = unit
        made: Object = {"@id": key, "@type": "CVR.GpUnit", "Name": precinct or portion,
                        "Type": "precinct" if precinct and not portion else "split-precinct"}  # fmt: skip
        codes = [("jurisdiction", jurisdiction), ("portion", portion if precinct else None)]
        found = [_code("other", value, kind) for kind, value in codes if value]
        return {**made, "Code": found} if found else made

    def _device(self, name: str, key: str) -> Object:
        return {"@id": key, "@type": "CVR.ReportingDevice", "SerialNumber": name}

    def _election(self) -> Object:
        contests, candidates = [], []
        for number, terms in enumerate(self.material.contests, 1):
            selections = []
            keys = terms.choice_keys or (None,) * len(terms.contest.choices)
            pooled = sum(choice.kind == "write-in" for choice in terms.contest.choices)
            for at, (choice, key) in enumerate(zip(terms.contest.choices, keys, strict=True), 1):
                selection: Object = {"@id": f"choice-{number}-{at}", "@type": "CVR.CandidateSelection"}
                if choice.kind != "write-in" or pooled > 1:  # the line for write-ins is nobody's name
                    candidate = {"@id": f"candidate-{number}-{at}", "@type": "CVR.Candidate", "Name": choice.name}
                    if choice.party:
                        candidate["PartyId"] = self.parties[choice.party]
                    candidates.append(candidate)
                    selection["CandidateIds"] = [candidate["@id"]]
                if choice.kind.endswith("write-in"):
                    selection["IsWriteIn"] = True
                if key:
                    selection["Code"] = [_code("local-level", key)]
                selections.append(selection)
            contests.append(self._contest(number, terms, selections))
        made: Object = {"@id": ELECTION, "@type": "CVR.Election", "ElectionScopeId": SCOPE, "Contest": contests}
        if self.material.name:
            made["Name"] = self.material.name
        if candidates:
            made["Candidate"] = candidates
        return made

    def _contest(self, number: int, terms: Terms, selections: list[Object]) -> Object:
        contest = terms.contest
        variation = "rcv" if contest.ranks else "n-of-m" if contest.votes_allowed > 1 else "plurality"
        made: Object = {
            "@id": f"contest-{number}", "@type": "CVR.CandidateContest", "Name": contest.title,
            "VoteVariation": variation, "ContestSelection": selections,
        }  # fmt: skip
        if terms.votes_stated:
            made["VotesAllowed"] = contest.votes_allowed
        if terms.seats_stated:
            made["NumberElected"] = contest.seats
        if terms.key:
            made["Code"] = [_code("local-level", terms.key)]
        return made

    def records(self) -> Iterator[Object]:
        """Yield the records in the order of the cards. Objects of contests are shared: do not change them."""
        rows = (row for table in self.material.cards() for row in rows_of(table, _CARD))
        for number, (row, of_several) in enumerate(_with_neighbours(rows), 1):
            yield self._record(number, row, of_several)

    def _record(self, number: int, row: Sequence[Any], of_several: bool) -> Object:
        (tabulator, batch, position, imprinted, sheet, style, jurisdiction, precinct, portion, adjudicated, ballot,
         patterns, superseded, marked) = row  # fmt: skip
        marks = _marks_by_pattern(marked)
        current = "modified" if adjudicated else "interpreted" if superseded else "original"
        snapshots = [self._snapshot(f"s-{number}", current, patterns or (), marks)]
        versions = dict.fromkeys(one["version"] for one in superseded or ())
        for at, version in enumerate(versions, 2):
            held = [one["pattern"] for one in superseded if one["version"] == version]
            kind = (version or "").lower()
            kind = kind if kind in _SNAPSHOTS else "original"
            snapshots.append(self._snapshot(f"s-{number}-{at}", kind, held, marks))
        record: Object = {"@type": "CVR.CVR", "ElectionId": ELECTION, "UniqueId": str(number),
                          "CurrentSnapshotId": f"s-{number}", "CVRSnapshot": snapshots}  # fmt: skip
        said = {
            "BallotAuditId": imprinted, "BatchId": batch, "BatchSequenceId": position, "BallotStyleId": style,
            "BallotSheetId": None if sheet is None else str(sheet), "CreatingDeviceId": self.devices.get(tabulator),
            "BallotStyleUnitId": self.units.get((jurisdiction, precinct, portion)),
            "BallotPrePrintedId": f"ballot-{ballot}" if of_several else None,
        }  # fmt: skip
        if of_several and sheet is None:  # a reader joins records of one ballot by their different sheets
            said["BallotSheetId"] = f"card-{number}"
        return record | {name: value for name, value in said.items() if value is not None}

    def _snapshot(self, key: str, kind: str, patterns: Sequence[int], marks: dict[int, list[Object]]) -> Object:
        held = sorted(
            (p for p in patterns if p in self.material.ways), key=lambda p: (self.material.ways[p].contest, p)
        )
        return {"@id": key, "@type": "CVR.CVRSnapshot", "Type": kind,
                "CVRContest": [self._vote(pattern, marks.get(pattern)) for pattern in held]}  # fmt: skip

    def _vote(self, pattern: int, extras: list[Object] | None) -> Object:
        """Return what a card says in a contest; the same object for every card that says the same and no more."""
        if extras:
            return vote(self.material, self.material.ways[pattern], extras)
        made = self._contests.get(pattern)
        if made is None:
            made = self._contests[pattern] = Shared(vote(self.material, self.material.ways[pattern], []))
        return made


def _with_neighbours(rows: Iterator[Sequence[Any]]) -> Iterator[tuple[Sequence[Any], bool]]:
    """Yield each card with whether the card before or after it is of the same ballot: such cards stand together."""
    before: Any = None
    row = next(rows, None)
    while row is not None:
        after = next(rows, None)
        ballot = row[_CARD.index("ballot")]
        yield row, ballot == before or (after is not None and ballot == after[_CARD.index("ballot")])
        before, row = ballot, after


def _code(kind: str, value: str, other: str = "") -> Object:
    made = {"@type": "CVR.Code", "Type": kind, "Value": value}
    return {**made, "OtherType": other} if other else made


def _marks_by_pattern(marked: Sequence[Object] | None) -> dict[int, list[Object]]:
    found: dict[int, list[Object]] = {}
    for one in marked or ():
        found.setdefault(one["pattern"], []).append(one)
    return found


def vote(material: Material, way: Way, extras: Sequence[Object]) -> Object:
    """Return one contest on a card, its marks by choice in the order of the export."""
    pattern, terms = way.pattern, material.contests[way.contest]
    by_mark = {one["mark"]: one for one in extras}
    by_choice: dict[int, list[Object]] = {}
    for at, mark in enumerate(pattern.marks):
        by_choice.setdefault(mark.choice, []).append(_position(terms, mark, by_mark.get(at, {})))
    number = way.contest + 1
    made: Object = {"@type": "CVR.CVRContest", "ContestId": f"contest-{number}"}
    if by_choice:
        made["CVRContestSelection"] = [
            {"@type": "CVR.CVRContestSelection", "ContestSelectionId": f"choice-{number}-{choice + 1}",
             "OptionPosition": choice + 1, "SelectionPosition": positions}
            for choice, positions in by_choice.items()
        ]  # fmt: skip
    if pattern.undervotes is not None:
        made["Undervotes"] = pattern.undervotes
    if pattern.overvotes is not None:
        made["Overvotes"] = pattern.overvotes
    status = sorted({_CONTEST_STATUS[c] for c in pattern.conditions if c in _CONTEST_STATUS})
    return made | _status(status, [c for c in pattern.conditions if c not in _CONTEST_STATUS])


def _position(terms: Terms, mark: Mark, extra: Object) -> Object:
    made: Object = {
        "@type": "CVR.SelectionPosition",
        "HasIndication": "unknown" if mark.is_ambiguous else "yes",
        "NumberVotes": 1 if mark.score is None else mark.score,
    }
    if mark.is_vote is not None:
        hidden = bool(terms.contest.ranks) and not mark.is_vote and not mark.is_ambiguous
        made["IsAllocable"] = "yes" if mark.is_vote else "unknown" if hidden else "no"
    if terms.contest.ranks:
        made["Rank"] = mark.rank
    if extra.get("density") is not None:
        made["MarkMetricValue"] = [str(extra["density"])]
    if text := extra.get("write_in"):
        # Digits alone are a vendor's index of the image, and nobody's name.
        written = {"WriteInImage": {"@type": "CVR.ImageData", "Location": text}} if text.isdecimal() else {"Text": text}
        made["CVRWriteIn"] = {"@type": "CVR.CVRWriteIn", **written}
    known = [c for c in mark.conditions if c in _MARK_STATUS]
    return made | _status(known, [c for c in mark.conditions if c not in _MARK_STATUS])


def _status(known: list[str], others: list[str]) -> Object:
    if others:
        return {"Status": [*known, "other"], "OtherStatus": ", ".join(others)}
    return {"Status": known} if known else {}


def back(terms: Terms, pattern: Pattern) -> Pattern:
    """Return what a reader gets back as far as it decides votes: marks with flags, figures, statuses."""
    marks = tuple(
        Mark(
            mark.choice, mark.rank, mark.score,
            None if mark.is_vote is False and terms.contest.ranks and not mark.is_ambiguous else mark.is_vote,
            mark.is_ambiguous, mark.conditions if len(mark.conditions) < 2 else (", ".join(mark.conditions),),
        )
        for mark in pattern.marks
    )  # fmt: skip
    conditions = pattern.conditions
    if {"overvote", "invalid-contest"} <= set(conditions):  # one status for both: which was meant is lost
        conditions = tuple(c for c in conditions if c != "invalid-contest")
    return Pattern(marks, pattern.undervotes, pattern.overvotes, conditions)


def more(material: Material) -> Iterator[Loss]:
    """Yield what is lost of kinds, groups and names of choices."""
    choices = [choice for terms in material.contests for choice in terms.contest.choices]
    renamed = sum(choice.kind == "write-in" and choice.name != "Write-in" for choice in choices)
    if renamed:
        yield Loss("what the ballot calls its line for write-ins", renamed)
    if apart := _same_sheet_twice(material):
        yield Loss("which cards belong to one ballot, where a ballot has one sheet twice", apart)
    yield from kinds_lost(material, HELD_KINDS)


def _same_sheet_twice(material: Material) -> int:
    """Return how many cards say that they are a sheet of which their ballot has another card before them."""
    found, before = 0, None
    sheets: set[int] = set()
    for table in material.cards():
        for ballot, sheet in rows_of(table, ("ballot", "sheet")):
            if ballot != before:
                before, sheets = ballot, set()
            found += sheet in sheets
            if sheet is not None:
                sheets.add(sheet)
    return found
