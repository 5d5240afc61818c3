"""VoteKit: profiles as it saves them, and tables of raw rankings with a column a rank."""

import ast
import functools
import itertools
import operator
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import ONE, BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.counted_rankings import GIVES, WEIGHT_RULE, Contest, Named, kind_of, name_in, weight_of
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates, head_rows, is_blank, open_rows, plain_cell, row_text

_PROFILES = ("VoteKit RankProfile", "VoteKit PreferenceProfile")
_RANK = re.compile(r"(?:ranking_|rank )(\d{1,4})")
_LONG, _RANKINGS = 200, 1 << 16
"""Characters of what is not remembered, and how many rankings are: what is kept must stay small."""
_OTHER = ("", "&", "weight", "id", "voter set", "ballot index")
_CANDIDATE = re.compile(r"\((.*):([^:]*)\)", re.DOTALL)
_CUT = "the file may be cut short: fetch it again"
_SKIPPED = ("", "skipped", "undervote", "~")
RAW = "raw rankings"
OVERVOTED, WRONG = (ExportedMark("overvoted"),), (ExportedMark("wrong"),)
"""What a cell says that names nobody, told apart by identity."""
Lines = Iterator[tuple[int, list[str]]]
"""Rows with their numbers."""


@dataclass
class Columns:
    """Where the columns of a table of ballots stand, by index."""

    ranks: list[int] = field(default_factory=list)
    weight: int | None = None
    ident: int | None = None
    strange: list[str] = field(default_factory=list)

    @functools.cached_property
    def last(self) -> int:
        """The column that every row must reach."""
        return max([*self.ranks, self.weight or 0])


def columns_of(header: list[str]) -> Columns | None:
    """Return the columns of a header with ranks 1, 2, … in order, None if it has none."""
    found = Columns()
    for index, cell in enumerate(header):
        name = plain_cell(cell).casefold()
        rank = _RANK.fullmatch(name)
        if rank and int(rank[1]) == len(found.ranks) + 1:
            found.ranks.append(index)
        elif name == "weight":
            found.weight = index
        elif name == "id":
            found.ident = index
        elif name not in _OTHER:
            found.strange.append(cell)
    return found if found.ranks else None


def recognise(export: Export) -> Recognition | None:
    """Claim saved profiles by their first lines, and tables whose columns are ranks 1, 2, … and little else."""
    version = ""
    for name in candidates(export):
        rows = head_rows(export, name)
        claim = _version(rows)
        if not claim or (version and claim != version):
            return None
        version = claim
    if not version:
        return None
    if version == RAW:
        return Recognition(72, version, "columns for rank 1, rank 2 and so on, and no contest's name")
    return Recognition(92, version, "the first lines of a saved VoteKit profile")


def _version(rows: list[list[str]]) -> str:
    first = rows[0][0].strip() if rows and rows[0] else ""
    if first in _PROFILES and len(rows) > 2:
        return first.removeprefix("VoteKit ")
    if first == "Candidates" and len(rows) > 3 and rows[2][:1] == ["Ballot Index"] and columns_of(rows[2]):
        return "profile of versions before 3.2"
    columns = columns_of(rows[0]) if len(rows) > 1 else None
    raw = columns is not None and not columns.strange and rows[0][0].strip().casefold() in ("", "id", "rank 1")
    return RAW if raw and columns is not None and len(columns.ranks) > 1 else ""


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the ballots of each file as cards of one contest, which bears the file's name.

    Raises `BadInputError` for a profile with scores, and for one without its list of candidates or its columns.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        raw = _version(head_rows(export, name)) == RAW
        with open_rows(export, name) as rows:
            contest = Contest(builder, number, name, rows.place, name_in(export, name), ())
            lines = iter(rows)
            prefixes = {} if raw else _candidates(lines, contest)
            columns = _columns(lines, contest.place)
            if not raw:
                contest.state(place=number, key=contest.title, ranks=len(columns.ranks))
            rankings = Rankings(prefixes)
            cast = _cast_alike if raw and columns.weight is None else _cast
            yield from cast(contest, columns, rankings, lines)
            if raw:
                contest.choices = tuple(Named(text, None, None, kind_of(text)) for text in sorted(rankings.choices))
                contest.state(place=number, key=contest.title, ranks=len(columns.ranks))
            builder.add_file(number, name, rows, contest.cards)
    yield builder.build()


