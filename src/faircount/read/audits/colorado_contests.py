"""Colorado's table of contests under audit (contest.csv): sizes, margins, winners, and how each audit stands."""

from collections.abc import Iterator

from faircount.model import Batch
from faircount.read.audits.colorado_rows import read_claimed
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import count_of
from faircount.read.syntax.named_rows import Cells, claimed
from faircount.read.syntax.seen_names import SeenNames

CLAIM = "cards with the contest, by the state's audit"
COLUMNS = frozenset(
    ["contest_name", "audit_reason", "random_audit_status", "winners_allowed", "ballot_card_count",
     "contest_ballot_card_count", "winners", "min_margin", "risk_limit"]
)  # fmt: skip
_IN_TABLES = frozenset(["contest_name", "winners_allowed", "contest_ballot_card_count", "winners"])


def quoted_names(text: str) -> tuple[str, ...]:
    """Return the names in `"Ada","Bo "Bud" Li"`: quotes inside a name are not doubled. Empty text has none."""
    text = text.strip()
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return tuple(name.strip() for name in text[1:-1].split('","') if name.strip())
    return (text,) if text else ()


def _is_ours(header: tuple[str, ...]) -> bool:
    return set(header) >= COLUMNS


def recognise(export: Export) -> Recognition | None:
    """Claim files that have the columns of contest.csv."""
    names = claimed(export, _is_ours)
    return Recognition(93, "", "columns of ColoradoRLA's contest.csv, contest_name to risk_limit") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield one contest a row with its number of cards; its margin, limits and counts of discrepancies as facts.

    Raises `BadInputError` when no file has the columns.
    """
    builder = BatchBuilder()
    titles = SeenNames()
    rule = "contest.csv has the columns " + ", ".join(sorted(COLUMNS))
    yield from read_claimed(
        export, builder, _is_ours, rule, lambda name, row, cells: _add(builder, titles, name, row, cells)
    )
    yield builder.build()


def _add(builder: BatchBuilder, titles: SeenNames, name: str, row: int, cells: Cells) -> int:
    title = cells["contest_name"]
    counts = {column: count_of(cells[column]) for column in ("winners_allowed", "contest_ballot_card_count")}
    wrong = next((column for column, count in counts.items() if count is None), "" if title else "contest_name")
    if wrong:
        rule = "a contest has a name, a number of winners and a number of cards"
        builder.reject(name, row, rule, "ask for the figure", column=wrong, value=cells[wrong])
        return 0
    if titles.add(title):
        builder.add("contests", contest=title, seats=counts["winners_allowed"], place=len(titles) - 1)
    builder.add(
        "reported", contest=title, measure="ballots_cast", count=counts["contest_ballot_card_count"], claim=CLAIM,
        row=row,
    )  # fmt: skip
    for winner in quoted_names(cells["winners"]):
        builder.tell("winner", f"{title}: {winner}")
    said = ", ".join(f"{column} {value}" for column, value in cells.items() if column not in _IN_TABLES and value)
    builder.tell("audit of a contest", f"{title}: {said}")
    return 1


READER = Reader(
    name="colorado-contests",
    title="Colorado table of contests under audit",
    source="ColoradoRLA, contest.csv; Colorado Department of State, audits of November 2020 and March 2024",
    gives=("contests", "reported", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # an audit has one such file
    read=read,
)
