"""BRAVO against Arlo's numbers: VECTORS.md P1, and `test_bravo.py` of that project."""

from fractions import Fraction

import numpy as np
import pytest

from faircount.model import BadInputError, UsageError
from faircount.risk import RISKS, Population
from faircount.risk.bravo import average_sample_number, binomial_quantile, p_value, sample_size


@pytest.mark.parametrize(
    ("winner", "loser", "chance", "seen", "size"),
    [
        (0.4, 0.32, 0.9, (0, 0), 1599), (0.36, 0.32, 0.9, (0, 0), 6067), (0.36, 0.32, 0.6, (0, 0), 2476),
        (0.52, 0.47, 0.9, (0, 0), 5657), (0.4, 0.32, 0.4, (0, 0), 409), (0.52, 0.47, 0.9, (10000, 0), 0),
        (0.52, 0.47, 0.9, (2923, 2735), 2636), (0.6, 0.4, 0.7, (0, 0), 184), (0.6, 0.4, 0.8, (0, 0), 244),
        (0.6, 0.4, 0.9, (0, 0), 351), (0.3, 0.2, 0.9, (0, 0), 702), (0.5, 0.45, 0.9, (0, 0), 5426),
    ],
)  # fmt: skip
def test_sizes(winner: float, loser: float, chance: float, seen: tuple[int, int], size: int) -> None:
    """P1: sizes at a risk limit of 10 %."""
    assert sample_size(0.1, winner, loser, chance, *seen) == size


def test_a_size_that_hangs_on_a_binary_fraction() -> None:
    """P1's 2476: 1683/.68 is 2475 exactly; it is 2476 because the floats .36 and .32 add up to a little less."""
    assert sample_size(0.1, Fraction(36, 100), Fraction(32, 100), 0.6) == 2475


@pytest.mark.parametrize(
    ("winner", "loser", "size"), [(0.6, 0.4, 119), (2 / 3, 2 / 9, 22), (0.3, 0.2, 238), (0.5, 0.45, 1769)]
)
def test_average_sample_numbers(winner: float, loser: float, size: int) -> None:
    """Arlo's test_bravo: contests 1, 2, 6 and the one with a small third candidate."""
    assert average_sample_number(0.1, winner, loser) == size


@pytest.mark.parametrize(
    ("votes", "sample", "p"),
    [
        ((500, 100), (50, 11), 1.431846034590505e-06), ((500, 100), (50, 13), 1.2886614311314533e-05),
        ((200, 100), (20, 11), 0.27430209050114257), ((200, 100), (20, 13), 0.6171797036275707),
    ],
)  # fmt: skip
def test_ballots_not_found(votes: tuple[int, int], sample: tuple[int, int], p: float) -> None:
    """P1: one ballot not found counts for the loser of each pair."""
    share = votes[0] / sum(votes)
    assert p_value(share, *sample) == pytest.approx(p, rel=1e-9)
    drawn = np.array([1.0] * sample[0] + [0.5] * 7 + [0.0] * sample[1])
    given = RISKS["bravo"].p_values(drawn, Population(0, 1, replacement=True), {"share": share})
    assert given[-1] == pytest.approx(p, rel=1e-9)


def test_a_unanimous_report_is_refuted_by_one_ballot() -> None:
    assert p_value(1, 10, 0) == 2**-10 and p_value(1, 10, 1) == 1


def test_binomial_quantiles() -> None:
    """By exact summation of integers."""
    assert [binomial_quantile(q, 4, 0.5) for q in (0.05, 0.0625, 0.07, 0.5, 0.95, 1 - 1e-9)] == [0, 0, 1, 2, 4, 4]


@pytest.mark.parametrize("shares", [(0.4, 0.4), (0.3, 0.4), (0.8, 0.3), (0.5, 0)])
def test_shares_that_cannot_be(shares: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="share"):
        sample_size(0.05, *shares, 0.9)


@pytest.mark.parametrize("population", [Population(0, 2, 0.5, True), Population(0, 1, 0.4, True)])
def test_other_assorters_are_refused(population: Population) -> None:
    with pytest.raises(BadInputError, match="choose alpha"):
        RISKS["bravo"].p_values(np.array([1.0]), population, {"share": 0.6})
    with pytest.raises(BadInputError, match="winner"):
        RISKS["bravo"].p_values(np.array([0.7]), Population(0, 1, 0.5, True), {"share": 0.6})
