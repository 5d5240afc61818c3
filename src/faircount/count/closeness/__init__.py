"""How close a contest was, for every rule: certified bounds, exact where they meet. See docs/closeness.md."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from faircount.count.closeness.additive import additive
from faircount.count.closeness.cards import Cards, take
from faircount.count.closeness.closeness import Bounds, Change, Changes, Closeness
from faircount.count.closeness.elimination import instant_runoff
from faircount.count.closeness.exhaustive import narrowed
from faircount.count.closeness.lists import highest_averages, largest_remainder
from faircount.count.closeness.measures import measure
from faircount.count.closeness.pairwise import pairwise
from faircount.count.closeness.primaries import primary
from faircount.count.closeness.star import star
from faircount.count.closeness.transfers import transfers
from faircount.count.closeness.ways import BLANK
from faircount.count.rule import Rule
from faircount.model import Contest, Profile

SEARCHES: Mapping[str, Callable[[Cards], Bounds]] = {
    **dict.fromkeys(("plurality", "score", "cumulative", "borda", "dowdall"), additive),
    **dict.fromkeys(("majority-or-runoff", "top-n"), primary),
    **dict.fromkeys(("threshold", "proposal"), measure),
    "star": star,
    "highest-averages": highest_averages,
    "largest-remainder": largest_remainder,
    **dict.fromkeys(
        ("ranked-pairs", "schulze", "minimax", "copeland", "kemeny", "smith-instant-runoff"), pairwise
    ),
}  # fmt: skip
"""Rules with bounds of their own; every other rule has those of `transfers`."""


def closeness(rule: Rule, contest: Contest, profile: Profile) -> Closeness:
    """Return how few cards, changed, give another outcome: bounds, and changes that prove the upper one by a recount.

    Raises what the rule raises where it cannot count the contest, and `UsageError` where cards weigh fractions.
    """
    cards = Cards(rule, contest, profile)
    if not cards.is_settled:
        found = Bounds(0, (), "Exact: the outcome hangs on a tie, so no card needs to be different.")
    elif not cards.total:
        found = Bounds(1, None, "There is no card to change.")
    else:
        found = narrowed(cards, _unless_emptied(cards, _search(cards)(cards)))
    if cards.is_settled and not cards.all_tried:
        found = replace(found, lower=0, how=f"Not all ways to decide the ties could be tried. {found.how}")
    return Closeness(
        contest=contest,
        lower=found.lower,
        upper=found.upper,
        how=found.how,
        cards=cards.total,
        example=found.changes or (),
        unit=cards.unit,
        added=found.added,
        removed=found.removed,
    )


def _unless_emptied(cards: Cards, found: Bounds) -> Bounds:
    """Return `found`, but never that nothing alters an outcome which all cards left blank would alter."""
    if found.changes is not None or found.lower <= cards.total:
        return found
    voted = [(pattern, n) for pattern, n in cards.units.items() if pattern != BLANK]
    changes = take(voted, BLANK, sum(n for _, n in voted))
    if not changes or not cards.differs(changes):
        return found
    return replace(
        found, lower=1, changes=changes, how="Nobody else could be elected; cards without a vote elect nobody."
    )


def _search(cards: Cards) -> Callable[[Cards], Bounds]:
    decided = cards.decided
    barred = decided.get("minimum") != "0" or decided.get("stop_after") != "never"
    if cards.rule.name == "instant-runoff" and cards.outcome[0] and not barred:
        return instant_runoff
    return SEARCHES.get(cards.rule.name, transfers)


__all__ = ["Change", "Changes", "Closeness", "closeness"]
