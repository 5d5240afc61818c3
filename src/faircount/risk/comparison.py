"""Bets for ballot-level comparison, where a card's value is one of few: best for assumed or for learned errors.

The overstatement assorter of a card is τ·a, where a = 1/(2 − v/u) is a card without error, u the bound of the contest's
assorter and τ one of seven: 0 (read as the winner's, is the loser's), 1/2u, 1 − 1/2u, 1, 1 + 1/2u, 2 − 1/2u, 2. Its
bound is 2a, so `Population.upper` says a. Sources: Spertus 2023, "COBRA: Comparison-Optimal Betting for Risk-limiting
Audits", arXiv:2304.01010, eq. 1; seven kinds and a loss of at most 90 %: rlauxe, docs/BettingRiskFunctions.md.
"""

import math

import numpy as np

from faircount.risk.martingale import Known, Past, betting, quotient
from faircount.risk.risk_function import Floats, Setting, checked_risk_limit

KINDS = ("winner_to_loser", "winner_to_other", "other_to_loser", "loser_to_other", "other_to_winner", "loser_to_winner")
"""Errors by what the record says and what the paper says, from worst to best for the reported winner: a two-vote
overstatement, two kinds of one vote, and the understatements. For u = 1 the two kinds of one vote are alike."""


def taints(assorter_upper: Floats) -> list[Floats]:
    """Return τ of each of `KINDS` for assorters of the bound u."""
    half = 1 / (2 * assorter_upper)
    return [0 * half, half, 1 - half, 1 + half, 2 - half, 2 + 0 * half]


def optimal_bet(no_error: float, two_over: float) -> float:
    """Return the best fixed bet, 2 − 4a·p2/(2a − 1), where only two-vote overstatements occur, at the rate p2.

    a: value of a card without error, above ½. 0 where the rate makes the assertion false. Source: COBRA.
    """
    return max(0.0, 2 - 4 * no_error * two_over / (2 * no_error - 1))


def optimal_eta(upper: float, two_over: float) -> float:
    """Return ALPHA's η of that bet: (1 − u(1 − p2))/(2 − 2u) + u(1 − p2) − ½, u = 2a (SHANGRLA, optimal_comparison)."""
    return (1 - upper * (1 - two_over)) / (2 - 2 * upper) + upper * (1 - two_over) - 0.5


def draws_without_error(risk_limit: float, no_error: float, bet: float = 2.0) -> int:
    """Return ⌈ln(1/α)/ln(1 + λ(a − ½))⌉: draws needed if none shows an error, with replacement."""
    checked_risk_limit(risk_limit)
    return math.ceil(-math.log(risk_limit) / math.log1p(bet * (no_error - 0.5)))


def best_bets(rates: list[Floats], gains: list[Floats], largest: Floats) -> Floats:
    """Return argmax over 0 ≤ λ ≤ `largest` of Σ_k p_k ln(1 + λ g_k). Source: COBRA, eq. 1.

    The slope Σ p_k g_k/(1 + λ g_k) falls in λ, so its root is closed in on: Newton's step where it stays between what
    is known to be below and above, otherwise the middle. To 10⁻¹² of `largest`, element by element.
    """

    def slopes(bet: Floats, chosen: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
        slope, fall = np.zeros_like(bet), np.zeros_like(bet)
        for rate, gain in chosen:
            one = gain / (1 + bet * gain)
            slope += rate * one
            fall -= rate * one * one
        return slope, fall

    everywhere = [(np.broadcast_to(p, largest.shape), np.broadcast_to(g, largest.shape))
                  for p, g in zip(rates, gains, strict=True) if np.any(p > 0)]  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where a stake of everything could be lost, the slope there is −∞ if that loss has any rate, else finite.
        at_most = slopes(largest * (1 - 1e-12), everywhere)[0]
    bets = np.where(at_most >= 0, largest, 0.0)
    open_ = (at_most < 0) & (slopes(np.zeros(largest.shape), everywhere)[0] > 0)
    if not open_.any():
        return bets
    chosen = [(rate[open_], gain[open_]) for rate, gain in everywhere]
    high = largest[open_]
    low, bet, near = np.zeros_like(high), high / 2, high * 1e-12
    done = np.zeros(high.shape, bool)
    for _ in range(60):
        slope, fall = slopes(bet, chosen)
        low, high = np.where(slope > 0, bet, low), np.where(slope > 0, high, bet)
        step = bet - slope / fall
        step = np.where((step >= low) & (step <= high), step, (low + high) / 2)
        # What has been found stays, so that no bet depends on which others are sought beside it.
        done, bet = done | (np.abs(step - bet) <= near), np.where(done, bet, step)
        if done.all():
            break
    bets[open_] = bet
    return bets


def _best(past: Past, known: Known, rates: list[Floats], mean: Floats, largest: Floats) -> Floats:
    """Return the best bets for these rates of `KINDS`, all other cards without error."""
    right = past.upper / 2
    correct = np.maximum(1 - np.sum(np.broadcast_arrays(*rates), axis=0), 0)
    gains = [tau * right - mean for tau in taints(known["assorter_upper"])]
    return best_bets([correct, *rates], [right - mean, *gains], largest)


def assumed(past: Past, known: Known) -> Floats:
    """Return one bet for all draws, the best at t for the assumed rates, never above `max_loss`/μ_j."""
    mean = past.null_mean
    rates = [known[kind] for kind in KINDS]
    fixed = _best(past, known, rates, mean, quotient(np.ones(1), mean, mean > 0))
    return np.minimum(fixed, known["max_loss"] * past.largest_bet)


def adaptive(past: Past, known: Known) -> Floats:
    """Return the best bet for each draw, at most max_loss/μ_j, for rates (d·assumed + earlier draws)/(d + j − 1)."""
    right, rates = past.upper / 2, []
    seen = [np.ones_like(right)]
    for kind, tau in zip(KINDS, taints(known["assorter_upper"]), strict=True):
        # Kinds of one value (u = 1) are counted once, with the first; one of the value of no error is none.
        new = np.ones(right.shape, bool)
        for other in seen:
            new &= np.abs(other - tau) > 1e-9
        seen.append(tau)
        counted = past.times(tau * right) * new if new.any() else 0
        rates.append((known["d"] * known[kind] + counted) / (known["d"] + past.drawn))
    return _best(past, known, rates, past.mean_left, known["max_loss"] * past.largest_bet)


def _rates(winner_to_loser: float) -> tuple[Setting, ...]:
    found = []
    for kind in KINDS:
        recorded, _, paper = kind.partition("_to_")
        meaning = f"assumed share of cards recorded for the {recorded} that are for the {paper} on paper"
        found.append(Setting(kind, winner_to_loser if kind == KINDS[0] else 0.0, 0, 1, meaning))
    return (*found, Setting("assorter_upper", 1, 0.5, np.inf, "u, the bound of the contest's assorter"))


SOURCE = "Spertus 2023, COBRA, arXiv:2304.01010"
COBRA = betting(
    "cobra", f"{SOURCE}, eq. 1 and its closed form",
    (*_rates(0.001), Setting("max_loss", 1, 0, 1, "share of the wealth that one card may take")), bet=assumed,
)  # fmt: skip
ADAPTIVE = betting(
    "comparison-adaptive", f"{SOURCE}, eq. 1 with learned rates; seven kinds: rlauxe, GeneralAdaptiveBetting",
    (
        *_rates(0.0),
        Setting("d", 100, 0.1, 1e9, "how many draws the assumed rates weigh"),
        Setting("max_loss", 0.9, 0, 1, "share of the wealth that one card may take"),
    ),
    bet=adaptive,
)  # fmt: skip
