"""Statement of votes as CSV: one row a precinct, contest and choice, with the contest's ballots beside the votes.

Voters, ballots, undervotes and overvotes are those of the contest in the precinct, repeated on each of its choices. A
summary of votes, the same without precincts, is read alike. Of a ranked contest a sheet states the votes by round.
"""

import itertools
import re
from collections.abc import Iterator
from operator import itemgetter

from faircount.model import Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, parts_of_files
from faircount.read.results.clarity_words import kind_of, title_of
from faircount.read.results.results_words import NO_MEASURE, measure_of, unit_of
from faircount.read.results.round_figures import measure_of_round
from faircount.read.syntax.csv_rows import figure_of, files_to_read
from faircount.read.syntax.in_order import InOrder
from faircount.read.syntax.named_rows import Cells, claimed, header, read_named

_SYNONYMS = {
    "county": ("county", "county_name", "jurisdiction"),
    "precinct": ("precinct_code", "precinct", "precinct_name", "precinct_number"),
    "contest": ("contest_title", "contest", "contest_name"),
    "choice": ("choice_name", "choice", "candidate_name", "candidate"),
    "party": ("party", "party_name", "choice_party"),
    "votes": ("total_votes", "votes"),
    "registered": ("active_voters", "registered_voters", "total_active_voters", "total_voters"),
    "ballots_cast": ("total_ballots", "ballots_cast", "ballots", "total_ballots_cast"),
    "undervotes": ("total_undervotes", "undervotes", "under_votes", "total_under_votes"),
    "overvotes": ("total_overvotes", "overvotes", "over_votes", "total_over_votes"),
}
_MEASURES = ("registered", "ballots_cast", "undervotes", "overvotes")
_ROUND = re.compile(r"round_(\d{1,2})_votes")
_OF_ROUNDS = re.compile(r"(?:total_?)?(?:votes|blanks|undervotes|under_votes|overvotes|over_votes|exhausted)")
"""Totals beside votes by round: of the last round or of all, the sheet does not say which."""
_NOTHING = frozenset(("n/a", "na", "-"))
"""What sheets write where a figure does not apply."""
_NUL = "\0"
"""Stands between the cells of a row that waits to be put in order; no cell has one."""

_BARE = re.compile(r".*[a-z0-9]", re.DOTALL)
"""A name up to its last letter or digit. (Taking the signs off with `[^a-z0-9]+$` looks from every sign to the end.)"""


def recognise(export: Export) -> Recognition | None:
    """Look for contest, choice and votes with ballots, undervotes and overvotes beside them, in every file of rows."""
    names = claimed(export, _is_ours)
    if not names:
        return None
    return Recognition(90, "", f"{len(names)} CSV with the columns {', '.join(header(export, names[0]))}")


def _is_ours(columns: tuple[str, ...]) -> bool:
    roles = set(_roles(columns))
    if not roles >= {"contest", "choice", "ballots_cast"} or "line_number" in columns:
        return False
    return roles >= {"votes", "undervotes", "overvotes"} or 1 in _rounds(columns)


def _rounds(columns: tuple[str, ...]) -> dict[int, str]:
    """Return round → column of its votes."""
    return {int(found[1]): column for column in columns if (found := _ROUND.fullmatch(column))}


