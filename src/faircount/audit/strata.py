"""A contest that stands in several counties, each with a draw of its own: one measured risk, and no draw left out.

Each county (or counting group) is a stratum: its cards of the contest are N_k of N, w_k = N_k/N, and what was drawn of
them is the beginning of a random order of its own. B is the overstatement assorter of the whole contest: its margin v
is that over all N cards, not the county's, where the winner may have lost. So B has one bound u = 2/(2 − v/u_A) in all
strata, a card without error is u/2, and the claim is wrong only if Σ w_k μ_k ≤ ½, μ_k the mean of B in stratum k.

That null is the union, over all η with Σ w_k η_k ≤ ½, of "every μ_k is η_k" (UI-TS). For bets λ_i that see earlier
draws alone M_k(η) = Π (1 + λ_i (x_i − m_i(η))), m_i the mean of what is left of the stratum, is a martingale if
μ_k = η; strata are drawn from independently, so at the true means Π M_k is one too, in whatever order draws come.

Whoever bets the same on every η (`faircount.risk.stratified`) loses by a stratum drawn from more than others: the null
may say that it is far better than its draws, and what is then lost there outweighs all else. So bets follow η, in
bands: all η of a band (e_{j−1}, e_j] have the bets that suit e_j, which are 0 where the draws do not lie above it. A
stratum looked at more closely than the rest then does no harm, and one hardly looked at is where an error would hide.

Within a band every ln M_k is concave in η, its bets being fixed, so its chord is below it, and so is the convex hull
of all chords. The least Σ hull_k over the plane is found exactly, by spending ½ where a unit of it lowers the sum most.
e to minus that is at least 1/M at the true means: by Ville's inequality it is ever at most α with a chance of at most
α under the null, whenever anybody stops.

Source: Spertus, Sridhar & Stark 2024, "Sequential Stratified Inference for the Mean", arXiv:2409.06680, § 4 (bands, for
two strata); Spertus & Stark 2022, "Sweeter than SUITE", arXiv:2207.03379. The hull, for any number of strata, is ours.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np

from faircount.audit.drawing import Urn
from faircount.audit.measuring import measure
from faircount.audit.reports import ZERO, gain_of, recorded
from faircount.audit.values import comparison_bound
from faircount.model import Assertion, BadInputError, Design, Sample, Seen, UsageError
from faircount.risk import Floats, Population, Setting, Settings
from faircount.risk.martingale import ROUNDING, Past, checked, quotient
from faircount.risk.risk_function import settled

SETTINGS = (
    Setting("d", 100, 0.1, 1e9, "how many imagined draws without error weigh beside those of each stratum"),
    Setting("max_loss", 0.9, 0, 0.99, "share of the wealth that one card may take"),
)
"""What may be set before the draw."""
FINE = 50
"""Bands end where a stratum falls short of u/2 by (2^(j/FINE) − 1)(u/2 − ½): j = FINE is a stratum at ½."""


@dataclass(frozen=True, slots=True)
class StratumValues:
    """What was found in one stratum: B of each draw, in the order of the draw, none left out."""

    name: str
    cards: int
    """N_k: cards of the contest in this stratum, phantoms among them."""
    values: Sequence[Fraction] | Sequence[float] | Floats
    """With the margin of the whole contest."""


def measured(
    strata: Sequence[StratumValues], upper: float, settings: Settings | None = None, *, replacement: bool = False
) -> float:
    """Return the risk that remains after these draws, if the claim of the whole contest were wrong; at most 1.

    `upper` is u of B. The settings are fixed before the draw. Without replacement p
    is 0 once the draws alone make a wrong claim impossible, 1 once it is certainly wrong. Raises
    `BadInputError` for a bound that no margin above 0 has, strata without cards or with one name, a value that cannot
    be; `UsageError` for no stratum at all.
    """
    if not strata:
        raise UsageError("a measured risk is of one stratum or more")
    if not 1 < upper < math.inf:
        raise BadInputError("strata", "the bound of B is above 1: the margin is above 0", str(upper))
    if len({one.name for one in strata}) < len(strata) or min(one.cards for one in strata) < 1:
        raise BadInputError(
            "strata", "each has its own name, and cards", str([(one.name, one.cards) for one in strata])
        )
    known = settled("strata", SETTINGS, settings or {}, Population(1, upper))
    units = sum(one.cards for one in strata)
    weights = [one.cards / units for one in strata]
    curves = [curve(one.values, Population(one.cards, upper, replacement=replacement), known) for one in strata]
    slack = ROUNDING * upper
    if sum(w * one.low for w, one in zip(weights, curves, strict=True)) > 0.5 + slack:
        return 0.0
    if sum(w * one.high for w, one in zip(weights, curves, strict=True)) <= 0.5 + slack:
        return 1.0
    return math.exp(-max(0.0, _lowest(curves, weights)))


def edges(upper: float) -> Floats:
    """Return the ends of bands, from 0 up to u. They rest on u alone: made from draws, bets would see their own."""
    right = upper / 2
    room = right - 0.5
    number = math.ceil(FINE * math.log2(1 + right / room))
    found = np.concatenate([[0.0], right - room * (2 ** (np.arange(number)[::-1] / FINE) - 1), [upper]])
    found[-2 - FINE] = 0.5
    return found


def bets(past: Past, known: Mapping[str, float]) -> Floats:
    """Return λ_i = (m̂ − μ_i)/(μ_i (u/2 − μ_i)), from 0 to max_loss/μ_i; m̂ is the mean of earlier draws and d imagined
    ones without error.

    The best bet if a draw were either without error or worth nothing, with the mean m̂ (COBRA, arXiv:2304.01010): for
    means near 0, where a bet that is made for small gains (aGRAPA) stakes far too little.
    """
    right, d = past.upper / 2, known["d"]
    mean = past.null_mean + (past.excess + d * (right - past.null_mean)) / (past.drawn + d)
    most = known["max_loss"] * past.largest_bet
    against = past.mean_left * (right - past.mean_left)
    chosen: Floats = np.clip(quotient(mean - past.mean_left, against, against > 0), 0, most)
    return chosen


@dataclass(frozen=True, slots=True)
class Curve:
    """What the draws of one stratum say of its mean: ln M is nowhere below these corners and the lines between."""

    corners: tuple[tuple[float, float], ...]
    """(η, ln M), by η; convex."""

    @property
    def low(self) -> float:
        """The least mean that the stratum can have."""
        return self.corners[0][0]

    @property
    def high(self) -> float:
        """The largest."""
        return self.corners[-1][0]


def curve(
    drawn: Sequence[Fraction] | Sequence[float] | Floats, population: Population, known: Mapping[str, float]
) -> Curve:
    """Return the curve of one stratum from its draws. Raises `BadInputError` for a value that cannot be."""
    values = checked("strata", np.asarray(drawn, float), (population,), (True, True))[0]
    low, high = 0.0, population.upper
    if not population.replacement:
        low = float(values.sum()) / population.size
        high = low + population.upper * (1 - len(values) / population.size)
    stops = edges(population.upper)
    begins, stops = stops[:-1], stops[1:]
    kept = (begins <= high) & (low <= stops)
    begins, stops = begins[kept], stops[kept]
    rows = np.broadcast_to(values, (len(stops), len(values)))
    size, upper, again = population.size, population.upper, population.replacement
    past = Past(rows, [Population(size, upper, stop, again) for stop in stops.tolist()])
    stakes = bets(past, known)
    slopes = 1.0 if again else size / (size - past.drawn)
    points: list[tuple[float, float]] = []
    for etas in (np.maximum(begins, low), np.minimum(stops, high)):
        means = past.mean_left - (stops - etas)[:, None] * slopes
        logs = np.log1p(stakes * (rows - np.maximum(means, 0))).sum(axis=1)
        points += zip(etas.tolist(), logs.tolist(), strict=True)
    return Curve(tuple(_hull(points)))


def _hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of the largest convex function of η that is above none of the points."""
    corners: list[tuple[float, float]] = []
    for x, y in sorted(points):
        if corners and corners[-1][0] == x:
            continue
        while len(corners) > 1 and _slope(corners[-2], corners[-1]) >= _slope(corners[-1], (x, y)):
            corners.pop()
        corners.append((x, y))
    return corners


