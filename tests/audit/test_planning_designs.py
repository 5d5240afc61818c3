"""Plans of several contests: unions of cards, hours and prices, and which design is recommended and why."""

from dataclasses import replace
from fractions import Fraction as F
from itertools import combinations

import numpy as np
import pytest

from faircount.audit.planning import (
    DESIGNS,
    SOURCES,
    AssertionFacts,
    BatchErrors,
    ContestFacts,
    Estimate,
    Kind,
    Method,
    Plan,
    Pool,
    Prices,
    Rates,
    Style,
    Work,
    advise,
    batches_opened,
    by_risk_limit,
    compared,
    cost_of,
    distinct_batches,
    estimates,
    expected_union,
    hybrid_size,
    polled,
    pooled_bet,
    simulate,
    simulated_union,
    without_each,
)
from faircount.model import BadInputError, UsageError
from faircount.sample.consistent import draw_for_contests, ticket


def contest(title: str, cards: int, lead: int, pools: int = 0) -> ContestFacts:
    winner, loser = (cards + lead) // 2, (cards - lead) // 2
    held = tuple(Pool(f"box {n}", (Kind(110, (F(1),)), Kind(90, (F(0),)))) for n in range(pools))
    assertion = AssertionFacts("Ada beats Bo", F(lead, cards), F(1), cards)
    return ContestFacts(title, (assertion,), (Kind(winner, (F(1),)), Kind(loser, (F(0),))), held)


STYLES = (Style(("Mayor", "Sheriff"), 4000), Style(("Mayor",), 6000))


def plan(pools: int = 0, **changes: object) -> Plan:
    contests = (contest("Mayor", 10_000, 600, pools), contest("Sheriff", 4000, 800))
    return replace(
        Plan(contests, STYLES, (100,) * 100, True, rates=Rates(one_over=0.001), runs=60), **changes  # type: ignore[arg-type]
    )  # fmt: skip


# ---- several contests from one sample ---------------------------------------
def test_the_union_is_that_of_the_sampler() -> None:
    """Simulated unions beside `draw_for_contests` with its own tickets: the same mean, near the formula."""
    styles = (Style(("A", "B"), 60), Style(("A",), 100), Style(("B", "C"), 40), Style((), 30))
    sizes = {"A": 20, "B": 25, "C": 5}
    holds = [style.contests for style in styles for _ in range(style.cards)]
    drawn = [
        len(draw_for_contests([ticket(str(seed), str(card)) for card in range(len(holds))], holds, sizes).order)
        for seed in range(150)
    ]
    found = simulated_union(styles, sizes, 600)
    error = 3 * np.std(found) * (1 / 150 + 1 / 600) ** 0.5
    assert np.mean(found) == pytest.approx(np.mean(drawn), abs=error)
    expected = expected_union(styles, sizes)
    assert expected.cards == pytest.approx(np.mean(found), rel=0.05) and expected.apart == 50
    assert expected.cards == pytest.approx(60 * 0.25 + 100 * 20 / 160 + 40 * 0.25)
    assert expected.readings == pytest.approx(2 * 60 * 0.25 + 100 * 20 / 160 + 2 * 40 * 0.25)


def test_contests_on_all_cards_share_one_sample() -> None:
    assert expected_union((Style(("A", "B"), 500),), {"A": 40, "B": 90}).cards == pytest.approx(90)
    assert set(simulated_union((Style(("A", "B"), 500),), {"A": 40, "B": 90}, 5)) == {90.0}
    assert expected_union((Style(("A", "B"), 500),), {"A": 0, "B": 0}).cards == 0


def test_a_sample_is_not_larger_than_its_contest() -> None:
    with pytest.raises(BadInputError, match="at most 4,000"):
        expected_union(STYLES, {"Sheriff": 4001})


def test_batches_opened_by_every_sample() -> None:
    sizes = (1, 2, 3)
    boxes = [box for box, cards in enumerate(sizes) for _ in range(cards)]
    for drawn in range(7):
        every = [len({boxes[card] for card in cards}) for cards in combinations(range(6), drawn)]
        assert batches_opened(sizes, drawn) == pytest.approx(np.mean(every), abs=1e-9)
    assert distinct_batches([0.5, 0.5], 3) == pytest.approx(1.75)
    with pytest.raises(UsageError, match="no more cards"):
        batches_opened(sizes, 7)


# ---- cost ------------------------------------------------------------------
def test_cost_by_hand() -> None:
    prices = Prices(10, 2, 0.5, 0.1, 8, 2, 3, 8, 0.5, 30)
    cost = cost_of(Work(batches=6, cards=30, readings=60, counted=300, rounds=2), prices)
    hours = (60 + 60 + 30 + 30) / 60
    assert cost.people_hours == pytest.approx(hours * 2 * 1.5 + 16)
    assert cost.days == pytest.approx(hours / 24) and cost.people_days == pytest.approx(cost.people_hours / 8)
    assert cost.money == pytest.approx(cost.people_hours * 30)