def _roles(columns: tuple[str, ...]) -> dict[str, str]:
    """Return role → column. Footnote signs behind a name, `Active Voters*`, are no part of it."""
    bare = {name[0]: column for column in reversed(columns) if (name := _BARE.match(column))}
    found = {role: next((bare[s] for s in synonyms if s in bare), "") for role, synonyms in _SYNONYMS.items()}
    return {role: column for role, column in found.items() if column}


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield votes by precinct and contest, and once for each such pair its voters, ballots, undervotes and overvotes.

    Voters stand with their contest (`reported`), not as turnout of the precinct: offices join precincts for some
    contests, `100,700`, so that few voters are not told by their votes, and such a pair beside its parts would count
    them twice.
    """
    builder = BatchBuilder()
    for name in _ours(export, part.members):
        sheet = _Sheet(name, header(export, name), builder)
        yield from read_named(export, name, builder, sheet.take)
        yield from sheet.figures()
        sheet.tell()
    # What is not read is said once.
    yield builder.finish(export, export.names if part.number else _ours(export, files_to_read(export)))


def _ours(export: Export, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if _is_ours(header(export, name)))


class _Sheet:
    """One file: which column plays which role, and its rows by county, precinct and contest, wherever they stand."""

    def __init__(self, name: str, columns: tuple[str, ...], builder: BatchBuilder) -> None:
        self._name, self._builder, self._rows = name, builder, InOrder()
        self._roles = _roles(columns)
        self._rounds = _rounds(columns)
        totals = [(c.replace("_", " "), c) for c in columns if self._rounds and _OF_ROUNDS.fullmatch(c)]
        votes = self._roles.get("votes", "")
        by_round = [(measure_of_round("votes", number), column) for number, column in sorted(self._rounds.items())]
        self._of_choice = (
            (("votes", votes),), (*by_round, *(total for total in totals if total[1] == votes)),
        )  # fmt: skip
        """(measure, column) of a choice's figures: of a contest that nobody ranks, of a ranked one."""
        self._shared = (
            tuple((measure, self._roles.get(measure, "")) for measure in _MEASURES),
            (*((m, self._roles.get(m, "")) for m in _MEASURES[:2]), *(total for total in totals if total[1] != votes)),
        )
        """The same of the contest's figures, which its choices repeat."""
        read = {*self._roles.values(), *(column for _, column in (*by_round, *totals))}
        self._unread = [c for c in columns if c and c not in read]
        self._choices: dict[str, dict[str, str]] = {}
        self._allowed: dict[str, int | None] = {}

    def tell(self) -> None:
        """Add contests and choices by name, which no order of rows can change, and what was not read."""
        for place, title in enumerate(sorted(self._choices)):
            self._builder.add("contests", contest=title, votes_allowed=self._allowed[title], place=place)
            for at, (choice, party) in enumerate(sorted(self._choices[title].items())):
                self._builder.add("choices", contest=title, choice=choice, party=party or None, kind=kind_of(choice),
                                  place=at)  # fmt: skip
        if "registered" in self._roles:
            self._builder.tell("note", f"{self._name}: registered is the column {self._roles['registered']}")
        if self._unread:
            self._builder.tell("note", f"{self._name}: columns not read: {', '.join(self._unread)}")

    def take(self, row: int, cells: Cells) -> int:
        """Keep one row for its precinct and contest; return 1 if it has votes."""
        whole = " | ".join(cells.values())
        cells = {column: "" if cell.casefold() in _NOTHING else cell for column, cell in cells.items()}
        at = {role: cells.get(column, "") for role, column in self._roles.items()}
        stated = [cell for cell in cells.values() if cell]
        if len(stated) == 1 and stated[0].startswith("*"):
            self._builder.tell("note", f"{self._name}: {stated[0]}")
            return 0
        title, allowed = title_of(at["contest"])
        choice, party = at["choice"], at.get("party", "")
        ranked = bool(self._rounds) and cells.get(self._rounds.get(1, ""), "") != ""
        texts = [cells.get(column, "") for _, column in self._of_choice[ranked]]
        counts = ["" if number and not text else figure_of(text) for number, text in enumerate(texts)]
        if not title or not choice or None in counts:
            rule = "a row has a contest, a choice and a whole number of votes"
            self._builder.reject(self._name, row, rule, value=whole)
            return 0
        if measure := measure_of(choice):
            return self._line_of(measure, row, at, title, counts)
        self._allowed.setdefault(title, allowed)
        self._choices.setdefault(title, {}).setdefault(choice, party)
        unit = (at.get("county", ""), at.get("precinct", ""), title)
        shared = [cells.get(column, "") for _, column in self._shared[ranked]]
        self._rows.add(
            _NUL.join([*unit, f"{row:010}", choice, party, whole, str(int(ranked)), *map(str, counts), *shared])
        )
        return 1

    def _line_of(self, measure: str, row: int, at: Cells, title: str, counts: list[int | str | None]) -> int:
        """Keep a line that stands among the choices and is none, `Under Votes` or `Total Votes`; return 1 if kept."""
        if measure in NO_MEASURE or measure in self._roles or not isinstance(counts[0], int):
            why = NO_MEASURE.get(measure, f"a line of {measure} among the choices repeats a column")
            self._builder.leave_out(why)
            return 0
        unit = {"jurisdiction": unit_of(at.get("county", "")), "precinct": unit_of(at.get("precinct", ""))}
        self._add({"contest": title, **unit}, row, counts[0], measure=measure)
        return 1

    def figures(self) -> Iterator[Batch]:
        """Add the figures of every precinct and contest; yield what is full."""
        rows = (row.split(_NUL) for row in self._rows)
        for (county, precinct, title), alike in itertools.groupby(rows, itemgetter(0, 1, 2)):
            unit = {"contest": title, "jurisdiction": unit_of(county), "precinct": unit_of(precinct)}
            self._figures_of(unit, alike)
            if self._builder.full:
                yield self._builder.build()

    def _figures_of(self, unit: dict[str, str | None], rows: Iterator[list[str]]) -> None:
        """Add the votes of one contest in one precinct, and what its first row says that the others must repeat."""
        first: list[str] = []
        for _, _, _, number, choice, party, whole, *kept in rows:
            row, measures = int(number), self._of_choice[int(kept[0])]
            counts, shared = kept[1 : 1 + len(measures)], [kept[0], *kept[1 + len(measures) :]]
            for (measure, _), count in zip(measures, counts, strict=True):
                if count:
                    self._add(unit, row, int(count), choice=choice, party=party or None, measure=measure)
            if not first:
                first = shared
                self._measures(unit, row, shared, whole)
            elif shared != first:
                rule = "rows of a contest in a precinct repeat its voters, ballots, undervotes and overvotes"
                self._builder.reject(self._name, row, rule, value=whole)

    def _measures(self, unit: dict[str, str | None], row: int, shared: list[str], whole: str) -> None:
        ranked, *texts = shared
        for (measure, column), text in zip(self._shared[int(ranked)], texts, strict=True):
            count = figure_of(text)
            if count is not None:
                self._add(unit, row, count, measure=measure)
            elif text:
                what = f"{text!r} in {whole}"
                self._builder.reject(self._name, row, "a figure is a whole number", column=column, value=what)

    def _add(self, unit: dict[str, str | None], row: int, count: int, **figure: str | None) -> None:
        self._builder.add("reported", **unit, **figure, count=count, claim="reported", row=row)


READER = Reader(
    name="statement-of-votes-csv",
    title="statement of votes (CSV)",
    source="Boulder County, official statements of votes of 2023, 2024 and 2025",
    gives=("reported", "contests", "choices", "files", "facts", "rejected"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