def _slope(one: tuple[float, float], other: tuple[float, float]) -> float:
    return (other[1] - one[1]) / (other[0] - one[0])


def _lowest(curves: Sequence[Curve], weights: Sequence[float]) -> float:
    """Return the least sum of curves over Σ w_k η_k ≤ ½: from the least η on, the steepest piece first."""
    height = sum(one.corners[0][1] for one in curves)
    room = 0.5 - sum(w * one.low for w, one in zip(weights, curves, strict=True))
    pieces = [
        (_slope(before, after) / w, w * (after[0] - before[0]))
        for w, one in zip(weights, curves, strict=True)
        for before, after in pairwise(one.corners)
    ]
    for slope, length in sorted(pieces):
        if slope >= 0 or room <= 0:
            break
        height += slope * min(room, length)
        room -= length
    return height


# ---- from audits of single counties ------------------------------------------
@dataclass(frozen=True, slots=True)
class Part:
    """The audit of one county, as it stands: what was committed, drawn and seen."""

    name: str
    contest: str
    """The id that the contest has there."""
    urn: Urn
    sample: Sample
    seen: Mapping[str, Seen]


def joined(claim: Assertion, parts: Sequence[Part]) -> tuple[tuple[StratumValues, ...], Fraction]:
    """Return the strata of one claim of a contest that stands in all these audits, and the bound of B: for `measured`.

    The claim is of the whole contest, its choices numbered as in every part; what a county claims of its own part plays
    no role. Each part gives the cards that its draw holds of the contest, whatever they were drawn for. Raises
    `UsageError` for audits that are no ballot comparison; `BadInputError` where a contest is not the same everywhere,
    the records do not bear the claim out, or two draws are not independent: the same names under the same seed.
    """
    if not parts or any(part.urn.commitment.design is not Design.COMPARISON for part in parts):
        raise UsageError("counties are joined from one ballot comparison or more")
    subjects = []
    for part in parts:
        found = [one for one in part.urn.commitment.subjects if one.id == part.contest]
        if not found:
            raise BadInputError(f"strata, {part.name}", "the contest stands in every part", repr(part.contest))
        subjects.append(found[0])
    first = subjects[0].contest
    for part, one in zip(parts, subjects, strict=True):
        if (one.contest.title, one.contest.choices) != (first.title, first.choices):
            raise BadInputError(f"strata, {part.name}", "title and choices are those of the first", one.contest.title)
    for left, right in combinations(parts, 2):
        if left.urn.seed == right.urn.seed and (same := set(left.urn.units) & set(right.urn.units)):
            raise BadInputError(
                f"strata, {left.name} and {right.name}", "their draws are independent",
                f"{min(same)!r} is in both, under one seed", "draw each with a seed of its own",
            )  # fmt: skip
    cards = sum(one.cards for one in subjects)
    gains = (gain_of(claim, recorded(part.urn.commitment, one)) for part, one in zip(parts, subjects, strict=True))
    margin = sum(gains, ZERO) / (-claim.assorter.least * cards)
    if margin <= 0:
        raise BadInputError(f"assertion {claim.claim!r}", "the records bear it out", f"margin {margin}")
    strata = []
    for part, one in zip(parts, subjects, strict=True):
        whole = replace(one, assertions=(claim,), margins=(margin,))
        steps = measure(part.urn, whole, part.sample, part.seen)[0].steps
        strata.append(StratumValues(part.name, one.cards, tuple(step.value for step in steps)))
    return tuple(strata), comparison_bound(claim, margin)
