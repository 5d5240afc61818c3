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
from faircount.read.reader import Part, Reader, Recognition, parts_of_files
from faircount.read.results.results_words import NO_MEASURE, contest_title, file_said, measure_of, unit_of
from faircount.read.syntax.csv_rows import figure_of, files_to_read, open_rows
from faircount.read.syntax.named_rows import Cells, claimed, header, named_rows, read_named

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
    state = _state(export)
    for name in _ours(export, part.members):
        sheet = _Sheet(export, name, state, builder)
        yield from read_named(export, name, builder, sheet.take)
        sheet.tell()
    if part.number > 0:
        yield builder.finish(export, export.names)
        return
    builder.tell("jurisdiction", state)
    yield builder.finish(export, _ours(export, files_to_read(export)))


def _ours(export: Export, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if _is_ours(header(export, name)))


def _state(export: Export) -> str:
    """Return the state of the first row of all, which every part holds its rows to; empty where there is no row."""
    for name in files_to_read(export):
        if _is_ours(header(export, name)):
            with open_rows(export, name, lambda row, text: None) as rows:
                for _, cells in named_rows(rows, name, None):
                    if cells is not None:
                        return cells.get("state_po", "")
    return ""


class _Sheet:
    """One file: its state, and what its rows have in common."""

    def __init__(self, export: Export, name: str, state: str, builder: BatchBuilder) -> None:
        self.name, self.place, self.builder = name, export.place(name), builder
        self._file_said = file_said(export, name)
        self._state = state
        self._dates: set[str] = set()
        self._titles: dict[tuple[str, str, str, str], str] = {}

    def tell(self) -> None:
        """Add what the file says of itself."""
        if len(self._dates) == 1:
            self.builder.tell("election_date", self._dates.copy().pop())

    def take(self, row: int, cells: Cells) -> int:
        """Turn one row into a row of `reported` or `turnout`; return 1 if it became one."""
        builder = self.builder
        if cells["state_po"] != self._state:
            found = " and ".join(sorted((self._state, cells["state_po"])))
            raise BadInputError(f"{self.place}, row {row}", "a source holds one state", found, "split it by state_po")
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
            self._leave_out(turnout)
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
            self._leave_out(measure)
            return 0
        party = cells.get("party_detailed") or cells.get("party") or None
        named = {"measure": measure} if measure else {"measure": "votes", "choice": candidate, "party": party}
        builder.add("reported", **key, **named, contest=self._title(cells))
        return 1

    def _leave_out(self, what: str) -> None:
        self.builder.leave_out(self._file_said + NO_MEASURE[what])

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
    plan=parts_of_files,
    read=read,
)
