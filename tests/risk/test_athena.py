"""Athena: Minerva, but no stop on a sample that speaks against the report."""

import math

import pytest
from risk.null_audits import SPACES, worst

from faircount.risk import Floats, Population
from faircount.risk.athena import RISK
from faircount.risk.minerva import p_value, stopping_counts


def test_the_example_of_the_paper() -> None:
    """r2b2's test_athena: 75 %, α = .1, 50 ballots; Minerva stops at 31, on ballots likelier under a tie."""
    assert stopping_counts(0.75, 0.1, [50]) == [31] and stopping_counts(0.75, 0.1, [50], delta=1) == [32]
    assert (1.5**31) * (0.5**19) < 1 < (1.5**32) * (0.5**18)


def test_without_a_demand_it_is_minerva() -> None:
    sizes = [20, 37, 80]
    assert stopping_counts(0.6, 0.1, sizes, delta=2**31) == stopping_counts(0.6, 0.1, sizes, math.inf)


def test_a_stricter_demand_stops_later() -> None:
    counts = [stopping_counts(0.6, 0.1, [60, 120], delta) for delta in (10, 1, 0.1, 0.01)]
    assert counts == sorted(counts) and counts[0] < counts[-1]
    assert p_value(0.75, 0.1, [(31, 19)]) <= 0.1 and p_value(0.75, 0.1, [(31, 19)], 1) == 1


@pytest.mark.parametrize("delta", [0.5, 1, 3])
def test_the_risk_limit_is_kept(delta: float) -> None:
    given = {"share": 0.7, "round": 2, "risk_limit": 0.4, "delta": delta}

    def many(drawn: Floats, population: Population) -> Floats:
        return RISK.of_many(drawn, [population] * drawn.shape[1], [given] * drawn.shape[1])

    assert worst(many, True, SPACES[1]) <= 1e-9
