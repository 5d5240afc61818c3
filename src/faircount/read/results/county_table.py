"""County table of presidential results: one row a county with the votes of two parties and the total.

The state is the jurisdiction and the county the precinct, so that sums over counties can be held against a state's
official totals. Choices are named as the columns name them: `GOP`, `DEM`. The total is of all votes for president, not
of ballots, so it is no measure of ours; what it leaves for everyone else is the choice `OTHER`, by subtraction.
"""

from collections.abc import Iterator
from functools import partial

from faircount.model import Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import figure_of
from faircount.read.syntax.named_rows import Cells, claimed, header, read_named
from faircount.read.syntax.seen_names import SeenNames

CONTEST = "President"
OTHER = "OTHER"
"""total_votes − votes_gop − votes_dem, the one figure here that a reader works out; negative if the total is short."""
_STATE, _CODE = ("state_name", "state_abbr"), ("county_fips", "combined_fips")
_VOTES = {"votes_gop": "GOP", "votes_dem": "DEM"}


def recognise(export: Export) -> Recognition | None:
    """Look for county, state, and the three columns of votes."""
    names = claimed(export, _is_ours)
    if len(names) != 1:
        return None  # two tables are two elections, and two sources
    version = "state_name layout" if "state_name" in header(export, names[0]) else "state_abbr layout"
    return Recognition(93, version, "a CSV of votes_gop, votes_dem and total_votes by county")


def _is_ours(columns: tuple[str, ...]) -> bool:
    held = set(columns)
    return held >= {"county_name", "votes_gop", "votes_dem", "total_votes"} and bool(held & set(_STATE))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield three rows of votes for each county.

    A county that comes again with the same figures under another code is left out and counted: the table of 2016
    repeats Alaska, whose results were not known by borough, for each of its 29 codes. With other figures it is
    another county of that name, and its code is added to the name.
    """
    builder = BatchBuilder()
    read_names = [name for name in part.members if _is_ours(header(export, name))]
    for name in read_names:
        yield from read_named(export, name, builder, partial(_take, name, SeenNames(), builder))
    builder.tell("note", f"{OTHER} is total_votes less the two choices listed")
    yield builder.finish(export, read_names)


def _take(name: str, seen: SeenNames, builder: BatchBuilder, row: int, cells: Cells) -> int:
    """Turn one row into rows of `reported`; return 1 if it became any. `seen`: counties, alone and with figures."""
    state = next((cells[column] for column in _STATE if cells.get(column)), "")
    code = next((cells[column] for column in _CODE if cells.get(column)), "")
    county, whole = cells["county_name"], " | ".join(cells.values())
    if not state or not county:
        builder.reject(name, row, "a row names its state and county", value=whole)
        return 0
    counts: dict[str, int] = {}
    for column in (*_VOTES, "total_votes"):
        count = figure_of(cells[column])
        if count is None:
            found = f"{cells[column]!r} in {whole}"
            builder.reject(name, row, "votes are a whole number", column=column, value=found)
            return 0
        counts[column] = count
    if not seen.add(repr((state, county, *counts.values()))):
        builder.leave_out(f"the figures of {county}, {state} come again under another code")
        return 0
    precinct = county if seen.add(repr((state, county))) else f"{county} ({code})"
    votes = {choice: counts[column] for column, choice in _VOTES.items()}
    votes[OTHER] = counts["total_votes"] - sum(votes.values())
    for choice, count in votes.items():
        builder.add("reported", contest=CONTEST, choice=choice, jurisdiction=state, precinct=precinct,
                     measure="votes", count=count, claim="reported", row=row)  # fmt: skip
    return 1


READER = Reader(
    name="county-table",
    title="US county table of presidential results",
    source="the US county level results of 2016 and 2020 as published by tonmcg",
    gives=("reported", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,  # one table: two are two elections, and two sources
    read=read,
)
