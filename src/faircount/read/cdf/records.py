"""Cast vote records on their way to canonical tables: the current reading as votes, the others as superseded.

A contest on a card is kept as its bytes; equal bytes are one pattern, decoded once and then found by one look-up.
Marks are passed on with what the file says of them; how its words become flags is `_flags`, and
docs/formats/cdf-cvr.md says why.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from faircount.model import BadInputError
from faircount.read.batch_builder import ONE, BatchBuilder, ExportedMark
from faircount.read.cdf.definitions import AllContests, Choice, ContestNames, FileNames
from faircount.read.cdf.shapes import ContestRecord, Position, Record, Selection, Snapshot

MAX_DENSITY = 32_767
MAX_SHEETS = 100
"""Sheets of one ballot; what claims more is not one ballot."""
MAX_KEPT = 20_000
"""Contests on cards that are kept for look-up, as bytes; it bounds memory."""
STRICT = msgspec.json.Decoder(ContestRecord)
LENIENT = msgspec.json.Decoder(ContestRecord, strict=False)
_NO_POSITION = (Position(),)
_CONTEST_CONDITIONS = {"overvoted": "overvote", "undervoted": "undervote", "not-indicated": "blank-contest"}
_GENERATED = "generated-by-rule"
"""Canonical condition: nobody marked this, a rule such as that of straight-party voting did."""
_ASK = "ask the election office what the record should hold"
_Extra = tuple[int, int | None, str | None]
"""Of one mark: its index, its density in per cent, and what was written in."""


@dataclass(slots=True)
class Way:
    """How a contest was voted: what a pattern holds, and what only this record's marks hold."""

    contest: str
    marks: tuple[ExportedMark, ...]
    undervotes: int | None
    overvotes: int | None
    conditions: tuple[str, ...]
    extras: tuple[_Extra, ...]
    pattern: int = -1


@dataclass(frozen=True, slots=True)
class Defect:
    """Why a contest of a record cannot be read."""

    contest: str
    column: str
    value: str
    rule: str


def per_cent(values: tuple[str | int | float, ...]) -> int | None:
    """Return a mark's density in per cent: a whole number as it is, a decimal up to 1 as a share; else None.

    The metric is the vendor's own; where it is neither, it is left in the file.
    """
    try:
        value = Decimal(str(values[0])) if values else Decimal("NaN")
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 <= value <= MAX_DENSITY:
        return None
    if value == int(value) and "." not in str(values[0]):
        return int(value)
    return int(value * 100) if value <= 1 else None


