"""Trees of instant runoffs: what is crossed out is what claims contradict, and folding hides no open order."""

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import pytest

from faircount.assertion.irv.claim import Claim, as_assertion
from faircount.assertion.irv.proof import tree, uncut
from faircount.audit.trees import Branch, claim_of, grown, tree_of
from faircount.model import CandidateIndex, CardCount, Choice, Contest, Subject

ADA, BO, CY = range(3)
CONTEST = Contest("Mayor", (Choice("Ada"), Choice("Bo"), Choice("Cy")), ranks=3, rule="instant-runoff")
ADA_OVER_CY = Claim(ADA, CY)
ADA_OVER_BO_LAST = Claim(ADA, BO, 0b011)
ADA_OVER_BO_FIRST = Claim(ADA, BO, 0b111)


def leaves(branches):
    for one in branches:
        if one.branches:
            yield from leaves(one.branches)
        else:
            yield one


def subject(claims, contest=CONTEST, elected=(ADA,)):
    assertions = tuple(as_assertion(contest, claim) for claim in claims)
    return Subject(
        "c1", contest, CardCount(10), tuple(map(CandidateIndex, elected)), "elected", (), True, Fraction(1, 20),
        "cobra", (), "outcome", "", assertions, tuple(Fraction(1, 10) for _ in assertions),
    )  # fmt: skip


def test_each_branch_is_crossed_out_by_the_first_claim_that_it_breaks():
    found = grown([ADA_OVER_CY, ADA_OVER_BO_LAST, ADA_OVER_BO_FIRST], 3, ADA)
    assert found.branches == (
        Branch((BO,), None, (Branch((ADA, BO), 1), Branch((CY, BO), 0))),
        Branch((CY,), 0),
    )  # fmt: skip
    assert (found.shown, found.folded, found.open) == (4, 0, None)


def test_an_order_that_no_claim_contradicts_stands_open():
    found = grown([ADA_OVER_CY], 3, ADA)
    open_ones = [one.order for one in leaves(found.branches) if one.is_open]
    assert open_ones == [(CY, ADA, BO)]
    assert found.open == (CY, ADA, BO)


def every_claim(choices):
    for winner, loser in itertools.permutations(range(choices), 2):
        yield Claim(winner, loser)
        others = [c for c in range(choices) if c not in (winner, loser)]
        for size in range(len(others) + 1):
            for more in itertools.combinations(others, size):
                yield Claim(winner, loser, sum(1 << c for c in (winner, loser, *more)))


@pytest.mark.parametrize("seed", range(60))
def test_an_unfolded_tree_is_the_walk_of_the_proof(seed):
    chance = random.Random(seed)
    choices = chance.choice((3, 4))
    claims = chance.sample(list(every_claim(choices)), chance.randint(1, 9))
    winner = chance.randrange(choices)
    found = grown(claims, choices, winner)
    walked = [(order, None if cut is None else claims.index(cut)) for order, cut in tree(claims, choices, winner)]
    assert sorted(((one.order, one.claim) for one in leaves(found.branches)), key=str) == sorted(walked, key=str)
    assert (found.open is None) == all(cut is not None for _, cut in walked)
    assert found.folded == 0


def test_a_tree_of_many_is_folded_and_still_knows_whether_all_is_crossed_out():
    # Nothing but whole orders is contradicted, so that every end but the last must be walked.
    choices = 7
    everyone = (1 << choices) - 1
    claims = [Claim(c, (c + 1) % choices, everyone) for c in range(choices)]
    found = grown(claims, choices, 0, most=100)
    assert found.shown <= 100 and found.folded > 0
    assert sum(one.folded for one in leaves(found.branches)) == found.folded
    assert not any(one.is_open for one in leaves(found.branches))
    assert found.open is None and uncut(claims, choices, 0) is None
    assert grown(claims[1:], choices, 0, most=100).open is not None, "folding must not hide an order that is open"


def test_assertions_are_read_back_as_the_claims_that_made_them():
    for claim in every_claim(3):
        assert claim_of(as_assertion(CONTEST, claim)) == claim


def test_only_instant_runoffs_with_one_winner_have_a_tree():
    whole = [ADA_OVER_CY, ADA_OVER_BO_LAST]
    assert tree_of(subject(whole)) is not None
    assert tree_of(subject([])) is None
    assert tree_of(subject(whole, replace(CONTEST, rule="top-n"))) is None
    assert tree_of(subject(whole, elected=(ADA, BO))) is None
    odd = subject(whole)
    assert tree_of(replace(odd, assertions=(*odd.assertions, replace(odd.assertions[0], kind="most-votes")))) is None
