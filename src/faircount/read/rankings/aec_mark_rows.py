"""Papers written as one row a numbered square, the rows of a paper one after the other."""

import itertools
from collections.abc import Callable, Iterator, Sequence

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import ONE, ExportedMark
from faircount.read.rankings.counted_rankings import MAX_CHOICES, Contest
from faircount.read.syntax.csv_rows import row_text

Row = tuple[int, list[str]]
MAX_NUMBER = 9_999


def rows_by_paper(rows: Iterator[Row], columns: Sequence[int]) -> Iterator[list[Row]]:
    """Yield the rows of each paper, named by the cells of `columns`; short rows stand alone."""
    widest = max(columns)

    def key(row: Row) -> tuple[object, ...]:
        number, cells = row
        return tuple(cells[c] for c in columns) if len(cells) > widest else (number,)

    for _, held in itertools.groupby(rows, key):
        paper = list(itertools.islice(held, MAX_CHOICES + 1))
        if len(paper) > MAX_CHOICES:
            raise BadInputError(f"row {paper[0][0]}", f"a paper has at most {MAX_CHOICES:,} rows", "more of one name")
        yield paper


def cast_paper(
    contest: Contest, rows: list[Row], number: int, choice_of: Callable[[list[str]], str | None], **columns: object
) -> Iterator[Batch]:
    """Add the paper whose rows these are; `number` is the column of the numbers, `choice_of` names a row's square.

    A row without a number is a square that is not part of the formal vote: it gives no mark. A paper whose numbers
    have no 1, or with a square or number that is none, is rejected row by row: its other rows may stand elsewhere.
    """
    marks: list[ExportedMark] = []
    wrong = ""
    ranks = contest.ranks_known
    for _, cells in rows:
        text = cells[number].strip() if len(cells) > number else "?"
        if not text:
            continue
        choice = choice_of(cells) if len(cells) > number else None
        if choice is not None and (mark := ranks.get((choice, text))) is not None:
            marks.append(mark)
        elif not (text.isascii() and text.isdecimal() and len(text) < 5 and 0 < int(text) <= MAX_NUMBER):
            wrong = f"a square has a number up to {MAX_NUMBER:,} or none"
        elif choice is None:
            wrong = "a row names a candidate or a group of the contest"
        else:
            marks.append(ranks.setdefault((choice, text), ExportedMark(choice, int(text))))
    if not wrong and marks and all(mark.rank != 1 for mark in marks):
        wrong = "the rows of a paper stand together and have a number 1 among them"
    if wrong:
        for row, cells in rows:
            contest.reject(row, wrong, "see the rows of this paper", row_text(cells)[:2000])
        yield from contest.builder.when_full()
        return
    marks.sort(key=lambda mark: mark.rank)
    yield from contest.cast(rows[0][0], ONE, tuple(marks), (), **columns)
