"""Instant runoff: how few cards make another choice win, by search over orders of exclusion from their end.

Lower bounds need no linear programme. Where an order ends in a suffix, its choices stand to the last; so each of them
in turn has no more votes than those after it, with these alone standing, and every choice before the suffix goes out
while the whole suffix stands. What it costs to make one choice the lowest of some is `to_lowest`. Sources: Magrino,
Rivest, Shen and Wagner 2011, "Computing the margin of victory in IRV elections", EVT/WOTE; Blom, Stuckey and Teague
2016, "Efficient computation of exact IRV margins", arXiv:1508.04885 (bounds by pairs, search from the end); Cary 2011,
"Estimating the margin of victory for instant-runoff voting", EVT/WOTE (upper bounds from one exclusion).
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from faircount.count.closeness.cards import Cards, take
from faircount.count.closeness.closeness import Bounds, Change, Changes
from faircount.count.closeness.rankings import Rankings
from faircount.count.closeness.ways import BLANK, ranked
from faircount.model import CandidateIndex, Pattern, VoteCount

Order = tuple[CandidateIndex, ...]
MOST_WORK = 4_000
"""Suffixes looked into, times choices, before the search stops and leaves a gap between its bounds."""
MOST_TRIALS = 60
"""Changes of one exclusion that are counted on."""


def to_lowest(low: VoteCount, others: Sequence[VoteCount]) -> int:
    """Return the fewest cards whose change may make a choice with `low` votes no higher than any of `others`.

    A card takes at most one vote from the one and gives at most one to one of the others: n cards do only if
    the others together lack no more than n of `low` - n.
    """
    least, most = -1, int(-(-Fraction(low) // 1))
    while most - least > 1:
        n = (least + most) // 2
        least, most = (least, n) if sum(max(0, low - n - votes) for votes in others) <= n else (n, most)
    return max(most, 0)


def instant_runoff(cards: Cards) -> Bounds:
    """Return the closeness of an instant runoff between all who can win, one winner, no other bars."""
    rankings = Rankings(cards)
    winner = cards.outcome[0][0]
    if len(rankings.standing) == 1:
        # A card that reaches the winner only after write-ins that cannot win counts too; one for them alone does not.
        voting = rankings.reaching(winner)
        changes = take(voting, BLANK, sum(n for _, n in voting))
        return Bounds(cards.total if changes is None else sum(n for _, n in voting), changes,
                      "Exact: nobody else could win, so only cards without a vote would change that.")  # fmt: skip
    changes = _by_one_exclusion(rankings, winner)
    return _searched(rankings, winner, changes)


# ---- upper bounds ----------------------------------------------------------------
def natural_order(rankings: Rankings, changes: Changes = (), wanted: Order = ()) -> Order:
    """Return all choices in the order in which one after another goes out, the last one the winner.

    Of equal ones whoever comes first in `wanted` goes, then in the order of the ballot.
    """
    standing, out, beside = list(rankings.standing), [], rankings.walked(changes)
    place = {c: at for at, c in enumerate(wanted)}
    while standing:
        votes = rankings.tally(standing, beside)
        lowest = min(standing, key=lambda c: (votes[c], place.get(c, len(place)), c))
        out.append(lowest)
        standing.remove(lowest)
    return tuple(out)


def _repair(rankings: Rankings, standing: Order, out: CandidateIndex, after: Order, changes: Changes) -> Changes | None:
    """Return changes that make `out` the lowest of `standing`, beside `changes` made already.

    Cards that count for `out` are given to whoever lacks votes; `after` are those to whom they go on.
    """
    votes = rankings.tally(standing, rankings.walked(changes))
    others = [c for c in standing if c != out]
    n = to_lowest(votes[out], [votes[c] for c in others])
    lacking = {c: int(max(0, -(-Fraction(votes[out] - n - votes[c]) // 1))) for c in others}
    favourite = next((c for c in reversed(after) if c in lacking), others[-1])
    lacking[favourite] += n - sum(lacking.values())
    used = Counter[Pattern]()
    for one in changes:
        used[one.before] += one.cards
    sources = [(pattern, held - used[pattern]) for pattern, held in rankings.at(out, standing)]
    made: list[Change] = []
    for choice, count in lacking.items():
        levels = [[choice], *([c] for c in reversed(after) if c not in (choice, out))]
        found = take(sources, ranked(levels[: rankings.cards.contest.ranks]), count)
        if found is None:
            return None
        made += found
        gone = {one.before: one.cards for one in found}
        sources = [(pattern, held - gone.get(pattern, 0)) for pattern, held in sources]
    return (*changes, *made)


def _by_one_exclusion(rankings: Rankings, winner: CandidateIndex) -> Changes | None:
    """Return the cheapest change of a single exclusion that brings another winner, as a recount confirms it."""
    cards, order = rankings.cards, natural_order(rankings)
    tallies = [rankings.tally(order[at:]) for at in range(len(order) - 1)]

    def cost(at: int, one: CandidateIndex) -> int:
        return to_lowest(tallies[at][one], [tallies[at][c] for c in order[at:] if c != one])

    certain = min((cost(at, winner), at, winner) for at in range(len(tallies)))
    trials = [
        (cost(at, one), at, one)
        for at, votes in enumerate(tallies)
        for one in order[at + 1 :]
        # Nobody falls to the lowest by fewer cards than half of what parts them.
        if one != winner and votes[one] - votes[order[at]] < 2 * certain[0]
    ]
    for price, at, one in [*sorted(trials)[:MOST_TRIALS], certain]:
        if price > certain[0]:
            continue
        after = tuple(c for c in order[at:] if c not in (one, winner))
        changes = _repair(rankings, order[at:], one, after, ())
        if not changes or (one != winner and natural_order(rankings, changes, (*order[:at], one))[-1] == winner):
            continue
        if cards.differs(changes):
            return changes
    return None


def _along(rankings: Rankings, order: Order) -> Changes | None:
    """Return changes with which choices go out in `order`, if what is repaired for one stands for the rest."""
    changes: Changes = ()
    for at in range(len(order) - 1):
        found = _repair(rankings, order[at:], order[at], (*order[at + 1 :],), changes)
        if found is None:
            return None
        changes = found
    return changes if changes and rankings.cards.differs(changes) else None


# ---- lower bounds ----------------------------------------------------------------
def _searched(rankings: Rankings, winner: CandidateIndex, changes: Changes | None) -> Bounds:
    """Return bounds from a best-first search of suffixes that end in another winner."""
    upper = sum(one.cards for one in changes) if changes else rankings.cards.total + 1
    first = rankings.tally(rankings.standing)
    heap: list[tuple[int, int, Order]] = []
    for one in rankings.standing:
        if one != winner:
            heapq.heappush(heap, (_price(rankings, first, (one,)), -1, (one,)))
    looked = 0
    while heap and heap[0][0] < upper and looked * rankings.size < MOST_WORK:
        price, _, suffix = heapq.heappop(heap)
        looked += 1
        whole = _completed(rankings, suffix)
        if whole[0] <= price:
            # No order has a lower price than this whole one, so nothing here raises the lower bound any more.
            better = _along(rankings, whole[1])
            if better is not None and sum(one.cards for one in better) < upper:
                changes, upper = better, sum(one.cards for one in better)
            return _told(price, changes)
        for child, cost in _children(rankings, first, suffix):
            if max(cost, price) < upper:
                heapq.heappush(heap, (max(cost, price), -len(child), child))
    lower = min(heap[0][0], upper) if heap else upper
    return _told(lower, changes)


def _told(lower: int, changes: Changes | None) -> Bounds:
    upper = None if changes is None else sum(one.cards for one in changes)
    how = "a search of all orders of exclusion from their end, and the least change found"
    return Bounds(max(1, lower), changes, f"{'Exact: ' if lower == upper else 'Between the bounds of '}{how}.")


def _children(rankings: Rankings, first: Sequence[VoteCount], suffix: Order) -> Iterator[tuple[Order, int]]:
    for one in rankings.standing:
        if one not in suffix:
            yield (one, *suffix), _price(rankings, first, (one, *suffix))


def _price(rankings: Rankings, first: Sequence[VoteCount], suffix: Order) -> int:
    """Return cards without which no order ends in `suffix`; what shorter suffixes of it cost is not counted again.

    A choice before the suffix has at least its first preferences when it goes out, and each of the suffix then has at
    most what it would have against this choice and the rest of the suffix alone.
    """
    votes = rankings.tally(suffix)
    price = to_lowest(votes[suffix[0]], [votes[c] for c in suffix[1:]])
    table = rankings.with_one_more(suffix)
    for one in rankings.standing:
        if one not in suffix:
            price = max(price, to_lowest(first[one], [table[one][c] for c in suffix]))
    return price


def _completed(rankings: Rankings, suffix: Order) -> tuple[int, Order]:
    """Return a whole order that ends in `suffix`, and what its exclusions before the suffix cost, one by one."""
    standing, out, price = list(rankings.standing), [], 0
    while len(standing) > len(suffix):
        votes = rankings.tally(standing)
        lowest = min((c for c in standing if c not in suffix), key=lambda c: (votes[c], c))
        standing.remove(lowest)
        out.append(lowest)
        price = max(price, to_lowest(votes[lowest], [votes[c] for c in standing]))
    return price, (*out, *suffix)
