"""Protocols of polling stations as one wide CSV: a row a station, a column a line of its protocol, a column a choice.

Two layouts are known: the tables of Russian federal elections that researchers scrape from the election commission
(`region`, `tik`, `uik`, the protocol's lines in words, the choices), and the Uganda Election Data Portal's. Every line
becomes a row of `turnout`, under a measure of ours where one fits and else under a word of its own; votes become
`reported`. Whether the lines of a protocol balance is not a reader's business.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from faircount.model import BadInputError, Batch, batch_label, name_key
from faircount.model.tables import REPORTED, TURNOUT
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, numbered_members, parts_of_files
from faircount.read.results.results_words import file_said
from faircount.read.syntax.csv_rows import (
    CsvRows,
    candidates,
    columns_of,
    figure_of,
    files_to_read,
    head_rows,
    is_blank,
    open_rows,
    row_text,
)
from faircount.read.syntax.named_rows import reject_broken

CONTEST = "Votes in the protocols"
"""The tables name no contest; a file is one."""
STATIONS_PER_BATCH = 5_000
SILENT = "stations marked as not reported: their voters are kept, their votes are not known"

Measure = tuple[str, str | None]
"""(measure, counting group) of a row of `turnout`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How one publisher names the columns. Names are compared as `name_key` folds them."""

    version: str
    signs: tuple[str, ...]
    """Columns by which the layout is known; all are there."""
    jurisdiction: str
    precinct: tuple[str, ...]
    """Columns that name a station within its jurisdiction, joined in this order."""
    lines: Mapping[str, Measure]
    """Column → what it states."""
    line_prefix: str = ""
    """Columns that begin with this are lines too, whose measure is the column's own name."""
    unread: tuple[str, ...] = ()
    """Columns that are no figures; a note says that they were not read."""
    silent: str = ""
    """Column that is 1 where the station sent no result."""

    def line_of(self, column: str) -> Measure | None:
        """Return what a column states, None for one that is no line of a protocol."""
        key = name_key(column)
        if key in self.lines:
            return self.lines[key]
        return (column, None) if self.line_prefix and key.startswith(self.line_prefix) else None


def _lines(words: Mapping[str, Measure]) -> dict[str, Measure]:
    return {name_key(column): measure for column, measure in words.items()}


_RUSSIA = Layout(
    "Russian federal elections, region-tik-uik",
    ("region", "tik", "uik"),
    "region",
    ("tik", "uik"),
    _lines({
        "Число избирателей, включенных в список избирателей": ("registered", None),
        "Число избирателей, внесенных в список избирателей": ("registered", None),
        "Число избирательных бюллетеней, полученных участковой избирательной комиссией": ("ballots_received", None),
        "Число избирательных бюллетеней, выданных избирателям, проголосовавшим досрочно": ("checked_in", "early"),
        "Число избирательных бюллетеней, выданных в помещении для голосования в день голосования": (
            "checked_in", "in the station"),
        "Число избирательных бюллетеней, выданных вне помещения для голосования в день голосования": (
            "checked_in", "outside the station"),
        "Число погашенных избирательных бюллетеней": ("ballots_cancelled", None),
        "Число избирательных бюллетеней в переносных ящиках для голосования": ("ballots_cast", "portable boxes"),
        "Число бюллетеней в переносных ящиках для голосования": ("ballots_cast", "portable boxes"),
        "Число бюллетеней в стационарных ящиках для голосования": ("ballots_cast", "stationary boxes"),
        "Число избирательных бюллетеней в стационарных ящиках для голосования": ("ballots_cast", "stationary boxes"),
        "Число недействительных избирательных бюллетеней": ("ballots_invalid", None),
        "Число действительных избирательных бюллетеней": ("ballots_valid", None),
        "Число утраченных избирательных бюллетеней": ("ballots_lost", None),
        "Число избирательных бюллетеней, не учтенных при получении": ("ballots_missed_on_receipt", None),
        "Число полученных открепительных удостоверений": ("absentee_certificates_received", None),
        "Число открепительных удостоверений, выданных избирателям на избирательном участке": (
            "absentee_certificates_issued_here", None),
        "Число избирателей, проголосовавших по открепительным удостоверениям": (
            "voters_with_absentee_certificates", None),
        "Число неиспользованных открепительных удостоверений": ("absentee_certificates_unused", None),
        "Число открепительных удостоверений, выданных избирателям ТИК": (
            "absentee_certificates_issued_by_territorial_commission", None),
        "Число утраченных открепительных удостоверений": ("absentee_certificates_lost", None),
    }),
    line_prefix="число ",
    unread=("url",),
)  # fmt: skip
_UGANDA = Layout(
    "Uganda Election Data Portal",
    ("dist_name_previous", "original_station_id_previous", "station_string_previous", "reg voters", "t votes"),
    "dist name previous",
    ("original station id previous", "station string previous"),
    _lines({
        "Reg.Voters": ("registered", None),
        "M_18.30": ("registered_men_18_to_30", None),
        "M_31.up": ("registered_men_31_and_over", None),
        "F_18.30": ("registered_women_18_to_30", None),
        "F_31.up": ("registered_women_31_and_over", None),
        "V.Votes": ("ballots_valid", None),
        "Inv.Votes": ("ballots_invalid", None),
        "T.Votes": ("ballots_cast", None),
    }),
    unread=(
        "year", "const name previous", "sub cty name previous", "par name previous", "non rep", "id",
        *(f"map11 16 {part}" for part in ("reg name", "subreg name", "dist name", "cty name", "subcyt name",
                                          "par name", "agg code")),
    ),
    silent="non rep",
)  # fmt: skip
LAYOUTS = (_RUSSIA, _UGANDA)


