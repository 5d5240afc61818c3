"""PrefLib: ordinal (.soc .soi .toc .toi) and categorical (.cat) preferences, with the headers before and since 2022."""

from collections.abc import Iterator
from decimal import Decimal

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.counted_rankings import (
    GIVES,
    Contest,
    Named,
    kind_of,
    name_in,
    stated_total,
    title_in,
    weight_of,
)
from faircount.read.rankings.preflib_syntax import KINDS, Header, header_of, is_headed, orders
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.text_lines import TextLines, head_lines, open_lines

NEW, OLD = "2022", "before 2022"


def recognise(export: Export) -> Recognition | None:
    """Claim text that begins with `# KEY: value` lines of PrefLib, or with its older list of alternatives."""
    version = ""
    names = candidates(export)
    for name in names:
        lines, _ = head_lines(export, name, 1 << 16)
        try:
            header = header_of(enumerate(lines, 1), "", name)
        except BadInputError:
            # A header that contradicts itself is for the reading to refuse: others take such files for something else.
            if not is_headed(lines):
                return None
            version = NEW
            continue
        if header.kind not in KINDS:
            return None
        version = OLD if header.old else NEW
    return Recognition(89, version, "PrefLib's header of alternatives and voters") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the voters of each file as cards of one contest.

    PrefLib states how many voters and how many lines a file has, so nothing of it is read in part: raises
    `BadInputError` naming the line for any that breaks the format, and for totals that differ.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        with open_lines(export, name) as lines:
            yield from _read_file(export, builder, number, name, lines)
    yield builder.build()


def _read_file(export: Export, builder: BatchBuilder, number: int, name: str, lines: TextLines) -> Iterator[Batch]:
    numbered = lines.numbered()
    header = header_of(numbered, lines.place, name)
    if header.kind not in KINDS:
        raise BadInputError(
            lines.place, f"PrefLib files read are of {', '.join(KINDS)}", header.kind or "no data type",
            "matchings and graphs are not votes",
        )  # fmt: skip
    choices = [Named(text, key, None, kind_of(text)) for key, text in header.alternatives.items()]
    contest = Contest(builder, number, name, lines.place, title_in(export, name, header.title), choices)
    ranked = header.kind != "cat"
    contest.state(
        place=number,
        key=name_in(export, name),
        ranks=len(choices) if ranked else 0,
        votes_allowed=1 if ranked else len(choices),
    )
    distinct = 0
    placed: dict[tuple[int, int], ExportedMark] = {}
    for row, count, groups in orders(numbered, header, lines.place):
        weight = weight_of(count)
        if weight is None or weight % 1:
            raise BadInputError(f"{lines.place}, row {row}", "a line begins with a number of voters", count)
        marks = contest.marks(groups) if ranked else _categories(contest, header, groups, placed)
        distinct += 1
        yield from contest.cast(row, weight, marks)
    stated_total(lines.place, "voters", header.voters, contest.weight)
    if header.distinct:
        stated_total(lines.place, "lines of preferences", header.distinct, Decimal(distinct))
    builder.add_facts([("note", f"{contest.title}: PrefLib data of type {header.kind}")])
    if header.categories:
        named = ", ".join(header.categories)
        builder.add_facts([("note", f"{contest.title}: categories, best first: {named}")])
    builder.add_file(number, name, lines, contest.cards)


def _categories(
    contest: Contest, header: Header, groups: tuple[tuple[int, ...], ...], placed: dict[tuple[int, int], ExportedMark]
) -> tuple[ExportedMark, ...]:
    """Return a mark for every alternative placed, its category as score (more is better) and as condition.

    Only the first category is a vote: with two, they are yes and no. Which scores count is the rule's business.
    Marks made before are taken from `placed`, by category and alternative.
    """
    try:
        return tuple([placed[at, index] for at, group in enumerate(groups) for index in group])
    except KeyError:
        last = len(header.categories) - 1
        for at, group in enumerate(groups):
            for index in group:
                placed[at, index] = ExportedMark(
                    contest.choices[index].name, 1, last - at, at == 0, False, (header.categories[at],)
                )
        return _categories(contest, header, groups, placed)


READER = Reader(
    name="preflib",
    title="PrefLib preferences",
    source="PrefLib, data format since 2022 and before; preflibtools 2.0; malformed files of abcvoting",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
