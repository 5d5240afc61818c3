"""Minerva against Arlo and r2b2: VECTORS.md P2 and P4; and its promise, over every small audit of a tie."""

import itertools
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from risk.null_audits import SPACES, worst

from faircount.model import BadInputError, UsageError
from faircount.risk import Floats, Population
from faircount.risk.minerva import (
    RISK,
    Rounds,
    binomial,
    gaussian_size,
    p_value,
    round_size,
    sample_size,
    stopping_counts,
)  # fmt: skip

GEORGIA = Fraction(2453876, 2453876 + 2358432)


def total(draws: Callable[[int], float], low: int, high: int) -> float:
    return math.fsum(draws(k) for k in range(low, high))


@pytest.mark.parametrize(("trials", "chance"), [(0, 0.5), (1, 0.7), (7, 0.5), (40, 0.9), (300, 0.51), (5, 1)])
def test_binomial_chances(trials: int, chance: float) -> None:
    found = binomial(trials, chance)
    p = Fraction(chance)
    for at, one in enumerate(found.chances):
        k = found.least + at
        assert one == pytest.approx(float(math.comb(trials, k) * p**k * (1 - p) ** (trials - k)), rel=1e-12)
    assert len(found.chances) == trials + 1 or chance == 1


def test_stopping_counts() -> None:
    """P4; and r2b2's sentinel: after 13 of 13 would have stopped, 14 of 14 cannot be."""
    assert stopping_counts(0.6, 0.1, [100, 200, 400]) == [58, 113, 221]
    assert stopping_counts(0.6, 0.1, [13, 14, 15]) == [13, None, 14]
    assert stopping_counts(0.75, 0.1, [50]) == [31]
    with pytest.raises(UsageError, match="grow"):
        stopping_counts(0.6, 0.1, [100, 100])


@pytest.mark.parametrize(
    ("votes", "sizes"),
    [
        ((600, 400, 1200), [134, 166, 215]), ((600, 200, 900), [20, 25, 35]), ((300, 200, 1000), [222, 276, 358]),
        ((5076, 4925, 10001), [17663, 22233, 30319]),
    ],
)  # fmt: skip
def test_first_rounds(votes: tuple[int, int, int], sizes: list[int]) -> None:
    """P2: ballots of any kind, for chances of 70, 80 and 90 % at a risk limit of 10 %."""
    winner, loser = (Fraction(one, votes[2]) for one in votes[:2])
    assert [sample_size(0.1, winner, loser, chance) for chance in (0.7, 0.8, 0.9)] == sizes


def test_first_rounds_of_r2b2() -> None:
    """P4."""
    shares = Fraction(3, 5), Fraction(51, 100), Fraction(5040799, 10**7)
    assert [sample_size(0.1, share, 1 - share, 0.9) for share in shares] == [179, 17272, 103483]
    found = [sample_size(0.1, GEORGIA, 1 - GEORGIA, chance) for chance in (0.7, 0.8, 0.9)]
    assert [math.ceil(1.0238785631 * size) for size in found if size] == [10486, 13205, 18005]


def test_the_smallest_rounds_of_any_use() -> None:
    """P4: with which there is a chance of one in a million to stop."""
    assert (sample_size(0.1, 0.6, 0.4, 1e-6), sample_size(0.05, 0.51, 0.49, 1e-6)) == (13, 840)


def test_second_rounds() -> None:
    """P4: ballots in all, of which the first round had 100 and 45,081."""
    share = Fraction(4617886, 9122861)
    assert sample_size(0.1, 0.6, 0.4, 0.9, [(54, 46)]) == 305 - 100
    assert sample_size(0.1, share, 1 - share, 0.9, [(22634, 22447)]) == 111257 - 45081
    assert sample_size(0.1, 0.6, 0.4, 0.9, [(60, 40)]) == 0


def test_gaussian_sizes() -> None:
    """P2 and P4: a margin of .4 %."""
    assert [gaussian_size(0.1, 0.502, 0.498, chance) for chance in (0.7, 0.8, 0.9)] == [250047, 315475, 429778]


@pytest.mark.parametrize(
    ("share", "rounds", "p"),
    [
        (0.6, [(40, 40), (70, 30)], 0.006382031505998192), (0.6, [(56, 40)], 0.0933945799801079),
        (2 / 3, [(30, 30)], 0.552702598296842), (2 / 3, [(30, 30), (50, 25)], 0.083535346859948),
        (4 / 6, [(40, 18)], 0.0064653703790821795), (0.51, [(5100, 4990)], 0.16896200607848647),
        (0.51, [(5100, 4990), (5100, 4900)], 0.03907953348498701),
        (0.51, [(50100, 49900), (51000, 49000)], 0.0016102827517693026),
        (float(GEORGIA), [(4950, 4953)], 0.527638189598802), (float(GEORGIA), [(8900, 8705)], 0.081750333563781),
    ],
)  # fmt: skip
def test_risks(share: float, rounds: list[tuple[int, int]], p: float) -> None:
    """P2 and P4; the four last of Arlo's are by Fourier transforms, hence 1e-9."""
    assert p_value(share, 0.1, rounds) == pytest.approx(p, rel=1e-9)


def test_a_first_round_that_is_level() -> None:
    """P2: .5596434615209632 of 40 and 40. By exact fractions it is .5596434615209567, which is what we give.

    Arlo convolves by Fourier transforms, and its last two digits are their rounding: 6.5e-15, where 1e-13 is allowed.
    """
    ways = [math.comb(80, k) for k in range(40, 81)]
    tied = Fraction(sum(ways), 2**80)
    reported = sum(n * Fraction(3, 5) ** k * Fraction(2, 5) ** (80 - k) for k, n in enumerate(ways, 40))
    found = p_value(0.6, 0.1, [(40, 40)])
    assert found == pytest.approx(float(tied / reported), rel=1e-15)
    assert 1e-15 < 0.5596434615209632 - found < 1e-13


