"""What the columns of an unknown table may mean: a proposal with a reason for each, for a person to confirm."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from faircount.model import BadInputError, name_key
from faircount.read.mapping.mapping import Column, Mapping
from faircount.read.syntax.csv_rows import figure_of, plain_cell

LOOKED_AT = 500
"""Rows that a proposal looks at."""
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("registered", ("registered voters", "registered", "registration", "eligible voters", "electors on roll",
                    "reg voters", "active voters", "electorate", "voters", "electors")),
    ("checked_in", ("checked in", "signed in", "voters who voted", "voters voted", "voter history", "poll book")),
    ("ballots_cast", ("ballots cast", "total ballots", "ballots counted", "turnout", "times cast", "votes cast")),
    ("cards_cast", ("cards cast", "sheets cast")),
    ("undervotes", ("undervotes", "under votes", "undervote", "blank votes")),
    ("overvotes", ("overvotes", "over votes", "overvote")),
    ("party", ("party", "party name", "affiliation", "party code")),
    ("choice", ("candidate", "candidate name", "choice", "choice name", "option", "selection", "answer", "response")),
    ("contest", ("contest", "contest name", "contest title", "office", "race", "race name", "office name", "question",
                 "measure name", "proposal", "resolution")),
    ("count", ("votes", "total votes", "vote count", "vote total", "count", "total", "number of votes")),
    ("counting_group", ("counting group", "vote type", "voting method", "mode", "vote mode", "type of vote", "method")),
    ("precinct", ("precinct", "precinct name", "polling place", "polling station", "ward", "voting district", "station",
                  "precinct id", "district precinct", "mesa", "booth")),
    ("jurisdiction", ("county", "county name", "jurisdiction", "municipality", "town", "city", "parish", "province",
                      "region", "state")),
    ("batch", ("batch", "batch name", "batch id", "batch number", "box batch")),
    ("container", ("container", "box", "location", "storage location", "carton")),
    ("tabulator", ("tabulator", "scanner", "machine", "tabulator id", "scanner id", "device")),
    ("cards", ("number of ballots", "ballots", "cards", "ballot count", "number of cards", "num ballots", "batch size",
               "sheets")),
    ("imprinted_id", ("imprinted id", "ballot id", "cvr number", "cvr id", "cast vote record", "card id", "id",
                      "serial", "ballot number", "voter", "ballot")),
    ("position", ("position", "record id", "sequence", "record number")),
    ("style", ("ballot style", "style", "ballot type")),
    ("weight", ("weight", "shares", "voting power", "share count", "votes held")),
)  # fmt: skip
_RANK = re.compile(r"\b(?:rank|choice|preference|pref)\s*(\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)\b")
_RANK_WORD = re.compile(r"\b(rank|choice|preference|pref)\b")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_SPELT = re.compile(rf"\b({'|'.join(_ORDINALS)})(?=\s+(?:rank|choice|preference|pref)\b)")
_UNITS = {"jurisdiction", "precinct", "counting_group"}
_IN_WORDS = {"choice", "contest", "party"}
"""What cells say in words: a column of figures whose name only begins or ends so, `Candidate A`, is something else."""
_NOBODY = {"spoiled", "spoilt", "spoiled ballots", "rejected", "rejected ballots", "invalid", "invalid votes", "valid",
           "valid votes", "total valid", "total valid votes", "informal", "formal", "difference"}  # fmt: skip
"""Columns of figures that are no choice's."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What one column shows: its header, its distinct cells, and whether they are figures, marks, or all different."""

    number: int
    header: str
    cells: tuple[str, ...]
    named: str
    rank: int
    above: str = ""
    """What stands above the header, where the table has a row of contests there."""

    @property
    def figures(self) -> bool:
        # Half is enough: `n/a` and `*` among figures are rows to reject, not a reason to pass the column over.
        filled = [c for c in self.cells if c]
        return bool(filled) and 2 * sum(figure_of(c) is not None for c in filled) >= len(filled)

    @property
    def marks(self) -> bool:
        # All 0 is a candidate whom nobody has marked yet: later rows may.
        return bool(self.cells) and set(self.cells) <= {"0", "1", ""} and "0" in self.cells


def _look(number: int, header: str, cells: tuple[str, ...], above: str) -> _Look:
    look = _Look(number, header, cells, _named(header), _rank(header), above)
    loose = look.named in _IN_WORDS and name_key(header) not in dict(_WORDS)[look.named]
    return replace(look, named="") if loose and look.figures else look


