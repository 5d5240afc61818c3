"""How many cards audits take when records err at assumed rates: many audits played through, and where they end.

The audits here draw from numpy's generator, seeded with the SHA-256 of a text: nothing that is published is drawn by
it, only what to expect. A real audit draws by `faircount.sample`, from a public seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from faircount.audit.planning.cells import Cells, Whole, fitted, populations
from faircount.audit.planning.sizes import best_expected
from faircount.model import BadInputError, UsageError
from faircount.risk import RISKS, Floats, RiskFunction, Settings
from faircount.risk.risk_function import checked_risk_limit
from faircount.sample.sampler import hexdigest

PERCENTS = (25, 50, 70, 80, 90, 95, 99)
NEVER = -1
"""An audit that did not end by the most cards allowed: a full hand count."""
BLOCK = 2**21
"""Values looked at together, so that memory stays small."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where simulated audits ended: never a mean alone, for the tail is long."""

    title: str
    """The contest, or the claim."""
    runs: int
    seed: str
    percentiles: tuple[tuple[int, int], ...]
    """(percent, cards): that many of 100 audits had ended by so many cards; all cards of the contest where they had
    not."""
    mean: float
    """Cards on average, hand counts at all cards."""
    hand_counts: Fraction
    """Share of audits that went to a full hand count."""

    def at(self, percent: int) -> int:
        """Return the cards by which so many of 100 audits had ended."""
        return dict(self.percentiles)[percent]


@dataclass(frozen=True, slots=True)
class Forecasts:
    """One contest: as a whole, which ends with its last assertion on the same cards, and assertion by assertion."""

    whole: Forecast
    assertions: tuple[Forecast, ...]


class Draws:
    """Simulated draws of many audits as cells, each audit longer as it is asked for; a seed gives them all.

    What an audit draws does not depend on the others nor on when it is asked.
    """

    def __init__(self, cards: Whole, runs: int, seed: str, replacement: bool) -> None:
        self._cards, self._replacement = cards, replacement
        root = np.random.SeedSequence(int(hexdigest(seed), 16))
        self._chance = [np.random.Generator(np.random.PCG64(one)) for one in root.spawn(runs)]
        self._drawn: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * runs

    def first(self, audits: NDArray[np.int64], length: int) -> NDArray[np.int64]:
        """Return the first `length` draws of these audits, a row each."""
        for audit in audits:
            if len(self._drawn[audit]) < length:
                self._drawn[audit] = np.concatenate([self._drawn[audit], self._more(audit, length)])
        return np.stack([self._drawn[audit][:length] for audit in audits])

    def _more(self, audit: int, length: int) -> NDArray[np.int64]:
        drawn, cards = self._drawn[audit], self._cards
        if not self._replacement:
            cards = cards - np.bincount(drawn, minlength=len(cards))
        ends = np.cumsum(cards)
        places = self._chance[audit].choice(int(ends[-1]), length - len(drawn), replace=self._replacement)
        return np.searchsorted(ends, places, side="right")


def simulate(
    cells: Cells, method: str, risk_limit: float, settings: Settings | None = None, *, runs: int = 1000,
    seed: str = "plan", most: int | None = None, seen: Floats | None = None,
) -> Forecasts:  # fmt: skip
    """Play `runs` audits of a contest through and return where they end.

    `method` is a name of RISKS, its settings those of `fitted`. An audit looks after every card and ends once every
    assertion is confirmed; at `most` cards (all of the contest if not said) it becomes a full hand count. `seen` are
    values of cards drawn before, a row an assertion: forecasts are then of *further* cards, whose kinds are taken to
    be as before. Draws are without replacement unless the method is not valid for that.
    """
    checked_risk_limit(risk_limit)
    if runs < 1:
        raise UsageError(f"one audit or more, not {runs}")
    before = np.zeros((len(cells.uppers), 0)) if seen is None else np.asarray(seen, float)
    if before.shape[0] != len(cells.uppers) or before.shape[1] > cells.contest.cards:
        raise BadInputError("plan", "values seen: a row an assertion, no more than cards", str(before.shape))
    ends = stopping_sizes(cells, RISKS[method], risk_limit, settings or {}, runs, seed, before, most)
    whole = np.where((ends == NEVER).any(axis=0), NEVER, ends.max(axis=0))
    cards = cells.contest.cards - before.shape[1]
    claims = zip(cells.contest.assertions, ends, strict=True)
    return Forecasts(
        forecast(cells.contest.title, whole, cards, seed),
        tuple(forecast(one.claim, row, cards, seed) for one, row in claims),
    )


def forecast(title: str, ends: Whole, cards: int, seed: str) -> Forecast:
    """Return percentiles of where audits ended; NEVER is all `cards`."""
    sizes = np.where(ends == NEVER, cards, ends)
    found = tuple((p, int(np.percentile(sizes, p, method="inverted_cdf"))) for p in PERCENTS)
    never = Fraction(int((ends == NEVER).sum()), len(ends))
    return Forecast(title, len(ends), seed, found, float(sizes.mean()), never)


