"""From the rows of a table of rankings to cards and votes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from faircount.model import Batch
from faircount.read.batch_builder import ONE, BatchBuilder
from faircount.read.ess.ballots import Ballots, is_tabulator_cvr, scanned
from faircount.read.ess.cells import Said, said_by
from faircount.read.ess.header import no_ballot
from faircount.read.ess.survey import Key, Survey, key_of
from faircount.read.syntax.csv_rows import BROKEN, count_of, is_blank, plain_cell, row_text
from faircount.read.syntax.tables import Table

KNOWN_PATTERNS = 200_000
"""Distinct rows of cells remembered by contest, so that most are never looked at cell by cell."""
EMPTY_ROW = "an empty row is no ballot"
COUNT_RULE = "a count is a whole number of ballots, 1 or more"
WEIGHT_RULE = "a weight is above 0 and has at most six decimals"
_WEIGHT = re.compile(r"\d{1,12}(\.\d{1,6})?0*", re.ASCII)
_TOTAL = re.compile(r"totals?\s*:?\s*([\d,]+)", re.IGNORECASE | re.ASCII)
_NUMBERS = {"position": 2**31, "sheet": 2**15}


@dataclass(slots=True)
class _Way:
    """What certain cells of a contest say, None where it is not on the card; and its latest pattern id."""

    said: Said | None
    batch: int = -1
    pattern: int = -1


class CardRows:
    """Turns the rows below the header into cards and votes. `records` are the cards."""

    def __init__(
        self, builder: BatchBuilder, survey: Survey, number: int, name: str, place: str, jurisdiction: str | None,
        ballots: Ballots | None,
    ) -> None:  # fmt: skip
        self.builder, self.survey, self.header = builder, survey, survey.header
        self.number, self.name, self.place, self.jurisdiction = number, name, place, jurisdiction
        self.ballots = ballots
        self.records = 0
        self.odd = 0
        """Cards whose own `Tabulator CVR` is not as ES&S writes it."""
        ids = dict(self.header.ids)
        self._numbers = {column: ids.pop(column) for column in _NUMBERS if column in ids}
        self._record = ids.pop("record", None)
        self._tabulator_cvr = ids.pop("tabulator_cvr", None)
        self._texts = tuple(ids.items())
        self._contests = tuple(
            (contest, key_of(contest.columns), index, dict[Key, _Way]())
            for index, contest in enumerate(self.header.contests)
        )
        self._counts: dict[str, int | None] = {}
        self._batch = 0

    def read(self, table: Table) -> Iterator[Batch]:
        """Yield the cards of the table, in the order of its rows; rows that cannot be read are kept as rejected."""
        blank = 0
        for row, cells in table.rows(self._misquoted):
            if self.builder.full:
                yield self.builder.build()
                self._batch += 1
            if row <= self.header.row or cells is BROKEN:
                continue
            # Empty rows at the end of a file say nothing; between cards they are worth a word.
            if not (cells and cells[0]) and is_blank(cells):
                blank += 1
                continue
            for _ in range(blank):
                self.builder.leave_out(EMPTY_ROW)
            blank = 0
            if (batches := self._add(row, cells)) is not None:
                yield from batches

    def _misquoted(self, row: int, text: str) -> None:
        self.builder.reject(self.name, row, "quotation marks stand around a whole cell", "quote the cell", value=text)

    def _reject(self, row: int, cells: Sequence[str], rule: str, fix: str, column: str | None = None) -> None:
        self.builder.reject(self.name, row, rule, fix, column=column, value=row_text(cells))

    def _add(self, row: int, cells: list[str]) -> Iterator[Batch] | None:
        """Add the row as a card; batches that it fills come back where it stands for many."""
        header = self.header
        if len(cells) != header.width and (len(cells) < header.width or not is_blank(cells[header.width :])):
            if self._is_total(row, cells):
                return None
            rule = f"a row has {header.width} cells, as many as the header"
            self._reject(row, cells, rule, "the file may be cut short, or a quotation mark or comma be amiss")
            return None
        if header.nameless and (lost := [i for i in header.nameless if cells[i].strip()]):
            column = f"column {lost[0] + 1}"
            self._reject(row, cells, "a cell stands under the name of its column", "name the column", column)
            return None
        if cells[0][:1] in "Tt" and self._is_total(row, cells):
            return None
        if rule := no_ballot(cells, header):
            self._reject(row, cells, rule, "nothing, if the rows around it are whole", header.names[0] or None)
            return None
        many, weight = 1, ONE
        if header.count is not None:
            count = self._count(cells[header.count])
            if not count:
                self._reject(row, cells, COUNT_RULE, "correct the count", header.names[header.count])
                return None
            many = count
        if header.weight is not None:
            text = plain_cell(cells[header.weight])
            if not _WEIGHT.fullmatch(text) or not Decimal(text):
                self._reject(row, cells, WEIGHT_RULE, "correct the weight", header.names[header.weight])
                return None
            weight = Decimal(text)
        columns = self._columns(cells)
        self.records += many
        if many == 1:
            card = self.builder.add_card(file=self.number, record=row, weight=weight, **columns)
            for pattern in self._patterns(cells):
                self.builder.add_vote(card, pattern)
            return None
        return self._add_many(many, row, cells, columns | {"weight": weight})

    def _add_many(self, many: int, row: int, cells: list[str], columns: dict[str, Any]) -> Iterator[Batch]:
        columns |= {"file": self.number, "record": row}
        place = f"{self.place}, row {row}"
        for batch in self.builder.add_counted(many, lambda: self._patterns(cells), place, **columns):
            yield batch
            self._batch += 1

    def _is_total(self, row: int, cells: Sequence[str]) -> bool:
        """Say whether the row states how many records the file has; a wrong figure is kept as rejected."""
        said = _TOTAL.fullmatch(cells[0].strip()) if is_blank(cells[1:]) else None
        if said is None:
            return False
        total = int(said[1].replace(",", "") or 0)
        if total != self.records:
            fix = f"{self.records:,} were read: the file may be cut short"
            self._reject(row, cells, f"the file holds the {total:,} records that it states", fix)
        return True

    def _count(self, cell: str) -> int | None:
        if cell not in self._counts:
            if len(self._counts) > KNOWN_PATTERNS:
                self._counts.clear()
            self._counts[cell] = count_of(cell)
        return self._counts[cell]

    def _patterns(self, cells: list[str]) -> list[int]:
        """Return the ids in this batch of what the row says, contest by contest that is on the card."""
        found = []
        for contest, key_of_row, index, known in self._contests:
            key = key_of_row(cells)
            way = known.get(key)
            if way is None:
                way = _Way(self._said(index, key))
                if len(known) < KNOWN_PATTERNS:
                    known[key] = way
            said = way.said
            if said is None:
                continue
            if way.batch != self._batch:
                way.batch = self._batch
                way.pattern = self.builder.pattern(
                    contest.title, said.marks, said.undervotes, said.overvotes, said.conditions, said.overvoted_ranks
                )
            found.append(way.pattern)
        return found

    def _said(self, index: int, key: Key) -> Said | None:
        contest = self.header.contests[index]
        if not any(cell.strip() for cell in key) and (any(key) or self.survey.blank_is_absent[index]):
            return None
        return said_by(contest, key, self.survey.choices[index])

    def _columns(self, cells: Sequence[str]) -> dict[str, Any]:
        """Return the card's columns: what its row says, and what a list of ballots says of where it was scanned."""
        columns: dict[str, Any] = {"jurisdiction": self.jurisdiction}
        for column, index in self._texts:
            if text := plain_cell(cells[index]):
                columns[column] = text
        for column, index in self._numbers.items():
            number = count_of(cells[index])
            if number is not None and number < _NUMBERS[column]:
                columns[column] = number
        record = plain_cell(cells[self._record]) if self._record is not None else ""
        if record:
            columns["imprinted_id"] = record
        if self._tabulator_cvr is not None and (text := plain_cell(cells[self._tabulator_cvr])):
            self.odd += not is_tabulator_cvr(text)
            columns |= scanned(text, str(columns.get("tabulator") or ""))
        if self.ballots is not None:
            self._merge(columns, self.ballots.columns_of(record))
        return columns

    @staticmethod
    def _merge(columns: dict[str, Any], more: Mapping[str, object]) -> None:
        """Add what the list of ballots says: where and how a card was scanned is its own, the rest the record's."""
        for column, value in more.items():
            if column in ("imprinted_id", "position", "tabulator", "batch", "counting_group") or not columns.get(
                column
            ):
                columns[column] = value


__all__ = ["CardRows"]
