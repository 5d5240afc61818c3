"""Dominion's CSV form of cast vote records, as Colorado and Arlo take it: a row a card, a column a choice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from faircount.model import Contest, Pattern
from faircount.write.cells import csv_row, one_line
from faircount.write.features import about
from faircount.write.marks import plain_marks, plain_pattern
from faircount.write.writer import Loss, Material, Terms, Writer

_VERSION = re.compile(r"\d+\.\d+(\.\d+){1,2}")
NO_VERSION = "0.0.0"
"""Stands where the version of the voting system's software is not known; readers want one."""
_CARD_COLUMNS = ("card", "tabulator", "batch", "position", "imprinted_id", "counting_group", "portion", "precinct",
                 "style", "patterns")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of one contest: (choice, rank) of each in order, and the cells of a card without the contest."""

    title: str
    keys: tuple[tuple[int, int], ...]
    names: tuple[str, ...]
    parties: tuple[str, ...]

    def cells(self, terms: Terms, pattern: Pattern) -> list[str]:
        """Return `1` where the pattern has a mark and `0` elsewhere."""
        marked = {(mark.choice, mark.rank) for mark in plain_marks(terms, pattern)}
        return ["1" if key in marked else "0" for key in self.keys]


def columns_of(contest: Contest) -> _Columns:
    """Return the columns of a contest: choices in the order of the ballot, for each rank anew where voters rank."""
    title = one_line(contest.title)
    names = [one_line(choice.name) for choice in contest.choices]
    if not contest.ranks:
        keys = [(at, 1) for at in range(len(names))]
        title = f"{title} (Vote For={contest.votes_allowed})"
        labels = tuple(names)
    else:
        keys = [(at, rank) for rank in range(1, contest.ranks + 1) for at in range(len(names))]
        title = f"{title} (Number of positions={contest.seats}, Number of ranks={contest.ranks})"
        labels = tuple(f"{names[at]}({rank})" for at, rank in keys)
    return _Columns(title, tuple(keys), labels, tuple(one_line(contest.choices[at].party) for at, _ in keys))


def write_grid(material: Material, path: Path, with_group: bool) -> None:
    """Write the cards as one CSV at `path`; `with_group` adds the counting group, which Colorado does not allow."""
    ids = ["CvrNumber", "TabulatorNum", "BatchId", "RecordId", "ImprintedId"]
    ids += ["CountingGroup"] if with_group else []
    ids += ["PrecinctPortion", "BallotType"]
    contests = [columns_of(terms.contest) for terms in material.contests]
    version = material.version if _VERSION.fullmatch(material.version) else NO_VERSION
    width = len(ids) + sum(len(c.keys) for c in contests)
    blank = [""] * len(ids)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_row([one_line(material.name), version, *[""] * (width - 2)]))
        file.write(csv_row([*blank, *(c.title for c in contests for _ in c.keys)]))
        file.write(csv_row([*blank, *(name for c in contests for name in c.names)]))
        file.write(csv_row([*ids, *(party for c in contests for party in c.parties)]))
        ways = {
            number: (way.contest, contests[way.contest].cells(material.contests[way.contest], way.pattern))
            for number, way in material.ways.items()
        }
        absent = [[""] * len(c.keys) for c in contests]
        number = 0
        for table in material.cards():
            for row in rows_of(table, _CARD_COLUMNS):
                number += 1
                file.write(csv_row([*_ids(number, row, with_group), *_votes(row[-1], ways, absent)]))


def _ids(number: int, row: Sequence[Any], with_group: bool) -> list[str]:
    _, tabulator, batch, position, imprinted, group, portion, precinct, style, _ = row
    place = [str(part) for part in (tabulator, batch, position) if part is not None]
    imprinted = imprinted or ("-".join(place) if len(place) == 3 else None)
    ids = [str(number), tabulator, batch, None if position is None else str(position), imprinted]
    ids += [group] if with_group else []
    return [text or "" for text in [*ids, portion or precinct, style]]


def _votes(
    patterns: Sequence[int] | None, ways: dict[int, tuple[int, list[str]]], absent: list[list[str]]
) -> Iterator[str]:
    held = dict(ways[number] for number in patterns or () if number in ways)
    for at, nothing in enumerate(absent):
        yield from held.get(at, nothing)


def rows_of(table: pa.Table, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a slice of cards, of these columns only."""
    return zip(*(table.column(name).to_pylist() for name in columns), strict=True)


def _lacking(material: Material) -> Iterator[Loss]:
    """Yield what these programs insist on and the records do not have."""
    lacking = dict.fromkeys(("tabulator", "batch", "position"), 0)
    cards = 0
    for table in material.cards():
        cards += table.num_rows
        for name in lacking:
            lacking[name] += table.column(name).null_count
    for name, count in lacking.items():
        if count:
            yield Loss(f"the {name} of cards, which this format asks for, is not known", count, grave=True)
    if shared := material.survey["same_place"]:
        yield Loss("that each card has a place in its batch of its own: these share theirs with another card", shared)
    if material.survey["precinct"] and material.survey["portion"]:
        yield Loss("the precinct of each card, where its portion is written", material.survey["precinct"])
    for terms in material.contests:
        if not terms.votes_stated and not terms.contest.ranks:
            words = f"how many votes {terms.contest.title!r} allows is not known, and this format asks for it"
            yield Loss(f"{words}; 1 is written", 1, grave=True)


def write_colorado(material: Material, folder: Path) -> None:
    """Write cvr.csv as Colorado's audit software takes it."""
    write_grid(material, folder / "cvr.csv", with_group=False)


def write_arlo(material: Material, folder: Path) -> None:
    """Write cvr.csv as Arlo takes it, system Dominion."""
    write_grid(material, folder / "cvr.csv", with_group=True)


def _no_ranks(terms: Terms) -> str:
    return "voters rank in it, and Arlo takes contests of the form (Vote For=n) only" if terms.contest.ranks else ""


def _one_seat(terms: Terms) -> str:
    ranked = terms.contest.ranks and terms.contest.seats > 1
    return "voters rank in it for several seats, and Colorado takes rankings for one seat only" if ranked else ""


_HOLDS = about("contests", without=("contest_key", "choice_key", "district", "kind", "no_cards")) | {
    "cards", "tabulator", "batch", "position", "imprinted_id", "portion", "precinct", "style",
}  # fmt: skip

COLORADO = Writer(
    name="colorado-cvr",
    title="cast vote records for Colorado's audit software",
    source="Colorado RLA software, DominionCVRExportParser; its sample exports",
    needs=("cards",),
    holds=_HOLDS,
    page="write-cvr-csv",
    write=write_colorado,
    refuses=_one_seat,
    back=plain_pattern,
    named=one_line,
    more=_lacking,
    suffixes=(".csv",),
)
ARLO = Writer(
    name="arlo-cvr",
    title="cast vote records for Arlo (Dominion's form)",
    source="VotingWorks, Arlo, api/cvrs.py (Dominion)",
    needs=("cards",),
    holds=(_HOLDS | {"counting_group"}) - {"ranks", "seats"},
    page="write-cvr-csv",
    write=write_arlo,
    refuses=_no_ranks,
    back=plain_pattern,
    named=one_line,
    more=_lacking,
    suffixes=(".csv",),
)