def _candidates(lines: Iterator[tuple[int, list[str]]], contest: Contest) -> dict[str, str]:
    """Read the lines before the table; return what a ranking calls a candidate → the candidate's name."""
    row, cells = next(lines, (1, []))
    if cells and cells[0].strip() in _PROFILES:
        row, cells = next(lines, (2, []))
    listed = next(lines, (row + 1, []))[1] if cells[:1] == ["Candidates"] else []
    names: dict[str, str] = {}
    for cell in listed:
        pair = _CANDIDATE.fullmatch(cell)
        name, prefix = (pair[1], pair[2]) if pair else (cell, cell)
        if not name.strip() or prefix in names or name in names.values():
            raise BadInputError(f"{contest.place}, row {row + 1}", "candidates have distinct names", repr(cell)[:80])
        names[prefix] = name
    if not names:
        raise BadInputError(f"{contest.place}, row {row}", "a profile lists its candidates", "no list", _CUT)
    contest.choices = tuple(Named(name, None, None, kind_of(name)) for name in names.values())
    return names


def _columns(lines: Iterator[tuple[int, list[str]]], place: str) -> Columns:
    row = 0
    for row, cells in lines:
        if columns := columns_of(cells):
            if columns.strange:
                found = ", ".join(columns.strange[:5])
                raise BadInputError(
                    f"{place}, row {row}", "a profile of rankings has ranks and weights", f"columns {found}",
                    "profiles of scores are not read",
                )  # fmt: skip
            return columns
        if row > 12:
            break
    raise BadInputError(f"{place}, row {row}", "the table has columns Ranking_1, Ranking_2, …", "none", _CUT)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the ranks of a row say; `wrong` is the rank that cannot be read, 0 for none."""

    marks: tuple[ExportedMark, ...]
    overvoted: tuple[int, ...] = ()
    wrong: int = 0


class Rankings:
    """Rankings by their cells: a file has millions of rows, and thousands of rankings."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = prefixes
        self.choices: set[str] = set()
        """Every choice that was marked, as the file names it."""
        self._known: dict[tuple[str, ...], Ranking] = {}
        self._cells: dict[tuple[str, int], tuple[ExportedMark, ...]] = {}

    def of(self, cells: tuple[str, ...]) -> Ranking:
        """Return what the cells of the ranks say, first to last."""
        if (known := self._known.get(cells)) is not None:
            return known
        found = self._read(cells)
        if len(self._known) < _RANKINGS and sum(map(len, cells)) < _LONG:
            self._known[cells] = found
        return found

    def _read(self, cells: tuple[str, ...]) -> Ranking:
        marks: list[ExportedMark] = []
        overvoted: list[int] = []
        for rank, cell in enumerate(cells, 1):
            if not cell:
                continue
            found = self._cells.get((cell, rank))
            if found is None:
                found = self._of_cell(cell, rank)
                if len(self._cells) < _RANKINGS and len(cell) < _LONG:
                    self._cells[cell, rank] = found
            if found is WRONG:
                return Ranking((), (), rank)
            if found is OVERVOTED:
                overvoted.append(rank)
            else:
                marks += found
        return Ranking(tuple(marks), tuple(overvoted))

    def _of_cell(self, cell: str, rank: int) -> tuple[ExportedMark, ...]:
        """Return the marks of a cell at this rank, or what else it says: `OVERVOTED`, `WRONG`."""
        cell = cell.strip()
        word = cell.casefold()
        if word in ("overvote", "overvoted"):
            return OVERVOTED
        if self.prefixes:
            names = _members(cell) if len(cell) < _LONG else _members.__wrapped__(cell)
        else:
            names = () if word in _SKIPPED else (cell,)
        if names is None or (self.prefixes and not all(name in self.prefixes for name in names)):
            return WRONG
        marks = tuple([ExportedMark(self.prefixes.get(name, name), rank) for name in names])
        self.choices.update([mark.choice for mark in marks])
        return marks


