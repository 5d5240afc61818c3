"""Dominion's CSV export of cast vote records (`CVR_Export_….csv`), the form in which Colorado audits them."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.dominion.csv_columns import (
    HEADER_ROWS,
    ContestColumns,
    DominionCsvHeader,
    header_of,
    looks_like_header,
    mojibake,
)
from faircount.read.dominion.csv_withheld import WithheldBallots
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.results.results_words import unit_of
from faircount.read.syntax.csv_rows import (
    BROKEN,
    candidates,
    count_of,
    files_to_read,
    folder_jurisdictions,
    head_rows,
    is_blank,
    open_rows,
    plain_cell,
    row_text,
)
from faircount.read.syntax.named_rows import reject_broken

WIDE_HEAD = 8 << 20
"""Where four header rows do not fit in the usual head: 5,000 columns with long names are 1 MB."""
KNOWN_PATTERNS = 200_000
"""Distinct rows of cells remembered by contest, so that most cells are never looked at one by one."""
_IDENTITY = frozenset(("tabulator", "batch", "position", "imprinted_id"))
_MARKED = {"1": True, "0": False}
_Cells = tuple[str, ...]


class RejectedCellError(ValueError):
    """A cell that says neither marked nor unmarked: its column in the file, its value, and the rule it breaks."""

    def __init__(self, column: int, value: str, rule: str) -> None:
        super().__init__(rule)
        self.column, self.value, self.rule = column, value, rule


def recognise(export: Export) -> Recognition | None:
    """Claim files whose first four rows are version, contests, choices, and columns with CvrNumber, TabulatorNum."""
    names = candidates(export)
    version = ""
    for name in names:
        rows = _head(export, name)
        if not looks_like_header(rows):
            return None
        version = version or plain_cell(rows[0][1])
    if not names:
        return None
    files = f"{len(names)} files with" if len(names) > 1 else ""
    return Recognition(95, version, f"{files} header rows of a Dominion CSV export, version {version}".strip())


def _head(export: Export, name: str) -> list[list[str]]:
    """Return the header rows of a file; reads on where they are wider than the usual head and may be ours."""
    rows = head_rows(export, name)
    if 0 < len(rows) < HEADER_ROWS and len(rows[0]) > 1 and re.fullmatch(r"[\d.]+", plain_cell(rows[0][1])):
        rows = head_rows(export, name, WIDE_HEAD)
    return rows


def plan(export: Export) -> tuple[Part, ...]:
    """Make each file a part of its own; what lies beside them belongs to the first.

    Raises `BadInputError` when there is no file to read.
    """
    names = files_to_read(export)
    beside = tuple(name for name in export.names if name not in names)
    return tuple(
        Part(number, (name, *beside) if number == 0 else (name,), export.size(name))
        for number, name in enumerate(names)
    )


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the cards of one file in the order of its rows; the first part also the contests of all files.

    A row that is no card of its own (aggregated, cut, blank, with cells that are neither 0 nor 1) is kept as
    rejected. Overvotes are marks like others: a file of this format does not flag them. Raises `BadInputError` when
    the header rows contradict each other or two files define one contest differently.
    """
    builder = BatchBuilder()
    name, *beside = part.members
    names = candidates(export)
    if part.number == 0:
        _add_contests(builder, export, names)
        for companion in beside:
            builder.add_companion(export, export.names.index(companion), companion)
    number = export.names.index(name)
    header = _header(export, name)
    with open_rows(export, name, reject_broken(name, builder)) as rows:
        lines = itertools.islice(rows, HEADER_ROWS, None)
        cards = _CardRows(builder, header, name, number, folder_jurisdictions(names).get(name))
        blank: int | None = None
        for row, cells in lines:
            if cells is BROKEN:
                continue
            if is_blank(cells):
                blank = blank or row
                continue
            # Empty rows at the end of a file carry nothing; between cards they may stand for one that was lost.
            for empty in range(blank or row, row):
                builder.reject(name, empty, "a row between cards holds a card", "export the file again")
                if builder.full:
                    yield builder.build()
                    cards.new_batch()
            blank = None
            cards.add(row, cells)
            if builder.full:
                yield builder.build()
                cards.new_batch()
        builder.add_file(number, name, rows, cards.records)
    builder.add_facts(cards.facts())
    yield builder.build()


