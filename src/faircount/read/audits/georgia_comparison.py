"""Georgia's comparison of contest results: in every county the count of the machines and that of the image audit."""

from collections.abc import Iterator, Sequence

from faircount.model import BadInputError, Batch, name_key
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import candidates, files_to_read, is_blank, row_text
from faircount.read.syntax.workbook import head_of_sheet, open_workbook

HEADER = ("County", "ContestId", "ContestName", "DetailId", "DetailName", "OriginalCount", "AuditCount", "Difference")
ORIGINAL, AUDIT = "original count", "audit count"
_MEASURES = {"BC": "ballots_cast", "UV": "undervotes", "OV": "overvotes"}
"""DetailId of a row that is no choice → measure."""


def recognise(export: Export) -> Recognition | None:
    """Claim workbooks whose first sheet begins with this comparison's eight columns."""
    names = candidates(export)
    if not names or not all(_is_header(head_of_sheet(export, name)[:1]) for name in names):
        return None
    return Recognition(92, "", "columns " + ", ".join(HEADER))


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    return bool(rows) and tuple(cell.strip() for cell in rows[0][: len(HEADER)]) == HEADER


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield two rows of `reported` for every row, one a count, in the order of the files and their rows.

    Contests of one name in several counties are one contest here: the county is the figure's jurisdiction. Raises
    `BadInputError` when a workbook cannot be read or has another header.
    """
    builder = BatchBuilder()
    names = files_to_read(export)
    known: dict[str, dict[str, str]] = {}
    for number, name in enumerate(export.names):
        if name not in names:
            builder.add_companion(export, number, name)
            continue
        book, records = open_workbook(export, name), 0
        rows = book.rows()
        _, header = next(rows, (1, []))
        if not _is_header([header]):
            raise BadInputError(f"{book.place}, row 1", f"the columns are {', '.join(HEADER)}", row_text(header)[:120])
        for row, cells in rows:
            if not is_blank(cells):
                records += _add(builder, known, name, row, [cell.strip() for cell in cells])
            if builder.full:
                yield builder.build()
        builder.add("files", file=number, name=name, sha256=book.sha256, bytes=book.size, records=records)
        if book.formulas:
            builder.tell("note", f"{name}: {sum(book.formulas.values()):,} formulas, read as they were last computed")
        if len(book.sheets) > 1:
            builder.tell("note", f"{name}: sheets not read: {', '.join(book.sheets[1:])}")
    for place, (title, choices) in enumerate(known.items()):
        builder.add("contests", contest=title, place=place)
        for at, (choice, key) in enumerate(choices.items()):
            kind = "write-in" if name_key(choice).replace(" ", "").startswith("writein") else "regular"
            builder.add("choices", contest=title, choice=choice, key=key or None, kind=kind, place=at)
    yield builder.build()


def _add(builder: BatchBuilder, known: dict[str, dict[str, str]], name: str, row: int, cells: Sequence[str]) -> int:
    """Add the counts of a row; return 1 if it became rows, 0 if it was kept as rejected whole."""
    cells = [*cells, *[""] * (len(HEADER) - len(cells))]
    county, _, title, detail, choice, *figures = cells[: len(HEADER)]
    if not county or not title or not detail or not choice or any(cells[len(HEADER) :]):
        rule = "a row names county, contest and detail, and has eight cells"
        builder.reject(name, row, rule, "see what the row should hold", value=row_text(cells))
        return 0
    measure = _MEASURES.get(detail, "votes")
    choices = known.setdefault(title, {})
    if measure == "votes":
        # One name has another id in every county: an id of a contest in several places is nobody's key.
        choices[choice] = detail if choices.get(choice, detail) == detail else ""
    counts: dict[str, int] = {}
    for column, claim, figure in zip(HEADER[5:7], (ORIGINAL, AUDIT), figures[:2], strict=True):
        if not (figure.isascii() and figure.isdecimal() and len(figure) < 13):
            rule = "a count is a whole number, 0 or more"
            builder.reject(name, row, rule, "ask for the figure", column=column, value=figure)
            continue
        counts[claim] = int(figure)
        builder.add(
            "reported", contest=title, choice=choice if measure == "votes" else None, jurisdiction=county,
            measure=measure, count=counts[claim], claim=claim, row=row,
        )  # fmt: skip
    if len(counts) == 2 and figures[2].removeprefix("-") != str(abs(counts[AUDIT] - counts[ORIGINAL])):
        rule = f"the difference of the two counts is {counts[AUDIT] - counts[ORIGINAL]:,}"
        builder.reject(name, row, rule, "ask which figure is meant", column=HEADER[7], value=figures[2])
    return 1 if counts else 0


READER = Reader(
    name="georgia-comparison",
    title="Georgia comparison of contest results",
    source="Georgia Secretary of State, contest results comparison with county breakout, November 2025",
    gives=("contests", "choices", "reported", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # a choice's key is known by all rows; an audit has one such workbook
    read=read,
)
