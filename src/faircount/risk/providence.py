"""Providence: Minerva that may choose the size of the next round after looking at the last.

With k of n ballots for the two the winner's before the round, and k' of m in it, the p-value is P(K = k)·P(K' ≥ k') for
a tie over the same as reported: whatever was seen before, stopping is at least 1/α times as likely under the report as
under a tie. That does not depend on α, so it is good for every risk limit. **Draws are with replacement**; ballots for
neither are passed over.
Source: Broadrick, Vora & Zagórski 2022, "Providence: a Flexible Round-by-Round Risk-Limiting Audit", arXiv:2210.08717,
§ 3 (in r2b2: Minerva 2.0).
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from faircount.risk.minerva import (
    NOTHING_YET,
    ROUND,
    SHARE,
    binomial,
    checked_share,
    log_ratio,
    repeated,
    round_size,
    shares,
    smallest,
    votes_of_rounds,
)  # fmt: skip
from faircount.risk.risk_function import Floats, Population, RiskFunction, Settings, checked_risk_limit, settled


def p_value(share: float, rounds: Sequence[tuple[int, int]]) -> float:
    """Return p of the last round, at most 1; a round is (ballots for winner, for loser) drawn in it alone.

    Where both probabilities are too faint to be told from 0, the ratio of the likelihoods stands in, never smaller.
    """
    checked_share(share)
    if not rounds:
        return 1.0
    *before, (winner, loser) = rounds
    ratio = log_ratio(share, sum(one for one, _ in before), sum(other for _, other in before))
    tied = NOTHING_YET.at_least(winner, binomial(winner + loser, 0.5))
    reported = NOTHING_YET.at_least(winner, binomial(winner + loser, share))
    if not (tied > 0 and reported > 0):
        return math.exp(-max(0.0, ratio + log_ratio(share, winner, loser)))
    return math.exp(min(0.0, math.log(tied) - math.log(reported) - ratio))


def needed(share: float, risk_limit: float, before: tuple[int, int], ballots: int) -> int | None:
    """Return the least total of winner's ballots that stops a round of `ballots` more; None where none does.

    `before`: (winner's, loser's) ballots of all earlier rounds together.
    """
    checked_risk_limit(risk_limit)
    found = smallest(lambda k: p_value(share, (before, (k, ballots - k))) <= risk_limit, 0, ballots)
    return None if found is None else before[0] + found


def sample_size(
    risk_limit: float, winner: Fraction | float, loser: Fraction | float, chance: float,
    rounds: Sequence[tuple[int, int]] = (),
) -> int | None:  # fmt: skip
    """Return how many more ballots, of any kind, end the audit at the next look with this chance, if reported right.

    `winner`, `loser`: shares of all ballots; `rounds`: (winner's, loser's) ballots of each round before. None where no
    sample is large enough; 0 where the audit has stopped.
    """
    share, both = shares(winner, loser)
    if any(p_value(share, rounds[: at + 1]) <= risk_limit for at in range(len(rounds))):
        return 0
    before = sum(one for one, _ in rounds), sum(other for _, other in rounds)
    drawn = sum(before)

    def chance_of(size: int) -> float:
        stop = needed(share, risk_limit, before, size - drawn)
        return 0.0 if stop is None else NOTHING_YET.at_least(stop - before[0], binomial(size - drawn, share))

    size = round_size(chance_of, chance, drawn)
    return None if size is None else math.ceil((size - drawn) / both)


def _p_values(values: Floats, population: Population, given: Settings) -> Floats:
    known = settled("providence", RISK.settings, given, population)
    checked_share(known["share"])
    draws = int(known["round"])
    votes = votes_of_rounds("providence", values, population, draws)
    decided = [p_value(known["share"], votes[: at + 1]) for at in range(len(votes))]
    return repeated(decided, draws, len(values))


RISK = RiskFunction(
    "providence", "Broadrick, Vora & Zagórski 2022, Providence, arXiv:2210.08717, § 3", _p_values, (SHARE, ROUND),
    without_replacement=False,
)  # fmt: skip
