"""The engine of every test that bets: a bet sees the draws before its own and nothing else; wealth lives in logarithms.

A gambler starts with 1, stakes λ_j on each draw and has T_j = T_{j−1}·(1 + λ_j (x_j − μ_j)), where μ_j is the mean of
what is left if the null mean t holds exactly. While 0 ≤ λ_j ≤ 1/μ_j and λ_j depends on x_1 … x_{j−1} alone, T is a
nonnegative supermartingale under the null, so that P(some T_j ≥ 1/α) ≤ α (Ville's inequality) and p_j = 1/T_j.
Sources: Waudby-Smith & Ramdas, arXiv:2010.09686, § 4; Stark, arXiv:2201.02707, § 2; WSR 2021, arXiv:2107.11323.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from faircount.model import BadInputError
from faircount.risk.risk_function import Floats, Population, RiskFunction, Setting, Settings, settled

ROUNDING = 1e-12
"""Share of the largest possible total by which sums of floats may differ from the true ones: a null is refuted or
confirmed for certain only beyond it."""

Known = Mapping[str, Floats]
"""The settings, a row an assertion."""


def quotient(above: Floats, below: Floats, where: NDArray[np.bool_]) -> Floats:
    """Return above/below, 0 elsewhere."""
    found: Floats = np.divide(above, below, out=np.zeros(np.broadcast_shapes(above.shape, below.shape)), where=where)
    return found


class Past:
    """What is known before each draw: column j of everything here is made from draws 1 … j − 1.

    Only sums over earlier draws leave this object, so a bet computed from it element by element is predictable by
    construction. Arrays have a row an assertion and a column a draw, or are broadcast to that.
    """

    def __init__(self, values: Floats, populations: Sequence[Population]) -> None:
        self.__values = values
        self.replacement = populations[0].replacement
        self.size = np.array([[population.size] for population in populations], float)
        self.upper = np.array([[population.upper] for population in populations], float)
        """u."""
        self.null_mean = np.array([[population.null_mean] for population in populations], float)
        """t."""
        self.drawn = np.arange(values.shape[1], dtype=float)[None, :]
        """j − 1."""
        self.slack = ROUNDING * self.size * self.upper

    def __before(self, amounts: Floats) -> Floats:
        sums = np.zeros(amounts.shape)
        np.cumsum(amounts[:, :-1], axis=1, out=sums[:, 1:])
        return sums

    @cached_property
    def excess(self) -> Floats:
        """Σ_{i<j} (x_i − t): small where the null is nearly met, hence summed rather than x_i itself."""
        return self.__before(self.__values - self.null_mean)

    @cached_property
    def total(self) -> Floats:
        """S_j = Σ_{i<j} x_i."""
        total: Floats = self.excess + self.drawn * self.null_mean
        return total

    @cached_property
    def mean_left(self) -> Floats:
        """μ_j: mean of what is left if the null mean holds exactly, (N t − S_j)/(N − j + 1); t with replacement."""
        if self.replacement:
            return np.broadcast_to(self.null_mean, self.__values.shape)
        mean: Floats = self.null_mean - self.excess / (self.size - self.drawn)
        return mean

    @cached_property
    def largest_bet(self) -> Floats:
        """1/μ_j: beyond it a draw of 0 would leave less than nothing.

        0 where μ_j is 0 but for rounding: any further value refutes the null by itself, and a bet of 1/μ_j would
        win without end from a rounding error.
        """
        least = 0.0 if self.replacement else self.slack / (self.size - self.drawn)
        mean = self.mean_left
        return quotient(np.ones(1), mean, mean > least)

    @cached_property
    def squares(self) -> Floats:
        """Σ_{i<j} (x_i − t)²."""
        return self.__before((self.__values - self.null_mean) ** 2)

    @cached_property
    def variance(self) -> Floats:
        """Mean squared deviation of the earlier draws from their mean; 0 before the first."""
        number = np.maximum(self.drawn, 1)
        variance: Floats = np.maximum(self.squares / number - (self.excess / number) ** 2, 0)
        return variance

    def times(self, value: Floats) -> Floats:
        """Return how many earlier draws had `value`, within rounding."""
        alike = np.abs(self.__values - value) <= 1e-9 * self.upper
        return self.__before(alike.astype(float)) if alike.any() else np.zeros(alike.shape)


Bet = Callable[[Past, Known], Floats]
"""(past, settings) → λ_j of every draw; what lies outside [0, 1/μ_j] is moved to the nearer end."""
STEP, MOST = 32, 1e9
"""Draws whose products are taken as they are, and the largest gain of one of them: (10⁹)³² is still a float."""


def wealth(values: Floats, past: Past, bets: Floats) -> Floats:
    """Return ln T_j for bets λ_j, −∞ where all is lost."""
    gains = values - past.mean_left
    gains *= np.clip(bets, 0, past.largest_bet)
    np.maximum(gains, -1, out=gains)
    with np.errstate(divide="ignore"):
        np.log1p(gains, out=gains)
    return np.cumsum(gains, axis=1, out=gains)


def wealth_in_purses(values: Floats, past: Past, bets: Floats, shares: Sequence[float]) -> Floats:
    """Return ln of the mean wealth of purses, each of which bets its share of λ_j; −∞ where all is lost.

    Logarithms are what takes time, so wealth is multiplied up in steps of `STEP` draws, and only what a purse holds at
    the end of each is kept as a logarithm. A gain of more than `MOST` times the stake is counted as that: the product
    of a step is then no larger than a float can be, and a gambler who forgoes a gain is no danger to the promise.
    """
    length = values.shape[1]
    padded = np.zeros((len(values), -(-length // STEP) * STEP))
    flat = padded[:, :length]
    np.multiply(values - past.mean_left, np.clip(bets, 0, past.largest_bet), out=flat)
    np.clip(flat, -1, MOST, out=flat)
    # By place in a step first: a running product is then of whole rows, and not of one number after the other.
    gains = np.ascontiguousarray(np.moveaxis(padded.reshape(len(values), -1, STEP), 2, 0))
    total, product = np.zeros(gains.shape), np.empty(gains.shape)
    most = np.full(gains.shape[1:], np.finfo(float).min)
    for share in shares:
        np.multiply(gains, share, out=product)
        product += 1
        for at in range(1, STEP):
            np.multiply(product[at - 1], product[at], out=product[at])
        start = np.zeros(most.shape)
        with np.errstate(divide="ignore"):
            np.cumsum(np.log(product[-1, :, :-1]), axis=1, out=start[:, 1:])
        higher = np.maximum(most, start)
        total *= np.exp(most - higher)
        product *= np.exp(start - higher)
        total += product
        most = higher
    with np.errstate(divide="ignore"):
        logs = np.log(total / len(shares)) + most
    return np.moveaxis(logs, 0, 2).reshape(len(values), -1)[:, :length]


def decided(log_wealth: Floats, values: Floats, past: Past) -> Floats:
    """Return p_j = min(1, 1/T_j), but exactly 0 or 1 where the draws leave no doubt.

    Without replacement, after draw j: 0 where the draws alone exceed N t (the null is impossible), 1 where it would
    hold even if all that is left were u; of all N draws, one of the two is the case.
    """
    p: Floats = np.exp(-np.maximum(log_wealth, 0))
    if past.replacement:
        p[(past.null_mean >= past.upper)[:, 0]] = 1.0
        p[np.logical_or.accumulate((values > 0) & (past.null_mean == 0), axis=1)] = 0.0
        return p
    left = past.size - past.drawn - 1
    room = left * past.null_mean - (past.excess + (values - past.null_mean))
    p[room >= left * past.upper - past.slack] = 1.0
    p[room < -past.slack] = 0.0
    return p


def checked(name: str, values: Floats, populations: Sequence[Population], allowed: tuple[bool, bool]) -> Floats:
    """Return the values as floats, a row an assertion; `allowed` is (with, without) replacement.

    `values` is one vector of draws, or a column an assertion. Raises `BadInputError` for a population that cannot be, a
    design for which the test is not valid, more draws than cards, or a value that is no number between 0 and u.
    """
    rows = np.ascontiguousarray(np.atleast_2d(np.asarray(values, float).T))
    for population in {id(p): p for p in populations}.values():
        if not (np.isfinite(population.upper) and population.upper > 0 and 0 <= population.null_mean < np.inf):
            raise BadInputError(name, "u is above 0 and t not below it", str(population))
        if not allowed[0 if population.replacement else 1]:
            design = "with" if population.replacement else "without"
            raise BadInputError(name, f"the test is not valid for draws {design} replacement", fix="choose another")
        if not population.replacement and not 1 <= population.size >= rows.shape[1]:
            raise BadInputError(name, "no more draws than cards", f"{rows.shape[1]:,} of {population.size:,}")
    upper = np.array([[population.upper] for population in populations])
    if not (np.all(rows >= 0) and np.all(rows <= upper * (1 + ROUNDING))):
        row, draw = np.argwhere(~((rows >= 0) & (rows <= upper * (1 + ROUNDING))))[0]
        rule = f"a value is from 0 to {populations[row].upper}"
        raise BadInputError(f"{name}, draw {draw + 1}", rule, str(rows[row, draw]))
    return rows


def betting(
    name: str, source: str, settings: tuple[Setting, ...] = (), *, bet: Bet, shares: Sequence[float] = (),
    with_replacement: bool = True, without_replacement: bool = True,
) -> RiskFunction:  # fmt: skip
    """Return the risk function of a gambler who bets as `bet` says.

    With `shares` the first 1 is divided evenly among as many purses, and each bets its share of what `bet` says.
    """
    allowed = (with_replacement, without_replacement)

    def batched(values: Floats, populations: Sequence[Population], given: Sequence[Settings]) -> Floats:
        rows = checked(name, values, populations, allowed)
        # The same objects are settled once: a simulation asks of one population ten thousand times.
        pairs = {(id(mapping), id(p)): (mapping, p) for mapping, p in zip(given, populations, strict=True)}
        settled_once = {key: settled(name, settings, *pair) for key, pair in pairs.items()}
        known = [settled_once[id(mapping), id(p)] for mapping, p in zip(given, populations, strict=True)]
        answer = np.empty(rows.shape)
        # So many assertions at a time that what a step needs stays in the processor's cache.
        height = max(1, 2**15 // max(1, rows.shape[1]))
        for at in range(0, len(rows), height):
            part = slice(at, at + height)
            past = Past(rows[part], populations[part])
            numbers = {s.name: np.array([[one[s.name]] for one in known[part]]) for s in settings}
            stakes = bet(past, numbers)
            logs = wealth_in_purses(rows[part], past, stakes, shares) if shares else wealth(rows[part], past, stakes)
            answer[part] = decided(logs, rows[part], past)
        return answer.T

    def p_values(values: Floats, population: Population, given: Settings) -> Floats:
        return batched(values, (population,), (given,))[:, 0]

    return RiskFunction(
        name, source, p_values, settings, with_replacement=with_replacement, without_replacement=without_replacement,
        batched=batched,
    )  # fmt: skip
