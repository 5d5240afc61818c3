"""ONEAudit beside its published figure: the pilot of Kalamazoo 2018, eight cards with records and 32 without.

Source: Stark 2023, arXiv:2303.03335, § 4 (a risk of 2 % where SUITE gave 3.74 %); its notebook oa_polling.ipynb, as
rlauxe's KalamazooExample repeats it: 100,000 shuffles, mean p .020145, standard deviation .010403, 90th percentile
.0321.

**The notebook takes (w − l)/N for the mean of the assorter, which is its margin (the mean is half of that above ½), and
½ for the overstatement assorter of a pooled card that is for neither (it is (1 − pool mean + ½)/(2 − v)).** Both are
shown: the published figure with those numbers, and the risk with the right ones, which is smaller.
"""

from fractions import Fraction

import numpy as np
import pytest

from faircount.assertion.plurality import beats
from faircount.audit.values import comparison_bound, comparison_value
from faircount.model import HALF, CandidateIndex, Choice, Contest
from faircount.risk import RISKS, Floats, Population

WHITMER, SCHUETTE, CARDS = (3765, 16934), (1349, 4220), (5294, 22372)
"""Votes and cards: with records of single cards, and without."""
LINKED, FOUND = 8, {Fraction(1): 23, Fraction(0): 8, HALF: 1}
"""Cards drawn with a record, all as recorded; of the others, how many were for Whitmer, for Schuette, for neither."""
RUNS = 20_000


def risks(margin: Fraction, pool: Fraction, neither: Fraction | None = None) -> Floats:
    """The smallest p of each of many shuffles of the 40 cards, all but a hundredth staked.

    `neither`: the value of a card of the pool that is for neither, where it is not the one that follows.
    """
    contest = Contest("Governor", (Choice("Whitmer"), Choice("Schuette")))
    claim = beats(contest, CandidateIndex(0), CandidateIndex(1))
    values = [comparison_value(claim, margin, Fraction(1), Fraction(1))] * LINKED
    for paper, n in FOUND.items():
        value = comparison_value(claim, margin, pool, paper)
        values += [neither if neither is not None and paper == HALF else value] * n
    bound = float(comparison_bound(claim, margin))
    order = np.random.default_rng(2018).permuted(np.tile(np.array(values, float)[:, None], RUNS), axis=0)
    population = Population(sum(CARDS), bound)
    settings = {"eta0": 0.99 * bound}
    p = RISKS["alpha-fixed"].of_many(order, [population] * RUNS, [settings] * RUNS)
    least: Floats = p.min(axis=0)
    return least


def test_the_published_risk_of_kalamazoo() -> None:
    share = Fraction(sum(WHITMER) - sum(SCHUETTE), sum(CARDS))
    assert float(share) == pytest.approx(0.5468806477264513, abs=1e-15)
    found = risks(2 * share - 1, Fraction(WHITMER[1] - SCHUETTE[1], CARDS[1]), HALF)
    assert abs(found.mean() - 0.020145370) <= 3 * 0.010403093 * (1 / RUNS + 1 / 100_000) ** 0.5
    assert found.std() == pytest.approx(0.010403093, rel=0.03)
    assert np.percentile(found, 90) == pytest.approx(0.0321230, rel=0.03)


def test_the_risk_with_the_mean_of_the_assorter_itself() -> None:
    margin = Fraction(sum(WHITMER) - sum(SCHUETTE), sum(CARDS))
    pool = Fraction(1, 2) + Fraction(WHITMER[1] - SCHUETTE[1], 2 * CARDS[1])
    assert risks(margin, pool).mean() < 0.020145370 / 3
