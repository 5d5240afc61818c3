"""Preferences of the ACT Legislative Assembly: a folder of lists and a text file of marks for each electorate."""

from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.rankings.aec_mark_rows import cast_paper, rows_by_paper
from faircount.read.rankings.counted_rankings import GIVES, Contest, Named
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.syntax.csv_rows import columns_of, head_rows, open_rows, plain_cell, row_text

LISTS = ("Electorates.txt", "Groups.txt", "Candidates.txt")
VOTES = "Total.txt"
_COLUMNS = ("batch", "pindex", "pref", "pcode", "ccode")


def _votes(export: Export) -> tuple[str, ...]:
    return tuple(name for base, name in sorted(export.base_names().items()) if base.endswith(VOTES))


def recognise(export: Export) -> Recognition | None:
    """Claim folders that hold the three lists and files of marks with the columns of Elections ACT."""
    names = export.base_names()
    votes = _votes(export)
    if not votes or not all(name in names for name in LISTS):
        return None
    header = [plain_cell(cell) for cell in (head_rows(export, votes[0]) or [[]])[0]]
    if not set(_COLUMNS) <= set(header):
        return None
    return Recognition(93, "", f"the lists of electorates, groups and candidates and {len(votes)} files of marks")


def plan(export: Export) -> tuple[Part, ...]:
    """Plan one part an electorate."""
    return tuple(Part(number, (name,), export.size(name)) for number, name in enumerate(_votes(export)))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the papers of an electorate as cards of its contest; a paper is known by batch and index.

    Raises `BadInputError` for an electorate that the lists do not name, and for lists without their columns.
    """
    builder = BatchBuilder()
    numbers = {name: number for number, name in enumerate(export.names)}
    if part.number == 0:
        for name in export.names:
            if name not in _votes(export):
                builder.add_companion(export, numbers[name], name)
    (name,) = part.members
    electorate = name.rsplit("/", 1)[-1].removesuffix(VOTES)
    keys, choices = _choices(export, electorate)
    with open_rows(export, name) as rows:
        contest = Contest(builder, numbers[name], name, rows.place, f"Legislative Assembly, {electorate}", choices)
        contest.state(place=part.number, key=electorate, ranks=len(choices), district=electorate)
        lines = iter(rows)
        row, header = next(lines, (1, []))
        columns = columns_of(header, f"{rows.place}, row {row}")
        if not set(_COLUMNS) <= columns.keys():
            raise BadInputError(f"{rows.place}, row {row}", f"columns are {', '.join(_COLUMNS)}", row_text(header))
        batch, index, pref, party, place = (columns[column] for column in _COLUMNS)
        names = {key: choice.name for key, choice in zip(keys, contest.choices, strict=True)}
        filled = ((number, cells) for number, cells in lines if any(cells))
        for paper in rows_by_paper(filled, (batch, index)):
            cells = paper[0][1]
            known = len(cells) > max(batch, index)
            yield from cast_paper(
                contest, paper, pref,
                lambda row: names.get((row[party], row[place])) if len(row) > max(party, place) else None,
                batch=cells[batch] if known else None, imprinted_id=cells[index] if known else None,
            )  # fmt: skip
        builder.add_file(numbers[name], name, rows, contest.cards)
    yield builder.build()


def _table(export: Export, base: str, *needed: str) -> list[dict[str, str]]:
    name = export.base_names().get(base, base)
    with open_rows(export, name) as rows:
        lines = iter(rows)
        row, header = next(lines, (1, []))
        columns = columns_of(header, f"{rows.place}, row {row}")
        if not set(needed) <= columns.keys():
            raise BadInputError(f"{rows.place}, row {row}", f"columns are {', '.join(needed)}", row_text(header))
        return [
            {column: cells[columns[column]].strip() for column in needed}
            for _, cells in lines
            if len(cells) > max(columns[column] for column in needed)
        ]


def _choices(export: Export, electorate: str) -> tuple[list[tuple[str, str]], list[Named]]:
    """Return (group, place) and choice of every candidate of an electorate, in the order of the list."""
    code = next(
        (r["ecode"] for r in _table(export, LISTS[0], "ecode", "electorate") if r["electorate"] == electorate), ""
    )
    parties = {
        r["pcode"]: r["pname"] for r in _table(export, LISTS[1], "ecode", "pcode", "pname") if r["ecode"] == code
    }
    listed = [r for r in _table(export, LISTS[2], "ecode", "pcode", "ccode", "cname") if r["ecode"] == code]
    if not code or not listed:
        rule = f"the lists name the electorate and candidates of a file …{VOTES}"
        raise BadInputError(str(export), rule, f"none for {electorate}", "put all files, as published, in one folder")
    keys = [(r["pcode"], r["ccode"]) for r in listed]
    return keys, [Named(r["cname"], f"{r['pcode']}-{r['ccode']}", parties.get(r["pcode"]) or None) for r in listed]


READER = Reader(
    name="elections-act",
    title="Elections ACT preferences",
    source="columns of the files of Elections ACT, 2008 to 2020, as ConcreteSTV reads them",
    gives=GIVES,
    recognise=recognise,
    plan=plan,
    read=read,
)
