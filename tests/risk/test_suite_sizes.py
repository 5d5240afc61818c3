"""Sample sizes of SUITE against Arlo's (VECTORS.md H1).

Their inputs are not in VECTORS.md; they are those of Arlo's public tests (test_suite.py): the contest that each test
names, at a risk limit of 5 %. In the contest for two seats the pair is that of the last winner and the best loser.
"""

import math

import pytest

from faircount.model import UsageError
from faircount.risk.suite import Compared, Polled, p_value
from faircount.risk.suite_sizes import Sizes, sample_sizes
from faircount.risk.super_simple import Discrepancies

CASES = {
    "nearly all compared": (
        Compared(1_900_000, 960_000, 940_000, 0), Polled(100_000, 51_000, 49_000, 0, 0, 0), (3800, 200)
    ),
    "first of two rounds": (Compared(700, 400, 300, 0), Polled(300, 200, 100, 0, 0, 0), (56, 24)),
    "second of two rounds": (Compared(700, 400, 300, 56), Polled(300, 200, 100, 24, 14, 10), (101, 43)),
    "two seats": (Compared(6542, 2484, 2012, 0), Polled(1860, 141, 100, 0, 0, 0), (164, 46)),
    "three candidates": (Compared(700, 400, 200, 0), Polled(300, 200, 100, 0, 0, 0), (33, 14)),
    "ten ballots": (Compared(4, 4, 0, 0), Polled(6, 6, 0, 0, 0, 0), (3, 3)),
}  # fmt: skip


@pytest.mark.parametrize(("compared", "polled", "sizes"), CASES.values(), ids=CASES)
def test_arlo(compared: Compared, polled: Polled, sizes: tuple[int, int]) -> None:
    assert sample_sizes(compared, polled, 0.05) == sizes


def test_where_arlo_asks_for_one_more() -> None:
    """990 votes to 10: Arlo's test says 10 and 0; the largest risk of 9 compared ballots is .0312, so 9 do.

    Arlo refines its grid beyond the allocations that the polled stratum could hold, and finds a larger risk there.
    """
    compared, polled = Compared(950, 940, 10, 0), Polled(50, 50, 0, 0, 0, 0)
    assert sample_sizes(compared, polled, 0.05) == (9, 0)
    assert p_value(Compared(950, 940, 10, 9), polled).p == pytest.approx(0.0312, abs=5e-5)
    assert p_value(Compared(950, 940, 10, 8), polled).p > 0.05


def test_errors_are_expected_to_go_on() -> None:
    polled = Polled(3000, 2000, 1000, 30, 20, 10)
    sizes = [
        sample_sizes(Compared(7000, 4000, 3000, 70, Discrepancies(one_over=errors)), polled, 0.05)
        for errors in (0, 1, 2)
    ]
    assert all(sizes) and sizes == sorted(sizes, key=lambda size: sum(size or ())) and sizes[0] != sizes[2]


@pytest.mark.parametrize(
    ("compared", "polled"),
    [
        (Compared(700, 351, 349, 0), Polled(300, 151, 149, 0, 0, 0)),
        (Compared(70, 40, 30, 6, Discrepancies(two_over=4)), Polled(30, 20, 10, 3, 2, 1)),
    ],
)
def test_a_close_contest_is_counted_by_hand(compared: Compared, polled: Polled) -> None:
    assert sample_sizes(compared, polled, 0.05) is None


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="margin"):
        sample_sizes(Compared(700, 350, 350, 0), Polled(300, 150, 150, 0, 0, 0), 0.05)
    with pytest.raises(UsageError, match="risk limit"):
        sample_sizes(*CASES["two seats"][:2], 0)


def test_the_strata_are_sampled_alike() -> None:
    sizes = sample_sizes(Compared(6542, 2484, 2012, 0), Polled(1860, 141, 100, 0, 0, 0), 0.01)
    assert isinstance(sizes, Sizes)
    assert sizes.compared == math.ceil(sum(sizes) * 6542 / 8402)
