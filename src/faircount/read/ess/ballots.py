"""ES&S's lists of ballots ("Ballots" CSV files), which say of every cast vote record where it was scanned.

Five lines about the election may stand above the header (`Ballots`, a tag, the county, the date, an empty one) and
`Total : n` below the rows. One list holds 20,000 ballots at most, so an election has several.
"""

import contextlib
import datetime
import re
from collections.abc import Iterator
from itertools import islice

from faircount.model import BadInputError
from faircount.read.batch_builder import BatchBuilder
from faircount.read.ess.header import id_columns, is_ballots_header, named
from faircount.read.syntax.csv_rows import is_blank, plain_cell, row_text
from faircount.read.syntax.tables import LOOKED_AT, Table

MAX_BALLOTS = 20_000_000
_TEN_DIGITS = re.compile(r"(\d{4})(\d{6})", re.ASCII)
_SIXTEEN_HEX = re.compile(r"[0-9a-f]{16}", re.IGNORECASE)
_TOTAL = re.compile(r"total\s*:\s*([\d,]+)", re.IGNORECASE | re.ASCII)
_COLUMNS = ("batch", "tabulator", "counting_group", "precinct", "style")

_Row = tuple[int, int, str, tuple[str, ...]]


def scanned(tabulator_cvr: str, tabulator: str = "") -> dict[str, object]:
    """Return the columns of a card that its `Tabulator CVR` states.

    Ten digits are the tabulator and the card's number there; sixteen hexadecimal ones are printed on the card. What a
    spreadsheet has made of them (leading zeros lost, `4.78822E+15`) says nothing of the tabulator and is kept as it is.
    """
    columns: dict[str, object] = {"imprinted_id": tabulator_cvr}
    if found := _TEN_DIGITS.fullmatch(tabulator_cvr):
        columns |= {"tabulator": tabulator or found[1], "position": int(found[2])}
    return columns


def is_tabulator_cvr(text: str) -> bool:
    """Say whether this is a `Tabulator CVR` as ES&S writes it."""
    return bool(_TEN_DIGITS.fullmatch(text) or _SIXTEEN_HEX.fullmatch(text))


def is_ballots_table(rows: list[list[str]]) -> bool:
    """Say whether these first rows of a file are those of a list of ballots."""
    return any(is_ballots_header(cells) for cells in rows)


class Ballots:
    """All lists of ballots of an export, by cast vote record. Held in memory, about 300 bytes a ballot."""

    def __init__(self) -> None:
        self.facts: dict[tuple[str, str], None] = {}
        self._rows: dict[str, _Row] = {}
        self._files: list[str] = []
        self._titled = False
        self._words: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.odd = 0
        """Ballots whose `Tabulator CVR` is not as ES&S writes it."""
        self.unlisted = 0
        """Cast vote records that no list has."""

    def add(self, table: Table, builder: BatchBuilder, number: int) -> None:
        """Take one list. Raises `BadInputError` when it is cut short, or a ballot stands in it or another twice."""
        rows = table.rows(lambda row, text: self._misquoted(builder, table.name, row, text))
        ids, width = self._header(rows, table)
        file, records, total = len(self._files), 0, None
        self._files.append(table.name)
        for row, cells in rows:
            if is_blank(cells):
                continue
            if said := _TOTAL.fullmatch(cells[0].strip()):
                total = int(said[1].replace(",", ""))
                continue
            record = plain_cell(cells[ids["record"]]) if len(cells) > ids["record"] else ""
            if len(cells) < width or not record:
                rule = f"a ballot has its cast vote record and {width} cells"
                builder.reject(table.name, row, rule, "the file may be cut short", value=row_text(cells))
                continue
            self._take(table, row, file, record, cells, ids)
            records += 1
        if self._titled and total is None:
            raise BadInputError(table.place, "a list of ballots ends with `Total : n`", "none", "it is cut short")
        if total is not None and total != records:
            raise BadInputError(
                table.place, "a list of ballots holds as many as it states", f"{records:,} of {total:,}",
                "the file is cut short or was edited: export it again",
            )  # fmt: skip
        table.record(builder, number, records)

    @staticmethod
    def _misquoted(builder: BatchBuilder, name: str, row: int, text: str) -> None:
        builder.reject(name, row, "quotation marks stand around a whole cell", "quote the cell", value=text)

    def _header(self, rows: Iterator[tuple[int, list[str]]], table: Table) -> tuple[dict[str, int], int]:
        above: list[str] = []
        for _, cells in islice(rows, LOOKED_AT):
            if is_ballots_header(cells):
                names = [named(cell) for cell in cells]
                self._titled = above[:1] == ["Ballots"]
                self._tell(above)
                width = max(i for i, name in enumerate(names) if name) + 1
                return id_columns(names, len(names)), width
            # `Town, ST` and `November 5, 2024` are cells of one line where nobody quoted them.
            above += [text] if (text := ", ".join(filter(None, map(plain_cell, cells)))) else []
        raise BadInputError(
            table.place, "a list of ballots has the columns Cast Vote Record, Batch, Tabulator CVR", "no such row",
            "export the list of ballots again",
        )  # fmt: skip

    def _tell(self, above: list[str]) -> None:
        for text in above[1:]:
            name = "election_name"
            if date := _date(text):
                name, text = "election_date", date
            elif "," in text:
                name = "jurisdiction"
            self.facts[name, text] = None

    def _take(self, table: Table, row: int, file: int, record: str, cells: list[str], ids: dict[str, int]) -> None:
        if record in self._rows:
            other = self._rows[record]
            raise BadInputError(
                f"{table.place}, row {row}", "a cast vote record stands once in the lists of ballots",
                f"{record} again, after row {other[1]} of {self._files[other[0]]}", "remove the list that is repeated",
            )  # fmt: skip
        if len(self._rows) >= MAX_BALLOTS:
            raise BadInputError(table.place, f"lists of ballots hold at most {MAX_BALLOTS:,}", "more")
        words = tuple(plain_cell(cells[ids[column]]) if column in ids else "" for column in _COLUMNS)
        text = plain_cell(cells[ids["tabulator_cvr"]]) if "tabulator_cvr" in ids else ""
        self.odd += bool(text) and not is_tabulator_cvr(text)
        self._rows[record] = (file, row, text, self._words.setdefault(words, words))

    def columns_of(self, record: str) -> dict[str, object]:
        """Return the columns of the card with this cast vote record; empty, and counted, where no list has it."""
        found = self._rows.get(record)
        if found is None:
            self.unlisted += 1
            return {}
        file, row, text, words = found
        columns: dict[str, object] = {column: word for column, word in zip(_COLUMNS, words, strict=True) if word}
        if text:
            columns |= scanned(text, str(columns.get("tabulator") or ""))
        if row >= 0:
            self._rows[record] = (file, -row, text, words)
        return columns

    def without_record(self) -> Iterator[tuple[str, int, str]]:
        """Yield (file, row, cast vote record) of ballots of which no cast vote record was asked, in order."""
        for record, (file, row, _, _) in self._rows.items():
            if row >= 0:
                yield self._files[file], row, record


def _date(text: str) -> str:
    """Return a date written `November 5, 2024` or `11/05/2024` as YYYY-MM-DD; empty if it is none."""
    for shape in ("%B %d, %Y", "%m/%d/%Y"):
        with contextlib.suppress(ValueError):
            return datetime.datetime.strptime(text, shape).replace(tzinfo=datetime.UTC).date().isoformat()
    return ""
