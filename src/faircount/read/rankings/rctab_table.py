"""Sheets and tables of rankings whose columns somebody has stated, as RCTab's configurations do: a row a ballot.

Either a column a rank with names in its cells (ES&S workbooks), or a column a candidate with ranks in its cells. No
reader of the catalog: nothing is recognised here, everything is stated.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import is_blank, open_rows, the_file
from faircount.read.syntax.workbook import open_workbook

MAX_RANK = 1_000
_RANK = re.compile(r"\+?0*([1-9][0-9]{0,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand. Rows and columns count from 1, as spreadsheets show them; None: there is no such column."""

    contest: str
    first_column: int
    first_row: int
    id_column: int | None = None
    precinct_column: int | None = None
    batch_column: int | None = None
    ranks: int | None = None
    """Columns of ranks that are read; those to the right of them are not. None: all."""
    overvote: str = ""
    skipped: str = ""
    write_in: str = ""
    delimiter: str = ""
    """What stands between the names in a cell with several; empty where a cell holds one."""
    blank_is_write_in: bool = False


Marks = tuple[tuple[ExportedMark, ...], tuple[int, ...]]
"""Marks by rank, and ranks that the cell calls overvoted."""


class Rows:
    """Rows of one file, made cards. Equal cells are worked out once."""

    def __init__(self, place: str, layout: Layout) -> None:
        self.place, self.layout = place, layout
        self._builder = BatchBuilder()
        self._known: dict[tuple[str, ...], Marks] = {}

    def add(self, row: int, cells: Sequence[str], marks: Marks) -> Iterator[Batch]:
        """Add the ballot of a row; yield a batch where it is time to."""
        layout = self.layout
        number = _cell(cells, layout.id_column)
        if layout.id_column and not number:
            rule = f"every ballot has its own id in column {layout.id_column}"
            fix = "delete rows without a ballot, or state no idColumnIndex"
            raise BadInputError(f"{self.place}, row {row}", rule, "an empty cell", fix)
        builder = self._builder
        card = builder.add_card(
            file=0, record=row, imprinted_id=number or None, precinct=_cell(cells, layout.precinct_column) or None,
            batch=_cell(cells, layout.batch_column) or None,
        )  # fmt: skip
        ranked, overvoted = marks
        builder.add_vote(card, builder.pattern(layout.contest, ranked, overvoted_ranks=overvoted))
        if builder.full:
            yield builder.build()

    def known(self, cells: tuple[str, ...], row: int) -> Marks:
        """Return what the cells of a ballot under columns of ranks say."""
        found = self._known.get(cells)
        if found is None:
            found = self._of_ranks(cells, row)
            if len(self._known) < 200_000:
                self._known[cells] = found
        return found

    def _of_ranks(self, cells: tuple[str, ...], row: int) -> Marks:
        layout, marks, overvoted = self.layout, list[ExportedMark](), list[int]()
        for rank, cell in enumerate(cells, 1):
            text = cell.strip()
            if not text:
                if layout.blank_is_write_in:
                    marks.append(ExportedMark(layout.write_in, rank))
                continue
            names = [name.strip() for name in text.split(layout.delimiter)] if layout.delimiter else [text]
            while len(names) > 1 and not names[-1]:
                names.pop()
            if len(names) > 1 and not {"", layout.skipped}.isdisjoint(names):
                rule = "a cell with several names holds no empty one, and no label of a skipped rank"
                raise BadInputError(f"{self.place}, row {row}", rule, repr(text), "correct the cell")
            for name in dict.fromkeys(names):
                if name == layout.overvote:
                    overvoted.append(rank)
                elif name != layout.skipped:
                    marks.append(ExportedMark(name, rank))
        return tuple(marks), tuple(overvoted)

    def last(self) -> Iterator[Batch]:
        """Yield what is left."""
        self._builder.add("contests", contest=self.layout.contest, place=0)
        yield self._builder.build()


def read_sheet(export: Export, layout: Layout) -> Iterator[Batch]:
    """Yield the ballots of the first sheet of a workbook with a column a rank.

    **Every row element is a ballot**, also one without any cell, as RCTab takes it; rows that the file leaves out are
    none. Raises `BadInputError` for a file that is no workbook, and for cells that say no ranking.
    """
    name = the_file(export)
    rows = Rows(export.place(name), layout)
    start = layout.first_column - 1
    width = 16_384 if layout.ranks is None else layout.ranks
    for number, cells in open_workbook(export, name).rows(left_out=False):
        if number < layout.first_row:
            continue
        ranked = tuple(cells[start : start + width])
        if layout.blank_is_write_in and layout.ranks is not None:
            ranked += ("",) * min(layout.ranks - len(ranked), MAX_RANK)
        yield from rows.add(number, cells, rows.known(ranked, number))
    yield from rows.last()


def read_grid(export: Export, layout: Layout) -> Iterator[Batch]:
    """Yield the ballots of a CSV file with a column a candidate: names in its first row, ranks in its cells.

    Raises `BadInputError` for a cell that is no rank, and for one under a column without a name.
    """
    name = the_file(export)
    rows = Rows(export.place(name), layout)
    start = layout.first_column - 1
    names: list[str] | None = None
    with open_rows(export, name) as table:
        for number, cells in table:
            if is_blank(cells):
                continue
            if names is None:
                names = _names(cells[start:], f"{rows.place}, row {number}", layout.first_column)
            elif number >= layout.first_row:
                marks = _of_grid(cells[start:], names, f"{rows.place}, row {number}", layout.first_column)
                yield from rows.add(number, cells, (marks, ()))
    if names is None:
        raise BadInputError(rows.place, "the first row names the candidates", "no row", "is the file complete?")
    yield from rows.last()


def _names(cells: Sequence[str], place: str, first: int) -> list[str]:
    names = [cell.strip() for cell in cells]
    for at, name in enumerate(names):
        if not name or name in names[:at]:
            found = f"{name!r} in column {first + at}" if name else f"nothing in column {first + at}"
            raise BadInputError(
                place, f"from column {first} on every column names its own candidate", found, "correct the column names"
            )
    return names


def _of_grid(cells: Sequence[str], names: Sequence[str], place: str, first: int) -> tuple[ExportedMark, ...]:
    marks: list[ExportedMark] = []
    for at, cell in enumerate(cells):
        text = cell.strip()
        if not text:
            continue
        rank = _RANK.fullmatch(text)
        if rank is None or int(rank[1]) > MAX_RANK or at >= len(names):
            rule = f"a cell is a rank, 1 to {MAX_RANK:,}, under the name of a candidate, or empty"
            raise BadInputError(place, rule, f"{text!r} in column {first + at}", "correct the cell")
        marks.append(ExportedMark(names[at], int(rank[1])))
    return tuple(sorted(marks, key=lambda mark: mark.rank))


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column - 1].strip() if column is not None and column <= len(cells) else ""
