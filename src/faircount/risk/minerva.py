"""Minerva: ballot polling in rounds that asks how often a whole round would look so good, not each ballot by itself.

K_j of the n_j ballots for the two drawn up to round j are the winner's. With p the reported share of the winner,
p_j = P_½(K_j ≥ k, not stopped before)/P_p(K_j ≥ k, not stopped before); the audit stops where p_j ≤ α. Stopping is then
at least 1/α times as likely under the report as under a tie, and all stops together are no likelier than 1, so that a
tie is confirmed with a probability of at most α; a lost election with less. **Round sizes are fixed before a ballot is
seen, and draws are with replacement**; ballots for neither are passed over, which tells nothing about the others.
Source: Zagórski, McClearn, Morin, McBurnett & Vora 2020, "The Athena Class of Risk-Limiting Ballot Polling Audits",
arXiv:2008.02315, § 4; 2021, "Minerva: An Efficient Risk-Limiting Ballot Polling Audit", USENIX Security.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from faircount.model import BadInputError, UsageError
from faircount.risk.martingale import checked
from faircount.risk.risk_function import (
    Floats,
    Population,
    RiskFunction,
    Setting,
    Settings,
    checked_risk_limit,
    settled,
)


@dataclass(frozen=True, eq=False, slots=True)
class Spread:
    """Probabilities of the winner's ballots from `least` on, one after another; elsewhere 0. They need not add to 1."""

    least: int
    chances: Floats

    def upwards(self) -> Floats:
        """Return Σ of the chances from each place on."""
        sums: Floats = np.cumsum(self.chances[::-1])[::-1]
        return sums

    def and_then(self, draws: "Spread") -> "Spread":
        """Return the distribution of the sum of this and another, independent number."""
        return Spread(
            self.least + draws.least, np.convolve(self.chances, draws.chances) if len(self.chances) else NOBODY
        )

    def below(self, bound: int) -> "Spread":
        """Return what is below `bound`."""
        return Spread(self.least, self.chances[: max(0, bound - self.least)])

    def at_least(self, many: int, draws: "Spread") -> float:
        """Return P(this + draws ≥ many), without adding up the whole distribution of the sum."""
        tails = np.append(draws.upwards(), 0.0)
        wanted = many - (self.least + np.arange(len(self.chances))) - draws.least
        return float(self.chances @ tails[np.clip(wanted, 0, len(draws.chances))])


NOBODY = np.zeros(0)
NOTHING_YET = Spread(0, np.ones(1))


def binomial(trials: int, chance: float) -> Spread:
    """Return the distribution of Binomial(trials, chance) but for tails that together are below e^−689.

    What is left out lies more than √(345 n) from the mean (Hoeffding's inequality). Each term is found from its
    neighbour and all are made to add to 1, which loses less than logarithms of factorials do.
    """
    if chance == 1:
        return Spread(trials, np.ones(1))
    reach = math.sqrt(345 * trials)
    least, most = max(0, math.floor(trials * chance - reach)), min(trials, math.ceil(trials * chance + reach))
    k = np.arange(least, most)
    steps = np.log((trials - k) / (k + 1)) + (math.log(chance) - math.log1p(-chance))
    peak = int(np.searchsorted(-steps, 0))
    upwards, downwards = np.cumsum(steps[peak:]), np.cumsum(-steps[:peak][::-1])[::-1]
    terms = np.exp(np.concatenate([downwards, [0.0], upwards]))
    return Spread(least, terms / terms.sum())


