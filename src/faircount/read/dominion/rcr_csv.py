"""Dominion RCR: the rankings of one contest as tab-separated text, a row a way of ranking in a precinct and group."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from faircount.model import BadInputError, Batch, name_key
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.syntax.csv_rows import MAX_RECOGNISED_FILES, is_companion
from faircount.read.syntax.text_lines import TextLines, head_lines, open_lines

MAX_LIST = 100_000
"""Candidates, precincts or counting groups that a header may announce."""
PARTIAL = "cards with this contest only"


@dataclass(slots=True)
class Head:
    """The lists at the start of a file. Precincts and groups by their numbers, candidates from 1 in order."""

    seats: int
    title: str
    candidates: list[str]
    precincts: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    known: dict[tuple[int, str], tuple[ExportedMark, ...]] = field(default_factory=dict)
    """(rank, cell) → the marks that it means, for cells met before."""

    def marks(self, rank: int, cell: str) -> tuple[ExportedMark, ...]:
        """Return the marks of one cell, by name. Raises `ValueError` with the column and the rule broken."""
        found: list[ExportedMark] = []
        for key in cell.split("="):
            if not (key.isascii() and key.isdecimal() and len(key) < 7 and int(key) <= len(self.candidates)):
                raise ValueError(
                    f"rank {rank}", f"a choice is 0 or the number of a candidate, to {len(self.candidates)}"
                )
            if int(key):
                found.append(ExportedMark(self.candidates[int(key) - 1], rank))
        marks = tuple(sorted(found, key=lambda mark: mark.choice))
        if len(self.known) < MAX_LIST:
            self.known[rank, cell] = marks
        return marks


def recognise(export: Export) -> Recognition | None:
    """Claim files whose first line is four numbers between tabs, followed by as many names as the second says."""
    names = _files(export)
    if not names or len(names) > MAX_RECOGNISED_FILES or not all(_is_one(export, name) for name in names):
        return None
    return Recognition(94, "", "a line of four numbers between tabs, then candidates, precincts and counting groups")


def _files(export: Export) -> tuple[str, ...]:
    return export.names if export.kind == "single" else tuple(n for n in export.names if not is_companion(n))


def _is_one(export: Export, name: str) -> bool:
    lines, _ = head_lines(export, name)
    numbers = _numbers(lines[0]) if lines else None
    if numbers is None or len(lines) < 3:
        return False
    names = lines[1 : 2 + numbers[1]]
    after = lines[2 + numbers[1] : 2 + numbers[1] + min(numbers[2], 50)]
    if any("\t" in line or not line.strip() for line in names):
        return False
    return all(line.count("\t") == 1 and line.partition("\t")[0].isdecimal() for line in after)


def _numbers(line: str) -> tuple[int, int, int, int] | None:
    cells = line.strip("\ufeff\r\n ").split("\t")
    if len(cells) != 4 or not all(cell.isascii() and cell.isdecimal() and len(cell) < 7 for cell in cells):
        return None
    seats, candidates, precincts, groups = map(int, cells)
    return (seats, candidates, precincts, groups) if seats and candidates and precincts and groups else None


def plan(export: Export) -> tuple[Part, ...]:
    """Make every file, which is a contest, a part; notes beside go with the first."""
    files = _files(export)
    if not files:
        raise BadInputError(str(export), "an export has at least one file", "none", "check the path")
    rest = tuple(name for name in export.names if name not in files)
    members = [(name, *(rest if number == 0 else ())) for number, name in enumerate(files)]
    return tuple(Part(n, m, sum(map(export.size, m))) for n, m in enumerate(members))


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the cards of one contest, as many for each row as it states.

    A row that names a candidate, precinct or group that the lists do not have is rejected. Raises `BadInputError`
    when the lists at the start break off.
    """
    builder = BatchBuilder()
    name, *others = part.members
    for other in others:
        builder.add_companion(export, export.names.index(other), other)
    number = export.names.index(name)
    with open_lines(export, name) as lines:
        numbered = lines.numbered()
        head = _head(numbered, lines.place)
        ranks = records = 0
        for at, line in numbered:
            yield from builder.when_full()  # of lines before this one, also those that were rejected
            if not line.strip():
                continue
            try:
                count, marks, places = _row(line, head)
            except ValueError as wrong:
                column, rule = wrong.args
                builder.reject(name, at, rule, "ask for the file again", column=column, value=line)
                continue
            ranks, records = max(ranks, line.rstrip("\t").count("\t") - 2), records + count
            yield from builder.add_counted(
                count, lambda marks=marks: [builder.pattern(head.title, marks)],  # type: ignore[misc]
                f"{lines.place}, line {at}", file=number, record=at, precinct=places[0], counting_group=places[1],
            )  # fmt: skip
        _finish(builder, head, ranks, name)
        _add_file(builder, number, name, lines, records)
    yield builder.build()


