"""Margins of assertions over real records, against figures that others published."""

from dataclasses import replace
from fractions import Fraction

import pytest

from elections.reading import totals
from elections.shared import real
from faircount.assertion import ASSERTIONS
from faircount.assertion.irv.claim import Claim, as_assertion, bits
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import Choice
from faircount.read import READERS

SF_DA = (  # winner, loser, who else is out by then, margin as 2 × mean − 1 over 146,662 cards
    ("18", "17", ("15", "16", "45"), 0.045792366120740224),
    ("15", "18", ("16", "17", "45"), 0.028923647570604505),
    ("18", "16", ("15", "17", "45"), 0.0830003681935334),
    ("17", "16", ("15", "45"), 0.058079120699294995),
    ("15", "17", ("16", "18", "45"), 0.10951712099930444),
    ("15", "16", ("17", "45"), 0.13548158350492967),
    ("15", "16", ("18", "45"), 0.16666893946625572),
    ("15", "45", None, 0.2956457705472446),
)
"""SHANGRLA's example of San Francisco's District Attorney contest, November 2019. None: NEB."""


def test_san_francisco_district_attorney_2019() -> None:
    """Eight margins to 1e-12, and a sufficient set of our own whose smallest margin is not below theirs."""
    read = totals(READERS["raire"], real("rla", "sf-da-2019-irv", "SFDA2019_PrelimReport12VBMJustDASheets.raire"))
    (row,) = read.tables["contests"]
    contest, profile = read.profile(str(row["contest"]))
    contest = replace(contest, choices=(*contest.choices, Choice("45")))  # write-ins, whom no record names
    rule = RULES["instant-runoff"]
    ballots = ballots_of(rule, contest, profile)
    assert ballots.total_cards == 146_662
    place = {choice.name: at for at, choice in enumerate(contest.choices)}
    margins = []
    for winner, loser, out, margin in SF_DA:
        standing = 0 if out is None else bits(tuple(at for name, at in place.items() if name not in out))
        claim = Claim(place[winner], place[loser], standing)
        mean = as_assertion(contest, claim).assorter.mean(ballots, 146_662)
        margins.append(2 * mean - 1)
        assert float(margins[-1]) == pytest.approx(margin, abs=1e-12)
    claims = ASSERTIONS["instant-runoff"].claims(contest, rule.count(contest, profile), ballots)
    assert claims.implies == "outcome"
    ours = [2 * one.assorter.mean(ballots, 146_662) - 1 for one in claims.assertions]
    assert min(ours) >= min(margins) > Fraction(0)
