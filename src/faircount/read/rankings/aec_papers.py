"""Senate papers, on which voters number groups above the line or candidates below it, as one contest.

Both kinds of square are choices of the contest: a group of kind `group`, a candidate of kind `regular`. The party of a
candidate is that of the group, so that a rule can tell who belongs to which. Where a paper is numbered above and below
the line, both numberings are kept, each with its own ranks; which of them counts is a matter of the law.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.rankings.counted_rankings import Contest, Named, distinct

GROUP = "group"


@dataclass(frozen=True, slots=True)
class Group:
    """A column of the paper: its letter, its party if it has one, and whether it has a square above the line."""

    letter: str
    party: str = ""
    square: bool = True

    @property
    def name(self) -> str:
        """How the group is called as a choice: `Group A: Some Party`."""
        return f"Group {self.letter}: {self.party}" if self.party else f"Group {self.letter}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A square below the line: the name, and the index of the group, None where there are no groups."""

    name: str
    group: int | None
    key: str


class Paper:
    """The contest of a Senate paper: turns numbered squares into marks."""

    def __init__(self, groups: Sequence[Group], candidates: Sequence[Candidate]) -> None:
        parties = [group.party for group in groups]
        labels = [group.party if group.party and parties.count(group.party) == 1 else group.name for group in groups]
        self.above = {at: at_line for at_line, at in enumerate(at for at, g in enumerate(groups) if g.square)}
        """Index of a group → its index among the choices; groups come first."""
        self.below = len(self.above)
        """Index of the first candidate among the choices."""
        named = [Named(groups[at].name, groups[at].letter, labels[at], GROUP) for at in self.above]
        named += [
            Named(c.name, c.key, None if c.group is None or groups[c.group].letter == "UG" else labels[c.group])
            for c in candidates
        ]
        self.choices = distinct(named)
        self.ranks = max(len(self.above), len(candidates))
        self._made: dict[tuple[int, int], ExportedMark] = {}

    def above_marks(self, groups: Sequence[int]) -> tuple[ExportedMark, ...]:
        """Return the marks of groups in order of preference. Raises `KeyError` for one without a square."""
        return self._marks([self.above[group] for group in groups])

    def below_marks(self, candidates: Sequence[int]) -> tuple[ExportedMark, ...]:
        """Return the marks of candidates in order of preference. Raises `KeyError` for one that is none."""
        size = len(self.choices) - self.below
        if candidates and not 0 <= min(candidates) <= max(candidates) < size:
            raise KeyError(candidates)
        return self._marks([self.below + candidate for candidate in candidates])

    def _marks(self, indexes: Sequence[int]) -> tuple[ExportedMark, ...]:
        """Return the marks of choices in order of preference. Equal marks are one object: papers repeat them."""
        made = self._made
        try:
            return tuple([made[place] for place in enumerate(indexes, 1)])
        except KeyError:
            for rank, index in enumerate(indexes, 1):
                made.setdefault((rank, index), ExportedMark(self.choices[index].name, rank))
            return self._marks(indexes)

    def contest(self, builder: BatchBuilder, file: int, name: str, place: str, title: str) -> Contest:
        """Return the contest of these papers, not yet stated."""
        return Contest(builder, file, name, place, title, self.choices)