def _add_file(builder: BatchBuilder, number: int, name: str, lines: TextLines, records: int) -> None:
    builder.add("files", file=number, name=name, sha256=lines.sha256(), bytes=lines.bytes, records=records)
    if lines.recoded_lines:
        builder.add_facts([("encoding", f"{name}: {lines.recoded_lines:,} lines not in UTF-8, read as Windows-1252")])


def _head(lines: Iterator[tuple[int, str]], place: str) -> Head:
    at, first = next(lines, (1, ""))
    numbers = _numbers(first)
    if numbers is None:
        raise BadInputError(
            f"{place}, line {at}", "the first line is seats, candidates, precincts and counting groups, between tabs",
            repr(first[:80]),
        )  # fmt: skip
    seats, candidates, precincts, groups = numbers
    if max(numbers) > MAX_LIST:
        raise BadInputError(f"{place}, line {at}", f"a list has at most {MAX_LIST:,} entries", f"{max(numbers):,}")
    head = Head(seats, _next(lines, place, "title"), [])
    for _ in range(candidates):
        head.candidates.append(_next(lines, place, "candidate"))
    if len(set(head.candidates)) != candidates:
        raise BadInputError(place, "candidates have distinct names", repr(sorted(head.candidates))[:120])
    for count, what, found in ((precincts, "precinct", head.precincts), (groups, "counting group", head.groups)):
        for _ in range(count):
            line = _next(lines, place, what)
            number, tab, words = line.partition("\t")
            if not tab or not number.isdecimal() or number in found:
                raise BadInputError(place, f"a {what} is its own number, a tab and its name", repr(line[:80]))
            found[number] = " ".join(words.split())
    return head


def _next(lines: Iterator[tuple[int, str]], place: str, what: str) -> str:
    at, line = next(lines, (0, ""))
    if not line.strip():
        raise BadInputError(
            f"{place}, line {at}" if at else place, f"the lists have as many lines as line 1 says: a {what}",
            "an empty line" if at else "the end of the file", "the file may be cut short: fetch it again",
        )  # fmt: skip
    return " ".join(line.split(" ")).strip()


def _row(line: str, head: Head) -> tuple[int, tuple[ExportedMark, ...], tuple[str, str]]:
    """Return (cards, marks, (precinct, counting group)). Raises `ValueError` with the column and the rule broken."""
    cells = line.rstrip("\t").split("\t")
    if len(cells) < 4:
        raise ValueError("row", "a row is precinct, counting group, number of ballots and the choices by rank")
    precinct, group, count, *choices = (cell.strip() for cell in cells)
    if precinct not in head.precincts or group not in head.groups:
        raise ValueError("precinct", "precinct and counting group are in the lists at the start")
    if not (count.isascii() and count.isdecimal() and len(count) < 9):
        raise ValueError("ballots", "the number of ballots is a whole number")
    known = head.known
    marks: list[ExportedMark] = []
    for at in enumerate(choices, 1):
        found = known.get(at)
        marks += head.marks(*at) if found is None else found
    return int(count), tuple(marks), (head.precincts[precinct], head.groups[group])


def _finish(builder: BatchBuilder, head: Head, ranks: int, name: str) -> None:
    builder.add_facts([("partial", f"{name}: {PARTIAL}")])
    builder.add("contests", contest=head.title, votes_allowed=1, ranks=ranks, seats=head.seats, place=0)
    for place, candidate in enumerate(head.candidates):
        kind = "write-in" if name_key(candidate) in ("write in", "write ins") else "regular"
        builder.add("choices", contest=head.title, choice=candidate, key=str(place + 1), kind=kind, place=place)


READER = Reader(
    name="dominion-rcr",
    title="Dominion RCR rankings",
    source="Dominion's ranked-choice results text, as the ranked-vote project reads it (Burlington, London Ontario)",
    gives=("cards", "votes", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
