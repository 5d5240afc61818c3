"""Sample sizes for SUITE: how many ballots to draw in two strata, if paper goes on as reported or as seen so far.

Ballots are divided between the strata as all ballots are. A total is tried, made larger until the risk that is to be
expected is no more than the limit, and then narrowed down by halving until that risk is at least four fifths of it.
Source: Ottoboni, Stark, Lindeman & McBurnett 2018, arXiv:1809.04235, § 4 and the tools with it (`estimate_n`,
`estimate_escalation_n`); a sample to be expected is rounded against the winner, as in Arlo.
"""

import math
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from faircount.risk.risk_function import checked_risk_limit
from faircount.risk.suite import Compared, Polled, p_value
from faircount.risk.super_simple import COLORADO, Discrepancies

LEAST = 5
"""Ballots from which the search starts, doubling."""
CLOSE_ENOUGH = 0.8
"""Share of the risk limit above which the expected risk is not narrowed down further."""


class Sizes(NamedTuple):
    """Ballots to have drawn in all, those drawn before included."""

    compared: int
    polled: int


def sample_sizes(compared: Compared, polled: Polled, risk_limit: float, gamma: float = COLORADO) -> Sizes | None:
    """Return the ballots to draw in each stratum; None where only counting a whole stratum by hand would do.

    `sample` 0 in both: a first round, for which the reported votes are expected. Else another round, in which errors
    and votes are expected at the rates seen; **risks of several rounds judged by Fisher's combination are not limited
    together: fix the sizes before, or treat the round as the only one.** The expected risk does not fall evenly with
    the size, so a smaller sample may do by luck of rounding; none is promised.
    """
    checked_risk_limit(risk_limit)
    before = compared.sample + polled.sample

    def risk(total: int) -> float:
        found = _expected(compared, polled, total)
        return p_value(*found, gamma).p if found else 1.0

    low = high = max(LEAST, before)
    expected = 1.0
    while expected > risk_limit:
        low, high = high, high * 11 // 10 + (high < 10) if before else 2 * high
        if high > compared.ballots + polled.ballots:
            return None
        expected = risk(high)
    while high - low > 1:
        middle = (low + high) // 2
        expected = risk(middle)
        low, high = (low, middle) if expected <= risk_limit else (middle, high)
        if CLOSE_ENOUGH * risk_limit <= expected <= risk_limit:
            break
    sizes = _divided(compared, polled, high)
    return None if sizes.compared >= compared.ballots or sizes.polled >= polled.ballots else sizes


def _divided(compared: Compared, polled: Polled, total: int) -> Sizes:
    share = Fraction(compared.ballots, compared.ballots + polled.ballots)
    first = math.ceil(share * total)
    return Sizes(first, total - first)


def _expected(compared: Compared, polled: Polled, total: int) -> tuple[Compared, Polled] | None:
    """Return the strata with samples as they are to be expected; None where so many were drawn before."""
    sizes = _divided(compared, polled, total)
    more, looked = sizes.compared - compared.sample, sizes.polled - polled.sample
    if more < 0 or looked < 0 or sizes.polled > polled.ballots:
        return None
    found, drawn = compared.found, max(1, compared.sample)
    found = Discrepancies(
        found.one_over + math.ceil(Fraction(found.one_over) * more / drawn),
        found.two_over + math.ceil(Fraction(found.two_over) * more / drawn),
        found.one_under + math.floor(Fraction(found.one_under) * more / drawn),
        found.two_under + math.floor(Fraction(found.two_under) * more / drawn),
    )
    if polled.sample:
        winner, loser = (Fraction(seen, polled.sample) for seen in (polled.winner_seen, polled.loser_seen))
    else:
        winner, loser = (Fraction(votes, polled.ballots) for votes in (polled.winner, polled.loser))
    won, lost = polled.winner_seen + math.floor(winner * looked), polled.loser_seen + math.ceil(loser * looked)
    return (
        replace(compared, sample=sizes.compared, found=found),
        replace(polled, sample=sizes.polled, winner_seen=won, loser_seen=min(lost, sizes.polled - won)),
    )
