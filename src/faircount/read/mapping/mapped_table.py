"""A table that no vendor's reader knows, read as its mapping says, row by row."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import MAPPING, Export
from faircount.read.mapping.mapping import FIGURES, UNITS, Column, Mapping, mapping_from
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results.results_words import measure_of, unit_of
from faircount.read.syntax.csv_rows import count_of, figure_of, is_blank, plain_cell, row_text
from faircount.read.syntax.tables import Table

MAX_MAPPING_BYTES = 8 << 20
TURNOUT = ("registered", "checked_in", "ballots_cast", "cards_cast")
MEASURES = {"reported": ("votes", "undervotes", "overvotes", "ballots_cast", "registered"), "turnout": TURNOUT}


def mapped(export: Export) -> tuple[str, str] | None:
    """Return (table, its mapping) of an export that is such a pair; else None."""
    if len(export.names) != 2:
        return None
    for name in export.names:
        if f"{name}{MAPPING}" in export.names:
            return name, f"{name}{MAPPING}"
    return None


def recognise(export: Export) -> Recognition | None:
    """Claim a table beside which a confirmed mapping lies: a person has said what it is."""
    pair = mapped(export)
    if pair is None:
        return None
    try:
        mapping = _mapping(export, pair[1])
    except BadInputError as error:
        return Recognition(100, "", f"a mapping lies beside it, which cannot be followed: {error}")
    if not mapping.confirmed:
        return None
    return Recognition(100, "", f"its mapping {pair[1]}: {mapping.table}")


def _mapping(export: Export, name: str) -> Mapping:
    return mapping_from(export.whole(name, MAX_MAPPING_BYTES), export.place(name))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the rows of the table as the mapping says, in their order; rows that do not fit are rejected and kept.

    Raises `BadInputError` when the mapping is not confirmed or the table's header is no longer the mapping's.
    """
    pair = mapped(export)
    if pair is None:
        rule = f"a table is read by the mapping beside it, its name and {MAPPING}"
        raise BadInputError(str(export), rule, ", ".join(export.names[:3]), "make one: faircount map FILE")
    name, by = pair
    mapping = _mapping(export, by)
    if not mapping.confirmed:
        raise BadInputError(export.place(by), "a person has confirmed the mapping", "it is a proposal", "faircount map")
    builder = BatchBuilder()
    table = Table(export, name)
    table.width = len(mapping.columns)
    sheet = _Cards(name, mapping, builder) if mapping.table == "cards" else _Figures(name, mapping, builder)
    headers = [column.header for column in mapping.columns]
    file, records, headed = export.names.index(name), 0, False
    for row, cells in table.rows(
        lambda row, text: builder.reject(name, row, "a quote is closed in its cell", value=text)
    ):
        yield from builder.when_full()  # of rows before this one, also those that were rejected
        if row < mapping.header_row or is_blank(cells):
            continue
        if row == mapping.header_row:
            _refuse_other_header(cells, mapping, table.place)
            headed = True
            continue
        if len(cells) < len(mapping.columns) or any(c.strip() for c in cells[len(mapping.columns) :]):
            rule = f"a row has {len(mapping.columns)} cells, as the mapping"
            builder.reject(name, row, rule, f"this row has {len(cells)}", value=row_text(cells))
            continue
        if [plain_cell(cell) for cell in cells[: len(headers)]] == headers:
            builder.reject(name, row, "a header is not a row of the table", "nothing, if the rows around it are whole")
            continue
        records += sheet.take(file, row, cells)
    if not headed:
        raise BadInputError(table.place, f"the header stands in row {mapping.header_row}", "fewer rows")
    sheet.finish()
    table.record(builder, file, records)
    builder.add_companion(export, export.names.index(by), by)
    builder.tell("mapping", f"{mapping.table}: " + ", ".join(f"{c.header!r} = {c.means}" for c in mapping.columns))
    yield builder.build()


def _refuse_other_header(cells: list[str], mapping: Mapping, place: str) -> None:
    for column in mapping.columns:
        found = plain_cell(cells[column.number - 1]) if len(cells) >= column.number else ""
        if found != column.header:
            rule = f"column {column.number} is {column.header!r}, as the mapping says"
            raise BadInputError(
                f"{place}, row {mapping.header_row}", rule, repr(found), "it is another file than was mapped",
            )  # fmt: skip


