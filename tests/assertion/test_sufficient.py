"""What the claims of every rule imply, tried on papers of all kinds: by the rule's own count of the paper."""

import itertools
import random
import re
from collections import Counter

import pytest
from assertion.family import Case, case_of, every_rule, is_true, other_ties, outcome, padded, papers, profile_of, ways

from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import Ballots, Pattern

MANY = 4

every = pytest.mark.parametrize("name", [name for name in every_rule() if name != "instant-runoff"])


def cases(name: str, seeds: int = MANY) -> list[Case]:
    made = [case_of(RULES[name], seed, stated) for stated in ways(RULES[name]) for seed in range(seeds)]
    few = [case_of(RULES[name], seed) for seed in range(seeds, 30)]
    return [case for case in (*made, *few) if case is not None]


@every
def test_claims_hold_of_the_reported_ballots_and_values_are_within_bounds(name: str) -> None:
    seen = Counter[str]()
    for case in cases(name):
        claims = case.claims
        seen[claims.implies] += 1
        assert claims.words
        assert bool(claims.assertions) == (claims.implies != "nothing"), claims.words
        full = padded(case.ballots)
        for one in claims.assertions:
            assert one.contest == "T" and one.claim
            assert is_true(one, case.ballots), (one.claim, case)
            assert all(0 <= one.assorter.value(b) <= one.assorter.upper for b in full.ballots), one.claim
    assert seen["outcome"] > 10


@every
def test_if_all_hold_of_the_paper_the_rule_gives_the_reported_outcome(name: str) -> None:
    """Also where ties on paper are decided the other way round: strict claims leave nothing to a lot."""
    held = Counter[bool]()
    for number, case in enumerate(cases(name)):
        if case.claims.implies != "outcome":
            continue
        for cards in papers(case.rule, case.contest, random.Random(number), case.cards):
            same = holds_and_is_right(case, cards)
            held[same] += 1
    assert held[True] > 30 and held[False] > 10


def holds_and_is_right(case: Case, cards: list[Pattern]) -> bool:
    """Whether all claims hold of these cards; if so, check that they elect the same."""
    profile = profile_of(cards)
    if not case.hold_of(ballots_of(case.rule, case.contest, profile)):
        return False
    for contest in (case.contest, other_ties(case.contest)):
        found = case.rule.count(contest, profile)
        assert outcome(found) == outcome(case.transcript), (case.contest, case.claims, cards)
    return True


@every
def test_every_paper_of_up_to_four_cards(name: str) -> None:
    """All multisets of up to four of the cards that voters gave: with few cards most claims are close."""
    held = Counter[bool]()
    done = 0
    for case in cases(name, 2):
        size = len(case.contest.choices)
        if case.claims.implies != "outcome" or not 2 <= size <= 4 or done >= 4:
            continue
        done += 1
        patterns = sorted(set(case.cards), key=lambda p: (-case.cards.count(p), p.sort_key()))[:5]
        for number in range(5):
            for cards in itertools.combinations_with_replacement(patterns, number):
                held[holds_and_is_right(case, list(cards))] += 1
    assert done and held[True] and held[False]


@every
def test_a_part_is_true_wherever_its_claims_are(name: str) -> None:
    """`Ada: elected; Bo: not elected` and `one of Ada, Bo wins`, on every paper of which the claims hold."""
    tried = 0
    for number, case in enumerate(cases(name)):
        said = case.claims.words
        if case.claims.implies != "part" or not re.search("elected|wins", said):
            continue
        for cards in papers(case.rule, case.contest, random.Random(number), case.cards):
            profile = profile_of(cards)
            if case.hold_of(ballots_of(case.rule, case.contest, profile)):
                tried += 1
                for contest in (case.contest, other_ties(case.contest)):
                    elected = {contest.name_of(c) for c in case.rule.count(contest, profile).elected}
                    assert is_borne_out(said, elected), (said, elected, cards)
    if name in ("stv", "irish-stv", "cambridge-stv", "meek", "sequential-instant-runoff"):
        assert tried > 10


def is_borne_out(words: str, elected: set[str]) -> bool:
    """Whether those elected are as the words of a part say."""
    for names, what in re.findall(r"(?:^|; )([^:;]+): (elected|not elected)", words):
        if any((one in elected) != (what == "elected") for one in names.split(", ")):
            return False
    one_of = re.match(r"one of (.*) wins", words)
    return one_of is None or elected <= set(one_of[1].split(", "))


def test_a_word_for_word_wrong_outcome_is_noticed() -> None:
    """The test above can fail: take one claim away, and some paper elects somebody else."""
    broken = 0
    for case in cases("plurality", 1):
        if case.claims.implies != "outcome" or len(case.claims.assertions) < 2:
            continue
        for cards in papers(case.rule, case.contest, random.Random(1), case.cards):
            profile = profile_of(cards)
            ballots: Ballots = ballots_of(case.rule, case.contest, profile)
            less = case.claims.assertions[1:]
            if all(is_true(one, ballots) for one in less):
                broken += outcome(case.rule.count(case.contest, profile)) != outcome(case.transcript)
    assert broken
