"""RAIRE text: rankings of ballots for instant-runoff contests, one line a ballot and contest."""

import re
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from operator import itemgetter

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import (
    candidates,
    files_to_read,
    head_rows,
    is_blank,
    open_rows,
    plain_cell,
    row_text,
)
from faircount.read.syntax.in_order import in_order

MAX_CONTESTS = 10_000
MAX_RANKS = 1_000
MAX_KEPT = 20_000
"""Rankings of a contest that are kept for look-up; it bounds memory."""
PARTIAL = "cards with this contest only"
PARTIAL_SEVERAL = "cards with these contests only"
FEW_LINES = 64
"""Lines of one ballot that are put in order without more ado; more than so many are sorted as all lines are."""
_NUL = "\0"
_DIGITS = 10
"""Of a row as text: rows are below 2^31."""
_CARD_ID = re.compile(r"(\d+)_(\d+)_(\d+)")


@dataclass(slots=True)
class RaireContest:
    """A contest of a RAIRE file: its id, its candidates' ids in order, and what the file says of the count."""

    key: str
    candidates: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    patterns: dict[tuple[str, ...], tuple[ExportedMark, ...]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The contest's title: the format knows only its id."""
        return f"Contest {self.key}"

    def marks(self, ranking: tuple[str, ...]) -> tuple[ExportedMark, ...]:
        """Return the marks of a ranking; raises `KeyError` with the first candidate that the contest has not."""
        known = self.patterns.get(ranking)
        if known is None:
            if len(self.patterns) >= MAX_KEPT:
                self.patterns.clear()
            for candidate in ranking:
                if candidate and candidate not in self.candidates:
                    raise KeyError(candidate)
            known = self.patterns[ranking] = tuple(
                ExportedMark(candidate, rank) for rank, candidate in enumerate(ranking, 1) if candidate
            )
        return known


def recognise(export: Export) -> Recognition | None:
    """Claim files that begin with a number n and a line `Contest,<id>,<k>,…`."""
    names = candidates(export)
    for name in names:
        rows = head_rows(export, name)
        if len(rows) < 2 or len(rows[0]) != 1 or not rows[0][0].strip().isdecimal():
            return None
        if len(rows[1]) < 4 or rows[1][0].strip().casefold() != "contest":
            return None
    return Recognition(96, "", "a number of contests, then lines `Contest,id,…`") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield cards with their rankings, in the order of the files and their lines; blank rankings are kept.

    The lines of a file of several contests are sorted, beyond some megabytes in a temporary file, to put those of one
    ballot together. Raises `BadInputError` when the contests' lines break the format or two files define one contest
    differently.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    known = _defined_before(export, part)
    for number, name in numbered_members(export, part):
        with open_rows(export, name) as rows:
            lines = iter(rows)
            contests = _contests(lines, rows.place)
            _add_contests(builder, contests, known, rows.place)
            ballots = _one_by_one(lines) if len(contests) == 1 else _together(lines)
            records = 0
            for lines_of_card in ballots:
                records += _add_card(builder, number, name, lines_of_card, contests)
                if builder.full:
                    yield builder.build()
            builder.add_file(number, name, rows, records)
    yield builder.build()


_Line = tuple[int, list[str]]
_HEADS: weakref.WeakKeyDictionary[Export, dict[str, dict[str, RaireContest]]] = weakref.WeakKeyDictionary()
"""By export, for its life: the contests of each of its files that a later part was held against."""


def _defined_before(export: Export, part: Part) -> dict[str, tuple[str, ...]]:
    """Return contest → candidates as the files before those of a part define them; each is opened for it once."""
    heads = _HEADS.setdefault(export, {})
    known: dict[str, tuple[str, ...]] = {}
    names = files_to_read(export)
    for name in names[: names.index(part.members[0])]:
        if name not in heads:
            with open_rows(export, name) as rows:
                heads[name] = _contests(iter(rows), rows.place)
        for key, contest in heads[name].items():
            known.setdefault(key, contest.candidates)
    return known


def _contests(lines: Iterator[_Line], place: str) -> dict[str, RaireContest]:
    """Return the contests that the first lines define, by id."""
    _, first = next(lines, (1, []))
    count = first[0].strip() if len(first) == 1 else ""
    if not (count.isascii() and count.isdecimal() and 0 < len(count) < 6 and 0 < int(count) <= MAX_CONTESTS):
        raise BadInputError(f"{place}, row 1", "the first line is the number of contests", repr(",".join(first)[:80]))
    contests: dict[str, RaireContest] = {}
    for _ in range(int(count)):
        row, cells = next(lines, (0, []))
        contest = _contest([plain_cell(c) for c in cells], f"{place}, row {row}" if row else place)
        if contest.key in contests:
            raise BadInputError(f"{place}, row {row}", "contests have distinct ids", f"{contest.key!r} twice")
        contests[contest.key] = contest
    return contests


def _contest(cells: list[str], place: str) -> RaireContest:
    rule = "a contest is `Contest,<id>,<k>,<candidate 1>,…,<candidate k>[,winner,<w>][,informal,<m>]`"
    found = repr(",".join(cells)[:120])
    if len(cells) < 4 or cells[0].casefold() != "contest" or not cells[1] or not cells[2].isdecimal():
        raise BadInputError(place, rule, found, "the number of contests in line 1 may be wrong")
    end = 3 + int(cells[2][:9])
    candidates, rest = tuple(cells[3:end]), [c for c in cells[end:] if c]
    if len(candidates) != end - 3 or not all(candidates) or len(set(candidates)) != len(candidates):
        raise BadInputError(place, f"{rule}; candidates' ids are distinct", found)
    if len(rest) % 2 or not set(rest[::2]) <= {"winner", "informal"}:
        raise BadInputError(place, rule, f"{rest} after {len(candidates)} candidates")
    facts = tuple((name, f"contest {cells[1]}: {value}") for name, value in zip(rest[::2], rest[1::2], strict=True))
    return RaireContest(cells[1], candidates, facts)


def _add_contests(
    builder: BatchBuilder, contests: dict[str, RaireContest], known: dict[str, tuple[str, ...]], place: str
) -> None:
    if not known:
        builder.add_facts([("partial", PARTIAL if len(contests) == 1 else PARTIAL_SEVERAL)])
    for contest in contests.values():
        builder.add_facts(contest.facts)
        if contest.key in known:
            if known[contest.key] != contest.candidates:
                raise BadInputError(
                    place, "a contest has the same candidates in every file", f"others in contest {contest.key}",
                    "read the files one at a time",
                )  # fmt: skip
            continue
        builder.add(
            "contests",
            contest=contest.title,
            key=contest.key,
            votes_allowed=1,
            ranks=len(contest.candidates),
            seats=1,
            place=len(known),
        )
        known[contest.key] = contest.candidates
        for place_on_ballot, candidate in enumerate(contest.candidates):
            builder.add(
                "choices",
                contest=contest.title, choice=candidate, key=candidate, kind="regular", place=place_on_ballot,
            )  # fmt: skip


def _one_by_one(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    return ([line] for line in lines)


def _together(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    """Yield the lines of each ballot, one a contest, in the order of their first line.

    A second line of the same contest and ballot begins another card: two records are two records. Lines are texts on
    the way, cells between NULs, which no cell holds: sorted by ballot, contest and row, and then by card and row.
    """
    by_ballot = in_order(_NUL.join((*_ballot_and_contest(row, cells), _digits(row), *cells)) for row, cells in lines)
    by_card = in_order(_by_first_row(by_ballot))
    for _, card in groupby((text.split(_NUL) for text in by_card), itemgetter(0)):
        yield [(int(row), cells) for _, row, *cells in card]


def _ballot_and_contest(row: int, cells: list[str]) -> tuple[str, str]:
    """Return what a line is sorted by, ballot first; a line that names none is a ballot of its own."""
    return (cells[1].strip(), cells[0].strip()) if len(cells) > 1 else (f"row {row}", "")


def _by_first_row(by_ballot: Iterator[str]) -> Iterator[str]:
    """Return the lines of each ballot behind the row of the first line of their card."""
    for _, of_ballot in groupby(by_ballot, lambda text: text.partition(_NUL)[0]):
        few = [text.split(_NUL, 2) for text in islice(of_ballot, FEW_LINES)]
        if len(few) < FEW_LINES and len({contest for _, contest, _ in few}) == len(few):  # one card, as most are
            ordered = sorted([line for _, _, line in few])
            first = ordered[0][:_DIGITS]
            yield from [f"{first}{_NUL}{line}" for line in ordered]
            continue
        for _, card in groupby(
            in_order(_by_copy(chain(few, (text.split(_NUL, 2) for text in of_ballot)))), lambda text: text[:_DIGITS]
        ):
            lines = [text[_DIGITS:] for text in card]
            first = lines[0][:_DIGITS]
            yield from (f"{first}{_NUL}{line}" for line in lines)


def _by_copy(of_ballot: Iterable[list[str]]) -> Iterator[str]:
    """Return the lines of one ballot behind a number: how often the ballot has stood in the line's contest before."""
    for _, of_contest in groupby(of_ballot, itemgetter(1)):
        yield from (f"{_digits(copy)}{line}" for copy, (_, _, line) in enumerate(of_contest))


def _digits(number: int) -> str:
    """Return a number as text that sorts as numbers do."""
    return f"{number:0{_DIGITS}}"


def _add_card(
    builder: BatchBuilder, number: int, name: str, lines: list[_Line], contests: dict[str, RaireContest]
) -> int:
    """Add the card whose lines these are; return how many cards became of them, 0 where all lines were rejected."""
    card: int | None = None
    for row, cells in lines:
        if is_blank(cells):
            if cells:
                builder.reject(name, row, "a line holds a ballot", "see what it should hold", value=row_text(cells))
            continue
        if len(cells) < 2 or not cells[1].strip():
            rule = "a ballot is `<contest>,<ballot>,<candidate>,…`"
            builder.reject(name, row, rule, "the file may be cut short", value=row_text(cells))
            continue
        contest = contests.get(cells[0].strip())
        if contest is None:
            rule = "a ballot's contest is one of the first lines'"
            builder.reject(name, row, rule, "add the contest's line", value=row_text(cells))
            continue
        ranking = tuple(map(str.strip, cells[2:]))
        if len(ranking) > MAX_RANKS:
            rule = f"a ranking has at most {MAX_RANKS:,} places"
            builder.reject(name, row, rule, "see what the line holds", value=row_text(cells))
            continue
        try:
            marks = contest.marks(ranking)
        except KeyError as unknown:
            rule = f"contest {contest.key} has the candidates {', '.join(contest.candidates)}"
            builder.reject(name, row, rule, "correct the ranking", column=unknown.args[0], value=row_text(cells))
            continue
        if card is None:
            card = _card(builder, number, row, cells[1].strip())
        builder.add_vote(card, builder.pattern(contest.title, marks))
    return 0 if card is None else 1


def _card(builder: BatchBuilder, number: int, row: int, ballot: str) -> int:
    """Add a card; an id of three numbers is tabulator, batch and place in the batch, as Dominion's images are named."""
    shape = _CARD_ID.fullmatch(ballot)
    if shape is None or len(shape[3]) > 9:
        return builder.add_card(file=number, record=row, imprinted_id=ballot)
    return builder.add_card(
        file=number, record=row, imprinted_id=ballot, tabulator=shape[1], batch=shape[2], position=int(shape[3])
    )


READER = Reader(
    name="raire",
    title="RAIRE rankings",
    source="M. Blom, P. J. Stuckey, V. Teague, RAIRE; P. B. Stark, SHANGRLA, examples/data",
    gives=("cards", "votes", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
