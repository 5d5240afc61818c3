"""Formal preferences of Australian Senate elections: one row a paper, as the Electoral Commission publishes them."""

import re
from collections.abc import Iterator, Sequence

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import ONE, BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.aec_papers import Candidate, Group, Paper
from faircount.read.rankings.counted_rankings import GIVES, Contest, stem
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import CsvRows, candidates, head_rows, is_blank, open_rows, plain_cell, row_text

COLUMNS_2019 = (
    "State", "Division", "Vote Collection Point Name", "Vote Collection Point ID", "Batch No", "Paper No",
)  # fmt: skip
COLUMNS_2016 = (
    "ElectorateNm", "VoteCollectionPointNm", "VoteCollectionPointId", "BatchNo", "PaperNo", "Preferences",
)  # fmt: skip
NAMES_FILE = "SenateFirstPrefsByStateByVoteType"
"""The published table that names the groups and candidates; the form of 2016 has no names of its own."""
_STATE = re.compile(r"(?:^|[-_ ])(ACT|NSW|NT|QLD|SA|TAS|VIC|WA)(?:[-_ .]|$)")
_SPECIAL = re.compile(r"(ABSENT|POSTAL|PRE_POLL|PROVISIONAL)\b")
TICK_OR_CROSS = "tick-or-cross"
"""A first preference written as a tick or a cross, which the law takes for a 1; exported as * and /."""
_SIGNS = ("*", "/")
MAX_NUMBER = 9_999
MAX_KNOWN = 100_000
"""Squares as written whose mark is remembered."""
_Known = dict[tuple[int, str], ExportedMark]
"""(index of the choice, text of its square) → the mark that it is."""


def recognise(export: Export) -> Recognition | None:
    """Claim CSV files whose first columns are those of formal preferences of 2016 or of 2019 and later."""
    version = ""
    for name in candidates(export):
        header = _header(export, name)
        if header == COLUMNS_2019:
            version = "2019"
        elif header == COLUMNS_2016:
            version = version or "2016"
        elif NAMES_FILE not in name:
            return None
    return Recognition(94, version, "columns of the Senate's formal preferences") if version else None


def _header(export: Export, name: str) -> tuple[str, ...]:
    rows = head_rows(export, name, 1 << 18) or [[]]
    return tuple(plain_cell(cell) for cell in rows[0][:6])


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the papers of each file, a state or territory, as cards of one contest.

    Raises `BadInputError` for a file of 2016 without the published table of names beside it, and for columns that
    do not divide into squares above and below the line.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        if NAMES_FILE in name and _header(export, name) not in (COLUMNS_2016, COLUMNS_2019):
            builder.add_companion(export, number, name)
            continue
        with open_rows(export, name) as rows:
            lines = iter(rows)
            row, header = next(lines, (1, []))
            header = [plain_cell(cell) for cell in header]
            if tuple(header[:6]) not in (COLUMNS_2016, COLUMNS_2019):
                rule = "the first columns are those of formal preferences"
                raise BadInputError(f"{rows.place}, row {row}", rule, row_text(header[:6]))
            yield from _papers(export, builder, number, name, rows, lines, header)
    yield builder.build()


def _papers(
    export: Export, builder: BatchBuilder, number: int, name: str, rows: CsvRows,
    lines: Iterator[tuple[int, list[str]]], header: list[str],
) -> Iterator[Batch]:  # fmt: skip
    old = tuple(header[:6]) == COLUMNS_2016
    contest: Contest | None = None
    paper = _named_beside(export, name, rows.place) if old else _squares(header[6:], rows.place)
    width = len(paper.choices)
    stated = _state_of(name) if old else None
    known: _Known = {}
    for row, cells in lines:
        if is_blank(cells) or cells[0].startswith("---"):
            continue
        cells[:6] = map(plain_cell, cells[:6])
        if contest is None:
            state = stated if old else cells[0]
            contest = paper.contest(builder, number, name, rows.place, f"Senate, {state or stem(name)}")
            contest.state(place=number, key=state or stem(name), ranks=paper.ranks, district=state)
            builder.add_facts([("partial", "formal papers only")])
        squares = cells[5].split(",") if old and len(cells) > 5 else cells[6:]
        yield from _paper(contest, row, cells, ["", *cells[:5]] if old else cells[:6], squares, width, known)
        yield from builder.when_full()
    builder.add_file(number, name, rows, contest.cards if contest else 0)


