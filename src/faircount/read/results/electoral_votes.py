"""Electors and votes by state: one row a state with the votes of its people and the electors that follow from them.

`state`, `electors`, `total_votes`, and for each choice `<choice>_votes` and `ev_<choice>`; a column `note` is kept.
The people's votes are the contest `President`, the electors' the contest `Electoral votes`; a state is a jurisdiction.
"""

import re
from collections.abc import Iterator
from functools import partial

from faircount.model import Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import figure_of
from faircount.read.syntax.named_rows import Cells, claimed, header, read_named

PEOPLE, ELECTORS = "President", "Electoral votes"
_VOTES = re.compile(r"(?!total_)(\w+)_votes")


def _choices(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the choices that have both columns, in the order of the file; none if this is another table."""
    if not {"state", "electors"} <= set(columns):
        return ()
    found = [match[1] for column in columns if (match := _VOTES.fullmatch(column))]
    return tuple(choice for choice in found if f"ev_{choice}" in columns)


def recognise(export: Export) -> Recognition | None:
    """Look for state, electors, and at least one pair of columns."""
    names = claimed(export, lambda columns: bool(_choices(columns)))
    if len(names) != 1:
        return None
    return Recognition(92, "", "a CSV of votes and electors by state")


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield votes, electors, and the state's totals of both."""
    builder = BatchBuilder()
    names = claimed(export, lambda columns: bool(_choices(columns)))
    for name in names:
        columns = header(export, name)
        choices = _choices(columns)
        known = {"state", "electors", "total_votes", "note", *(f"{c}_votes" for c in choices)}
        known |= {f"ev_{c}" for c in choices}
        unread = [column for column in columns if column not in known]
        builder.tell("note", f"columns not read: {', '.join(unread)}" if unread else "")
        yield from read_named(export, name, builder, partial(_take, name, choices, builder))
    yield builder.finish(export, names)


def _take(name: str, choices: tuple[str, ...], builder: BatchBuilder, row: int, cells: Cells) -> int:
    """Turn one row into its figures; return 1 if it became any."""
    wanted: list[tuple[str, str | None, str, str]] = [(ELECTORS, None, "electors", "electors")]
    wanted += [(PEOPLE, choice.upper(), "votes", f"{choice}_votes") for choice in choices]
    wanted += [(ELECTORS, choice.upper(), "votes", f"ev_{choice}") for choice in choices]
    if cells.get("total_votes"):
        wanted.append((PEOPLE, None, "total_votes", "total_votes"))
    counts = {column: figure_of(cells[column]) for *_, column in wanted}
    bad = [column for column, count in counts.items() if count is None]
    if bad or not cells["state"]:
        rule = "a row names a state, and its figures are whole numbers"
        builder.reject(name, row, rule, column=bad[0] if bad else "state", value=" | ".join(cells.values()))
        return 0
    for contest, choice, measure, column in wanted:
        builder.add("reported", contest=contest, choice=choice, jurisdiction=cells["state"],
                    measure=measure, count=counts[column], claim="reported", row=row)  # fmt: skip
    builder.tell("note", f"{cells['state']}: {cells['note']}" if cells.get("note") else "")
    return 1


READER = Reader(
    name="electoral-votes",
    title="electors and votes by state",
    source="a table of the states' votes of 2020 with their numbers of electors",
    gives=("reported", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,  # one table
    read=read,
)
