"""Stratified tests: the certified minimum against a grid, and the promise over small elections of 2 and 3 strata."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest
from risk.null_audits import HALVES, excess, orders

from faircount.model import BadInputError, UsageError
from faircount.risk import Population
from faircount.risk.stratified import Certified, Curve, Stratum, p_value, stakes


def drawn(seed: int, sizes: Sequence[int], units: int, replacement: bool) -> list[Stratum]:
    rng = np.random.default_rng(seed)
    shares = ([0.2, 0.1, 0.7], [0.3, 0.1, 0.6], [0.35, 0.1, 0.55])
    return [
        Stratum(rng.choice([0, 0.5, 1], size, p=shares[at % 3]), Population(units + at, 1, 0.5, replacement))
        for at, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("sizes", [(60, 40), (0, 90), (200, 100)])
def test_the_minimum_of_two_strata_by_a_grid(replacement: bool, sizes: tuple[int, int]) -> None:
    strata = drawn(3, sizes, 250, replacement)
    found = p_value(strata, 0.5)
    curves = [Curve(stratum, stratum.population.size / 501) for stratum in strata]
    grid = np.linspace(curves[0].low, curves[0].high, 4001)[1:-1]
    other = (0.5 - curves[0].weight * grid) / curves[1].weight
    inside = (other > curves[1].low) & (other < curves[1].high)
    logs = [curves[0].at(a)[0] + curves[1].at(b)[0] for a, b in zip(grid[inside], other[inside], strict=True)]
    assert found.at_least <= found.p <= found.at_least * (1 + 1e-6)
    assert min(1.0, math.exp(-min(logs))) == pytest.approx(found.p, rel=1e-3)
    assert min(1.0, math.exp(-min(logs))) <= found.p * (1 + 1e-9)


def test_three_and_fifty_eight_strata() -> None:
    three = p_value(drawn(4, (150, 150, 150), 800, False), 0.5)
    assert three.p < 0.05 and three.p <= three.at_least * (1 + 1e-6)
    assert sum(eta * (800 + at) for at, eta in enumerate(three.allocation)) == pytest.approx(0.5 * 2403)
    many = p_value(drawn(5, [100] * 58, 1000, False), 0.5)
    assert many.p < 1e-3 and many.p <= many.at_least * (1 + 1e-6)


def test_one_stratum_is_a_betting_martingale() -> None:
    stratum = drawn(6, [80], 300, False)[0]
    bets, wealth, total = stakes(stratum), 1.0, 0.0
    for at, (x, c) in enumerate(zip(stratum.values, bets, strict=True)):
        wealth *= 1 - c + c * x / ((150 - total) / (300 - at))
        total += x
    assert p_value([stratum], 0.5).p == pytest.approx(min(1, 1 / wealth), rel=1e-6) and wealth > 1


def test_a_stake_sees_earlier_draws_of_its_stratum_alone() -> None:
    values = drawn(7, [50], 300, True)[0].values
    whole = stakes(Stratum(values, Population(300, 1)))
    for length in (0, 1, 2, 17):
        for last in (0.0, 1.0):
            changed = np.append(values[:length], last)
            assert list(stakes(Stratum(changed, Population(300, 1)))) == list(whole[: length + 1])


def test_draws_that_leave_no_doubt() -> None:
    two = [(np.array([1.0, 1.0]), 2), (np.array([1.0, 0.5]), 3)]
    assert p_value([Stratum(values, Population(size, 1)) for values, size in two], 0.5).p == 0
    assert p_value([Stratum(1 - values, Population(size, 1)) for values, size in two], 0.5).p == 1


# ---- the promise -----------------------------------------------------------
Judge = Callable[[Sequence[Stratum], float], float]


def certified(strata: Sequence[Stratum], null_mean: float) -> float:
    return p_value(strata, null_mean).p


def each_alone(strata: Sequence[Stratum], null_mean: float) -> float:
    """A planted fault: every stratum is held to the overall mean, as if error could not gather in one."""
    return math.prod(p_value([stratum], null_mean).p for stratum in strata)


def unweighted(strata: Sequence[Stratum], null_mean: float) -> float:
    """A planted fault: the strata's draws are thrown together as one sample."""
    units = sum(stratum.population.size for stratum in strata)
    values = np.concatenate([stratum.values for stratum in strata])
    return p_value([Stratum(values, Population(units, strata[0].population.upper, null_mean))], null_mean).p


