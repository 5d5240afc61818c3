"""The four header rows of a Dominion CSV export: which column is which choice of which contest."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from faircount.model import BadInputError, name_key
from faircount.read.batch_builder import ExportedMark
from faircount.read.syntax.csv_rows import columns_of, plain_cell

HEADER_ROWS = 4
MAX_RANKS = 1_000
ID_COLUMNS: dict[str, str] = {
    "tabulatornum": "tabulator",
    "tabulatorid": "tabulator",
    "batchid": "batch",
    "recordid": "position",
    "imprintedid": "imprinted_id",
    "countinggroup": "counting_group",
    "precinct": "precinct",
    "precinctportion": "portion",
    "ballottype": "style",
    "sessiontype": "session_type",
}
"""Header of an id column, without case and blanks → column of `cards`."""
UNKEPT_ID_COLUMNS = frozenset(["cvrnumber", "uniquevotingidentifier", "notcountinggroup"])
"""Id columns without a place in `cards`: the number of the row, and what the others repeat."""
_RANKED = re.compile(r"(.+?)\s*\(Number of positions\s*=\s*(\d{1,4}),\s*Number of ranks\s*=\s*(\d{1,4})\)", re.I | re.S)
_VOTE_FOR = re.compile(r"(.+?)\s*\(Vote For\s*=\s*(\d{1,4})\)", re.I | re.S)
_RANK = re.compile(r"(.*?)\s*\((\d{1,4})\)", re.S)
_VERSION = re.compile(r"\d+\.\d+(\.\d+){1,2}")


@dataclass(frozen=True, slots=True)
class ContestColumns:
    """One contest: its title, what its header allows, and its columns from `first` to before `end`."""

    title: str
    votes_allowed: int | None
    seats: int | None
    ranks: int
    first: int
    end: int
    choices: tuple[tuple[str, str], ...]
    """(name, party) in the order of the columns, each once."""
    marks: tuple[ExportedMark, ...]
    """The mark that a 1 in each column means."""

    def kind(self, choice: str) -> str:
        """Return `write-in` for the pooled write-ins, else `regular`: the export has no other flag."""
        return "write-in" if _is_pool(choice) else "regular"


@dataclass(frozen=True, slots=True)
class DominionCsvHeader:
    """What the first four rows say: the election, the id columns, the contests, and how wide a row is."""

    election: str
    version: str
    ids: Mapping[str, int]
    """Column of `cards` → index."""
    id_names: tuple[str, ...]
    contests: tuple[ContestColumns, ...]
    width: int
    notes: tuple[str, ...]


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether these first rows are a Dominion CSV export's: version, contests to the right, ids below."""
    if len(rows) < HEADER_ROWS or len(rows[0]) < 2 or not _VERSION.fullmatch(plain_cell(rows[0][1])):
        return False
    first = _first_contest(rows[1])
    ids = {_key(cell) for cell in rows[3][:first]}
    return first >= 3 and not any(cell.strip() for cell in rows[2][:first]) and {"cvrnumber", "tabulatornum"} <= ids


def header_of(rows: Sequence[Sequence[str]], place: str) -> DominionCsvHeader:
    """Return what the four header rows say. Raises `BadInputError` naming row and column where they contradict."""
    if not looks_like_header(rows):
        raise BadInputError(
            place,
            "a Dominion CSV export begins with the election and version, the contests, the choices, and the columns",
            f"{len(rows)} such rows" if len(rows) < HEADER_ROWS else "other rows",
            "the file may be cut short or edited: export it again",
        )
    titles = [plain_cell(cell) for cell in rows[1]]
    first = _first_contest(titles)
    width = max(_used(titles), _used(rows[2]))
    if width <= first or _used(rows[2]) != _used(titles):
        raise BadInputError(
            f"{place}, row 3",
            f"a choice stands below each of the contests' columns, {first + 1} to {_used(titles)}",
            f"the last one in column {_used(rows[2])}",
            "export the file again",
        )
    ids, notes = _id_columns(rows[3][:first], f"{place}, row 4")
    names, parties = _padded(rows[2], width), _padded(rows[3], width)
    contests = []
    at = first
    while at < width:
        if not titles[at]:  # a spreadsheet's joined cells leave all but the first of their columns empty
            raise BadInputError(
                f"{place}, row 2, column {at + 1}",
                "a contest's title stands above each of its columns",
                f"an empty cell above {names[at]!r}",
                "write the contest's title there, or export the file again",
            )
        end = at
        while end < width and titles[end] == titles[at]:
            end += 1
        contests.append(_contest(titles[at], names[at:end], parties[at:end], at, f"{place}, columns {at + 1} to {end}"))
        at = end
    twice = [title for title, n in Counter(contest.title for contest in contests).items() if n > 1]
    if twice:
        raise BadInputError(
            f"{place}, row 2",
            "every contest has its own name and adjoining columns",
            f"{twice[0]!r} in more than one place",
            "give the contests distinct names, such as by party, and export again",
        )
    return DominionCsvHeader(
        election=plain_cell(rows[0][0]),
        version=plain_cell(rows[0][1]),
        ids=ids,
        id_names=tuple(plain_cell(cell) for cell in rows[3][:first]),
        contests=tuple(contests),
        width=width,
        notes=notes,
    )


