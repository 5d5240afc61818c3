"""SUITE: two strata, one compared with its records ballot by ballot, the other polled; one pair of candidates.

Were the outcome wrong, for some λ the error of the compared stratum is at least λV and that of the polled one at least
(1 − λ)V, V the reported margin in votes. For each λ the two p-values are combined as Fisher does; p is the largest.
**Both samples are judged once, at sizes fixed before**: Fisher's combination is not good at every stopping time.
Source: Ottoboni, Stark, Lindeman & McBurnett 2018, "Risk-Limiting Audits by Stratified Union-Intersection Tests of
Elections (SUITE)", arXiv:1809.04235, §§ 2–3 and the code with it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from faircount.model import UsageError
from faircount.risk.risk_function import Floats
from faircount.risk.super_simple import COLORADO, NONE, Discrepancies


@dataclass(frozen=True, slots=True)
class Compared:
    """A stratum with records of each ballot, sampled with replacement."""

    ballots: int
    winner: int
    """Reported votes."""
    loser: int
    sample: int
    """Ballots compared."""
    found: Discrepancies = NONE


@dataclass(frozen=True, slots=True)
class Polled:
    """A stratum without records, sampled without replacement."""

    ballots: int
    winner: int
    """Reported votes."""
    loser: int
    sample: int
    """Ballots looked at."""
    winner_seen: int
    loser_seen: int


@dataclass(frozen=True, slots=True)
class Combined:
    """The largest combined p-value over all allocations of the error."""

    p: float
    """An upper bound of it, certified: what to report."""
    at_least: float
    """The largest that was met, at `allocation`; p differs by what the search leaves open."""
    allocation: float
    """λ: share of the reported margin that the compared stratum's error makes up."""


def comparison_p(stratum: Compared, margin: int, allocation: float, gamma: float = COLORADO) -> float:
    """Return p1 = (1 − λ/γU)^n Π 1/(1 − e/2γ), U = 2N₁/V, at most 1 (SUITE, eq. 3)."""
    step = allocation * margin / (2 * gamma * stratum.ballots)
    if step >= 1:
        return 0.0
    return math.exp(min(0.0, stratum.sample * math.log1p(-step) - stratum.found.log_cost(gamma)))


def polling_p(stratum: Polled, margin: int, allocation: float) -> float:
    """Return p2: the greatest likelihood of the sample with a margin of c = (w − l) − (1 − λ)V over that as reported.

    The winner's votes under the null are what makes the sample likeliest, fractions of votes allowed: that can only
    raise p. 0 where no votes of margin c could give the sample. `allocation` is λ. (SUITE, § 3.2: trihypergeometric.)
    """
    c = stratum.winner - stratum.loser - (1 - allocation) * margin
    n, w, l = stratum.sample, stratum.winner_seen, stratum.loser_seen  # noqa: E741
    other = n - w - l
    # w ≤ N_w, l ≤ N_w − c, other ≤ N − 2 N_w + c: what was seen is there.
    low, high = max(float(w), l + c), (stratum.ballots - other + c) / 2
    if low > high + 1e-9:
        return 0.0
    high = max(low, high)

    def log_likelihood(votes: float) -> float:
        return (
            _log_falling(votes, w) + _log_falling(votes - c, l) + _log_falling(stratum.ballots - 2 * votes + c, other)
        )  # fmt: skip

    reported = (
        _log_falling(stratum.winner, w) + _log_falling(stratum.loser, l)
        + _log_falling(stratum.ballots - stratum.winner - stratum.loser, other)
    )  # fmt: skip
    best = log_likelihood(_highest(log_likelihood, low, high))
    return math.exp(min(0.0, best - reported)) if reported > -math.inf else 1.0


def fisher(*p: float) -> float:
    """Return P(χ² ≥ −2 Σ ln p) with twice as many degrees of freedom as p-values: Q Σ (−ln Q)^i/i!, Q their product."""
    if min(p) <= 0:
        return 0.0
    log = sum(math.log(one) for one in p)
    term, total = 1.0, 1.0
    for at in range(1, len(p)):
        term *= -log / at
        total += term
    return min(1.0, math.exp(log) * total)


def combined(compared: Compared, polled: Polled, allocation: float, gamma: float = COLORADO) -> float:
    """Return Fisher's combination of the two p-values at one λ; the risk is the largest over all, see `p_value`."""
    margin = _margin(compared, polled, gamma)
    return fisher(comparison_p(compared, margin, allocation, gamma), polling_p(polled, margin, allocation))


