"""Plans of audits: how many cards, how many hours, which design, and what would change that.

A plan promises nothing about an outcome: it forecasts work, from the records and from assumptions that it states.
"""

from faircount.audit.planning.advice import Advice, WhatIf, advise, by_risk_limit, without, without_each
from faircount.audit.planning.cells import Cells, compared, polled, pooled_bet
from faircount.audit.planning.cost import DEFAULTS, SOURCES, Cost, Prices, Work, cost_of, prices_of, sources_of
from faircount.audit.planning.designs import DESIGNS, Design, Estimate, Method, Plan, estimates
from faircount.audit.planning.facts import NO_ERRORS, AssertionFacts, ContestFacts, Kind, Pool, Rates
from faircount.audit.planning.hybrid import HybridSize, hybrid_size
from faircount.audit.planning.joint import (
    Style,
    Union,
    batches_opened,
    distinct_batches,
    expected_union,
    simulated_union,
)
from faircount.audit.planning.simulation import PERCENTS, BatchErrors, Forecast, Forecasts, simulate, simulate_batches
from faircount.audit.planning.sizes import (
    Size,
    batch_bound,
    batch_draws,
    best_bet,
    best_expected,
    bravo_quantiles,
    comparison_sizes,
    exact,
    polling_sizes,
)

__all__ = [
    "DEFAULTS", "DESIGNS", "NO_ERRORS", "PERCENTS", "SOURCES", "Advice", "AssertionFacts", "BatchErrors", "Cells",
    "ContestFacts", "Cost", "Design", "Estimate", "Forecast", "Forecasts", "HybridSize", "Kind", "Method", "Plan",
    "Pool", "Prices", "Rates", "Size", "Style", "Union", "WhatIf", "Work", "advise", "batch_bound", "batch_draws",
    "batches_opened", "best_bet", "best_expected", "bravo_quantiles", "by_risk_limit", "compared", "comparison_sizes",
    "cost_of", "distinct_batches", "estimates", "exact", "expected_union", "hybrid_size", "polled", "polling_sizes",
    "pooled_bet", "prices_of", "simulate", "simulate_batches", "simulated_union", "sources_of", "without",
    "without_each",
]  # fmt: skip
