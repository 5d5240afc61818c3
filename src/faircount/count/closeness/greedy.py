"""Upper bounds for any rule: cards of one choice given to another, as few as a recount confirms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faircount.count.closeness.cards import Cards, take
from faircount.count.closeness.closeness import Bounds, Changes
from faircount.count.closeness.ways import BLANK, marked, ranked, scored
from faircount.model import CandidateIndex, Pattern, VoteCount

Sources = list[tuple[Pattern, int]]
MOST_COUNTS = 60
"""Recounts that a search may make of a contest with few patterns."""
LAST_COUNTS = 8
"""Recounts beside, where none of them succeeded."""
SEATS_FIRST = 3
"""Pairs of one elected and one not that are tried before others."""
MOST_WORK = 240_000
"""Recounts times patterns: fewer recounts of a contest that takes long to count."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Cards to be taken in this order, and what they would say instead; `guess` of them are thought to do."""

    sources: Sources
    after: Pattern
    guess: int

    @property
    def held(self) -> int:
        """Cards that there are to take."""
        return sum(n for _, n in self.sources)


Pair = tuple[int, CandidateIndex, CandidateIndex]
"""Cards that are thought to do, the choice that loses them, the choice that gets them."""


class Rivals:
    """Pairs of one choice whose cards are given to another, in the order in which they are tried.

    First the closest few of those elected and those not, for where they meet the outcome changes for certain; then all
    pairs, those thought closest first.
    """

    def __init__(self, cards: Cards, pairs: Sequence[Pair], seats: Sequence[Pair]) -> None:
        self._cards = cards
        closest = sorted(seats)[:SEATS_FIRST]
        doubled = [(2 * gap, one, other) for gap, one, other in closest]
        self.order = (*closest, *doubled, *sorted(pairs))
        self._places = [_places(pattern) for pattern in cards.units]
        self._held = list(cards.units.items())

    @classmethod
    def of(cls, cards: Cards) -> "Rivals":
        """Return pairs from the rounds of the count: of each exclusion, who was next, and of each seat, who was not."""
        everyone = [CandidateIndex(c) for c in range(len(cards.contest.choices))]
        pairs: dict[tuple[CandidateIndex, CandidateIndex], int] = {}
        elected: set[CandidateIndex] = set()
        out: set[CandidateIndex] = set()
        for one in cards.transcript.rounds:
            for last in one.excluded:
                for other in everyone:
                    if other not in out and other not in one.excluded and other not in elected:
                        gap = _half(one.votes[other] - one.votes[last])
                        pairs[other, last] = min(gap, pairs.get((other, last), gap))
            out.update(one.excluded)
            elected.update(one.elected)
        seats: list[Pair] = []
        final = cards.transcript.rounds[-1].votes
        for winner in cards.outcome[0] or cards.outcome[1]:
            for other in everyone:
                if other not in cards.outcome[0] + cards.outcome[1]:
                    seen = [r.votes for r in cards.transcript.rounds if r.votes[other]] or [final]
                    gap = _half(seen[-1][winner] - seen[-1][other])
                    seats.append((gap, winner, other))
                    pairs[winner, other] = min(gap, pairs.get((winner, other), gap))
        return cls(cards, [(gap, one, other) for (one, other), gap in pairs.items()], seats)

    def trials(self, pair: Pair) -> Iterator[Trial]:
        """Yield cards of the one who loses them, and what they would say for the other."""
        contest, rule = self._cards.contest, self._cards.rule
        gap, one, other = pair
        # Whoever likes `one` best and `other` least loses most by the change.
        far = len(contest.choices) + 1
        ahead = [
            (places[one], other in places, at)
            for at, places in enumerate(self._places)
            if one in places and places[one] < places.get(other, far)
        ]
        rest = [at for at, places in enumerate(self._places) if one not in places and other not in places]
        sources = [self._held[at] for at in (*(at for *_, at in sorted(ahead)), *rest)]
        if rule.ballot == "ranks":
            others = [c for c in range(len(contest.choices)) if c not in (one, other)]
            yield Trial(sources, ranked([[other]]), gap)
            if contest.ranks >= len(others) + 2:
                yield Trial(sources, ranked([[other], *([c] for c in others), [one]]), gap)
            elif contest.ranks > 1:
                yield Trial(sources, ranked([[other], [one]]), gap)
        elif rule.ballot == "scores":
            yield Trial(sources, scored({other: int(self._cards.decided["most"])}), gap)
        else:
            yield Trial(sources, marked([other]), gap)

    def last_resort(self) -> Iterator[Trial]:
        """Yield changes of all cards that could be changed."""
        for _, one, other in self.order:
            yield from self.trials((self._cards.total, one, other))
        yield Trial(self._held, BLANK, self._cards.total)


def _half(votes: VoteCount) -> int:
    return max(0, int(votes // 2)) + 1


def _places(pattern: Pattern) -> dict[CandidateIndex, int]:
    """Return by choice the rank of its first mark."""
    found: dict[CandidateIndex, int] = {}
    for mark in pattern.marks:
        found.setdefault(mark.choice, mark.rank)
    return found


def greedy(cards: Cards, lower: int, how: str, rivals: Rivals) -> Bounds:
    """Return `lower`, and the fewest cards of any trial whose change a recount confirms.

    Each trial is made once, with as many cards as it guesses; one that succeeds is made with fewer, by halving, down to
    `lower`, and others then only with fewer cards than it took. Where none succeeds, changes of all cards are made. Not
    the least there is, and never claimed to be.
    """
    trying = _Trying(cards, lower, max(12, min(MOST_COUNTS, MOST_WORK // (len(cards.units) + 1))))
    for pair in rivals.order:
        if trying.is_over:
            break
        if pair[0] < trying.least:
            for trial in rivals.trials(pair):
                trying.make(trial)
    if trying.best is None:
        trying.left = LAST_COUNTS
        for trial in rivals.last_resort():
            if trying.is_over or trying.best is not None:
                break
            trying.make(trial)
    return Bounds(lower, trying.best, how)


class _Trying:
    """The best change so far, and how many recounts may still be made."""

    def __init__(self, cards: Cards, lower: int, left: int) -> None:
        self._cards, self._lower, self.left = cards, lower, left
        self.best: Changes | None = None
        self.least = cards.total + 1

    @property
    def is_over(self) -> bool:
        return self.left <= 0 or self.least <= self._lower

    def make(self, trial: Trial) -> None:
        """Make a trial, and where it succeeds with fewer and fewer cards."""
        high, low = min(trial.held, self.least - 1, max(self._lower, trial.guess)), self._lower - 1
        if self.is_over or high <= low or not self._succeeds(trial, high):
            return
        while high - low > 1 and self.left > 0:
            middle = (low + high) // 2
            low, high = (low, middle) if self._succeeds(trial, middle) else (middle, high)

    def _succeeds(self, trial: Trial, cards: int) -> bool:
        self.left -= 1
        made = take(trial.sources, trial.after, cards)
        if not made or not self._cards.differs(made):
            return False
        self.best, self.least = made, cards
        return True
