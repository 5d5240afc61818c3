"""Bayesian opinions: VECTORS.md P5, exact sums, and that nobody takes them for a risk limit."""

import math
from fractions import Fraction

import numpy as np
import pytest

from faircount.model import BadInputError, UsageError
from faircount.risk import Population
from faircount.risk.bayes import BRLA, DIRICHLET, POLYA, dirichlet, polya, winner_counts_needed, worst_case

SIZES = (200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200)


@pytest.mark.parametrize(
    ("limit", "counts"),
    [
        (0.1, [120, 230, 443, 863, 1691, 3331, 6585, 13049, 25897]),
        (0.05, [122, 232, 447, 868, 1698, 3339, 6596, 13063, 25913]),
        (0.005, [127, 239, 456, 880, 1715, 3363, 6627, 13103, 25957]),
    ],
)
def test_counts_of_the_worst_case_prior(limit: float, counts: list[int]) -> None:
    """P5, of 100,000 votes; at 5 and .5 % the table of the paper as r2b2 has it."""
    assert winner_counts_needed(100_000, SIZES, limit) == counts


@pytest.mark.parametrize(
    ("votes", "winner", "loser"), [(11, 4, 2), (11, 0, 0), (12, 6, 6), (12, 3, 5), (7, 4, 3), (7, 1, 0)]
)
def test_worst_case_by_exact_sums(votes: int, winner: int, loser: int) -> None:
    half = votes // 2

    def weight(has: int) -> Fraction:
        prior = Fraction(1, 2) if has == half else Fraction(1, 2 * (votes - half))
        return prior * math.comb(has, winner) * math.comb(votes - has, loser)

    whole = sum((weight(has) for has in range(half, votes + 1)), Fraction(0))
    assert worst_case(votes, winner, loser) == pytest.approx(float(weight(half) / whole), rel=1e-12)


def test_a_loss_that_the_prior_did_not_think_of_is_certain() -> None:
    assert worst_case(7, 0, 5) == 1 and worst_case(5, 3, 0) == 0


def test_polya_by_drawing_from_the_urn() -> None:
    """Every order in which five unseen ballots may come out of the urn."""
    ahead = {(4, 2): Fraction(1)}
    for _ in range(5):
        after: dict[tuple[int, int], Fraction] = {}
        for (w, k), chance in ahead.items():
            up = Fraction(2 * w + 1, 2 * (w + k) + 2)
            after[w + 1, k] = after.get((w + 1, k), Fraction(0)) + chance * up
            after[w, k + 1] = after.get((w, k + 1), Fraction(0)) + chance * (1 - up)
        ahead = after
    lost = sum((chance for (w, _), chance in ahead.items() if 2 * w <= 11), Fraction(0))
    assert polya(11, 4, 2) == pytest.approx(float(lost), rel=1e-12)
    assert polya(8, 4, 4) == 1 and polya(9, 5, 4) == 0


def test_the_beta_distribution_by_binomial_sums() -> None:
    """I_½(a, b) = P(Binomial(a + b − 1, ½) ≥ a) for whole a and b."""
    for w, other in ((6, 2), (2, 6), (0, 0), (30, 28), (400, 300)):
        tail = sum(math.comb(w + other + 1, k) for k in range(w + 1, w + other + 2))
        assert dirichlet(w, other, 1, 1) == pytest.approx(float(Fraction(tail, 2 ** (w + other + 1))), rel=1e-9)
    assert dirichlet(5, 5) == pytest.approx(0.5)
    assert polya(10**6, 60, 40) == pytest.approx(dirichlet(60, 40), rel=1e-3)


def test_as_risk_functions_they_are_called_bayesian() -> None:
    drawn = np.array([1, 0.5, 1, 1, 0, 1])
    seen = [(1, 0), (1, 0), (2, 0), (3, 0), (3, 1), (4, 1)]
    opinions = {BRLA: worst_case, POLYA: polya}
    for risk, opinion in opinions.items():
        assert risk.gives == "bayesian"
        assert list(risk.p_values(drawn, Population(60, 1), {"votes": 50})) == [opinion(50, *one) for one in seen]
    p = DIRICHLET.p_values(drawn, Population(60, 1, replacement=True), {"prior_winner": 1, "prior_loser": 1})
    assert DIRICHLET.gives == "bayesian" and list(p) == [dirichlet(*one, 1, 1) for one in seen]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="votes"):
        worst_case(5, 3, 3)
    with pytest.raises(UsageError, match="prior"):
        dirichlet(1, 1, 0, 1)
    for risk, replacement in ((BRLA, False), (POLYA, False), (DIRICHLET, True)):
        with pytest.raises(BadInputError):
            risk.p_values(np.array([0.7]), Population(9, 1, replacement=replacement), {})
        with pytest.raises(BadInputError):
            risk.p_values(np.array([0.5]), Population(9, 1, replacement=not replacement), {})
