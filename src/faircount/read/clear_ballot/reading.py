"""Clear Ballot: one CSV of cast vote records, a column for every oval, with optional lists of names beside it."""

import itertools
from collections.abc import Iterator, Sequence

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.clear_ballot.columns import (
    COLUMN,
    LISTS,
    Beside,
    CbContest,
    beside,
    contests_of,
    is_write_in,
)
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.results.results_words import unit_of
from faircount.read.syntax.csv_rows import (
    BROKEN,
    MAX_RECOGNISED_FILES,
    CsvRows,
    columns_of,
    head_rows,
    is_blank,
    is_companion,
    open_rows,
    plain_cell,
    row_text,
)
from faircount.read.syntax.named_rows import reject_broken

OVERVOTED_RANKS = (
    "Clear Ballot exports an overvoted rank as zeros, with no flag: overvoted ranks and skipped ranks cannot be told"
    " apart here, and overvotes of ranked contests are NOT CHECKED"
)
NO_NAMES = "no .choices.csv lies beside: which contest a choice belongs to is not known, each stands as its own contest"
_STATUSES = {"-1": "unreadable, or read by a person", "1": "obstructed", "+1": "obstructed"}
MAX_ENTRIES = 100_000
"""Distinct rows of cells of one contest that are kept for look-up; it bounds memory."""
_FIX = "ask for the export again"


def recognise(export: Export) -> Recognition | None:
    """Claim CSV files whose header has BallotID and a column `Choice_<id>_<party>`."""
    names = _tables(export)
    if not names or len(names) > MAX_RECOGNISED_FILES:
        return None
    files = [name for name in names if not _list_of(name, names)]
    ovals = 0
    for name in files:
        rows = head_rows(export, name, 1 << 20)
        cells = [plain_cell(cell).casefold() for cell in rows[0]] if rows else []
        columns = sum(COLUMN.fullmatch(cell) is not None for cell in cells)
        if "ballotid" not in cells or not columns:
            return None
        ovals += columns
    if not files:
        return None
    return Recognition(97, "", f"{len(files):,} CSV files with BallotID and {ovals:,} columns Choice_<id>_<party>")


def _tables(export: Export) -> tuple[str, ...]:
    return export.names if export.kind == "single" else tuple(n for n in export.names if not is_companion(n))


def _stem(name: str) -> str:
    return name[:-8] if name.lower().endswith(".cvr.csv") else name.rsplit(".", 1)[0]


def _list_of(name: str, names: Sequence[str]) -> str:
    """Return which list of names a file is, by its own name; empty for a file of records."""
    low = name.lower()
    return next((kind for kind in LISTS if low.endswith(f".{kind}.csv") and len(names) > 1), "")