def propose(rows: Sequence[Sequence[str]], contest: str = "") -> Mapping:
    """Return what the first rows of a table may mean: an unconfirmed mapping, every column with a reason.

    `contest` is what the file is about where no column says. Raises `BadInputError` where nothing of it looks like
    votes, batches or turnout.
    """
    at, contests = _header_row(rows)
    header = [plain_cell(cell) for cell in rows[at]]
    while header and not header[-1]:
        header.pop()
    below = [row for row in rows[at + 1 : at + 1 + LOOKED_AT] if any(cell.strip() for cell in row)]
    looks = [
        _look(n, name, tuple(plain_cell(row[n - 1]) if n <= len(row) else "" for row in below),
              contests[n - 1] if n <= len(contests) else "")
        for n, name in enumerate(header, 1)
    ]  # fmt: skip
    for made in (_manifest, _cards, _reported, _turnout):
        if columns := made(looks, contest):
            told = dict.fromkeys(c.number for c in columns)
            rest = [
                Column(k.number, k.header, "ignore", why="nothing of it is known")
                for k in looks
                if k.number not in told
            ]
            everywhere = (("contest", contest),) if contest and made in (_cards, _reported) else ()
            table = made.__name__.lstrip("_")
            return Mapping(table, tuple(sorted((*columns, *rest), key=lambda c: c.number)), at + 1, everywhere)
    raise BadInputError(
        "mapping", "a table has columns of batches, turnout, votes or marks", f"the columns {', '.join(header)[:300]}",
        "if one holds a contest's votes, name the contest: faircount map FILE --contest TITLE",
    )  # fmt: skip


