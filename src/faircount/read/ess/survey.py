"""A first pass over a table of rankings: the choices, and what cannot be told from one row alone."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import itemgetter

from faircount.model import BadInputError
from faircount.read.ess.cells import UNDERVOTES, Choices, names_somebody
from faircount.read.ess.header import ContestColumns, Header, no_ballot, numbered_groups
from faircount.read.syntax.csv_rows import is_blank, plain_cell
from faircount.read.syntax.tables import LOOKED_AT, Table

MAX_CHOICES = 10_000
"""Distinct cells in one contest: more is a column of something else."""
FOLD_AT = 200_000
"""Distinct rows of cells of one contest held at a time."""
TELLING_ROWS = 20
"""From so many rows on, a column in which no two cells are equal is no contest."""
_SEVERAL = "a contest's cells hold choices"

HeaderOf = Callable[[list[str], int], Header | None]
Key = tuple[str, ...]


@dataclass(slots=True)
class Cells:
    """The cells of one contest in all rows of a file, counted."""

    contest: ContestColumns
    texts: Counter[str] = field(default_factory=Counter)
    """Cells that hold something, trimmed → rows."""
    spaced: int = 0
    """Rows whose cells are blank, one of them a space: so ES&S says that the card does not hold the contest."""
    empty: int = 0
    """Rows whose cells are all empty."""
    gaps: int = 0
    """Blank cells in rows that hold something."""
    rows: int = 0
    """Rows that hold something."""
    _pending: Counter[Key] = field(default_factory=Counter)

    def add(self, key: Key, place: str) -> None:
        """Take the cells of one row."""
        self._pending[key] += 1
        if len(self._pending) >= FOLD_AT:
            self.fold(place)

    def fold(self, place: str) -> None:
        """Count what is pending. Raises `BadInputError` when there are more different cells than any contest has."""
        for key, rows in self._pending.items():
            trimmed = [cell.strip() for cell in key]
            if not any(trimmed):
                if any(key):
                    self.spaced += rows
                else:
                    self.empty += rows
                continue
            self.rows += rows
            for text in trimmed:
                if text:
                    self.texts[text] += rows
                else:
                    self.gaps += rows
        self._pending.clear()
        if len(self.texts) > MAX_CHOICES:
            raise BadInputError(
                place, f"{_SEVERAL}, at most {MAX_CHOICES:,}", f"more in column {self.contest.title!r}",
                "move columns that are no contests to the left of what identifies the ballot",
            )  # fmt: skip

    @property
    def labels_undervotes(self) -> bool:
        """Whether a rank without a mark is written out somewhere, so that an empty cell says something else."""
        return any(text.casefold() in UNDERVOTES for text in self.texts)


@dataclass(slots=True)
class Survey:
    """A table's header and what its rows hold. `choices` are in the order of `header.contests`."""

    header: Header
    choices: tuple[Choices, ...]
    blank_is_absent: tuple[bool, ...]
    """By contest: whether empty cells throughout say that the card does not hold it, or that it was left blank."""
    notes: tuple[str, ...]


def key_of(columns: Sequence[int]) -> Callable[[Sequence[str]], Key]:
    """Return a function from a row's cells to those of these columns, as fast as there is one."""
    if len(columns) > 1:
        return itemgetter(*columns)
    index = columns[0]
    return lambda cells: (cells[index],)


def find_header(rows: Iterator[tuple[int, list[str]]], header: HeaderOf, place: str, rule: str) -> Header:
    """Return the first row of the first twenty that is a header. Raises `BadInputError` when none is."""
    first: list[str] = []
    for row, cells in islice(rows, LOOKED_AT):
        first = first or [plain_cell(cell) for cell in cells if plain_cell(cell)]
        if (found := header(cells, row)) is not None:
            return found
    raise BadInputError(
        place, rule, f"none; the first row with anything in it is {', '.join(first)[:200]!r}" if first else "nothing",
        "add the row of column names that was lost, such as `Cast Vote Record,Precinct,Mayor Choice 1,Mayor Choice 2`",
    )  # fmt: skip


