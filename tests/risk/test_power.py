"""Cards that audits take, beside published figures: BRAVO's and COBRA's tables, Arlo's and rlauxe's numbers.

Monte-Carlo figures agree within the standard error of both, theirs (by the runs they state) and ours; seeds are fixed.
"""

import math

import numpy as np
import pytest

from faircount.audit.planning import bravo_quantiles
from faircount.risk import RISKS, Floats, Population, Settings, bravo, super_simple

RUNS = 400


def stops(values: Floats, population: Population, name: str, settings: Settings, risk_limit: float = 0.05) -> Floats:
    """Draws after which each audit (a column of values) ends. All must."""
    audits = values.shape[1]
    met = RISKS[name].of_many(values, [population] * audits, [settings] * audits) <= risk_limit
    assert met.any(axis=0).all(), "longer draws"
    return np.asarray(met.argmax(axis=0) + 1.0)


def like(ours: Floats, theirs: float, runs: int, spread: float | None = None) -> None:
    """Means agree within three standard errors of both; a published spread is used where there is one."""
    own = float(ours.std())
    error = math.hypot(own / math.sqrt(len(ours)), (spread or own) / math.sqrt(runs))
    # Published means are rounded to whole cards.
    assert abs(ours.mean() - theirs) <= 3 * error + 0.5, (ours.mean(), theirs, error)


# ---- BRAVO -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("share", "cards", "mean"),
    [
        (0.7, (12, 22, 38, 60, 131), 30), (0.65, (23, 38, 66, 108, 236), 53), (0.6, (49, 84, 149, 244, 538), 119),
        (0.58, (77, 131, 231, 381, 840), 184), (0.55, (193, 332, 587, 974, 2157), 469),
        (0.54, (301, 518, 916, 1520, 3366), 730), (0.53, (531, 914, 1619, 2700, 5980), 1294),
    ],
)  # fmt: skip
def test_percentiles_of_bravo(share: float, cards: tuple[int, ...], mean: int) -> None:
    """Lindeman, Stark & Yates 2012, Table 1: percentiles 25, 50, 75, 90, 99 at a risk limit of 10 %.

    Theirs are of simulations, ours exact: four rows agree to the card, the others within one part in three hundred.
    """
    found = bravo_quantiles(share, 0.1, (0.25, 0.5, 0.75, 0.9, 0.99))
    assert found == pytest.approx(cards, rel=1 / 300)
    if share in (0.7, 0.65, 0.6, 0.54):
        assert found == cards
    # The formula is of Wald's approximation, with half a step for what is overshot; their mean is of simulations.
    assert bravo.average_sample_number(0.1, share, 1 - share) == pytest.approx(mean, rel=0.005, abs=1)


def test_quantiles_of_bravo_by_every_sequence() -> None:
    """Every sequence of 14 ballots, weighed: the same chances of having ended."""
    share, ended = 0.8, np.zeros(15)
    for word in range(2**14):
        log = 0.0
        chance = share ** word.bit_count() * (1 - share) ** (14 - word.bit_count())
        for ballot in range(14):
            log += math.log(2 * share if word >> ballot & 1 else 2 - 2 * share)
            if log >= math.log(10) - 1e-12:
                ended[ballot + 1 :] += chance
                break
    chances = [0.1, 0.3, 0.5, 0.6]
    assert bravo_quantiles(share, 0.1, chances) == tuple(int(np.argmax(ended >= chance)) for chance in chances)


@pytest.mark.parametrize(
    ("votes", "seen", "sizes"),
    [
        ((600, 400, 1000), (0, 0), (119, 184, 244, 351)), ((600, 200, 900), (0, 0), (22, 32, 41, 57)),
        ((300, 200, 1000), (0, 0), (238, 368, 488, 702)), ((10_000, 9000, 20_000), (0, 0), (1769, 2837, 3760, 5426)),
        ((600, 200, 900), (25, 18), (0, 57, 66, 87)),
    ],
)  # fmt: skip
def test_sizes_of_arlo(votes: tuple[int, int, int], seen: tuple[int, int], sizes: tuple[int, ...]) -> None:
    """VECTORS P1: Arlo's ASN, then sizes for 70, 80, 90 %, at 10 %; the last after a first round (its ASN not ours).

    **NOT CHECKED**: "766/877/954/1075" of the same entry. No votes are stated beside it, and they are neither those of
    these contests nor of any of nine like them, whatever a first round of up to 160 ballots for each may have shown.
    """
    winner, loser = votes[0] / votes[2], votes[1] / votes[2]
    assert tuple(bravo.sample_size(0.1, winner, loser, chance, *seen) for chance in (0.7, 0.8, 0.9)) == sizes[1:]
    assert seen != (0, 0) or bravo.average_sample_number(0.1, winner, loser) == sizes[0]


