"""Plain CSV: faircount's own form for people, one row a card and contest, the choices in one cell."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from faircount.model import Pattern
from faircount.model.tables import TABLES
from faircount.write.canonical import plain_decimal
from faircount.write.cells import csv_row, one_line
from faircount.write.features import about
from faircount.write.marks import plain_pattern, ranking, with_ties
from faircount.write.vote_grid import rows_of
from faircount.write.writer import Loss, Material, Terms, Way, Writer

_CARD = ("ballot", "jurisdiction", "tabulator", "batch", "position", "imprinted_id", "sheet", "style", "precinct",
         "counting_group", "weight")  # fmt: skip
_TABLES = {
    "manifest": ("jurisdiction", "container", "tabulator", "batch", "cards", "claim"),
    "reported": ("contest", "choice", "party", "jurisdiction", "precinct", "counting_group", "measure", "count",
                 "claim"),
    "turnout": ("jurisdiction", "precinct", "counting_group", "measure", "count", "claim"),
    "styles": ("style", "contest"),
}  # fmt: skip
_MEASURES = {
    "reported": ("votes", "undervotes", "overvotes", "ballots_cast", "registered"),
    "turnout": ("registered", "checked_in", "ballots_cast", "cards_cast"),
}
"""Table → the measures that plain CSV has words for; rows of others are not written, and that is said."""
_SIGN = re.compile(r"[\\|>=]")


def write(material: Material, folder: Path) -> None:
    """Write cards.csv, contests.csv, choices.csv, and the other tables that have rows."""
    _cards(material, folder / "cards.csv")
    contests: list[tuple[str, ...]] = [("contest", "key", "votes_allowed", "ranks", "seats", "district")]
    choices: list[tuple[str, ...]] = [("contest", "choice", "key", "party", "kind")]
    for terms in material.contests:
        contest = terms.contest
        contests.append((contest.title, terms.key or "", str(contest.votes_allowed) if terms.votes_stated else "",
                         str(contest.ranks), str(contest.seats) if terms.seats_stated else "",
                         terms.district or ""))  # fmt: skip
        keys = terms.choice_keys or (None,) * len(contest.choices)
        choices += [(contest.title, c.name, key or "", c.party, c.kind)
                    for c, key in zip(contest.choices, keys, strict=True)]  # fmt: skip
    _rows(folder / "contests.csv", contests)
    _rows(folder / "choices.csv", choices)
    for name, columns in _TABLES.items():
        rows = [columns, *_once(material, name, columns)]
        if len(rows) > 1:
            _rows(folder / f"{name}.csv", rows)


def _rows(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_row(one_line(cell) for cell in row) for row in rows)


def _once(material: Material, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a small table as text; ballot styles that two sources state alike stand once."""
    seen: set[tuple[Any, ...]] = set()
    for table in material.rows(name):
        for row in rows_of(table, columns):
            if name == "styles":
                if row in seen:
                    continue
                seen.add(row)
            if name not in _MEASURES or row[columns.index("measure")] in _MEASURES[name]:
                yield tuple("" if value is None else str(value) for value in row)


def _cards(material: Material, path: Path) -> None:
    says = {number: (material.contests[way.contest].contest.title, said(material, way))
            for number, way in material.ways.items()}  # fmt: skip
    number = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_row(("card", *_CARD, "contest", "choices")))
        for table in material.cards():
            for *columns, patterns in rows_of(table, (*_CARD, "patterns")):
                number += 1
                columns[-1] = plain_decimal(columns[-1])
                about_card = [str(number), *("" if v is None else one_line(str(v)) for v in columns)]
                votes = [says[p] for p in patterns or () if p in says] or [("", "")]
                for title, choices in votes:
                    file.write(csv_row((*about_card, one_line(title), choices)))
                    about_card[1:] = [""] * len(_CARD)  # said once: later rows of a card say the same or nothing


def said(material: Material, way: Way) -> str:
    """Return what a pattern says as plain CSV writes it: `A|B` marked, `A>B=C>>D` ranked."""
    terms = material.contests[way.contest]
    names = [_SIGN.sub(lambda found: "\\" + found[0], one_line(choice.name)) for choice in terms.contest.choices]
    if not terms.contest.ranks:
        return "|".join(names[mark.choice] for mark in plain_pattern(terms, way.pattern).marks)
    places = ranking(terms, way.pattern)
    ranks = range(1, max(places, default=0) + 1)
    return ">".join("=".join(names[choice] for choice in places.get(rank, ())) for rank in ranks)


def _back(terms: Terms, pattern: Pattern) -> Pattern:
    return with_ties(terms, pattern) if terms.contest.ranks else plain_pattern(terms, pattern)


def _more(material: Material) -> Iterator[Loss]:
    unknown = material.survey.get("imprinted_id", 0)
    cards = material.survey["cards"]
    if unknown != cards:
        yield Loss("that a card has no imprinted id: its number in the file stands for it", cards - unknown)
    for name, known in _MEASURES.items():
        others = Counter(measure for table in material.rows(name) for (measure,) in rows_of(table, ("measure",)))
        if found := sorted(set(others) - set(known)):
            rows = sum(others[measure] for measure in found)
            yield Loss(f"figures that the format has no place for: {', '.join(found)}", rows)


WRITER = Writer(
    name="plain-csv",
    title="plain CSV",
    source="docs/plain-csv.md",
    needs=tuple(TABLES),
    holds=about("cards", "contests", "tables", without=(
        "portion", "session_type", "adjudicated", "place_in_source", "superseded", "density", "write_in_density",
        "write_in", "facts", "files", "decisions", "rejected", "no_cards",
    )),
    page="write-plain-csv",
    write=write,
    named=one_line,
    back=_back,
    more=_more,
    suffixes=(".csv",),
)  # fmt: skip
