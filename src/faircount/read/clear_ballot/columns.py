"""The header of a Clear Ballot export: what each oval's column means, with the lists that lie beside it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from faircount.model import BadInputError, name_key
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import columns_of, is_blank, open_rows, plain_cell

COLUMN = re.compile(r"Choice_(\d{1,9})_(\d{1,9})(?::(.*))?", re.DOTALL | re.IGNORECASE)
LISTS = ("choices", "contests", "parties", "precincts")
"""Companions of `<election>.cvr.csv`: `<election>.choices.csv` and so on."""
_RULE = re.compile(r"(Vote For|Number of Winners) (\d{1,4})", re.IGNORECASE)
_RANK = re.compile(r"[1-9]\d?")
MARKED = "marked"
"""The only choice of a column of which no file says what it is."""


class Oval(NamedTuple):
    """One column: an oval on the ballot."""

    column: int
    """Index in the row, 0 first."""
    key: str
    title: str
    choice: str
    party: str
    rank: int
    votes_allowed: int | None
    winners: int | None


@dataclass(slots=True)
class CbContest:
    """A contest of the header with its ovals, in the order of the columns."""

    title: str
    key: str | None
    ovals: list[Oval] = field(default_factory=list)
    cells: Callable[[Sequence[str]], tuple[str, ...]] = tuple
    """Take the cells of this contest out of a row."""

    @property
    def ranks(self) -> int:
        """Highest rank; 0 where voters do not rank."""
        return max(oval.rank for oval in self.ovals)

    def finish(self, place: str) -> None:
        """Make the contest ready; raises `BadInputError` when two columns mean the same oval."""
        self._tell_namesakes_apart()
        seen: dict[tuple[str, int], int] = {}
        for oval in self.ovals:
            other = seen.setdefault((oval.choice, oval.rank), oval.column)
            if other != oval.column and not is_write_in(oval.choice):
                raise BadInputError(
                    place, "a choice has one column, or one a rank",
                    f"{self.title!r}, {oval.choice!r} in columns {other + 1} and {oval.column + 1}",
                    "ask for the export again",
                )  # fmt: skip
        indices = [oval.column for oval in self.ovals]
        if len(indices) == 1:
            only = indices[0]
            self.cells = lambda row: (row[only],)
        else:
            self.cells = itemgetter(*indices)

    def _tell_namesakes_apart(self) -> None:
        """Add its party to the name of a namesake, or its id where one party has both.

        One choice id in two columns is one person whom two parties nominate: that is left for `finish` to refuse. So
        are equal names of one party where voters rank, as each rank may have an id of its own.
        """
        same: dict[tuple[str, int], list[Oval]] = {}
        for oval in self.ovals:
            same.setdefault((oval.choice, oval.rank), []).append(oval)
        labels: dict[str, str] = {}
        for (choice, rank), ovals in same.items():
            if len(ovals) > 1 and not is_write_in(choice) and len({oval.key for oval in ovals}) == len(ovals):
                by_party = len({oval.party for oval in ovals}) == len(ovals)
                labels[choice] = "" if rank and not by_party else "party" if by_party else "id"
        for at, oval in enumerate(self.ovals):
            label = labels.get(oval.choice, "")
            if label == "id":
                self.ovals[at] = oval._replace(choice=f"{oval.choice} [{oval.key}]")
            elif label and oval.party:
                self.ovals[at] = oval._replace(choice=f"{oval.choice} ({oval.party})")


def is_write_in(choice: str) -> bool:
    """Say whether a choice is a place for write-ins that name nobody."""
    return bool(re.fullmatch(r"(uncertified |undeclared |unqualified )?write ?ins?( line)?( \d+)?", name_key(choice)))


@dataclass(slots=True)
class Beside:
    """What the companions of one CVR file say; empty where they are absent."""

    choices: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Choice id → (contest id, name)."""
    contests: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    precincts: dict[str, str] = field(default_factory=dict)

    def title(self, contest: str) -> str:
        """Return a contest's title, with its id where several have the same: two cities of one county elect a mayor."""
        name = self.contests.get(contest, "")
        if not name:
            return f"contest {contest}"
        same = sum(other == name for other in self.contests.values())
        return f"{name} (contest {contest})" if same > 1 else name


