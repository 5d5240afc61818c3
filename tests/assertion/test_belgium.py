"""Belgium, 9 June 2024: the tightest claim of each constituency, against the figures published by rlauxe."""

import math
from fractions import Fraction

import pytest
from count.test_lists_belgium import constituencies, counted
from elections.shared import real

from faircount.assertion import generator_for
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.model import Assertion, Ballots

TIGHTEST = {
    "d'Anvers": ("seat 3 of CD&V comes before seat 3 of PVDA", 0.500134, 0.500267, 1, 11203),
    "de Flandre occidentale": ("seat 1 of PVDA comes before seat 3 of CD&V", 0.501659, 0.506614, 2, 904),
    "de Hainaut": ("ECOLO has less than 1/20 of the valid votes", 0.500164, 0.500173, 0.526316, 9136),
    "de Limbourg": ("seat 2 of Vooruit comes before seat 4 of VLAAMS BELANG", 0.502437, 0.507277, 1.5, 616),
    "de Luxembourg": ("seat 2 of LES ENGAGÉS comes before seat 2 of MR", 0.503001, 0.505966, 1, 501),
    "du Brabant flamand": ("seat 3 of VLAAMS BELANG comes before seat 5 of N-VA", 0.504228, 0.511180, 1.333333, 356),
}
"""Claim, value of a card without error, mean, upper bound, and cards at λ = 2 for a risk of 5 %."""


def without_error(one: Assertion, ballots: Ballots) -> Fraction:
    """1 / (2 − v/u): what a comparison gives where the card is as reported (Stark 2020, § 3.2)."""
    return 1 / (2 - (2 * one.assorter.mean(ballots, ballots.total_cards) - 1) / one.assorter.upper)


@pytest.mark.parametrize("place", TIGHTEST)
def test_the_tightest_claim(place: str) -> None:
    """Over the valid ballots, as published; its sample sizes are rounded to the nearest card, not up."""
    folder = real("results", "belgium-2024")
    (reported,) = (told for name, told in constituencies(folder).items() if name.endswith(place))
    contest, transcript = counted(place, reported)
    votes = {one["PartyLabel"].strip(): one["NrOfVotes"] for one in reported["ElectionLists"]}
    ballots = ballots_of(RULES[contest.rule], contest, profile_of_totals(contest, votes))
    generator = generator_for(contest.rule)
    assert generator is not None
    claims = generator.claims(contest, transcript, ballots)
    assert claims.implies == "outcome"
    one = min(claims.assertions, key=lambda each: without_error(each, ballots))
    value = without_error(one, ballots)
    claim, no_error, mean, upper, cards = TIGHTEST[place]
    assert one.claim == claim
    assert float(value) == pytest.approx(no_error, abs=5e-7)
    assert float(one.assorter.mean(ballots, ballots.total_cards)) == pytest.approx(mean, abs=6e-7)
    assert float(one.assorter.upper) == pytest.approx(upper, abs=5e-7)
    assert round(math.log(20) / math.log(2 * value)) == cards


def test_seats_of_antwerp() -> None:
    folder = real("results", "belgium-2024")
    (reported,) = (told for name, told in constituencies(folder).items() if name.endswith("d'Anvers"))
    contest, transcript = counted("d'Anvers", reported)
    seats = {choice.name: n for choice, n in zip(contest.choices, transcript.seats_won, strict=True) if n}
    assert seats == {"N-VA": 8, "VLAAMS BELANG": 5, "Vooruit": 3, "CD&V": 3, "PVDA": 2, "GROEN": 2, "open vld": 1}
