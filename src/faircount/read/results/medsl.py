"""MEDSL precinct returns: tables of the MIT Election Data and Science Lab, one row a candidate and mode.

Two layouts: that of 2018's first releases (`county`, `jurisdiction`, lower case) and the later one (`county_name`,
`jurisdiction_name`, `party_detailed`). Contest title: `office`, `office District N` unless statewide, then the stage
where it is not the general election, then ` (special)`. A source holds one state.
"""

import functools
from collections.abc import Iterator

from faircount.model import BadInputError, Batch, batch_label, name_key
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results.results_words import NO_MEASURE, contest_title, measure_of, unit_of
from faircount.read.syntax.csv_rows import figure_of
from faircount.read.syntax.named_rows import Cells, claimed, header, read_named

_BOTH = {"precinct", "office", "mode", "votes", "candidate", "district", "dataverse", "stage", "state_po"}


def recognise(export: Export) -> Recognition | None:
    """Look for the columns that both layouts have."""
    names = claimed(export, _is_ours)
    if not names:
        return None
    later = "county_name" in header(export, names[0])
    return Recognition(94, "county_name layout" if later else "county layout", f"{len(names)} CSV of MEDSL's columns")


def _is_ours(columns: tuple[str, ...]) -> bool:
    return set(columns) >= _BOTH and bool({"county", "county_name"} & set(columns))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield every row; the county is the jurisdiction, mode TOTAL is counting group null.

    Where a town runs the election inside a county, the precinct is `town · precinct`, since towns number their wards
    alike. Write-ins without a name are the choice `Write-in`. Raises `BadInputError` when the files mix states: their
    counties bear the same names.
    """
    builder = BatchBuilder()
    read_names = [name for name in part.members if _is_ours(header(export, name))]
    states: set[str] = set()
    for name in read_names:
        sheet = _Sheet(name, export.place(name), states, builder)
        yield from read_named(export, name, builder, sheet.take)
        sheet.tell()
    for state in sorted(states):
        builder.tell("jurisdiction", state)
    yield builder.finish(export, read_names)


class _Sheet:
    """One file: its state, and what its rows have in common."""

    def __init__(self, name: str, place: str, states: set[str], builder: BatchBuilder) -> None:
        self.name, self.place, self.builder = name, place, builder
        self._states = states
        self._dates: set[str] = set()
        self._titles: dict[tuple[str, str, str, str], str] = {}

    def tell(self) -> None:
        """Add what the file says of itself."""
        if len(self._dates) == 1:
            self.builder.tell("election_date", self._dates.copy().pop())

    def take(self, row: int, cells: Cells) -> int:
        """Turn one row into a row of `reported` or `turnout`; return 1 if it became one."""
        builder = self.builder
        if cells["state_po"] not in self._states:
            self._states.add(cells["state_po"])
            if len(self._states) > 1:
                found = " and ".join(sorted(self._states))
                raise BadInputError(
                    f"{self.place}, row {row}", "a source holds one state", found, "split it by state_po"
                )
        self._dates.add(cells.get("date", ""))
        count = figure_of(cells["votes"])
        if count is None:
            whole = f"{cells['votes']!r} in {' | '.join(cells.values())}"
            builder.reject(self.name, row, "votes are a whole number", column="votes", value=whole)
            return 0
        key: dict[str, object] = {
            **_place(cells), "counting_group": _group(cells["mode"]), "count": count, "claim": "reported", "row": row
        }  # fmt: skip
        office, candidate = cells["office"], cells["candidate"]
        turnout = measure_of(office)
        if turnout == "blank":
            builder.leave_out(NO_MEASURE[turnout])
            return 0
        if turnout in ("registered", "ballots_cast"):
            builder.add("turnout", **key, measure=turnout)
            return 1
        if not candidate and _true(cells.get("writein", "")):
            candidate = "Write-in"
        if not office or not candidate:
            rule = "a row of votes names its office and its candidate"
            column = "candidate" if office else "office"
            builder.reject(self.name, row, rule, column=column, value=" | ".join(cells.values()))
            return 0
        measure = measure_of(candidate)
        if measure in NO_MEASURE:
            builder.leave_out(NO_MEASURE[measure])
            return 0
        party = cells.get("party_detailed") or cells.get("party") or None
        named = {"measure": measure} if measure else {"measure": "votes", "choice": candidate, "party": party}
        builder.add("reported", **key, **named, contest=self._title(cells))
        return 1

    def _title(self, cells: Cells) -> str:
        said = (cells["office"], cells["district"], cells["stage"], cells.get("special", ""))
        if said not in self._titles:
            office, district, stage, special = said
            title = contest_title(office, district)
            if stage.upper() not in ("", "GEN"):
                title += f" ({stage.lower()})"
            self._titles[said] = title + (" (special)" if _true(special) else "")
        return self._titles[said]


def _place(cells: Cells) -> dict[str, object]:
    town = cells.get("jurisdiction_name", cells.get("jurisdiction", ""))
    county = cells.get("county_name", cells.get("county", "")) or town
    precinct = unit_of(cells["precinct"])
    if precinct and not _one_place(town, county):
        precinct = batch_label(town, precinct)
    return {"jurisdiction": county or None, "precinct": precinct}


@functools.lru_cache(1 << 14)
def _one_place(town: str, county: str) -> bool:
    """Say whether the town is the county: `BEN_HILL` in `BEN HILL` is, `FALLS` in `BUCKS` is a township of it."""
    return name_key(town) == name_key(county)


def _group(mode: str) -> str | None:
    return None if mode.casefold() in ("", "total") else mode


def _true(text: str) -> bool:
    return text.strip().upper() in ("TRUE", "T", "1", "1.0", "YES")


READER = Reader(
    name="medsl-csv",
    title="MEDSL precinct returns",
    source="MEDSL 2018-elections-official: Colorado, Georgia, Pennsylvania, Wisconsin",
    gives=("reported", "turnout", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,
    read=read,
)