@dataclass(slots=True)
class RecordWriter:
    """Adds the records of one file to a builder.

    `file` is its number, `name` its name for rejected rows, `place` that for errors. XML has all values as text: its
    contests are decoded by `LENIENT`.
    """

    builder: BatchBuilder
    names: FileNames
    contests: AllContests
    file: int
    name: str
    place: str
    decoder: "msgspec.json.Decoder[ContestRecord]" = STRICT
    density: Callable[[tuple[str | int | float, ...]], int | None] = per_cent
    people_adjudicate: bool = True
    """Whether a snapshot of type `modified` is a person's doing; VxSuite calls so what its rules made of the marks."""
    cards: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    _ways: dict[bytes, Way | Defect] = field(default_factory=dict)
    _ballot: tuple[str, int, frozenset[str]] = ("", 0, frozenset())
    """Id printed on the ballot of the record before, number of that ballot, its sheets so far."""

    def forget(self) -> None:
        """Forget the numbers of patterns and of the ballot: call when the builder was emptied."""
        self._ways.clear()
        self._ballot = ("", 0, frozenset())

    def continues(self, record: Record) -> bool:
        """Whether a record is another sheet of the ballot that the record before it is of: the same id printed on both
        and another sheet.
        """
        printed, _, sheets = self._ballot
        sheet = str(record.BallotSheetId)
        return (
            printed != "" and str(record.BallotPrePrintedId) == printed and sheet != "" and sheet not in sheets
            and len(sheets) < MAX_SHEETS
        )  # fmt: skip

    def _ballot_of(self, record: Record) -> int:
        """Return the ballot of a record that becomes the next card."""
        sheet = str(record.BallotSheetId)
        if self.continues(record):
            printed, ballot, sheets = self._ballot
            self._ballot = (printed, ballot, sheets | {sheet})
        else:
            printed = str(record.BallotPrePrintedId) if sheet else ""
            self._ballot = (printed, self.builder.cards, frozenset([sheet]))
        return self._ballot[1]

    def add(self, number: int, record: Record) -> int | None:
        """Add record `number` of the file, 1 first; return its card, None where it was rejected."""
        snapshots = record.CVRSnapshot
        several = len(snapshots) > 1
        current = _current(record)
        if current is None:
            rule = "CurrentSnapshotId names one of the record's snapshots"
            self.builder.reject(
                self.name, number, rule, _ASK, column="CurrentSnapshotId", value=str(record.CurrentSnapshotId)
            )
            return None
        columns = self._columns(record, current, several)
        card = self.builder.add_card(
            file=self.file, record=number, ballot=self._ballot_of(record), weight=ONE, **columns
        )
        self.cards += 1
        if "needs-adjudication" in current.Status:
            self.tally["in need of adjudication"] += 1
        self._votes(card, number, current, "")
        if several:
            versions: Counter[str] = Counter()
            for snapshot in snapshots:
                kind = snapshot.Type or "snapshot"
                versions[kind] += 1
                if snapshot is not current:
                    self._votes(card, number, snapshot, kind if versions[kind] == 1 else f"{kind} {versions[kind]}")
        return card

    def _columns(self, record: Record, current: Snapshot, several: bool) -> dict[str, Any]:
        sheet = str(record.BallotSheetId)
        place = self.names.place(record.BallotStyleUnitId)
        by_person = self.people_adjudicate and several and current.Type == "modified"
        return {
            "jurisdiction": place.jurisdiction,
            "tabulator": self.names.device(record.CreatingDeviceId),
            "batch": str(record.BatchId) or None,
            "position": record.BatchSequenceId,
            "imprinted_id": str(record.BallotAuditId or record.BallotPrePrintedId or record.UniqueId) or None,
            "sheet": int(sheet) if sheet.isascii() and sheet.isdecimal() and len(sheet) < 5 else None,
            "style": str(record.BallotStyleId) or None,
            "precinct": place.precinct,
            "portion": place.portion,
            "counting_group": record.vxBallotType or ballot_type(current) or None,
            "adjudicated": by_person or (several and any(note.AdjudicatorName for note in current.Annotation)),
        }

    def _votes(self, card: int, number: int, snapshot: Snapshot, version: str) -> None:
        """Add what a snapshot says: as votes, or as superseded where it has a `version`."""
        ways = self._ways
        seen: set[str] = set()
        for contest in snapshot.CVRContest:
            data = bytes(contest)
            way = ways.get(data)
            if way is None:
                if len(ways) >= MAX_KEPT:
                    ways.clear()
                way = ways[data] = self._way(data, number)
            if way.contest in seen:
                way = Defect(way.contest, "ContestId", way.contest, "a contest stands once in a snapshot")
            seen.add(way.contest)
            if isinstance(way, Defect):
                where = f" (superseded: {version})" if version else ""
                self.builder.reject(self.name, number, way.rule + where, _ASK, column=way.column, value=way.value)
                continue
            if version:
                self.builder.add("superseded", card=card, pattern=way.pattern, version=version)
            else:
                self.builder.add_vote(card, way.pattern)
            for mark, density, text in way.extras:
                self.builder.add("marks", card=card, pattern=way.pattern, mark=mark, density=density, write_in=text)

    def _way(self, data: bytes, number: int) -> Way | Defect:
        try:
            record = self.decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            rule = "contests have the fields of NIST SP 1500-103 version 1"
            raise BadInputError(f"{self.place}, CVR {number:,}", rule, f"{error} (in a CVRContest)") from error
        contest = self.names.contest(record.ContestId)
        marks: list[tuple[ExportedMark, int | None, str | None]] = []
        ranks = _ranks(record)
        if 0 in ranks and (contest.ranked or any(ranks)):
            return Defect(contest.title, "Rank", "0", "a rank is 1 or more")
        for selection in record.CVRContestSelection:
            found = self._marks(contest, selection)
            if isinstance(found, Defect):
                return found
            marks += found
        marks.sort(key=lambda m: (m[0].rank, m[0].choice))
        extras = tuple([(at, d, text) for at, (_, d, text) in enumerate(marks) if d is not None or text is not None])
        way = Way(
            contest.title,
            tuple([m[0] for m in marks]),
            record.Undervotes,
            record.Overvotes,
            _conditions(record),
            extras,
        )
        way.pattern = self.builder.pattern(way.contest, way.marks, way.undervotes, way.overvotes, way.conditions)
        return way

    def _marks(
        self, contest: ContestNames, selection: Selection
    ) -> list[tuple[ExportedMark, int | None, str | None]] | Defect:
        found: list[tuple[ExportedMark, int | None, str | None]] = []
        for position in selection.SelectionPosition or _NO_POSITION:
            if _says_nothing(position, selection):
                continue
            choice = _choice(contest, selection, position)
            if choice is None:
                rule = "a selection names a choice of the contest or what was written in"
                return Defect(contest.title, "ContestSelectionId", contest.title, rule)
            rank = position.Rank if position.Rank is not None else selection.Rank
            if rank and (position.HasIndication != "no"):
                ranks = self.contests.ranks
                ranks[contest.title] = max(rank, ranks.get(contest.title, 0))
            void = bool(rank) and position.IsAllocable == "no" and not self.names.says_rounds
            mark = ExportedMark(choice.name, rank or 1, *_flags(selection, position, choice, void))
            if position.FractionalVotes is not None:
                self.tally["marks with fractions of votes"] += 1
            found.append((mark, self.density(position.MarkMetricValue), _written(position)))
        return found


