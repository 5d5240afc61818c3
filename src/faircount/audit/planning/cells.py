"""From facts and assumed errors to the values that draws will have: a population for each design."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faircount.audit.planning.facts import NO_ERRORS, AssertionFacts, ContestFacts, Rates
from faircount.audit.planning.sizes import best_bet
from faircount.model import BadInputError, UsageError
from faircount.risk import Floats, Population, RiskFunction, Settings

Whole = NDArray[np.int64]
LARGEST_BET = 1.8
"""λ beyond which one card of the worst kind would take more than nine tenths."""


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """The cards of a contest, those together that are alike for all its assertions: what an audit draws from."""

    contest: ContestFacts
    cards: Whole
    """Cards in each cell."""
    values: Floats
    """(assertions × cells): the value that such a card gives the risk function."""
    uppers: tuple[float, ...]
    """Bound of the values of each assertion."""
    reported: tuple[float, ...]
    """Mean of the values of each assertion if the records are right."""

    def shares(self) -> Floats:
        """Return each cell's share of all cards."""
        return np.asarray(self.cards / self.cards.sum(), float)

    def means(self) -> Floats:
        """Return the mean value of each assertion; one that is not above ½ will not be confirmed."""
        return np.asarray(self.values @ self.shares(), float)


def compared(contest: ContestFacts, rates: Rates = NO_ERRORS) -> Cells:
    """Return what comparing cards with their records gives, where records err at these rates.

    A card is in error for every assertion at once, as in super-simple. Rates are of cards with a record and rounded to
    whole cards. Where u ≠ 1 there are two kinds of one-vote errors, and the one that costs more (or gains less) is
    taken. A card in a pool has the pool's mean on record (ONEAudit, arXiv:2303.03335, § 2).
    """
    known = contest.cards - contest.pooled
    errors = [int(Fraction(rate) * known + Fraction(1, 2)) for rate in _rates(rates)]
    if sum(errors) > known:
        raise UsageError(f"rates of errors add up to no more than 1, not {rates.cards:.3g}")
    counts = [known - sum(errors), *errors]
    columns = [[_taints(one)[k] * one.right for one in contest.assertions] for k in range(5)]
    for pool in contest.pools:
        means = [pool.mean(at) for at in range(len(contest.assertions))]
        for kind in pool.kinds:
            counts.append(kind.cards)
            found = zip(contest.assertions, means, kind.values, strict=True)
            columns.append([(1 - (mean - value) / one.upper) * one.right for one, mean, value in found])
    rights = [one.right for one in contest.assertions]
    return _cells(contest, counts, columns, [2 * right for right in rights], rights)


def pooled_bet(contest: ContestFacts) -> float:
    """Return λ, to four digits, of a comparison with pools: the best for its hardest claim if 1 record in 1,000 errs.

    One bet for all claims of the contest, at most `LARGEST_BET`. Source: Spertus 2023, COBRA, arXiv:2304.01010, eq. 2.
    """
    cells = compared(contest, Rates(two_over=0.001))
    best = best_bet(cells.values[contest.assertions.index(contest.hardest)], cells.shares())
    return round(min(best, LARGEST_BET), 4)


def polled(contest: ContestFacts) -> Cells:
    """Return what looking at cards without records gives, if all is as recorded."""
    uppers, means = [one.upper for one in contest.assertions], [one.mean for one in contest.assertions]
    if contest.ballots:
        counts = [kind.cards for kind in contest.ballots]
        return _cells(contest, counts, [list(kind.values) for kind in contest.ballots], uppers, means)
    # The same cards are best for all assertions, as far as that goes; their number is rounded down.
    best = [int(one.mean / one.upper * contest.cards) for one in contest.assertions]
    steps = sorted({0, contest.cards, *best})
    columns = [[one.upper if start < b else Fraction(0) for one, b in zip(contest.assertions, best, strict=True)]
               for start in steps[:-1]]  # fmt: skip
    return _cells(contest, [b - a for a, b in pairwise(steps)], columns, uppers, means)


def _cells(
    contest: ContestFacts, counts: list[int], columns: list[list[Fraction]], uppers: list[Fraction],
    means: list[Fraction],
) -> Cells:  # fmt: skip
    filled = [at for at, count in enumerate(counts) if count]
    values = np.array([[float(x) for x in columns[at]] for at in filled]).T
    cards = np.array([counts[at] for at in filled], np.int64)
    return Cells(contest, cards, values, tuple(map(float, uppers)), tuple(map(float, means)))


def _rates(rates: Rates) -> tuple[float, float, float, float]:
    found = (rates.two_over, rates.one_over, rates.one_under, rates.two_under)
    if min(found) < 0:
        raise UsageError(f"a rate of errors is 0 or above, not {min(found)}")
    return found


def _taints(one: AssertionFacts) -> tuple[Fraction, ...]:
    """Return B/a of no error, two over, one over, one under, two under."""
    half = 1 / (2 * one.upper)
    return Fraction(1), Fraction(0), min(half, 1 - half), min(1 + half, 2 - half), Fraction(2)


def populations(cells: Cells, replacement: bool = False) -> tuple[Population, ...]:
    """Return the population of each assertion."""
    return tuple(Population(cells.contest.cards, upper, replacement=replacement) for upper in cells.uppers)


def fitted(risk: RiskFunction, cells: Cells, given: Settings) -> tuple[Settings, ...]:
    """Return the settings of each assertion: as given, else what follows from the records.

    η0 and η are the mean that values have if records are right; `bet` is the best fixed one for these cells, `share`
    that of the winner among the two, `assorter_upper` u. All are known, or assumed, before the seed. Raises
    `BadInputError` where `share` has no meaning.
    """
    declared, found = {setting.name for setting in risk.settings}, []
    for at, one in enumerate(cells.contest.assertions):
        own: dict[str, float] = {
            "assorter_upper": float(one.upper),
            "eta0": cells.reported[at],
            "eta": cells.reported[at],
        }
        if "bet" in declared:
            own["bet"] = best_bet(cells.values[at], cells.shares())
        if "share" in declared:
            own["share"] = _share(cells, at)
        found.append({name: value for name, value in {**own, **given}.items() if name in declared or name in given})
    return tuple(found)


def _share(cells: Cells, at: int) -> float:
    winner, loser = (float(cells.cards[cells.values[at] == value].sum()) for value in (1, 0))
    if cells.uppers[at] != 1 or not set(cells.values[at]) <= {0.0, 0.5, 1.0} or not winner:
        raise BadInputError(cells.contest.title, "the test is of votes for one of two", fix="choose alpha")
    return winner / (winner + loser)
