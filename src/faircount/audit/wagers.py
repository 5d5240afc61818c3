"""What stands behind a p-value: the bet on each draw and the wealth it leaves, and how many draws are still to come.

A risk function gives p alone. For the functions of an audit (docs/bundle.md) the bet is made here by the same code, so
that a reader can multiply the wealth up with pencil and paper: T_j = T_{j−1}·(1 + λ_j (x_j − μ_j)), p_j = 1/T_j.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from faircount.audit.drawing import Urn
from faircount.audit.measuring import Trajectory, settings_of
from faircount.audit.planning.cells import polled
from faircount.audit.planning.facts import AssertionFacts, ContestFacts, Kind
from faircount.audit.planning.simulation import simulate
from faircount.audit.reports import margins_of
from faircount.audit.rounds import as_fraction
from faircount.audit.values import comparison_bound
from faircount.model import HALF, Design, Subject
from faircount.risk import RISKS, Population, Settings
from faircount.risk.alpha import fixed_alternative, shrink_truncate
from faircount.risk.betting import fixed
from faircount.risk.comparison import assumed
from faircount.risk.kaplan import kaplan_kolmogorov
from faircount.risk.martingale import Bet, Past, wealth
from faircount.risk.risk_function import settled

BETS: Mapping[str, Bet] = {
    "betting-fixed": fixed, "kaplan-kolmogorov": kaplan_kolmogorov, "alpha-fixed": fixed_alternative,
    "alpha": shrink_truncate, "cobra": assumed,
}  # fmt: skip
"""Risk function → its bets."""
MOST_LOG = 700.0
"""Beyond e^700 a wealth is no float."""
RUNS = 200
"""Audits played through for a forecast: enough for a median that is told as "about"."""


@dataclass(frozen=True, slots=True)
class Wager:
    """One draw as a bet on it: μ_j, λ_j, and the wealth T_j that it leaves."""

    mean: float
    bet: float
    wealth: float | None
    """None where it is too large to be written as a float."""


def population_of(urn: Urn, subject: Subject, at: int) -> tuple[Population, Settings]:
    """Return what the values of one claim are drawn from, and the settings of its risk function; not of batches."""
    assertion, margin = subject.assertions[at], subject.margins[at]
    if urn.commitment.design is Design.POLLING:
        population = Population(len(urn.units), float(assertion.assorter.upper))
        return population, settings_of(subject, assertion, (1 + margin) / 2)
    bound = comparison_bound(assertion, margin)
    return Population(subject.cards, float(bound)), settings_of(subject, assertion, bound / 2)


def wagers(urn: Urn, subject: Subject, one: Trajectory) -> tuple[Wager, ...]:
    """Return the bets behind a trajectory, one a draw; none of batches, nor where the risk function is another."""
    bet = BETS.get(subject.risk_function)
    if urn.commitment.design is Design.BATCH or bet is None or not one.steps:
        return ()
    population, given = population_of(urn, subject, one.assertion)
    risk = RISKS[subject.risk_function]
    known = settled(risk.name, risk.settings, given, population)
    values = np.array([[float(step.value) for step in one.steps]])
    past = Past(values, (population,))
    stakes = bet(past, {name: np.array([[number]]) for name, number in known.items()})
    logs = wealth(values, past, stakes)[0]
    bets = np.broadcast_to(np.clip(stakes, 0, past.largest_bet), values.shape)[0]
    means = np.broadcast_to(past.mean_left, values.shape)[0]
    return tuple(
        Wager(float(mean), float(stake), math.exp(log) if log < MOST_LOG else None)
        for mean, stake, log in zip(means, bets, logs, strict=True)
    )


def more_without_error(urn: Urn, subject: Subject, one: Trajectory) -> int | None:
    """Return how many more draws, none of which shows an error, confirm a claim; 0 where it is confirmed.

    None where no number does, and of a poll: there a card without error says nothing of what it is for.
    """
    if as_fraction(one) <= subject.risk_limit:
        return 0
    if urn.commitment.design is Design.POLLING:
        return None
    if urn.commitment.design is Design.BATCH:
        return _more_batches(urn, subject, [step.value for step in one.steps])
    population, given = population_of(urn, subject, one.assertion)
    before = np.array([float(step.value) for step in one.steps])
    left, more = population.size - len(before), 64
    while left > 0:
        more = min(more, left)
        values = np.concatenate([before, np.full(more, population.upper / 2)])
        p = RISKS[subject.risk_function].p_values(values, population, given)[len(before) :]
        met = np.flatnonzero(p <= float(subject.risk_limit))
        if met.size:
            return int(met[0]) + 1
        if more == left:
            break
        more *= 4
    return None


def _more_batches(urn: Urn, subject: Subject, taints: Sequence[Fraction]) -> int | None:
    """Return ⌈ln(α/p)/ln(1 − 1/B)⌉ draws more, p the product of the draws so far; None where one taint took all."""
    bound = batch_bound(urn, subject)
    if any(taint >= 1 for taint in taints):
        return None
    if bound <= 1:
        return 1
    step = math.log1p(-1 / bound)
    log = sum(step - math.log1p(-max(Fraction(0), taint)) for taint in taints)
    return max(1, math.ceil((math.log(subject.risk_limit) - log) / step - 1e-12))


def batch_bound(urn: Urn, subject: Subject) -> Fraction:
    """Return B of one contest of a batch audit: the most that a draw can count, max of u/w over batches."""
    claims = margins_of(urn.commitment, subject)
    most = [max(column) for column in zip(*(one.bounds for one in claims), strict=True)]
    total = sum(urn.bounds)
    return max(Fraction(u * total, bound) for u, bound in zip(most, urn.bounds, strict=True) if bound)


def polls_to_come(urn: Urn, subject: Subject, at: int, seen: Sequence[Fraction]) -> tuple[int, int]:
    """Return after how many further cards a poll has confirmed a claim, in half and in nine of ten simulated audits.

    All cards not looked at are taken to be as reported; where the reports do not say how votes share cards, as the
    spread that takes most.
    """
    assertion, margin = subject.assertions[at], subject.margins[at]
    claim = AssertionFacts(assertion.claim, margin, assertion.assorter.upper, len(urn.units))
    reported = urn.commitment.totals[subject.id].ballots
    rest = len(urn.units) - sum(n for _, n in reported)
    kinds = [Kind(n, (assertion.assorter.value(ballot),)) for ballot, n in reported]
    ballots = (*kinds, Kind(rest, (HALF,))) if rest >= 0 else ()
    cells = polled(ContestFacts(subject.contest.title, (claim,), ballots))
    _, given = population_of(urn, subject, at)
    before = np.array([[float(value) for value in seen]])
    limit = float(subject.risk_limit)
    found = simulate(cells, subject.risk_function, limit, given, runs=RUNS, seed=urn.seed or "explain", seen=before)
    return found.whole.at(50), found.whole.at(90)
