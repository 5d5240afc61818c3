"""ES&S cast vote records: tables of choices by name, ranked or not, alone or with lists of where each was scanned."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.ess.ballots import Ballots, is_ballots_table
from faircount.read.ess.cards import CardRows
from faircount.read.ess.cells import are_figures
from faircount.read.ess.header import (
    Header,
    cells_of_ranks,
    has_record_id,
    has_titled_ranks,
    header_of,
    is_ballots_header,
    named,
)
from faircount.read.ess.survey import Survey, surveyed
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.syntax.csv_rows import candidates, files_to_read, folder_jurisdictions, is_blank, plain_cell
from faircount.read.syntax.tables import LOOKED_AT, Table, head_of
from faircount.read.syntax.workbook import is_workbook

ONE_CONTEST = "one contest only: other contests, and cards without it, may have been left out of the export"
RULE = "ES&S cast vote records begin with a row of column names"
OPENED_BYTES = 256 << 10
"""Workbooks up to this size are opened to see what they are; larger ones are taken for cast vote records until read."""
CONTESTS_PER_FILE = 10_000
_CANDIDATE_ID = re.compile(r"cand\w* ?id|id")


@dataclass(frozen=True, slots=True)
class EssFiles:
    """The files of an export by what they hold, each in the order of names."""

    records: tuple[str, ...]
    """Tables of cast vote records."""
    ballots: tuple[str, ...]
    """Lists of where each was scanned."""
    names: tuple[str, ...]
    """Lists of choices' numbers and names."""
    other: tuple[str, ...]


def files_of(export: Export, names: tuple[str, ...]) -> EssFiles:
    """Sort the files of an export by their first rows."""
    found: dict[str, list[str]] = {"records": [], "ballots": [], "names": [], "other": []}
    opened = False
    for name in names:
        # An election of a large city is dozens of large workbooks: one is opened to know the kind of all.
        if opened and is_workbook(export, name) and export.size(name) > OPENED_BYTES:
            found["records"].append(name)
            continue
        kind = _kind(head_of(export, name))
        opened = opened or (kind == "records" and is_workbook(export, name))
        found[kind].append(name)
    return EssFiles(**{kind: tuple(held) for kind, held in found.items()})


def _kind(rows: list[list[str]]) -> str:
    rows = rows[:LOOKED_AT]
    if is_ballots_table(rows):
        return "ballots"
    if any(_is_records(cells) for cells in rows):
        return "records"
    return "names" if any(_is_names(cells) for cells in rows) else "other"


def _is_records(cells: list[str]) -> bool:
    if is_ballots_header(cells):
        return False
    return (has_record_id(cells) and len([c for c in cells if c.strip()]) > 1) or has_titled_ranks(cells)


def _is_names(cells: list[str]) -> bool:
    names = [name for cell in cells if (name := named(cell))]
    return 2 <= len(names) <= 8 and any(map(_CANDIDATE_ID.fullmatch, names)) and any("name" in name for name in names)


def recognise(export: Export) -> Recognition | None:
    """Claim tables with a column `Cast Vote Record`, or whose columns name a contest and a rank each."""
    files = files_of(export, candidates(export))
    if not files.records or files.other:
        return None
    rows = head_of(export, files.records[0])
    at = next((n for n, cells in enumerate(rows[:LOOKED_AT]) if _is_records(cells)), None)
    if at is None:
        return None
    header = rows[at]
    many = f"{len(files.records):,} files with" if len(files.records) > 1 else ""
    lists = f", {len(files.ballots):,} lists of ballots" if files.ballots else ""
    if has_record_id(header):
        return Recognition(90, "", f"{many} a column `Cast Vote Record`{lists}".strip())
    if not is_workbook(export, files.records[0]) and not _is_table(export, files.records[0], rows[at:]):
        return None
    if are_figures(cells_of_ranks(header, rows[at + 1 :])):
        return None
    counted = any(named(cell) == "count" for cell in header)
    return Recognition(86 if counted else 62, "", f"{many} columns that name a contest and a rank".strip())


def _is_table(export: Export, name: str, rows: list[list[str]]) -> bool:
    """Say whether what stands below a header that only looks like one are rows of it, and not prose, JSON or XML."""
    if export.head(name, 16).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    width = len(rows[0])
    below = [cells for cells in rows[1:] if not is_blank(cells)]
    fit = sum(len(cells) >= width and is_blank(cells[width:]) for cells in below)
    return fit * 2 >= len(below)