def _cast(contest: Contest, columns: Columns, rankings: Rankings, lines: Lines) -> Iterator[Batch]:
    """Cast rows that say how many cards they stand for, or may be wrong."""
    for row, cells in lines:
        yield from contest.builder.when_full()  # of rows before this one, also those that were rejected
        if is_blank(cells) or not _reaches(contest, columns, row, cells):
            continue
        weight = weight_of(cells[columns.weight]) if columns.weight is not None else ONE
        if weight is None:
            contest.reject(row, WEIGHT_RULE, "correct the weight", row_text(cells), "Weight")
            continue
        said = rankings.of(tuple([cells[column] for column in columns.ranks]))
        if said.wrong:
            rule = "a rank holds candidates of the list, as a set"
            contest.reject(row, rule, "correct the ranking", row_text(cells), f"rank {said.wrong}")
            continue
        yield from contest.cast(row, weight, said.marks, said.overvoted, imprinted_id=_ident(columns, cells))


def _cast_alike(contest: Contest, columns: Columns, rankings: Rankings, lines: Lines) -> Iterator[Batch]:
    """Cast rows of one card each, many at a time: every way of ranking is looked up once a batch."""
    builder, cells_of, last, ident = contest.builder, operator.itemgetter(*columns.ranks), columns.last, columns.ident
    yield from builder.when_full()  # of what other files gave: without room no row would be read
    while taken := list(itertools.islice(lines, builder.room)):
        kept = [
            (row, cells)
            for row, cells in taken
            if not is_blank(cells) and (len(cells) > last or _reaches(contest, columns, row, cells))
        ]
        ways = [cells_of(cells) for _, cells in kept]
        known = {way: rankings.of(way) for way in dict.fromkeys(ways)}
        patterns = {way: contest.pattern(said.marks, said.overvoted) for way, said in known.items()}
        idents = [None] * len(kept) if ident is None else [_ident(columns, cells) for _, cells in kept]
        contest.cast_alike([row for row, _ in kept], [patterns[way] for way in ways], imprinted_id=idents)
        yield from builder.when_full()


def _reaches(contest: Contest, columns: Columns, row: int, cells: list[str]) -> bool:
    """Say whether a row has all its columns; one that has not is rejected."""
    if len(cells) > columns.last:
        return True
    contest.reject(row, f"a row has at least {columns.last + 1} cells", "the row may be cut short", row_text(cells))
    return False


def _ident(columns: Columns, cells: list[str]) -> str | None:
    ident = columns.ident
    return cells[ident].strip() or None if ident is not None and ident < len(cells) else None


@functools.lru_cache(1 << 16)
def _members(text: str) -> tuple[str, ...] | None:
    """Return the texts of a set as Python writes it, sorted; None where the cell is no such set."""
    if text.startswith("frozenset(") and text.endswith(")"):
        text = text[len("frozenset(") : -1]
    if text in ("", "~", "{}", "set()"):
        return ()
    try:
        found = ast.literal_eval(text) if text.startswith("{") else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None  # a TypeError: lists within a set
    if not isinstance(found, set) or not all(isinstance(name, str) for name in found):
        return None
    return () if found == {"~"} else tuple(sorted(found))


READER = Reader(
    name="votekit-csv",
    title="VoteKit CSV",
    source="VoteKit by the Data and Democracy Lab (mggg): saved profiles; raw table of Portland, 2024",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