def test_a_ratio_above_1_is_1() -> None:
    """P4: r2b2 gives 2.66 for a second round that favours the loser."""
    after = Rounds(float(GEORGIA), 0.1).after(9903)
    tied, reported = after.chances(24000 - 9903, 11900)
    assert tied / reported == pytest.approx(2.663358309286826, rel=1e-9)
    assert after.p_value(24000 - 9903, 11900) == 1
    assert after.after(24000 - 9903).p_value(45600 - 24000, 24000) < 1e-16


def test_what_is_too_faint_to_add_up() -> None:
    """17,605 ballots of 17,605: both chances are below the smallest float, their ratio is not."""
    p = Rounds(float(GEORGIA), 0.1).p_value(17605, 17605)
    assert math.log(p) == pytest.approx(-17605 * math.log(2 * GEORGIA), rel=1e-9)
    assert p_value(0.9, 0.1, [(0, 17605)]) == pytest.approx(1)


def exact(share: Fraction, limit: Fraction, sizes: list[int], chance: Fraction) -> Fraction:
    """The chance to stop in these rounds, by enumeration with fractions, the winner drawn by `chance`."""
    alive, stopped, seen = {0: (Fraction(1), Fraction(1), Fraction(1))}, Fraction(0), 0
    for size in sizes:
        ways: dict[int, tuple[Fraction, Fraction, Fraction]] = {}
        for (k, masses), more in itertools.product(alive.items(), range(size + 1)):
            old = ways.get(k + more, (Fraction(0),) * 3)
            each = [math.comb(size, more) * p**more * (1 - p) ** (size - more) for p in (Fraction(1, 2), share, chance)]
            ways[k + more] = tuple(a + b * c for a, b, c in zip(old, masses, each, strict=True))  # type: ignore[assignment]
        seen += size
        alive = {}
        for k in ways:
            tied = sum((ways[i][0] for i in ways if i >= k), Fraction(0))
            reported = sum((ways[i][1] for i in ways if i >= k), Fraction(0))
            if tied <= limit * reported:
                stopped += ways[k][2]
            else:
                alive[k] = ways[k]
    return stopped


@pytest.mark.parametrize("share", [Fraction(11, 20), Fraction(3, 5), Fraction(9, 10)])
@pytest.mark.parametrize("sizes", [[10, 15, 9], [3] * 12, [30, 1, 20]])
def test_a_tie_is_confirmed_no_more_often_than_the_risk_limit(share: Fraction, sizes: list[int]) -> None:
    limit = Fraction(1, 5)
    counts = stopping_counts(float(share), float(limit), list(itertools.accumulate(sizes)))
    for chance in (Fraction(1, 2), Fraction(2, 5), share):
        alive, stopped = {0: Fraction(1)}, Fraction(0)
        for size, count in zip(sizes, counts, strict=True):
            after: dict[int, Fraction] = {}
            for (k, mass), more in itertools.product(alive.items(), range(size + 1)):
                each = math.comb(size, more) * chance**more * (1 - chance) ** (size - more)
                after[k + more] = after.get(k + more, Fraction(0)) + mass * each
            stops = {k for k in after if count is not None and k >= count}
            stopped += sum((after[k] for k in stops), Fraction(0))
            alive = {k: mass for k, mass in after.items() if k not in stops}
        assert stopped == exact(share, limit, sizes, chance)
        assert chance == share or 0 < stopped <= limit


@pytest.mark.parametrize(("share", "draws", "limit"), [(0.7, 2, 0.3), (0.9, 3, 0.5), (1, 2, 0.5), (0.55, 1, 0.5)])
def test_the_risk_limit_is_kept_as_a_risk_function(share: float, draws: int, limit: float) -> None:
    """Ballots for neither make rounds of other sizes, which does no harm: they tell nothing of the others."""
    given = {"share": share, "round": draws, "risk_limit": limit}

    def many(drawn: Floats, population: Population) -> Floats:
        return RISK.of_many(drawn, [population] * drawn.shape[1], [given] * drawn.shape[1])

    assert worst(many, True, SPACES[1]) <= 1e-9
    assert worst(many, True, SPACES[0]) <= 1e-9


def test_p_is_decided_when_a_round_is_full() -> None:
    drawn = np.array([1.0, 1, 1, 0.5, 1, 1, 0.5, 0.5, 0.5, 1])
    p = RISK.p_values(drawn, Population(0, 1, replacement=True), {"share": 0.9, "round": 3, "risk_limit": 0.2})
    one = p_value(0.9, 0.2, [(3, 0)])
    assert list(p) == [1, 1, *[one] * 8] and one == pytest.approx(0.125 / 0.9**3)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="share"):
        Rounds(0.5, 0.1)
    with pytest.raises(UsageError, match="risk limit"):
        Rounds(0.6, 1)
    with pytest.raises(UsageError, match="δ"):
        Rounds(0.6, 0.1, 0)
    with pytest.raises(UsageError, match="chance"):
        sample_size(0.1, 0.6, 0.4, 1)
    with pytest.raises(UsageError, match="above the loser"):
        sample_size(0.1, 0.4, 0.4, 0.9)
    with pytest.raises(BadInputError, match="choose alpha"):
        RISK.p_values(np.array([0.7]), Population(0, 1, replacement=True), {"share": 0.6, "round": 1})
    assert round_size(lambda _: 0.0, 0.5) is None
