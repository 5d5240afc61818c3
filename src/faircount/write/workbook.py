"""Results as an Excel workbook, for people: contests, choices, every figure by unit, and what was reported."""

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import xlsxwriter

from faircount.model import ContestResult
from faircount.write.cells import visible
from faircount.write.features import about
from faircount.write.vote_grid import rows_of
from faircount.write.writer import Loss, Material, Writer

SHEET_ROWS = 1_048_575
"""Rows that a worksheet holds below its head."""
CELL_CHARACTERS = 32_767
_EPOCH = "2000-01-01"
_REPORTED = ("contest", "measure", "choice", "party", "jurisdiction", "precinct", "counting_group", "count", "claim")
_Row = tuple[Any, ...]


def write(material: Material, folder: Path) -> None:
    """Write results.xlsx, row by row: no sheet is held in memory. What does not fit a sheet goes on in the next."""
    with xlsxwriter.Workbook(folder / "results.xlsx", {"constant_memory": True, "in_memory": False}) as book:
        made = datetime.datetime.fromisoformat(material.date or _EPOCH)
        book.set_properties({"title": visible(material.name), "created": made, "comments": "written by faircount"})
        results = {result.contest.title: result for result in material.results()}
        _sheet(book, "About", ("What", "Value"), _about(material))
        _sheet(book, "Contests", ("Contest", "Seats", "Votes allowed", "Ranks", "Rule", "Cards", "Votes", "Undervotes",
                                  "Overvotes", "Invalid", "Verdict"), _contests(material, results))  # fmt: skip
        head = ("Contest", "Choice", "Party", "Kind", "Votes", "Reported", "Difference", "Elected")
        _sheet(book, "Choices", head, _choices(material, results))
        units = ("Jurisdiction", "Precinct", "Counting group")
        _sheet(book, "By unit", ("Contest", "Measure", "Choice", *units, "Count"), _units(material))
        reported = (row for table in material.rows("reported") for row in rows_of(table, _REPORTED))
        _sheet(book, "Reported", tuple(name.replace("_", " ").capitalize() for name in _REPORTED), reported)


def _about(material: Material) -> Iterator[_Row]:
    yield "Election", material.name or "not stated"
    yield "Date", material.date or "not stated"
    yield "Jurisdiction", material.jurisdiction or "not stated"
    source = "counted from cast vote records" if material.recounted else "as reported; there are no cast vote records"
    yield "Figures", source
    yield "Votes of ranked contests", "first preferences"
    if not material.complete:
        yield "Complete", "NO: a source says that it is a part of the whole, or rows of it could not be read"


def _contests(material: Material, results: dict[str, ContestResult]) -> Iterator[_Row]:
    for terms in material.contests:
        contest, result = terms.contest, results.get(terms.contest.title)
        terms_of = (contest.title, contest.seats if terms.seats_stated else None,
                    contest.votes_allowed if terms.votes_stated else None, contest.ranks or None)  # fmt: skip
        if result is None:
            yield (*terms_of, None, None, None, None, None, None, "NOT COUNTED")
            continue
        first = result.transcript.rounds[0]
        rest = dict(first.inactive)
        residue = [rest.get(cause, 0) for cause in ("undervote", "overvote", "invalid")]
        yield (*terms_of, contest.rule, result.cards, sum(first.votes), *residue, result.transcript.verdict)


def _choices(material: Material, results: dict[str, ContestResult]) -> Iterator[_Row]:
    for terms in material.contests:
        contest, result = terms.contest, results.get(terms.contest.title)
        votes = result.transcript.rounds[0].votes if result else (None,) * len(contest.choices)
        reported = (result.reported if result else ()) or (None,) * len(contest.choices)
        elected = result.transcript.elected if result else ()
        for at, choice in enumerate(contest.choices):
            mine, stated = votes[at], reported[at]
            apart = mine - stated if mine is not None and stated is not None else None
            yield (contest.title, choice.name, choice.party, choice.kind, mine, stated, apart,
                   "elected" if at in elected else "")  # fmt: skip


def _units(material: Material) -> Iterator[_Row]:
    for f in material.figures():
        yield f.contest, f.measure, f.choice, f.jurisdiction, f.precinct, f.counting_group, f.count


def _sheet(book: Any, name: str, head: tuple[str, ...], rows: Iterable[_Row]) -> None:
    """Write rows below a head; text is written as text, so that no cell is ever a formula."""
    bold = book.add_format({"bold": True})
    sheet, at, part = None, 0, 0
    for row in rows:
        if sheet is None or at == SHEET_ROWS:
            part += 1
            sheet, at = _new(book, name if part == 1 else f"{name} {part}", head, bold), 0
        at += 1
        for column, value in enumerate(row):
            _cell(sheet, at, column, value)
    if sheet is None:
        _new(book, name, head, bold)


def _new(book: Any, name: str, head: tuple[str, ...], bold: Any) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(head) - 1, 18)
    for column, text in enumerate(head):
        sheet.write_string(0, column, text, bold)
    return sheet


def _cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, (Fraction, Decimal)) and value == int(value):
        value = int(value)
    if isinstance(value, int) and abs(value) < 2**53:
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, visible(str(value))[:CELL_CHARACTERS])


def _more(material: Material) -> Iterator[Loss]:
    names = [material.name, *(t.contest.title for t in material.contests),
             *(c.name for t in material.contests for c in t.contest.choices)]  # fmt: skip
    if longer := sum(len(visible(name)) > CELL_CHARACTERS for name in names):
        yield Loss(f"the ends of names of more than {CELL_CHARACTERS:,} characters", longer)


WRITER = Writer(
    name="xlsx",
    title="results as an Excel workbook",
    source="Office Open XML, by XlsxWriter",
    needs=("cards", "reported"),
    holds=about("contests", without=("contest_key", "choice_key", "district", "no_cards")) | {"reported"},
    page="write-results",
    write=write,
    named=visible,
    more=_more,
    suffixes=(".xlsx",),
)