class _Figures:
    """Rows of manifest, turnout and reported."""

    def __init__(self, name: str, mapping: Mapping, builder: BatchBuilder) -> None:
        self.name, self.mapping, self.builder = name, mapping, builder
        self.place = 0

    def _cell(self, cells: list[str], means: str) -> str:
        for column in self.mapping.of(means):
            return plain_cell(cells[column.number - 1])
        return self.mapping.constant(means)

    def take(self, file: int, row: int, cells: list[str]) -> int:
        """Add what one row says; return 1 if it became rows of a table, else 0."""
        made = getattr(self, f"_{self.mapping.table}")(row, cells)
        return int(made)

    def finish(self) -> None:
        """Nothing is left to say."""

    def _reject(self, row: int, cells: list[str], rule: str, column: str | None = None) -> bool:
        self.builder.reject(
            self.name, row, rule, "correct the row or the mapping", column=column, value=row_text(cells)
        )
        return False

    def _manifest(self, row: int, cells: list[str]) -> bool:
        batch, cards = self._cell(cells, "batch"), count_of(self._cell(cells, "cards"))
        if not batch or cards is None:
            return self._reject(row, cells, "a batch has a name and a number of cards")
        if unit_of(batch) is None:
            return self._reject(row, cells, "a total is not a batch")
        where = {k: self._cell(cells, k) or None for k in ("container", "tabulator", "jurisdiction")}
        claim = self.mapping.constant("claim") or "manifest"
        self.builder.add("manifest", batch=batch, cards=cards, claim=claim, row=row, **where)
        return True

    def _figures(self, row: int, cells: list[str], columns: tuple[Column, ...]) -> list[tuple[Column, int]] | None:
        """Return column → figure; empty cells say nothing. None, and the row rejected, where one is no number."""
        found = []
        for column in columns:
            text = plain_cell(cells[column.number - 1])
            if text:
                figure = figure_of(text)
                if figure is None:
                    self._reject(row, cells, "a figure is a whole number", column.header)
                    return None
                found.append((column, figure))
        return found

    def _units(self, cells: list[str]) -> dict[str, str | None]:
        """Return the units of a row; a row `Total` is of none, as one that names none is."""
        return {unit: unit_of(self._cell(cells, unit)) for unit in UNITS}

    def _turnout(self, row: int, cells: list[str]) -> bool:
        wide = tuple(c for name in TURNOUT for c in self.mapping.of(name))
        figures = self._figures(row, cells, wide or self.mapping.of("count"))
        if figures is None:
            return False
        claim = self.mapping.constant("claim") or "reported"
        for column, figure in figures:
            measure = column.means if column.means != "count" else self._cell(cells, "measure")
            if measure not in TURNOUT:
                return self._reject(row, cells, f"a measure of turnout is one of {', '.join(TURNOUT)}")
            self.builder.add("turnout", measure=measure, count=figure, claim=claim, row=row, **self._units(cells))
        return bool(figures) or self._reject(row, cells, "a row states a figure")

    def _reported(self, row: int, cells: list[str]) -> bool:
        shared = {**self._units(cells), "claim": self.mapping.constant("claim") or "reported", "row": row}
        contest = self._cell(cells, "contest")
        wide = tuple(c for name in ("votes", *FIGURES) for c in self.mapping.of(name))
        long = self.mapping.of("count")
        figures = self._figures(row, cells, (*wide, *long))
        if figures is None:
            return False
        rows: list[dict[str, object]] = []
        for column, figure in figures:
            title = column.contest or contest
            measure, choice = column.means, column.choice
            if column.means == "count":
                measure, choice = self._cell(cells, "measure") or "votes", self._cell(cells, "choice")
                if measure == "votes" and (said := measure_of(choice)):
                    measure, choice = said, ""
            if not title or (measure == "votes") != bool(choice) or measure not in MEASURES["reported"]:
                return self._reject(row, cells, "votes name their contest and choice, other measures no choice")
            party = self._cell(cells, "party") or None if column.means == "count" else None
            rows.append(
                {"contest": title, "choice": choice or None, "measure": measure, "count": figure, "party": party}
            )
        for made in rows:
            self.builder.add("reported", **made, **shared)
        return bool(rows) or self._reject(row, cells, "a row states a figure")


