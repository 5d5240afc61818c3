"""Rules that add up what cards give and elect those with most: plurality, score, cumulative, points by place.

The outcome stands as long as each of those elected has more than each of the others; so it is a matter of pairs.
"""

from collections.abc import Iterator
from fractions import Fraction

from faircount.count.closeness.cards import Cards, take
from faircount.count.closeness.closeness import Bounds, Changes
from faircount.count.closeness.linear import Value, Way, least, lowest, turn
from faircount.count.closeness.ways import BLANK, equal_ranks_count, marked, ranked, scored
from faircount.model import CandidateIndex, Contest, Pattern, VoteCount

Choices = tuple[CandidateIndex, ...]
HOW = "Exact: of all pairs of one elected and one not, the fewest cards whose change brings the second level."


class Given:
    """What each card gives to each choice."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards
        self._known: dict[int, tuple[Pattern, dict[CandidateIndex, VoteCount]]] = {}
        self._evenly = cards.decided.get("split") == "evenly"

    def __call__(self, pattern: Pattern) -> dict[CandidateIndex, VoteCount]:
        """Return votes or points by choice, as the rule reads them."""
        # By identity, held so that none is used again: to hash a pattern takes longer than to read it.
        if id(pattern) not in self._known:
            votes: dict[CandidateIndex, VoteCount] = dict(self._cards.rule.read(self._cards.contest, pattern).votes)
            if self._evenly:
                votes = dict.fromkeys(votes, Fraction(self._cards.contest.votes_allowed, len(votes) or 1))
            self._known[id(pattern)] = (pattern, votes)
        return self._known[id(pattern)][1]

    def lead(self, one: CandidateIndex, other: CandidateIndex) -> Value:
        """Return by how much a card puts `one` before `other`."""

        def value(pattern: Pattern) -> VoteCount:
            given = self(pattern)
            return given.get(one, 0) - given.get(other, 0)

        return value

    def strongest(self, loser: CandidateIndex, winner: CandidateIndex) -> Pattern:
        """Return the card that does most for `loser` against `winner`."""
        return lowest(self.lead(winner, loser), tuple(_cards_for(self._cards, loser, winner)))


def _cards_for(cards: Cards, loser: CandidateIndex, winner: CandidateIndex) -> Iterator[Pattern]:
    contest = cards.contest
    if cards.rule.ballot == "scores":
        yield scored({loser: int(cards.decided["most"])})
    elif cards.rule.ballot == "ranks":
        others = [c for c in range(len(contest.choices)) if c not in (loser, winner)]
        for n in range(min(contest.ranks, len(others) + 1)):
            yield ranked([[loser], *([c] for c in others[:n])])
        if winner in range(len(contest.choices)) and contest.ranks > len(others) + 1:
            yield ranked([[loser], *([c] for c in others), [winner]])
        if contest.ranks > 1 and others and equal_ranks_count(cards.decided):
            yield ranked([[loser], others])
    elif cards.rule.name == "cumulative" and not cards.decided["split"] == "evenly":
        yield scored({loser: contest.votes_allowed})
    elif contest.choices[loser].kind == "write-in" and cards.rule.name != "cumulative":
        # Each mark in the pool of write-ins names somebody else, and all are votes for the pool.
        yield marked([loser] * contest.votes_allowed)
    else:
        yield marked([loser])


def additive(cards: Cards) -> Bounds:
    """Return the closeness of a rule that elects those with most, one for each seat."""
    votes, elected = cards.transcript.rounds[0].votes, cards.outcome[0]
    losers = [c for c in _everyone(cards.contest) if c not in elected and not cards.contest.choices[c].abstains]
    given = Given(cards)
    reachable = [c for c in losers if given(given.strongest(c, CandidateIndex(-1))).get(c)]
    if len(elected) < cards.contest.seats and reachable:
        return least(cards, vacancy(cards, given, reachable), "Exact: a seat is empty, and one vote takes it.")
    ways: list[Way | None] = [*overtaking(cards, given, elected, reachable, votes)]
    how = HOW
    if not ways:
        ways = [nobody_left(cards, given, elected)]
        how = "Exact: nobody else could be elected, so only cards that elect nobody would change the outcome."
    found = least(cards, ways, how)
    pairs = [(w, c, votes[w] - votes[c]) for w in elected for c in reachable]
    added = min((-(-Fraction(d) // -given.lead(w, c)(given.strongest(c, w))) for w, c, d in pairs), default=None)
    removed = min((n for w, c, d in pairs if (n := _removed(cards, given.lead(w, c), d)) is not None), default=None)
    return Bounds(found.lower, found.changes, how, None if added is None else int(added), removed)


def _everyone(contest: Contest) -> list[CandidateIndex]:
    return [CandidateIndex(c) for c in range(len(contest.choices))]


def overtaking(
    cards: Cards, given: Given, ahead: Choices, behind: list[CandidateIndex], votes: tuple[VoteCount, ...]
) -> list[Way]:
    """Return for pairs of one ahead and one behind the fewest cards that bring the second level; not for all.

    Pairs that cannot be the closest are left out: no card brings a pair nearer by more than it can give and take.
    """
    ways: list[Way] = []
    for one, other in sorted(((w, c) for w in ahead for c in behind), key=lambda p: votes[p[0]] - votes[p[1]]):
        value, after = given.lead(one, other), given.strongest(other, one)
        lead = votes[one] - votes[other]
        most = -value(after) - given.lead(other, one)(given.strongest(one, other))
        if ways and most and -(-Fraction(lead) // most) > min(way.lower for way in ways):
            continue
        way = turn(cards, value, after, lead)
        if way is not None:
            ways.append(way)
    return ways


def vacancy(cards: Cards, given: Given, behind: list[CandidateIndex]) -> list[Way]:
    """Return the change of one card that gives an empty seat to somebody."""
    made = (take(cards.units.items(), given.strongest(c, CandidateIndex(-1)), 1) for c in behind)
    return [Way(1, changes) for changes in made if changes]


def nobody_left(cards: Cards, given: Given, elected: Choices) -> Way | None:
    """Return the change of every card that counts for one of those elected, whoever has fewest such cards."""
    made: list[Changes] = []
    for one in elected:
        # With points by place a choice is elected without any, as long as some card prefers somebody.
        counts = [
            (p, n) for p, n in cards.units.items() if (given(p) if cards.rule.ballot == "ranks" else one in given(p))
        ]
        changes = take(counts, BLANK, sum(n for _, n in counts))
        if changes:
            made.append(changes)
    ways = [Way(sum(one.cards for one in changes), changes) for changes in made]
    return min(ways, key=lambda way: way.lower, default=None)


def _removed(cards: Cards, value: Value, lead: VoteCount) -> int | None:
    gone = 0
    for pattern in sorted(cards.units, key=value, reverse=True):
        worth = value(pattern)
        if lead <= 0 or worth <= 0:
            break
        n = min(cards.units[pattern], int(-(-Fraction(lead) // worth)))
        gone, lead = gone + n, lead - n * worth
    return gone if lead <= 0 else None
