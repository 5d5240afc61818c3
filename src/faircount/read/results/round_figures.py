"""What published tables of rounds share: figures by round become rows of `reported`, exactly, or facts.

Tables have no column for the round. Round 1 of a ranked contest is its first preferences, which is what other results
call `votes`; a later round is another question, so its figures have a measure of their own, `votes, round 3`. (Another
claim would not do: two claims of one source are held against one another, and rounds differ.) A figure with a fraction
of a vote, as transfers of a surplus leave them, is no count: it is kept as a fact, digit for digit.
"""

import re
from decimal import Decimal

from faircount.read.batch_builder import BatchBuilder

CLAIM = "official rounds"
NO_TITLE = "Ranked contest (no title in the file)"
MAX_VOTES = 10**12
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?", re.ASCII)


def measure_of_round(measure: str, number: int) -> str:
    """Return the measure of a figure of round `number`: `votes` of round 1 is `votes`, all others name the round."""
    return measure if (measure, number) == ("votes", 1) else f"{measure}, round {number}"


class RoundFigures:
    """Figures of one contest on the way into `reported` and `facts`."""

    def __init__(self, builder: BatchBuilder, file: str, contest: str, precinct: str | None = None) -> None:
        self._builder, self._file = builder, file
        self.contest, self._precinct = contest, precinct
        self.rows = 0
        self.fractions = 0

    def figure(self, number: int, measure: str, text: str, row: int, choice: str | None = None) -> None:
        """Take one figure of round `number`, 1 first; 0 for one of the contest as a whole, which has no round."""
        measure = measure_of_round(measure, number) if number else measure
        value = _exact(text)
        if value is None:
            what = " ".join(filter(None, (measure, choice)))
            self._builder.reject(self._file, row, "a figure of a round is a number", column=what, value=text)
        elif value != int(value):
            self.fractions += 1
            self.tell(measure, f"{choice}: {text}" if choice else text)
        else:
            self.rows += 1
            self._builder.add(
                "reported", contest=self.contest, choice=choice, precinct=self._precinct, measure=measure,
                count=int(value), claim=CLAIM, row=row,
            )  # fmt: skip

    def tell(self, name: str, value: str) -> None:
        """Add a fact of this contest."""
        self._builder.tell(name, f"{self.contest}: {value}" if value.strip() else "")

    def finish(self) -> None:
        """Say how many figures are facts."""
        if self.fractions:
            self.tell("note", f"figures with a fraction of a vote, kept as facts: {self.fractions:,}")


def _exact(text: str) -> Decimal | None:
    """Return the number that a cell states, `1,441`, `+10.0000` and `14866.0000` included; None if it states none."""
    plain = text.strip().replace(",", "")
    if len(plain) > 40 or not _NUMBER.fullmatch(plain):
        return None
    value = Decimal(plain)
    return value if abs(value) < MAX_VOTES else None