def p_value(compared: Compared, polled: Polled, gamma: float = COLORADO) -> Combined:
    """Return the largest combined p over all λ, with a certificate.

    ln p1 and ln p2 are concave in λ, and stay so when held to 0 from above: p1 by its formula, p2 because the
    likelihood is log-concave in votes and margin together, so that what is left when votes are maximised out is too.
    Fisher's combination rises with their sum f, which therefore has one peak. With f(x ± h) no higher than f(x), or
    where λ ends, f is nowhere above 2 f(x) − min f(x ± h): straight lines from either side lie above it. Should the
    search have missed the peak, p is 1. A grid alone can: for SUITE's own example the largest on steps of .05 is .07050
    and the largest of all .07056.
    """
    margin = _margin(compared, polled, gamma)

    def logs(allocation: float) -> float:
        both = comparison_p(compared, margin, allocation, gamma), polling_p(polled, margin, allocation)
        return sum(math.log(p) if p > 0 else -math.inf for p in both)

    # Margins with which the polled sample can be: its w, l and other ballots are all there.
    other = polled.sample - polled.winner_seen - polled.loser_seen
    lowest = 2 * polled.winner_seen + other - polled.ballots
    highest = polled.ballots - other - 2 * polled.loser_seen
    low, high = (1 - (polled.winner - polled.loser - c) / margin for c in (lowest, highest))
    high = min(high, 2 * gamma * compared.ballots / margin)
    if low >= high:
        p = combined(compared, polled, low, gamma)
        return Combined(p, p, low)
    step = min(1e-5 * max(1.0, abs(low), abs(high)), (high - low) / 4)
    at = min(max(_highest(logs, low, high), low + step), high - step)
    middle, below, above = logs(at), logs(at - step), logs(at + step)
    met = max(middle, below, above)
    if met == -math.inf:
        return Combined(0.0, 0.0, at)
    missed = (below > middle + 1e-9 and at - step > low) or (above > middle + 1e-9 and at + step < high)
    bound = 0.0 if missed or min(below, above) == -math.inf else max(met, 2 * middle - min(below, above))
    return Combined(_fisher_of(min(0.0, bound)), _fisher_of(met), at)


def _fisher_of(log: float) -> float:
    return math.exp(log) * (1 - log)


def _margin(compared: Compared, polled: Polled, gamma: float) -> int:
    margin = compared.winner - compared.loser + polled.winner - polled.loser
    _checked(compared, polled, margin, gamma)
    return margin


def _log_falling(votes: float, seen: int) -> float:
    """Return ln votes(votes − 1) … (votes − seen + 1); −∞ where fewer than `seen` votes were there."""
    if votes < seen - 1e-9:
        return -math.inf
    factors: Floats = np.maximum(votes - np.arange(seen), 1e-300)
    return float(np.log(factors).sum())


def _highest(curve: Callable[[float], float], low: float, high: float) -> float:
    """Return where a concave curve is highest, by golden sections."""
    golden = (math.sqrt(5) - 1) / 2
    a, b = high - golden * (high - low), low + golden * (high - low)
    at_a, at_b = curve(a), curve(b)
    for _ in range(60):
        if at_a < at_b:
            low, a, at_a = a, b, at_b
            b = low + golden * (high - low)
            at_b = curve(b)
        else:
            high, b, at_b = b, a, at_a
            a = high - golden * (high - low)
            at_a = curve(a)
    return max((low, a, b, high), key=curve)


def _checked(compared: Compared, polled: Polled, margin: int, gamma: float) -> None:
    seen = polled.winner_seen, polled.loser_seen, polled.sample - polled.winner_seen - polled.loser_seen
    if margin <= 0 or gamma <= 1:
        raise UsageError(f"the reported margin is above 0 and γ above 1, not {margin} and {gamma}")
    if min(*seen, compared.sample) < 0 or polled.sample > polled.ballots:
        raise UsageError(f"a sample is of the stratum's ballots: {polled.sample} of {polled.ballots}, {seen}")
    for stratum in (compared, polled):
        if min(stratum.winner, stratum.loser) < 0 or stratum.winner + stratum.loser > stratum.ballots:
            raise UsageError(f"no more votes than ballots in a stratum: {stratum}")