def stopping_sizes(
    cells: Cells, risk: RiskFunction, risk_limit: float, given: Settings, runs: int, seed: str, before: Floats,
    most: int | None,
) -> Whole:  # fmt: skip
    """Return (assertions × audits): the draw at which each was first confirmed, NEVER where it was not."""
    again = not risk.without_replacement
    left = cells.contest.cards - before.shape[1]
    limit = min(most or left, left) if not again else (most or left)
    draws = Draws(_remaining(cells.cards, before.shape[1]), runs, seed, again)
    people, settings = populations(cells, again), fitted(risk, cells, given)
    ends = np.full((len(cells.uppers), runs), NEVER, np.int64)
    for at in range(len(cells.uppers)):
        p_now = risk.p_values(before[at], people[at], settings[at]) if before.shape[1] else np.ones(0)
        if (p_now <= risk_limit).any():
            ends[at] = 0
            continue
        expected = best_expected(cells.values[at], cells.shares(), risk_limit)
        length, going = min(limit, 16 + 5 * (expected or limit) // 4), np.arange(runs)
        while going.size and length:
            for part in np.array_split(going, max(1, going.size * (length + before.shape[1]) // BLOCK)):
                new = cells.values[at][draws.first(part, length)]
                rows = np.concatenate([np.broadcast_to(before[at], (len(part), before.shape[1])), new], axis=1)
                p = risk.of_many(rows.T, [people[at]] * len(part), [settings[at]] * len(part))
                met = p[before.shape[1] :] <= risk_limit
                ends[at, part] = np.where(met.any(axis=0), met.argmax(axis=0) + 1, NEVER)
            going = going[ends[at, going] == NEVER]
            if length == limit:
                break
            length = min(limit, 2 * length)
    return ends


def _remaining(cards: Whole, drawn: int) -> Whole:
    """Return the cells scaled to the cards not drawn yet, by largest remainder."""
    if not drawn:
        return cards
    total = int(cards.sum())
    left = total - drawn
    quotas = [Fraction(int(one) * left, total) for one in cards]
    found = np.array([int(quota) for quota in quotas], np.int64)
    order = sorted(range(len(quotas)), key=lambda at: (int(quotas[at]) - quotas[at], at))
    found[order[: left - int(found.sum())]] += 1
    return found


@dataclass(frozen=True, slots=True)
class BatchErrors:
    """Assumed errors of batch totals."""

    share: float = 0
    """Share of batches with an error against the reported winner."""
    taint: float = 0
    """Size of such an error as a share of the largest that the batch could hold."""


NO_BATCH_ERRORS = BatchErrors()


def simulate_batches(
    bounds: Sequence[Fraction], cards: Sequence[int], risk_limit: float, errors: BatchErrors = NO_BATCH_ERRORS, *,
    runs: int = 1000, seed: str = "plan", title: str = "batches",
) -> Mapping[str, Forecast]:  # fmt: skip
    """Play MACRO audits through and return forecasts of `draws`, distinct `batches` and `cards` in these.

    `bounds` are u_p of each batch, by which batches are drawn with replacement; `cards` of each. An audit that has not
    ended after 20 times the draws without errors is a full hand count.
    """
    checked_risk_limit(risk_limit)
    if len(bounds) != len(cards) or not bounds or not (0 <= errors.share <= 1 and 0 <= errors.taint <= 1):
        raise UsageError("one bound and one number of cards a batch; errors are shares from 0 to 1")
    chance = np.random.Generator(np.random.PCG64(int(hexdigest(seed), 16)))
    total = float(sum(bounds))
    ends_by_bound = np.cumsum(np.array(bounds, float))
    # With U ≤ 1 the batches cannot hold the error that a wrong outcome takes.
    step = np.log1p(-1 / total) if total > 1 else -np.inf
    length = 1 if total <= 1 else 20 * int(np.ceil(np.log(risk_limit) / step))
    found = {"draws": np.full(runs, NEVER), "batches": np.full(runs, NEVER), "cards": np.full(runs, NEVER)}
    for audit in range(runs):
        wrong = chance.random(len(bounds)) < errors.share
        places = chance.random(length) * ends_by_bound[-1]
        drawn = np.minimum(np.searchsorted(ends_by_bound, places, side="right"), len(bounds) - 1)
        with np.errstate(divide="ignore"):
            logs = np.cumsum(step - np.log1p(-errors.taint * wrong[drawn]))
        met = logs <= np.log(risk_limit)
        if met.any():
            opened = np.unique(drawn[: met.argmax() + 1])
            numbers = int(met.argmax()) + 1, len(opened), int(np.array(cards)[opened].sum())
            for name, number in zip(found, numbers, strict=True):
                found[name][audit] = number
    ceilings = {"draws": length, "batches": len(bounds), "cards": sum(cards)}
    return {name: forecast(f"{title}: {name}", ends, ceilings[name], seed) for name, ends in found.items()}