@dataclass(frozen=True, eq=False, slots=True)
class Rounds:
    """A two-candidate audit after some rounds in which it did not stop.

    Only how many ballots for the two were drawn matters, not what they said: the rule of round j holds whatever the
    earlier ones showed, as long as they did not stop the audit.
    """

    share: float
    """p: the winner's reported share of the votes for the two, above ½."""
    risk_limit: float
    """α, which says where earlier rounds would have stopped."""
    delta: float = math.inf
    """Athena's δ: no stop unless the ballots are at least 1/δ times as likely under the report as under a tie."""
    drawn: int = 0
    """n: ballots for the two drawn so far."""
    tied: Spread = NOTHING_YET
    """P_½(K = k, not stopped)."""
    reported: Spread = NOTHING_YET
    """P_p(K = k, not stopped)."""

    def __post_init__(self) -> None:
        checked_share(self.share)
        checked_risk_limit(self.risk_limit)
        if not self.delta > 0:
            raise UsageError(f"δ is above 0, not {self.delta}")

    def chances(self, ballots: int, winner: int) -> tuple[float, float]:
        """Return P(K ≥ winner after `ballots` more, not stopped before), for a tie and as reported."""
        tied, reported = binomial(ballots, 0.5), binomial(ballots, self.share)
        return self.tied.at_least(winner, tied), self.reported.at_least(winner, reported)

    def p_value(self, ballots: int, winner: int) -> float:
        """Return p of a round of `ballots` more, after which `winner` of all are the winner's; at most 1.

        A ratio above 1, as after draws that favour the loser, is 1. Where both probabilities are too faint to be told
        from 0, the ratio of the likelihoods stands in, which is never smaller.
        """
        tied, reported = self.chances(ballots, winner)
        ratio = log_ratio(self.share, winner, self.drawn + ballots - winner)
        if ratio < -math.log(self.delta):
            return 1.0
        return min(1.0, tied / reported if reported > 0 else math.exp(-max(0.0, ratio)))

    def needed(self, ballots: int) -> int | None:
        """Return the least k that stops a round of `ballots` more, k_min; None where none does.

        The ratio falls as k rises: found by halving.
        """
        most = self.tied.least + len(self.tied.chances) - 1 + ballots
        return smallest(lambda k: self.p_value(ballots, k) <= self.risk_limit, 0, most)

    def after(self, ballots: int) -> "Rounds":
        """Return the audit after a round of `ballots` more that did not stop it."""
        stop = self.needed(ballots)
        tied = self.tied.and_then(binomial(ballots, 0.5))
        reported = self.reported.and_then(binomial(ballots, self.share))
        if stop is not None:
            tied, reported = tied.below(stop), reported.below(stop)
        return replace(self, drawn=self.drawn + ballots, tied=tied, reported=reported)

    def chance_to_stop(self, ballots: int, winner: int = 0) -> float:
        """Return P_p(the round of `ballots` more stops), where `winner` of the earlier ballots are the winner's."""
        stop = self.needed(ballots)
        return 0.0 if stop is None else NOTHING_YET.at_least(stop - winner, binomial(ballots, self.share))


def log_ratio(share: float, winner: int, loser: int) -> float:
    """Return ln of the likelihood of these ballots under the report over that under a tie."""
    return winner * math.log(2 * share) + (loser and (loser * math.log(2 - 2 * share) if share < 1 else -math.inf))


def smallest(good: Callable[[int], bool], low: int, high: int) -> int | None:
    """Return the smallest whole number that is good, if numbers above a good one are good; None where none is."""
    if low > high or not good(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle + 1, high)
    return low


def p_value(share: float, risk_limit: float, rounds: Sequence[tuple[int, int]], delta: float = math.inf) -> float:
    """Return Minerva's p of the last round; a round is (ballots for winner, for loser) drawn in it alone.

    Of a round after one that stopped: the p of that one, since there the audit was over.
    """
    return [1.0, *(p for _, p in _rounds(share, risk_limit, rounds, delta))][-1]


def stopping_counts(share: float, risk_limit: float, sizes: Sequence[int], delta: float = math.inf) -> list[int | None]:
    """Return k_min of each round, given how many ballots for the two were drawn by its end: what confirms the outcome.

    None for a round that no ballots could end. Raises `UsageError` unless the sizes rise.
    """
    audit, found = Rounds(share, risk_limit, delta), []
    for size in sizes:
        if size <= audit.drawn:
            raise UsageError(f"rounds grow: {size} ballots come after {audit.drawn}")
        found.append(audit.needed(size - audit.drawn))
        audit = audit.after(size - audit.drawn)
    return found


def round_size(chance_of: Callable[[int], float], chance: float, drawn: int = 0) -> int | None:
    """Return a number of ballots for the two, by the end of a round, with which it stops with at least this chance.

    `chance_of` gives the chance of that many. It sways as k_min jumps, so that there is no one smallest number worth
    having: halving starts from 10,000, or double as often as needed, which is what published numbers rest on. None
    where even 10⁷ would not do.
    """
    if not 0 < chance < 1:
        raise UsageError(f"a chance is above 0 and below 1, not {chance}")
    low, high = drawn + 1, 10_000
    while high <= drawn + 1:
        high *= 2
    while high < 10**7:
        bottom, top = low, high
        while top - bottom > 1:
            middle = (bottom + top) // 2
            bottom, top = (bottom, middle) if chance_of(middle) >= chance else (middle, top)
        for size in (bottom, top):
            if chance_of(size) >= chance:
                return size
        low, high = high, 2 * high
    return None


def sample_size(
    risk_limit: float, winner: Fraction | float, loser: Fraction | float, chance: float,
    rounds: Sequence[tuple[int, int]] = (), delta: float = math.inf,
) -> int | None:  # fmt: skip
    """Return how many more ballots, of any kind, end the audit at the next look with this chance, if reported right.

    `winner`, `loser`: shares of all ballots; `rounds`: (winner's, loser's) ballots of each round before. None where no
    sample is large enough; 0 where the audit has stopped.
    """
    share, both = shares(winner, loser)
    audit, p = [(Rounds(share, risk_limit, delta), 1.0), *_rounds(share, risk_limit, rounds, delta)][-1]
    if p <= risk_limit:
        return 0
    seen = sum(one for one, _ in rounds)
    size = round_size(lambda n: audit.chance_to_stop(n - audit.drawn, seen), chance, audit.drawn)
    return None if size is None else math.ceil((size - audit.drawn) / both)