def plan(export: Export) -> tuple[Part, ...]:
    """Make every CVR file a part, with the lists that share its name; what else lies there goes to the first."""
    names = _tables(export)
    files = [name for name in names if not _list_of(name, names)]
    if not files:
        raise BadInputError(str(export), "a Clear Ballot export has a .cvr.csv file", "none", "check the path")
    members: dict[str, list[str]] = {name: [name] for name in files}
    for name in export.names:
        if name in members:
            continue
        stem = name[: -len(_list_of(name, names)) - 5] if _list_of(name, names) else ""
        owner = next((f for f in files if stem and _stem(f) == stem), files[0])
        members[owner].append(name)
    return tuple(Part(n, tuple(m), sum(map(export.size, m))) for n, m in enumerate(members.values()))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the rows of one CVR file as cards, in order.

    A row that has too few cells, or a cell other than 0, 1 and empty, is rejected. Raises `BadInputError` for a header
    that cannot be taken apart.
    """
    builder = BatchBuilder()
    main, *others = part.members
    lists = {kind: name for name in others if (kind := _list_of(name, export.names))}
    named = beside(export, lists)
    for name in others:
        builder.add_companion(export, export.names.index(name), name)
    number = export.names.index(main)
    with open_rows(export, main) as rows:  # by itself: a quote misplaced in the name of a column loses no ballot
        reading = Reading(builder, rows, named, main, number)
    with open_rows(export, main, reject_broken(main, builder)) as rows:
        for row, cells in itertools.islice(rows, 1, None):
            reading.take(row, cells)
            if builder.full:
                yield reading.build()
        reading.finish()
        builder.add_file(number, main, rows, reading.records)
    yield reading.build()


class Reading:
    """One CVR file on its way to batches."""

    def __init__(self, builder: BatchBuilder, rows: CsvRows, lists: Beside, name: str, number: int) -> None:
        self.builder, self.lists, self.name, self.number = builder, lists, name, number
        row, header = next(iter(rows), (1, []))
        place = f"{rows.place}, row {row}"
        self.columns = columns_of([cell.casefold() for cell in header], place)
        """Name of a column in small letters, as programs between Clear Ballot's and ours may write them all → index."""
        self.width = len(header)
        self.contests, self.unknown = contests_of(header, lists, place)
        if not self.contests or "ballotid" not in self.columns:
            raise BadInputError(
                place, "the first row has BallotID and columns Choice_<id>_<party>", repr(",".join(header)[:120]),
                "is this the .cvr.csv file?",
            )  # fmt: skip
        self.records = 0
        self.remade = 0
        self._blank: int | None = None
        """First of the blank rows since the last ballot."""
        self.statuses: dict[str, int] = {}
        self._patterns: list[dict[tuple[str, ...], int | None]] = [{} for _ in self.contests]
        self._add_contests()

    def build(self) -> Batch:
        """Return what gathered; pattern ids are valid for one batch only."""
        for known in self._patterns:
            known.clear()
        return self.builder.build()

    def _add_contests(self) -> None:
        for place, contest in enumerate(self.contests):
            first = contest.ovals[0]
            self.builder.add(
                "contests", contest=contest.title, key=contest.key, votes_allowed=first.votes_allowed,
                ranks=contest.ranks, seats=first.winners, place=place,
            )  # fmt: skip
            ovals = {oval.choice: oval for oval in reversed(contest.ovals)}
            for at, (choice, oval) in enumerate(sorted(ovals.items(), key=lambda pair: pair[1].column)):
                kind = "write-in" if is_write_in(choice) else "regular"
                self.builder.add(
                    "choices", contest=contest.title, choice=choice, key=oval.key, party=oval.party or None, kind=kind,
                    place=at,
                )  # fmt: skip

    def take(self, row: int, cells: list[str]) -> None:
        """Read one row as a card, or reject it."""
        if cells is BROKEN:
            return
        if is_blank(cells):
            if cells:
                self._blank = self._blank or row
            return
        # At the end of a file a spreadsheet program leaves rows of commas; between ballots one may have been lost.
        for empty in range(self._blank or row, row):
            self.builder.reject(self.name, empty, "a row between ballots holds a ballot", _FIX)
        self._blank = None
        if len(cells) != self.width and not (len(cells) > self.width and is_blank(cells[self.width :])):
            rule = f"a row has as many cells as the header, {self.width:,}"
            self.builder.reject(self.name, row, rule, "the file may be cut short", value=row_text(cells))
            return
        if unit_of(cells[0]) is None and cells[0].strip():
            self.builder.reject(
                self.name, row, "a total is not a ballot", "nothing, if it is a total", value=row_text(cells)
            )
            return
        try:
            ways = [contest.cells(cells) for contest in self.contests]
            # All cells are looked at before anything is kept: a row is read whole or rejected whole.
            fresh = [(n, way, self._marks(n, way)) for n, way in enumerate(ways) if way not in self._patterns[n]]
            position = self._position(cells)
        except ValueError as wrong:
            column, value, rule = wrong.args
            self.builder.reject(self.name, row, rule, _FIX, column=column, value=value)
            return
        for number, way, marks in fresh:
            self._patterns[number][way] = self._pattern(self.contests[number], marks)
        self.records += 1
        card = self._card(row, cells, position)
        for known, way in zip(self._patterns, ways, strict=True):
            if (pattern := known[way]) is not None:
                self.builder.add_vote(card, pattern)
            if len(known) >= MAX_ENTRIES:
                known.clear()

    def _marks(self, number: int, cells: tuple[str, ...]) -> tuple[ExportedMark, ...] | None:
        """Return the marks of a contest's cells; None where all are empty: the contest is not on this card.

        Raises `ValueError` with the column, the cell and the rule that it breaks.
        """
        marks: list[ExportedMark] = []
        said = False
        for oval, cell in zip(self.contests[number].ovals, cells, strict=True):
            value = plain_cell(cell)
            if value not in ("", "0", "1"):
                raise ValueError(
                    f"Choice_{oval.key}", value, "a cell is 1, 0, or empty where the card has no such oval"
                )
            said = said or value != ""
            if value == "1":
                marks.append(ExportedMark(oval.choice, oval.rank or 1))
        return tuple(sorted(marks, key=lambda mark: (mark.rank, mark.choice))) if said else None

    def _pattern(self, contest: CbContest, marks: tuple[ExportedMark, ...] | None) -> int | None:
        if marks is None:
            return None
        pooled = [mark.rank for mark in marks if is_write_in(mark.choice)]
        # Two pooled write-ins at one rank are two people: without this the rank would look like one choice.
        twice = {rank for rank in pooled if pooled.count(rank) > 1} if contest.ranks else set()
        return self.builder.pattern(contest.title, marks, overvoted_ranks=tuple(sorted(twice)))

    def _cell(self, cells: list[str], column: str) -> str:
        index = self.columns.get(column.casefold())
        return "" if index is None else plain_cell(cells[index])

    def _position(self, cells: list[str]) -> int | None:
        text = self._cell(cells, "BoxPosition")
        if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise ValueError("BoxPosition", text, "a position in the box is a number")
        return int(text) if text else None

    def _card(self, row: int, cells: list[str], position: int | None) -> int:
        status, remade = self._cell(cells, "Status"), self._cell(cells, "Remade")
        precinct, style = self._cell(cells, "PrecinctID"), self._cell(cells, "BallotStyleID")
        words = []
        if status not in ("", "0"):
            self.statuses[status] = self.statuses.get(status, 0) + 1
            words.append(f"status {status}")
        if remade not in ("", "0"):
            self.remade += 1
            words.append("remade")
        return self.builder.add_card(
            file=self.number, record=row, position=position, imprinted_id=self._cell(cells, "BallotID") or None,
            tabulator=self._cell(cells, "ScanComputerName") or None, batch=self._cell(cells, "BoxID") or None,
            precinct=self.lists.precincts.get(precinct) or precinct or None, style=style or None,
            portion=self._cell(cells, "PrecinctStyleName") or None, session_type=", ".join(words) or None,
            adjudicated=status == "-1",
        )  # fmt: skip

    def finish(self) -> None:
        """State what the file does not say, and how many cards bear a status."""
        facts = []
        if self.unknown:
            facts.append(("partial", NO_NAMES))
        if any(contest.ranks for contest in self.contests):
            facts.append(("note", f"{self.name}: {OVERVOTED_RANKS}"))
        for status, cards in sorted(self.statuses.items()):
            what = _STATUSES.get(status) or (
                "overlapping images" if status.isdecimal() else "not a status of the format"
            )
            facts.append(("note", f"{self.name}: {cards:,} × status {status} ({what})"))
        if self.remade:
            facts.append(("note", f"{self.name}: {self.remade:,} × remade from a ballot that could not be scanned"))
        self.builder.add_facts(facts)


READER = Reader(
    name="clear-ballot",
    title="Clear Ballot CVR",
    source="Clear Ballot 2.1, RCV format specification, as RCTab and Arlo read it; Bay County's export of 2012",
    gives=("cards", "votes", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
