"""Rankings with a column a choice: the cells are the ranks that the voter gave, empty where none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.ess.cells import Choices
from faircount.read.ess.header import id_columns, named
from faircount.read.syntax.csv_rows import columns_of, is_blank, plain_cell, row_text
from faircount.read.syntax.tables import LOOKED_AT, Table

MAX_RANK = 1_000
RANK_RULE = f"a cell is a rank, 1 to {MAX_RANK:,}, or empty"
_RANK = re.compile(r"0*[1-9]\d{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ChoiceColumns:
    """The header of such a table: what identifies the ballot, and the choices in the order of the columns."""

    row: int
    width: int
    ids: dict[str, int]
    choices: tuple[tuple[int, str], ...]


def choice_columns(rows: Sequence[Sequence[str]]) -> ChoiceColumns | None:
    """Read the header, the first row that is not empty; None if it identifies no ballot or names no two choices.

    Left of the choices a column identifies the ballot: one with a usual name, or the first of all without a name.
    """
    at = next((i for i, cells in enumerate(rows[:LOOKED_AT]) if not is_blank(cells)), None)
    if at is None:
        return None
    cells = rows[at]
    names = [named(cell) for cell in cells]
    ids = id_columns(names, len(names))
    if "record" not in ids and not names[0]:
        ids["record"] = 0
    if "record" not in ids:
        return None
    last = max(ids.values())
    choices = tuple((i, " ".join(plain_cell(cell).split())) for i, cell in enumerate(cells) if i > last and names[i])
    if len(choices) < 2 or len(choices) != len(cells) - last - 1:
        return None
    return ChoiceColumns(at + 1, len(cells), ids, choices)


def is_choice_table(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether these first rows are such a table: under choices only ranks, in most rows 1, 2 and on without a gap.

    A table of other numbers has zeros, repeats or gaps. One row with something else may be a slip.
    """
    header = choice_columns(rows)
    if header is None:
        return False
    regular = held = odd = 0
    for cells in rows[header.row :]:
        if is_blank(cells):
            continue
        texts = [text for at, _ in header.choices if at < len(cells) and (text := plain_cell(cells[at]))]
        if not all(map(_RANK.fullmatch, texts)):
            odd += 1
            continue
        ranks = sorted(map(int, texts))
        held += bool(ranks)
        regular += len(ranks) > 1 and ranks == list(range(1, len(ranks) + 1))
    return regular * 10 >= max(1, held) * 7 and (not odd or (odd == 1 and regular > 3))


class ChoiceTable:
    """One file with a column a choice. `records` are the cards."""

    def __init__(self, table: Table, header: ChoiceColumns | None, title: str) -> None:
        if header is None:
            raise BadInputError(
                table.place, "a column identifies the ballot and two more name choices", "no such row of column names",
                "name the first column `Ballot ID` and the others after the choices",
            )  # fmt: skip
        columns_of([name for _, name in header.choices], f"{table.place}, row {header.row}")
        self.table, self.header, self.title = table, header, title
        self.records = 0
        self._known: dict[tuple[str, ...], tuple[ExportedMark, ...] | int] = {}
        self._deepest = 0

    def read(self, builder: BatchBuilder, number: int, part: int, jurisdiction: str | None) -> Iterator[Batch]:
        """Yield the cards in the order of the rows; a row with a cell that is no rank is kept as rejected."""
        header, name = self.header, self.table.name
        ids = {column: at for column, at in header.ids.items() if column not in ("position", "sheet", "tabulator_cvr")}
        record = ids.pop("record")

        self.table.width = header.width

        def misquoted(row: int, text: str) -> None:
            builder.reject(name, row, "quotation marks stand around a whole cell", "quote the cell", value=text)

        for row, cells in self.table.rows(misquoted):
            yield from builder.when_full()  # of rows before this one, also those that were rejected
            if row <= header.row or not any(cells):
                continue
            if len(cells) < header.width or not is_blank(cells[header.width :]):
                rule = f"a row has {header.width} cells, as many as the header"
                builder.reject(name, row, rule, "the file may be cut short", value=row_text(cells))
                continue
            marks = self._marks(tuple(cells[at] for at, _ in header.choices))
            if isinstance(marks, int):
                column = header.choices[marks][1]
                builder.reject(name, row, RANK_RULE, "correct the cell", column=column, value=row_text(cells))
                continue
            columns: dict[str, Any] = {column: plain_cell(cells[at]) or None for column, at in ids.items()}
            columns.setdefault("jurisdiction", jurisdiction)
            columns["imprinted_id"] = plain_cell(cells[record]) or None
            card = builder.add_card(file=number, record=row, **columns)
            builder.add_vote(card, builder.pattern(self.title, marks))
            self.records += 1
        self._add_contest(builder, part)

    def _marks(self, cells: tuple[str, ...]) -> tuple[ExportedMark, ...] | int:
        """Return the marks that these cells say, by rank; or the index of the first cell that is no rank."""
        if cells in self._known:
            return self._known[cells]
        ranked: list[tuple[int, str]] = []
        found: tuple[ExportedMark, ...] | int
        for index, (cell, (_, choice)) in enumerate(zip(cells, self.header.choices, strict=True)):
            text = plain_cell(cell)
            if not text:
                continue
            if not _RANK.fullmatch(text) or int(text) > MAX_RANK:
                found = index
                break
            ranked.append((int(text), choice))
        else:
            ranked.sort(key=lambda pair: pair[0])
            found = tuple(ExportedMark(choice, rank) for rank, choice in ranked)
            self._deepest = max([self._deepest, *(rank for rank, _ in ranked)])
        if len(self._known) < 200_000:
            self._known[cells] = found
        return found

    def _add_contest(self, builder: BatchBuilder, part: int) -> None:
        names = [name for _, name in self.header.choices]
        ranks = max(len(names), self._deepest)
        builder.add("contests", contest=self.title, votes_allowed=1, ranks=ranks, place=part)
        kinds = {choice.name: choice.kind for choice in Choices(names, {}).listed}
        for place, name in enumerate(names):
            kind = kinds.get(name, "regular")
            builder.add("choices", contest=self.title, choice=name, kind=kind, place=place)


__all__ = ["ChoiceColumns", "ChoiceTable", "choice_columns", "is_choice_table"]
