"""MACRO: batch comparison by taints, batches drawn with replacement in proportion to the error they could hold.

A pair's margin V_wl is the reported winner's votes less the loser's. Batch p overstates it by e_p = max over pairs of
[(v_wp − v_lp) − (a_wp − a_lp)]/V_wl, v reported and a audited, and cannot by more than u_p = max of [(v_wp − v_lp) +
b_p]/V_wl, b_p ballots in it. Were the outcome wrong, Σe_p ≥ 1. With U = Σu_p and taints t = e_p/u_p of the draws,
p = Π (1 − 1/U)/(1 − t). Sources: Stark 2009, "Efficient Post-Election Audits of Multiple Contests: 2009 California
Tests", SSRN 1443314; the drawing (PPEB): Aslam, Popa & Rivest 2008, "On Auditing Elections When Precincts Have
Different Sizes", EVT. What is exact in them is exact here; a p-value is a float.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from faircount.model import BadInputError, UsageError
from faircount.risk.risk_function import checked_risk_limit

Votes = Mapping[str, int]
"""Choice → votes; a choice that is not there has none."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The margins of a contest: each winner over each loser, less ballots that nobody can look at."""

    margins: Mapping[tuple[str, str], int]
    """(winner, loser) → votes between them; each above 0."""

    def largest_error(self, reported: Votes, ballots: int) -> Fraction:
        """Return u_p: the most, in shares of a margin, by which a batch of so many ballots can overstate one."""
        return max(Fraction(_lead(reported, pair) + ballots, votes) for pair, votes in self.margins.items())

    def error(self, reported: Votes, audited: Votes) -> Fraction:
        """Return e_p: by which share of a margin the batch overstates it, at most over pairs; below 0 if all gain."""
        return max(
            Fraction(_lead(reported, pair) - _lead(audited, pair), votes) for pair, votes in self.margins.items()
        )


def _lead(votes: Votes, pair: tuple[str, str]) -> int:
    winner, loser = pair
    return votes.get(winner, 0) - votes.get(loser, 0)


def pairs(totals: Votes, winners: Iterable[str], pending: int = 0, unauditable: int = 0) -> Pairs:
    """Return the margins: reported totals of winners less losers, less every ballot that may yet be the losers'.

    `pending`: cast but not counted yet; `unauditable`: counted, but in no batch that could be drawn. Each is taken for
    a vote for the loser of each pair. Raises `BadInputError` where a margin is not above 0: nothing can be confirmed.
    Source: Arlo, `macro.py`.
    """
    chosen = sorted(set(winners))
    margins = {
        (winner, loser): totals.get(winner, 0) - totals[loser] - pending - unauditable
        for winner in chosen
        for loser in sorted(totals)
        if loser not in chosen
    }
    if not margins or min(margins.values()) <= 0:
        found = f"{min(margins, key=lambda pair: margins[pair])}: {min(margins.values())}" if margins else "no pair"
        raise BadInputError("margins of the contest", "each winner is ahead of each loser", found, "count by hand")
    return Pairs(margins)


def p_value(bound: Fraction, taints: Iterable[Fraction]) -> float:
    """Return Π (1 − 1/U)/(1 − t) over all draws, at most 1; a batch drawn twice counts twice.

    `bound`: U; taints below 0 (errors against the winner) count as 0. 1 as soon as a taint is 1: all is overstated
    that could be. Where U < 1 the batches could not hold the error that a wrong outcome takes, and p is 0.
    """
    if bound < 1:
        return 0.0
    log = 0.0
    for taint in taints:
        if taint > 1:
            raise UsageError(f"a taint is at most 1, not {taint}")
        if taint == 1 or bound == 1:
            return 1.0 if taint == 1 else 0.0
        log += math.log1p(-1 / bound) - math.log1p(-max(Fraction(0), taint))
    return math.exp(min(0.0, log))


def sample_size(risk_limit: float, bound: Fraction) -> int:
    """Return ⌈ln α/ln(1 − 1/U)⌉ + 1: the draws that suffice without errors, and one more.

    The one more is M. Lindeman's advice, followed by Arlo. 1 where U ≤ 1.
    """
    checked_risk_limit(risk_limit)
    return math.ceil(math.log(risk_limit) / math.log1p(-1 / bound)) + 1 if bound > 1 else 1


def taints(errors: Sequence[Fraction], bounds: Sequence[Fraction]) -> list[Fraction]:
    """Return e/u of each draw; 0 for a batch that could hold no error, if it holds none.

    Raises `BadInputError` for an error above its bound: more ballots were found than the manifest has.
    """
    found = []
    for at, (error, bound) in enumerate(zip(errors, bounds, strict=True)):
        if error > bound:
            rule = "an error is no larger than the bound, which supposes that the manifest counts every ballot"
            raise BadInputError(f"draw {at + 1}", rule, f"{float(error):.6g} above {float(bound):.6g}", "recount it")
        found.append(error / bound if bound else Fraction(0))
    return found