def test_every_price_says_where_it_comes_from_and_can_be_set() -> None:
    assert set(SOURCES) == set(Prices.__dataclass_fields__) and all(SOURCES.values())
    with pytest.raises(UsageError, match="boards"):
        Prices(boards=0)
    with pytest.raises(UsageError, match="minutes a card"):
        Prices(minutes_a_card=-1)


# ---- designs ---------------------------------------------------------------
def test_with_records_of_every_card_comparison_is_recommended() -> None:
    found = advise(plan())
    assert found.design == "card comparison" and "cards to pull" in found.reasons[0]
    sizes = {one.design: dict(one.sizes) for one in found.table}
    assert sizes["card comparison"]["Mayor"] < sizes["polling"]["Mayor"]
    assert [one.cost.people_hours for one in found.table] == sorted(one.cost.people_hours for one in found.table)


@pytest.mark.parametrize(
    ("changes", "impossible"),
    [
        ({"can_find_cards": False}, {"card comparison"}),
        ({"batch_totals": False}, {"batch comparison"}),
        ({"batch_cards": ()}, {"card comparison", "polling"}),
        ({"pools": 10}, {"card comparison"}),
        ({"pools": 10, "batch_totals": False}, {"card comparison", "batch comparison", "comparison with pools"}),
    ],
)
def test_what_records_do_not_allow_is_never_recommended(changes: dict[str, object], impossible: set[str]) -> None:
    found = advise(plan(**changes))  # type: ignore[arg-type]
    assert {one.design for one in found.table if not one.possible} == impossible
    assert found.design not in impossible
    for design in impossible:
        assert any(reason.startswith(f"{design}: not possible here") for reason in found.reasons)
    assert any("card comparison would take" in change for change in found.changes) == ("card comparison" in impossible)


def test_without_any_list_only_a_full_hand_count_is_left() -> None:
    assert advise(plan(batch_cards=(), can_find_cards=False)).design == "full hand count"


def test_designs_with_pools_are_planned_where_there_are_pools() -> None:
    assert {one.design for one in estimates(plan())} == set(DESIGNS) - {
        "comparison with pools", "comparison and polling by strata",
    }  # fmt: skip
    sizes = {one.design: dict(one.sizes)["Mayor"] for one in estimates(plan(10))}
    assert set(sizes) == set(DESIGNS)
    assert sizes["card comparison"] < sizes["comparison with pools"] < sizes["polling"]
    assert sizes["card comparison"] < sizes["comparison and polling by strata"] < sizes["polling"]


def test_a_turning_point_turns() -> None:
    """At the time that is named the other design is as cheap, and beyond it is recommended."""
    asked = plan()
    words = next(w for w in advise(asked).changes if w.startswith("if a card takes more") and "batch" in w)
    minutes = float(words.split("than ")[1].split()[0].replace(",", ""))
    for factor, design in ((0.9, "card comparison"), (1.1, "batch comparison")):
        prices = Prices(minutes_a_card=minutes * factor)
        table = [one for one in estimates(replace(asked, prices=prices)) if one.design in (
            "card comparison", "batch comparison")]  # fmt: skip
        assert table[0].design == design


def test_a_contest_that_no_sample_ends_is_counted_by_hand() -> None:
    close = (contest("Mayor", 10_000, 2), contest("Sheriff", 4000, 800))
    found = next(one for one in estimates(plan(contests=close)) if one.design == "polling")
    assert found.hand_counts == ("Mayor",) and found.work.counted == 10_000 and found.work.batches == 100
    assert found.work.cards == pytest.approx(dict(found.sizes)["Sheriff"])


def of(plan: Plan, design: str) -> Estimate:
    return next(one for one in estimates(plan) if one.design == design)


def test_draws_of_batches_are_not_held_against_cards() -> None:
    """92 draws among 1,000 batches are no hand count of a contest on 60 cards; batches that are all wrong are one."""
    few = (contest("Mayor", 10_000, 600), contest("Sheriff", 60, 2))
    styles = (Style(("Mayor", "Sheriff"), 60), Style(("Mayor",), 9940))
    small = of(plan(contests=few, styles=styles, batch_cards=(10,) * 1000), "batch comparison")
    assert dict(small.sizes)["Sheriff"] == 92 and small.hand_counts == () and small.work.batches < 200
    wrong = of(plan(batch_errors=BatchErrors(1, 1)), "batch comparison")
    assert wrong.hand_counts == ("Mayor", "Sheriff") and dict(wrong.sizes) == {"Mayor": 100, "Sheriff": 100}
    assert (wrong.work.batches, wrong.work.counted) == (100, 14_000)


