"""What every risk function owes: run over the catalog, so a new one is tested unasked; and proof that this bites."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from risk.null_audits import HALVES, SPACES, Risk, orders, populations, worst

from faircount.model import BadInputError, UsageError
from faircount.risk import RISKS, Floats, Population, RiskFunction, Settings, least_so_far
from faircount.risk.martingale import betting

PROMISING = [risk for risk in RISKS.values() if risk.gives == "risk"]
every = pytest.mark.parametrize("risk", RISKS.values(), ids=list(RISKS))
promising = pytest.mark.parametrize("risk", PROMISING, ids=lambda risk: risk.name)
DESIGNS = [
    pytest.param(risk, replacement, id=f"{risk.name}-{'with' if replacement else 'without'}")
    for risk in PROMISING
    for replacement in (True, False)
    if (risk.with_replacement if replacement else risk.without_replacement)
]
ROUNDING = 1e-9


def stated(risk: RiskFunction) -> Settings:
    """The settings that have no default, in the middle of their range; rounds of two draws."""
    return {s.name: 2 if s.name == "round" else (s.least + s.most) / 2 for s in risk.settings if s.default is None}


def many_settings(risk: RiskFunction) -> Iterator[Settings]:
    """The defaults, then each setting in turn at the ends of its range and between."""
    yield stated(risk)
    for setting in risk.settings:
        if setting.name != "round":
            most = min(setting.most, max(3.0, setting.least))
            for share in (0.2, 1):
                yield {**stated(risk), setting.name: setting.least + share * (most - setting.least)}


def of_columns(risk: RiskFunction, settings: Settings) -> Risk:
    """The risk function for many audits of one population, a column each."""

    def p_values(drawn: Floats, population: Population) -> Floats:
        audits = drawn.shape[1]
        return risk.of_many(drawn, [population] * audits, [settings] * audits)

    return p_values


def refused(risk: RiskFunction, settings: Settings, population: Population) -> bool:
    """Whether the function is not for such values or settings, and says so."""
    try:
        risk.p_values(np.zeros(1), population, settings)
    except (BadInputError, UsageError):
        return True
    return False


# ---- the promise -----------------------------------------------------------
@pytest.mark.parametrize(("risk", "replacement"), DESIGNS)
def test_the_risk_limit_is_kept_exactly(risk: RiskFunction, replacement: bool) -> None:
    """P(some p ≤ α) ≤ α for every attainable α, over every order of every small null population."""
    tried = 0
    for at, settings in enumerate(many_settings(risk)):
        # The defaults everywhere; each other choice on one space in turn.
        for space in SPACES if at == 0 else (SPACES[at % len(SPACES)],):
            population = Population(space[4], float(space[2]), float(space[3]), replacement)
            if not refused(risk, settings, population):
                try:
                    assert worst(of_columns(risk, settings), replacement, space) <= ROUNDING, (settings, space[0])
                except BadInputError:
                    continue  # values such as .49, which a function of votes alone refuses
                tried += 1
    assert tried, "no space of values suits this function: add one to null_audits.SPACES"


# ---- the tests of the promise bite -----------------------------------------
def alpha(drawn: Floats, population: Population) -> Floats:
    return of_columns(RISKS["alpha"], {})(drawn, population)


def multiplied_twice(drawn: Floats, population: Population) -> Floats:
    """Wald's ratio as a known library has it: the running products multiplied up again."""
    eta, t, u = 0.7 * population.upper, population.null_mean, population.upper
    ratios = (drawn * eta / t + (u - drawn) * (u - eta) / (u - t)) / u
    p: Floats = np.minimum(1, 1 / np.cumprod(np.cumprod(ratios, axis=0), axis=0))
    return p


def peeking(drawn: Floats, population: Population) -> Floats:
    """Bets everything on draws above the mean, nothing on others: it looks at its own draw."""
    p: Floats = np.minimum(1, 1 / np.cumprod(np.maximum(drawn / population.null_mean, 1), axis=0))
    return p


def best_bet_in_hindsight(drawn: Floats, population: Population) -> Floats:
    """Takes the fixed bet that would have won most on the very draws it is judged by."""
    wealth = [np.cumprod(1 + bet * (drawn - population.null_mean), axis=0) for bet in np.linspace(0, 1.9, 20)]
    p: Floats = np.minimum(1, 1 / np.max(wealth, axis=0))
    return p


def one_card_too_few(drawn: Floats, population: Population) -> Floats:
    few = Population(population.size - 1, population.upper, population.null_mean)
    return alpha(drawn[:-1], few)


