"""Clarity (SOE) summary.csv: one line a choice, contests named `Governor (Vote For 1)`, no places.

Undervotes, overvotes, ballots and voters are the contest's, repeated on each of its lines. Some sites leave registered
voters and ballots cast at 0 throughout, and the areas that have reported, too: such zeros say nothing.
"""

import itertools
from collections import Counter
from collections.abc import Iterator

from faircount.model import Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results.clarity_words import ONE_NAME, kind_of, title_of
from faircount.read.results.results_words import NO_MEASURE, measure_of
from faircount.read.syntax.csv_rows import MAX_COUNT, figure_of, open_rows
from faircount.read.syntax.in_order import InOrder
from faircount.read.syntax.named_rows import Cells, claimed, header, named_rows, read_named

_NEEDED = {"line_number", "contest_name", "choice_name", "total_votes"}
_MEASURES = {
    "registered_voters": "registered", "ballots_cast": "ballots_cast", "under_votes": "undervotes",
    "over_votes": "overvotes",
}  # fmt: skip
_MAYBE_UNSTATED = ("registered_voters", "ballots_cast")
_NUL = "\0"
"""Stands between the cells of a line that waits to be put in order; no cell has one."""


def recognise(export: Export) -> Recognition | None:
    """Look for line numbers, contest and choice names with total votes in one CSV."""
    names = claimed(export, _is_ours)
    if len(names) != 1:
        return None  # one file an election
    return Recognition(91, "", "a CSV with line number, contest name, choice name and total votes")


