"""Plans of one contest: closed forms, and simulations that must come out where closed forms and exact chances are."""

import itertools
import math
from fractions import Fraction as F

import numpy as np
import pytest

from faircount.audit.planning import (
    NO_ERRORS,
    AssertionFacts,
    BatchErrors,
    ContestFacts,
    Kind,
    Pool,
    Rates,
    batch_bound,
    batch_draws,
    best_bet,
    best_expected,
    bravo_quantiles,
    compared,
    comparison_sizes,
    exact,
    polled,
    polling_sizes,
    simulate,
    simulate_batches,
)
from faircount.audit.planning.simulation import Draws
from faircount.model import BadInputError, UsageError
from faircount.risk import RISKS, Population

HALF = F(1, 2)


def one(margin: F, upper: F = F(1), cards: int = 100_000, claim: str = "Ada beats Bo") -> AssertionFacts:
    return AssertionFacts(claim, margin, upper, cards)


def contest(*margins: F, cards: int = 100_000, upper: F = F(1)) -> ContestFacts:
    return ContestFacts("Mayor", tuple(one(v, upper, cards, f"claim {n}") for n, v in enumerate(margins, 1)))


# ---- sizes -----------------------------------------------------------------
@pytest.mark.parametrize("upper", [F(1), F(10), F(3, 4)])
@pytest.mark.parametrize("margin", [F(1, 100), F(1, 20), F(1, 5)])
def test_comparison_sizes_are_their_formulas(margin: F, upper: F) -> None:
    found = {size.method: size.cards for size in comparison_sizes(one(margin, upper), 0.05)}
    right = 1 / (2 - float(margin / upper))
    assert found["fixed bet of 2"] == found["COBRA"] == math.ceil(math.log(20) / math.log(2 * right))
    assert found["fixed bet of 1.8"] == math.ceil(math.log(20) / math.log(1 + 1.8 * (right - 0.5)))
    assert ("super-simple" in found) == (upper == 1)
    assert "super-simple" not in found or found["super-simple"] == math.ceil(2 * 1.03905 * math.log(20) / margin)


def test_sizes_with_errors_are_larger_and_none_where_errors_undo_the_margin() -> None:
    right, wrong = Rates(two_over=0.002), Rates(two_over=0.03)
    plain, some, many = (
        {s.method: s.cards for s in comparison_sizes(one(F(1, 50)), 0.05, r)} for r in (NO_ERRORS, right, wrong)
    )
    for method in ("COBRA", "super-simple"):
        assert plain[method] < some[method] and many[method] is None  # type: ignore[operator]


def test_polling_sizes_are_those_of_arlo() -> None:
    """VECTORS P1 and P2: 600 against 400 of 1,000 (Minerva's of 1,200)."""
    found = [(size.method, size.cards) for size in polling_sizes(F(3, 5), F(2, 5), 0.1)]
    assert [n for name, n in found if name == "BRAVO"] == [119, 184, 244, 351]
    assert [n for name, n in polling_sizes_of("Minerva")] == [134, 166, 215]


def polling_sizes_of(method: str) -> list[tuple[str, int | None]]:
    return [(s.method, s.cards) for s in polling_sizes(F(1, 2), F(1, 3), 0.1) if s.method == method]


def test_batches() -> None:
    """U of a pair does not depend on the batches: Σ ((w_p − l_p) + b_p)/V."""
    assert batch_bound(one(F(1, 10))) == 11
    assert batch_draws(0.05, F(11)).cards == math.ceil(math.log(0.05) / math.log(1 - 1 / 11)) + 1


def test_the_best_bet_is_cobras() -> None:
    right, p2 = 1 / 1.95, 0.001
    found = best_bet(np.array([right, 0]), np.array([1 - p2, p2]))
    assert found == pytest.approx(2 - 4 * right * p2 / (2 * right - 1), abs=1e-9)
    assert best_expected(np.array([1.0, 0.0]), np.array([0.5, 0.5]), 0.05) is None


@pytest.mark.parametrize("facts", [(F(0), F(1), 5), (F(-1, 5), F(1), 5), (F(6, 5), F(1), 5), (F(1, 5), F(1), 0)])
def test_what_has_no_margin_cannot_be_planned(facts: tuple[F, F, int]) -> None:
    with pytest.raises(BadInputError, match="count by hand"):
        AssertionFacts("x", *facts)


