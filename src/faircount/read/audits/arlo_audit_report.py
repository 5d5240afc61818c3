"""Arlo's audit report: one CSV of several tables, each under a line `######## NAME ########`."""

import re
from collections.abc import Iterator, Mapping, Sequence

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import (
    candidates,
    columns_of,
    count_of,
    head_rows,
    is_blank,
    open_rows,
    plain_cell,
    row_text,
)

REPORTED = "reported"
BATCH_SUMS = "sum of the reported batches"
SAMPLE_REPORTED = "reported, of the sampled batches"
SAMPLE_AUDITED = "audit boards, of the sampled batches"
SAMPLE_NOTE = (
    "figures of sampled batches have the measures sampled_votes and sampled_ballots, and the batch's name stands in "
    "the column `precinct`: they are a part of the votes and add up to no total of the contest"
)
_SECTION = re.compile(r"#{4,}\s*(.*?)\s*#{4,}")
_VOTES = re.compile(r"\s*(.+?):\s*([\d,]+)\s*(?:;|$)", re.S)
_FACT_NAMES = {"Election Name": "election_name", "Organization": "organization", "State": "state"}


def recognise(export: Export) -> Recognition | None:
    """Claim files that begin with the section ELECTION INFO."""
    names = candidates(export)
    for name in names:
        rows = head_rows(export, name)
        found = _SECTION.fullmatch(rows[0][0].strip()) if rows and rows[0] else None
        if found is None or found[1] != "ELECTION INFO":
            return None
    return Recognition(93, "", "sections of an Arlo audit report, the first ELECTION INFO") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield contests, choices, reported totals and sampled batches; everything else as facts, ballots as rejected.

    Raises `BadInputError` when a file does not begin with a section, or a section's header names a column twice.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        report = _Report(builder, name)
        with open_rows(export, name) as rows:
            for row, cells in rows:
                report.add(row, [plain_cell(cell) for cell in cells], f"{rows.place}, row {row}")
                if builder.full:
                    yield builder.build()
            report.finish(rows.place)
            builder.add_file(number, name, rows, report.records)
    yield builder.build()