# ---- comparison ------------------------------------------------------------
@pytest.mark.parametrize(
    ("margin", "p2", "mean", "nine_in_ten"),
    [
        (0.05, 0.015, 1283, 2398), (0.05, 0.01, 482, 813), (0.05, 0.005, 242, 389), (0.05, 0.001, 146, 257),
        (0.05, 0, 119, 119), (0.1, 0.015, 177, 323), (0.1, 0.01, 131, 233), (0.1, 0.005, 83, 116),
        (0.1, 0.001, 65, 60), (0.1, 0, 59, 59), (0.2, 0.015, 52, 78), (0.2, 0.01, 42, 57), (0.2, 0.005, 35, 61),
        (0.2, 0.001, 30, 29), (0.2, 0, 29, 29),
    ],
)  # fmt: skip
def test_cobra_with_two_vote_errors(margin: float, p2: float, mean: int, nine_in_ten: int) -> None:
    """COBRA, Table 1: the best bet for the true rate of errors, 400 runs, with replacement, 5 % (by rlauxe's tests)."""
    right, rng = 1 / (2 - margin), np.random.default_rng(11)
    drawn = rng.choice([right, 0.0], p=[1 - p2, p2], size=(RUNS, 12 * nine_in_ten + 100)).T
    found = stops(drawn, Population(0, 2 * right, replacement=True), "cobra", {"winner_to_loser": p2})
    like(found, mean, 400)
    # Stopping times jump by the draws that one error costs; quantiles of 400 runs may be one jump apart.
    assert np.quantile(found, 0.84) <= nine_in_ten <= np.quantile(found, 0.95)


@pytest.mark.parametrize(
    ("p2", "p1", "means"),
    [
        (1e-4, 1e-3, (124, 124, 127, 124)), (1e-4, 1e-2, (174, 168, 176, 159)), (1e-3, 1e-3, (146, 151, 147, 149)),
        (1e-3, 1e-2, (209, 200, 204, 208)), (1e-2, 1e-3, (526, 525, 528, 534)), (1e-2, 1e-2, (999, 1110, 1030, 1127)),
    ],
)  # fmt: skip
def test_cobra_with_one_vote_errors_too(p2: float, p1: float, means: tuple[int, ...]) -> None:
    """COBRA, Table 2, oracle bets: a margin of 5 %, with replacement; four repetitions of 400 runs each."""
    right, rng = 1 / 1.95, np.random.default_rng(12)
    drawn = rng.choice([right, right / 2, 0.0], p=[1 - p1 - p2, p1, p2], size=(RUNS, 14 * max(means))).T
    settings = {"winner_to_loser": p2, "winner_to_other": p1}
    found = stops(drawn, Population(0, 2 * right, replacement=True), "cobra", settings)
    like(found, sum(means) / 4, 1600)


@pytest.mark.parametrize(
    ("margin", "cards"),
    [(0.01, 581), (0.02, 294), (0.04, 148), (0.06, 98), (0.08, 74), (0.1, 59), (0.2, 29), (0.3, 19), (0.4, 14)],
)
def test_no_errors_and_all_staked(margin: float, cards: int) -> None:
    """rlauxe, docs/Simulations.md: N = 10,000, ALPHA with η0 so high that all is staked on every card, no errors."""
    right = 1 / (2 - margin)
    found = RISKS["alpha"].draws_needed(right, 0.05, Population(10_000, 2 * right), {"eta0": 20 * right, "d": 1e9})
    assert found == cards


def test_optimistic_samples() -> None:
    """VECTORS S2: ColoradoRLA's own test of α = .5, margin .05, γ = 1.2."""
    assert super_simple.sample_size(0.5, 0.05, 1.2) == 34


# ---- polling ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("share", "size", "mean", "spread"),
    [
        (0.54, 5000, 799, 478.5), (0.55, 10_000, 549, 381.8), (0.575, 5000, 256, 176.8), (0.6, 1000, 128, 78.9),
        (0.6, 10_000, 152, 113.2), (0.65, 10_000, 68, 52.0), (0.7, 10_000, 38, 27.9),
    ],
)  # fmt: skip
def test_alpha_where_the_report_is_right(share: float, size: int, mean: int, spread: float) -> None:
    """rlauxe, docs/Simulations.md, after ALPHA's Table 3: mean and spread of 1,000 runs; every card once, 5 %.

    Its d is not stated; it says that d is of no use where the report is right, and d without bound is BRAVO's opinion.
    """
    cards, rng = np.zeros(size), np.random.default_rng(13)
    cards[: round(size * share)] = 1
    drawn = rng.permuted(np.repeat(cards[:, None], RUNS, axis=1), axis=0)
    like(stops(drawn, Population(size, 1), "alpha", {"eta0": share, "d": 1e6}), mean, 1000, spread)
