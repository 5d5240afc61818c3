"""Arlo's batch tallies: the votes for each choice in every batch, as counties report them for a batch comparison."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faircount.model import BadInputError, Batch, name_key
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.export.bundle import add_wrapping, unbundled
from faircount.read.manifests.manifest_rows import find_header
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import (
    candidates,
    columns_of,
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

CLAIM = "batch tallies"
UNNAMED = "contest of the batch tallies (the file does not name it)"
BATCH_AS_PRECINCT = (
    "the column `precinct` of these figures holds the name of a batch: tables of results have no column for batches"
)
_FOREIGN = frozenset(
    ["candidate", "contest", "choice", "votes", "office", "precinct", "county", "party", "number of ballots", "ballots",
     "tabulator", "container", "cvr", "cast vote record", "ballot style", "total votes"]
)  # fmt: skip
_TOTALS = frozenset(["total", "totals", "grand total", "subtotal", "sum"])


@dataclass(frozen=True, slots=True)
class TallyColumns:
    """What the columns behind `Batch Name` are: (index, contest, choice), how wide a row is, and which are totals."""

    choices: tuple[tuple[int, str, str], ...]
    width: int
    totals: tuple[str, ...]


def recognise(export: Export) -> Recognition | None:
    """Claim files whose header is `Batch Name` and choices, with names and whole numbers below."""
    try:
        export = unbundled(export)
    except BadInputError:
        return None
    names = candidates(export)
    if not names or not all(_is_tally(head_rows(export, name)) for name in names):
        return None
    files = "column 'Batch Name' and one column of votes a choice"
    return Recognition(72, "", files if len(names) == 1 else f"{len(names)} files, each with {files}")


def _is_tally(rows: Sequence[Sequence[str]]) -> bool:
    if len(rows) < 2:
        return False
    header, *below = [[plain_cell(cell) for cell in row] for row in rows]
    while header and not header[-1]:
        header.pop()
    keys = [name_key(name) for name in header]
    if len(header) < 2 or keys[0] != "batch name" or not all(header) or set(keys[1:]) & _FOREIGN:
        return False
    # One good row is enough: rows that are not are for the reading to name.
    return find_header(rows[:1]) is None and any(
        row[0] and len(row) >= len(header) and all(count_of(cell) is not None for cell in row[1 : len(header)])
        for row in below if row
    )  # fmt: skip


def plan(export: Export) -> tuple[Part, ...]:
    """Cut the files into parts, those of the inner archive where one lies in another."""
    return parts_of_files(unbundled(export))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield one row of `reported` for every batch and choice, in the order of the files and their rows.

    Raises `BadInputError` when a header is none of a batch tally's.
    """
    builder = BatchBuilder()
    export = unbundled(export)
    first = add_wrapping(builder if part.number == 0 else BatchBuilder(), export)
    add_companions(builder, export, part, first)
    names = files_to_read(export)
    folders = folder_jurisdictions(names)
    if part.number == 0:
        _add_contests(builder, export, names)
    for number, name in numbered_members(export, part, first):
        records = 0
        columns = _columns(export, name)
        with open_rows(export, name, reject_broken(name, builder)) as rows:
            if columns.totals:
                builder.tell("note", f"{name}: a total is no choice, columns not read: {', '.join(columns.totals)}")
            for row, cells in itertools.islice(rows, 1, None):
                if not is_blank(cells):
                    records += _add_batch(builder, name, row, cells, columns, folders.get(name))
                if builder.full:
                    yield builder.build()
            builder.add_file(number, name, rows, records)
    builder.add_facts([("note", BATCH_AS_PRECINCT)])
    if folders:
        builder.add_facts([("note", "no column names the county: the file's folder names its jurisdiction")])
    yield builder.build()


def _columns(export: Export, name: str) -> TallyColumns:
    """Return what the header means. `Contest - Choice` names the contest where every column is so headed.

    It is read by itself: a quote misplaced in a name there loses no batch.
    """
    with open_rows(export, name) as rows:
        row, cells = next(iter(rows), (0, []))
    if not row:
        raise BadInputError(rows.place, "batch tallies begin with a header", "an empty file")
    place = f"{rows.place}, row {row}"
    header = [plain_cell(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    if len(header) < 2 or name_key(header[0]) != "batch name" or not all(header):
        raise BadInputError(
            place, "batch tallies have the columns Batch Name and one a choice", repr(row_text(cells)[:120]),
            "is this another table?",
        )  # fmt: skip
    columns_of(header, place)
    names = header[1:]
    # Arlo joins them so when several contests are audited; a contest's own title may hold the same dash.
    split = [tuple(part.strip() for part in name.rpartition(" - ")) for name in names]
    if not all(title and choice for title, _, choice in split):
        split = [(UNNAMED, "", name) for name in names]
    totals = tuple(name for name, (_, _, choice) in zip(names, split, strict=True) if name_key(choice) in _TOTALS)
    choices = tuple(
        (at, title, choice) for at, (title, _, choice) in enumerate(split, 1) if names[at - 1] not in totals
    )
    return TallyColumns(choices, len(header), totals)


def _add_contests(builder: BatchBuilder, export: Export, names: Sequence[str]) -> None:
    """Add the contests and choices of all files, each once: their headers name them."""
    known: dict[str, list[str]] = {}
    for name in names:
        columns = _columns(export, name)
        for _, title, choice in columns.choices:
            if title not in known:
                builder.add("contests", contest=title, place=len(known))
            choices = known.setdefault(title, [])
            if choice not in choices:
                kind = "write-in" if name_key(choice).replace(" ", "") in ("writein", "writeins") else "regular"
                builder.add("choices", contest=title, choice=choice, kind=kind, place=len(choices))
                choices.append(choice)


def _add_batch(
    builder: BatchBuilder, name: str, row: int, cells: Sequence[str], columns: TallyColumns, jurisdiction: str | None
) -> int:
    """Add the votes of one batch; return 1 if the row became rows, 0 if it was kept as rejected."""
    text = [plain_cell(cell) for cell in cells]
    if len(text) < columns.width or any(text[columns.width :]):
        rule = f"a row has {columns.width} cells, as many as the header"
        builder.reject(name, row, rule, "look for a comma", value=row_text(cells))
        return 0
    batch = text[0]
    if not batch or name_key(batch) in _TOTALS:
        rule = "a total is not a batch" if batch else "a batch has a name"
        builder.reject(name, row, rule, "nothing, if it is a total", value=row_text(cells))
        return 0
    counts = [(count_of(text[at]), at, contest, choice) for at, contest, choice in columns.choices]
    for count, _, _, choice in counts:
        if count is None:
            rule = "a number of votes is a whole number, 0 or more"
            builder.reject(name, row, rule, "ask for the batch's tally", column=choice, value=row_text(cells))
            return 0
    for count, _, contest, choice in counts:
        builder.add(
            "reported", contest=contest, choice=choice, jurisdiction=jurisdiction, precinct=batch, measure="votes",
            count=count, claim=CLAIM, row=row,
        )  # fmt: skip
    return 1


READER = Reader(
    name="arlo-batch-tallies",
    title="Arlo batch tallies",
    source="Arlo user manual, candidate totals by batch; Georgia Secretary of State, audit of November 2025",
    gives=("contests", "choices", "reported", "files", "rejected", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