def _is_aggregated(ids: Sequence[str]) -> bool:
    """Say whether a row stands for many ballots: Boulder writes `Redacted and Aggregated` in place of the number.

    A card of which only an id is blanked as `REDACTED` is still a card. Its exports of 2020 write nothing in place of
    the number: see `_are_sums`.
    """
    return ids[0].strip().casefold().startswith("redacted") or any("aggregated" in cell.casefold() for cell in ids)


def _are_sums(cells: Sequence[str], header: DominionCsvHeader) -> bool:
    """Say whether a row without anything that tells one card from another holds a number above 1."""
    told = [0, *(index for column, index in header.ids.items() if column in _IDENTITY)]
    if any(plain_cell(cells[index]) for index in told if index < len(cells)):
        return False
    return any((count_of(cell) or 0) > 1 for cell in cells[len(header.id_names) :])


def _no_card(ids: Sequence[str], header: DominionCsvHeader) -> str:
    """Return the rule by which a row without sums is no card all the same; empty where it may be one.

    Files that were joined repeat their header: its rows have no cell below a contest of several names, or only parties.
    """
    first, second = plain_cell(ids[0]), plain_cell(ids[1])
    if (first, second) in ((header.election, header.version), header.id_names[:2]):
        return "a header is not a card"
    return "a total is not a card" if first and unit_of(first) is None else ""


@dataclass(slots=True)
class _Way:
    """What certain cells of a contest say: the marks, None where it is not on the card; and its latest pattern id."""

    marks: tuple[ExportedMark, ...] | None
    batch: int = -1
    pattern: int = -1


class _CardRows:
    """Turns the rows below the header into cards and votes."""

    def __init__(
        self, builder: BatchBuilder, header: DominionCsvHeader, name: str, number: int, jurisdiction: str | None
    ) -> None:
        self.builder, self.header = builder, header
        self.name, self.number, self.jurisdiction = name, number, jurisdiction
        self.records = 0
        self.withheld = WithheldBallots()
        self.bare = 0
        self._position = header.ids.get("position")
        self._texts = tuple((column, index) for column, index in header.ids.items() if column != "position")
        self._known: list[dict[_Cells, _Way]] = [{} for _ in header.contests]
        self._batch = 0

    def new_batch(self) -> None:
        """Forget the pattern ids of the batch that was built: the next one numbers its own."""
        self._batch += 1

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Add the row as a card with its votes, or keep it as rejected with the first rule that it breaks."""
        width = self.header.width
        ids = cells[: len(self.header.id_names)]
        if _is_aggregated(ids) or (not ids[0] and _are_sums(cells, self.header)):
            self.withheld.add(cells, self.header)
            rule = "an aggregated row is not a card"
            self._reject(row, cells, rule, "ask for the withheld records, or count these ballots from their totals")
        elif len(cells) < width or not is_blank(cells[width:]):
            rule = f"a row has {width} cells, as many as the header"
            self._reject(row, cells, rule, "the file may be cut short, or a quotation mark or comma be amiss")
        elif rule := _no_card(ids, self.header):
            self._reject(row, cells, rule, "nothing, if the rows around it are whole")
        else:
            try:
                votes = self._votes(cells)
            except RejectedCellError as wrong:
                fix = "export the file again; a blanked cell cannot be counted"
                self.builder.reject(
                    self.name, row, wrong.rule, fix, column=self._column(wrong.column), value=wrong.value
                )
                return
            card = self._card(row, ids)
            self.bare += not votes
            for contest, way in votes:
                if way.batch != self._batch:
                    way.batch, way.pattern = self._batch, self.builder.pattern(contest.title, way.marks or ())
                self.builder.add_vote(card, way.pattern)
            self.records += 1

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield what the rows say together: ballots that are only in sums, cards on which no contest stands."""
        yield from self.withheld.facts(self.name)
        if self.bare:
            cards = "1 card has" if self.bare == 1 else f"{self.bare:,} cards have"
            yield (
                "note",
                f"{self.name}: {cards} no cell filled in any contest: blank paper, or cells that were withheld",
            )

    def _reject(self, row: int, cells: Sequence[str], rule: str, fix: str) -> None:
        self.builder.reject(self.name, row, rule, fix, value=row_text(cells))

    def _column(self, index: int) -> str:
        contest = next(c for c in self.header.contests if c.first <= index < c.end)
        mark = contest.marks[index - contest.first]
        rank = f", rank {mark.rank}" if contest.ranks else ""
        return f"{contest.title}: {mark.choice}{rank}"

    def _votes(self, cells: Sequence[str]) -> list[tuple[ContestColumns, _Way]]:
        """Return the contests on the card with what it says. Raises `RejectedCellError` for the first bad cell."""
        votes = []
        for contest, known in zip(self.header.contests, self._known, strict=True):
            key = tuple(cells[contest.first : contest.end])
            way = known.get(key)
            if way is None:
                way = _Way(_marks(contest, key))
                if len(known) < KNOWN_PATTERNS:
                    known[key] = way
            if way.marks is not None:
                votes.append((contest, way))
        return votes

    def _card(self, row: int, ids: Sequence[str]) -> int:
        texts: dict[str, Any] = {column: plain_cell(ids[index]) or None for column, index in self._texts}
        # RecordId is "X" where the order of voting is withheld.
        position = count_of(ids[self._position]) if self._position is not None else None
        if position is not None and position < 2**31:
            texts["position"] = position
        return self.builder.add_card(file=self.number, record=row, jurisdiction=self.jurisdiction, **texts)