def test_batches_that_are_all_drawn_are_a_hand_count() -> None:
    """U is 17⅔ and 6, so 52 and 17 draws: of ten batches they are expected to leave out .04 and 1.7."""
    one = of(plan(batch_cards=(1000,) * 10), "batch comparison")
    assert one.hand_counts == ("Mayor",) and one.work.batches == 10
    assert dict(one.sizes) == {"Mayor": 10, "Sheriff": 17}


def test_a_poll_is_of_all_cards() -> None:
    """No list says which 4,000 of the 10,000 hold the Sheriff: v = 800/10,000, and the 6,000 others are worth ½."""
    found = of(plan(), "polling")
    claim = AssertionFacts("Ada beats Bo", F(800, 10_000), F(1), 10_000)
    kinds = (Kind(2400, (F(1),)), Kind(1600, (F(0),)), Kind(6000, (F(1, 2),)))
    whole = simulate(polled(ContestFacts("Sheriff", (claim,), kinds)), "alpha", 0.05, runs=60).whole.at(90)
    sizes = dict(found.sizes)
    assert sizes["Sheriff"] == whole
    assert found.work.cards == max(sizes.values()) and found.work.readings == pytest.approx(found.work.cards * 1.4)


def test_what_is_planned_is_what_is_committed_where_nobody_chooses() -> None:
    """Pools: one bet for all claims of the contest, on the hardest, whatever errors the plan assumes."""
    made = plan(10)
    assert (made.comparison, made.pooled, made.polling) == (Method("cobra"), Method("betting-fixed"), Method("alpha"))
    for one in made.contests:
        cells = compared(one, made.rates)
        size = simulate(cells, "betting-fixed", 0.05, {"bet": pooled_bet(one)}, runs=60).whole.at(90)
        assert dict(of(made, "comparison with pools").sizes)[one.title] == size
    two = (*contest("M", 10_000, 600).assertions, AssertionFacts("Ada beats Cy", F(1, 5), F(1), 10_000))
    assert pooled_bet(ContestFacts("M", two)) == pooled_bet(ContestFacts("M", two[:1])) == 1.8
    assert pooled_bet(ContestFacts("M", (AssertionFacts("x", F(1, 100), F(1), 10_000),))) == pytest.approx(
        2 - 4 * 0.001 / 1.99 / (2 / 1.99 - 1), abs=5e-5
    )  # COBRA's closed form: 10 of 10,000 records wrong by two votes


def test_hybrid_sizes() -> None:
    """The more the polled stratum leads, the fewer cards; none for what SUITE is not for."""
    even, ahead = (
        ContestFacts("M", (AssertionFacts("x", F(1, 10), F(1), 10_000),), (),
                     (Pool("p", (Kind(w, (F(1),)), Kind(2000 - w, (F(0),)))),))
        for w in (1000, 1500)
    )  # fmt: skip
    first, second = hybrid_size(even, 0.05), hybrid_size(ahead, 0.05)
    assert first and second and second.compared + second.polled < first.compared + first.polled
    stricter, wrong = hybrid_size(even, 0.01), hybrid_size(even, 0.05, rates=Rates(one_over=0.004))
    assert stricter and stricter.compared + stricter.polled > first.compared + first.polled
    assert wrong and wrong.compared + wrong.polled > first.compared + first.polled
    unlucky = hybrid_size(even, 0.05, 0.99)
    assert unlucky and unlucky.compared + unlucky.polled > first.compared + first.polled
    assert hybrid_size(contest("M", 10_000, 600), 0.05) is None


# ---- what if ---------------------------------------------------------------
def test_smaller_risk_limits_take_more_and_fewer_contests_less() -> None:
    limits = [one.best.cost.people_hours for one in by_risk_limit(plan())]
    assert limits == sorted(limits, reverse=True) and limits[0] > limits[-1]
    whole = advise(plan()).table[0].cost.people_hours
    fewer = without_each(plan())
    assert [one.question for one in fewer] == ["without Mayor", "without Sheriff"]
    assert all(one.best.cost.people_hours < whole for one in fewer)
    assert without_each(replace(plan(), contests=plan().contests[:1], styles=(Style(("Mayor",), 10_000),))) == ()


def test_plans_that_do_not_fit() -> None:
    with pytest.raises(BadInputError, match="styles hold its"):
        plan(styles=(Style(("Mayor", "Sheriff"), 4000),))
    with pytest.raises(BadInputError, match="manifest"):
        plan(batch_cards=(5, 5))
    with pytest.raises(UsageError, match="percentile"):
        plan(percent=42)
