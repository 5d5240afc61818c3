"""The header row of ES&S's cast vote records and of other tables of rankings: which column says what.

A rank's column names its contest around the word: `For Mayor Choice 1 (45)`, `DEM Mayor Choice 2 of 5 Citywide
(226916)`, `3RD CHOICE MAYOR MINNEAPOLIS`. Where nobody ranks, a contest is one column with its title, and a contest of
several votes has as many columns: all with the title, or with the title and 1, 2, 3.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from faircount.model import BadInputError
from faircount.read.syntax.csv_rows import plain_cell

RECORD_ID = "cast vote record"
TABULATOR_CVR = "tabulator cvr"
_IDS = {
    "jurisdiction": ("county", "jurisdiction"),
    "precinct": ("precinct", "precinct name", "precinctid", "precinct id"),
    "portion": ("precinct portion", "precinct split"),
    "style": ("ballot style", "style", "ballot type", "ballotstyle"),
    "batch": ("batch name", "batch", "batch id", "batchid", "boxnum", "box number"),
    "position": ("boxposition", "box position", "ballot position"),
    "tabulator": ("machine", "tabulator", "tabulator id", "tabulatorid", "tabulatornum"),
    "counting_group": ("reporting group", "counting group"),
    "sheet": ("sheet", "sheet number"),
}
"""Column of `cards` → names of the column in the file, the better one first."""
_RECORD_IDS = (
    RECORD_ID, "cvr id", "ballot id", "ballot #", "ballot number", "ballot", "ballotid", "cvr number", "record id",
    "recordid", "response id", "id",
)  # fmt: skip
_UNREAD = frozenset((
    "election id", "audit number", "ballot status", "original ballot exception", "remaining ballot exception",
    "write-in type", "results report", "type", "poll place", "poll place id", "adjudicated by", "seqno",
    "serial number", "source cvr file",
))  # fmt: skip
"""Columns that ES&S or a program after it writes and that no canonical table has a place for."""
_KNOWN = frozenset((*_RECORD_IDS, TABULATOR_CVR, *_UNREAD, *(name for names in _IDS.values() for name in names)))
_COUNTS = ("count", "ballot count", "number of ballots")
_WEIGHTS = ("weight",)
CONTEST_IDS = ("contest", "contest id", "contestid", "contest name")

_WORD = r"(?:choice|rank(?:ing)?|pref(?:erence)?)"
_NUMBERED = re.compile(
    rf"(?P<before>.*?)(?<![a-z]){_WORD}[\s_#.-]*(?P<rank>\d{{1,3}})(?!\d)(?:\s*of\s*(?P<of>\d{{1,3}}))?(?P<after>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ORDINAL = re.compile(
    rf"(?P<before>.*?)(?<!\w)(?P<rank>\d{{1,3}})(?:st|nd|rd|th)[\s_-]+{_WORD}(?![a-z])(?P<after>.*)",
    re.IGNORECASE | re.DOTALL,
)
_BARE_ORDINAL = re.compile(r"(?P<rank>\d{1,3})(?:st|nd|rd|th)", re.IGNORECASE)
_KEY = re.compile(r"(?P<title>.*?)\s*\((?P<key>\d+)\)", re.DOTALL)
_OVAL = re.compile(r"choice_\d+_\d+(?::.*)?", re.IGNORECASE | re.DOTALL)
"""A column of Clear Ballot's, whose number is no rank."""
_TOTALS = frozenset(("total", "totals", "grand total", "grand totals", "subtotal", "sub total", "sum"))
_EDGES = " \t\r\n-–—:,_"
_LAST_NUMBER = re.compile(r"(?P<base>.*\S)\s+#?(?P<number>\d{1,2})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RankColumn:
    """What the header of a rank's column says: the contest's title (empty if none), the rank, the contest's number."""

    title: str
    rank: int
    of: int | None
    key: str | None


@dataclass(frozen=True, slots=True)
class ContestColumns:
    """A contest and its columns: one a rank, rank 1 first, or one a vote that a voter has."""

    title: str
    columns: tuple[int, ...]
    ranked: bool
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """A header row, read. Indexes are of columns, 0 first."""

    row: int
    width: int
    ids: dict[str, int]
    """Column of `cards` → index; `record` and `tabulator_cvr` besides."""
    contests: tuple[ContestColumns, ...]
    count: int | None = None
    weight: int | None = None
    contest_id: int | None = None
    unread: tuple[str, ...] = ()
    nameless: tuple[int, ...] = ()
    names: tuple[str, ...] = field(default=(), repr=False)
    head: str = ""
    """Its first cell as it stands."""


def named(cell: str) -> str:
    """Return a column's name in one form: no blanks around it, small letters, underscores as blanks."""
    return re.sub(r"[\s_]+", " ", plain_cell(cell)).strip(" .").casefold()


def rank_column(cell: str) -> RankColumn | None:
    """Return what a header cell says of a rank; None if it is no rank's column.

    A lone number is not one: only who sees all columns can tell.
    """
    text = plain_cell(cell)
    if bare := _BARE_ORDINAL.fullmatch(text):
        return RankColumn("", int(bare["rank"]), None, None)
    for shape in (_ORDINAL, _NUMBERED):
        if found := shape.fullmatch(text):
            parts = (found["before"].strip(_EDGES), found["after"].strip(_EDGES))
            title = " ".join(part for part in parts if part)
            key = None
            if ended := _KEY.fullmatch(title):
                title, key = ended["title"].strip(_EDGES), ended["key"]
            of = found["of"] if shape is _NUMBERED else None
            return RankColumn(title, int(found["rank"]), int(of) if of else None, key)
    return None


def has_record_id(cells: Sequence[str]) -> bool:
    """Say whether a row of names has ES&S's own column, `Cast Vote Record`."""
    return any(named(cell) == RECORD_ID for cell in cells)


def has_titled_ranks(cells: Sequence[str]) -> bool:
    """Say whether a row of names has ranks of contests with titles, most with a first rank, as ES&S writes them."""
    if any(_OVAL.fullmatch(plain_cell(cell)) for cell in cells):
        return False
    ranks = [found for cell in cells if (found := rank_column(cell)) is not None]
    titles = {found.title for found in ranks}
    begun = {found.title for found in ranks if found.rank == 1}
    return bool(ranks) and all(titles) and len(begun) * 2 > len(titles)


def cells_of_ranks(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the cells of these rows, trimmed, that stand below a rank's name in the header."""
    columns = [at for at, cell in enumerate(header) if rank_column(cell) is not None]
    return (cells[at].strip() for cells in rows for at in columns if at < len(cells))


def no_ballot(cells: Sequence[str], header: Header) -> str:
    """Return the rule by which a row below the header, as wide as it, is no ballot; empty where it may be one.

    A sum of the rows above says so in its first cell, which names no choice. Files that were joined repeat the header.
    """
    if cells[0] == header.head and tuple(map(named, cells[: header.width])) == header.names:
        return "a header is not a ballot"
    text = cells[0].strip(" .:").casefold() if cells[0][:1] in "TtGgSs" else ""
    if text in _TOTALS and all(0 not in contest.columns for contest in header.contests):
        return "a total is not a ballot"
    return ""


def is_ballots_header(cells: Sequence[str]) -> bool:
    """Say whether a row is the header of ES&S's list of ballots: where each was scanned, and no votes."""
    names = [name for cell in cells if (name := named(cell))]
    return RECORD_ID in names and bool({"batch", "ballot status", TABULATOR_CVR} & set(names)) and set(names) <= _KNOWN


def id_columns(names: Sequence[str], before: int) -> dict[str, int]:
    """Return column of `cards` → index among the first `before` names; of two names for one thing the better."""
    ids: dict[str, int] = {}
    wanted = {**_IDS, "record": _RECORD_IDS, "tabulator_cvr": (TABULATOR_CVR,)}
    for column, spellings in wanted.items():
        at = next((names.index(s, 0, before) for s in spellings if s in names[:before]), None)
        if at is not None:
            ids[column] = at
    return ids


def header_of(cells: Sequence[str], row: int, place: str, untitled: str = "") -> Header:
    """Read a header row. `untitled` is the title of the contest whose ranks bear none.

    Raises `BadInputError` when no column is a contest's, or the ranks of a contest are not 1, 2, 3, … each once.
    """
    names = [named(cell) for cell in cells]
    ranks = {i: found for i, cell in enumerate(cells) if (found := rank_column(cell)) and names[i] not in _KNOWN}
    tail = {*_COUNTS, *_WEIGHTS}
    known = [i for i, name in enumerate(names) if name in _KNOWN or (name in CONTEST_IDS and ranks)]
    first = min(ranks, default=None)
    leading = [i for i in known if first is None or i < first]
    start = max(leading, default=-1) + 1
    # ES&S may put columns that nobody has seen among those that it always had: contests begin after the last of these.
    if ranks and not has_record_id(cells):
        start = first or 0
    groups: dict[str, dict[int, int]] = {}
    keys: dict[str, str | None] = {}
    plain: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        if index in ranks:
            found = ranks[index]
            title = found.title or untitled
            if found.rank in groups.setdefault(title, {}):
                raise BadInputError(
                    f"{place}, row {row}", "a rank of a contest is one column", f"{plain_cell(cell)!r} again",
                    "rename the columns so that contests differ, or remove one",
                )  # fmt: skip
            groups[title][found.rank] = index
            keys[title] = found.key if found.rank == 1 else keys.get(title)
        elif index >= start and names[index] not in tail and names[index] not in _KNOWN and names[index]:
            plain.setdefault(" ".join(plain_cell(cell).split()), []).append(index)
    if ranks and not has_record_id(cells):
        plain = {}
    contests = [_ranked(title, columns, keys[title], f"{place}, row {row}") for title, columns in groups.items()]
    contests += [ContestColumns(title, tuple(columns), False) for title, columns in plain.items()]
    if clash := set(groups) & set(plain):
        raise BadInputError(f"{place}, row {row}", "a contest is ranked or not", f"{sorted(clash)[0]!r} is both")
    if not contests:
        raise BadInputError(
            f"{place}, row {row}", "a column holds a contest, right of what identifies the ballot",
            ", ".join(c for c in map(plain_cell, cells) if c)[:200],
            "columns of ranks are named `<contest> Choice 1`, `<contest> Choice 2`, …",
        )  # fmt: skip
    contests.sort(key=lambda contest: contest.columns[0])
    ids = id_columns(names, len(names))
    taken = {i for contest in contests for i in contest.columns} | set(ids.values())
    count = next((i for i, n in enumerate(names) if n in _COUNTS and i not in taken), None)
    weight = next((i for i, n in enumerate(names) if n in _WEIGHTS and i not in taken), None)
    contest_id = next((i for i, n in enumerate(names) if n in CONTEST_IDS and i not in taken), None)
    taken |= {i for i in (count, weight, contest_id) if i is not None}
    unread = tuple(plain_cell(c) for i, c in enumerate(cells) if i not in taken and names[i])
    nameless = tuple(i for i, name in enumerate(names) if not name and i not in taken)
    return Header(
        row, len(cells), ids, tuple(contests), count, weight, contest_id, unread, nameless, tuple(names), cells[0]
    )


def _ranked(title: str, columns: dict[int, int], key: str | None, place: str) -> ContestColumns:
    found = sorted(columns)
    if found != list(range(1, len(found) + 1)):
        raise BadInputError(
            place, "a contest's columns are its ranks 1, 2, 3, … without a gap",
            f"{title or 'a contest'!r} with ranks {', '.join(map(str, found))}",
            "a column is missing or misnamed: export the contest again",
        )  # fmt: skip
    return ContestColumns(title, tuple(columns[rank] for rank in found), True, key)


def numbered_groups(contests: Sequence[ContestColumns]) -> list[tuple[str, list[int]]]:
    """Return (title, indexes of contests) of unranked columns side by side that end in 1, 2, 3, …

    They may be one contest of several votes (`COUNCIL AT LARGE 1`, `… 2`) or several contests (`WARD 1`, `WARD 2`): the
    ballots tell.
    """
    groups: list[tuple[str, list[int]]] = []
    titles = Counter(contest.title for contest in contests)
    for index, contest in enumerate(contests):
        found = None if contest.ranked or len(contest.columns) > 1 else _LAST_NUMBER.fullmatch(contest.title)
        if found is None:
            continue
        number = int(found["number"])
        last = groups[-1] if groups else None
        if number == 1:
            groups.append((found["base"], [index]))
        elif last and last[0] == found["base"] and last[1][-1] == index - 1 and len(last[1]) == number - 1:
            last[1].append(index)
    return [(base, found) for base, found in groups if len(found) > 1 and base not in titles]
