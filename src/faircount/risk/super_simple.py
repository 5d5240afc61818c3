"""Super-Simple comparison, as in Colorado and Arlo: Kaplan–Markov with an inflated error bound, and its sample sizes.

n cards compared, o1 and o2 overstated by one and two votes, u1 and u2 understated; v the smallest diluted margin over
all contests and pairs (an overstatement of any pair counts at its largest); γ > 1 keeps one two-vote overstatement from
costing everything. Sources: Stark 2010, "Super-Simple Simultaneous Single-Ballot Risk-Limiting Audits", EVT/WOTE, eq.
10; Lindeman & Stark 2012, "A Gentle Introduction to Risk-limiting Audits"; ColoradoRLA, Audit.java.
"""

import math
from dataclasses import dataclass

from faircount.model import UsageError
from faircount.risk.martingale import Known, Past, betting
from faircount.risk.risk_function import Floats, Setting, checked_risk_limit

COLORADO = 1.03905
"""γ in Colorado and Arlo."""


@dataclass(frozen=True, slots=True)
class Discrepancies:
    """How many cards differ, by how many votes, and whether the record favours the reported winner (over) or not.

    Whole cards in a sample; fractions where they are rates a card.
    """

    one_over: float = 0
    two_over: float = 0
    one_under: float = 0
    two_under: float = 0

    @property
    def cards(self) -> float:
        """Cards that differ."""
        return self.one_over + self.two_over + self.one_under + self.two_under

    def log_cost(self, gamma: float) -> float:
        """Return Σ ln(1 − e/2γ) over the cards, e the votes overstated: below 0 where p rises."""
        one, two = 1 / (2 * gamma), 1 / gamma
        return (
            self.one_over * math.log1p(-one) + self.two_over * math.log1p(-two)
            + self.one_under * math.log1p(one) + self.two_under * math.log1p(two)
        )  # fmt: skip


NONE = Discrepancies()


def p_value(cards: int, margin: float, gamma: float = COLORADO, found: Discrepancies = NONE) -> float:
    """Return (1 − 1/U)^n (1 − 1/2γ)^−o1 (1 − 1/γ)^−o2 (1 + 1/2γ)^−u1 (1 + 1/γ)^−u2, U = 2γ/v, at most 1.

    **For cards drawn with replacement; a card drawn twice counts twice.**
    """
    _checked(margin, gamma)
    return math.exp(min(0.0, cards * math.log1p(-margin / (2 * gamma)) - found.log_cost(gamma)))


def sample_size(risk_limit: float, margin: float, gamma: float = COLORADO, found: Discrepancies = NONE) -> int:
    """Return ⌈−2γ(ln α + Σ ln(1 − e/2γ))/v⌉, but at least the cards that differ: Colorado's optimistic sample.

    The size that suffices if the sample shows these discrepancies and no more. Rounded up from a bound that is a
    little larger than where `p_value` meets α. Source: Lindeman & Stark 2012; ColoradoRLA `Audit.optimistic`.
    """
    _checked(margin, gamma)
    checked_risk_limit(risk_limit)
    return max(math.ceil(found.cards), math.ceil(-2 * gamma * (math.log(risk_limit) + found.log_cost(gamma)) / margin))


def planned_size(risk_limit: float, margin: float, rates: Discrepancies, gamma: float = COLORADO) -> int | None:
    """Return the sample for discrepancies expected at `rates` a card; None where no sample would do.

    First n0 = ⌈ln α/(ln(1 − v/2γ) − Σ rate·ln(1 − e/2γ))⌉; then `sample_size` for the rates of n0 cards, one-vote
    discrepancies rounded up, two-vote ones to the nearest. Source: Stark, "Tools for Comparison Risk-Limiting Election
    Audits" (the two steps), followed by Arlo.
    """
    _checked(margin, gamma)
    checked_risk_limit(risk_limit)
    growth = math.log1p(-margin / (2 * gamma)) - rates.log_cost(gamma)
    if growth >= 0:
        return None
    first = math.ceil(math.log(risk_limit) / growth)
    expected = Discrepancies(
        math.ceil(rates.one_over * first), round(rates.two_over * first),
        math.ceil(rates.one_under * first), round(rates.two_under * first),
    )  # fmt: skip
    return sample_size(risk_limit, margin, gamma, expected)


def _checked(margin: float, gamma: float) -> None:
    if not (0 < margin <= 1 and gamma > 1):
        raise UsageError(f"a diluted margin is above 0 and at most 1, γ above 1; not {margin} and {gamma}")


def super_simple(past: Past, known: Known) -> Floats:
    """Return λ = (2 − v)/(γ − v/2): then 1 + λ(x − ½) is (1 − e/2γ)/(1 − v/2γ) for a card overstated by e votes.

    x = (1 − e/2)/(2 − v) is the overstatement assorter's value and `Population.upper` its bound 2/(2 − v), u = 1.
    """
    margin = 2 - 2 / past.upper
    return (2 - margin) / (known["gamma"] - margin / 2)


RISK = betting(
    "super-simple", "Stark 2010, Super-Simple Simultaneous Single-Ballot Risk-Limiting Audits, EVT/WOTE, eq. 10",
    (Setting("gamma", COLORADO, 1, 1e9, "γ, by which the bound on errors is inflated"),),
    bet=super_simple, without_replacement=False,
)  # fmt: skip
