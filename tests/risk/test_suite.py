"""SUITE against Arlo and the notebooks of its authors: VECTORS.md H1 and H3; and its promise over small elections."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from faircount.model import UsageError
from faircount.risk.suite import Combined, Compared, Polled, combined, comparison_p, fisher, p_value, polling_p
from faircount.risk.super_simple import Discrepancies

COMPARED = Compared(10000, 4550, 4950, 500)
POLLED = Polled(1000, 750, 150, 250, 187, 37)


def test_the_two_p_values() -> None:
    """H1, at λ = .3."""
    assert comparison_p(COMPARED, 200, 0.3) == pytest.approx(0.23557770396261943, rel=1e-9)
    assert polling_p(POLLED, 200, 0.3) == pytest.approx(0.006068185147942991, rel=1e-9)


def test_the_largest_combined() -> None:
    """H1's .0705 is the largest on a grid of .05, where Arlo stops; between its points p is larger."""
    grid = [combined(COMPARED, POLLED, allocation) for allocation in np.arange(-2, 8.05, 0.05)]
    assert max(grid) == pytest.approx(0.07049896663377597, rel=1e-9)
    found = p_value(COMPARED, POLLED)
    assert found.at_least == combined(COMPARED, POLLED, found.allocation) or found.at_least <= found.p
    assert max(grid) < 0.0705609 < found.at_least <= found.p < 0.0705610
    fine = [combined(COMPARED, POLLED, found.allocation + step) for step in np.linspace(-0.2, 0.2, 401)]
    assert found.at_least * (1 - 1e-9) <= max(fine) <= found.p


@pytest.mark.parametrize(
    ("stratum", "sample", "p"),
    [
        ((1000, 500, 450), (100, 50, 50), 1), ((1000, 600, 400), (100, 60, 40), 0.10693399),
        ((1000, 500, 450), (250, 110, 100), 1), ((1000, 500, 450), (100, 40, 60), 1), ((10, 5, 4), (4, 2, 2), 1),
        ((10, 6, 4), (4, 3, 1), 0.625), ((10, 6, 4), (3, 2, 1), 5 / 6),
    ],
)  # fmt: skip
def test_polling_alone(stratum: tuple[int, int, int], sample: tuple[int, int, int], p: float) -> None:
    """H3, as Arlo has it: the whole margin allotted to the polled stratum."""
    assert polling_p(Polled(*stratum, *sample), stratum[1] - stratum[2], 0) == pytest.approx(p, abs=5e-9)


def test_a_margin_that_cannot_be() -> None:
    """H3: 'null is impossible, given the sample' where eight margins are allotted to ten ballots."""
    assert polling_p(Polled(10, 5, 4, 4, 2, 2), 1, -7) == 0


def test_fishers_combination() -> None:
    """χ² with 2k degrees of freedom in closed form."""
    assert fisher(0.3) == pytest.approx(0.3) and fisher(1, 1) == 1 and fisher(0, 0.5) == 0
    assert fisher(0.05, 0.2) == pytest.approx(0.01 * (1 - math.log(0.01)))
    assert fisher(0.5, 0.5, 0.5) == pytest.approx(0.125 * (1 + math.log(8) + math.log(8) ** 2 / 2))


@pytest.mark.parametrize(
    ("compared", "polled"),
    [
        (COMPARED, Polled(1000, 750, 150, 0, 0, 0)), (Compared(60, 30, 20, 0), Polled(40, 22, 15, 20, 12, 8)),
        (Compared(60, 30, 20, 40, Discrepancies(1, 0, 2)), Polled(40, 22, 15, 40, 22, 15)),
        (Compared(60, 40, 10, 40), Polled(40, 30, 5, 20, 16, 1)), (Compared(9, 5, 3, 9), Polled(4, 3, 1, 3, 2, 0)),
        (Compared(60, 40, 10, 40), Polled(40, 30, 5, 30, 1, 29)),
    ],
)  # fmt: skip
def test_no_allocation_does_worse(compared: Compared, polled: Polled) -> None:
    found = p_value(compared, polled)
    margin = compared.winner - compared.loser + polled.winner - polled.loser
    votes = np.arange(-polled.ballots, polled.ballots + 1) - (polled.winner - polled.loser)
    every = [combined(compared, polled, 1 + vote / margin) for vote in votes]
    assert max(every) <= found.p + 1e-12 and found.at_least <= found.p <= found.at_least * 1.001


Judge = Callable[[Compared, Polled], Combined]


def only_in_proportion(compared: Compared, polled: Polled) -> Combined:
    """A planted fault: the error is taken to be spread over the strata as the ballots are."""
    p = combined(compared, polled, compared.ballots / (compared.ballots + polled.ballots))
    return Combined(p, p, 0)


def worst(judge: Judge) -> float:
    """The most by which P(p ≤ α) is above α, over wrong outcomes of a small election.

    Reported: 3 : 2 of 5 compared ballots, 4 : 1 of 6 polled. Compared ballots overstate by 0, 1 or 2 votes each; the
    polled stratum has any votes. 4 ballots are compared, with replacement, and 3 polled, without.
    """
    tried: dict[tuple[int, int, int, int], float] = {}

    def p(one: int, two: int, winner: int, loser: int) -> float:
        at = one, two, winner, loser
        if at not in tried:
            found = judge(Compared(5, 3, 2, 4, Discrepancies(one, two)), Polled(6, 4, 1, 3, winner, loser))
            tried[at] = found.p
        return tried[at]

    excess = -1.0
    for ones, twos, w, k in itertools.product(range(4), range(4), range(7), range(7)):
        if ones + twos > 5 or w + k > 6 or 1 - ones - 2 * twos + w - k > 0:
            continue
        audits = []
        for one, two, a, b in itertools.product(range(5), range(5), range(4), range(4)):
            if one + two <= 4 and a + b <= 3:
                chance = (
                    math.comb(4, one)
                    * math.comb(4 - one, two)
                    * ones**one
                    * twos**two
                    * (5 - ones - twos) ** (4 - one - two)
                )
                chance *= math.comb(w, a) * math.comb(k, b) * math.comb(6 - w - k, 3 - a - b)
                if chance:
                    audits.append((p(one, two, a, b), chance / 5**4 / math.comb(6, 3)))
        audits.sort()
        sums, levels = np.cumsum([chance for _, chance in audits]), np.array([level for level, _ in audits])
        last = np.append(np.diff(levels) > 1e-12, True)
        excess = max(excess, float(np.max(sums[last] - levels[last])))
    return excess


def test_the_risk_limit_is_kept() -> None:
    assert worst(p_value) <= 1e-9
    assert worst(only_in_proportion) > 0.01


def test_what_cannot_be_is_refused() -> None:
    for compared, polled in (
        (Compared(9, 3, 4, 2), Polled(9, 4, 3, 2, 1, 1)), (Compared(9, 4, 3, 2), Polled(9, 4, 3, 2, 2, 1)),
        (Compared(9, 4, 3, 2), Polled(2, 1, 1, 3, 2, 1)), (Compared(9, 4, 6, 2), Polled(9, 8, 1, 2, 2, 0)),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            p_value(compared, polled)
    with pytest.raises(UsageError, match="γ"):
        p_value(COMPARED, POLLED, gamma=1)
