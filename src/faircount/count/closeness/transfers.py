"""Rules with several rounds or seats: who stands above whom whatever else happens, and a change that elects another.

Source of the lower bound: the assertion "always greater" of Blom, Stuckey, Teague and Vukcevic 2021, "A First Approach
to Risk-Limiting Audits for Single Transferable Vote Elections", arXiv:2112.09921.
"""

from fractions import Fraction

from faircount.count.closeness.cards import Cards
from faircount.count.closeness.closeness import Bounds
from faircount.count.closeness.greedy import Rivals, greedy
from faircount.count.closeness.rankings import Rankings
from faircount.count.ranked.ballot_options import BALLOT_OPTIONS

ABOVE = (
    "At the least, a first count would have to lose its quota, or somebody's first preferences sink to all that "
    "another could ever have."
)
ONE = "Nothing better than 1 is known."
QUOTAS_ELECT = ("stv", "irish-stv", "cambridge-stv", "meek")
MOST_PAIRS = 400


def transfers(cards: Cards) -> Bounds:
    """Return bounds for rules that exclude and transfer; the upper one is a change that a recount confirms."""
    lower = _always_above(cards)
    return greedy(cards, lower, ABOVE if lower > 1 else ONE, Rivals.of(cards))


def _always_above(cards: Cards) -> int:
    """Return cards without which everybody elected stays elected; 1 where that cannot be said.

    Whoever is not elected yet holds all first preferences, in full. Another can hold no more than the cards that
    rank it and do not rank this one first. While the former is above the latter for all pairs, none of the elected is
    excluded, or passed at a quota, before any other. One with a quota of first preferences is elected at once.
    """
    decided, elected = cards.decided, cards.outcome[0]
    plain = {option.name for option in BALLOT_OPTIONS} <= set(decided)
    bars = decided.get("minimum", "0") != "0" or decided.get("stop_after", "never") != "never"
    seats = cards.contest.seats if cards.rule.many_seats else 1
    groups = any(choice.kind == "group" for choice in cards.contest.choices)
    if not plain or bars or groups or decided.get("until", "seats") == "part" or len(elected) != seats:
        return 1
    rankings = Rankings(cards)
    losers = [c for c in rankings.standing if c not in elected]
    if len(elected) * len(losers) > MOST_PAIRS or not set(elected) <= set(rankings.standing):
        return 1
    first = rankings.tally(rankings.standing)
    found = cards.total + 1
    for one in elected:
        gaps = [first[one] - rankings.tally((one, other))[other] for other in losers]
        above = int(-(-Fraction(min(gaps)) // 2)) if gaps and min(gaps) > 0 else 1
        found = min(found, max(above, _above_quota(cards, one)))
    return max(1, found) if losers else 1


def _above_quota(cards: Cards, one: int) -> int:
    """Return cards that a choice elected in the first round could lose, and 1 more; 1 for all others.

    A card changed can also raise the quota, where it did not count for anybody: by no more than its own part of a
    seat, and rounding by 1.
    """
    start = cards.transcript.rounds[0]
    if cards.rule.name not in QUOTAS_ELECT or one not in start.elected or start.threshold is None:
        return 1
    idle = int(sum(votes for _, votes in start.inactive))
    slack = start.votes[one] - start.threshold
    least, most = 0, cards.total + 1
    while most - least > 1:
        n = (least + most) // 2
        raised = -(-min(n, idle) // cards.contest.seats) + 1 if idle else 0
        least, most = (n, most) if n + raised < slack else (least, n)
    return most
