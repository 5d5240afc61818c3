"""ALPHA: a bet stated as η, what the mean of the rest is thought to be; fixed, or learned from the draws.

T_j = T_{j−1}·(1/u)[x_j η_j/μ_j + (u − x_j)(u − η_j)/(u − μ_j)], which is the betting martingale with
λ_j = (η_j/μ_j − 1)/(u − μ_j). Source: Stark 2023, "ALPHA: Audit that learns from previously hand-audited ballots",
arXiv:2201.02707, § 2; shrink-truncate: § 2.5.2; the weight f/sd is SHANGRLA's.
"""

import numpy as np

from faircount.risk.martingale import Known, Past, betting
from faircount.risk.risk_function import Floats, Population, Setting, Settings

EPSILON = np.finfo(float).eps


def bet_of(eta: Floats, mean: Floats, upper: Floats) -> Floats:
    """Return λ = (η/μ − 1)/(u − μ), the bet that ALPHA's η is; 0 where μ is not between 0 and u."""
    inside = (mean > 0) & (mean < upper)
    safe = np.where(inside, mean, upper / 2)
    return np.where(inside, (eta / safe - 1) / (upper - safe), 0.0)


def eta_of(bet: Floats, mean: Floats, upper: Floats) -> Floats:
    """Return η = μ(1 + λ(u − μ)), the inverse of `bet_of`."""
    return mean * (1 + bet * (upper - mean))


def fixed_alternative(past: Past, known: Known) -> Floats:
    """Return λ_j for the alternative that the whole population has the mean η0: η_j = (N η0 − S_j)/(N − j + 1).

    With replacement η_j = η0. Held between μ_j and u, beyond which no population lies.
    """
    eta = known["eta0"]
    if not past.replacement:
        eta = eta + (past.drawn * eta - past.total) / (past.size - past.drawn)
    return bet_of(np.clip(eta, past.mean_left, past.upper), past.mean_left, past.upper)


def shrink_truncate(past: Past, known: Known) -> Floats:
    """Return λ_j for η_j = min{max[(d η0 + S_j)/(d + j − 1), μ_j + c/√(d + j − 1)], u(1 − ε)}.

    d: how many draws the first opinion η0 weighs; c: how far above μ_j to stay; f: weight of u, divided by the standard
    deviation of the earlier draws (1 until there are two, at least 10⁻⁶), which bets more where values hardly vary.
    """
    weight = known["d"] + past.drawn
    eta = (known["d"] * known["eta0"] + past.total) / weight
    if known["f"].any():
        deviation = np.where(past.drawn < 2, 1.0, np.maximum(np.sqrt(past.variance), 1e-6))
        pull = known["f"] / deviation
        eta = (eta + past.upper * pull) / (1 + pull)
    eta = np.maximum(eta, past.mean_left + known["c"] / np.sqrt(weight))
    return bet_of(np.minimum(eta, past.upper * (1 - EPSILON)), past.mean_left, past.upper)


def halfway(population: Population, settings: Settings) -> float:
    """Return the middle between t and u: a first opinion for want of another."""
    del settings
    return (population.null_mean + population.upper) / 2


def half_of_eta0(population: Population, settings: Settings) -> float:
    """Return (η0 − t)/2, ALPHA's own c (§ 2.5.2): half the way from t to the first opinion; 0 where that is below t."""
    return max(0.0, (settings["eta0"] - population.null_mean) / 2)


ETA0 = Setting(
    "eta0", halfway, 0, np.inf, "what the mean is thought to be: the reported one, or nearer u for comparison"
)
SOURCE = "Stark 2023, ALPHA, arXiv:2201.02707, § 2"
FIXED = betting("alpha-fixed", f"{SOURCE}, η fixed in advance", (ETA0,), bet=fixed_alternative)
ALPHA = betting(
    "alpha", f"{SOURCE}.5.2, shrink-truncate; weight f/sd of SHANGRLA's NonnegMean.shrink_trunc",
    (
        ETA0,
        Setting("d", 100, 1, 1e9, "how many draws the first opinion weighs"),
        Setting("c", half_of_eta0, 0, np.inf, "how far above the null the opinion stays, times √(d + j − 1)"),
        Setting("f", 0, 0, 1e9, "pull towards u, stronger where values hardly vary"),
    ),
    bet=shrink_truncate,
)  # fmt: skip