def gaussian_size(risk_limit: float, winner: Fraction | float, loser: Fraction | float, chance: float) -> int:
    """Return about how many ballots a first round needs, by normal distributions: for margins under 1.5 %, say.

    ⌈((z(β)·√(p(1 − p)) − ½ z(αβ))/(p − ½))²⌉ ballots for the two, z(q) what a normal number exceeds with chance q.
    Source: r2b2, `next_sample_size_gaussian`, as in Arlo.
    """
    checked_risk_limit(risk_limit)
    share, both = shares(winner, loser)
    above = NormalDist().inv_cdf
    reach = above(1 - chance) * math.sqrt(share * (1 - share)) - above(1 - risk_limit * chance) / 2
    return math.ceil(math.ceil((reach / (share - 0.5)) ** 2) / both)


def shares(winner: Fraction | float, loser: Fraction | float) -> tuple[float, Fraction]:
    """Return the winner's share of the two and the share of the two of all ballots."""
    if not (0 <= loser < winner and winner + loser <= 1 + 1e-9):
        raise UsageError(f"the winner's share of all ballots is above the loser's, not {winner} and {loser}")
    return float(winner / (winner + loser)), min(Fraction(1), Fraction(winner) + Fraction(loser))


def checked_share(share: float) -> None:
    """Raise `UsageError` unless the share is one of a winner among two."""
    if not 0.5 < share <= 1:
        raise UsageError(f"the winner's share of the votes for the two is above ½ and at most 1, not {share}")


@lru_cache(maxsize=256)
def undecided(share: float, risk_limit: float, delta: float, sizes: tuple[int, ...]) -> Rounds:
    """Return the audit after rounds of so many ballots for the two each, none of which stopped it."""
    if not sizes:
        return Rounds(share, risk_limit, delta)
    return undecided(share, risk_limit, delta, sizes[:-1]).after(sizes[-1])


def _rounds(
    share: float, risk_limit: float, rounds: Sequence[tuple[int, int]], delta: float
) -> Iterator[tuple[Rounds, float]]:
    """Yield the audit after each round and the p of that round; one without ballots for the two repeats the last."""
    sizes: tuple[int, ...] = ()
    p, seen = 1.0, 0
    for winner, loser in rounds:
        seen += winner
        if winner + loser and p > risk_limit:
            p = undecided(share, risk_limit, delta, sizes).p_value(winner + loser, seen)
            sizes = (*sizes, winner + loser)
        yield undecided(share, risk_limit, delta, sizes), p


ROUND = Setting("round", None, 1, 1e9, "draws of each round, fixed in advance; p is decided when a round is full")
SHARE = Setting("share", None, 0.5, 1, "the winner's reported share of the votes for winner and loser")


def votes_of_rounds(name: str, values: Floats, population: Population, draws: int) -> list[tuple[int, int]]:
    """Return (winner's, loser's) ballots of each full round of `draws`.

    Raises `BadInputError` for values of any other assorter than plurality's, or draws without replacement.
    """
    drawn = checked(name, values, (population,), (True, False))[0]
    if population.upper != 1 or population.null_mean != 0.5 or not np.isin(drawn, (0, 0.5, 1)).all():
        raise BadInputError(
            name, "values are 1 (winner), 0 (loser) or ½ (neither), u = 1, t = ½", f"u = {population.upper}",
            "for other assorters choose alpha",
        )  # fmt: skip
    full = drawn[: len(drawn) // draws * draws].reshape(-1, draws)
    return [(int((one == 1).sum()), int((one == 0).sum())) for one in full]


def repeated(decided: Sequence[float], draws: int, length: int) -> Floats:
    """Return a number for every draw: that of the last full round, 1 before the first."""
    return np.concatenate([np.ones(draws - 1), np.repeat(np.array(decided, float), draws), np.ones(1)])[:length]


def in_rounds(name: str, source: str, settings: tuple[Setting, ...] = ()) -> RiskFunction:
    """Return Minerva as a risk function, or Athena where `delta` is among the settings.

    What does not stop the audit at the risk limit is given as 1: such a ratio is no p-value for any other limit, since
    rounds that stop at one do not stop at another.
    """
    limit = Setting("risk_limit", 0.05, 1e-6, 0.5, "α, fixed in advance: earlier rounds stop where p is at most α")
    declared = (SHARE, ROUND, limit, *settings)

    def p_values(values: Floats, population: Population, given: Settings) -> Floats:
        known = settled(name, declared, given, population)
        checked_share(known["share"])
        draws = int(known["round"])
        votes = votes_of_rounds(name, values, population, draws)
        found = _rounds(known["share"], known["risk_limit"], votes, known.get("delta", math.inf))
        return repeated([p if p <= known["risk_limit"] else 1.0 for _, p in found], draws, len(values))

    return RiskFunction(name, source, p_values, declared, without_replacement=False)


RISK = in_rounds(
    "minerva", "Zagórski et al. 2020, The Athena Class of Risk-Limiting Ballot Polling Audits, arXiv:2008.02315, § 4"
)
