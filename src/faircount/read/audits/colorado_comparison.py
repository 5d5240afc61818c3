"""Colorado's comparison of audited cards (contestComparison.csv): the machine's reading and the audit board's.

Each row is one contest on one card that was drawn. The machine's reading is the card's vote. The audit board's is kept
beside it among the readings that are never counted, as version `audit board`: it replaces nothing, for the reported
result stands on the machine's. `superseded` is the one table that can hold a second reading of the same card.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.audits.colorado_contests import quoted_names
from faircount.read.audits.colorado_rows import read_claimed
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.named_rows import Cells, claimed

MAX_ROWS = 2_000_000
"""Rows of one card stand apart, so they are gathered in memory; Colorado's largest audit has some 60,000."""
COLUMNS = frozenset(
    ["county_name", "contest_name", "imprinted_id", "ballot_type", "choice_per_voting_computer",
     "audit_board_selection", "consensus", "record_type"]
)  # fmt: skip
AUDIT_BOARD = "audit board"
NOTES = (
    "the audit board's reading of each card stands in `superseded`, version `audit board`; it was never counted and "
    "replaces nothing",
    "an empty reading of the voting computer is a blank contest or an overvoted one: the file does not say which",
    "the cards are in their counties' cast vote records too: read beside those, they would count twice",
)
_IMPRINTED = re.compile(r"(\d+)-(.+)-(\d{1,9})")


@dataclass(slots=True)
class _Card:
    """One card: its columns, its first row, and (contest, machine's choices, board's choices, remarks) of each row."""

    columns: dict[str, Any]
    file: int
    record: int
    readings: list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = field(
        default_factory=list
    )


def _is_ours(header: tuple[str, ...]) -> bool:
    return set(header) >= COLUMNS


def recognise(export: Export) -> Recognition | None:
    """Claim files that have the columns of contestComparison.csv."""
    names = claimed(export, _is_ours)
    return Recognition(95, "", "columns choice_per_voting_computer and audit_board_selection") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the audited cards in the order of their first rows, with both readings; then contests and choices.

    Raises `BadInputError` when no file has the columns, or for more than two million rows.
    """
    builder = BatchBuilder()
    gathered = _Gathered(builder, export)
    rule = "contestComparison.csv has the columns " + ", ".join(sorted(COLUMNS))
    yield from read_claimed(export, builder, _is_ours, rule, gathered.take)
    yield from gathered.batches()
    yield builder.build()


class _Gathered:
    """All rows, put together to cards."""

    def __init__(self, builder: BatchBuilder, export: Export) -> None:
        self.builder = builder
        self._numbers = {name: number for number, name in enumerate(export.names)}
        self.rows = 0
        self._unkept: set[str] = set()
        self.choices: dict[str, set[str]] = {}
        self._cards: dict[tuple[int, str, str, int], _Card] = {}
        self._times: dict[tuple[int, str, str, str], int] = {}

    def take(self, name: str, row: int, cells: Cells) -> int:
        """Add a row to its card; return 1, or 0 where it names no card or contest and was kept as rejected."""
        number = self._numbers[name]
        county, printed, title = cells["county_name"], cells["imprinted_id"], cells["contest_name"]
        if not county or not printed or not title:
            rule = "a row names county, contest and the number printed on the card"
            self.builder.reject(name, row, rule, "name them", value="; ".join(cells.values()))
            return 0
        self.rows += 1
        self._unkept |= cells.keys() - COLUMNS - {"cvr_id", "audit_board_comment"}
        if self.rows > MAX_ROWS:
            raise BadInputError(f"{name}, row {row}", f"a comparison has at most {MAX_ROWS:,} rows", "more")
        # A contest that stands twice on a card begins another card: two records are two records.
        key = (number, county, printed, title)
        self._times[key] = copy = self._times.get(key, 0) + 1
        card = self._cards.get((number, county, printed, copy))
        if card is None:
            card = _Card(_columns(county, printed, cells["ballot_type"]), number, row)
            self._cards[number, county, printed, copy] = card
            if record := cells.get("cvr_id", ""):
                self.builder.tell("record", f"{record} is {county} {printed}")
        machine, board = (quoted_names(cells[c]) for c in ("choice_per_voting_computer", "audit_board_selection"))
        self.choices.setdefault(title, set()).update(machine, board)
        kind = cells["record_type"].casefold().replace("_", "-")
        of_record = () if kind in ("uploaded", "") else (kind,)
        of_board = () if cells["consensus"].casefold() in ("yes", "") else ("no-consensus",)
        card.readings.append((title, machine, board, of_record, of_board))
        if comment := cells.get("audit_board_comment", ""):
            said = " ".join(comment.split())
            self.builder.tell("audit board's comment", f"{name}, row {row}: {county} {printed}, {title}: {said}")
        return 1

    def batches(self) -> Iterator[Batch]:
        """Yield the cards, batch by batch; leave the contests and facts in the builder."""
        builder, cards = self.builder, 0
        for card in self._cards.values():
            number = builder.add_card(file=card.file, record=card.record, **card.columns)
            for title, machine, board, of_record, of_board in card.readings:
                builder.add_vote(number, builder.pattern(title, _marks(machine), conditions=of_record))
                other = builder.pattern(title, _marks(board), conditions=of_board)
                builder.add("superseded", card=number, pattern=other, version=AUDIT_BOARD)
            cards += 1
            if builder.full:
                yield builder.build()
        for place, title in enumerate(sorted(self.choices)):
            builder.add("contests", contest=title, place=place)
            for at, choice in enumerate(sorted(self.choices[title])):
                kind = "write-in" if choice.casefold() in ("write-in", "write in") else "regular"
                builder.add("choices", contest=title, choice=choice, kind=kind, place=at)
        builder.tell("partial", f"only the {cards:,} cards that were drawn for the audit")
        builder.add_facts(("note", note) for note in NOTES)
        if self._unkept:
            builder.tell("note", f"columns that no table holds: {', '.join(sorted(self._unkept))}")


def _columns(county: str, printed: str, style: str) -> dict[str, Any]:
    """Return the columns of a card; its printed number is tabulator, batch and place in the batch."""
    columns: dict[str, Any] = {"jurisdiction": county, "imprinted_id": printed, "style": style or None}
    if shape := _IMPRINTED.fullmatch(printed):
        columns |= {"tabulator": shape[1], "batch": shape[2], "position": int(shape[3])}
    return columns


def _marks(choices: tuple[str, ...]) -> tuple[ExportedMark, ...]:
    return tuple(ExportedMark(choice) for choice in choices)


READER = Reader(
    name="colorado-comparison",
    title="Colorado comparison of audited cards",
    source="ColoradoRLA, contestComparison.csv; Colorado Department of State, audit of March 2024",
    gives=("cards", "votes", "superseded", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,
    read=read,
)