def mojibake(header: DominionCsvHeader) -> Iterator[str]:
    """Yield a note for every name that looks like UTF-8 once read as Windows-1252; the name itself stays as it is.

    Public files hold such names (`GarcÃ­a`), and other sources of the election spell them right: whoever compares
    names should know, and only a person can say which is meant.
    """
    for contest in header.contests:
        for name in (contest.title, *(choice for choice, _ in contest.choices)):
            meant = _repaired(name)
            if meant != name:
                yield f"the name {name!r} is kept as it stands; it may have been {meant!r} before it was misread"


def _repaired(name: str) -> str:
    if name.isascii():
        return name
    try:
        return name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return name


def _first_contest(titles: Sequence[str]) -> int:
    return next((index for index, cell in enumerate(titles) if cell.strip()), len(titles))


def _used(cells: Sequence[str]) -> int:
    return max((index for index, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [" ".join(plain_cell(cell).split()) for cell in cells[:width]] + [""] * (width - len(cells))


def _key(cell: str) -> str:
    return name_key(plain_cell(cell)).replace(" ", "")


def _id_columns(header: Sequence[str], place: str) -> tuple[dict[str, int], tuple[str, ...]]:
    ids: dict[str, int] = {}
    unread = []
    for name, index in columns_of(header, place).items():
        column = ID_COLUMNS.get(_key(name))
        if column is None:
            if _key(name) not in UNKEPT_ID_COLUMNS:
                unread.append(name)
        elif ids.setdefault(column, index) != index:
            raise BadInputError(place, f"one column holds the {column}", f"another, {name!r}", "remove one of them")
    notes: tuple[str, ...] = ()
    if unread:
        notes = (f"columns that a card has no place for: {', '.join(unread)}",)
    if "counting_group" in ids:
        # ColoradoRLA's parser refuses it: with few cards in a group, the group would tell whose they are.
        notes += ("a column CountingGroup, which Colorado does not admit in its audits",)
    return ids, notes


def _contest(title: str, names: list[str], parties: list[str], first: int, place: str) -> ContestColumns:
    votes_allowed, seats, ranks = None, None, 0
    if ranked := _RANKED.fullmatch(title):
        title, votes_allowed, seats, ranks = ranked[1], 1, int(ranked[2]), int(ranked[3])
    elif marked := _VOTE_FOR.fullmatch(title):
        title, votes_allowed = marked[1], int(marked[2])
    if ranks > MAX_RANKS:
        raise BadInputError(place, f"a contest has at most {MAX_RANKS:,} ranks", f"{ranks:,}")
    columns = [_rank_and_name(name, ranks, place) for name in names]
    labels = _distinct(columns, parties, ranks, place)
    marks = tuple(ExportedMark(label, rank) for label, (rank, _) in zip(labels, columns, strict=True))
    choices = dict(zip(labels, parties, strict=True))
    end = first + len(names)
    title = " ".join(title.split())
    return ContestColumns(title, votes_allowed, seats, ranks, first, end, tuple(choices.items()), marks)


def _rank_and_name(name: str, ranks: int, place: str) -> tuple[int, str]:
    """Return (rank, name); in a ranked contest the rank stands in brackets at the name's end."""
    if not name:
        raise BadInputError(place, "every column of a contest has a choice's name in row 3", "an empty cell")
    if not ranks:
        return 1, name
    found = _RANK.fullmatch(name)
    if found is None or not found[1] or not 1 <= int(found[2]) <= ranks:
        raise BadInputError(
            place, f"a ranked choice is its name and its rank, (1) to ({ranks})", repr(name), "export the file again"
        )
    return int(found[2]), found[1]


def _is_pool(choice: str) -> bool:
    return name_key(choice).replace(" ", "") in ("writein", "writeins")


def _distinct(columns: list[tuple[int, str]], parties: list[str], ranks: int, place: str) -> list[str]:
    """Return each column's choice, with its party in brackets where two choices have one name.

    A contest of several votes may have a column for each write-in: together they are the pool, a mark a person.
    """
    times = Counter(columns)
    shared = {name for (_, name), n in times.items() if n > 1}
    labels = [f"{name} ({party})" if name in shared and party else name
              for (_, name), party in zip(columns, parties, strict=True)]  # fmt: skip
    again = Counter((rank, label) for (rank, _), label in zip(columns, labels, strict=True))
    for (_, label), n in again.items():
        if n > 1 and (ranks or not _is_pool(label)):
            raise BadInputError(
                place, "two choices of a contest differ in name or party", f"{label!r} {n} times",
                "give them distinct names and export again",
            )  # fmt: skip
    return labels