def surveyed(
    table: Table, header_of: HeaderOf, rule: str, names: Mapping[str, str], *, one_contest: bool = False
) -> Survey:
    """Read the table through once and return what it holds. `one_contest`: its rows are the ballots of one contest.

    Raises `BadInputError` when it has no header, or columns taken for contests cannot be such.
    """
    rows = table.rows()
    header = find_header(rows, header_of, table.place, rule)
    table.width = header.width
    held = [Cells(contest) for contest in header.contests]
    keys = [(key_of(cells.contest.columns), cells) for cells in held]
    groups = [_Group(base, tuple(found), header) for base, found in numbered_groups(header.contests)]
    contest_ids: set[str] = set()
    for _, cells in rows:
        if len(cells) < header.width or (not cells[0] and is_blank(cells)) or no_ballot(cells, header):
            continue  # the pass that reads cards rejects it, or knows that it is no ballot
        for key, found in keys:
            found.add(key(cells), table.place)
        for group in groups:
            group.look(cells)
        if header.contest_id is not None and len(contest_ids) < 3:
            contest_ids.add(plain_cell(cells[header.contest_id]))
    for found in held:
        found.fold(table.place)
        _refuse_identifiers(found, table.place)
    header = _titled(header, contest_ids - {""}, table.place)
    held = [replace(cells, contest=contest) for cells, contest in zip(held, header.contests, strict=True)]
    merged = [group for group in groups if group.is_one(held)]
    absent = tuple(not one_contest and (len(held) > 1 or cells.labels_undervotes) for cells in held)
    notes = [group.note() for group in merged] + _notes(header, held, absent)
    header, held = _merge(header, held, merged)
    absent = absent[: len(held)]  # all are alike where there is more than one contest
    choices = tuple(Choices(cells.texts, names) for cells in held)
    if unnamed := sum(found.unnamed for found in choices):
        notes.append(f"{unnamed:,} numbers of choices are not in the list of names and stand for themselves")
    return Survey(header, choices, absent, tuple(notes))


def _refuse_identifiers(cells: Cells, place: str) -> None:
    if not cells.contest.ranked and cells.rows >= TELLING_ROWS and len(cells.texts) == cells.rows:
        raise BadInputError(
            place, f"{_SEVERAL}, and some ballots agree",
            f"column {cells.contest.title!r} with {cells.rows:,} cells of which no two are equal",
            "move the column to the left of `Cast Vote Record`, or remove it",
        )  # fmt: skip


def _titled(header: Header, contest_ids: set[str], place: str) -> Header:
    """Give ranks without a title that of the column of contests, which must hold one only."""
    if header.contest_id is None or not contest_ids:
        return header
    if len(contest_ids) > 1 or len(header.contests) > 1:
        raise BadInputError(
            place, "a table of ranks holds one contest", f"{', '.join(sorted(contest_ids))} in the column of contests",
            "save each contest as its own file",
        )  # fmt: skip
    return replace(header, contests=(replace(header.contests[0], title=min(contest_ids)),))


class _Group:
    """Columns named `X 1`, `X 2`, …: one contest of several votes if the ballots show it, else as many contests."""

    def __init__(self, base: str, contests: tuple[int, ...], header: Header) -> None:
        self.base, self.contests = base, contests
        self._key = key_of([header.contests[index].columns[0] for index in contests])
        self.broken = False

    def look(self, cells: Sequence[str]) -> None:
        """Notice a row that holds some of the columns and not all, or names a choice twice."""
        if self.broken:
            return
        texts = [cell.strip() for cell in self._key(cells)]
        named = [text for text in texts if names_somebody(text)]
        self.broken = any(texts) != all(texts) or len(set(named)) < len(named)

    def is_one(self, held: Sequence[Cells]) -> bool:
        """Say whether it is one contest: on the same cards, and every column names choices that another names too."""
        if self.broken:
            return False
        named = [set(filter(names_somebody, held[index].texts)) for index in self.contests]
        return all(one and any(one & other for other in named if other is not one) for one in named)

    def note(self) -> str:
        """Say what was understood."""
        return (
            f"{self.base!r}: {len(self.contests)} columns numbered from 1 name the same choices and stand on the same "
            f"cards, so they are read as one contest with {len(self.contests)} votes"
        )


def _merge(header: Header, held: list[Cells], groups: Sequence[_Group]) -> tuple[Header, list[Cells]]:
    """Return header and cells with every group made one contest."""
    into = {index: group for group in groups for index in group.contests}
    kept: list[Cells] = []
    for index, cells in enumerate(held):
        group = into.get(index)
        if group is None:
            kept.append(cells)
        elif index == group.contests[0]:
            columns = tuple(header.contests[i].columns[0] for i in group.contests)
            together = Cells(ContestColumns(group.base, columns, False))
            for i in group.contests:
                together.texts += held[i].texts
            kept.append(together)
    return replace(header, contests=tuple(cells.contest for cells in kept)), kept


def _notes(header: Header, held: Sequence[Cells], absent: Sequence[bool]) -> list[str]:
    """Return what the table leaves open and how it is read."""
    notes = []
    if header.unread:
        notes.append(f"columns not read: {', '.join(header.unread)}")
    left_out = sum(cells.empty for cells, is_absent in zip(held, absent, strict=True) if is_absent)
    if left_out:
        notes.append(f"contests without a word on a card: {left_out:,}, read as not on the card")
    blank = sum(cells.empty for cells, is_absent in zip(held, absent, strict=True) if not is_absent)
    if blank:
        notes.append(f"rows without a word on the one contest: {blank:,}, read as blank votes")
    gaps = sum(cells.gaps for cells in held if cells.labels_undervotes)
    if gaps:
        notes.append(
            f"empty cells beside others in a contest that elsewhere writes undervote: {gaps:,}, read as no mark; some "
            "exports leave a write-in empty"
        )
    return notes
