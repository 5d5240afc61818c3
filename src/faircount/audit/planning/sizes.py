"""How many cards one assertion takes: in closed form where there is one, else exactly by the risk function itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from faircount.audit.planning.facts import NO_ERRORS, AssertionFacts, Rates
from faircount.model import UsageError
from faircount.risk import RISKS, Floats, Population, Settings, bravo, comparison, macro, minerva, super_simple
from faircount.risk.risk_function import checked_risk_limit


@dataclass(frozen=True, slots=True)
class Size:
    """A sample, and what it promises."""

    method: str
    cards: int | None
    """None where no sample would do: count by hand."""
    promise: str
    """When this many suffice, in words, with the formula."""


def comparison_sizes(one: AssertionFacts, risk_limit: float, rates: Rates = NO_ERRORS) -> tuple[Size, ...]:
    """Return the cards that each comparison method takes, closed forms first."""
    margin, right = float(one.margin / one.upper), float(one.right)
    found = [
        Size("fixed bet of 2", comparison.draws_without_error(risk_limit, right),
             "no card shows an error: ln(1/α)/ln 2a, fewer are never enough"),
        Size("fixed bet of 1.8", comparison.draws_without_error(risk_limit, right, 1.8),
             "no card shows an error: ln(1/α)/ln(1 + λ(a − ½))"),
    ]  # fmt: skip
    if one.upper == 1:
        found.append(Size("super-simple", super_simple.planned_size(risk_limit, margin, rates),
                          "errors come at the assumed rates, rounded up: −2γ(ln α + Σ ln(1 − e/2γ))/v"))  # fmt: skip
    shares = [1 - rates.cards, rates.two_over, rates.one_over, rates.one_under, rates.two_under]
    half = float(1 / (2 * one.upper))
    taints = [1, 0, min(half, 1 - half), min(1 + half, 2 - half), 2]
    found.append(Size("COBRA", best_expected(np.array(taints) * right, np.array(shares), risk_limit),
                      "errors come at the assumed rates: ln(1/α)/E ln(1 + λ*(x − ½)), the best that any fixed bet "
                      "does on average"))  # fmt: skip
    for name in ("comparison-adaptive", "betting-kelly"):
        given: Settings = {"assorter_upper": float(one.upper)} if name == "comparison-adaptive" else {"eta0": right}
        found.append(Size(name, exact(one, name, risk_limit, given), "no card shows an error; exact, each card once"))
    return tuple(found)


def exact(one: AssertionFacts, method: str, risk_limit: float, settings: Settings) -> int | None:
    """Return the fewest cards that can confirm: draws without error through the risk function, by its own design."""
    risk, right = RISKS[method], float(one.right)
    again = not risk.without_replacement
    return risk.draws_needed(right, risk_limit, Population(one.cards, 2 * right, replacement=again), settings)


def best_bet(values: Floats, shares: Floats) -> float:
    """Return argmax over 0 ≤ λ ≤ 2 of Σ p ln(1 + λ(x − ½)), the fixed bet that grows fastest on these values.

    Source: Spertus 2023, COBRA, arXiv:2304.01010, eq. 1; eq. 2 where the values are those of pools.
    """
    some = np.asarray(shares) > 0
    rates = [np.full((1, 1), p) for p in np.asarray(shares, float)[some]]
    gains = [np.full((1, 1), x - 0.5) for x in np.asarray(values, float)[some]]
    return float(comparison.best_bets(rates, gains, np.full((1, 1), 2.0))[0, 0])


def best_expected(values: Floats, shares: Floats, risk_limit: float) -> int | None:
    """Return ⌈ln(1/α)/Σ p ln(1 + λ*(x − ½))⌉, draws after which the best fixed bet is expected to be there.

    With replacement. No bet grows faster, so it is where to begin to look for what any method needs. None where the
    mean is not above ½.
    """
    checked_risk_limit(risk_limit)
    some = np.asarray(shares) > 0
    growth = float(shares[some] @ np.log1p(best_bet(values, shares) * (np.asarray(values, float)[some] - 0.5)))
    return math.ceil(-math.log(risk_limit) / growth) if growth > 0 else None


def polling_sizes(winner: Fraction, loser: Fraction, risk_limit: float) -> tuple[Size, ...]:
    """Return the ballots that polling takes; `winner` and `loser` are shares of all cards, as reported."""
    found = [Size("BRAVO", bravo.average_sample_number(risk_limit, float(winner), float(loser)),
                  "on average, if the report is right: (ln(1/α) + ½ ln 2s)/(p_w ln 2s + p_l ln(2 − 2s))")]  # fmt: skip
    for percent in (70, 80, 90):
        chance = percent / 100
        once = f"in {percent} of 100 audits, if the report is right and there is one look"
        found.append(Size("BRAVO", bravo.sample_size(risk_limit, winner, loser, chance), once))
        # Searching rounds of close contests exactly is slow, and normal distributions are then very near.
        near = winner - loser < Fraction(3, 200) * (winner + loser)
        size = (minerva.gaussian_size if near else minerva.sample_size)(risk_limit, winner, loser, chance)
        found.append(Size("Minerva", size, once + (" (by normal distributions)" if near else "")))
    return tuple(found)


def bravo_quantiles(share: float, risk_limit: float, chances: Sequence[float]) -> tuple[int, ...]:
    """Return by how many ballots for the two BRAVO has ended with each chance, if it looks after every ballot. Exact.

    The distribution of the winner's ballots among audits that go on is carried from ballot to ballot. For margins of
    a percent or more: the work grows with the square of the answer.
    """
    checked_risk_limit(risk_limit)
    if not 0.5 < share < 1 or not all(0 < chance < 1 for chance in chances):
        raise UsageError(f"a share between ½ and 1 and chances between 0 and 1, not {share} and {chances}")
    up, down, goal = math.log(2 * share), math.log(2 - 2 * share), -math.log(risk_limit)
    going, least, ballots, found = np.ones(1), 0, 0, dict[float, int]()
    while len(found) < len(set(chances)):
        ballots += 1
        going = np.append(going * (1 - share), 0.0) + np.append(0.0, going * share)
        # Those with k or more of the winner's have k·up + (n − k)·down ≥ ln(1/α), and have ended.
        stop = math.ceil((goal - ballots * down) / (up - down) - 1e-12)
        going = going[: max(0, stop - least)]
        faint = int(np.searchsorted(np.cumsum(going), 1e-14)) if ballots % 64 == 0 else 0
        going, least = going[faint:], least + faint
        ended = 1 - going.sum()
        for chance in chances:
            if ended >= chance:
                found.setdefault(chance, ballots)
    return tuple(found[chance] for chance in chances)


def batch_draws(risk_limit: float, bound: Fraction) -> Size:
    """Return the draws of batches that MACRO takes without errors, for U = `bound`; a batch may be drawn again."""
    size = macro.sample_size(risk_limit, bound)
    return Size("MACRO", size, "no batch shows an error: ⌈ln α/ln(1 − 1/U)⌉ + 1 draws of batches")


def batch_bound(one: AssertionFacts) -> Fraction:
    """Return U of a pair in batches: 1 + 1/v, whatever the batches are.

    u_p = ((w_p − l_p) + b_p)/V adds up to (V + N)/V; v = V/N. For contests with several pairs it is a little more.
    """
    return 1 + 1 / one.margin