def _ranks(record: ContestRecord) -> set[int | None]:
    """Return the ranks that the marks of a contest state, None among them where one states none."""
    return {
        position.Rank if position.Rank is not None else selection.Rank
        for selection in record.CVRContestSelection for position in selection.SelectionPosition or _NO_POSITION
        if position.HasIndication != "no"
    }  # fmt: skip


def _current(record: Record) -> Snapshot | None:
    """Return the snapshot that counts; where none is named and there is one, that; None where it is not known."""
    wanted, snapshots = record.CurrentSnapshotId, record.CVRSnapshot
    if len(snapshots) == 1 and wanted in ("", snapshots[0].id):
        return snapshots[0]
    found = [s for s in snapshots if s.id == wanted and wanted != ""]
    return found[0] if len(found) == 1 else None


def _choice(contest: ContestNames, selection: Selection, position: Position) -> Choice | None:
    if selection.ContestSelectionId != "":
        return contest.choice(selection.ContestSelectionId)
    return contest.write_in() if position.CVRWriteIn is not None else None


def _says_nothing(position: Position, selection: Selection) -> bool:
    """Say whether a place on the ballot was found empty and nothing more is said of it: no mark then.

    Some exports list every place of the ballot.
    """
    if position.HasIndication != "no":
        return False
    blank = all(str(value).strip("0.") == "" for value in position.MarkMetricValue)
    return blank and not (position.Status or selection.Status or position.CVRWriteIn)


def _flags(
    selection: Selection, position: Position, choice: Choice, void: bool
) -> tuple[int | None, bool | None, bool, tuple[str, ...]]:
    """Return (score, is_vote, is_ambiguous, conditions) of a mark: what the file says, in our words.

    `void` says that it is a ranking's and allocable to nobody. Where voters rank, counting goes by `is_ambiguous`.
    """
    remarks = {*_remarks(selection), *_remarks(position)}
    ambiguous = position.HasIndication == "unknown"
    is_vote = {"yes": True, "no": False}.get(position.IsAllocable)
    if position.HasIndication == "no":
        # Nobody marked it: it counts for nothing, ranked or not.
        is_vote, ambiguous = False, True
        remarks.add("not-indicated")
    if void and not ambiguous:
        ambiguous = True
        remarks.add("not-allocable")
    if is_vote is None and _no_votes(selection, position):
        is_vote = False
    if "needs-adjudication" in remarks and choice.kind == "regular" and is_vote is None:
        # A write-in waits to be read, but is a vote; any other mark waits to be found a mark at all.
        ambiguous = True
    if position.IsGenerated == "yes":
        remarks.add(_GENERATED)
    votes = position.NumberVotes
    score = votes if votes is not None and votes > 1 else None
    return score, is_vote, ambiguous, tuple(sorted(remarks))


def _no_votes(selection: Selection, position: Position) -> bool:
    """Say whether the file gives a mark no votes, fractions included."""
    if position.NumberVotes == 0 and position.FractionalVotes is None:
        return True
    return selection.TotalNumberVotes == 0 and selection.TotalFractionalVotes is None


def _remarks(said: Selection | Position) -> list[str]:
    words = {"other": said.OtherStatus.strip() or "other", "generated-rules": _GENERATED}
    return [words.get(status, status) for status in said.Status]


def _conditions(record: ContestRecord) -> tuple[str, ...]:
    found = set()
    for status in record.Status:
        if status == "other":
            found.add(record.OtherStatus.strip() or "other")
        elif status == "invalidated-rules":
            # With an overvote this is its consequence, and the overvote says more.
            found.add("invalidated-rules" if "overvoted" in record.Status else "invalid-contest")
        else:
            found.add(_CONTEST_CONDITIONS.get(status, status))
    return tuple(sorted(found))


def _written(position: Position) -> str | None:
    """Return what was written in, or where its image is."""
    if position.CVRWriteIn is None:
        return None
    image = position.CVRWriteIn.WriteInImage
    return position.CVRWriteIn.Text or (image.Location if image is not None else "") or None


def ballot_type(snapshot: Snapshot) -> str:
    """Return how a ballot was cast, where a snapshot says it as VxSuite does, JSON in OtherStatus; else empty."""
    if not snapshot.OtherStatus.startswith("{"):
        return ""
    try:
        said: Any = msgspec.json.decode(snapshot.OtherStatus.encode())
    except (msgspec.MsgspecError, RecursionError):
        return ""
    return str(said.get("ballotType") or "") if isinstance(said, dict) else ""
