"""Which design to choose, why, what would change that, and what other contests or risk limits would cost."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from faircount.audit.planning.cost import Prices, cost_of
from faircount.audit.planning.designs import Estimate, Plan, estimates
from faircount.audit.planning.joint import Style

RISK_LIMITS = (0.01, 0.02, 0.05, 0.10)
FAR = 20
"""A time is not said to change the choice if it would have to be so many times longer, or shorter."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation, with all it was chosen from."""

    design: str
    reasons: tuple[str, ...]
    changes: tuple[str, ...]
    """What would make another design the better one."""
    table: tuple[Estimate, ...]
    """Every design, cheapest first, possible or not."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The recommended design and its work, had the question been another."""

    question: str
    best: Estimate


def advise(plan: Plan) -> Advice:
    """Return the possible design that takes the fewest hours of people at the plan's percentile, and why."""
    table = estimates(plan)
    possible = [one for one in table if one.possible]
    best, others = possible[0], possible[1:]
    reasons = [_cost_words(best, plan)]
    reasons += [f"{one.design}: {_times(one, best)} the hours of people" for one in others]
    reasons += [f"{one.design}: not possible here, for it needs {' and '.join(one.missing)}"
                for one in table if not one.possible]  # fmt: skip
    reasons += [f"{title}: all cards are counted by hand, for no sample of it ends sooner"
                for title in best.hand_counts if best.design != "full hand count"]  # fmt: skip
    changes = [f"with {' and '.join(one.missing)}, {one.design} would take {_times(one, best)} the hours"
               for one in table if not one.possible and one.cost.people_hours < best.cost.people_hours]  # fmt: skip
    changes += [words for one in others for words in _turning_points(best, one, plan.prices)]
    return Advice(best.design, tuple(reasons), tuple(changes), table)


def _cost_words(best: Estimate, plan: Plan) -> str:
    work, cost = best.work, best.cost
    parts = [f"{round(work.cards):,} cards to pull" if work.cards else "",
             f"{round(work.batches):,} containers to open" if work.batches else "",
             f"{round(work.counted):,} votes to count" if work.counted else ""]  # fmt: skip
    return (
        f"{best.design}: the fewest hours of people of what is possible, {cost.people_hours:,.0f} hours in "
        f"{plan.percent} of 100 audits: {', '.join(filter(None, parts))}"
    )


def _times(one: Estimate, best: Estimate) -> str:
    ratio = one.cost.people_hours / best.cost.people_hours if best.cost.people_hours else float("inf")
    return f"{ratio:,.2f} times" if ratio < 100 else f"{ratio:,.0f} times"


def _turning_points(best: Estimate, other: Estimate, prices: Prices) -> list[str]:
    """Return at which value of each time the other design becomes as cheap: costs are straight lines in each."""
    found = []
    for name in (field.name for field in fields(Prices)):
        if not name.startswith(("minutes", "hours_a_round")):
            continue
        now = getattr(prices, name)
        gap = other.cost.people_hours - best.cost.people_hours
        step = replace(prices, **{name: now + 1})
        slope = cost_of(other.work, step).people_hours - cost_of(best.work, step).people_hours - gap
        point = now - gap / slope if abs(slope) > 1e-12 else -1.0
        if point >= 0 and (point <= FAR * now and now <= FAR * point):
            side = "more" if point > now else "less"
            unit = "hours" if name.startswith("hours") else "minutes"
            what = name.removeprefix(f"{unit}_a_").replace("_", " ")
            found.append(
                f"if a {what} takes {side} than {_short(point)} {unit} (now {now:g}), {other.design} is cheaper"
            )
    return found


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def by_risk_limit(plan: Plan, risk_limits: Sequence[float] = RISK_LIMITS) -> tuple[WhatIf, ...]:
    """Return the best design for each risk limit, all else alike."""
    return tuple(_best(f"risk limit {limit:g}", replace(plan, risk_limit=limit)) for limit in risk_limits)


def without_each(plan: Plan) -> tuple[WhatIf, ...]:
    """Return the best design with one contest left out, for each; empty where there is but one contest."""
    if len(plan.contests) < 2:
        return ()
    return tuple(_best(f"without {one.title}", without(plan, one.title)) for one in plan.contests)


def without(plan: Plan, title: str) -> Plan:
    """Return the plan without auditing a contest; its cards stay."""
    styles = tuple(Style(tuple(c for c in one.contests if c != title), one.cards) for one in plan.styles)
    return replace(plan, contests=tuple(one for one in plan.contests if one.title != title), styles=styles)


def _best(question: str, plan: Plan) -> WhatIf:
    return WhatIf(question, next(one for one in estimates(plan) if one.possible))
