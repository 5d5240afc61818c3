"""Final preference data of the New South Wales Electoral Commission: one row a square, separated by tabs."""

from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.rankings.aec_mark_rows import Row, cast_paper, rows_by_paper
from faircount.read.rankings.aec_papers import GROUP
from faircount.read.rankings.counted_rankings import GIVES, MAX_CHOICES, Contest, Named, name_in
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import CsvRows, candidates, columns_of, head_rows, open_rows, plain_cell, row_text

_COLUMNS = ("VCBallotPaperID", "PreferenceNumber", "CandidateName", "VoteType")
_GROUP_COLUMN = "GroupCode"
_Names = dict[tuple[str, str], str]


def recognise(export: Export) -> Recognition | None:
    """Claim tables with the columns of final preference data."""
    names = candidates(export)
    for name in names:
        header = {plain_cell(cell) for cell in (head_rows(export, name) or [[]])[0]}
        if not set(_COLUMNS) <= header:
            return None
    return Recognition(92, "", "columns of final preference data") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the papers of each file as cards of one contest, which bears the file's name.

    Candidates and groups are those that any paper marks: the file lists none. Raises `BadInputError` for a file
    without its columns.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        with open_rows(export, name) as rows:
            choices = _choices(*_begin(rows), rows.place)
        with open_rows(export, name) as rows:
            columns, lines = _begin(rows)
            contest = Contest(builder, number, name, rows.place, name_in(export, name), list(choices.values()))
            contest.state(place=number, key=contest.title, ranks=len(choices))
            names = {key: choice.name for key, choice in zip(choices, contest.choices, strict=True)}
            paper_id, pref, _, kind = (columns[column] for column in _COLUMNS)

            def choice_of(cells: list[str], columns: dict[str, int] = columns, of: _Names = names) -> str | None:
                return of.get(_square(cells, columns))

            for paper in rows_by_paper(lines, (paper_id,)):
                cells = paper[0][1]
                yield from cast_paper(
                    contest, paper, pref, choice_of,
                    imprinted_id=cells[paper_id] if len(cells) > paper_id else None,
                    counting_group=cells[kind] or None if len(cells) > kind else None,
                )  # fmt: skip
            builder.add_file(number, name, rows, contest.cards)
    yield builder.build()


def _begin(rows: CsvRows) -> tuple[dict[str, int], Iterator[Row]]:
    lines = iter(rows)
    row, header = next(lines, (1, []))
    columns = columns_of(header, f"{rows.place}, row {row}")
    if not set(_COLUMNS) <= columns.keys():
        raise BadInputError(f"{rows.place}, row {row}", f"columns are {', '.join(_COLUMNS)}", row_text(header)[:120])
    return columns, ((number, cells) for number, cells in lines if any(cells))


def _square(cells: list[str], columns: dict[str, int]) -> tuple[str, str]:
    """Return (group, candidate) of a row; no candidate is the group's square above the line."""
    at, group = columns["CandidateName"], columns.get(_GROUP_COLUMN)
    candidate = cells[at].strip() if len(cells) > at else ""
    return (cells[group].strip() if group is not None and len(cells) > group else "", candidate)


def _choices(columns: dict[str, int], lines: Iterator[Row], place: str) -> dict[tuple[str, str], Named]:
    """Return every square that a number stands in, groups first, each sorted by letter and name."""
    pref = columns["PreferenceNumber"]
    squares = {_square(cells, columns) for _, cells in lines if len(cells) > pref and cells[pref].strip()}
    squares.discard(("", ""))
    if not squares or len(squares) > MAX_CHOICES:
        raise BadInputError(place, f"a contest has 1 to {MAX_CHOICES:,} squares", f"{len(squares):,}")
    found: dict[tuple[str, str], Named] = {}
    for group, candidate in sorted(squares, key=lambda s: (bool(s[1]), len(s[0]), s)):
        label = f"Group {group}" if group and group != "UG" else None
        kind = "regular" if candidate else GROUP
        found[group, candidate] = Named(candidate or f"Group {group}", group or None, label, kind)
    return found


READER = Reader(
    name="nsw-preferences",
    title="NSW final preference data",
    source="columns of the New South Wales Electoral Commission's files, 2016 to 2024, as ConcreteSTV reads them",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
