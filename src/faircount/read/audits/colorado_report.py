"""Colorado's report of an audit's results (ResultsReport.xlsx): a summary of contests, and the draw of each."""

from collections.abc import Iterator, Sequence

from faircount.model import BadInputError, Batch
from faircount.read.audits.colorado_contests import quoted_names
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import candidates, columns_of, files_to_read, is_blank, row_text
from faircount.read.syntax.seen_names import SeenNames
from faircount.read.syntax.workbook import Workbook, head_of_sheet, open_workbook

INDEX, SUMMARY = "Contests to Sheets", "Summary"
_INDEX_HEADER = ("Contest Name", "Sheet Name")
_NEEDED = ("Contest", "Winner", "votes for winner", "votes for runner up", "total votes", "min margin")
_TOLD = ("Contest", "Winner")


def recognise(export: Export) -> Recognition | None:
    """Claim workbooks whose first sheet lists contests and their sheets."""
    names = candidates(export)
    for name in names:
        rows = head_of_sheet(export, name)
        if not rows or tuple(cell.strip() for cell in rows[0][:2]) != _INDEX_HEADER:
            return None
    return Recognition(91, "", f"a workbook with the sheet {INDEX!r}") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the contests; all that the summary says of them, and every drawn card, as facts.

    Raises `BadInputError` when a workbook cannot be read, or lacks the index, the summary or a contest's sheet.
    """
    builder = BatchBuilder()
    names = files_to_read(export)
    titles = SeenNames()
    for number, name in enumerate(export.names):
        if name not in names:
            builder.add_companion(export, number, name)
            continue
        book = open_workbook(export, name)
        if SUMMARY not in book.sheets or book.sheets[0] != INDEX:
            raise BadInputError(
                book.place, f"the report has the sheets {INDEX} and {SUMMARY}", ", ".join(book.sheets)[:200]
            )
        records = 0
        for row, cells in _records(book, SUMMARY, _NEEDED):
            records += _add_contest(builder, titles, name, row, cells)
        for title, sheet in _sheets(book):
            for _, cells in _records(book, sheet, ("county", "imprinted id")):
                said = ", ".join(f"{column} {value}" for column, value in cells.items() if value)
                builder.tell("drawn card", f"{title}: {said}")
                if builder.full:
                    yield builder.build()
        builder.add("files", file=number, name=name, sha256=book.sha256, bytes=book.size, records=records)
    yield builder.build()


def _records(book: Workbook, sheet: str, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row, cells by column) of a sheet whose first row names its columns."""
    columns: dict[str, int] | None = None
    for row, cells in book.rows(book.sheets.index(sheet)):
        place = f"{book.place}, sheet {sheet!r}, row {row}"
        if columns is None:
            columns = columns_of(cells, place)
            if missing := [name for name in needed if name not in columns]:
                raise BadInputError(place, "the sheet has its columns", f"none named {', '.join(missing)}")
        elif not is_blank(cells):
            yield row, {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
    if columns is None:
        raise BadInputError(book.place, f"the sheet {sheet!r} has a header", "an empty sheet")


def _sheets(book: Workbook) -> Iterator[tuple[str, str]]:
    """Yield (contest, sheet) as the index lists them."""
    for row, cells in _records(book, INDEX, _INDEX_HEADER):
        title, sheet = cells["Contest Name"], cells["Sheet Name"]
        if sheet not in book.sheets:
            raise BadInputError(f"{book.place}, sheet {INDEX!r}, row {row}", "every contest has its sheet", repr(sheet))
        yield title, sheet


def _add_contest(builder: BatchBuilder, titles: SeenNames, name: str, row: int, cells: dict[str, str]) -> int:
    """Add a row of the summary; return 1, or 0 where it was kept as rejected.

    The votes of the winner and of a runner-up who is not named are no results of the contest: where a source lists
    votes of some choices, the others are taken to have none.
    """
    title = cells["Contest"]
    if not title:
        builder.reject(name, row, "a contest has a name", "name the contest", value=row_text(list(cells.values())))
        return 0
    if titles.add(title):
        builder.add("contests", contest=title, place=len(titles) - 1)
    for winner in quoted_names(cells["Winner"]):
        builder.tell("winner", f"{title}: {winner}")
    said = ", ".join(f"{column} {cells[column]}" for column in cells if column not in _TOLD and cells[column])
    builder.tell("audit of a contest", f"{title}: {said}")
    return 1


READER = Reader(
    name="colorado-report",
    title="Colorado report of an audit",
    source="ColoradoRLA, ResultsReport.xlsx; Colorado Department of State, audit of March 2024",
    gives=("contests", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # an audit has one such workbook
    read=read,
)
