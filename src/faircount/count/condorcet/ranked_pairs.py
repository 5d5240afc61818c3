"""Ranked pairs: the strongest majorities are locked one by one, each unless it closes a circle."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from faircount.count.condorcet.deciding import Judgement, Pairs, rule_of_pairs
from faircount.count.condorcet.orders import Choices
from faircount.count.condorcet.pairs import STRENGTH, Strength, beats, strength
from faircount.model import CandidateIndex, Exhibit, Tie, VoteCount

Pair = tuple[CandidateIndex, CandidateIndex]
"""Winner and loser of a majority."""
Groups = tuple[tuple[Pair, ...], ...]
"""Majorities of equal strength together, strongest first."""

MOST_STEPS = 20_000
"""Pairs looked at to find out whether a tie among pairs matters. A tie that takes more counts as one that does."""


@dataclass(slots=True)
class Locks:
    """Which choice stands above which by locked pairs, also by way of others. Changes as pairs are locked."""

    below: list[int]
    """By choice, the set of those it stands above, as bits."""

    def contradicts(self, pair: Pair) -> bool:
        """Say whether the loser already stands above the winner."""
        return bool(self.below[pair[1]] >> pair[0] & 1)

    def lock(self, pair: Pair) -> None:
        """Put the winner, and all who stand above it, above the loser and all who stand below that."""
        winner, loser = pair
        added = self.below[loser] | 1 << loser
        if added & ~self.below[winner]:
            for one, under in enumerate(self.below):
                if one == winner or under >> winner & 1:
                    self.below[one] = under | added

    def unbeaten(self, among: Choices) -> Choices:
        """Return those above whom nobody stands."""
        beaten = 0
        for under in self.below:
            beaten |= under
        return tuple(c for c in among if not beaten >> c & 1)

    def in_conflict(self, group: Iterable[Pair]) -> tuple[Pair, ...]:
        """Lock all pairs of equal strength whose order cannot matter, and return those of whom some exclude others."""
        fresh = [pair for pair in group if not self.contradicts(pair)]
        all_of_them = Locks(list(self.below))
        for pair in fresh:
            all_of_them.lock(pair)
        for pair in fresh:
            if not all_of_them.contradicts(pair):
                self.lock(pair)
        return tuple(pair for pair in fresh if all_of_them.contradicts(pair) and not self.has(pair))

    def has(self, pair: Pair) -> bool:
        """Say whether the winner stands above the loser."""
        return bool(self.below[pair[0]] >> pair[1] & 1)


@dataclass(slots=True)
class Search:
    """Looks for everybody who can be unbeaten in the end, and stops at `MOST_STEPS` in all its searches together."""

    among: Choices
    steps: int = 0

    def winners(self, locks: Locks, groups: Groups) -> set[CandidateIndex] | None:
        """Return all who win in some order of pairs of equal strength; None where that takes too many steps."""
        found: set[CandidateIndex] = set()
        seen: set[tuple[int, tuple[int, ...]]] = set()
        waiting = [(locks, 0)]
        while waiting:
            now, at = waiting.pop()
            unbeaten = now.unbeaten(self.among)
            if len(unbeaten) == 1 or at == len(groups):
                found.update(unbeaten)
                continue
            self.steps += len(groups[at])
            if self.steps > MOST_STEPS:
                return None
            conflict = now.in_conflict(groups[at])
            key = (at, tuple(now.below))
            if key in seen:
                continue
            seen.add(key)
            if not conflict:
                waiting.append((now, at + 1))
            for pair in conflict:
                first = Locks(list(now.below))
                first.lock(pair)
                waiting.append((first, at))
        return found


def judge(pairs: Pairs) -> Judgement:
    """Lock majorities, strongest first, and elect whom no locked pair puts below another.

    Where pairs of equal strength exclude each other, and the order in which they are locked changes who wins, the
    option `tie` says which of their winners is favoured ("place in the order"): its pairs come first. Where the order
    changes nothing for the winner, no tie is met. Source: Tideman 1987; Zavist and Tideman 1989, who take that order
    from a ballot drawn by lot.
    """
    how = pairs.decided["strength"]
    groups = majorities(pairs, how)
    locks, search, table = Locks([0] * len(pairs.contest.choices)), Search(pairs.among), _Table(pairs)
    ties: list[Tie] = []
    for at, (figure, group) in enumerate(groups):
        while conflict := locks.in_conflict(group):
            rest = tuple(members for _, members in groups[at:])
            possible = search.winners(Locks(list(locks.below)), rest)
            if possible is not None and len(possible) == 1:
                (winner,) = possible
                table.add(figure, group, locks, conflict, f"open: {pairs.contest.name_of(winner)} wins in every order")
                return Judgement((winner,), (table.exhibit(),), tuple(ties))
            tie = pairs.ties.pick({one for one, _ in conflict}, "place in the order")
            ties.append(tie)
            if tie.chosen is None:
                table.add(figure, group, locks, conflict, "open: pairs of equal strength exclude each other")
                return Judgement((), (table.exhibit(),), tuple(ties))
            for pair in conflict:
                if pair[0] == tie.chosen:
                    locks.lock(pair)
        table.add(figure, group, locks, (), "")
    return Judgement(locks.unbeaten(pairs.among), (table.exhibit(),), tuple(ties))


def majorities(pairs: Pairs, how: str) -> list[tuple[VoteCount, tuple[Pair, ...]]]:
    """Return majorities by strength, strongest first, those of equal strength together, with the figure to show."""
    found: list[tuple[Strength, Pair]] = [
        (strength(pairs.matrix, one, other, how), (one, other))
        for one in pairs.among
        for other in pairs.among
        if beats(pairs.matrix, one, other)
    ]
    found.sort(key=lambda each: each[1])
    found.sort(key=lambda each: each[0], reverse=True)
    return [
        (value[0], tuple(pair for _, pair in members)) for value, members in groupby(found, key=lambda each: each[0])
    ]  # fmt: skip


@dataclass(slots=True)
class _Table:
    pairs: Pairs
    rows: list[tuple[str | VoteCount, ...]] = field(default_factory=list)

    def add(self, figure: VoteCount, group: Iterable[Pair], locks: Locks, waiting: tuple[Pair, ...], why: str) -> None:
        """Say of each pair of a group what became of it."""
        for one, other in group:
            winner, loser = self.pairs.contest.name_of(one), self.pairs.contest.name_of(other)
            if (one, other) in waiting:
                said = why
            elif locks.has((one, other)):
                said = "locked"
            else:
                said = f"skipped: stronger pairs, or favoured ones, put {loser} above {winner}"
            self.rows.append((winner, loser, figure, said))

    def exhibit(self) -> Exhibit:
        """Return the pairs in the order in which they were met."""
        meaning = "Majorities, strongest first. Whom no locked pair puts below another is elected."
        return Exhibit(
            "Pairs in order", ("Winner", "Loser", "Strength", "What became of it"), tuple(self.rows), meaning
        )


RULE = rule_of_pairs(
    "ranked-pairs",
    "No statute, default where no other rule is enacted. Tideman 1987, Independence of clones as a criterion for "
    "voting rules, Social Choice and Welfare 4: 185–206; Zavist and Tideman 1989, Complete independence of clones in "
    "the ranked pairs rule, Social Choice and Welfare 6: 167–173",
    judge,
    (STRENGTH,),
    "stands below nobody by locked pairs",
)
