"""From the rows a check's question returned to its finding: one judgement for every check."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from faircount.model import Answer, Check, Finding, Status

_FIXED = ("compared", "disagreements")


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that follows the verdict when a totals column calls for it.

    `column` is a totals column of the query. `one` is said when it is 1, `many` when it is more (`{n}` is the
    number), `none` when it is 0; an empty sentence is not said.
    """

    column: str
    one: str = ""
    many: str = ""
    none: str = ""

    def sentence(self, totals: Mapping[str, int]) -> str:
        """Return the sentence for these totals, empty where there is nothing to say."""
        number = totals.get(self.column, 0)
        return (self.none if number == 0 else self.one if number == 1 else self.many).format(n=f"{number:,}")


@dataclass(frozen=True, slots=True)
class Wording:
    """How one check speaks of what it compared.

    `thing` is (singular, plural). `agrees` and `disagrees` are verb phrases, (singular, plural), without a full
    stop. `missing` are (totals column, full sentence): where nothing was compared, the first whose column is 0 says
    why. `notes` follow, whatever the verdict.
    """

    thing: tuple[str, str]
    agrees: tuple[str, str]
    disagrees: tuple[str, str]
    missing: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...] = ()

    @property
    def totals(self) -> tuple[str, ...]:
        """Columns of the query that count, and are not evidence."""
        return (*_FIXED, *(column for column, _ in self.missing), *(note.column for note in self.notes))

    def sentence(self, totals: Mapping[str, int]) -> str:
        """Return what was found, with its denominator."""
        compared, disagreements = totals["compared"], totals["disagreements"]
        notes = [note.sentence(totals) for note in self.notes if compared or totals.get(note.column, 0)]
        return " ".join(filter(None, [self._main(totals, compared, disagreements), *notes]))

    def _main(self, totals: Mapping[str, int], compared: int, disagreements: int) -> str:
        one, many = self.thing
        if not compared and not disagreements:
            return next((text for column, text in self.missing if not totals.get(column, 0)), self.missing[-1][1])
        if disagreements:
            verb = self.disagrees[disagreements != 1]
            return f"{disagreements:,} of {compared:,} {one if compared == 1 else many} {verb}."
        if compared == 1:
            return f"The only {one} compared {self.agrees[0]}."
        return f"{'Both' if compared == 2 else f'All {compared:,}'} {many} {self.agrees[1]}."


def numbered(
    number: str,
    name: str,
    *,
    statement: str,
    source: str,
    query: str,
    wording: Wording,
    innocent_explanations: tuple[str, ...],
) -> Check:
    """Return the check whose judge reads the totals of the answer and speaks as `wording` says.

    Nothing compared is NOT CHECKED, a disagreement is FAIL, else PASS. The finding's evidence holds the rows of the
    answer without its totals columns, and no row where none disagrees.
    """

    def judge(answer: Answer) -> Finding:
        totals = _totals(answer, wording.totals)
        disagreements = totals["disagreements"]
        status = Status.FAIL if disagreements else Status.PASS if totals["compared"] else Status.NOT_CHECKED
        evidence = _evidence(answer, wording.totals) if disagreements else Answer((), ())
        return Finding(
            number, name, statement, status, wording.sentence(totals), evidence, disagreements, innocent_explanations
        )

    return Check(number, name, statement, source, query.strip(), _named(judge, name), innocent_explanations)


def _totals(answer: Answer, names: tuple[str, ...]) -> dict[str, int]:
    """Return the totals of the first row; every row repeats them. No row at all counts nothing."""
    first = dict(zip(answer.columns, answer.rows[0], strict=True)) if answer.rows else {}
    return {name: int(first.get(name) or 0) for name in names}


def _evidence(answer: Answer, totals: tuple[str, ...]) -> Answer:
    keep = [at for at, column in enumerate(answer.columns) if column not in totals]
    rows: list[tuple[Any, ...]] = [tuple(row[at] for at in keep) for row in answer.rows]
    return Answer(tuple(answer.columns[at] for at in keep), tuple(rows))


def _named(judge: Callable[[Answer], Finding], name: str) -> Callable[[Answer], Finding]:
    judge.__qualname__ = f"judge[{name}]"
    return judge


def partial_note(consequence: str) -> Note:
    """Return the note that some source of cards is only a part, and what was therefore asked of it."""
    return Note(
        "partial_sources",
        f"One source of cards is only a part of the whole, so {consequence}.",
        f"{{n}} sources of cards are only parts of the whole, so {consequence}.",
    )
