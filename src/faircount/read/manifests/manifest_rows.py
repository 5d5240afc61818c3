"""What CSV and XLSX ballot manifests share: which header means what, and how a row becomes a batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from faircount.model import BadInputError, name_key
from faircount.read.batch_builder import BatchBuilder
from faircount.read.syntax.csv_rows import BROKEN, count_of, is_blank, plain_cell, row_text

CLAIM = "manifest"
HEADER_ROWS = 10
"""A header stands within the first rows; above it there may be titles."""

_MEANINGS: dict[str, frozenset[str]] = {
    "jurisdiction": frozenset(["county", "countyid", "countyname", "jurisdiction", "jurisdictionname"]),
    "tabulator": frozenset(
        ["tabulator", "tabulatorid", "tabulatornum", "tabulatornumber", "tabulatorname", "device", "deviceid",
         "devicenumber", "scanner", "scannerid", "scannernumber", "machine", "machineid"]
    ),
    "batch": frozenset(["batch", "batchid", "batchname", "batchnum", "batchnumber", "batchno"]),
    "cards": frozenset(
        ["ofballotcards", "ofballotscards", "ofballots", "ofcards", "numballots", "numcards", "numballotcards",
         "numberofballots", "numberofballotcards", "numberofcards", "totalballots", "totalcards", "ballots", "cards",
         "ballotcards", "ballotcount", "cardcount"]
    ),
    "container": frozenset(
        ["location", "storagelocation", "locationbox", "container", "containerid", "tray", "box", "bin", "cart",
         "vbmcartcartnumber", "cartcartnumber", "cartnumber"]
    ),
    "cvr": frozenset(["cvr"]),
}  # fmt: skip
_MEANING_OF = {word: meaning for meaning, words in _MEANINGS.items() for word in words}
_COLORADO = ("jurisdiction", "tabulator", "batch", "cards", "container")
_FOREIGN = frozenset(
    ["candidate", "contest", "choice", "votes", "cvrnumber", "castvoterecord", "imprintedid", "ballotstyle",
     "ballottype", "precinctportion", "office"]
)  # fmt: skip
_TOTALS = frozenset(["total", "totals", "grand total", "grand totals", "subtotal", "sub total", "sum", "county total"])


@dataclass(frozen=True, slots=True)
class ManifestColumns:
    """Where a manifest keeps what: index of each column, the names of the containers' columns, notes on the reading."""

    batch: int
    cards: int
    jurisdiction: int | None
    tabulator: int | None
    containers: tuple[tuple[int, str], ...]
    cvr: int | None
    """Arlo's hybrid audits: whether the batch's cards have cast vote records, Yes or No."""
    header: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns the header has, nameless ones at its end left out."""
        return len(self.header)

    def why(self) -> str:
        """Return in words which columns were found."""
        names = [self.header[at] for at in (self.tabulator, self.batch, self.cards) if at is not None]
        return "a ballot manifest by its columns " + ", ".join(repr(name) for name in names)


def manifest_columns(header: Sequence[str]) -> ManifestColumns | None:
    """Return what the columns of this header mean, None if it is no manifest's: it names batches and their cards.

    Names are compared without case, blanks and punctuation. By position (county, tabulator, batch, cards, location)
    only where tabulator, batch and location, or tabulator, batch and cards, say by name that it is Colorado's order.
    Raises `BadInputError` (place `header`) where two columns claim to hold the same.
    """
    names = [plain_cell(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    keys = [name_key(name).replace(" ", "") for name in names]
    if _FOREIGN & set(keys):
        return None
    meanings = [_MEANING_OF.get(key) for key in keys]
    notes = _fill_by_position(names, meanings)
    at: dict[str, list[int]] = {}
    for index, meaning in enumerate(meanings):
        if meaning:
            at.setdefault(meaning, []).append(index)
    if "batch" not in at or "cards" not in at:
        return None
    for meaning, found in at.items():
        if len(found) > 1 and meaning != "container":
            twins = ", ".join(repr(names[i]) for i in found)
            raise BadInputError("header", f"one column holds the {meaning}", twins, "rename or remove one of them")
    unread = [name for name, meaning in zip(names, meanings, strict=True) if name and not meaning]
    if unread:
        notes.append("columns that a manifest of batches has no place for: " + ", ".join(unread))
    return ManifestColumns(
        batch=at["batch"][0],
        cards=at["cards"][0],
        jurisdiction=at.get("jurisdiction", [None])[0],
        tabulator=at.get("tabulator", [None])[0],
        cvr=at.get("cvr", [None])[0],
        containers=tuple((i, names[i]) for i in at.get("container", ())),
        header=tuple(names),
        notes=tuple(notes),
    )


def _fill_by_position(names: list[str], meanings: list[str | None]) -> list[str]:
    """Give the county's or the count's column its meaning where the others stand in Colorado's order; say so."""
    first = meanings[:5]
    if len(first) < 5 or first[1:3] != ["tabulator", "batch"]:
        return []
    notes = []
    for place, needed in ((0, 3), (3, 4)):
        if first[place] is None and first[needed] == _COLORADO[needed] and _COLORADO[place] not in meanings:
            meanings[place] = _COLORADO[place]
            notes.append(f"column {place + 1}, headed {names[place]!r}, is read as the {_COLORADO[place]} by position")
    return notes


