"""Super-Simple against published numbers: VECTORS.md S1 (Stark's Table 3), S2 and S3 (Colorado), S6 (Arlo)."""

import csv

import numpy as np
import pytest
from elections.shared import real

from faircount.model import UsageError
from faircount.risk import RISKS, Population
from faircount.risk.super_simple import Discrepancies, p_value, planned_size, sample_size

STARK = [
    (500, 0.02, 1.01, 0, [0.007, 0.014, 0.027, 0.054]), (500, 0.02, 1.01, 1, [0.698]),
    (500, 0.02, 1.10, 0, [0.010, 0.019, 0.035, 0.064]), (500, 0.02, 1.10, 1, [0.114]),
    (750, 0.02, 1.01, 0, [0.001, 0.001, 0.002, 0.004, 0.009, 0.017]), (750, 0.02, 1.01, 1, [0.058]),
    (750, 0.01, 1.01, 0, [0.024, 0.048, 0.095]), (750, 0.01, 1.10, 0, [0.033, 0.060, 0.110]),
    (750, 0.01, 1.10, 1, [0.361]), (1000, 0.01, 1.01, 0, [0.007, 0.014, 0.027, 0.054]),
    (1000, 0.01, 1.01, 1, [0.706]), (1000, 0.01, 1.10, 0, [0.011, 0.019, 0.035, 0.065]),
    (1000, 0.01, 1.10, 1, [0.116]),
]  # fmt: skip


@pytest.mark.parametrize(("cards", "margin", "gamma", "two", "expected"), STARK)
def test_table_3(cards: int, margin: float, gamma: float, two: int, expected: list[float]) -> None:
    """S1: p for o1 = 0, 1, 2, … printed to three digits."""
    for one, p in enumerate(expected):
        assert p_value(cards, margin, gamma, Discrepancies(one, two)) == pytest.approx(p, abs=0.001)


def test_table_3_row_750_110() -> None:
    """S1: (750, .02, 1.10): o2 = 1 → .012, o2 = 2 → .128."""
    for two, p in ((1, 0.012), (2, 0.128)):
        assert p_value(750, 0.02, 1.10, Discrepancies(0, two)) == pytest.approx(p, abs=0.001)


def test_colorado_sample_size() -> None:
    """S2."""
    assert sample_size(0.5, 0.05, 1.2) == 34


@pytest.mark.parametrize("number", [1])
def test_every_contest_of_the_colorado_primary(number: int) -> None:
    """S3: `optimistic_samples_to_audit` of every contest whose margin is not 0, exactly."""
    folder = real("rla", "colorado-2024-presidential-primary", f"round_{number}")
    seen = 0
    with (folder / "contest.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            found = Discrepancies(*(int(row[f"{kind}_count"]) for kind in (
                "one_vote_over", "two_vote_over", "one_vote_under", "two_vote_under")))  # fmt: skip
            margin = int(row["min_margin"]) / int(row["ballot_card_count"])
            size = sample_size(float(row["risk_limit"]), margin, float(row["gamma"]), found)
            assert size == int(row["optimistic_samples_to_audit"]), row["contest_name"]
            seen += 1
    assert seen == 64


ARLO = {
    "A": (0.2, 27, 0.06507, 0.12534, 38), "B": (0.1, 54, 0.06973, 0.13441, 76), "C": (0.15, 36, 0.06740, 0.12992, 51),
    "D": (2 / 15, 40, 0.07048, 0.13585, 57), "E": (1, 6, 0.01950, 0.03758, 7), "F": (0.4, 14, 0.05013, None, 15),
    "Two-winner": (0.2, 27, 0.06508, 0.12534, 38),
}  # fmt: skip
"""S6: diluted margin, first sample, p without discrepancy, p with one one-vote overstatement, whole sample then."""
EXPECTED = Discrepancies(0.001, 0.0001, 0.001, 0.0001)
CARDS_OF_F = 15


@pytest.mark.parametrize("name", ARLO)
def test_arlo(name: str) -> None:
    """S6. Arlo's tolerance for p is .001; its printed .12534 is .125435 and .06508 is .065075 by the formula.

    Contest F has 15 ballots: the formula's 16 after an overstatement is cut to all 15, and Arlo's p of .05013 with an
    overstatement in F is not listed here, because its test audits a ballot on which F does not appear.
    """
    margin, first, clean, one_over, after = ARLO[name]
    assert planned_size(0.1, margin, EXPECTED) == first
    assert p_value(first, margin) == pytest.approx(clean, abs=1e-5)
    if one_over is not None:
        assert p_value(first, margin, found=Discrepancies(1)) == pytest.approx(one_over, abs=2e-4)
    then = planned_size(0.1, margin, Discrepancies(1 / first))
    assert then == (16 if name == "F" else after) and (name != "F" or min(then, CARDS_OF_F) == after)


def test_arlo_two_vote_overstatement() -> None:
    """S6: E .51877; in the others p is 1, and no sample would do if they went on at that rate."""
    for name, (margin, first, *_) in ARLO.items():
        p = p_value(first, margin, found=Discrepancies(two_over=1))
        assert p == pytest.approx(0.51877 if name == "E" else 1, abs=1e-5)
        if name != "E":
            assert planned_size(0.1, margin, Discrepancies(two_over=1 / first)) is None


@pytest.mark.parametrize("margin", [0.01, 0.1, 0.5])
def test_the_risk_function_is_the_formula(margin: float) -> None:
    """Values of overstatement assorters in any order give the same p as counting discrepancies."""
    draws = np.array([1, 1, 0.5, 1, 1.5, 0, 1, 2, 1, 0.5]) / (2 - margin)
    p = RISKS["super-simple"].p_values(draws, Population(0, 2 / (2 - margin), replacement=True), {"gamma": 1.1})
    assert p[-1] == pytest.approx(p_value(10, margin, 1.1, Discrepancies(2, 1, 1, 1)), rel=1e-9)


def test_understatements_never_make_a_sample_smaller_than_their_number() -> None:
    assert sample_size(0.05, 0.9, found=Discrepancies(two_under=30)) == 30


@pytest.mark.parametrize(("margin", "gamma"), [(0, 1.1), (-0.1, 1.1), (1.1, 1.1), (0.1, 1.0)])
def test_what_cannot_be_is_refused(margin: float, gamma: float) -> None:
    for ask in (lambda: p_value(10, margin, gamma), lambda: sample_size(0.05, margin, gamma)):
        with pytest.raises(UsageError, match="diluted margin"):
            ask()
    with pytest.raises(UsageError, match="risk limit"):
        sample_size(0, 0.1)
