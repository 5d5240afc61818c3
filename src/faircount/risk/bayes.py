"""Bayesian opinions of an outcome: how likely it is, after the ballots seen, that the winner did not win.

**None of these is a risk limit**: they are averages over elections that a prior thinks possible, and say nothing of the
worst one. All look at the votes of two, w for the winner and l for the loser, and pass over other ballots.
"""

import math
from collections.abc import Callable

import numpy as np

from faircount.model import BadInputError, UsageError
from faircount.risk.martingale import checked
from faircount.risk.minerva import smallest
from faircount.risk.risk_function import Floats, Population, RiskFunction, Setting, Settings, settled


def worst_case(votes: int, winner: int, loser: int) -> float:
    """Return the posterior chance that the winner has at most half of `votes`, half the prior being on a tie.

    The other half of the prior is spread evenly over the numbers of votes with which the winner wins; the ballots are
    drawn without replacement from the `votes` for the two. 1 where they leave neither possible. Source: Vora 2019,
    "Risk-Limiting Bayesian Polling Audits for Two Candidate Elections", arXiv:1902.00999, after Rivest & Shen 2012.
    """
    _checked(votes, winner, loser)
    half = votes // 2
    logs = log_chances(votes, winner, loser)
    peak = logs[half:].max()
    if peak == -math.inf:
        return 1.0
    weights = np.exp(logs[half:] - peak)
    weights[1:] /= votes - half
    return float(weights[0] / weights.sum())


def log_chances(votes: int, winner: int, loser: int) -> Floats:
    """Return ln P(these ballots) but for a constant, for 0, 1, … votes of the winner; −∞ where they cannot be."""
    has = np.arange(votes + 1)
    possible = (has >= winner) & (votes - has >= loser)
    logs = np.full(votes + 1, -math.inf)
    # C(has, winner)·C(votes − has, loser), each factor from the last: differences stay small where factorials do not.
    at = has[possible]
    steps = np.log((at[1:]) / (at[1:] - winner)) + np.log((votes - at[1:] + 1 - loser) / (votes - at[1:] + 1))
    logs[possible] = np.concatenate([[0.0], np.cumsum(steps)])[: len(at)]
    return logs


def polya(votes: int, winner: int, loser: int, prior_winner: float = 0.5, prior_loser: float = 0.5) -> float:
    """Return the chance that the winner has at most half of `votes`, if the ballots not seen follow Pólya's urn.

    Of the unseen ballots each is the winner's with odds (prior + seen) of each, the drawn one counting from then on:
    the number that is the winner's is beta-binomial. Source: Rivest & Shen 2012, "A Bayesian Method for Auditing
    Elections", EVT/WOTE, § 4.
    """
    _checked(votes, winner, loser)
    _positive(prior_winner, prior_loser)
    unseen = votes - winner - loser
    up, down = prior_winner + winner, prior_loser + loser
    more = np.arange(unseen)
    steps = np.log((more + up) / (more + 1)) + np.log((unseen - more) / (unseen - more - 1 + down))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    chances = np.exp(logs - logs.max())
    # The winner does not win with k more of the unseen where 2(w + k) ≤ votes.
    lost = max(0, votes // 2 - winner + 1)
    return float(chances[:lost].sum() / chances.sum())


def dirichlet(winner: int, loser: int, prior_winner: float = 0.5, prior_loser: float = 0.5) -> float:
    """Return P(θ_w ≤ ½), θ_w having the beta distribution of w + prior and l + prior: Pólya's urn without an end.

    The share of two among the shares of many, if those are Dirichlet-distributed. Source: Rivest & Shen 2012, § 4;
    the incomplete beta function I_½(a, b) by its hypergeometric series (DLMF 8.17.8).
    """
    _positive(prior_winner, prior_loser)
    return _below_half(prior_winner + winner, prior_loser + loser)


def _below_half(a: float, b: float) -> float:
    """Return I_½(a, b); the series falls from its first term where a ≥ b, else the other tail is found."""
    if a < b:
        return 1 - _below_half(b, a)
    term = series = 1.0
    at = 0
    while term > 1e-17 * series:
        term *= (a + b + at) / (a + 1 + at) / 2
        series += term
        at += 1
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) - (a + b) * math.log(2) - math.log(a)
    return math.exp(front) * series


def winner_counts_needed(votes: int, sizes: tuple[int, ...], limit: float) -> list[int | None]:
    """Return the fewest ballots of the winner in samples of these sizes that bring `worst_case` to the limit."""
    return [smallest(lambda k, n=size: worst_case(votes, k, n - k) <= limit, 0, size) for size in sizes]  # type: ignore[misc]


def _checked(votes: int, winner: int, loser: int) -> None:
    if not (winner >= 0 <= loser and 0 < votes >= winner + loser):
        raise UsageError(f"no more ballots of the two than {votes} votes, none below 0; not {winner} and {loser}")


def _positive(*prior: float) -> None:
    if not all(0 < one < math.inf for one in prior):
        raise UsageError(f"what a prior counts for is above 0, not {prior}")


Opinion = Callable[[int, int, dict[str, float]], float]
"""(winner's ballots, loser's ballots, settings) → chance that the winner did not win."""


def _bayesian(
    name: str, source: str, settings: tuple[Setting, ...], opinion: Opinion, replacement: bool
) -> RiskFunction:
    def p_values(values: Floats, population: Population, given: Settings) -> Floats:
        known = settled(name, settings, given, population)
        drawn = checked(name, values, (population,), (replacement, not replacement))[0]
        if population.upper != 1 or population.null_mean != 0.5 or not np.isin(drawn, (0, 0.5, 1)).all():
            raise BadInputError(
                name, "values are 1 (winner), 0 (loser) or ½ (neither), u = 1, t = ½", f"u = {population.upper}"
            )
        winner, loser = np.cumsum(drawn == 1), np.cumsum(drawn == 0)
        return np.array([opinion(int(w), int(other), known) for w, other in zip(winner, loser, strict=True)], float)

    return RiskFunction(
        name, source, p_values, settings, gives="bayesian", with_replacement=replacement,
        without_replacement=not replacement,
    )  # fmt: skip


def _size(population: Population, settings: Settings) -> float:
    del settings
    return population.size


VOTES = Setting("votes", _size, 1, 1e9, "ballots for winner or loser among all that could be drawn, as reported")
PRIOR = (
    Setting("prior_winner", 0.5, 1e-9, 1e9, "what the prior counts for on the winner's side, in ballots"),
    Setting("prior_loser", 0.5, 1e-9, 1e9, "what the prior counts for on the loser's side, in ballots"),
)
BRLA = _bayesian(
    "bayesian-worst-case", "Vora 2019, Risk-Limiting Bayesian Polling Audits, arXiv:1902.00999; Rivest & Shen 2012",
    (VOTES,), lambda w, other, known: worst_case(int(known["votes"]), w, other), replacement=False,
)  # fmt: skip
POLYA = _bayesian(
    "bayesian-polya", "Rivest & Shen 2012, A Bayesian Method for Auditing Elections, EVT/WOTE, § 4", (VOTES, *PRIOR),
    lambda w, other, known: polya(int(known["votes"]), w, other, known["prior_winner"], known["prior_loser"]),
    replacement=False,
)  # fmt: skip
DIRICHLET = _bayesian(
    "bayesian-dirichlet", "Rivest & Shen 2012, A Bayesian Method for Auditing Elections, EVT/WOTE, § 4", PRIOR,
    lambda w, other, known: dirichlet(w, other, known["prior_winner"], known["prior_loser"]), replacement=True,
)  # fmt: skip
