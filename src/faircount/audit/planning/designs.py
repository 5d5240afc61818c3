"""Designs of an audit: which are possible with the records at hand, and the work that each takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from faircount.audit.planning.cells import compared, polled, pooled_bet
from faircount.audit.planning.cost import DEFAULTS, Cost, Prices, Work, cost_of
from faircount.audit.planning.facts import NO_ERRORS, ContestFacts, Kind, Rates
from faircount.audit.planning.hybrid import hybrid_size
from faircount.audit.planning.joint import Style, batches_opened, distinct_batches, expected_union
from faircount.audit.planning.simulation import NO_BATCH_ERRORS, PERCENTS, BatchErrors, simulate, simulate_batches
from faircount.audit.planning.sizes import batch_bound
from faircount.model import HALF, BadInputError, Catalog, UsageError
from faircount.risk.risk_function import checked_risk_limit


@dataclass(frozen=True, slots=True)
class Method:
    """A risk function by its name in RISKS, and those of its settings that are not to follow from the records."""

    name: str
    settings: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be audited, with what, and what is assumed of errors. Everything that a forecast hangs on."""

    contests: tuple[ContestFacts, ...]
    styles: tuple[Style, ...]
    """Which contests are on the same cards; contests by their titles."""
    batch_cards: tuple[int, ...]
    """Cards in each container of the manifest; empty where there is no manifest."""
    batch_totals: bool = False
    """Whether there are totals of each contest by container."""
    can_find_cards: bool = True
    """Whether the card of a record can be found: numbers printed on cards, or scanned order kept."""
    risk_limit: float = 0.05
    percent: int = 90
    """The percentile of sizes that work and cost are stated for, each contest at its own; one of PERCENTS."""
    rates: Rates = NO_ERRORS
    batch_errors: BatchErrors = NO_BATCH_ERRORS
    prices: Prices = DEFAULTS
    comparison: Method = Method("cobra")
    pooled: Method = Method("betting-fixed")
    """Where its bet is not stated, it is `pooled_bet` of each contest."""
    polling: Method = Method("alpha")
    runs: int = 400
    seed: str = "plan"

    def __post_init__(self) -> None:
        checked_risk_limit(self.risk_limit)
        if self.percent not in PERCENTS or not self.contests:
            raise UsageError(f"a contest or more, and a percentile out of {PERCENTS}, not {self.percent}")
        for contest in self.contests:
            held = sum(style.cards for style in self.styles if contest.title in style.contests)
            if held != contest.cards:
                raise BadInputError(contest.title, f"styles hold its {contest.cards:,} cards", f"{held:,}")
        if self.batch_cards and sum(self.batch_cards) != self.cards:
            raise BadInputError("manifest", f"the {self.cards:,} cards of the styles", f"{sum(self.batch_cards):,}")

    @property
    def cards(self) -> int:
        """All cards of the election, whatever is on them."""
        return sum(style.cards for style in self.styles)

    @property
    def recorded(self) -> bool:
        """Whether every card of every contest has a record of its own."""
        return not any(contest.pooled for contest in self.contests)


Sizes = Mapping[str, int]
"""Contest → cards to draw, or batches; all of them where it is to be counted by hand."""
Taken = tuple[Sizes, tuple[str, ...], Work]
"""Draws of each contest, those contests that come to a full hand count all the same, and all the work."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one design takes, if assumptions hold."""

    design: str
    missing: tuple[str, ...]
    """What would have to be there to use it; nothing where it can be used."""
    sizes: tuple[tuple[str, int], ...]
    """(contest, draws) at the percentile: cards, or batches where whole batches are drawn."""
    hand_counts: tuple[str, ...]
    """Contests that come to a full hand count all the same."""
    work: Work
    cost: Cost

    @property
    def possible(self) -> bool:
        """Whether the records at hand allow it."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Design:
    """A way to audit: a name, what it asks for, and its work."""

    name: str
    missing: Callable[[Plan], tuple[str, ...]]
    """What it would need and is not there, in words."""
    estimate: Callable[[Plan], Taken | None]
    """What it takes; None where facts do not even say."""


def estimates(plan: Plan) -> tuple[Estimate, ...]:
    """Return every design that can be estimated, cheapest first; those that are not possible say what is missing."""
    found = []
    for design in DESIGNS.values():
        told = design.estimate(plan)
        if told is None:
            continue
        sizes, whole, work = told
        found.append(Estimate(design.name, design.missing(plan), tuple(sizes.items()), whole, work,
                              cost_of(work, plan.prices)))  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.cost.people_hours, one.design)))


Look = Literal["compare", "pools", "poll"]
"""What is done with a card: compared with its record; with that, or its pool's mean; looked at alone."""


@lru_cache(maxsize=1024)
def _percentile(
    contest: ContestFacts, look: Look, method: Method, risk_limit: float, rates: Rates, percent: int, runs: int,
    seed: str,
) -> int:  # fmt: skip
    """Return the cards by which so many of 100 audits of one contest end. Remembered: what-ifs ask again."""
    known = replace(contest, pools=()) if look == "compare" else contest
    cells = polled(contest) if look == "poll" else compared(known, rates)
    found = simulate(cells, method.name, risk_limit, dict(method.settings), runs=runs, seed=seed)
    return min(found.whole.at(percent), contest.cards)


def _size(plan: Plan, contest: ContestFacts, look: Look) -> int:
    method = {"compare": plan.comparison, "pools": plan.pooled, "poll": plan.polling}[look]
    if look == "pools" and method == Method("betting-fixed"):
        method = Method(method.name, (("bet", pooled_bet(contest)),))
    return _percentile(contest, look, method, plan.risk_limit, plan.rates, plan.percent, plan.runs, plan.seed)