class _Report:
    """One report on its way into tables, row by row."""

    def __init__(self, builder: BatchBuilder, name: str) -> None:
        self.builder, self.name = builder, name
        self.section = ""
        self.columns: dict[str, int] = {}
        self.records = 0
        self._contests = 0
        self._sampled = False

    def add(self, row: int, cells: Sequence[str], place: str) -> None:
        """Take a row: the line of a section, its header, or what the section says."""
        if is_blank(cells):
            return
        if found := _SECTION.fullmatch(cells[0]):
            self.section, self.columns = found[1].upper(), {}
        elif not self.section:
            raise BadInputError(
                place, "an audit report begins with ######## ELECTION INFO ########", repr(row_text(cells)[:80])
            )
        elif not self.columns:
            self.columns = columns_of(cells, place)
        elif len(cells) < max(self.columns.values()) + 1 or any(cells[max(self.columns.values()) + 1 :]):
            self._reject(row, cells, "a row has as many cells as its section's header", "look for a comma")
        else:
            self._record(row, cells, {column: cells[at] for column, at in self.columns.items()})

    def finish(self, place: str) -> None:
        """Refuse a file without any section; say how sampled batches are kept."""
        if not self.section:
            raise BadInputError(place, "an audit report begins with ######## ELECTION INFO ########", "an empty file")
        if self._sampled:
            self.builder.add_facts([("note", SAMPLE_NOTE)])

    def _record(self, row: int, cells: Sequence[str], text: Mapping[str, str]) -> None:
        self.records += 1
        if self.section == "ELECTION INFO":
            for column, value in text.items():
                self.builder.tell(_FACT_NAMES.get(column, f"election: {column}"), value)
        elif self.section == "CONTESTS":
            self._contest(row, text)
        elif self.section == "SAMPLED BATCHES":
            self._batch(row, text)
        elif self.section in ("AUDIT SETTINGS", "ROUNDS", "AUDIT BOARDS"):
            said = "; ".join(f"{column}: {value}" for column, value in text.items() if value)
            self.builder.tell(self.section.lower(), said)
        else:
            self.records -= 1
            rule = f"rows of the section {self.section} are not read: no sample shows what they mean"
            self._reject(row, cells, rule, "send a sample of such a report")

    def _contest(self, row: int, text: Mapping[str, str]) -> None:
        title = text.get("Contest Name", "")
        if not title:
            self._reject(row, list(text.values()), "a contest has a name", "name the contest")
            return
        seats, allowed = count_of(text.get("Number of Winners", "")), count_of(text.get("Votes Allowed", ""))
        self.builder.add("contests", contest=title, seats=seats, votes_allowed=allowed, place=self._contests)
        self._contests += 1
        for column, claim in (("Vote Totals", REPORTED), ("Vote Totals from Batches", BATCH_SUMS)):
            votes = self._votes(row, column, text.get(column, ""))
            for place, (choice, count) in enumerate(votes.items()):
                if claim == REPORTED:
                    self.builder.add("choices", contest=title, choice=choice, kind=_kind(choice), place=place)
                self.builder.add("reported", contest=title, choice=choice, measure="votes", count=count, claim=claim,
                                 row=row)  # fmt: skip
        if (cast := count_of(text.get("Total Ballots Cast", ""))) is not None:
            self.builder.add("reported", contest=title, measure="ballots_cast", count=cast, claim=REPORTED, row=row)
        known = {"Contest Name", "Number of Winners", "Votes Allowed", "Vote Totals", "Vote Totals from Batches",
                 "Total Ballots Cast"}  # fmt: skip
        rest = "; ".join(f"{column}: {value}" for column, value in text.items() if value and column not in known)
        self.builder.tell("contests", f"{title}: {rest}" if rest else "")

    def _batch(self, row: int, text: Mapping[str, str]) -> None:
        """Add what was reported and what was audited of a sampled batch; the row of totals is a fact."""
        county, batch = text.get("Jurisdiction Name", ""), text.get("Batch Name", "")
        said = "; ".join(f"{column}: {value}" for column, value in text.items() if value)
        if county == "Totals" and not batch:
            self.builder.tell("sampled batches", said)
            return
        if not county or not batch:
            self._reject(row, list(text.values()), "a sampled batch has a jurisdiction and a name", "name them")
            return
        self._sampled = True
        rest = "; ".join(
            f"{column}: {value}" for column, value in text.items()
            if value and column not in ("Jurisdiction Name", "Batch Name", "Ballots in Batch")
            and not column.startswith(("Reported Results", "Audit Results"))
        )  # fmt: skip
        self.builder.tell("sampled batch", f"{county}: {batch}: {rest}")
        ballots = count_of(text.get("Ballots in Batch", ""))
        for column, value in text.items():
            kind, _, title = column.partition(": ")
            claim = {"Reported Results": SAMPLE_REPORTED, "Audit Results": SAMPLE_AUDITED}.get(kind)
            if claim is None or not title:
                continue
            where = {"contest": title, "jurisdiction": county, "precinct": batch, "row": row}
            for choice, count in self._votes(row, column, value).items():
                self.builder.add("reported", choice=choice, measure="sampled_votes", count=count, claim=claim, **where)
            if claim == SAMPLE_REPORTED and ballots is not None:
                self.builder.add("reported", measure="sampled_ballots", count=ballots, claim=claim, **where)

    def _votes(self, row: int, column: str, cell: str) -> dict[str, int]:
        """Return choice → votes of a cell `Ada: 12; Bo: 7`; one that says something else is kept as rejected."""
        found, end = {}, 0
        for match in _VOTES.finditer(cell):
            count = count_of(match[2])
            if count is not None and match.start() == end and match[1] not in found:
                found[match[1]], end = count, match.end()
        if cell[end:].strip():
            rule = "votes are written as choice: number, joined by semicolons"
            self.builder.reject(self.name, row, rule, "see what the cell should hold", column=column, value=cell)
            return {}
        return found

    def _reject(self, row: int, cells: Sequence[str], rule: str, fix: str) -> None:
        self.builder.reject(self.name, row, rule, fix, value=row_text(cells))


def _kind(choice: str) -> str:
    return "write-in" if choice.casefold().replace("-", "").replace(" ", "") in ("writein", "writeins") else "regular"


READER = Reader(
    name="arlo-audit-report",
    title="Arlo audit report",
    source="Georgia Secretary of State, final audit report of November 2025; Arlo user manual, audit reports",
    gives=("contests", "choices", "reported", "files", "rejected", "facts"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
