"""AWAIRE against every order one by one, its promise over all small audits, and its power."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from faircount.audit import awaire
from faircount.audit.awaire import WEIGHTS, Design, follow
from faircount.model import BadInputError, Ballot, CandidateIndex
from faircount.risk import Floats

EXACT = 1e-9
"""A risk limit so low that no order is let go before its p is known."""


def ranked(*choices: int) -> Ballot:
    return Ballot(ranking=tuple(CandidateIndex(choice) for choice in choices))


def some_ballots(choices: int, draws: int, seed: int) -> list[Ballot | None]:
    """Random partial rankings that lean to choice 0; a few cards are blank and one was not found."""
    rng = np.random.default_rng(seed)
    found: list[Ballot | None] = []
    for _ in range(draws):
        order = sorted(rng.permutation(choices).tolist(), key=lambda c: c != 0 if rng.random() < 0.3 else 1)
        found.append(ranked(*order[: rng.integers(0, choices + 1)]))
    found[draws // 3] = None
    return found


# ---- every order, one by one -------------------------------------------------
def value(ballot: Ballot | None, gone: int, other: int, standing: Sequence[int]) -> float:
    if ballot is None:
        return 0.0
    top = next((choice for choice in ballot.ranking if choice in standing), None)
    return 1.0 if top == gone else 0.0 if top == other else 0.5


def dominance(ballot: Ballot | None, gone: int, other: int) -> float:
    if ballot is None:
        return 0.0
    if ballot.ranking[:1] == (gone,):
        return 1.0
    seen = [choice for choice in ballot.ranking if choice in (gone, other)]
    return 0.0 if seen[:1] == [other] else 0.5


def martingale(values: Sequence[float], design: Design) -> list[float]:
    """ALPHA as its paper writes it: the factor of each draw; ∞ where the draws refute the requirement."""
    drawn, factors = 0.0, []
    for j, x in enumerate(values):
        mean = (design.cards / 2 - drawn) / (design.cards - j)
        eta = (design.d * design.eta0 + drawn) / (design.d + j)
        eta = min(max(eta, mean + (design.eta0 - 0.5) / 2 / math.sqrt(design.d + j)), 1 - 1e-16)
        if 0 < mean < 1:
            factors.append(max(0.0, x * max(eta, mean) / mean + (1 - x) * (1 - max(eta, mean)) / (1 - mean)))
        else:
            factors.append(1.0)
        drawn += x
        if design.cards / 2 - drawn < -1e-9:
            factors[-1] = math.inf
    return factors


def weight(past: list[float], design: Design) -> float:
    window = design.window or len(past)
    return math.prod(past[max(0, len(past) - window) :]) if math.prod(past) else 0.0


def risk_of_order(order: tuple[int, ...], design: Design, drawn: Sequence[Ballot | None]) -> list[float]:
    """The least 1/T so far of one whole order, whose end grows by one stage where it won nothing of late."""
    stages = min(design.start or design.choices, design.choices)
    tests = {
        (at, other): martingale([value(b, gone, other, order[at:]) for b in drawn], design)
        for at, gone in enumerate(order)
        for other in order[at + 1 :]
    }
    dominated = {
        (gone, other): martingale([dominance(b, gone, other) for b in drawn], design)
        for gone, other in itertools.permutations(order, 2)
    }
    money, before, best, found = 1.0, 1.0, 1.0, []
    for t in range(len(drawn)):
        if t and t % design.patience == 0:
            stages += money <= before
            before = money
        out = design.choices - stages
        mine = [factors for (at, _), factors in tests.items() if at >= out]
        mine += [dominated[gone, other] for gone in order[: max(0, out)] for other in order[out:]]
        weights = [weight(factors[:t], design) for factors in mine]
        if any(math.isinf(factors[t]) for factors in mine) or math.isinf(money):
            money = math.inf
        elif sum(weights):
            power = WEIGHTS[design.weights]
            top = max(weights)
            weights = (
                [float(math.isclose(w, top)) for w in weights] if math.isinf(power) else [w**power for w in weights]
            )
            money *= sum(w * factors[t] for w, factors in zip(weights, mine, strict=True)) / sum(weights)
        best = max(best, money)
        found.append(1 / best)
    return found


def one_by_one(design: Design, drawn: Sequence[Ballot | None]) -> tuple[Floats, dict[int, Floats]]:
    orders = [o for o in itertools.permutations(range(design.choices)) if o[-1] != design.winner]
    risks = np.array([risk_of_order(order, design, drawn) for order in orders])
    others = {c for c in range(design.choices) if c != design.winner}
    return risks.max(axis=0), {
        c: (risks[[o[-1] == c for o in orders]] > design.risk_limit).sum(axis=0) for c in others
    }  # fmt: skip


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize(
    ("choices", "start", "window"),
    [(2, 1, None), (3, None, 5), (3, 1, None), (4, 2, None), (4, 1, 7), (5, None, None), (5, 2, 9)],
)
def test_the_tree_says_what_every_order_says(weights: str, choices: int, start: int | None, window: int | None) -> None:
    drawn = some_ballots(choices, 36, choices)
    for limit in (EXACT, 0.2):
        design = Design(choices, 0, 46, limit, weights=weights, start=start, window=window, patience=6)
        trail = follow(design, drawn)
        p, orders = one_by_one(design, drawn)
        above = p > limit
        assert trail.p[above] == pytest.approx(p[above], rel=1e-9)
        assert (trail.p[~above] <= limit).all()
        assert {c: list(left) for c, left in trail.orders.items()} == {c: list(left) for c, left in orders.items()}


def test_linear_weights_are_the_mean_of_the_martingales() -> None:
    drawn = some_ballots(3, 40, 8)
    design = Design(3, 0, 1000, EXACT)
    means = []
    for order in [(0, 2, 1), (2, 0, 1), (0, 1, 2), (1, 0, 2)]:
        tests = [
            np.cumprod(martingale([value(b, gone, other, order[at:]) for b in drawn], design))
            for at, gone in enumerate(order)
            for other in order[at + 1 :]
        ]
        means.append(np.maximum(1, np.maximum.accumulate(np.mean(tests, axis=0))))
    assert follow(design, drawn).p == pytest.approx(1 / np.min(means, axis=0), rel=1e-9)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_a_bet_does_not_see_its_own_draw(weights: str) -> None:
    drawn = some_ballots(5, 60, 3)
    design = Design(5, 0, 200, EXACT, weights=weights, start=2, patience=10, window=4)
    whole = follow(design, drawn)
    for draws in (0, 1, 9, 10, 11, 30, 59):
        changed = [*drawn[:draws], *reversed(drawn[draws:])]
        for other in (drawn[:draws], changed):
            assert list(follow(design, other).p[:draws]) == list(whole.p[:draws])


# ---- the promise ---------------------------------------------------------------
def wrong(*counts: tuple[int, Ballot | None]) -> list[Ballot | None]:
    return [ballot for cards, ballot in counts for _ in range(cards)]


WRONG = {
    "tie of two": wrong((3, ranked(0)), (3, ranked(1)), (1, ranked())),
    "tie in the last round": wrong((2, ranked(0)), (2, ranked(1)), (1, ranked(2, 1)), (1, ranked(2, 0)), (1, None)),
    "tie for the first exclusion": wrong((3, ranked(0)), (2, ranked(1, 0)), (2, ranked(2, 1))),
    "beaten by one": wrong((2, ranked(0, 1)), (3, ranked(1, 2)), (2, ranked(2, 1))),
}


def excess(cards: list[Ballot | None], design: Design) -> float:
    """The most by which P(p ever ≤ α before the last card) is above α, over every order of the cards."""
    kinds = list(dict.fromkeys(cards))
    orders = set(itertools.permutations([kinds.index(card) for card in cards]))
    least = sorted(float(follow(design, [kinds[kind] for kind in order]).p[:-1].min()) for order in orders)
    shares = np.arange(1, len(least) + 1) / len(least)
    last = np.append(np.diff(least) > 1e-12, True)
    return float(np.max((shares - least)[last]))


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_risk_limit_is_kept_exactly(case: str, weights: str) -> None:
    cards = WRONG[case]
    design = Design(3, 0, len(cards), EXACT, weights=weights, eta0=0.7, d=2, start=1, patience=2)
    assert excess(cards, design) <= 1e-9


def test_a_peeking_gambler_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = awaire._Requirements._add

    def peeking(self: awaire._Requirements, keys: list[tuple[int, int, int]]) -> None:
        honest(self, keys)
        self._weights[-len(keys) :] += self._gains[-len(keys) :]

    monkeypatch.setattr(awaire._Requirements, "_add", peeking)
    cards = WRONG["beaten by one"]
    design = Design(3, 0, len(cards), EXACT, weights="largest", eta0=0.9, d=100)
    assert excess(cards, design) > 0.1
    monkeypatch.undo()
    assert excess(cards, design) <= 1e-9


def least_risks(audits: int, weights: str) -> Floats:
    """The least p of audits of 50 in 60 cards where the winner and one other tie in the last round.

    The worst case: of four orders only that with the tie could be the true one; the rest is soon ruled out.
    """
    cards = wrong((27, ranked(0)), (27, ranked(1)), (3, ranked(2, 0)), (3, ranked(2, 1)))
    rng = np.random.default_rng(20231010)
    design = Design(3, 0, 60, EXACT, weights=weights, eta0=0.75, d=500)
    return np.array([follow(design, [cards[at] for at in rng.permutation(60)[:50]]).p.min() for _ in range(audits)])


def is_kept(least: Floats) -> bool:
    """Whether no limit is broken by more than three standard errors."""
    return all(np.mean(least <= a) <= a + 3 * math.sqrt(a * (1 - a) / len(least)) for a in (0.01, 0.05, 0.1))


@pytest.mark.slow
@pytest.mark.parametrize("weights", WEIGHTS)
def test_ten_thousand_audits_of_a_tie(weights: str) -> None:
    assert is_kept(least_risks(10_000, weights))


# ---- power, the last card, what cannot be ----------------------------------------
def clear(choices: int, cards: int, seed: int) -> list[Ballot]:
    """Half of the cards put 0 first; the rest is in any order."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(cards):
        order = rng.permutation(choices)
        if rng.random() < 0.45:
            order = np.concatenate([[0], order[order != 0]])
        found.append(ranked(*order.tolist()))
    return found


