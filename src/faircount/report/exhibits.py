"""Tables that a count rests on, as they are, and two of them as pictures: who beat whom, and who got the seats."""

import math
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from faircount.model import ContestResult, Exhibit, VoteCount
from faircount.report.words import Words

_CELL = 46
_LABEL = 224
_SEAT = 14
_SEATS_A_ROW = 40
MATRIX_AT_MOST = 20
"""A matrix of more choices is shown as a table only: its picture could not be read."""


@dataclass(frozen=True, slots=True)
class ExhibitView:
    """One exhibit, ready to be printed."""

    title: str
    meaning: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figure: str
    """A picture of the same figures; empty where there is none."""


def exhibit_views(words: Words, result: ContestResult, key: str) -> tuple[ExhibitView, ...]:
    """Return the exhibits of a count, in its order; `key` is a prefix for ids of pictures."""
    return tuple(
        ExhibitView(
            exhibit.title,
            exhibit.meaning,
            exhibit.columns,
            tuple(tuple(_cell(words, cell) for cell in row) for row in exhibit.rows),
            _matrix(words, exhibit, f"{key}{number}") if exhibit.kind == "pairwise" else "",
        )
        for number, exhibit in enumerate(result.transcript.exhibits, 1)
    )


def _cell(words: Words, cell: str | VoteCount | None) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else words.count(cell)


def _matrix(words: Words, exhibit: Exhibit, key: str) -> str:
    """Return who is preferred to whom: a cell is filled where the row beats the column, and empty where it does not."""
    size = len(exhibit.rows)
    if not 1 < size <= MATRIX_AT_MOST:
        return ""
    names = [str(row[0]) for row in exhibit.rows]
    votes = [[_votes(cell) for cell in row[1:]] for row in exhibit.rows]
    body = []
    for i, name in enumerate(names):
        y, label = 30 + i * _CELL, escape(f"{_short(name)}  {i + 1}")
        body.append(f'<text class="label" x="{_LABEL - 8}" y="{y + 27}" text-anchor="end">{label}</text>')
        body.append(f'<text class="label" x="{_LABEL + i * _CELL + 23}" y="20" text-anchor="middle">{i + 1}</text>')
        for j in range(size):
            if i == j:
                continue
            kind = "winner" if votes[i][j] > votes[j][i] else "choice"
            shown = words.count(votes[i][j])
            said = words.gettext("%(votes)s prefer %(one)s to %(other)s", votes=shown, one=name, other=names[j])
            body.append(
                f'<rect class="bar {kind}" x="{_LABEL + j * _CELL + 2}" y="{y + 2}" width="{_CELL - 4}" '
                f'height="{_CELL - 4}" rx="2"><title>{escape(said)}</title></rect>'
            )
    title = words.gettext("Who is preferred to whom: %(title)s", title=exhibit.title)
    description = words.gettext(
        "One row a choice, columns in the same order. A cell is filled where more voters prefer the row to the column; "
        "outlined where fewer or as many do. The table beside it holds the same numbers."
    )
    width, height = _LABEL + size * _CELL + 4, 34 + size * _CELL
    return _svg(key, title, description, width, height, body)


def seat_figure(words: Words, result: ContestResult, key: str) -> str:
    """Return seats as squares, list by list, most seats first; empty where the contest is not one of lists."""
    won = result.transcript.seats_won
    if not sum(won):
        return ""
    order = sorted((c for c in range(len(won)) if won[c]), key=lambda c: (-won[c], c))
    body, y = [], 0
    for choice in order:
        name, seats = result.contest.choices[choice].name, won[choice]
        label = words.gettext("%(name)s: %(seats)s", name=_short(name, 60), seats=words.count(seats))
        body.append(f'<text class="label" x="0" y="{y + 14}">{escape(label)}</text>')
        for number in range(seats):
            x, row = number % _SEATS_A_ROW * _SEAT, number // _SEATS_A_ROW
            body.append(
                f'<rect class="bar winner" x="{x}" y="{y + 20 + row * _SEAT}" width="{_SEAT - 3}" '
                f'height="{_SEAT - 3}" rx="1"/>'
            )
        y += 30 + math.ceil(seats / _SEATS_A_ROW) * _SEAT
    title = words.gettext("Seats by list: %(contest)s", contest=result.title)
    description = words.gettext("One square a seat. The table beside it holds the same numbers.")
    return _svg(key, title, description, _SEATS_A_ROW * _SEAT, y, body)


def _svg(key: str, title: str, description: str, width: int, height: int, body: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{key}-t {key}-d" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(description)}</desc>{"".join(body)}</svg>'
    )


def _short(name: str, most: int = 20) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _votes(cell: str | VoteCount | None) -> Fraction:
    return Fraction(cell) if isinstance(cell, (int, Fraction)) else Fraction(0)
