"""A mapping: what the columns of a table that no reader knows mean, as one person confirmed it. A small JSON file."""

import json
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from typing import Any

from faircount.model import BadInputError
from faircount.read.syntax.json_strict import strict_loads

VERSION = 1
UNITS = ("jurisdiction", "precinct", "counting_group")
CARD_COLUMNS = ("imprinted_id", "tabulator", "batch", "position", "sheet", "style", "weight", *UNITS)
MEANINGS: dict[str, tuple[str, ...]] = {
    "manifest": ("batch", "cards", "container", "tabulator", "jurisdiction"),
    "turnout": ("registered", "checked_in", "ballots_cast", "cards_cast", "measure", "count", *UNITS),
    "reported": ("contest", "choice", "party", "measure", "count", "votes", "undervotes", "overvotes", "ballots_cast",
                 "registered", *UNITS),
    "cards": ("choice", "mark", "rank", *CARD_COLUMNS),
}  # fmt: skip
"""Table → what a column of it may mean; `ignore` is always possible, and must be said."""
FIGURES = ("undervotes", "overvotes", "ballots_cast", "registered")
EVERYWHERE = ("contest", "jurisdiction", "precinct", "counting_group", "tabulator", "batch", "measure", "claim")
"""What may hold for every row of the file."""
_FIX = "correct the file, or make it again: faircount map"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its number, 1 first, its header, what it means, and the contest, choice or rank its cells are of."""

    number: int
    header: str
    means: str
    contest: str = ""
    choice: str = ""
    rank: int = 0
    why: str = ""
    """Why this was proposed; for the person, not for the reader."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of a table mean. Raises `BadInputError` where they cannot make rows of `table`."""

    table: str
    columns: tuple[Column, ...]
    header_row: int = 1
    everywhere: tuple[tuple[str, str], ...] = ()
    """(name, value) that hold for every row, such as the contest of a file that has one."""
    undervote: tuple[str, ...] = ("", "undervote", "skipped")
    """Texts of a cell of a card that say: the contest is on this card, and nothing is marked."""
    overvote: tuple[str, ...] = ("overvote",)
    absent: tuple[str, ...] = (" ",)
    """Texts that say: the contest is not on this card. Compared as they stand, blanks and all."""
    votes_allowed: tuple[tuple[str, int], ...] = field(default=())
    confirmed: bool = False

    def __post_init__(self) -> None:
        if self.table not in MEANINGS:
            raise _refuse(f"table is one of {', '.join(MEANINGS)}", repr(self.table))
        for column in self.columns:
            if column.means != "ignore" and column.means not in MEANINGS[self.table]:
                rule = f"a column of {self.table} means one of {', '.join((*MEANINGS[self.table], 'ignore'))}"
                raise _refuse(rule, f"{column.means!r} for {column.header!r}")
        for name, _ in self.everywhere:
            if name not in EVERYWHERE:
                raise _refuse(f"what holds everywhere is one of {', '.join(EVERYWHERE)}", repr(name))
        if missing := self._missing():
            raise _refuse(f"a table {self.table} has {missing}", "none such")

    def of(self, means: str) -> tuple[Column, ...]:
        """Return the columns that mean this, in order."""
        return tuple(column for column in self.columns if column.means == means)

    def constant(self, name: str) -> str:
        """Return what holds for every row, empty where nothing does."""
        return dict(self.everywhere).get(name, "")

    def _missing(self) -> str:
        means = {column.means for column in self.columns}
        for unique in means - {"choice", "mark", "rank", "votes", "ignore", *FIGURES}:
            if len(self.of(unique)) > 1:
                return f"one column that means {unique}"
        if self.table == "manifest":
            return "" if {"batch", "cards"} <= means else "columns that mean batch and cards"
        if self.table == "turnout":
            wide = means & {"registered", "checked_in", "ballots_cast", "cards_cast"}
            long = "count" in means and ("measure" in means or self.constant("measure"))
            return "" if wide or long else "a column of figures: registered, checked_in, ballots_cast or cards_cast"
        if self.table == "reported":
            return self._missing_in_results(means)
        votes = [c for c in self.columns if c.means in ("choice", "mark", "rank")]
        if not votes or any(not (c.contest or self.constant("contest")) for c in votes):
            return "columns that mean choice, mark or rank, each with its contest"
        if any((c.means == "mark" and not c.choice) or (c.means == "rank" and c.rank < 1) for c in votes):
            return "a choice for every mark and a rank from 1 for every rank"
        return ""

    def _missing_in_results(self, means: set[str]) -> str:
        contest = "contest" in means or bool(self.constant("contest"))
        wide = self.of("votes")
        if any(not c.choice or not (c.contest or contest) for c in wide):
            return "a contest and a choice for every column of votes"
        if not wide and not {"choice", "count"} <= means:
            return "columns that mean choice and count, or columns of votes"
        figures = [c for name in FIGURES for c in self.of(name)]
        if not contest and (not wide or any(not c.contest for c in figures)):
            return "a contest: a column, or one that holds everywhere"
        return ""

    def to_json(self) -> bytes:
        """Return the file: readable, in a fixed order."""
        columns = [
            {"column": c.number, "header": c.header, "means": c.means}
            | {k: v for k, v in (("contest", c.contest), ("choice", c.choice), ("rank", c.rank), ("why", c.why)) if v}
            for c in self.columns
        ]
        document = {
            "faircount_mapping": VERSION, "confirmed": self.confirmed, "table": self.table,
            "header_row": self.header_row, "everywhere": dict(self.everywhere), "columns": columns,
        }  # fmt: skip
        if self.table == "cards":
            document |= {"undervote": list(self.undervote), "overvote": list(self.overvote),
                         "absent": list(self.absent), "votes_allowed": dict(self.votes_allowed)}  # fmt: skip
        return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def mapping_from(data: bytes, place: str) -> Mapping:
    """Return the mapping that a file states. Raises `BadInputError` naming `place` for anything else."""
    document = strict_loads(data, place)
    try:
        if document["faircount_mapping"] != VERSION:
            raise _refuse(f"the mapping is of version {VERSION}", repr(document["faircount_mapping"]))
        columns = tuple(
            Column(
                _whole(c["column"]), _text(c["header"]), _text(c["means"]), _text(c.get("contest", "")),
                _text(c.get("choice", "")), _whole(c.get("rank", 0)), _text(c.get("why", "")),
            )
            for c in document["columns"]
        )  # fmt: skip
        if [c.number for c in columns] != list(range(1, len(columns) + 1)):
            raise _refuse("every column of the table is listed, in order", "other numbers")
        told = {
            name: tuple(map(_text, document[name])) for name in ("undervote", "overvote", "absent") if name in document
        }
        return Mapping(
            table=_text(document["table"]), columns=columns, header_row=_whole(document["header_row"]),
            everywhere=_pairs(document.get("everywhere", {}), _text), confirmed=document["confirmed"] is True,
            votes_allowed=_pairs(document.get("votes_allowed", {}), _whole), **told,
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInputError(place, "it is a mapping as `faircount map` writes it", str(error), _FIX) from error
    except BadInputError as error:
        raise BadInputError(place, error.rule, error.found, _FIX) from error


def _pairs(value: AnyMapping[str, Any], made: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((_text(k), made(v)) for k, v in value.items())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, found {value!r}")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise TypeError(f"a whole number is expected, found {value!r}")
    return value


def _refuse(rule: str, found: str) -> BadInputError:
    return BadInputError("mapping", rule, found, _FIX)