@dataclass(slots=True)
class _Columns:
    """Where one file has what."""

    layout: Layout
    width: int
    jurisdiction: int
    precinct: tuple[int, ...]
    silent: int | None
    lines: list[tuple[int, Measure]] = field(default_factory=list)
    choices: list[tuple[int, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    figures: list[int] = field(default_factory=list)
    """Columns of figures, lines first, then choices, each in the order of the file."""


def recognise(export: Export) -> Recognition | None:
    """Claim files whose header is that of a layout we know, with at least one choice."""
    versions = set()
    for name in candidates(export):
        rows = head_rows(export, name)
        layout = _layout_of(rows[0]) if rows else None
        if layout is None:
            return None
        versions.add(layout.version)
    if len(versions) != 1:
        return None
    return Recognition(94, versions.pop(), "a column a line of a polling station's protocol")


def _layout_of(header: list[str]) -> Layout | None:
    keys = {name_key(cell) for cell in header}
    for layout in LAYOUTS:
        if keys >= {name_key(sign) for sign in layout.signs} and any(layout.line_of(cell) for cell in header):
            return layout
    return None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the lines of every protocol as `turnout` and its votes as `reported`.

    A station that the table marks as silent, with nothing but zeros, keeps its voters and has no votes: nobody knows
    them. A row with a figure that is none is kept among the rejected, whole. Raises what `open_rows` raises.
    """
    builder = BatchBuilder()
    for number, name in numbered_members(export, part):
        with open_rows(export, name, reject_broken(name, builder)) as rows:
            records = yield from _file(rows, name, builder, file_said(export, name) + SILENT)
            builder.add_file(number, name, rows, records)
    yield builder.finish(export, files_to_read(export) if part.number == 0 else export.names)


def _file(rows: CsvRows, name: str, builder: BatchBuilder, silent: str) -> Generator[Batch, None, int]:
    """Yield what one file holds; return how many of its rows became rows of a table."""
    lines = iter(rows)
    first, header = next(lines, (1, []))
    columns = _columns(header, f"{rows.place}, row {first}")
    if columns.unread:
        builder.tell("note", f"{name}: columns not read: {', '.join(columns.unread)}")
    held, records = _Stations(columns), 0
    for row, cells in lines:
        yield from builder.when_much_is_rejected()
        if is_blank(cells):
            continue
        if len(cells) != columns.width:
            rule = f"a row has as many cells as the header, {columns.width}"
            builder.reject(name, row, rule, f"this row has {len(cells)}", value=row_text(cells))
            continue
        figures = _figures(columns, cells, row, name, builder)
        if figures is None:
            continue
        records += 1
        votes_known = columns.silent is None or cells[columns.silent].strip() != "1" or _speaks(columns, figures)
        if not votes_known:
            builder.leave_out(silent)
        held.take(row, cells, figures, votes_known)
        if len(held.rows) == STATIONS_PER_BATCH:
            yield held.build()
            held = _Stations(columns)
    if held.rows:
        yield held.build()
    return records


def _columns(header: list[str], place: str) -> _Columns:
    """Return where the columns are. What is neither a line, nor known to be no figure, is a choice.

    Raises `BadInputError` where the header is of no layout we know, or names a column twice.
    """
    named = columns_of(header, place)
    by_key = {name_key(column): at for column, at in named.items()}
    layout = _layout_of(header)
    if layout is None:
        rule = f"the header is one of these: {'; '.join(known.version for known in LAYOUTS)}"
        raise BadInputError(place, rule, repr(", ".join(header)[:80]), "hand it over as plain CSV: docs/plain-csv.md")
    found = _Columns(
        layout, max(named.values(), default=-1) + 1, by_key[name_key(layout.jurisdiction)],
        tuple(by_key[name_key(column)] for column in layout.precinct), by_key.get(layout.silent),
    )  # fmt: skip
    places = {found.jurisdiction, *found.precinct}
    for column, at in named.items():
        line = layout.line_of(column)
        if line is not None:
            found.lines.append((at, line))
        elif name_key(column) in layout.unread:
            found.unread.append(column)
        elif at not in places:
            found.choices.append((at, column))
    found.names = {at: column for column, at in named.items()}
    found.figures = [at for at, _ in found.lines] + [at for at, _ in found.choices]
    return found


def _figures(columns: _Columns, cells: list[str], row: int, name: str, builder: BatchBuilder) -> list[int] | None:
    """Return the figures of a row, lines first; None, and the row is kept among the rejected, where one is none."""
    if not cells[columns.jurisdiction].strip() or not any(cells[at].strip() for at in columns.precinct):
        builder.reject(name, row, "a row names its region and its station", value=row_text(cells))
        return None
    stated = [cells[at] for at in columns.figures]
    together = "".join(stated)
    if together.isdecimal() and together.isascii() and all(stated) and len(max(stated, key=len)) < 12:
        return list(map(int, stated))  # plain numbers, as nearly all rows are: several times faster than one by one
    found = []
    for at, cell in zip(columns.figures, stated, strict=True):
        number = figure_of(cell)
        if number is None:
            rule = "a line of a protocol is a whole number"
            builder.reject(name, row, rule, "see the protocol", column=columns.names[at], value=row_text(cells))
            return None
        found.append(number)
    return found


def _speaks(columns: _Columns, figures: list[int]) -> bool:
    """Say whether a row states any figure beside registered voters."""
    lines = zip(columns.lines, figures, strict=False)
    return any(n for (_, (measure, _)), n in lines if not measure.startswith("registered")) or any(
        figures[len(columns.lines) :]
    )


class _Stations:
    """Stations on their way into a batch, a column at a time: a national table has millions of figures."""

    def __init__(self, columns: _Columns) -> None:
        self._columns = columns
        self.rows: list[int] = []
        self._jurisdictions: list[str] = []
        self._precincts: list[str] = []
        self._figures: list[list[int]] = []
        self._known: list[bool] = []

    def take(self, row: int, cells: list[str], figures: list[int], votes_known: bool) -> None:
        """Add one station."""
        self.rows.append(row)
        self._jurisdictions.append(cells[self._columns.jurisdiction].strip())
        self._precincts.append(batch_label(*(cells[at].strip() for at in self._columns.precinct)))
        self._figures.append(figures)
        self._known.append(votes_known)

    def build(self) -> Batch:
        """Return the stations as tables, station by station."""
        figures = np.array(self._figures, dtype=np.int64).reshape(len(self.rows), -1)
        known = np.array(self._known)
        lines, choices = self._columns.lines, self._columns.choices
        of_voters = np.array([measure.startswith("registered") for _, (measure, _) in lines], dtype=bool)
        keep = known[:, None] | of_voters[None, :]
        turnout = self._table(TURNOUT, figures[:, : len(lines)], keep, {
            "measure": [measure for _, (measure, _) in lines], "counting_group": [group for _, (_, group) in lines],
        })  # fmt: skip
        keep = np.broadcast_to(known[:, None], (len(self.rows), len(choices)))
        reported = self._table(REPORTED, figures[:, len(lines) :], keep, {"choice": [name for _, name in choices]})
        return Batch({"turnout": turnout, "reported": reported})

    def _table(
        self, schema: pa.Schema, figures: "np.ndarray[tuple[int, int], np.dtype[np.int64]]",
        keep: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", by_column: dict[str, list[str | None] | list[str]],
    ) -> pa.Table:  # fmt: skip
        station, column = np.nonzero(keep)
        made = {
            "jurisdiction": pa.array(self._jurisdictions).take(pa.array(station)),
            "precinct": pa.array(self._precincts).take(pa.array(station)),
            "count": pa.array(figures[station, column]),
            "row": pa.array(np.array(self.rows, dtype=np.int32)[station]),
        }
        for name, values in by_column.items():
            made[name] = pa.array(values, pa.string()).take(pa.array(column))
        size = len(station)
        constants = {"contest": CONTEST, "claim": "protocol", "measure": "votes"}
        arrays = [
            made[f.name]
            if f.name in made
            else pa.repeat(pa.scalar(constants[f.name], f.type), size)
            if f.name in constants
            else pa.nulls(size, f.type)
            for f in schema
        ]
        return pa.table(arrays, schema=schema)


READER = Reader(
    name="protocol-table",
    title="table of polling-station protocols",
    source="tables of Russian federal elections (2012, 2018) by polling station; Uganda Election Data Portal (2016)",
    gives=("reported", "turnout", "files", "facts", "rejected"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
