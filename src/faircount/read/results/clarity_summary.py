"""Clarity (SOE) summary.csv: one line a choice, contests named `Governor (Vote For 1)`, no places.

Undervotes, overvotes, ballots and voters are the contest's, repeated on each of its lines. Some sites leave registered
voters and ballots cast at 0 throughout, and the areas that have reported, too: such zeros say nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from faircount.model import Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results.clarity_words import kind_of, title_of
from faircount.read.syntax.csv_rows import figure_of
from faircount.read.syntax.named_rows import Cells, claimed, header, read_named

_NEEDED = {"line_number", "contest_name", "choice_name", "total_votes"}
_MEASURES = {
    "registered_voters": "registered", "ballots_cast": "ballots_cast", "under_votes": "undervotes",
    "over_votes": "overvotes",
}  # fmt: skip
_MAYBE_UNSTATED = ("registered_voters", "ballots_cast")


def recognise(export: Export) -> Recognition | None:
    """Look for line numbers, contest and choice names with total votes in one CSV."""
    names = claimed(export, _is_ours)
    if len(names) != 1:
        return None  # one file an election
    return Recognition(91, "", "a CSV with line number, contest name, choice name and total votes")


def _is_ours(columns: tuple[str, ...]) -> bool:
    return set(columns) >= _NEEDED


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the votes of every line and once for each contest what its lines repeat."""
    builder = BatchBuilder()
    read_names = [name for name in part.members if _is_ours(header(export, name))]
    for name in read_names:
        summary = _Summary(name, builder)
        yield from read_named(export, name, builder, summary.take)
        summary.finish()
    yield builder.finish(export, read_names)


@dataclass
class _Contest:
    line: int
    votes_allowed: int | None
    measures: dict[str, str]
    row: int
    choices: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Name → line number and party."""


class _Summary:
    """One file; contests are told at its end, in the order of the line numbers."""

    def __init__(self, name: str, builder: BatchBuilder) -> None:
        self._name, self._builder = name, builder
        self._contests: dict[str, _Contest] = {}
        self._unreported = 0

    def take(self, row: int, cells: Cells) -> int:
        """Turn one line into votes; return 1 if it became any."""
        whole = " | ".join(cells.values())
        title, allowed = title_of(cells["contest_name"])
        choice, count, line = cells["choice_name"], figure_of(cells["total_votes"]), figure_of(cells["line_number"])
        if not title or not choice or count is None:
            rule = "a line has a contest, a choice and a whole number of votes"
            self._builder.reject(self._name, row, rule, value=whole)
            return 0
        line = row if line is None else line
        measures = {column: cells[column] for column in _MEASURES if cells.get(column)}
        contest = self._contests.setdefault(title, _Contest(line, allowed, measures, row))
        if contest.measures != measures:
            rule = f"the lines of a contest repeat its voters, ballots, undervotes and overvotes; see row {contest.row}"
            self._builder.reject(self._name, row, rule, value=whole)
        party = cells.get("party_name", "")
        contest.line = min(contest.line, line)
        contest.choices.setdefault(choice, (line, party))
        self._builder.add("reported", contest=title, choice=choice, party=party or None, measure="votes", count=count,
                          claim="reported", row=row)  # fmt: skip
        self._areas(cells)
        return 1

    def _areas(self, cells: Cells) -> None:
        stated = {column.rpartition("_")[2]: figure_of(text) for column, text in cells.items() if column[:4] == "num_"}
        done, all_of_them = stated.get("rptg"), stated.get("total")
        self._unreported += bool(done and all_of_them and done < all_of_them)

    def finish(self) -> None:
        """Add the contests, their choices and measures."""
        unstated = {
            column for column in _MAYBE_UNSTATED
            if all(figure_of(c.measures.get(column, "0")) == 0 for c in self._contests.values())
        }  # fmt: skip
        ordered = sorted(self._contests.items(), key=lambda item: (item[1].line, item[0]))
        for place, (title, contest) in enumerate(ordered):
            self._builder.add("contests", contest=title, votes_allowed=contest.votes_allowed, place=place)
            choices = sorted(contest.choices.items(), key=lambda item: (item[1][0], item[0]))
            for at, (choice, (_, party)) in enumerate(choices):
                self._builder.add("choices", contest=title, choice=choice, party=party or None, kind=kind_of(choice),
                                  place=at)  # fmt: skip
            for column, text in contest.measures.items():
                self._measure(title, contest, column, text, unstated)
        if unstated:
            self._builder.tell("note", f"{' and '.join(sorted(unstated))} are 0 in every line: not stated")
        if self._unreported:
            self._builder.tell("partial", "not all areas had reported")

    def _measure(self, title: str, contest: _Contest, column: str, text: str, unstated: set[str]) -> None:
        if column in unstated:
            return
        count = figure_of(text)
        if count is None:
            found = f"{text!r} ({title})"
            self._builder.reject(self._name, contest.row, "a figure is a whole number", column=column, value=found)
            return
        self._builder.add("reported", contest=title, measure=_MEASURES[column], count=count, claim="reported",
                          row=contest.row)  # fmt: skip


READER = Reader(
    name="clarity-summary-csv",
    title="Clarity summary.csv",
    source="summary.csv of Colorado's general election of 2024",
    gives=("reported", "contests", "choices", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,
    read=read,
)
