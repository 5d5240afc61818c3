"""Measures and proposals: how many cards from the threshold, either way."""

from fractions import Fraction

from faircount.count.closeness.cards import Cards, take
from faircount.count.closeness.closeness import Bounds, Change
from faircount.count.closeness.linear import Way, least, turn
from faircount.count.closeness.ways import BLANK, marked
from faircount.model import Pattern, Profile, VoteCount

HOW = "Exact: how far the votes are from the threshold, in cards that bring it nearest."
ALIKE = "The fewest cards that, brought to one way of voting, do; exact where nobody voted on a measure."
QUORUM = "Exact: a quorum was missed, and to change cards that were cast brings no more of them."


def measure(cards: Cards) -> Bounds:
    """Return the closeness of `threshold` and `proposal`: the cards after whose change it would not pass, or pass.

    How far the votes are from the threshold is a sum over cards, as long as who takes part does not change. What each
    way of voting adds to it is seen by changing one card of it and asking the rule's own margin.
    """
    above = _above(cards, cards.units)
    passed = bool(cards.outcome[0])
    note = cards.transcript.rounds[0].note
    if "quorum" in note:  # it was missed; where it is not checked the note says Quorum
        return Bounds(cards.total + 1, None, QUORUM)
    size = len(cards.contest.choices)
    targets = [BLANK, *(marked([c]) for c in range(size))]
    worth = _worth(cards, above, targets)
    if above is None or not worth:
        # Where nobody voted on a measure all cards are alike to it, and the fewest that a recount confirms are least.
        certain = cards.rule.name == "threshold" and not _voters(cards)
        return least(cards, _all_alike(cards, targets), ALIKE, None if certain else 1)
    after = (min if passed else max)(targets, key=lambda target: (worth[target], target.sort_key()))
    strict = _strict(cards)
    if passed:
        way = turn(cards, worth.__getitem__, after, above, below=not strict)
    else:
        way = turn(cards, lambda pattern: -worth[pattern], after, -above, below=strict)
        if way is not None and not way.changes:
            way = turn(cards, lambda pattern: pattern != after, after, 1)
    emptied = take([(p, n) for p, n in cards.units.items() if _voted(cards, p)], BLANK, _voters(cards))
    ways = [way]
    if passed and emptied:
        ways.append(Way(_voters(cards), emptied))
    return least(cards, ways, HOW)


def _strict(cards: Cards) -> bool:
    return cards.decided["reach"] == "more-than"


def _voted(cards: Cards, pattern: Pattern) -> bool:
    return bool(cards.rule.read(cards.contest, pattern).votes)


def _voters(cards: Cards) -> int:
    return sum(n for pattern, n in cards.units.items() if _voted(cards, pattern))


def _above(cards: Cards, units: dict[Pattern, int]) -> VoteCount | None:
    """Return how far the votes for the measure are above what is needed; None where the rule gives no margin."""
    profile = Profile.of({pattern: n for pattern, n in units.items() if n})
    transcript = cards.rule.count(cards.contest, profile)
    margin = cards.rule.margin(cards.contest, transcript)
    if margin is None:
        return None
    return margin.votes if transcript.verdict == "passed" else -margin.votes


def _worth(cards: Cards, above: VoteCount | None, targets: list[Pattern]) -> dict[Pattern, VoteCount]:
    """Return what a card of each pattern adds to the distance from the threshold; empty where that cannot be told."""
    if above is None:
        return {}
    # One spare card stands for all: it is added blank, and then as each pattern.
    spare = {**cards.units, BLANK: cards.units.get(BLANK, 0) + 1}
    ground = _above(cards, spare)
    found: dict[Pattern, VoteCount] = {}
    kinds: dict[object, VoteCount] = {}
    for pattern in dict.fromkeys((*cards.units, *targets)):
        kind = (cards.rule.read(cards.contest, pattern).votes, pattern.conditions if not pattern.marks else ())
        if kind not in kinds:
            moved = {**spare, BLANK: spare[BLANK] - 1}
            moved[pattern] = moved.get(pattern, 0) + 1
            there = _above(cards, moved)
            if there is None or ground is None:
                return {}
            kinds[kind] = Fraction(there - ground)
        found[pattern] = kinds[kind]
    return found


def _all_alike(cards: Cards, targets: list[Pattern]) -> list[Way]:
    """Return for each way of voting the fewest cards that, brought to it, do as a recount confirms."""
    ways: list[Way] = []
    for after in targets:
        sources = [(p, n) for p, n in cards.units.items() if p != after]
        low, high = 0, sum(n for _, n in sources)
        whole = take(sources, after, high)
        if not high or whole is None or not cards.differs(whole):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            part: tuple[Change, ...] = take(sources, after, middle) or ()
            low, high = (low, middle) if cards.differs(part) else (middle, high)
        ways.append(Way(high, take(sources, after, high) or ()))
    return ways
