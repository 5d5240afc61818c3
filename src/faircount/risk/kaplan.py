"""The Kaplan tests: Markov's inequality for products, with padding against values of 0.

Each is a betting martingale: a product of (x + g)/(t + g) is one of 1 + λ(x − t) with λ = 1/(t + g), and so on. Source:
Stark 2009, "Risk-limiting post-election audits: P-values from common probability inequalities", IEEE TIFS.
"""

from faircount.risk.martingale import Known, Past, betting
from faircount.risk.risk_function import Floats, Setting


def kaplan_markov(past: Past, known: Known) -> Floats:
    """Return λ = 1/(t + g), so that p = Π (t + g)/(x_i + g)."""
    return 1 / (past.null_mean + known["g"])


def kaplan_wald(past: Past, known: Known) -> Floats:
    """Return λ = (1 − g)/t, so that p = 1/Π ((1 − g) x_i/t + g)."""
    return (1 - known["g"]) * past.largest_bet


def kaplan_kolmogorov(past: Past, known: Known) -> Floats:
    """Return λ_j = 1/(μ_j + g), so that p = Π (μ_i + g)/(x_i + g): Kaplan–Markov without replacement."""
    return 1 / (past.mean_left.clip(0) + known["g"])


SOURCE = "Stark 2009, P-values from common probability inequalities, IEEE TIFS"
MARKOV = betting(
    "kaplan-markov", f"{SOURCE}: Kaplan–Markov",
    (Setting("g", 0.1, 0.001, 1e9, "padding: the smaller, the more one value of 0 costs"),),
    bet=kaplan_markov, without_replacement=False,
)  # fmt: skip
WALD = betting(
    "kaplan-wald", f"{SOURCE}: Kaplan–Wald",
    (Setting("g", 0.1, 0, 1, "share of the wealth that is not staked"),),
    bet=kaplan_wald, without_replacement=False,
)  # fmt: skip
KOLMOGOROV = betting(
    "kaplan-kolmogorov", f"{SOURCE}: Kaplan–Kolmogorov; without replacement as SHANGRLA's NonnegMean.kaplan_kolmogorov",
    (Setting("g", 0.1, 0.001, 1e9, "padding: the smaller, the more one value of 0 costs"),),
    bet=kaplan_kolmogorov,
)  # fmt: skip
