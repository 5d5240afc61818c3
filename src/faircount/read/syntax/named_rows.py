"""Rows of a table by the names of its columns: the same rows as `csv_rows`, each cell under its column's name."""

import re
from collections.abc import Callable, Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import CsvRows, candidates, columns_of, head_rows, is_blank, open_rows, plain_cell

Cells = dict[str, str]
"""Column name as `normal` gives it → cell, blanks around it removed."""
A_HEADER = "a header is not a row of the table"
"""What tables that were joined below each other have in their midst."""


def normal(cell: str) -> str:
    """Return a column name in lower case, blanks and hyphens as underscores: `Election-Day Votes` and its like."""
    return re.sub(r"[\s_-]+", "_", plain_cell(cell).lower()).strip("_")


def header(export: Export, name: str) -> tuple[str, ...]:
    """Return the cells of the first row of `name` as `normal` column names; empty for anything that is no text.

    Never raises: it is asked about foreign files too.
    """
    return tuple(normal(cell) for row in head_rows(export, name)[:1] for cell in row)


def claimed(export: Export, is_ours: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    """Return the files whose header is ours; none at all when any other file is more than a companion (a README).

    Looks at one file of a foreign export and stops, however many it has.
    """
    ours = []
    for name in candidates(export):
        if is_ours(header(export, name)):
            ours.append(name)
        elif not name.lower().endswith(".txt"):  # text that has not our columns is a note
            return ()
    return tuple(ours)


def read_named(export: Export, name: str, builder: BatchBuilder, take: Callable[[int, Cells], int]) -> Iterator[Batch]:
    """Give every row of `name` to `take`, yield what is full on the way, and record the file.

    `take` adds to `builder` and returns 1 where the row became rows of a table, else 0. What raises: `named_rows`.
    """
    records, announced = 0, set(filter(None, header(export, name)))  # empty once it is found to hold
    with open_rows(export, name, reject_broken(name, builder)) as rows:
        for row, cells in named_rows(rows, name, builder):
            if cells is None:
                yield from builder.when_full()
                continue
            if announced:
                if missing := announced - cells.keys():  # what was recognised was read leniently
                    raise BadInputError(
                        f"{rows.place}, row 1", "the names of columns are quoted whole or not at all",
                        ", ".join(sorted(missing)), "look for a lone quotation mark",
                    )  # fmt: skip
                announced.clear()
            records += take(row, cells)
            yield from builder.when_full()
        builder.add_file(export.names.index(name), name, rows, records)


def named_rows(rows: CsvRows, name: str, builder: BatchBuilder | None) -> Iterator[tuple[int, Cells | None]]:
    """Yield (row, cells by column name); the header is the first row. None in place of cells: a row to be passed over.

    A row with another number of cells than the header is kept among the rejected of `builder`, if there is one: which
    cell is missing cannot be known. Rows that are blank or rejected are yielded, too, for the caller to build in
    between: a file may have millions of them. A column without a name is called by its number, `column 1`. Raises
    `BadInputError` when two columns have one name.
    """
    names: list[str] | None = None
    width = 0
    for row, cells in rows:
        if names is None:
            width = max((index + 1 for index, cell in enumerate(cells) if normal(cell)), default=0)
            names = [normal(cell) or f"column {index}" for index, cell in enumerate(cells[:width], 1)]
            columns_of(names, f"{rows.place}, row {row}")
        elif is_blank(cells):
            yield row, None
        elif len(cells) != width and (
            len(cells) < width or any(cells[width:])
        ):  # delimiters at the end of a line are spreadsheets' habit
            rule = f"a row has as many cells as the header, {width}"
            if builder is not None:
                builder.reject(name, row, rule, f"this row has {len(cells)}", value="; ".join(cells))
            yield row, None
        else:
            yield row, dict(zip(names, map(plain_cell, cells), strict=False))


def is_header(cells: Cells) -> bool:
    """Say whether the cells of a row are the names of their columns."""
    # Most rows are told by one letter: names are put in their normal form only where it may be the header again.
    for column, cell in cells.items():
        if cell[:1].casefold() != column[:1]:
            return False
    return all(normal(cell) == column for column, cell in cells.items())


def reject_broken(name: str, builder: BatchBuilder) -> Callable[[int, str], None]:
    """Return what `open_rows` calls for a row whose quotes are misplaced: it keeps the row among the rejected."""

    def reject(row: int, text: str) -> None:
        builder.reject(name, row, "a quote inside a quoted cell is doubled", 'write it as ""', value=text)

    return reject