def _sampled(plan: Plan, look: Look) -> Taken:
    return _taken(plan, {contest.title: _size(plan, contest, look) for contest in plan.contests})


def _taken(plan: Plan, sizes: Sizes) -> Taken:
    """Return what drawing cards takes: those of contests that need all cards are counted batch by batch instead."""
    whole = [one for one in plan.contests if sizes[one.title] >= one.cards]
    by_hand = tuple(one.title for one in whole)
    union = expected_union(plan.styles, {title: size for title, size in sizes.items() if title not in by_hand})
    return sizes, by_hand, _work(plan, union.cards, union.readings, whole)


def _work(plan: Plan, cards: float, readings: float, whole: Sequence[ContestFacts]) -> Work:
    opened = batches_opened(plan.batch_cards, min(plan.cards, round(cards))) if plan.batch_cards else 0.0
    sample = Work(opened, cards, readings, 0, 1)
    if not whole:
        return sample
    return sample + Work(len(plan.batch_cards) - opened, 0, 0, sum(one.cards for one in whole), 2)


def _card_comparison(plan: Plan) -> Taken:
    return _sampled(plan, "compare")


def _polling(plan: Plan) -> Taken:
    """No list says which cards hold a contest, so each is polled from all cards, and those for the others serve it."""
    sizes = {one.title: _size(plan, _among(one, plan.cards), "poll") for one in plan.contests}
    whole = [one for one in plan.contests if sizes[one.title] >= plan.cards]
    some = [one for one in plan.contests if one not in whole]
    drawn = max((sizes[one.title] for one in some), default=0)
    readings = drawn * sum(one.cards for one in some) / plan.cards
    return sizes, tuple(one.title for one in whole), _work(plan, drawn, readings, whole)


def _among(contest: ContestFacts, cards: int) -> ContestFacts:
    """Return the contest among so many cards, of which those without it are worth ½."""
    others = cards - contest.cards
    if not others:
        return contest
    claims = tuple(replace(one, margin=one.margin * one.cards / cards, cards=cards) for one in contest.assertions)
    blank = Kind(others, tuple(HALF for _ in claims))
    return replace(contest, assertions=claims, ballots=(*contest.ballots, blank) if contest.ballots else ())


def _pools(plan: Plan) -> Taken | None:
    return None if plan.recorded else _sampled(plan, "pools")


def _hybrid(plan: Plan) -> Taken | None:
    """Contests with records of all or of none of their cards are in one stratum and need no combining."""
    if plan.recorded:
        return None
    sizes = {}
    for contest in plan.contests:
        if contest.pooled in (0, contest.cards):
            sizes[contest.title] = _size(plan, contest, "poll" if contest.pooled else "compare")
            continue
        found = hybrid_size(contest, plan.risk_limit, plan.percent / 100, plan.rates)
        sizes[contest.title] = min(found.compared + found.polled, contest.cards) if found else contest.cards
    return _taken(plan, sizes)


def _batch_comparison(plan: Plan) -> Taken | None:
    if not plan.batch_cards:
        return None
    sizes, by_hand, missed, counted = {}, [], [1.0] * len(plan.batch_cards), list[float]()
    for contest in plan.contests:
        # Without totals by batch: each holds the contest in the same share as all, and could be wrong to its size.
        bound = batch_bound(contest.hardest)
        bounds = [bound * Fraction(cards, plan.cards) for cards in plan.batch_cards]
        found = simulate_batches(bounds, plan.batch_cards, plan.risk_limit, plan.batch_errors, runs=plan.runs,
                                 seed=plan.seed, title=contest.title)["draws"]  # fmt: skip
        sizes[contest.title] = draws = found.at(plan.percent)
        chances = [cards / plan.cards for cards in plan.batch_cards]
        opened = distinct_batches(chances, draws)
        if 1 - found.hand_counts < Fraction(plan.percent, 100) or round(opened) == len(chances):
            by_hand.append(contest.title)
            sizes[contest.title] = len(chances)
            counted.append(contest.cards)
            missed = [0.0] * len(chances)
            continue
        counted.append(contest.cards * opened / len(plan.batch_cards))
        missed = [one * (1 - chance) ** draws for one, chance in zip(missed, chances, strict=True)]
    work = Work(sum(1 - one for one in missed), 0, 0, sum(counted), 2 if by_hand else 1)
    return sizes, tuple(by_hand), work


def _hand_count(plan: Plan) -> Taken:
    sizes = {contest.title: contest.cards for contest in plan.contests}
    return sizes, tuple(sizes), Work(len(plan.batch_cards) or 1, 0, 0, sum(sizes.values()), 1)


def _needs(plan: Plan, *needs: str) -> tuple[str, ...]:
    there = {
        "manifest": bool(plan.batch_cards), "records": plan.recorded, "findable": plan.can_find_cards,
        "totals": plan.batch_totals,
    }  # fmt: skip
    return tuple(WORDS[need] for need in needs if not there[need])


WORDS = {
    "manifest": "a list of containers with the cards in each",
    "records": "a record of every single card",
    "findable": "a way to find the card of a record",
    "totals": "totals of each contest by container",
}
DESIGNS: Catalog[Design] = Catalog(
    "design",
    Design("card comparison", lambda plan: _needs(plan, "manifest", "records", "findable"), _card_comparison),
    Design("polling", lambda plan: _needs(plan, "manifest"), _polling),
    Design("batch comparison", lambda plan: _needs(plan, "manifest", "totals"), _batch_comparison),
    Design("comparison with pools", lambda plan: _needs(plan, "manifest", "findable", "totals"), _pools),
    Design("comparison and polling by strata", lambda plan: _needs(plan, "manifest", "findable"), _hybrid),
    Design("full hand count", lambda plan: (), _hand_count),
)
