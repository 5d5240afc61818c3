"""Ward files of Scottish council elections as CSV: counts of rankings first, candidates and the ward last."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.rankings.counted_rankings import (
    GIVES,
    MAX_CHOICES,
    MAX_RANKS,
    WEIGHT_RULE,
    Contest,
    Named,
    name_in,
    weight_of,
)
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import CsvRows, candidates, is_blank, open_rows, plain_cell, row_text
from faircount.read.syntax.text_lines import head_lines

_CANDIDATE = "candidate "
_CUT = "the file may be cut short: fetch it again"


@dataclass(slots=True)
class Ward:
    """What a file says around its rankings."""

    seats: int
    size: int
    candidates: list[Named] = field(default_factory=list)
    name: str = ""
    deepest: int = 0


def recognise(export: Export) -> Recognition | None:
    """Claim files whose first row is two numbers, the next ones a count and candidates' numbers, or the candidates."""
    names = candidates(export)
    for name in names:
        lines, _ = head_lines(export, name, 2048)
        comma = ";" if lines and ";" in lines[0] else ","
        rows = [
            [cell.strip() for cell in line.rstrip(f"{comma} \t").split(comma)] for line in lines[:8] if line.strip()
        ]
        if len(rows) < 2 or comma not in lines[0] or len(rows[0]) != 2 or not all(map(_is_number, rows[0])):
            return None
        size, right, wrong = int(rows[0][0]), 0, 0
        for row in rows[1:]:
            if row[0].strip('"').casefold().startswith(_CANDIDATE):
                right = len(rows)  # with candidates in sight it is a ward's, whoever voted there and how
                break
            good = _is_number(row[0]) and all(not cell or (_is_number(cell) and int(cell) <= size) for cell in row[1:])
            right, wrong = right + good, wrong + (not good)
        if right <= wrong:
            return None
    return Recognition(90, "", "candidates and seats, then counts of rankings as CSV") if names else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the ballots of each file as cards of one contest, named by its ward and file.

    Wards of two councils share names, so the file's name is always part of the title. Raises `BadInputError` for a
    file without its header, with fewer or other candidates than it states, or without its ward.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        with open_rows(export, name) as rows:
            ward = _survey(rows)
        with open_rows(export, name) as rows:
            short = name_in(export, name)
            title = f"{ward.name} ({short})"
            contest = Contest(builder, number, name, rows.place, title, ward.candidates)
            contest.state(
                place=number, key=short, seats=ward.seats, ranks=max(ward.size, ward.deepest), district=ward.name
            )
            known: dict[str, tuple[int, ...]] = {str(n): (n - 1,) for n in range(1, ward.size + 1)}
            known[""] = ()
            for row, cells in _rankings(rows):
                yield from _cast(contest, row, cells, known)
                yield from contest.builder.when_full()
            builder.add_file(number, name, rows, contest.cards)
    yield builder.build()


def _rankings(rows: CsvRows) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows between the header and the first candidate."""
    header = True
    for row, cells in rows:
        if is_blank(cells):
            continue
        if header:
            header = False
            continue
        if not cells[0].isdecimal() and cells[0].strip().casefold().startswith(_CANDIDATE):
            return
        yield row, [cell.strip() for cell in cells]


def _cast(contest: Contest, row: int, cells: list[str], known: dict[str, tuple[int, ...]]) -> Iterator[Batch]:
    """Add the ballots of a row; `known` says what the usual cells mean."""
    while cells and not cells[-1]:
        cells.pop()
    weight = weight_of(cells[0])
    if weight is None:
        contest.reject(row, WEIGHT_RULE, "correct the first number", row_text(cells), "1")
        return
    size = len(contest.choices)
    ranking: list[tuple[int, ...]] = []
    for column, cell in enumerate(cells[1:], 2):
        if cell not in known:
            number = int(cell) if _is_number(cell) else 0
            if not 0 < number <= size:
                contest.reject(row, f"candidates are 1 to {size}", "correct the ranking", row_text(cells), str(column))
                return
            cell = str(number)
        ranking.append(known[cell])
    if len(ranking) > MAX_RANKS:
        rule = f"a ranking has at most {MAX_RANKS:,} places"
        contest.reject(row, rule, "see what the row holds", row_text(cells)[:2000])
        return
    yield from contest.cast(row, weight, contest.marks(tuple(ranking)))


def _survey(rows: CsvRows) -> Ward:
    """Return the header, the candidates and the ward, which stands last."""
    lines = ((row, cells) for row, cells in rows if not is_blank(cells))
    row, cells = next(lines, (1, []))
    head = [plain for cell in cells if (plain := plain_cell(cell))]
    if len(head) != 2 or not all(map(_is_number, head)) or not 0 < int(head[0]) <= MAX_CHOICES or not int(head[1]):
        rule = "the first row is the numbers of candidates and of seats"
        raise BadInputError(f"{rows.place}, row {row}", rule, row_text(cells)[:120])
    ward = Ward(int(head[1]), int(head[0]))
    for row, cells in lines:
        if cells[0].isdecimal() and not ward.candidates:  # nearly every row
            ward.deepest = max(ward.deepest, len(cells) - 1 if plain_cell(cells[-1]) else len(cells) - 2)
            continue
        cells = [plain_cell(cell) for cell in cells]
        if cells[0].casefold().startswith(_CANDIDATE):
            _add_candidate(ward, cells, f"{rows.place}, row {row}")
        elif ward.candidates:
            if ward.name:
                raise BadInputError(f"{rows.place}, row {row}", "the ward stands last", row_text(cells)[:120])
            ward.name = cells[0]
        else:
            ward.deepest = max(ward.deepest, len(cells) - 1 if cells[-1] else len(cells) - 2)
    if len(ward.candidates) != ward.size:
        found = f"{len(ward.candidates)} named, {ward.size} stated in the first row"
        raise BadInputError(rows.place, "every candidate is named after the rankings", found, _CUT)
    if not ward.name:
        raise BadInputError(rows.place, "the last row names the ward", "no such row", _CUT)
    return ward


def _add_candidate(ward: Ward, cells: list[str], place: str) -> None:
    number = cells[0][len(_CANDIDATE) :].strip()
    if len(cells) < 2 or number != str(len(ward.candidates) + 1) or ward.name:
        rule = 'candidates follow in order as "Candidate 1","name","party"'
        raise BadInputError(place, rule, row_text(cells)[:120], f"candidate {len(ward.candidates) + 1} was expected")
    party = cells[2] if len(cells) > 2 and cells[2] else None
    ward.candidates.append(Named(cells[1], number, party))


READER = Reader(
    name="scottish-csv",
    title="Scottish council ward CSV",
    source="scot-elex by the Data and Democracy Lab (mggg), README",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
