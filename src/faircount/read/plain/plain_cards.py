"""Cast vote records as plain CSV: one row a card and contest, the choices in one cell.

Columns: `card` (required), any of jurisdiction, tabulator, batch, position, imprinted_id, sheet, style, precinct,
counting_group, ballot, weight, then `contest` and `choices` (required). Rows of one card stand together; what they say
of the card is said in its first row, and later rows say the same or nothing. So do cards of one ballot.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from faircount.model import Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import open_rows
from faircount.read.syntax.named_rows import A_HEADER, Cells, is_header, named_rows, reject_broken
from faircount.read.syntax.seen_names import SeenNames

_WORDS = ("jurisdiction", "tabulator", "batch", "style", "precinct", "counting_group", "imprinted_id")
_NUMBERS = {"position": 2**31 - 1, "sheet": 2**15 - 1}
_CARD_COLUMNS = (*_WORDS, *_NUMBERS, "ballot", "weight")
_WEIGHT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_NUMBER = re.compile(r"[0-9]{1,10}")

Marks = tuple[tuple[int, str], ...]


class PlainCards:
    """Cards, votes and patterns of one file, on their way into batches that end between two ballots."""

    def __init__(self, name: str, file: int, builder: BatchBuilder) -> None:
        self._name, self._file, self._builder = name, file, builder
        self._said: dict[str, str] = {}
        self._label = self._ballot = ""
        self._good = False
        self._contests: set[str] = set()
        self._seen_cards, self._seen_ballots = SeenNames(), SeenNames()
        self._card = self._ballots = self._records = 0
        self._closed: list[Batch] = []
        self._patterns: dict[tuple[str, str], int] = {}
        """(contest, choices as written) → the builder's pattern, until it builds: most cells say what another said."""

    def read(self, export: Export) -> Iterator[Batch]:
        """Yield the file's cards and record it."""
        with open_rows(export, self._name, reject_broken(self._name, self._builder)) as rows:
            for row, cells in named_rows(rows, self._name, self._builder):
                if cells is not None:
                    self._take(row, cells)
                if self._closed:
                    yield self._closed.pop()
                yield from self._builder.when_much_is_rejected()
            self._builder.add_file(self._file, self._name, rows, self._records)
        # The next file's cards are another's: no ballot of this one goes on there.
        yield self._builder.build()

    def _take(self, row: int, cells: Cells) -> None:
        """Turn one row into a vote, and into a card where it is the first row of one."""
        label = cells["card"]
        if not label:
            self._reject(row, "card is not empty", cells, "card")
            return
        if is_header(cells):
            self._reject(row, A_HEADER, cells, "card")
            return
        if label != self._label:
            self._open(row, label, cells)
        elif not self._good:
            self._reject(row, "rows of a card follow a first row that could be read", cells, "card")
            return
        if not self._good or not self._agrees(row, cells):
            return
        contest, text = cells["contest"], cells["choices"]
        if not contest:
            if text:
                self._reject(row, "choices name their contest", cells, "contest")
            return  # a card without any contest: it exists and is counted
        if contest in self._contests:
            self._reject(row, "a card holds a contest once", cells, "contest")
            return
        pattern = self._patterns.get((contest, text))
        if pattern is None:
            marks, rule = marks_of(text)
            if rule:
                self._reject(row, rule, cells, "choices")
                return
            made = tuple(ExportedMark(choice, rank) for rank, choice in marks)
            pattern = self._patterns[contest, text] = self._builder.pattern(contest, made)
        self._contests.add(contest)
        self._builder.add_vote(self._card, pattern)

    def _open(self, row: int, label: str, cells: Cells) -> None:
        """Begin a card; `_good` stays false where its first row cannot be read, and its rows are all rejected."""
        said = {column: cells.get(column, "") for column in _CARD_COLUMNS}
        ballot = said["ballot"]
        same_ballot = bool(ballot) and ballot == self._ballot
        self._label, self._said, self._contests, self._good = label, said, set(), False
        rule, column = _broken(said)
        if not self._seen_cards.add(label):
            rule, column = "rows of a card stand together, and two cards do not share a name", "card"
        elif ballot in self._seen_ballots and not same_ballot:
            rule, column = "cards of a ballot stand together", "ballot"
        if rule:
            self._reject(row, rule, cells, column)
            return
        if not same_ballot:
            if self._builder.full:
                self._closed.append(self._builder.build())
                self._patterns.clear()
                self._ballots = 0
            self._ballots += 1
        self._ballot = ballot
        if ballot:
            self._seen_ballots.add(ballot)
        words: dict[str, object] = {name: said[name] or None for name in _WORDS}
        # A person must be able to find the card again: its name here, where the file has no imprinted id.
        words["imprinted_id"] = said["imprinted_id"] or label
        numbers = {name: int(said[name]) if said[name] else None for name in _NUMBERS}
        self._card = self._builder.add_card(
            file=self._file,
            record=row,
            ballot=self._ballots - 1,
            weight=Decimal(said["weight"] or 1),
            **words,
            **numbers,
        )
        self._records += 1
        self._good = True

    def _agrees(self, row: int, cells: Cells) -> bool:
        for column, first in self._said.items():
            later = cells.get(column, "")
            if later and later != first:
                self._reject(row, f"rows of a card agree; {column} was {first!r}", cells, column)
                return False
        return True

    def _reject(self, row: int, rule: str, cells: Cells, column: str) -> None:
        self._builder.reject(self._name, row, rule, column=column, value=" | ".join(cells.values()))