_COLUMNS = {
    "choices": ("ChoiceID", "ContestID", "ChoiceName"),
    "contests": ("ContestID", "ContestName"),
    "parties": ("PartyID", "PartyName"),
    "precincts": ("PrecinctID", "PrecinctName"),
}


def beside(export: Export, lists: dict[str, str]) -> Beside:
    """Read the companions, list → file name. Raises `BadInputError` for one without its columns."""
    found = Beside()
    for kind, name in lists.items():
        with open_rows(export, name) as rows:
            lines = iter(rows)
            row, header = next(lines, (1, []))
            columns = columns_of(header, f"{rows.place}, row {row}")
            if missing := [c for c in _COLUMNS[kind] if c not in columns]:
                raise BadInputError(
                    f"{rows.place}, row {row}", f"a list of {kind} has the columns {', '.join(_COLUMNS[kind])}",
                    f"no {', '.join(missing)}", "ask for the list again, or read the CVR file alone",
                )  # fmt: skip
            for row, cells in lines:
                if is_blank(cells):
                    continue
                if len(cells) <= max(columns[c] for c in _COLUMNS[kind]):
                    raise BadInputError(f"{rows.place}, row {row}", "a row has all cells", repr(cells)[:120])
                key, *rest = (plain_cell(cells[columns[c]]) for c in _COLUMNS[kind])
                if kind == "choices":
                    found.choices[key] = (rest[0], rest[1])
                else:
                    getattr(found, kind)[key] = rest[0]
    return found


def contests_of(header: Sequence[str], lists: Beside, place: str) -> tuple[list[CbContest], list[str]]:
    """Return the contests of a header in the order of their first columns, and the columns that nothing explains.

    Raises `BadInputError` for a column that begins like an oval's and cannot be taken apart.
    """
    contests: dict[str, CbContest] = {}
    unknown = []
    for index, cell in enumerate(header):
        found = COLUMN.fullmatch(plain_cell(cell))
        if found is None:
            continue
        key, party, rest = found[1], found[2], found[3]
        contest_key: str | None = None
        if rest is not None:
            oval = _spelled_out(rest, index, key, f"{place}, column {index + 1}")
        elif key in lists.choices:
            contest_key, choice = lists.choices[key]
            oval = Oval(index, key, lists.title(contest_key), choice or f"choice {key}", lists.parties.get(party, ""),
                        0, None, None)  # fmt: skip
        else:
            unknown.append(cell.strip())
            oval = Oval(index, key, f"choice {key} (its contest is not named)", MARKED, "", 0, 1, None)
        contests.setdefault(oval.title, CbContest(oval.title, contest_key)).ovals.append(oval)
    for contest in contests.values():
        contest.finish(place)
    return list(contests.values()), unknown


def _spelled_out(text: str, index: int, key: str, place: str) -> Oval:
    """Take `<Contest>[:<Rank>]:<VoteRule>:<Choice>:<Party>` apart; titles and names may hold colons themselves.

    The rule is the last piece that reads as one and has a choice and a party after it; the rank, if any, the piece
    before it.
    """
    pieces = text.split(":")
    at = next((n for n in range(len(pieces) - 3, 0, -1) if _RULE.fullmatch(pieces[n].strip())), 0)
    if not at:
        raise BadInputError(
            place, "an oval is `Choice_<id>_<party>:<contest>[:<rank>]:Vote For <n>:<choice>:<party>`",
            repr(text[:120]), "ask for the export again; rules other than Vote For and Number of Winners are not known",
        )  # fmt: skip
    rule = _RULE.fullmatch(pieces[at].strip())
    number = int(rule[2]) if rule else 1
    ranked = at > 1 and _RANK.fullmatch(pieces[at - 1]) is not None
    title = " ".join(":".join(pieces[: at - 1 if ranked else at]).split())
    choice = " ".join(":".join(pieces[at + 1 : -1]).split())
    if not title or not choice:
        raise BadInputError(place, "an oval names its contest and its choice", repr(text[:120]))
    winners = number if rule and rule[1].lower().startswith("number") else None
    rank = int(pieces[at - 1]) if ranked else 0
    return Oval(index, key, title, choice, pieces[-1].strip(), rank, 1 if ranked or winners else number, winners)