def _is_ours(columns: tuple[str, ...]) -> bool:
    return set(columns) >= _NEEDED


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the votes of every line, then the contests with what the lines of each repeat."""
    builder = BatchBuilder()
    read_names = [name for name in part.members if _is_ours(header(export, name))]
    for name in read_names:
        summary = _Summary(name, builder, _namesakes(export, name))
        yield from read_named(export, name, builder, summary.take)
        yield from summary.gather()
        yield from summary.tell()
    yield builder.finish(export, read_names)


def _namesakes(export: Export, name: str) -> dict[tuple[str, str], Counter[str]]:
    """Return (contest, choice) of several lines → how many of them are of each party.

    The whole file is looked through for it: the votes of a line go on before the next line is read.
    """
    names = InOrder()
    with open_rows(export, name, lambda row, text: None) as rows:  # the reading proper keeps what is rejected
        for _, cells in named_rows(rows, name, None):
            if cells is None:
                continue
            title, _ = title_of(cells.get("contest_name", ""))
            names.add(_NUL.join([title, cells.get("choice_name", ""), cells.get("party_name", "")]))
    found: dict[tuple[str, str], Counter[str]] = {}
    for (title, choice), lines in itertools.groupby(
        (line.split(_NUL) for line in names), lambda cells: tuple(cells[:2])
    ):
        parties = Counter(party for *_, party in lines)
        if parties.total() > 1 and kind_of(choice) != "write-in" and not measure_of(choice):
            found[title, choice] = parties
    return found


class _Summary:
    """One file. Its lines are put in order by contest, and then the contests by their first line numbers."""

    def __init__(self, name: str, builder: BatchBuilder, namesakes: dict[tuple[str, str], Counter[str]]) -> None:
        self._name, self._builder, self._namesakes = name, builder, namesakes
        self._lines, self._contests = InOrder(), InOrder()
        self._unstated = set(_MAYBE_UNSTATED)
        self._unreported = 0

    def take(self, row: int, cells: Cells) -> int:
        """Turn one line into votes; return 1 if it became any."""
        title, allowed = title_of(cells["contest_name"])
        choice, count, line = cells["choice_name"], figure_of(cells["total_votes"]), figure_of(cells["line_number"])
        party = cells.get("party_name", "")
        if title and count is not None and (measure := measure_of(choice)):
            return self._line_of(measure, title, row, cells, count)
        if parties := self._namesakes.get((title, choice)):
            number = f"line {row if line is None else line}"
            choice = f"{choice} ({party if party and parties[party] == 1 else number})"
        measures = [cells.get(column, "") for column in _MEASURES]
        is_read = bool(title and choice) and count is not None
        if is_read:
            said = [str(row if line is None else line), choice, party, str(allowed or ""), *measures]
        else:
            said = []
        self._lines.add(_NUL.join([title, f"{row:010}", " | ".join(cells.values()), *said]))
        if is_read:
            self._builder.add("reported", contest=title, choice=choice, party=party or None, measure="votes",
                              count=count, claim="reported", row=row)  # fmt: skip
            self._areas(cells)
        return int(is_read)

    def _line_of(self, measure: str, title: str, row: int, cells: Cells, count: int) -> int:
        """Keep a line that stands among the choices and is none, `Under Votes` or `Total Votes`; return 1 if kept."""
        if measure in NO_MEASURE:
            self._builder.leave_out(NO_MEASURE[measure])
            return 0
        stated = next((cells.get(column, "") for column, of in _MEASURES.items() if of == measure), "")
        if not stated:
            self._builder.add("reported", contest=title, measure=measure, count=count, claim="reported", row=row)
            return 1
        if figure_of(stated) == count:
            self._builder.leave_out(f"a line of {measure} among the choices repeats a column")
        else:
            rule = f"a line of {measure} among the choices repeats its column"
            self._builder.reject(self._name, row, rule, value=" | ".join(cells.values()))
        return 0

    def _areas(self, cells: Cells) -> None:
        stated = {column.rpartition("_")[2]: figure_of(text) for column, text in cells.items() if column[:4] == "num_"}
        done, all_of_them = stated.get("rptg"), stated.get("total")
        self._unreported += bool(done and all_of_them and done < all_of_them)

    def gather(self) -> Iterator[Batch]:
        """Put the lines together to contests; yield what is full of rows that cannot be read."""
        for title, lines in itertools.groupby((line.split(_NUL) for line in self._lines), lambda cells: cells[0]):
            self._gather_one(title, lines)
            if self._builder.full:
                yield self._builder.build()

    def _gather_one(self, title: str, lines: Iterator[list[str]]) -> None:
        """Put the lines of one contest together; measures and votes allowed are those of the first in the file."""
        first, allowed, measures, place = "", "", [""], 0
        choices: dict[str, tuple[int, str]] = {}
        for _, row, whole, *said in lines:
            if not said:
                rule = "a line has a contest, a choice and a whole number of votes"
                self._builder.reject(self._name, int(row), rule, value=whole)
                continue
            line = int(said[0])
            if not first:
                first, allowed, measures, place = row, said[3], said[4:], line
            elif measures != said[4:]:
                rule = "the lines of a contest repeat its voters, ballots, undervotes and overvotes; see row "
                self._builder.reject(self._name, int(row), f"{rule}{int(first)}", value=whole)
            place = min(place, line)
            choices.setdefault(said[1], (line, said[2]))
        if first:
            of_column = dict(zip(_MEASURES, measures, strict=True))
            self._unstated -= {column for column in self._unstated if figure_of(of_column[column] or "0") != 0}
            ordered = sorted(choices.items(), key=lambda item: (item[1][0], item[0]))
            parties = [text for choice, (_, party) in ordered for text in (choice, party)]
            self._contests.add(_NUL.join([f"{place + MAX_COUNT:013}", title, first, allowed, *measures, *parties]))

    def tell(self) -> Iterator[Batch]:
        """Add the contests in the order of their line numbers, with choices and measures; yield what is full."""
        for place, contest in enumerate(self._contests):
            _, title, row, allowed, *said = contest.split(_NUL)
            self._builder.add("contests", contest=title, votes_allowed=int(allowed) if allowed else None, place=place)
            parties = said[len(_MEASURES) :]
            for at, (choice, party) in enumerate(zip(parties[::2], parties[1::2], strict=True)):
                self._builder.add("choices", contest=title, choice=choice, party=party or None, kind=kind_of(choice),
                                  place=at)  # fmt: skip
            for column, text in zip(_MEASURES, said, strict=False):
                if text and column not in self._unstated:
                    self._measure(title, int(row), column, text)
            if self._builder.full:
                yield self._builder.build()
        if self._unstated:
            self._builder.tell("note", f"{' and '.join(sorted(self._unstated))} are 0 in every line: not stated")
        if self._namesakes:
            self._builder.tell("note", ONE_NAME)
        if self._unreported:
            self._builder.tell("partial", "not all areas had reported")

    def _measure(self, title: str, row: int, column: str, text: str) -> None:
        count = figure_of(text)
        if count is None:
            found = f"{text!r} ({title})"
            self._builder.reject(self._name, row, "a figure is a whole number", column=column, value=found)
            return
        self._builder.add("reported", contest=title, measure=_MEASURES[column], count=count, claim="reported",
                          row=row)  # fmt: skip


READER = Reader(
    name="clarity-summary-csv",
    title="Clarity summary.csv",
    source="summary.csv of Colorado's general election of 2024",
    gives=("reported", "contests", "choices", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,  # one file an election
    read=read,
)