def _broken(said: Cells) -> tuple[str, str]:
    """Return the rule that the first row of a card breaks and its column; two empty words if none."""
    for column, most in _NUMBERS.items():
        if said[column] and not (_NUMBER.fullmatch(said[column]) and int(said[column]) <= most):
            return f"{column} is a whole number up to {most:,}", column
    if said["weight"] and not _WEIGHT.fullmatch(said["weight"]):
        return "weight is a number with at most six decimals, written 12.5", "weight"
    return "", ""


def marks_of(text: str) -> tuple[Marks, str]:
    r"""Return the marks (rank, choice) that a `choices` cell states, sorted, and the rule it breaks, empty if none.

    `A|B` marks two choices. `A>B` ranks A first and B second, `A=B>C` gives A and B both rank 1 and C rank 2, `A>>B`
    leaves rank 2 empty. An empty cell is a blank contest. A backslash before `|`, `>`, `=` or `\` makes it part of a
    name. Empty ranks after the last choice say nothing and are allowed.
    """
    if not text.strip():
        return (), ""
    parts, separators, rule = _split(text)
    if rule:
        return (), rule
    ranked = ">" in separators or "=" in separators
    if ranked and "|" in separators:
        return (), "choices are either marked (|) or ranked (> and =)"
    marks: list[tuple[int, str]] = []
    rank = 1
    for part, before, after in zip(parts, ["", *separators], [*separators, ""], strict=True):
        rank += before == ">"
        if not part:
            if before in ("|", "=") or after in ("|", "="):
                return (), "| and = stand between two choices"
        elif (rank, part) in marks:
            return (), "a choice is marked once, or once at each rank"
        elif rank > 2**15 - 1:
            return (), "a rank is at most 32,767"
        else:
            marks.append((rank, part))
    return tuple(sorted(marks)), ""


def _split(text: str) -> tuple[list[str], list[str], str]:
    """Return the names between unescaped separators, the separators, and the rule that is broken, empty if none."""
    parts, separators = [""], []
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, "")
            if escaped not in ("|", ">", "=", "\\"):
                return [], [], "a backslash stands before | > = or another backslash"
            parts[-1] += escaped
        elif letter in "|>=":
            separators.append(letter)
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts], separators, ""


__all__ = ["PlainCards", "marks_of"]
