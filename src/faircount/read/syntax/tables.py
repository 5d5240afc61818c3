"""A table saved as Excel or as CSV, read more than once: first to survey it, then for its cards."""

from collections.abc import Callable, Iterator

from faircount.model import BadInputError
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import OnBroken, head_rows, open_rows
from faircount.read.syntax.workbook import Workbook, head_of_sheet, is_workbook, open_workbook

LOOKED_AT = 20
"""Rows in which a header must stand; above it there may be titles."""
HELD_CELLS = 4_000_000
"""Cells of a sheet held in memory between two passes, 230 MB where they differ; larger sheets are parsed twice."""
_NONE: list[str] = []
"""Every empty row: a sheet may end in a million of them."""
HeaderTest = Callable[[list[str]], bool]


class Table:
    """One file of rows: the first sheet of a workbook, held in memory, or a CSV file, read anew for every pass."""

    def __init__(self, export: Export, name: str) -> None:
        self.export, self.name, self.place = export, name, export.place(name)
        self._book: Workbook | None = open_workbook(export, name) if is_workbook(export, name) else None
        self.width = 0
        """Columns of the header, once it is known: a workbook leaves out the empty cells at the end of a row."""
        self._held: list[list[str]] | None = None
        self._csv: tuple[str, int, int] | None = None

    def rows(self, on_broken: OnBroken | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield (row, cells), rows numbered as a spreadsheet shows them.

        Rows of a CSV file whose quotes are misplaced go to `on_broken`, or nowhere. Raises `BadInputError` when the
        file cannot be read to its end.
        """
        if self._book is not None:
            yield from self._sheet_rows(self._book)
            return
        with open_rows(self.export, self.name, on_broken or _pass_over) as rows:
            yield from rows
            self._csv = (rows.sha256(), rows.bytes, rows.recoded_lines)

    def _sheet_rows(self, book: Workbook) -> Iterator[tuple[int, list[str]]]:
        """Yield the first sheet's rows, at least `width` cells each; rows of a small sheet are parsed once and held."""
        held: list[list[str]] | None = []
        rows = book.rows() if self._held is None else enumerate(self._held, 1)
        cells_held = 0
        for row, cells in rows:
            if held is not None and self._held is None:
                cells_held += len(cells) + 1
                held.append(cells or _NONE)
                if cells_held > HELD_CELLS:
                    held = None
            missing = self.width - len(cells)
            yield row, cells + [""] * missing if missing > 0 else cells
        if self._held is None:
            self._held = held

    def refuse_more(self, is_header: HeaderTest) -> None:
        """Raise `BadInputError` when another sheet of the workbook holds such a table too: no ballot is passed over."""
        sheets = self._book.sheets if self._book is not None else ()
        for index, title in enumerate(sheets[1:], 1):
            for (_, cells), _ in zip(self._book.rows(index) if self._book else (), range(LOOKED_AT), strict=False):
                if is_header(cells):
                    raise BadInputError(
                        self.place, "cast vote records are one sheet, the first", f"another in sheet {title!r}",
                        "save each sheet as its own file",
                    )  # fmt: skip

    def record(self, builder: BatchBuilder, number: int, records: int) -> None:
        """Record the file as read to its end, with what is to be known of it: its hash, its formulas, its encoding."""
        book = self._book
        if book is None:
            if self._csv is not None:
                digest, size, recoded = self._csv
                builder.add("files", file=number, name=self.name, sha256=digest, bytes=size, records=records)
                if recoded:
                    builder.tell("encoding", f"{self.name}: lines not in UTF-8, read as Windows-1252: {recoded:,}")
            return
        builder.add("files", file=number, name=self.name, sha256=book.sha256, bytes=book.size, records=records)
        if formulas := sum(book.formulas.values()):
            builder.tell("note", f"{self.name}: {formulas:,} formulas, read as what they last gave")
        if len(book.sheets) > 1:
            builder.tell("note", f"{self.name}: sheets not read: {', '.join(book.sheets[1:])}")


def _pass_over(row: int, text: str) -> None:
    """Let a misquoted row go: a pass that surveys keeps nothing, the pass that reads cards keeps it as rejected."""


def head_of(export: Export, name: str) -> list[list[str]]:
    """Return the first rows of a CSV file or of the first sheet of a workbook; empty if it is neither. Never raises."""
    if is_workbook(export, name):
        return head_of_sheet(export, name)
    return head_rows(export, name)


__all__ = ["LOOKED_AT", "Table", "head_of"]
