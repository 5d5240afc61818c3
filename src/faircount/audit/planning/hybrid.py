"""Sizes of a hybrid audit: cards with records are compared, the others polled, and both are judged together (SUITE)."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist

from faircount.audit.planning.facts import NO_ERRORS, ContestFacts, Rates
from faircount.risk.risk_function import checked_risk_limit
from faircount.risk.suite import Compared, Polled, combined, p_value
from faircount.risk.super_simple import Discrepancies

STEPS = 16
"""Golden sections by which a plan looks for the hardest division of the error; the size found is held to the exact."""
RATIOS = (0.5, 0.25, 1, 2, 4)
"""Polled cards for each compared one that are tried, the likeliest first."""


@dataclass(frozen=True, slots=True)
class HybridSize:
    """Cards of each stratum that end the audit at one look with the chance asked for."""

    compared: int
    polled: int


@lru_cache(maxsize=128)
def hybrid_size(
    contest: ContestFacts, risk_limit: float, chance: float = 0.9, rates: Rates = NO_ERRORS
) -> HybridSize | None:
    """Return the smallest sample of both strata together, over `RATIOS`, that does for every assertion; None if none.

    The compared stratum shows errors at the assumed rates. The polled one shows a lead that random samples beat with
    `chance`, by a normal distribution. None too where an assertion is not of votes for one of two (SUITE is for pairs),
    or a stratum is empty.
    """
    checked_risk_limit(risk_limit)
    strata = [_strata(contest, at) for at in range(len(contest.assertions))]
    pairs = [pair for pair in strata if pair is not None]
    if len(pairs) < len(strata):
        return None
    best: HybridSize | None = None
    for ratio in RATIOS:
        size = _smallest(pairs, ratio, risk_limit, chance, rates, best)
        if size and (best is None or size.compared + size.polled < best.compared + best.polled):
            best = size
    return best


def _strata(contest: ContestFacts, at: int) -> tuple[Compared, Polled] | None:
    one, kinds = contest.assertions[at], [kind for pool in contest.pools for kind in pool.kinds]
    known = contest.cards - contest.pooled
    if one.upper != 1 or not known or not kinds or any(kind.values[at] not in (0, Fraction(1, 2), 1) for kind in kinds):
        return None
    winner, loser = (sum(kind.cards for kind in kinds if kind.values[at] == value) for value in (1, 0))
    lead = round(one.margin * contest.cards) - (winner - loser)
    # Of the compared stratum only its part of the margin counts.
    return (Compared(known, max(lead, 0), max(-lead, 0), 0),
            Polled(contest.pooled, winner, loser, 0, 0, 0))  # fmt: skip


def _smallest(
    pairs: list[tuple[Compared, Polled]],
    ratio: float,
    risk_limit: float,
    chance: float,
    rates: Rates,
    best: HybridSize | None,
) -> HybridSize | None:
    """Return the size for one ratio; None where none does, or none that is smaller than `best`."""
    known, pooled = pairs[0][0].ballots, pairs[0][1].ballots

    def sizes(compared: int) -> HybridSize:
        return HybridSize(compared, max(1, min(pooled, round(compared * ratio))))

    def enough(compared: int) -> bool:
        return all(_p(pair, sizes(compared), chance, rates) <= risk_limit for pair in pairs)

    low, high = 0, 32
    if best:
        high = min(known, int((best.compared + best.polled) / (1 + ratio)))
        if not enough(high):
            return None
    while not enough(min(high, known)):
        if high >= known:
            return None
        low, high = high, 2 * high
    high = min(high, known)
    # To three parts in a hundred: a plan is not more exact than that.
    while high - low > max(1, high // 32):
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    found = high
    while found < known and any(_exact(pair, sizes(found), chance, rates) > risk_limit for pair in pairs):
        found = min(known, found + max(1, found // 64))
    return sizes(found)


def _exact(pair: tuple[Compared, Polled], size: HybridSize, chance: float, rates: Rates) -> float:
    return p_value(*_samples(pair, size, chance, rates)).p


def _p(pair: tuple[Compared, Polled], size: HybridSize, chance: float, rates: Rates) -> float:
    """Return nearly the largest combined p, which has one peak over the divisions of the error."""
    compared, polled = _samples(pair, size, chance, rates)
    margin = compared.winner - compared.loser + polled.winner - polled.loser
    # Where the polled stratum's lead goes from as reported to its opposite extreme.
    low, high = 0.0, max(1.0, (polled.winner - polled.loser + polled.ballots) / margin)
    low = min(low, 1 - (polled.ballots + polled.winner - polled.loser) / margin)
    golden = (math.sqrt(5) - 1) / 2
    best = 0.0
    for _ in range(STEPS):
        a, b = high - golden * (high - low), low + golden * (high - low)
        at_a, at_b = combined(compared, polled, a), combined(compared, polled, b)
        best = max(best, at_a, at_b)
        # Both are 0 where the samples cannot be; the peak is nearer to divisions between 0 and 1.
        low, high = (low, b) if at_a > at_b or (at_a == at_b == 0 and a > 1) else (a, high)
    return best


def _samples(
    pair: tuple[Compared, Polled], size: HybridSize, chance: float, rates: Rates
) -> tuple[Compared, Polled]:  # fmt: skip
    """Return both samples as a plan expects them, the polled one at its unlucky quantile."""
    compared, polled = pair
    n = size.polled
    votes = (polled.winner + polled.loser) / polled.ballots
    lead = (polled.winner - polled.loser) / polled.ballots
    spread = math.sqrt(max(0.0, n * (votes - lead**2) * (1 - n / polled.ballots)))
    seen = min(n, round(n * votes))
    low = math.floor(n * lead - NormalDist().inv_cdf(chance) * spread)
    loser = min(polled.loser, max(0, (seen - low + 1) // 2), seen)
    found = Discrepancies(*(rate * size.compared for rate in (
        rates.one_over, rates.two_over, rates.one_under, rates.two_under)))  # fmt: skip
    return (
        Compared(compared.ballots, compared.winner, compared.loser, size.compared, found),
        Polled(polled.ballots, polled.winner, polled.loser, n, min(seen - loser, polled.winner), loser),
    )
