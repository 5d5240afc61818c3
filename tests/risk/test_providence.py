"""Providence: its promise when the next round is chosen after looking, and r2b2's numbers for Minerva 2.0."""

import math
from fractions import Fraction

import numpy as np
import pytest
from risk.null_audits import SPACES, worst

from faircount.model import BadInputError, UsageError
from faircount.risk import Floats, Population
from faircount.risk.minerva import p_value as minerva_p
from faircount.risk.providence import RISK, needed, p_value, sample_size


def test_the_first_round_is_minervas() -> None:
    assert p_value(0.6, [(56, 40)]) == pytest.approx(minerva_p(0.6, 0.1, [(56, 40)]), rel=1e-12)
    assert needed(0.6, 0.1, (0, 0), 100) == 58 and sample_size(0.1, 0.6, 0.4, 0.9) == 179


def test_second_rounds() -> None:
    """r2b2's test_minerva2: 306 and 111,257 ballots in all, each with up to 15 more."""
    share = Fraction(4617886, 9122861)
    assert 306 <= 100 + (sample_size(0.1, 0.6, 0.4, 0.9, [(54, 46)]) or 0) <= 321
    assert 111257 <= 45081 + (sample_size(0.1, share, 1 - share, 0.9, [(22634, 22447)]) or 0) <= 111272
    assert sample_size(0.1, 0.6, 0.4, 0.9, [(54, 46), (70, 30), (1, 9)]) == 0


def test_p_by_exact_arithmetic() -> None:
    p, half = Fraction(3, 5), Fraction(1, 2)

    def likely(q: Fraction) -> Fraction:
        before = math.comb(20, 12) * q**12 * (1 - q) ** 8
        return before * sum(math.comb(15, k) * q**k * (1 - q) ** (15 - k) for k in range(10, 16))

    assert p_value(0.6, [(12, 8), (10, 5)]) == pytest.approx(float(likely(half) / likely(p)), rel=1e-12)
    assert p_value(0.6, [(5, 3), (7, 5), (10, 5)]) == pytest.approx(float(likely(half) / likely(p)), rel=1e-12)
    assert p_value(0.6, [(2, 18), (1, 4)]) == 1 and p_value(0.6, []) == 1
    assert math.log(p_value(0.51, [(17605, 0)])) == pytest.approx(-17605 * math.log(1.02), rel=1e-9)


def confirmed(limit: float, chance: float, share: float) -> float:
    """The chance to confirm when each round is as small as the last was promising, up to 14 ballots."""
    found = 0.0
    waiting: list[tuple[tuple[tuple[int, int], ...], float]] = [((), 1.0)]
    while waiting:
        rounds, mass = waiting.pop()
        drawn, ahead = sum(map(sum, rounds)), sum(w - other for w, other in rounds)
        size = min(14 - drawn, 2 if ahead > 1 else 5)
        for k in range(size + 1) if size else ():
            now = (*rounds, (k, size - k))
            likely = mass * math.comb(size, k) * chance**k * (1 - chance) ** (size - k)
            if p_value(share, now) <= limit:
                found += likely
            else:
                waiting.append((now, likely))
    return found


@pytest.mark.parametrize("share", [0.6, 0.75, 0.9, 1])
@pytest.mark.parametrize("limit", [0.05, 0.1, 0.2, 0.4])
def test_rounds_may_be_chosen_after_looking(share: float, limit: float) -> None:
    assert confirmed(limit, 0.3, share) <= confirmed(limit, 0.5, share) <= limit
    assert share == 0.6 or confirmed(limit, share, share) > confirmed(limit, 0.5, share)


@pytest.mark.parametrize(("share", "draws"), [(0.7, 2), (0.9, 3), (1, 2)])
def test_every_risk_limit_is_kept(share: float, draws: int) -> None:
    def many(drawn: Floats, population: Population) -> Floats:
        return RISK.of_many(drawn, [population] * drawn.shape[1], [{"share": share, "round": draws}] * drawn.shape[1])

    assert worst(many, True, SPACES[1]) <= 1e-9


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="share"):
        p_value(0.5, [(1, 1)])
    with pytest.raises(BadInputError):
        RISK.p_values(np.array([0.7]), Population(0, 1, replacement=True), {"share": 0.6, "round": 1})
