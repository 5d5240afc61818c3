"""BLT ballot files (Hill, OpenSTV, OpaVote, Droop, Scottish councils): numbers first, names last."""

from collections.abc import Iterator

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.rankings.blt_syntax import Ballot, Blt, Broken, ballots, survey
from faircount.read.rankings.counted_rankings import (
    GIVES,
    WEIGHT_RULE,
    Contest,
    Named,
    kind_of,
    name_in,
    title_in,
    weight_of,
)
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.text_lines import head_lines, open_lines


def recognise(export: Export) -> Recognition | None:
    """Claim files that begin with two numbers, have ballots of numbers if any, and where the end is in sight, names."""
    names = candidates(export)
    for name in names:
        if not _is_blt(*head_lines(export, name), name):
            return None
    return Recognition(88, "", "candidates and seats, then ballots as numbers that end with 0") if names else None


def _is_blt(lines: list[str], whole: bool, name: str) -> bool:
    found = Blt("")
    held = broken = 0
    try:
        for ballot in ballots(iter(enumerate(lines, 1)), found):
            good = isinstance(ballot, Ballot) and weight_of(ballot.weight) is not None
            held, broken = held + good, broken + (not good)
            if held + broken == 20:
                break
    except BadInputError:
        # The head of a longer file ends before its ballots do; a whole file that does so is broken, and ours by name.
        ours = name.lower().endswith(".blt") and found.candidates > 0
        return ours or (held > broken and not whole and not found.streaming)
    quoted = any('"' in line for line in lines)
    if not held and not broken:  # nobody voted: the names say what it is
        return quoted and bool(found.names)
    return held > broken and (not found.streaming or not whole or quoted)


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the ballots of each file as cards of one contest; rows that state n ballots are n cards.

    Raises `BadInputError` for a file without its header, its end of ballots or its names, and for one in which it
    cannot be told where a ballot ends.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        with open_lines(export, name) as lines:
            found = survey(lines.numbered(), lines.place)
        yield from _read_file(export, builder, number, name, found)
    yield builder.build()


def _read_file(export: Export, builder: BatchBuilder, number: int, name: str, found: Blt) -> Iterator[Batch]:
    gone = set(found.withdrawn)
    choices = [Named(c.name, str(at), c.party, "withdrawn" if at in gone else kind_of(c.name))
               for at, c in enumerate(found.names, 1)]  # fmt: skip
    title = title_in(export, name, found.title)
    with open_lines(export, name) as lines:
        contest = Contest(builder, number, name, lines.place, title, choices)
        contest.state(
            place=number, key=name_in(export, name), seats=found.seats, ranks=max(found.candidates, found.deepest)
        )
        _add_facts(builder, contest, found)
        for ballot in ballots(lines.numbered(), Blt(lines.place)):
            yield from _cast(contest, ballot)
            yield from contest.builder.when_full()
        builder.add_file(number, name, lines, contest.cards)


def _cast(contest: Contest, ballot: Ballot | Broken) -> Iterator[Batch]:
    if isinstance(ballot, Broken):
        contest.reject(ballot.row, ballot.rule, ballot.fix, ballot.text)
        return
    weight = weight_of(ballot.weight)
    if weight is None:
        contest.reject(ballot.row, WEIGHT_RULE, "correct the first number", ballot.text, "weight")
        return
    yield from contest.cast(ballot.row, weight, contest.marks(ballot.ranking), imprinted_id=ballot.ident)


def _add_facts(builder: BatchBuilder, contest: Contest, found: Blt) -> None:
    builder.add_facts(("withdrawn", f"{contest.title}: {contest.choices[c - 1].name}") for c in found.withdrawn)
    builder.add_facts(("note", f"{contest.title}: option [{option}]") for option in found.options)
    builder.add_facts(("note", f"{contest.title}: {text}") for text in found.remarks)
    if found.gaps:
        lines = "1 ballot line has" if found.gaps == 1 else f"{found.gaps:,} ballot lines have"
        builder.add_facts([("note", f"{contest.title}: {lines} a 0 before the last, read as a skipped rank")])


READER = Reader(
    name="blt",
    title="BLT ballot file",
    source="I. D. Hill, B. A. Wichmann, D. R. Woodall, Algorithm 123 (1987); extensions of OpenSTV, OpaVote and Droop",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