def plan(export: Export) -> tuple[Part, ...]:
    """Make each file of cast vote records a part; what all need lies beside them, the rest belongs to the first.

    Raises `BadInputError` when there is none, or several with one list of ballots to join.
    """
    names = files_to_read(export)
    alone = len(names) == 1 and is_workbook(export, names[0])  # not opened to see what it is: it is about to be read
    files = EssFiles(names, (), (), ()) if alone else files_of(export, names)
    records = files.records or (names if len(names) == 1 and not files.ballots else ())
    if not records:
        raise BadInputError(
            str(export), "an ES&S export holds a table of cast vote records", f"{len(names)} files, none of them such",
            "add the file whose columns are Cast Vote Record, Precinct, Ballot Style and the contests",
        )  # fmt: skip
    if files.ballots and len(records) > 1:
        raise BadInputError(
            str(export), "lists of ballots belong to one table of cast vote records", ", ".join(records),
            "read each table with its own lists",
        )  # fmt: skip
    needed = (*files.ballots, *files.names)
    beside = tuple(n for n in export.names if n not in records and n not in needed)
    return tuple(
        Part(number, (name, *needed, *(beside if number == 0 else ())), export.size(name))
        for number, name in enumerate(records)
    )


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the cards of one table, in the order of its rows, with its contests and their choices.

    Overvotes are as exported: a rank without names, or several choices at one rank where the cell names them. Raises
    `BadInputError` when the header contradicts itself, or lists of ballots are cut short.
    """
    builder = BatchBuilder()
    name, *beside = part.members
    files = files_of(export, tuple(beside))
    ballots = Ballots() if files.ballots else None
    choices: dict[str, str] = {}
    for other in beside:
        number = export.names.index(other)
        if other in files.names:
            choices |= _names(export, other)
        if ballots is not None and other in files.ballots:
            ballots.add(Table(export, other), builder, number)
        elif part.number == 0:
            builder.add_companion(export, number, other)
    table = Table(export, name)
    table.refuse_more(_is_records)
    survey = surveyed(table, lambda cells, row: _header(cells, row, table), RULE, choices)
    add_contests(builder, survey, part.number)
    if len(survey.header.contests) == 1:
        builder.tell("partial", ONE_CONTEST)
    number = export.names.index(name)
    shared = {*files.ballots, *files.names}  # where these lie says nothing of whose cards the tables hold
    folder = folder_jurisdictions([n for n in candidates(export) if n not in shared]).get(name)
    cards = CardRows(builder, survey, number, name, table.place, folder, ballots)
    yield from cards.read(table)
    table.record(builder, number, cards.records)
    _tell_odd(builder, cards.odd)
    if ballots is not None:
        yield from _finish_ballots(builder, ballots)
    for note in survey.notes:
        builder.tell("note", f"{name}: {note}")
    yield builder.finish(export, export.names)


def _header(cells: list[str], row: int, table: Table) -> Header | None:
    return header_of(cells, row, table.place, PurePosixPath(table.name).stem) if _is_records(cells) else None


def add_contests(builder: BatchBuilder, survey: Survey, part: int) -> None:
    """Add the contests of a table and their choices. A contest that several tables hold is said by each."""
    for place, (contest, choices) in enumerate(zip(survey.header.contests, survey.choices, strict=True)):
        builder.add(
            "contests",
            contest=contest.title,
            key=contest.key,
            votes_allowed=1 if contest.ranked else len(contest.columns),
            ranks=len(contest.columns) if contest.ranked else 0,
            place=part * CONTESTS_PER_FILE + place,
        )
        for at, choice in enumerate(choices.listed):
            builder.add(
                "choices", contest=contest.title, choice=choice.name, key=choice.key, party=choice.party,
                kind=choice.kind, place=at,
            )  # fmt: skip


def _finish_ballots(builder: BatchBuilder, ballots: Ballots) -> Iterator[Batch]:
    """Yield batches with the ballots of the lists that have no cast vote record, and say what did not join."""
    builder.add_facts(ballots.facts)
    if ballots.unlisted:
        builder.tell("note", f"cast vote records in no list of ballots, batch unknown: {ballots.unlisted:,}")
    _tell_odd(builder, ballots.odd)
    for file, row, record in ballots.without_record():
        rule = "a ballot of a list has its cast vote record"
        builder.reject(file, row, rule, "export the cast vote records again", column="Cast Vote Record", value=record)
        if builder.full:
            yield builder.build()


def _tell_odd(builder: BatchBuilder, odd: int) -> None:
    """Say how many cards have a `Tabulator CVR` that a spreadsheet program may have spoilt."""
    if odd:
        builder.tell(
            "note", f"Tabulator CVR that are neither ten digits nor sixteen hexadecimal ones: {odd:,}, as where a "
            "spreadsheet program has saved the file; no tabulator was read from them",
        )  # fmt: skip


def _names(export: Export, name: str) -> dict[str, str]:
    """Return number → name of a list of choices."""
    found: dict[str, str] = {}
    at: tuple[int, int] | None = None
    for _, cells in Table(export, name).rows():
        if at is None:
            if _is_names(cells):
                names = [named(cell) for cell in cells]
                number = next(i for i, n in enumerate(names) if _CANDIDATE_ID.fullmatch(n))
                at = (number, next(i for i, n in enumerate(names) if "name" in n and i != number))
            continue
        if len(cells) > max(at) and (key := plain_cell(cells[at[0]])):
            found.setdefault(key, plain_cell(cells[at[1]]) or key)
    return found


READER = Reader(
    name="ess",
    title="ES&S cast vote records",
    source="exports of Minneapolis 2013, Portland (Maine) 2015 and Jefferson County 2015; the form Arlo reads; RCTab's",
    gives=("cards", "votes", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
