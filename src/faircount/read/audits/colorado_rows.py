"""What the readers of Colorado's audit files share: the files of an export that are theirs, row by row."""

from collections.abc import Callable, Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.syntax.named_rows import A_HEADER, Cells, claimed, is_header, read_named

Take = Callable[[str, int, Cells], int]
"""(file, row, cells) → 1 if the row became rows of a table, else 0."""


def read_claimed(
    export: Export, builder: BatchBuilder, is_ours: Callable[[tuple[str, ...]], bool], rule: str, take: Take
) -> Iterator[Batch]:
    """Give every row of the files that are ours to `take` and record all files; yield what is full on the way.

    Raises `BadInputError` with `rule` when none is ours.
    """
    names = claimed(export, is_ours)
    if not names:
        raise BadInputError(str(export), rule, "another header", "is this another table?")
    for name in names:

        def one(row: int, cells: Cells, name: str = name) -> int:
            if is_header(cells):
                builder.reject(name, row, A_HEADER, "nothing, if the rows around it are whole")
                return 0
            return take(name, row, cells)

        yield from read_named(export, name, builder, one)
    for name in sorted(set(export.names) - set(names)):
        builder.add_companion(export, export.names.index(name), name)
