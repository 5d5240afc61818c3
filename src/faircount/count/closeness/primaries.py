"""Majority or runoff, and primaries: who is elected outright, and who goes on."""

from fractions import Fraction

from faircount.count.closeness.additive import Given, overtaking
from faircount.count.closeness.cards import Cards
from faircount.count.closeness.closeness import Bounds
from faircount.count.closeness.linear import Value, Way, least, turn
from faircount.count.closeness.ways import BLANK, marked
from faircount.model import CandidateIndex, Pattern, VoteCount

HOW = "Exact: of all ways to win or lose a majority and to change places for going on, the one with fewest cards."


def primary(cards: Cards) -> Bounds:
    """Return the closeness of `majority-or-runoff` and of `top-n`."""
    decided, given = cards.decided, Given(cards)
    by_majority = cards.rule.name == "majority-or-runoff" or decided.get("majority") == "elected"
    elected, advancing = cards.outcome
    votes = cards.transcript.rounds[0].votes
    if not sum(votes):
        ways = [_one(cards, CandidateIndex(c)) for c in range(len(votes))]
        return least(cards, ways, "Exact: nobody has a vote, and one would be the first.")
    if elected:
        return least(cards, [_loses_majority(cards, given, elected[0], votes)], HOW)
    ways = _places(cards, given, advancing, votes)
    if by_majority:
        ways += [_wins_majority(cards, given, CandidateIndex(c), votes) for c in range(len(votes))]
    return least(cards, ways, HOW)


def _one(cards: Cards, choice: CandidateIndex) -> Way | None:
    return turn(cards, lambda pattern: 0 if pattern == marked([choice]) else 1, marked([choice]), 1)


def _other(cards: Cards, votes: tuple[VoteCount, ...], choice: CandidateIndex) -> Pattern:
    """Return a card for whoever of the others has most votes, or a blank one where nobody else can have any."""
    kinds = [one.kind for one in cards.contest.choices]
    others = [c for c in range(len(votes)) if c != choice and kinds[c] != "withdrawn"]
    return marked([max(others, key=lambda c: votes[c])]) if others else BLANK


def _loses_majority(cards: Cards, given: Given, leader: CandidateIndex, votes: tuple[VoteCount, ...]) -> Way | None:
    def value(pattern: Pattern) -> VoteCount:
        return 2 * given(pattern).get(leader, 0) - sum(given(pattern).values())

    return turn(cards, value, _other(cards, votes, leader), 2 * votes[leader] - sum(votes))


def _wins_majority(cards: Cards, given: Given, choice: CandidateIndex, votes: tuple[VoteCount, ...]) -> Way | None:
    def value(pattern: Pattern) -> VoteCount:
        return sum(given(pattern).values()) - 2 * given(pattern).get(choice, 0)

    return turn(cards, value, marked([choice]), sum(votes) - 2 * votes[choice], below=True)


def _places(
    cards: Cards, given: Given, advancing: tuple[CandidateIndex, ...], votes: tuple[VoteCount, ...]
) -> list[Way | None]:
    behind = [CandidateIndex(c) for c in range(len(votes)) if c not in advancing]
    ways: list[Way | None] = list(overtaking(cards, given, advancing, behind, votes))
    places = int(cards.decided.get("advance", "2"))
    stated = cards.decided.get("least", "none")
    part = Fraction(0) if stated == "none" else Fraction(stated)
    for c in advancing:
        other = _other(cards, votes, c)
        ways.append(turn(cards, _above(given, c, part), other, votes[c] - part * sum(votes), below=bool(part)))
    if len(advancing) > places:
        # Several are level for the last place and all go on: one card parts them.
        level = [c for c in advancing if votes[c] == min(votes[c] for c in advancing)]
        ways += [turn(cards, _above(given, c, Fraction(0)), marked([o]), 1) for c in level for o in level if o != c]
    if len(advancing) < places:
        for c in behind:
            short = part * sum(votes) - votes[c]
            value = _above(given, c, part)
            ways.append(turn(cards, lambda p, value=value: -value(p), marked([c]), max(short, Fraction(1))))  # type: ignore[misc]
    return ways


def _above(given: Given, choice: CandidateIndex, part: Fraction) -> Value:
    """Return what a card adds to the votes of `choice` above `part` of all votes."""

    def value(pattern: Pattern) -> VoteCount:
        return given(pattern).get(choice, 0) - part * sum(given(pattern).values())

    return value
