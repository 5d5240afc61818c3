"""Colorado's tabulation of the counties' records (tabulate.csv, tabulateCounty.csv): votes by contest and choice."""

from collections.abc import Iterator

from faircount.model import Batch, name_key
from faircount.read.audits.colorado_rows import read_claimed
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results.results_words import NO_MEASURE, measure_of
from faircount.read.syntax.csv_rows import count_of
from faircount.read.syntax.named_rows import Cells, claimed

CLAIM = "tabulated by the state from the counties' records"
_STATE, _COUNTY = ("contest_name", "choice", "votes"), ("county_name", "contest_name", "choice", "votes")


def _is_ours(header: tuple[str, ...]) -> bool:
    return header in (_STATE, _COUNTY)


def recognise(export: Export) -> Recognition | None:
    """Claim files whose columns are exactly [county_name,] contest_name, choice, votes."""
    if not claimed(export, _is_ours):
        return None
    return Recognition(91, "", "columns contest_name, choice, votes of ColoradoRLA's tabulation")


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield one figure a row, of a county where the file names it, else of all of them together.

    Raises `BadInputError` when no file has the columns.
    """
    builder = BatchBuilder()
    known: dict[str, set[str]] = {}
    rule = "tabulate.csv has the columns " + ", ".join(_STATE)
    yield from read_claimed(
        export, builder, _is_ours, rule, lambda name, row, cells: _add(builder, known, name, row, cells)
    )
    for place, (title, choices) in enumerate(known.items()):
        builder.add("contests", contest=title, place=place)
        # The rows are ordered by votes, which is no order of a ballot.
        for at, choice in enumerate(sorted(choices)):
            kind = "write-in" if name_key(choice).replace(" ", "") in ("writein", "writeins") else "regular"
            builder.add("choices", contest=title, choice=choice, kind=kind, place=at)
    yield builder.finish(export, export.names)


def _add(builder: BatchBuilder, known: dict[str, set[str]], name: str, row: int, cells: Cells) -> int:
    title, choice, votes = cells["contest_name"], cells["choice"], count_of(cells["votes"])
    if not title or not choice or votes is None:
        rule = "a row names contest and choice, and states a whole number of votes"
        column = "votes" if title and choice else "choice" if title else "contest_name"
        builder.reject(name, row, rule, "ask for the figure", column=column, value=cells[column])
        return 0
    measure = measure_of(choice)
    if measure in NO_MEASURE:
        builder.leave_out(NO_MEASURE[measure])
        return 0
    choices = known.setdefault(title, set())
    if not measure:
        choices.add(choice)
    builder.add(
        "reported", contest=title, choice=None if measure else choice, measure=measure or "votes",
        jurisdiction=cells.get("county_name") or None, count=votes, claim=CLAIM, row=row,
    )  # fmt: skip
    return 1


READER = Reader(
    name="colorado-tabulation",
    title="Colorado tabulation of the counties' records",
    source="ColoradoRLA, tabulate.csv and tabulateCounty.csv as its reports of an audit write them",
    gives=("contests", "choices", "reported", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # the choices of a contest are those of both files
    read=read,
)