# ---- populations -----------------------------------------------------------
def test_values_of_a_comparison() -> None:
    cells = compared(contest(F(1, 10), cards=1000), Rates(0.01, 0.002, 0.003, 0.004))
    a = 1 / 1.9
    assert cells.cards.tolist() == [981, 2, 10, 3, 4]
    assert cells.values[0] == pytest.approx([a, 0, a / 2, 1.5 * a, 2 * a])
    assert cells.reported == pytest.approx((a,)) and cells.uppers == pytest.approx((2 * a,))


def test_a_pool_has_the_mean_of_its_cards_on_record() -> None:
    """Net overstatement is nothing: the mean is that of records without error, whatever the pool holds."""
    pool = Pool("p", (Kind(300, (F(1),)), Kind(500, (F(0),)), Kind(200, (HALF,))))
    facts = ContestFacts("Mayor", contest(F(1, 10), cards=5000).assertions, (), (pool,))
    cells = compared(facts)
    assert cells.cards.sum() == 5000 and cells.cards[0] == 4000
    assert cells.means() == pytest.approx(cells.reported, abs=1e-12)
    worse = compared(facts, Rates(two_over=0.01))
    assert worse.means()[0] == pytest.approx(cells.means()[0] - 0.01 * 0.8 / 1.9, abs=1e-12)


def test_polling_without_ballots_takes_the_widest_spread() -> None:
    plain = polled(contest(F(1, 10), F(1, 5), cards=1000))
    assert plain.means() == pytest.approx(plain.reported) and set(plain.values.ravel()) == {0.0, 1.0}
    known = ContestFacts("M", contest(F(1, 10), cards=1000).assertions,
                         (Kind(300, (F(1),)), Kind(200, (F(0),)), Kind(500, (HALF,))))  # fmt: skip
    sizes = [simulate(polled(facts), "alpha", 0.05, runs=200).whole.at(50)
             for facts in (known, contest(F(1, 10), cards=1000))]  # fmt: skip
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(
    "kinds",
    [
        (Kind(999, (F(1),)),), (Kind(500, (F(1),)), Kind(500, (F(0),))), (Kind(1000, (F(2),)),), (Kind(1000, ()),),
    ],
)  # fmt: skip
def test_ballots_that_do_not_fit_the_margin_are_refused(kinds: tuple[Kind, ...]) -> None:
    with pytest.raises(BadInputError):
        ContestFacts("M", contest(F(1, 10), cards=1000).assertions, kinds)


# ---- simulation ------------------------------------------------------------
@pytest.mark.parametrize("upper", [F(1), F(10)])
@pytest.mark.parametrize("method", ["comparison-adaptive", "betting-kelly", "super-simple"])
def test_without_errors_every_audit_ends_at_the_exact_size(method: str, upper: F) -> None:
    if method == "super-simple" and upper != 1:
        return
    facts = contest(F(1, 50), F(1, 10), cards=20_000, upper=upper)
    found = simulate(compared(facts), method, 0.05, runs=20)
    given = {"comparison-adaptive": {"assorter_upper": float(upper)}, "super-simple": {}}
    for claim, forecast in zip(facts.assertions, found.assertions, strict=True):
        size = exact(claim, method, 0.05, given.get(method, {"eta0": float(claim.right)}))
        assert {cards for _, cards in forecast.percentiles} == {size} and forecast.hand_counts == 0
    assert found.whole.percentiles == found.assertions[0].percentiles


def test_polling_ends_where_bravo_does() -> None:
    """Percentiles of 4,000 audits with replacement beside exact chances: no further off than chance allows."""
    found = simulate(polled(contest(F(1, 5))), "bravo", 0.1, runs=4000, seed="bravo")
    for percent in (25, 50, 70, 80, 90):
        error = 3 * math.sqrt(percent * (100 - percent) / 4000) / 100
        low, high = bravo_quantiles(0.6, 0.1, (percent / 100 - error, percent / 100 + error))
        assert low <= found.whole.at(percent) <= high
    # Wald's formula is near the mean.
    assert found.whole.mean == pytest.approx(119, rel=0.06)


def test_a_contest_ends_with_its_last_assertion() -> None:
    facts = contest(F(1, 30), F(1, 25), F(1, 20), cards=30_000)
    found = simulate(compared(facts, Rates(0.002, 0.0005, 0.002)), "comparison-adaptive", 0.05, runs=300)
    for percent, cards in found.whole.percentiles:
        assert cards >= max(forecast.at(percent) for forecast in found.assertions)
    assert sorted(cards for _, cards in found.whole.percentiles) == [cards for _, cards in found.whole.percentiles]


