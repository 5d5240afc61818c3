"""Bets stated as bets: a fixed one, aGRAPA, Kelly by a lower bound of wealth, and an average over a grid.

Source: Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", arXiv:2010.09686, here for
values in [0, u] and bets on a mean above t alone.
"""

import numpy as np

from faircount.risk.alpha import ETA0
from faircount.risk.martingale import Known, Past, betting, quotient
from faircount.risk.risk_function import Floats, Setting

PURSES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Shares of the largest bet, one a purse."""


def fixed(past: Past, known: Known) -> Floats:
    """Return the same λ for every draw."""
    return known["bet"]


def agrapa(past: Past, known: Known) -> Floats:
    """Return λ_j = (m̂ − μ_j)/(σ̂² + (m̂ − μ_j)²), m̂ and σ̂² of the earlier draws, in [0, c_j/μ_j]; first the stated bet.

    c_j = c + (c_max − c)(1 − 1/(1 + grow·√(j − 1))). aGRAPA: approximate growth rate adapted to the particular
    alternative; WSR, arXiv:2010.09686, § B.2.
    """
    above = past.null_mean + past.excess / np.maximum(past.drawn, 1) - past.mean_left
    spread = past.variance + above**2
    bet = quotient(above, spread, spread > 0)
    ceiling = known["c"] + (known["c_max"] - known["c"]) * (1 - 1 / (1 + known["grow"] * np.sqrt(past.drawn)))
    bets: Floats = np.minimum(np.where(past.drawn == 0, known["bet"], bet), ceiling * past.largest_bet)
    return bets


def kelly(past: Past, known: Known) -> Floats:
    """Return λ_j = A/(Q + μ_j A), A = Σ(x_i − μ_j) and Q = Σ(x_i − μ_j)² over earlier draws and d imagined ones of η0.

    It maximises a lower bound of what the same bet would have won on those draws: ln(1 + λy) ≥ λy + (y/μ)²·
    (ln(1 − λμ) + λμ) for y ≥ −μ (Fan, Grama & Liu 2015); LBOW of WSR, arXiv:2010.09686, § B.3. Never above 1/μ_j.
    """
    number = past.drawn + known["d"]
    first = known["eta0"] - past.null_mean
    sums = past.excess + known["d"] * first
    below = past.null_mean - past.mean_left
    squares = past.squares + known["d"] * first**2 + 2 * below * sums + number * below**2
    gain = np.maximum(sums + number * below, 0)
    whole = squares + past.mean_left * gain
    return quotient(gain, whole, whole > 0)


def largest(past: Past, known: Known) -> Floats:
    """Return the largest bet, of which each purse stakes a share."""
    return past.largest_bet


SOURCE = "Waudby-Smith & Ramdas, arXiv:2010.09686"
FIRST = Setting("bet", 0.5, 0, np.inf, "λ; what is beyond 1/μ is lowered to it")
FIXED = betting("betting-fixed", f"{SOURCE}, § 4 (capital process), λ fixed", (FIRST,), bet=fixed)
AGRAPA = betting(
    "betting-agrapa", f"{SOURCE}, § B.2 (aGRAPA); growth of c as SHANGRLA's NonnegMean.agrapa",
    (
        FIRST,
        Setting("c", 0.9, 0, 1, "share of the largest bet that is never exceeded"),
        Setting("c_max", 0.9, 0, 1, "what that share grows to"),
        Setting("grow", 0, 0, np.inf, "how fast it grows; 0 is not at all"),
    ),
    bet=agrapa,
)  # fmt: skip
KELLY = betting(
    "betting-kelly", f"{SOURCE}, § B.3 (LBOW)",
    (ETA0, Setting("d", 10, 0.1, 1e9, "how many imagined draws of η0 come before the first")),
    bet=kelly,
)  # fmt: skip
MIXTURE = betting(
    "mixture", f"{SOURCE}, § B.5 (diversified Kelly): a grid of bets, a purse each", bet=largest, shares=PURSES
)  # fmt: skip
