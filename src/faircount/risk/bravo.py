"""BRAVO: ballot polling by Wald's test of the reported share, ballots for neither of the two being passed over.

Source: Lindeman, Stark & Yates 2012, "BRAVO: Ballot-polling Risk-limiting Audits to Verify Outcomes", EVT/WOTE. s is
the winner's reported share of the votes for the two, T = Π 2s for each ballot of the winner, 2(1 − s) of the loser.
"""

import math
from fractions import Fraction
from statistics import NormalDist

import numpy as np

from faircount.model import BadInputError, UsageError
from faircount.risk.martingale import Known, Past, betting
from faircount.risk.risk_function import Floats, Population, RiskFunction, Setting, Settings, checked_risk_limit


def bravo(past: Past, known: Known) -> Floats:
    """Return λ = 4s − 2: 1 + λ(x − ½) is 2s for the winner's ballot (x = 1), 2(1 − s) for the loser's, 1 for others."""
    return 4 * known["share"] - 2


def p_value(share: float, winner: int, loser: int) -> float:
    """Return (2s)^−w (2 − 2s)^−l, at most 1, for w and l ballots of winner and loser drawn with replacement.

    A ballot that cannot be found is a ballot for the loser, in each pair.
    """
    up, down = _logs(share)
    return math.exp(min(0.0, -(winner * up if winner else 0) - (loser * down if loser else 0)))


def average_sample_number(risk_limit: float, winner: float, loser: float) -> int:
    """Return ⌈(ln(1/α) + ½ ln 2s)/(p_w ln 2s + p_l ln(2 − 2s))⌉, p_w, p_l of all ballots (BRAVO, § 4)."""
    checked_risk_limit(risk_limit)
    up, down = _logs(_share(winner, loser))
    return math.ceil((-math.log(risk_limit) + up / 2) / (winner * up + loser * down))


def sample_size(
    risk_limit: float, winner: Fraction | float, loser: Fraction | float, chance: float,
    winner_seen: int = 0, loser_seen: int = 0,
) -> int:  # fmt: skip
    """Return how many more ballots end the audit at one look with at least this chance, if the report is right.

    `winner` and `loser` are shares of all ballots, taken at their exact value (the float .36 is a little less than
    36 %); `…_seen` are ballots drawn before. 0 where those suffice. The search starts where normal approximations of
    the (1 − chance) quantile and of the threshold meet and rises until the binomial quantile is above the threshold;
    since that sways with n, a smaller n may do as well. Ballots for neither are allowed for by division. Source: M.
    Lindeman's method, as Arlo's `bravo_sample_sizes` states it.
    """
    checked_risk_limit(risk_limit)
    if not 0 < chance < 1:
        raise UsageError(f"a chance is above 0 and below 1, not {chance}")
    share = _share(winner, loser)
    up, down = _logs(share)
    threshold = -math.log(risk_limit) - (winner_seen * up + loser_seen * down)
    if threshold <= 0:
        return 0
    # Expected ballots at the quantile, n s − z √(n s (1 − s)), equal those needed, (threshold − n down)/(up − down).
    spread = NormalDist().inv_cdf(chance) * math.sqrt(share * (1 - share))
    needed, gain = threshold / (up - down), share + down / (up - down)
    half = spread / (2 * gain)
    # gain·n − spread·√n − needed = 0 is a quadratic in √n with one positive root.
    size = math.floor((half + math.sqrt(half**2 + needed / gain)) ** 2)
    while True:
        at_least = binomial_quantile(1 - chance, size, share)
        if at_least * up + (size - at_least) * down > threshold:
            return math.ceil(size / (Fraction(winner) + Fraction(loser)))
        size += 1


def binomial_quantile(q: float, trials: int, chance: float) -> int:
    """Return the smallest k for which P(Binomial(trials, chance) ≤ k) ≥ q."""
    k = np.arange(trials + 1)
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, trials + 1)))])
    logs = log_factorials[-1] - log_factorials - log_factorials[::-1] + k * math.log(chance)
    return int(np.searchsorted(np.cumsum(np.exp(logs + (trials - k) * math.log1p(-chance))), q))


def _share(winner: Fraction | float, loser: Fraction | float) -> float:
    if not (0 < loser < winner and winner + loser <= 1 + 1e-9):
        raise UsageError(f"the winner's share of all ballots is above the loser's, not {winner} and {loser}")
    return float(winner / (winner + loser))


def _logs(share: float) -> tuple[float, float]:
    if not 0.5 < share <= 1:
        raise UsageError(f"the winner's share of the votes for the two is above ½ and at most 1, not {share}")
    return math.log(2 * share), (math.log(2 - 2 * share) if share < 1 else -math.inf)


def _p_values(values: Floats, population: Population, given: Settings) -> Floats:
    found = f"u = {population.upper}, t = {population.null_mean}"
    if others := set(np.asarray(values, float).ravel()) - {0.0, 0.5, 1.0}:
        found = ", ".join(map(str, sorted(others)[:3]))
    elif population.upper == 1 and population.null_mean == 0.5:
        return _ENGINE.p_values(values, population, given)
    rule = "values are 1 (winner), 0 (loser) or ½ (neither), u = 1, t = ½"
    raise BadInputError("bravo", rule, found, "for other assorters choose alpha")


_ENGINE = betting(
    "bravo", "Lindeman, Stark & Yates 2012, BRAVO, EVT/WOTE, § 3",
    (Setting("share", None, 0.5, 1, "s, the winner's reported share of the votes for winner and loser"),),
    bet=bravo, without_replacement=False,
)  # fmt: skip
RISK = RiskFunction(_ENGINE.name, _ENGINE.source, _p_values, _ENGINE.settings, without_replacement=False)