def _paper(
    contest: Contest, row: int, cells: list[str], about: Sequence[str], squares: list[str], width: int, known: _Known
) -> Iterator[Batch]:
    """Add a paper; `about` is state, division, collection point and its id, batch, paper."""
    if len(about) < 6 or len(squares) > width or not about[5]:
        rule = f"a paper has six columns and then {width} squares"
        contest.reject(row, rule, "see the row", row_text(list(map(plain_cell, cells))))
        return
    marks: list[ExportedMark] = []
    for place in enumerate(squares):
        if not place[1]:
            continue
        mark = known.get(place)
        if mark is None:
            text, name = plain_cell(place[1]), contest.choices[place[0]].name
            if not text:
                continue
            mark = _mark(name, text)
            if mark is None:
                rule = f"a square is empty, a number up to {MAX_NUMBER:,}, * or /"
                contest.reject(row, rule, "correct the square", row_text(list(map(plain_cell, cells))), name)
                return
            if len(known) < MAX_KNOWN:
                known[place] = mark
        marks.append(mark)
    special = _SPECIAL.match(about[2])
    marks.sort(key=lambda mark: mark.rank)
    yield from contest.cast(
        row, ONE, tuple(marks), jurisdiction=about[1] or None, precinct=about[2] or None,
        tabulator=about[3] or None, batch=about[4] or None,
        position=int(about[5]) if about[5].isdecimal() and len(about[5]) < 10 else None,
        counting_group=special[1] if special else None,
    )  # fmt: skip


def _mark(choice: str, text: str) -> ExportedMark | None:
    """Return the mark that the text of a square is; None where it is none."""
    if text in _SIGNS:
        return ExportedMark(choice, 1, conditions=(TICK_OR_CROSS,))
    if text.isascii() and text.isdecimal() and 0 < int(text[:5]) <= MAX_NUMBER and len(text) < 5:
        return ExportedMark(choice, int(text))
    return None


def _squares(header: list[str], place: str) -> Paper:
    """Return the paper that the columns describe: `A:Some Party` once for each group, then `A:SURNAME Name` again."""
    columns = [cell.partition(":") for cell in header if cell]
    letters = [letter.strip() for letter, _, _ in columns]
    above = next((at for at, letter in enumerate(letters) if letter == "UG" or letter in letters[:at]), len(letters))
    if not columns or above == len(letters) or not all(colon for _, colon, _ in columns):
        rule = "columns name the groups as A:party and then the candidates as A:name"
        raise BadInputError(f"{place}, row 1", rule, row_text(header)[:120], "give the file as published")
    groups = [Group(letter, text.strip()) for letter, (_, _, text) in zip(letters, columns[:above], strict=False)]
    index = {group.letter: at for at, group in enumerate(groups)}
    named: list[Candidate] = []
    for letter, (_, _, text) in zip(letters[above:], columns[above:], strict=True):
        if letter not in index:
            index[letter] = len(groups)
            groups.append(Group(letter, "", square=False))
        within = sum(c.group == index[letter] for c in named) + 1
        named.append(Candidate(text.strip(), index[letter], f"{letter}-{within}"))
    return Paper(groups, named)


def _named_beside(export: Export, name: str, place: str) -> Paper:
    """Return the paper from the published table of first preferences that lies beside a file of 2016."""
    beside = next((other for other in export.names if NAMES_FILE in other), None)
    state = _state_of(name)
    if beside is None or state is None:
        raise BadInputError(
            place, "a file of formal preferences of 2016 holds no names",
            f"no {NAMES_FILE}Download-….csv beside it" if state else "no state in the file's name",
            "put both, as published, in one folder",
        )  # fmt: skip
    groups: list[Group] = []
    named: list[Candidate] = []
    with open_rows(export, beside) as rows:
        for _, cells in rows:
            if len(cells) < 6 or cells[0] != state or cells[2] == "0":
                continue
            if not cells[3].isdecimal() or len(cells[3]) > 4:
                continue
            letter, position, text, party = cells[1], int(cells[3]), cells[4], cells[5]
            if not groups or groups[-1].letter != letter:
                groups.append(Group(letter, "" if letter == "UG" else party, square=position == 0))
            if position:
                named.append(Candidate(text, len(groups) - 1, f"{letter}-{position}"))
    if not named:
        raise BadInputError(export.place(beside), f"the table names candidates of {state}", "none")
    return Paper(groups, named)


def _state_of(name: str) -> str | None:
    found = _STATE.findall(stem(name).upper())
    return found[-1] if found else None


READER = Reader(
    name="aec-formal-csv",
    title="AEC Senate formal preferences",
    source="Australian Electoral Commission, formal preferences of Senate elections 2016 to 2022",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
