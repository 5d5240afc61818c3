"""Colorado's comparison of batches: what the counties' manifests state and what the state counted in their CVRs."""

from collections.abc import Iterator, Sequence

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import (
    BROKEN,
    candidates,
    columns_of,
    count_of,
    head_rows,
    is_blank,
    open_rows,
    plain_cell,
    row_text,
)
from faircount.read.syntax.named_rows import reject_broken

MANIFEST_CLAIM = "manifest as restated by the state"
CVR_CLAIM = "CVR count by the state"
_CLAIM_COLUMNS = (("count_per_manifest", MANIFEST_CLAIM), ("count_per_cvr_file", CVR_CLAIM))
_COLUMNS = ("county_name", "scanner_id", "batch_id", "count_per_manifest", "count_per_cvr_file", "difference")


def recognise(export: Export) -> Recognition | None:
    """Claim an export whose files all have exactly this comparison's columns."""
    names = candidates(export)
    if not names or not all(_is_header(head_rows(export, name)[:1]) for name in names):
        return None
    return Recognition(94, "", "columns county_name, scanner_id, batch_id, count_per_manifest, count_per_cvr_file")


def _is_header(rows: list[list[str]]) -> bool:
    return bool(rows) and set(_COLUMNS) <= {plain_cell(cell) for cell in rows[0]}


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield two rows of `manifest` for every batch, one a claim, in the order of the file.

    Raises `BadInputError` when a column is missing or there twice.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        records = 0
        columns: dict[str, int] = {}
        blank: list[int] = []
        with open_rows(export, name, reject_broken(name, builder)) as rows:
            for row, cells in rows:
                if cells is BROKEN and columns:
                    continue
                if not columns:
                    columns = _columns(cells, f"{rows.place}, row {row}")
                elif is_blank(cells):
                    blank.append(row)
                else:
                    for empty in blank:
                        builder.reject(name, empty, "a row between batches names a batch", "see what it should hold")
                    blank.clear()
                    records += _add_claims(builder, name, row, cells, columns)
                if builder.full:
                    yield builder.build()
            if not columns:
                raise BadInputError(rows.place, "a comparison begins with its header", "an empty file")
            builder.add_file(number, name, rows, records)
    yield builder.build()


def _columns(header: Sequence[str], place: str) -> dict[str, int]:
    columns = columns_of(header, place)
    if missing := [name for name in _COLUMNS if name not in columns]:
        raise BadInputError(place, "the comparison has six columns", "none named " + ", ".join(missing))
    return columns


def _add_claims(builder: BatchBuilder, name: str, row: int, cells: Sequence[str], columns: dict[str, int]) -> int:
    """Add what a row claims; return 1 if it became rows, 0 if it was rejected whole."""
    width = 1 + max(columns.values())  # a column without a name has a place too
    if len(cells) < width or any(cells[width:]):
        builder.reject(name, row, f"a row has {width} cells", "look for a comma", value=row_text(cells))
        return 0
    text = {column: plain_cell(cells[at]) for column, at in columns.items()}
    if not text["batch_id"]:
        builder.reject(name, row, "a batch has a name", "name the batch", column="batch_id", value=row_text(cells))
        return 0
    counts: dict[str, int] = {}
    for column, claim in _CLAIM_COLUMNS:
        cards = count_of(text[column])
        if cards is None:
            rule = "a number of cards is a whole number, 0 or more"
            builder.reject(name, row, rule, "ask for the figure", column=column, value=text[column])
            continue
        counts[column] = cards
        builder.add(
            "manifest",
            jurisdiction=text["county_name"] or None,
            tabulator=text["scanner_id"] or None,
            batch=text["batch_id"],
            cards=cards,
            claim=claim,
            row=row,
        )
    if len(counts) == 2:
        # Either sign is in use; a difference that fits neither means that one of three figures is not what was meant.
        apart = abs(counts["count_per_manifest"] - counts["count_per_cvr_file"])
        if count_of(text["difference"].removeprefix("-")) != apart:
            rule = f"the difference of the two counts is {apart:,}"
            builder.reject(name, row, rule, "ask which figure is meant", column="difference", value=text["difference"])
    return 1 if counts else 0


READER = Reader(
    name="batch-comparison",
    title="Colorado batch count comparison",
    source="Colorado Department of State, batch_count_comparison.csv of the 2020 general election's audit",
    gives=("manifest", "files", "rejected", "facts"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