def _header_row(rows: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """Return the index of the first row that names at least two columns, above rows with cells, and the contests.

    A row that names each once is better than one that does not. Where that row has a hole or a repeated name, names
    less than the row below it, and figures follow, it is a row of contests: each holds until the next.
    """
    for twice in (False, True):
        for at, row in enumerate(rows[:20]):
            if not _names_columns(row, twice):
                continue
            if any(sum(bool(c.strip()) for c in below) >= 2 for below in rows[at + 1 : at + 4]):
                return (at + 1, _held(row)) if _is_above_header(rows[at : at + 3]) else (at, [])
    raise BadInputError("mapping", "a row of the first 20 names the columns", f"{len(rows):,} rows", "add a header row")


def _names_columns(row: Sequence[str], twice: bool) -> bool:
    names = [plain_cell(cell) for cell in row if plain_cell(cell)]
    distinct = len(set(names))
    return distinct > 1 and (twice or distinct == len(names)) and not any(figure_of(n) is not None for n in names)


def _is_above_header(rows: Sequence[Sequence[str]]) -> bool:
    if len(rows) < 3 or not _names_columns(rows[1], True) or not any(figure_of(plain_cell(c)) for c in rows[2]):
        return False
    here, below = ([plain_cell(c) for c in row if plain_cell(c)] for row in rows[:2])
    return len(set(here)) < len(below) and len(here) <= len(below)


def _held(row: Sequence[str]) -> list[str]:
    """Return the cells of a row of contests, each held until the next: so merged cells are exported."""
    found: list[str] = []
    for cell in row:
        found.append(plain_cell(cell) or (found[-1] if found else ""))
    return found


def _named(header: str) -> str:
    key = name_key(header)
    for means, words in _WORDS:
        if key in words:
            return means
    for means, words in _WORDS:
        if any(len(word) > 4 and (key.startswith(word) or key.endswith(word)) for word in words):
            return means
    return ""


def _rank(header: str) -> int:
    found = _RANK.search(_in_digits(header))
    return int(found[1] or found[2]) if found else 0


def _in_digits(header: str) -> str:
    """Return a header in lower case, with `first choice` as `1st choice`."""
    return _SPELT.sub(lambda found: f"{_ORDINALS.index(found[0]) + 1}th", header.lower())


def _column(look: _Look, means: str, why: str = "", **more: object) -> Column:
    return replace(Column(look.number, look.header, means, why=why or f"its name says {means}"), **more)  # type: ignore[arg-type]


def _firsts(looks: Sequence[_Look], wanted: set[str]) -> list[Column]:
    """Return the first column named for each of these meanings; a second one is left to `ignore`."""
    found: dict[str, Column] = {}
    for look in looks:
        if look.named in wanted and look.named not in found:
            found[look.named] = _column(look, look.named)
    return list(found.values())


def _manifest(looks: Sequence[_Look], _contest: str) -> list[Column]:
    columns = _firsts(looks, {"batch", "cards", "container", "tabulator", "jurisdiction"})
    by = {c.means: looks[c.number - 1] for c in columns}
    if {"batch", "cards"} <= by.keys() and by["cards"].figures and not any(k.named == "choice" for k in looks):
        return columns
    return []


def _cards(looks: Sequence[_Look], contest: str) -> list[Column]:
    """Columns of ranks, of marks, or of choices beside an id that differs in every row."""
    about = _firsts(looks, {"imprinted_id", "tabulator", "batch", "position", "style", "weight", *_UNITS})
    taken = {c.number for c in about}
    free = [k for k in looks if k.number not in taken]
    ranks = [k for k in free if k.rank and not k.figures]
    if len(ranks) > 1 and sorted(k.rank for k in ranks) == list(range(1, len(ranks) + 1)):
        title = contest or _shared_title([k.header for k in ranks])
        return (
            [*about, *(_column(k, "rank", "its name says a rank", contest=title, rank=k.rank) for k in ranks)]
            if title
            else []
        )
    marks = [k for k in free if k.marks]
    if len(marks) > 1 and contest:
        return [*about, *(_column(k, "mark", "its cells are 1 and 0", contest=contest, choice=k.header) for k in marks)]
    ids = [k for k in looks if k.named == "imprinted_id" and len(set(k.cells)) == len(k.cells) > 1]
    votes = [
        k
        for k in free
        if k.header and not k.figures and k.named in ("", "contest") and len(set(k.cells)) < max(3, len(k.cells) // 2)
    ]
    if ids and votes:
        return [*about, *(_column(k, "choice", "its cells repeat as choices do", contest=k.header) for k in votes)]
    return []


def _shared_title(headers: Sequence[str]) -> str:
    """Return what headers have in common once the rank is taken off: `Mayor` of `Mayor 1st Choice` and its like."""
    bare = {
        " ".join(_RANK_WORD.sub(" ", _RANK.sub(" ", _in_digits(header))).split()).strip(" -:_") for header in headers
    }
    return bare.pop().title() if len(bare) == 1 else ""


def _reported(looks: Sequence[_Look], contest: str) -> list[Column]:
    """Rows of choices with a figure, or columns of figures named for choices."""
    units = _firsts(looks, _UNITS)
    long = _firsts(looks, {"contest", "choice", "party", "count"})
    by = {c.means: looks[c.number - 1] for c in long}
    if {"choice", "count"} <= by.keys() and by["count"].figures and ("contest" in by or contest):
        extra = [_column(k, k.named) for k in looks if k.named == "measure"]
        return [*units, *long, *extra]
    wide = [k for k in looks if not k.named and k.header and k.figures and name_key(k.header) not in _NOBODY]
    if not units and contest and looks and not looks[0].named and len(set(looks[0].cells)) == len(looks[0].cells) > 1:
        units = [_column(looks[0], "precinct", "it differs in every row")]
        wide = [k for k in wide if k is not looks[0]]
    votes: dict[tuple[str, str], Column] = {}
    for k in wide:
        if title := k.above or contest:
            column = _column(k, "votes", "a column of figures", contest=title, choice=k.header)
            votes.setdefault((title, k.header), column)
    if units and len(votes) > 1:
        twice = "another column has its name: if it is the right one, or of another contest, say so"
        rest = [_column(k, "ignore", twice) for k in wide if (k.above or contest, k.header) in votes]
        return [*units, *_residue(looks, contest), *{c.number: c for c in (*rest, *votes.values())}.values()]
    return []


def _residue(looks: Sequence[_Look], contest: str) -> list[Column]:
    """Return the columns of figures that are no choice's, the first of each kind in every contest."""
    found: dict[tuple[str, str], Column] = {}
    for k in looks:
        title = k.above or contest
        if title and k.named in ("undervotes", "overvotes", "ballots_cast", "registered") and k.figures:
            found.setdefault((title, k.named), _column(k, k.named, contest=k.above))
    return list(found.values())


def _turnout(looks: Sequence[_Look], _contest: str) -> list[Column]:
    figures = _firsts([k for k in looks if k.figures], {"registered", "checked_in", "ballots_cast", "cards_cast"})
    return [*_firsts(looks, _UNITS), *figures] if figures else []
