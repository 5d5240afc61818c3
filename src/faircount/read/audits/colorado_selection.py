"""Colorado's selection of cards for audit (contestSelection.csv): for each contest the records that were drawn."""

import re
from collections.abc import Iterator

from faircount.model import Batch
from faircount.read.audits.colorado_rows import read_claimed
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.named_rows import Cells, claimed
from faircount.read.syntax.seen_names import SeenNames

COLUMNS = ("min_margin", "contest_name", "contest_cvr_ids")
_IDS = re.compile(r"\[\s*(?:\d+(?:\s*,\s*\d+)*)?\s*\]")


def _is_ours(header: tuple[str, ...]) -> bool:
    return header == COLUMNS


def recognise(export: Export) -> Recognition | None:
    """Claim files whose columns are exactly those of contestSelection.csv."""
    names = claimed(export, _is_ours)
    return Recognition(92, "", "columns min_margin, contest_name, contest_cvr_ids") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the contests, and as facts the margin and the drawn records of each, in the order of the draw.

    An id that stands twice was drawn twice. Raises `BadInputError` when no file has the columns.
    """
    builder = BatchBuilder()
    titles = SeenNames()
    rule = "contestSelection.csv has the columns " + ", ".join(COLUMNS)
    yield from read_claimed(
        export, builder, _is_ours, rule, lambda name, row, cells: _add(builder, titles, name, row, cells)
    )
    yield builder.build()


def _add(builder: BatchBuilder, titles: SeenNames, name: str, row: int, cells: Cells) -> int:
    title, ids = cells["contest_name"], cells["contest_cvr_ids"]
    if not title or not _IDS.fullmatch(ids):
        rule = "a row names a contest and lists record numbers in square brackets"
        column = "contest_cvr_ids" if title else "contest_name"
        builder.reject(name, row, rule, "the file may be cut short", column=column, value=ids or title)
        return 0
    if titles.add(title):
        builder.add("contests", contest=title, place=len(titles) - 1)
    drawn = re.findall(r"\d+", ids)
    builder.tell("smallest margin", f"{title}: {cells['min_margin']}")
    builder.tell("drawn records", f"{title}: {len(drawn):,} draws of {len(set(drawn)):,} records: {' '.join(drawn)}")
    return 1


READER = Reader(
    name="colorado-selection",
    title="Colorado selection of records for audit",
    source="ColoradoRLA, contestSelection.csv; Colorado Department of State, audits of November 2020 and March 2024",
    gives=("contests", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # an audit has one such file
    read=read,
)
