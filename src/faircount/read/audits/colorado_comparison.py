"""Colorado's comparison of audited cards (contestComparison.csv): the machine's reading and the audit board's.

Each row is one contest on one card that was drawn. The machine's reading is the card's vote. The audit board's is kept
beside it among the readings that are never counted, as version `audit board`: it replaces nothing, for the reported
result stands on the machine's. `superseded` is the one table that can hold a second reading of the same card.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

from faircount.model import Batch
from faircount.read.audits.colorado_contests import quoted_names
from faircount.read.audits.colorado_rows import read_claimed
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.in_order import InOrder, in_order
from faircount.read.syntax.named_rows import Cells, claimed

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
_KEPT = ("ballot_type", "cvr_id", "choice_per_voting_computer", "audit_board_selection", "record_type", "consensus")
_NUL = "\0"
"""Stands between the cells of a row that waits to be put in order; no cell has one."""
_IMPRINTED = re.compile(r"(\d+)-(.+)-(\d{1,9})")


def _is_ours(header: tuple[str, ...]) -> bool:
    return set(header) >= COLUMNS


def recognise(export: Export) -> Recognition | None:
    """Claim files that have the columns of contestComparison.csv."""
    names = claimed(export, _is_ours)
    return Recognition(95, "", "columns choice_per_voting_computer and audit_board_selection") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the audited cards by county and printed number, with both readings; then contests and choices.

    Raises `BadInputError` when no file has the columns.
    """
    builder = BatchBuilder()
    rule = "contestComparison.csv has the columns " + ", ".join(sorted(COLUMNS))
    gathered = _Gathered(builder, export)
    yield from read_claimed(export, builder, _is_ours, rule, gathered.take)
    yield from gathered.batches()
    yield builder.build()


class _Gathered:
    """All rows, put together to cards: the rows of one card stand apart, under its contests."""

    def __init__(self, builder: BatchBuilder, export: Export) -> None:
        self.builder, self._rows = builder, InOrder()
        self._numbers = {name: number for number, name in enumerate(export.names)}
        self._unkept: set[str] = set()
        self.choices: dict[str, set[str]] = {}

    def take(self, name: str, row: int, cells: Cells) -> int:
        """Keep a row for its card; return 1, or 0 where it names no card or contest and was kept as rejected."""
        county, printed, title = cells["county_name"], cells["imprinted_id"], cells["contest_name"]
        if not county or not printed or not title:
            rule = "a row names county, contest and the number printed on the card"
            self.builder.reject(name, row, rule, "name them", value="; ".join(cells.values()))
            return 0
        self._unkept |= cells.keys() - COLUMNS - {"cvr_id", "audit_board_comment"}
        self.choices.setdefault(title, set()).update(
            *(quoted_names(cells[column]) for column in ("choice_per_voting_computer", "audit_board_selection"))
        )
        kept = [cells.get(column, "") for column in _KEPT]
        self._rows.add(_NUL.join([f"{self._numbers[name]:010}", county, printed, title, f"{row:010}", *kept]))
        if comment := cells.get("audit_board_comment", ""):
            said = " ".join(comment.split())
            self.builder.tell("audit board's comment", f"{name}, row {row}: {county} {printed}, {title}: {said}")
        return 1

    def batches(self) -> Iterator[Batch]:
        """Yield the cards, batch by batch; leave the contests and facts in the builder."""
        builder, cards = self.builder, 0
        rows = (row.split(_NUL) for row in in_order(_by_copy(self._rows)))
        for _, card in itertools.groupby(rows, itemgetter(0, 1, 2, 3)):
            self._add(list(card))
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

    def _add(self, card: list[list[str]]) -> None:
        """Add a card with both readings of its contests; style and record are those of its first row."""
        builder = self.builder
        file, county, printed, _, row, _, style, record, *_ = card[0]
        number = builder.add_card(file=int(file), record=int(row), **_columns(county, printed, style))
        if record:
            builder.tell("record", f"{record} is {county} {printed}")
        for *_, title, _, _, machine, board, kind, consensus in card:
            kind = kind.casefold().replace("_", "-")
            of_record = () if kind in ("uploaded", "") else (kind,)
            of_board = () if consensus.casefold() in ("yes", "") else ("no-consensus",)
            builder.add_vote(number, builder.pattern(title, _marks(machine), conditions=of_record))
            other = builder.pattern(title, _marks(board), conditions=of_board)
            builder.add("superseded", card=number, pattern=other, version=AUDIT_BOARD)


def _by_copy(rows: Iterable[str]) -> Iterator[str]:
    """Return rows that are in order by card and contest with the number of the card's copy before the row.

    A contest that stands twice on a card begins another card: two records are two records.
    """
    by_contest = itertools.groupby((row.split(_NUL) for row in rows), itemgetter(0, 1, 2, 3))
    for (file, county, printed, title), alike in by_contest:
        for copy, (_, _, _, _, row, *kept) in enumerate(alike):
            yield _NUL.join([file, county, printed, f"{copy:010}", row, title, *kept])


def _columns(county: str, printed: str, style: str) -> dict[str, Any]:
    """Return the columns of a card; its printed number is tabulator, batch and place in the batch."""
    columns: dict[str, Any] = {"jurisdiction": county, "imprinted_id": printed, "style": style or None}
    if shape := _IMPRINTED.fullmatch(printed):
        columns |= {"tabulator": shape[1], "batch": shape[2], "position": int(shape[3])}
    return columns


def _marks(quoted: str) -> tuple[ExportedMark, ...]:
    return tuple(ExportedMark(choice) for choice in quoted_names(quoted))


READER = Reader(
    name="colorado-comparison",
    title="Colorado comparison of audited cards",
    source="ColoradoRLA, contestComparison.csv; Colorado Department of State, audit of March 2024",
    gives=("cards", "votes", "superseded", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # an audit's round is one file, and of several together it is said how many cards were drawn
    read=read,
)
