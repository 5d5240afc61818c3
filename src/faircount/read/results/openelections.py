"""OpenElections precinct CSV: volunteers' transcriptions of counties' statements of votes, one row a candidate.

Contest title: `office`, or `office District N` where the district is given. Names of the columns vary by state.
"""

import re
from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, parts_of_files
from faircount.read.results.results_words import NO_MEASURE, contest_title, file_said, measure_of, unit_of
from faircount.read.syntax.csv_rows import figure_of, files_to_read
from faircount.read.syntax.named_rows import Cells, claimed, header, read_named

_SYNONYMS = {
    "county": ("county", "county_name", "parish", "jurisdiction"),
    "precinct": ("precinct", "precinct_name", "ward"),
    "office": ("office",),
    "district": ("district",),
    "party": ("party",),
    "candidate": ("candidate",),
    "votes": ("votes", "vote", "total", "total_votes"),
}
_MODES = frozenset(
    "election_day early_voting early advanced advance advance_voting in_person absentee absentee_by_mail absentee_mail "
    "absentee_in_person mail mail_in mail_in_ballots vote_by_mail by_mail provisional federal military overseas uocava "
    "one_stop machine paper polling polls limited presidential_only flagged transfer affidavit early_votes "
    "federal_absentee affidavit_votes emergency manually_counted optical_scan".split()
)
"""Ways of voting that have a column of their own in one state or another; `_votes` after them changes nothing."""
_DATE = re.compile(r"(?:^|/)(\d{4})(\d{2})(\d{2})__([a-z]{2})_")


def recognise(export: Export) -> Recognition | None:
    """Look for office and candidate with votes, in all or by way of voting, in every file of rows."""
    names = claimed(export, _is_ours)
    if not names:
        return None
    columns = ", ".join(header(export, names[0]))
    return Recognition(92, "", f"{len(names)} CSV with the columns {columns}")


def _is_ours(columns: tuple[str, ...]) -> bool:
    held = set(columns)
    if not {"office", "candidate"} <= held or held & {"mode", "dataverse", "contest", "choice"}:
        return False
    places = any(held & set(_SYNONYMS[role]) for role in ("county", "precinct"))
    return places and bool(held & set(_SYNONYMS["votes"]) or any(_is_mode(c) for c in columns))


def _is_mode(column: str) -> bool:
    if column in _SYNONYMS["votes"]:
        return False
    return column in _MODES or column.endswith(("_votes", "_vote"))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield every figure of every row: `votes` with counting group null, each way of voting as its counting group.

    An empty cell states nothing. A row whose precinct is `Total` is a total of its county. Where `candidate` is
    `Under Votes` the row is that measure; where the office is `Registered Voters` or `Ballots Cast` it is turnout.
    """
    builder = BatchBuilder()
    known = export.names
    if part.number == 0:  # what is said of the whole export is said once
        known = _ours(export, files_to_read(export))
        _tell_elections(export, known, builder)
    for name in _ours(export, part.members):
        sheet = _Sheet(export, name, builder)
        yield from read_named(export, name, builder, sheet.take)
        sheet.note()
    yield builder.finish(export, known)


def _ours(export: Export, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if _is_ours(header(export, name)))


def _tell_elections(export: Export, names: tuple[str, ...], builder: BatchBuilder) -> None:
    """Add date and state from the names of the files, `20210105__ga__runoff.csv`."""
    stated = {found.groups() for name in names if (found := _DATE.search(name))}
    for year, month, day, state in stated:
        if len(stated) > 1:
            found_all = ", ".join(sorted("-".join(one) for one in stated))
            raise BadInputError(
                str(export), "the files are of one election in one state", found_all, "add them one by one"
            )
        builder.tell("election_date", f"{year}-{month}-{day}")
        builder.tell("jurisdiction", state.upper())


class _Sheet:
    """One file: which column plays which role."""

    def __init__(self, export: Export, name: str, builder: BatchBuilder) -> None:
        self.name, self.builder = name, builder
        self._file_said = file_said(export, name)
        self._roles: dict[str, str] = {}
        self._groups: dict[str, str | None] = {}
        self._unread: list[str] = []

    def _learn(self, columns: list[str]) -> None:
        for role, synonyms in _SYNONYMS.items():
            for column in synonyms:
                if column in columns and role not in self._roles:
                    self._roles[role] = column
        if "votes" in self._roles:
            self._groups[self._roles["votes"]] = None
        known = set(self._roles.values())
        for column in columns:
            if column not in known and _is_mode(column):
                self._groups[column] = re.sub(r"_votes?$", "", column).replace("_", " ").title()
            elif column not in known:
                self._unread.append(column)

    def note(self) -> None:
        """Say which columns gave nothing."""
        if self._unread:
            self.builder.tell("note", f"{self.name}: columns not read: {', '.join(self._unread)}")

    def take(self, row: int, cells: Cells) -> int:
        """Turn one row into rows of `reported` or `turnout`; return 1 if it became any."""
        builder = self.builder
        if not self._groups:
            self._learn(list(cells))
        at = {role: cells[column] for role, column in self._roles.items()}
        office, candidate, party = at["office"], at["candidate"], at.get("party", "")
        key: dict[str, object] = {
            "jurisdiction": unit_of(at.get("county", "")), "precinct": unit_of(at.get("precinct", "")),
            "claim": "reported", "row": row,
        }  # fmt: skip
        whole = " | ".join(cells.values())
        turnout = measure_of(office) or ("" if office else measure_of(candidate))
        if turnout == "blank":
            self._leave_out(turnout)
            return 0
        if turnout in ("registered", "ballots_cast"):
            if party or (candidate and measure_of(candidate) not in ("votes", turnout)):
                # The tables hold turnout of a unit, not of a party's voters.
                builder.reject(self.name, row, "registered voters and ballots cast are not split further", value=whole)
                return 0
            return self._figures(row, cells, "turnout", {**key, "measure": turnout})
        if not office:
            builder.reject(self.name, row, "a row of votes names its office", column=self._roles["office"], value=whole)
            return 0
        if not candidate:
            rule = "a row of votes names its candidate"
            builder.reject(self.name, row, rule, column=self._roles["candidate"], value=whole)
            return 0
        measure = measure_of(candidate)
        if measure in NO_MEASURE:
            self._leave_out(measure)
            return 0
        key |= {"contest": contest_title(office, at.get("district", "")), "party": party or None}
        key |= {"measure": measure} if measure else {"measure": "votes", "choice": candidate}
        return self._figures(row, cells, "reported", key)

    def _leave_out(self, what: str) -> None:
        self.builder.leave_out(self._file_said + NO_MEASURE[what])

    def _figures(self, row: int, cells: Cells, table: str, key: dict[str, object]) -> int:
        rows = 0
        for column, group in self._groups.items():
            text = cells[column]
            count = figure_of(text)
            if count is not None:
                self.builder.add(table, **key, counting_group=group, count=count)
                rows += 1
            elif text:
                whole = f"{text!r} in {' | '.join(cells.values())}"
                self.builder.reject(self.name, row, "votes are a whole number", column=column, value=whole)
        if not any(cells[column] for column in self._groups):
            self.builder.reject(self.name, row, "a row states a number of votes", value=" | ".join(cells.values()))
        return 1 if rows else 0


READER = Reader(
    name="openelections-csv",
    title="OpenElections precinct CSV",
    source="openelections-data repositories: the Georgia runoff of 5 January 2021, and the issues of other states",
    gives=("reported", "turnout", "files", "facts", "rejected"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
