"""The files of Colorado's audit of the presidential primary of March 2024, put together by contest and round."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

from python_calamine import CalamineWorkbook

from elections.shared import real
from faircount.risk.super_simple import Discrepancies

SEED = "49879697059735635258"
"""Twenty dice, thrown on 18 March 2024: news release of the Colorado Department of State of that day."""
STATEWIDE = "President of the United States - REP"
REPORTS = ("round_1/ResultsReport.xlsx", "round_2/ResultsReportRound2.xlsx")
COMPARISONS = ("round_1/contestComparison.csv", "round_2/contestComparisonRound2.csv")
SELECTIONS = ("contestSelection.csv", "round_1/contestSelection.csv")
"""The cards of each contest before the first round and for the second, though the second's lies with the first."""
Row = dict[str, str]


class Card(NamedTuple):
    """One draw of a contest, as the state's workbook has it."""

    county: str
    tabulator: str
    batch: str
    position: int
    record: int
    """Number of the cast vote record."""
    number: int
    """The random number that it was drawn by: its place among the contest's cards, 1 first."""
    difference: int
    """As the state counted it: above 0 where the record overstates the winner."""


class Round(NamedTuple):
    """A contest as it stood after a round."""

    summary: Row
    """Its row of the workbook's summary."""
    cards: tuple[Card, ...]
    """In the order of the draw; a card drawn twice is there twice."""


class Contest(NamedTuple):
    """A contest of the state's table, made before the draw and filled in after the first round."""

    title: str
    table: Row
    rounds: tuple[Round, Round]

    @property
    def place(self) -> str:
        """The county, or the state."""
        return "Statewide" if self.title == STATEWIDE else self.title.split(" - ")[0]

    @property
    def size(self) -> int:
        """All cards among which it drew: those of its counties, whether they hold the contest or not."""
        return int(self.table["ballot_card_count"])

    @property
    def margin(self) -> Fraction:
        """Diluted: votes of the winner above the next, over all cards."""
        return Fraction(int(self.table["min_margin"]), self.size)

    @property
    def winners(self) -> set[str]:
        return quoted(self.table["winners"])

    def published(self) -> Discrepancies:
        """What the state counted after the first round."""
        return Discrepancies(
            *(int(self.table[f"{votes}_vote_{way}_count"]) for way in ("over", "under") for votes in ("one", "two"))
        )


def quoted(cell: str) -> set[str]:
    """Return the names in a cell, each in quotation marks."""
    return set(re.findall(r'"([^"]*)"', cell))


def overstated(reported: set[str], found: set[str], winners: set[str], choices: set[str]) -> int:
    """Return by how many votes a card's record overstates a winner over some loser, at most; below 0: over none.

    A loser whom no card of the sample names is among them.
    """
    losers = {*choices, *reported, *found, "somebody else"} - winners

    def lead(marks: set[str], winner: str, loser: str) -> int:
        return (winner in marks) - (loser in marks)

    return max(lead(reported, w, l) - lead(found, w, l) for w in winners for l in losers)  # noqa: E741


def folder() -> Path:
    return real("rla", "colorado-2024-presidential-primary")


def table(name: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO((folder() / name).read_text("utf-8"))))


def _rows(book: CalamineWorkbook, sheet: str) -> Iterator[Row]:
    head, *rows = book.get_sheet_by_name(sheet).to_python()
    for row in rows:
        yield {str(name): str(cell) for name, cell in zip(head, row, strict=True)}


def _cards(rows: Sequence[Row]) -> tuple[Card, ...]:
    ordered = sorted(rows, key=lambda row: (int(row["round"]), int(row["random number sequence position"])))
    return tuple(
        Card(
            row["county"], row["scanner id"], row["batch id"], int(row["record id"]), int(row["db id"]),
            int(row["random number"]), int(row["discrepancy"] or 0),
        ) for row in ordered
    )  # fmt: skip


@cache
def contests() -> dict[str, Contest]:
    """Return every contest of the state's table by title."""
    rounds: dict[str, list[Round]] = {row["contest_name"]: [] for row in table("round_1/contest.csv")}
    for name in REPORTS:
        book = CalamineWorkbook.from_path(str(folder() / name))
        summary = {row["Contest"]: row for row in _rows(book, "Summary")}
        sheets = {row["Contest Name"]: row["Sheet Name"] for row in _rows(book, "Contests to Sheets")}
        assert summary.keys() == sheets.keys() == rounds.keys()
        for title, sheet in sheets.items():
            rounds[title].append(Round(summary[title], _cards(list(_rows(book, sheet)))))
    first, second = 0, 1
    return {
        row["contest_name"]: Contest(row["contest_name"], row, (told[first], told[second]))
        for row in table("round_1/contest.csv")
        for told in [rounds[row["contest_name"]]]
    }


@cache
def readings(at: int) -> dict[tuple[str, int], tuple[set[str], set[str]]]:
    """Return (contest, record) → what the record says and what the audit board read, after round `at`."""
    return {
        (row["contest_name"], int(row["cvr_id"])): (
            quoted(row["choice_per_voting_computer"]), quoted(row["audit_board_selection"]),
        ) for row in table(COMPARISONS[at])
    }  # fmt: skip


def selected(at: int) -> dict[str, list[int]]:
    """Return the records that the state chose for each contest, those chosen twice twice."""
    return {row["contest_name"]: json.loads(row["contest_cvr_ids"]) for row in table(SELECTIONS[at])}


def counted(contest: Contest, at: int) -> Discrepancies:
    """Return the discrepancies of a contest after round `at`, counted from both readings of each card drawn."""
    read = readings(at)
    choices: set[str] = set().union(*(names for key, both in read.items() if key[0] == contest.title for names in both))
    found = []
    for card in contest.rounds[at].cards:
        # A card that is not listed under the contest does not hold it, by record and by paper.
        reported, paper = read.get((contest.title, card.record), (set(), set()))
        found.append(overstated(reported, paper, contest.winners, choices))
    assert found == [card.difference for card in contest.rounds[at].cards]
    return Discrepancies(found.count(1), found.count(2), found.count(-1), found.count(-2))