HEDGED = betting(
    "hedged", "a little first, and everything after low draws",
    bet=lambda past, known: np.where(past.excess < 0, past.largest_bet, 0.28),
)  # fmt: skip


def one_card_too_many(drawn: Floats, population: Population) -> Floats:
    """What is left has a lower mean than it should after low draws: a bet made then wins too much."""
    many = Population(population.size + 1, population.upper, population.null_mean)
    return of_columns(HEDGED, {})(drawn, many)


def phantom_counted_as_a_vote(drawn: Floats, population: Population) -> Floats:
    """A card that could not be found is worth 0; here it is taken for a card without a vote, ½."""
    return alpha(np.where(drawn == 0, 0.5, drawn), population)


def draws_put_in_a_good_order(drawn: Floats, population: Population) -> Floats:
    return alpha(-np.sort(-drawn, axis=0), population)


FAULTS: list[tuple[Risk, bool]] = [
    (multiplied_twice, True), (peeking, True), (best_bet_in_hindsight, True), (one_card_too_few, False),
    (one_card_too_many, False), (phantom_counted_as_a_vote, False), (draws_put_in_a_good_order, False),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "replacement"), FAULTS, ids=lambda f: getattr(f, "__name__", ""))
def test_a_planted_fault_is_caught(fault: Risk, replacement: bool) -> None:
    polling = [space for space in SPACES if set(space[1]) <= set(HALVES)]
    assert max(worst(fault, replacement, space) for space in polling) > 0.01


def test_the_hedged_bet_is_at_fault_only_for_the_card_too_many() -> None:
    assert max(worst(of_columns(HEDGED, {}), False, space) for space in SPACES) <= ROUNDING


# ---- a bet sees only earlier draws -----------------------------------------
def strong_start(risk: RiskFunction, replacement: bool) -> tuple[Floats, Population]:
    """Draws that leave p far below 1, whatever the next may be.

    Of 0, ½ and 1 in [0, 1]; for comparison, where the middle of the range is a card without error, in [0, 1¼].
    """
    drawn = np.array([1.0, 0.5, *[1.0] * 40])
    for upper in (1.0, 1.25):
        population = Population(4 * 10**6, upper, 0.5, replacement)
        if risk.p_values(drawn, population, stated(risk))[-1] < 0.1:
            return drawn, population
    raise AssertionError("forty good draws prove nothing")


@pytest.mark.parametrize(("risk", "replacement"), DESIGNS)
def test_a_prefix_is_judged_as_if_it_were_all(risk: RiskFunction, replacement: bool) -> None:
    drawn, population = strong_start(risk, replacement)
    drawn[5:9] = 0, 1, 0.5, 0
    whole = risk.p_values(drawn, population, stated(risk))
    for length in (0, 1, 2, 6, 8, 20):
        if length % 2 == 0 or "round" not in stated(risk):
            assert list(risk.p_values(drawn[:length], population, stated(risk))) == list(whole[:length])


@pytest.mark.parametrize(("risk", "replacement"), DESIGNS)
def test_wealth_is_a_straight_line_in_the_next_draw(risk: RiskFunction, replacement: bool) -> None:
    """1/p_j = 1/p_{j−1} · (1 + λ(x_j − μ_j)) with one λ for every x_j; no gain at the mean of the rest."""
    if "round" in stated(risk):
        pytest.skip("NOT CHECKED: decided by rounds, no martingale of single draws")
    drawn, population = strong_start(risk, replacement)
    whole = [risk.p_values(np.append(drawn, x), population, stated(risk)) for x in (0.5, 1.0)]
    try:
        p_of = {x: risk.p_values(np.append(drawn, x), population, stated(risk))[-1] for x in (0.3, 0.5, 0.8, 1.0)}
    except BadInputError:
        p_of = {0.5: whole[0][-1], 1.0: whole[1][-1]}
    slope = (1 / p_of[1.0] - 1 / p_of[0.5]) / 0.5
    for x, p in p_of.items():
        if p < 1:
            assert 1 / p == pytest.approx(1 / p_of[1.0] - slope * (1 - x), rel=1e-9)
    mean_left = 0.5 if replacement else (2e6 - drawn.sum()) / (4e6 - len(drawn))
    assert whole[0][-2] < 0.1 and 1 / p_of[1.0] - slope * (1 - mean_left) <= 1 / whole[0][-2] * (1 + 1e-9)


