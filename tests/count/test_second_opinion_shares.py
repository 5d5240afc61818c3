"""Shareholders' proposals against another hand, written from their text alone, and how standards are ordered."""

import random
from fractions import Fraction
from itertools import pairwise

from count.second_opinion_marks import meeting, nasty
from count.second_opinion_marks.compare import agree, disagreement

from faircount.count import RULES
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile

BALLOT = tuple(map(Choice, ("For", "Against", "Abstain")))


def test_another_hand_counts_the_same() -> None:
    met = agree("proposal", meeting.proposal, lambda chance: nasty.meeting(chance, "proposal"))
    assert {"passed", "not passed", "no votes", "refused"} <= set(met), met


def held(*shares: int, brokers: int = 0) -> Profile:
    """One account for each choice of the ballot, and one whose broker could not vote."""
    weights = {Pattern((Mark(CandidateIndex(at)),)): number for at, number in enumerate(shares) if number}
    weights |= {Pattern(conditions=("broker-non-vote",)): brokers} if brokers else {}
    return Profile.of(dict.fromkeys(weights, 1), dict(weights))


def proposal(**options: str) -> Contest:
    return Contest("t", BALLOT, rule="proposal", options=tuple(sorted(options.items())))


def test_what_passes_by_a_harder_standard_passes_by_the_easier() -> None:
    """Votes cast are a part of those present, these of those represented, and these of those outstanding."""
    chance, shown = random.Random(8), 0
    for _ in range(300):
        shares, brokers = [chance.randint(0, 9) for _ in BALLOT], chance.randint(0, 5)
        outstanding = str(max(1, sum(shares) + brokers + chance.randint(0, 5)))
        passed = [
            RULES["proposal"]
            .count(proposal(standard=one, outstanding=outstanding, quorum="none"), held(*shares, brokers=brokers))
            .verdict
            == "passed"
            for one in ("votes-cast", "present", "represented", "outstanding")
        ]
        assert all(easier >= harder for easier, harder in pairwise(passed))
        shown += passed[0] and not passed[3]
    assert shown > 30


def test_more_interested_votes_than_there_are_is_refused_in_fractions_too() -> None:
    question = proposal(interested_for="1")
    third = Pattern((Mark(CandidateIndex(0)),))
    profile = Profile.of({third: 1}, {third: Fraction(1, 3)})
    assert disagreement("proposal", meeting.proposal, question, profile) == ("refused", [])


def test_no_vote_is_for_the_proposal_and_an_abstention() -> None:
    question = proposal(**{"for": "Abstain", "standard": "votes-cast"})
    found = RULES["proposal"].count(question, held(0, 3, 4))
    assert found.verdict == "passed"  # 4 for, 3 against
    assert found.exhibits[0].rows[1][2] == 7