def nulls(
    sizes: Sequence[int], values: Sequence[Fraction], null_mean: Fraction
) -> Iterator[list[tuple[Fraction, ...]]]:
    each = [list(itertools.combinations_with_replacement(values, size)) for size in sizes]
    for strata in itertools.product(*each):
        if sum(sum(stratum) for stratum in strata) <= null_mean * sum(sizes):
            yield list(strata)


def worst(
    judge: Judge, sizes: Sequence[int], values: Sequence[Fraction], null_mean: Fraction, turns: Sequence[int],
) -> float:  # fmt: skip
    """The most by which P(p ever ≤ α) is above α over all nulls, strata drawn from in these turns."""
    known: dict[tuple[tuple[float, ...], ...], float] = {}

    def p(prefixes: tuple[tuple[float, ...], ...]) -> float:
        if prefixes not in known:
            strata = [
                Stratum(np.array(prefix), Population(size, float(max(values)), float(null_mean)))
                for prefix, size in zip(prefixes, sizes, strict=True)
            ]
            known[prefixes] = judge(strata, float(null_mean))
        return known[prefixes]

    found = -1.0
    for strata in nulls(sizes, values, null_mean):
        ways = [[tuple(column) for column in orders(stratum).T.tolist()] for stratum in strata]
        least: list[float] = []
        for way in itertools.product(*ways):
            steps = [[turns[:at].count(k) for k in range(len(sizes))] for at in range(1, len(turns) + 1)]
            least.append(min(p(tuple(one[:n] for one, n in zip(way, step, strict=True))) for step in steps))
        found = max(found, excess(np.array(least)))
    return found


SPACES = [
    ((3, 3), HALVES, Fraction(1, 2), (0, 1, 0, 1, 0, 1)), ((2, 4), HALVES, Fraction(1, 2), (1, 0, 1, 1, 0, 1)),
    ((4, 2), (Fraction(0), Fraction(1)), Fraction(1, 2), (1, 1, 0, 0, 0, 0)),
    ((2, 2, 2), HALVES, Fraction(1, 2), (0, 1, 2, 2, 1, 0)),
    ((3, 3), (Fraction(0), Fraction(3, 5), Fraction(6, 5)), Fraction(1, 2), (0, 0, 1, 1, 0, 1)),
    ((2, 3), (Fraction(0), Fraction(1, 3), Fraction(1)), Fraction(1, 3), (0, 1, 1, 0, 1)),
]  # fmt: skip


@pytest.mark.parametrize("space", SPACES, ids=range(len(SPACES)))
def test_the_risk_limit_is_kept_exactly(
    space: tuple[tuple[int, ...], tuple[Fraction, ...], Fraction, tuple[int, ...]],
) -> None:
    assert worst(certified, *space) <= 1e-9


@pytest.mark.parametrize(("fault", "at"), [(each_alone, 1), (unweighted, 1)])
def test_a_planted_fault_is_caught(fault: Judge, at: int) -> None:
    assert worst(fault, *SPACES[at]) > 0.01


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError):
        p_value([], 0.5)
    with pytest.raises(UsageError):
        p_value(drawn(1, [3], 9, True), math.nan)
    with pytest.raises(BadInputError):
        p_value([Stratum(np.zeros(0), Population(0, 1))], 0.5)
    with pytest.raises(BadInputError):
        p_value([Stratum(np.array([2.0]), Population(5, 1))], 0.5)
    assert p_value([Stratum(np.zeros(0), Population(5, 1))], 0.5) == Certified(1, 1, (0.5,))