def test_a_seed_gives_the_same_and_another_another() -> None:
    cells = compared(contest(F(1, 40), cards=30_000), Rates(0.002, 0.0005, 0.002))
    first, again, other = (
        simulate(cells, "comparison-adaptive", 0.05, runs=100, seed=s).whole for s in ("a", "a", "b")
    )
    assert first == again and first.percentiles != other.percentiles


def test_every_run_of_a_small_contest_is_a_real_shuffle() -> None:
    """All cards, each once: what no sample confirms is settled by the last cards; no p but by the function itself."""
    facts = contest(F(2, 10), cards=10)
    found = simulate(polled(facts), "alpha", 0.01, runs=2000, seed="s").whole
    # Chances of the shuffles of six ones and four zeros, by all of them.
    risk, ends = RISKS["alpha"], []
    for zeros in itertools.combinations(range(10), 4):
        drawn = np.ones(10)
        drawn[list(zeros)] = 0
        ends.append(int((risk.p_values(drawn, Population(10, 1), {"eta0": 0.6}) <= 0.01).argmax()) + 1)
    assert found.mean == pytest.approx(np.mean(ends), abs=float(4 * np.std(ends) / math.sqrt(2000)))


def test_a_longer_draw_goes_on_from_the_shorter_one_and_takes_no_card_twice() -> None:
    cards, audits = np.array([7, 2, 4]), np.arange(30)
    draws, whole = Draws(cards, 30, "s", False), Draws(cards, 30, "s", False).first(audits, 5)
    first = draws.first(audits, 5)
    assert (first == whole).all() and len({tuple(row) for row in first}) > 20
    for length in (6, 11, 13):
        longer = draws.first(audits, length)
        assert (longer[:, :5] == first).all()
    assert all(np.bincount(row, minlength=3).tolist() == [7, 2, 4] for row in longer)


def test_a_full_hand_count_is_counted_and_not_hidden_in_a_mean() -> None:
    cells = compared(contest(F(1, 40), cards=30_000), Rates(two_over=0.01))
    found = simulate(cells, "comparison-adaptive", 0.05, runs=200, most=400).whole
    assert 0 < found.hand_counts < 1 and found.at(99) == 30_000
    never = simulate(compared(contest(F(1, 40), cards=300), Rates(two_over=0.03)), "comparison-adaptive", 0.05, runs=9)
    assert never.whole.hand_counts == 1 and never.whole.mean == 300


def test_further_cards_after_a_first_round() -> None:
    """Nothing more where those seen suffice; the rest where they were right; more where one was wrong."""
    facts = contest(F(1, 20), cards=10_000)
    a, cells = float(facts.hardest.right), compared(facts)
    whole = simulate(cells, "betting-kelly", 0.05, runs=5).whole.at(50)
    more = [simulate(cells, "betting-kelly", 0.05, runs=5, seen=np.array([seen])).whole.at(50)
            for seen in ([a] * whole, [a] * (whole - 30), [a] * (whole - 31) + [0.0])]  # fmt: skip
    assert more[0] == 0 and more[1] == 30 and more[2] > 30


def test_batches_without_errors_end_at_the_closed_form() -> None:
    bounds, cards = [F(n, 10) for n in (1, 2, 3, 4) * 10], [100, 200, 300, 400] * 10
    found = simulate_batches(bounds, cards, 0.05, runs=50)
    size = math.ceil(math.log(0.05) / math.log(1 - 1 / 10))
    assert {n for _, n in found["draws"].percentiles} == {size}
    assert 0 < found["batches"].at(50) <= size and found["cards"].at(50) < 10_000
    worse = simulate_batches(bounds, cards, 0.05, BatchErrors(0.2, 0.05), runs=50)["draws"]
    assert worse.at(90) > size
    assert simulate_batches(bounds, cards, 0.05, BatchErrors(1, 1), runs=5)["cards"].hand_counts == 1


def test_what_cannot_be_asked() -> None:
    cells = compared(contest(F(1, 20), cards=100))
    with pytest.raises(UsageError, match="one audit or more"):
        simulate(cells, "alpha", 0.05, runs=0)
    with pytest.raises(UsageError, match="risk limit"):
        simulate(cells, "alpha", 1.5)
    with pytest.raises(UsageError, match="rates"):
        compared(contest(F(1, 20)), Rates(two_over=1.5))
    with pytest.raises(UsageError, match="rate of errors"):
        compared(contest(F(1, 20)), Rates(two_over=-0.1))
    with pytest.raises(BadInputError, match="choose alpha"):
        simulate(cells, "bravo", 0.05)