class _Cards:
    """Cards: a row each, votes in columns of marks, choices or ranks."""

    def __init__(self, name: str, mapping: Mapping, builder: BatchBuilder) -> None:
        self.name, self.mapping, self.builder = name, mapping, builder
        self.columns: dict[str, list[Column]] = {}
        for column in mapping.columns:
            if column.means in ("choice", "mark", "rank"):
                self.columns.setdefault(column.contest or mapping.constant("contest"), []).append(column)
        self.about = {
            c.means: c.number - 1 for c in mapping.columns if c.means not in ("choice", "mark", "rank", "ignore")
        }
        self.seen: dict[str, set[str]] = {title: {c.choice for c in found if c.means == "mark"}
                                          for title, found in self.columns.items()}  # fmt: skip
        self.allowed = {
            title: dict(mapping.votes_allowed).get(title, max(1, sum(c.means == "choice" for c in found)))
            for title, found in self.columns.items()
            if found[0].means != "mark" or title in dict(mapping.votes_allowed)
        }
        """Votes allowed; not known for columns of marks unless the mapping says."""
        self.undervote = {text.casefold() for text in mapping.undervote}
        self.overvote = {text.casefold() for text in mapping.overvote}

    def take(self, file: int, row: int, cells: list[str]) -> int:
        """Add one card; return 1, or 0 where the row was rejected."""
        found: list[tuple[str, tuple[ExportedMark, ...], int | None, tuple[int, ...]]] = []
        for contest, columns in self.columns.items():
            held = [c for c in columns if cells[c.number - 1] not in self.mapping.absent]
            if not held:
                continue
            marks: list[ExportedMark] = []
            over: list[int] = []
            for column in held:
                text = plain_cell(cells[column.number - 1])
                if text.casefold() in self.overvote:
                    over.append(column.rank)
                elif column.means == "mark":
                    if text not in ("0", "1", ""):
                        return self._reject(row, cells, "a mark is 1 or 0", column.header)
                    if text == "1":
                        marks.append(ExportedMark(column.choice))
                elif text.casefold() not in self.undervote:
                    if not text:
                        return self._reject(row, cells, "the mapping says what an empty cell means", column.header)
                    marks.append(ExportedMark(text, column.rank or 1))
            ranked = any(c.rank for c in columns)
            allowed = self.allowed.get(contest, 1)
            found.append(
                (contest, tuple(marks), allowed if over and not ranked else None, tuple(over) if ranked else ())
            )
        try:
            about = self._about(cells)
        except ValueError as error:
            return self._reject(row, cells, str(error))
        card = self.builder.add_card(file=file, record=row, **about)  # type: ignore[arg-type]
        for contest, made, overvotes, ranks in found:
            self.seen[contest].update(mark.choice for mark in made)
            self.builder.add_vote(card, self.builder.pattern(contest, made, overvotes=overvotes, overvoted_ranks=ranks))
        return 1

    def _about(self, cells: list[str]) -> dict[str, object]:
        about: dict[str, object] = {
            name: value for name, value in self.mapping.everywhere if name in ("tabulator", "batch", *UNITS)
        }
        for name, at in self.about.items():
            text = plain_cell(cells[at])
            if not text:
                continue
            if unit_of(text) is None:
                raise ValueError("a total is not a card")
            if name in ("position", "sheet"):
                number = count_of(text)
                if number is None or number >= 1 << (31 if name == "position" else 15):
                    raise ValueError(f"{name} is a whole number")
                about[name] = number
            elif name == "weight":
                try:
                    weight = Decimal(text)
                except InvalidOperation as error:
                    raise ValueError("a weight is a decimal number") from error
                if not weight.is_finite() or not 0 <= weight < 10**12 or weight != round(weight, 6):
                    raise ValueError("a weight is below 10^12 and has at most six decimals")
                about[name] = weight
            else:
                about[name] = text
        return about

    def _reject(self, row: int, cells: list[str], rule: str, column: str | None = None) -> int:
        self.builder.reject(
            self.name, row, rule, "correct the row or the mapping", column=column, value=row_text(cells)
        )
        return 0

    def finish(self) -> None:
        """Add the contests and the choices met, by name."""
        for place, (contest, columns) in enumerate(self.columns.items()):
            ranks = max(c.rank for c in columns)
            self.builder.add("contests", contest=contest, ranks=ranks, votes_allowed=self.allowed.get(contest),
                             place=place)  # fmt: skip
            for at, choice in enumerate(sorted(self.seen[contest])):
                self.builder.add("choices", contest=contest, choice=choice, kind="regular", place=at)


READER = Reader(
    name="mapped-table",
    title="table with a mapping",
    source="docs/formats/mapped-table.md",
    gives=(
        "cards",
        "votes",
        "patterns",
        "contests",
        "choices",
        "manifest",
        "reported",
        "turnout",
        "files",
        "rejected",
        "facts",
    ),
    recognise=recognise,
    plan=one_part,  # one table, and its mapping
    read=read,
)
