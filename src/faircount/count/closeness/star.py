"""STAR: who is in the runoff, and who wins it."""

from faircount.count.closeness.additive import Given, overtaking
from faircount.count.closeness.cards import Cards, take
from faircount.count.closeness.closeness import Bounds
from faircount.count.closeness.linear import Value, Way, least, turn
from faircount.count.closeness.ways import scored
from faircount.model import CandidateIndex, Pattern, VoteCount

HOW = (
    "The fewest cards that turn the runoff, or that bring somebody else into it in the winner's place, or in the other "
    "finalist's where that one would win."
)


def star(cards: Cards) -> Bounds:
    """Return the closeness of a runoff between the two with most points; the lower bound is exact where it is met.

    Another wins only if one of three things holds: the finalists' runoff turns, the winner is no finalist, or a third
    has the points of the other finalist **and** is preferred to the winner.
    """
    points, elected = cards.transcript.rounds[0].votes, cards.outcome[0]
    if not elected or len(cards.transcript.rounds) < 2 or len(points) < 2:
        return least(cards, [], "Nothing better is known.", lower=1)
    winner, given = elected[0], Given(cards)
    duel = cards.transcript.rounds[1].votes
    final = [CandidateIndex(c) for c in range(len(points)) if duel[c] and c != winner]
    others = [CandidateIndex(c) for c in range(len(points)) if c != winner]
    # With nobody preferred to the winner the other finalist is not seen from the votes: anybody could be it.
    finalist = final[0] if final else max(others, key=lambda c: (points[c], -c))
    most = int(cards.decided["most"])
    ways: list[Way | None] = [*_preferred(cards, given, winner, finalist, most)] if points[finalist] else []
    ways += overtaking(cards, given, (winner,), [c for c in others if c != finalist], points)
    for third in others:
        if third != finalist or not points[finalist]:
            ways += _both(cards, given, winner, finalist, third, most)
    lower = None if final or len(others) == 1 else 1
    return least(cards, ways, HOW, lower)


def _side(given: Given, one: CandidateIndex, other: CandidateIndex) -> Value:
    """Return 1 for a card that scores `one` higher, -1 for one that scores `other` higher, else 0."""
    lead = given.lead(one, other)

    def value(pattern: Pattern) -> VoteCount:
        difference = lead(pattern)
        return (difference > 0) - (difference < 0)

    return value


def _total(cards: Cards, value: Value) -> VoteCount:
    return sum(value(pattern) * n for pattern, n in cards.units.items())


def _preferred(
    cards: Cards, given: Given, winner: CandidateIndex, finalist: CandidateIndex, most: int
) -> list[Way | None]:  # fmt: skip
    value, after = _side(given, winner, finalist), scored({finalist: most})
    level = turn(cards, value, after, _total(cards, value))
    beyond = turn(cards, value, after, _total(cards, value), below=True)
    # Level, the points decide as tie_in_runoff says; one more preference decides without them.
    return [level, *([Way(level.lower, beyond.changes)] if level and beyond else [])]


def _both(
    cards: Cards, given: Given, winner: CandidateIndex, finalist: CandidateIndex, third: CandidateIndex, most: int
) -> list[Way | None]:  # fmt: skip
    after = scored({third: most})
    lead, side = given.lead(finalist, third), _side(given, winner, third)
    by_points = turn(cards, lead, after, _total(cards, lead))
    by_side = turn(cards, side, after, _total(cards, side))
    if by_points is None or by_side is None:
        return []
    lower = max(by_points.lower, by_side.lower)
    order = sorted(cards.units, key=lambda p: (-lead(p) - most * side(p), p.sort_key()))
    enough = (n for n in (lower, lower + 1, lower + 2, 2 * lower) if n <= cards.total)
    made = (take([(p, cards.units[p]) for p in order], after, n) for n in enough)
    return [Way(lower, changes) for changes in made if changes]