def find_header(rows: Iterable[Sequence[str]]) -> ManifestColumns | None:
    """Return the columns of the first row that is a manifest's header, None if there is none; never raises."""
    for number, row in enumerate(rows):
        if number >= HEADER_ROWS:
            break
        try:
            if found := manifest_columns(row):
                return found
        except BadInputError:
            return None
    return None


def facts_of_all(jurisdictions: set[str], folders: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what all manifests of an export say together, as facts: their one jurisdiction, and where it was read."""
    if folders and jurisdictions & set(folders.values()):
        yield "note", "where no column names the county, the file's folder names its jurisdiction"
    if len(jurisdictions) == 1:
        yield "jurisdiction", next(iter(jurisdictions))


class ManifestFile:
    """Turns the rows of one manifest into rows of the canonical table, what is none of its batches into rejections.

    `name` is the file's, `place` how an error names it, `jurisdiction` what holds where no column says it. `records`
    counts the batches, `jurisdictions` and `notes` are complete when all rows are through.
    """

    def __init__(self, name: str, place: str, jurisdiction: str | None) -> None:
        self.name, self.place, self.jurisdiction = name, place, jurisdiction
        self.records = 0
        self.jurisdictions: set[str] = set()
        self.notes: tuple[str, ...] = ()
        self._by_cvr: dict[str, list[str]] = {}

    def read(self, rows: Iterable[tuple[int, Sequence[str]]], builder: BatchBuilder) -> Iterator[None]:
        """Add every row to `builder`; yield after each, so that the caller may `build` in between.

        Raises `BadInputError` when there is no header among the first rows.
        """
        columns: ManifestColumns | None = None
        blank: list[int] = []
        for number, cells in rows:
            if columns is None:
                columns = self._header(number, cells, builder)
            elif is_blank(cells):
                blank += [] if cells is BROKEN else [number]
            else:
                # Blank rows at the end carry nothing; between batches they may stand for one that was lost.
                for row in blank:
                    builder.reject(self.name, row, "a row between batches names a batch", "see what it should hold")
                blank.clear()
                self._row(number, cells, columns, builder)
            yield
        if columns is None:
            raise self._no_header()
        self.notes += tuple(
            f"{self.name}: CVR is {answer!r} for {len(batches):,} of {self.records:,} batches: {', '.join(batches)}"
            for answer, batches in sorted(self._by_cvr.items()) if answer.casefold() != "yes"
        )  # fmt: skip

    def _header(self, number: int, cells: Sequence[str], builder: BatchBuilder) -> ManifestColumns | None:
        try:
            columns = manifest_columns(cells)
        except BadInputError as error:
            raise BadInputError(f"{self.place}, row {number}", error.rule, error.found, error.fix) from error
        if columns:
            self.notes += tuple(f"{self.name}: {note}" for note in columns.notes)
        elif number >= HEADER_ROWS:
            raise self._no_header()
        elif not is_blank(cells):
            title = row_text(cells)
            self.notes += (f"{self.name}: row {number}, above the header: {title[:200]}",)
        return columns

    def _no_header(self) -> BadInputError:
        return BadInputError(
            self.place,
            "a ballot manifest has a header that names the batch and its number of cards",
            f"none in the first {HEADER_ROWS} rows",
            "head the columns County, Tabulator, Batch, # of Ballot Cards, Location",
        )

    def _row(self, number: int, cells: Sequence[str], columns: ManifestColumns, builder: BatchBuilder) -> None:
        """Add one row as a batch, or keep it as rejected with the first rule that it breaks."""
        text = [plain_cell(cell) for cell in cells]
        if any(text[columns.width :]):
            extra = row_text(text[columns.width :])
            self._reject(builder, number, None, extra, "a row has no more cells than the header", "look for a comma")
            return
        text += [""] * (columns.width - len(text))
        if any(name_key(cell) in _TOTALS for cell in text):
            self._reject(builder, number, None, row_text(text), "a total is not a batch", "nothing, if it is a total")
            return
        batch, stated = text[columns.batch], text[columns.cards]
        if not batch:
            self._reject(
                builder, number, columns.batch, row_text(text), "a batch has a name", "name the batch", columns
            )
            return
        cards = count_of(stated)
        if cards is None:
            rule = "a number of cards is a whole number, 0 or more"
            self._reject(builder, number, columns.cards, stated, rule, "count the batch and state it", columns)
            return
        jurisdiction = text[columns.jurisdiction] if columns.jurisdiction is not None else self.jurisdiction
        if jurisdiction:
            self.jurisdictions.add(jurisdiction)
        builder.add(
            "manifest",
            jurisdiction=jurisdiction or None,
            container=_container(text, columns),
            tabulator=(text[columns.tabulator] or None) if columns.tabulator is not None else None,
            batch=batch,
            cards=cards,
            claim=CLAIM,
            row=number,
        )
        self.records += 1
        if columns.cvr is not None:
            self._by_cvr.setdefault(text[columns.cvr], []).append(batch)

    def _reject(
        self,
        builder: BatchBuilder,
        number: int,
        at: int | None,
        value: str,
        rule: str,
        fix: str,
        columns: ManifestColumns | None = None,
    ) -> None:
        column = columns.header[at] if columns and at is not None else None
        builder.reject(self.name, number, rule, fix, column=column, value=value)


def _container(text: Sequence[str], columns: ManifestColumns) -> str | None:
    """Return where the batch is stored; with several such columns each value is preceded by its column's name."""
    if len(columns.containers) == 1:
        return text[columns.containers[0][0]] or None
    return " · ".join(f"{name} {text[at]}" for at, name in columns.containers if text[at]) or None