# ---- numbers ---------------------------------------------------------------
@every
def test_the_source_is_named(risk: RiskFunction) -> None:
    assert (
        len(risk.source) > 20 and risk.name == risk.name.lower() and (risk.with_replacement or risk.without_replacement)
    )
    for setting in risk.settings:
        assert setting.meaning and setting.least <= setting.most
        if isinstance(setting.default, float | int):
            assert setting.least <= setting.default <= setting.most


@pytest.mark.parametrize(("risk", "replacement"), DESIGNS)
def test_p_is_a_probability_and_the_least_so_far_never_rises(risk: RiskFunction, replacement: bool) -> None:
    drawn = np.random.default_rng(5).choice([0, 0.5, 1], 300, p=[0.3, 0.2, 0.5])
    p = risk.p_values(drawn, Population(300, 1, 0.5, replacement), stated(risk))
    least = least_so_far(p)
    assert p.shape == drawn.shape and np.all((p >= 0) & (p <= 1)) and np.all(np.diff(least) <= 0)
    assert least[-1] == p.min()
    assert risk.p_values(np.zeros(0), Population(300, 1, 0.5, replacement), stated(risk)).shape == (0,)


@pytest.mark.parametrize(("risk", "replacement"), DESIGNS)
def test_a_million_draws_neither_overflow_nor_underflow(risk: RiskFunction, replacement: bool) -> None:
    if risk.batched is None and risk.name != "bravo":
        pytest.skip("NOT CHECKED: no engine of logarithms; see the function's own tests")
    _, population = strong_start(risk, replacement)
    good, bad = np.ones(10**6), np.zeros(10**6)
    good[7], bad[7] = 0.5, 1
    assert risk.p_values(good, population, stated(risk))[-1] == 0
    assert risk.p_values(bad, population, stated(risk))[-1] == 1


@pytest.mark.parametrize(("risk", "replacement"), DESIGNS)
@pytest.mark.parametrize("value", [-0.001, 1.001, float("nan"), float("inf")])
def test_values_that_cannot_be_are_refused(risk: RiskFunction, replacement: bool, value: float) -> None:
    with pytest.raises(BadInputError):
        risk.p_values(np.array([1, 0.5, value, 1]), Population(9, 1, 0.5, replacement), stated(risk))


@promising
def test_what_cannot_be_asked_is_refused(risk: RiskFunction) -> None:
    replacement = risk.with_replacement
    for population in (Population(9, -1, 0.5, replacement), Population(9, 1, float("nan"), replacement)):
        with pytest.raises(BadInputError):
            risk.p_values(np.zeros(2), population, stated(risk))
    for other in (True, False):
        if not (risk.with_replacement if other else risk.without_replacement):
            with pytest.raises(BadInputError):
                risk.p_values(np.ones(2), Population(9, 1, 0.5, other), stated(risk))
    if risk.without_replacement:
        with pytest.raises(BadInputError):
            risk.p_values(np.ones(10), Population(9, 1, 0.5, False), stated(risk))
    with pytest.raises(UsageError):
        risk.p_values(np.ones(2), Population(9, 1, 0.5, replacement), {**stated(risk), "luck": 1})
    for missing in stated(risk):
        rest = {name: value for name, value in stated(risk).items() if name != missing}
        with pytest.raises(UsageError):
            risk.p_values(np.ones(2), Population(9, 1, 0.5, replacement), rest)


@every
def test_many_assertions_at_once_are_judged_as_one_by_one(risk: RiskFunction) -> None:
    replacement = risk.with_replacement
    drawn = np.random.default_rng(9).choice([0, 0.5, 1], (40, 5), p=[0.2, 0.2, 0.6])
    populations = [Population(60, 1, 0.5, replacement)] * 5
    settings = [stated(risk)] * 5
    numbers: Callable[[int], Floats] = lambda k: risk.p_values(drawn[:, k], populations[k], settings[k])  # noqa: E731
    together = risk.of_many(drawn, populations, settings)
    assert together == pytest.approx(np.stack([numbers(k) for k in range(5)], axis=1), rel=1e-12)
    with pytest.raises(BadInputError):
        risk.of_many(drawn, populations[:4], settings)


def test_the_space_of_values_is_all_of_it() -> None:
    """Six cards of three values: 28 populations, of which those at or below ½ are 16, with 365 orders in all."""
    found = list(populations(HALVES, HALVES[1], 6))
    assert len(found) == 16 and len(set(found)) == 16
    counted = sum(orders(cards).shape[1] for cards in found)
    assert counted == sum(sum(order) <= 3 for order in itertools.product((0, 0.5, 1), repeat=6))