@pytest.mark.parametrize("weights", WEIGHTS)
def test_a_clear_contest_is_confirmed(weights: str) -> None:
    needed = []
    for seed in range(5):
        trail = follow(Design(5, 0, 100_000, 0.05, weights=weights), clear(5, 400, seed))
        assert trail.p[-1] <= 0.05 and trail.possible == ()
        needed.append(int(np.argmax(trail.p <= 0.05)) + 1)
        assert all(left[-1] == 0 for left in trail.orders.values())
    assert sorted(needed)[2] < 150


def test_many_choices_by_the_tree() -> None:
    """With 9 choices 322,560 orders end with somebody else; the tree never holds more than 20,000 nodes."""
    trail = follow(Design(9, 0, 100_000, 0.05, weights="quadratic", patience=25), clear(9, 500, 1))
    assert trail.p[-1] <= 0.05 and sum(left[0] for left in trail.orders.values()) == 8 * math.factorial(8)


def test_with_replacement() -> None:
    trail = follow(Design(3, 0, 10, 0.05, replacement=True), clear(3, 200, 1))
    assert trail.p[-1] <= 0.05


def test_all_cards_decide() -> None:
    right = wrong((4, ranked(0)), (3, ranked(1)), (2, ranked(2, 0)))
    assert follow(Design(3, 0, 9, 0.05), right).p[-1] == 0
    assert follow(Design(3, 1, 9, 0.05), right).p[-1] == 1
    for cards in WRONG.values():
        assert follow(Design(3, 0, len(cards), 0.05), cards).p[-1] == 1
    assert follow(Design(3, 0, 9, 0.05), [*right[1:], None]).p[-1] == 1, "the last card may decide"
    assert follow(Design(1, 0, 9, 0.05), right[:0]).orders == {}


def test_orders_left_are_counted() -> None:
    trail = follow(Design(4, 0, 500, 0.05, start=2), some_ballots(4, 30, 5))
    assert sum(left[0] for left in trail.orders.values()) == 3 * 6
    at_end = {c: 0 for c in trail.orders}
    for end in trail.possible:
        at_end[end[-1]] += math.factorial(4 - len(end))
    assert {c: left[-1] for c, left in trail.orders.items()} == at_end


@pytest.mark.parametrize(
    "given",
    [
        {"choices": 0}, {"choices": 21}, {"winner": 3}, {"cards": 0}, {"weights": "best"}, {"eta0": 0.5}, {"d": 0.5},
        {"window": -1}, {"start": 0}, {"patience": 0},
    ],
)  # fmt: skip
def test_a_design_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadInputError, match="AWAIRE"):
        Design(**({"choices": 3, "winner": 0, "cards": 10, "risk_limit": 0.05} | given))


def test_draws_that_cannot_be_are_refused() -> None:
    design = Design(3, 0, 2, 0.05)
    for drawn, words in (([ranked(0)] * 3, "no more draws"), ([ranked(3)], "each once"), ([ranked(1, 1)], "each once")):
        with pytest.raises(BadInputError, match=words):
            follow(design, drawn)