def _marks(contest: ContestColumns, cells: _Cells) -> tuple[ExportedMark, ...] | None:
    """Return the marks that these cells say, None where the contest is not on the card."""
    texts = [plain_cell(cell) for cell in cells]
    if not any(texts):
        return None
    marks = []
    for index, (text, mark) in enumerate(zip(texts, contest.marks, strict=True)):
        if not text:
            rule = "a contest is on the card with all its choices or with none"
            raise RejectedCellError(contest.first + index, text, rule)
        if text not in _MARKED:
            raise RejectedCellError(contest.first + index, text, "a cell is 1, 0, or empty")
        if _MARKED[text]:
            marks.append(mark)
    return tuple(marks)


def _header(export: Export, name: str) -> DominionCsvHeader:
    """Read the header rows of a file by themselves: a quote misplaced in a name there loses no card.

    Through the same decoding as the rows of cards, so that names agree to the letter.
    """
    with open_rows(export, name) as rows:
        return header_of([cells for _, cells in itertools.islice(rows, HEADER_ROWS)], rows.place)


def _add_contests(builder: BatchBuilder, export: Export, names: Sequence[str]) -> None:
    """Add the contests and choices of all files, each once, and what the files say of the election."""
    facts: dict[tuple[str, str], None] = {}
    defined: dict[str, tuple[int | None, int | None, int]] = {}
    choices: dict[str, dict[str, str]] = {}
    for name in names:
        header = _header(export, name)
        facts |= dict.fromkeys([("election_name", header.election), ("version", header.version)])
        facts |= dict.fromkeys(("note", f"{name}: {note}") for note in (*header.notes, *mojibake(header)))
        for contest in header.contests:
            terms = (contest.votes_allowed, contest.seats, contest.ranks)
            if defined.setdefault(contest.title, terms) != terms:
                raise BadInputError(
                    export.place(name), "a contest has the same terms in every file",
                    f"{contest.title!r} with other numbers of votes, positions or ranks",
                    "read the files as separate sources",
                )  # fmt: skip
            if contest.title not in choices:
                choices[contest.title] = {}
                builder.add(
                    "contests",
                    contest=contest.title,
                    votes_allowed=contest.votes_allowed,
                    ranks=contest.ranks,
                    seats=contest.seats,
                    place=len(choices) - 1,
                )
            for choice, party in contest.choices:
                if choice not in choices[contest.title]:
                    place = len(choices[contest.title])
                    choices[contest.title][choice] = party
                    builder.add(
                        "choices", contest=contest.title, choice=choice, party=party or None,
                        kind=contest.kind(choice), place=place,
                    )  # fmt: skip
    builder.add_facts(fact for fact in facts if fact[1])


READER = Reader(
    name="dominion-csv",
    title="Dominion CSV export",
    source="Colorado RLA software's sample exports, versions 5.2 to 5.17; New South Wales ballots in that form",
    gives=("cards", "votes", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
