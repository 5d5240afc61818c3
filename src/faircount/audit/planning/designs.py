"""Designs of an audit: which are possible with the records at hand, and the work that each takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from faircount.audit.planning.cells import compared, polled
from faircount.audit.planning.cost import DEFAULTS, Cost, Prices, Work, cost_of
from faircount.audit.planning.facts import NO_ERRORS, ContestFacts, Rates
from faircount.audit.planning.hybrid import hybrid_size
from faircount.audit.planning.joint import Style, batches_opened, distinct_batches, expected_union
from faircount.audit.planning.simulation import NO_BATCH_ERRORS, PERCENTS, BatchErrors, simulate, simulate_batches
from faircount.audit.planning.sizes import batch_bound
from faircount.model import BadInputError, Catalog, UsageError
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
    comparison: Method = Method("comparison-adaptive")
    pooled: Method = Method("betting-fixed")
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
"""Contest → cards to draw; all its cards where it is to be counted by hand."""


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
    estimate: Callable[[Plan], tuple[Sizes, Work] | None]
    """Draws of each contest and all the work; None where facts do not even say what it would take."""


def estimates(plan: Plan) -> tuple[Estimate, ...]:
    """Return every design that can be estimated, cheapest first; those that are not possible say what is missing."""
    found = []
    for design in DESIGNS.values():
        told = design.estimate(plan)
        if told is None:
            continue
        sizes, work = told
        all_cards = {one.title: one.cards for one in plan.contests}
        whole = tuple(title for title, size in sizes.items() if size >= all_cards[title])
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
    return _percentile(contest, look, method, plan.risk_limit, plan.rates, plan.percent, plan.runs, plan.seed)


def _sampled(plan: Plan, look: Look) -> tuple[Sizes, Work]:
    sizes = {contest.title: _size(plan, contest, look) for contest in plan.contests}
    return sizes, _work(plan, sizes)


def _work(plan: Plan, sizes: Sizes) -> Work:
    """Return the work of drawing cards: those of contests that need all cards are counted batch by batch instead."""
    whole = [one for one in plan.contests if sizes[one.title] >= one.cards]
    some = {title: size for title, size in sizes.items() if title not in {one.title for one in whole}}
    union = expected_union(plan.styles, some)
    opened = batches_opened(plan.batch_cards, min(plan.cards, round(union.cards))) if plan.batch_cards else 0.0
    sample = Work(opened if some else 0, union.cards, union.readings, 0, 1)
    if not whole:
        return sample
    by_hand = Work(len(plan.batch_cards) - sample.batches, 0, 0, sum(one.cards for one in whole), 2)
    return sample + by_hand


def _card_comparison(plan: Plan) -> tuple[Sizes, Work]:
    return _sampled(plan, "compare")


def _polling(plan: Plan) -> tuple[Sizes, Work]:
    return _sampled(plan, "poll")


def _pools(plan: Plan) -> tuple[Sizes, Work] | None:
    if plan.recorded:
        return None
    sizes = {one.title: _size(plan, one, "pools" if one.pools else "compare") for one in plan.contests}
    return sizes, _work(plan, sizes)


def _hybrid(plan: Plan) -> tuple[Sizes, Work] | None:
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
    return sizes, _work(plan, sizes)


def _batch_comparison(plan: Plan) -> tuple[Sizes, Work] | None:
    if not plan.batch_cards:
        return None
    sizes, missed, counted = {}, [1.0] * len(plan.batch_cards), []
    for contest in plan.contests:
        # Without totals by batch: each holds the contest in the same share as all, and could be wrong to its size.
        bound = batch_bound(contest.hardest)
        bounds = [bound * Fraction(cards, plan.cards) for cards in plan.batch_cards]
        found = simulate_batches(bounds, plan.batch_cards, plan.risk_limit, plan.batch_errors, runs=plan.runs,
                                 seed=plan.seed, title=contest.title)["draws"]  # fmt: skip
        draws = found.at(plan.percent)
        sizes[contest.title] = draws
        chances = [cards / plan.cards for cards in plan.batch_cards]
        opened = distinct_batches(chances, draws)
        counted.append(contest.cards * opened / len(plan.batch_cards))
        missed = [one * (1 - chance) ** draws for one, chance in zip(missed, chances, strict=True)]
    return sizes, Work(sum(1 - one for one in missed), 0, 0, sum(counted), 1)


def _hand_count(plan: Plan) -> tuple[Sizes, Work]:
    sizes = {contest.title: contest.cards for contest in plan.contests}
    return sizes, Work(len(plan.batch_cards) or 1, 0, 0, sum(sizes.values()), 1)


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
