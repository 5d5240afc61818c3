"""Stratified samples by union and intersection: K strata, each with its own draws, and one claim of them together.

The null says Σ w_k μ_k ≤ t, w_k = N_k/N, μ_k the mean of stratum k. It is the union, over all η with Σ w_k η_k = t, of
"every μ_k ≤ η_k", and for each η the product of the strata's martingales, M(η) = Π M_k(η_k), tests that. Here a draw x
multiplies M_k by 1 − c + c·x/m(η), the bet λ = c/m: m is the mean of what is left in the stratum if its mean is η, and
c depends on earlier draws of the stratum alone. m is a straight line in η, so every ln M_k is convex in η, and the
smallest ln M(η) is one convex minimum over a plane.

Why p = 1/min M(η) is valid at every stopping time, in whatever order strata are drawn from: let μ be the true means,
Σ w_k μ_k ≤ t. Raise them to an η on the plane, which can be done inside what the draws leave possible, or the null is
sure and p is 1. M_k falls as η_k rises, so min M ≤ M(η) ≤ M(μ), and M(μ) is a nonnegative supermartingale that begins
at 1: by Ville's inequality it ever reaches 1/α with a chance of at most α. A number *below* the minimum gives a larger
p, so the certified lower bound found here keeps the promise, wherever the search was stopped.

Bets here do not follow η. Where one stratum is drawn from far more than its share, the null may give it an η far above
its draws, and what its bets then lose can outweigh all that others win: valid still, but of little power. For strata
looked at unequally take `faircount.audit.strata`, whose bets follow η in bands.

Source: Spertus, Sridhar & Stark 2024, "Sequential Stratified Inference for the Mean", arXiv:2409.06680, § 4 (inverse
bets); Spertus & Stark 2022, "Sweeter than SUITE", arXiv:2207.03379. The bound by cutting planes is ours.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from faircount.model import BadInputError, UsageError
from faircount.risk.martingale import ROUNDING, checked
from faircount.risk.risk_function import Floats, Population

CLOSE = 1e-7
"""The search ends when ln p is known as closely as this."""
LEAST, MOST = 0.05, 0.95
"""Share c of the money that a draw stakes, kept between these."""


@dataclass(frozen=True, eq=False, slots=True)
class Stratum:
    """Draws of one stratum, in their order."""

    values: Floats
    population: Population
    """N_k, u_k and the design; its null mean is what the stratum was thought to have at worst, and only guides bets."""
    first: float = 0.5
    """c of the first draw, before anything is known."""


@dataclass(frozen=True, slots=True)
class Certified:
    """The measured risk, and how closely it is known."""

    p: float
    """An upper bound of 1/min M(η), certified: what to report. At most 1."""
    at_least: float
    """1/M at `allocation`; the p of an endless search is between the two."""
    allocation: tuple[float, ...]
    """η: the mean of each stratum with which the null is hardest to refute."""


def stakes(stratum: Stratum) -> Floats:
    """Return c of each draw, from earlier ones alone: what grows fastest if the rest is like them, kept in bounds.

    c = clip(t·d/(s² + d²)), d how far the mean so far is above t and s² the variance, both with the first opinion
    counted as one draw; t the stratum's own null mean. `Sequential Stratified Inference`, § 4.3, after aGRAPA.
    """
    x, t = np.asarray(stratum.values, float), stratum.population.null_mean
    before = np.arange(len(x))
    total, squares = (np.concatenate([[0.0], np.cumsum(one)[:-1]]) if len(x) else x for one in (x - t, (x - t) ** 2))
    ahead = total / np.maximum(before, 1)
    around = squares / np.maximum(before, 1)
    bet = np.where(around > 0, t * ahead / np.where(around > 0, around, 1), stratum.first)
    return np.clip(np.where(before == 0, stratum.first, bet), LEAST, MOST)


class Curve:
    """ln M_k as a convex function of η_k, with the tangents found so far: the highest of them is never above it."""

    def __init__(self, stratum: Stratum, weight: float) -> None:
        population, self.weight = stratum.population, weight
        self.values = checked("stratified", stratum.values, (population,), (True, True))[0]
        self.stake, size = stakes(stratum), population.size
        before = np.concatenate([[0.0], np.cumsum(self.values)[:-1]]) if len(self.values) else self.values
        self.total = float(self.values.sum())
        self.low, self.high = 0.0, population.upper
        if population.replacement:
            self.slope, self.start = np.ones(len(self.values)), np.zeros(len(self.values))
        else:
            left = size - np.arange(len(self.values))
            self.slope, self.start = size / left, before / left
            self.low = self.total / size
            self.high = min(self.high, self.low + population.upper * (size - len(self.values)) / size)
        self.points: list[tuple[float, float, float]] = []
        """(η, ln M, its slope) of each tangent."""
        for at in (np.arange(8) + 0.5) / 8:
            self.touch(self.low + at * (self.high - self.low))

    def at(self, eta: float) -> tuple[float, float]:
        """Return ln M and its slope in η."""
        mean = np.maximum(self.slope * eta - self.start, 1e-300)
        odds = self.stake * self.values / mean
        factor = 1 - self.stake + odds
        return float(np.log(factor).sum()), float(-(odds / factor * self.slope / mean).sum())

    def touch(self, eta: float) -> None:
        """Add the tangent at η."""
        self.points.append((eta, *self.at(eta)))

    def corners(self) -> tuple[list[float], list[float], float]:
        """Return where the highest tangent changes, the slopes between, and its height at the low end."""
        tangents = sorted({point for point in self.points})
        ends, slopes = [self.low], [tangents[0][2]]
        height = tangents[0][1] + tangents[0][2] * (self.low - tangents[0][0])
        for (x, y, a), (z, w, b) in pairwise(tangents):
            if b > a:
                cut = ((w - b * z) - (y - a * x)) / (a - b)
                ends.append(min(max(cut, x, ends[-1]), z))
                slopes.append(b)
        return [*ends, self.high], slopes, height


def p_value(strata: Sequence[Stratum], null_mean: float) -> Certified:
    """Return the risk that remains after these draws, for the null Σ w_k μ_k ≤ t.

    The minimum over η of the sum of highest tangents is found exactly, by walking along their pieces from the steepest
    down; a tangent is added where it lies, until the true ln M there is within `CLOSE`. What is reported is the lower
    bound. Without replacement p is 0 once the draws alone exceed t, 1 once they cannot.
    """
    if not strata or not 0 <= null_mean < math.inf:
        raise UsageError("the null is about one stratum or more, and its mean is a number from 0")
    if min(stratum.population.size for stratum in strata) < 1:
        raise BadInputError("stratified", "each stratum has a unit", "none", "leave out what is empty")
    units = sum(stratum.population.size for stratum in strata)
    curves = [Curve(stratum, stratum.population.size / units) for stratum in strata]
    slack = ROUNDING * max(stratum.population.upper for stratum in strata)
    room = null_mean - sum(curve.weight * curve.low for curve in curves)
    if room < -slack:
        return Certified(0.0, 0.0, tuple(curve.low for curve in curves))
    if null_mean >= sum(curve.weight * curve.high for curve in curves) - slack:
        return Certified(1.0, 1.0, tuple(curve.high for curve in curves))
    below, above, place = -math.inf, math.inf, tuple(curve.low for curve in curves)
    for _ in range(200):
        bound, etas = _lowest(curves, max(0.0, room))
        below = max(below, bound)
        here = sum(curve.at(eta)[0] for curve, eta in zip(curves, etas, strict=True))
        if here < above:
            above, place = here, tuple(etas)
        if above - below < CLOSE:
            break
        for curve, eta in zip(curves, etas, strict=True):
            # At the low end itself the slope may be without bound.
            curve.touch(max(eta, curve.low + 1e-9 * (curve.high - curve.low)))
    return Certified(math.exp(-max(0.0, min(below, above))), math.exp(-max(0.0, above)), place)


def _lowest(curves: Sequence[Curve], room: float) -> tuple[float, list[float]]:
    """Return the minimum of the sum of highest tangents over the plane, and where it is.

    Every η_k begins at its low end; what is left of t is spent first where a unit of it lowers the sum most. Since
    slopes only rise along a curve, that order takes the pieces of each curve in theirs, and no other does better.
    """
    pieces, etas, height = [], [], 0.0
    for k, curve in enumerate(curves):
        ends, slopes, start = curve.corners()
        height += start
        etas.append(curve.low)
        for at, slope in enumerate(slopes):
            pieces.append((slope / curve.weight, k, at, ends[at + 1] - ends[at]))
    for steepness, k, _, length in sorted(pieces):
        spent = min(room, length * curves[k].weight)
        height += steepness * spent
        etas[k] += spent / curves[k].weight
        room -= spent
    return height, etas
