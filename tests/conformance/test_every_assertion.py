"""What every assertion generator owes, and every counting rule: run over both catalogs, so a new one is tested."""

import inspect
import json
import random
from fractions import Fraction

import pytest
from assertion.claims_on_paper import told, value
from assertion.family import case_of, every_rule, is_true, padded, ways

from faircount.assertion import ASSERTIONS, WITHOUT_ASSERTIONS, generator_for
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import Ballot, CandidateIndex, Choice, Contest, Mark, Pattern, Profile, UsageError, Weight
from faircount.model.assertion import as_json, assorter_from_json

every_generator = pytest.mark.parametrize("name", ASSERTIONS)
every_counting_rule = pytest.mark.parametrize("name", RULES)


@every_counting_rule
def test_every_rule_has_one_generator_or_a_reason(name: str) -> None:
    owners = [one.name for one in ASSERTIONS.values() if name in one.rules]
    assert len(owners) == (name not in WITHOUT_ASSERTIONS)
    found = generator_for(name)
    assert [found.name] == owners if found else len(WITHOUT_ASSERTIONS[name]) > 40


@every_generator
def test_its_rules_exist_and_its_source_is_cited(name: str) -> None:
    one = ASSERTIONS[name]
    assert one.rules and set(one.rules) <= RULES.keys()
    assert "arXiv:" in one.source and inspect.getdoc(one.make)


def test_reasons_are_about_rules_that_exist() -> None:
    assert WITHOUT_ASSERTIONS.keys() <= RULES.keys()


def test_a_rule_without_assertions_has_no_ballots_of_which_any_could_be_made() -> None:
    for name in WITHOUT_ASSERTIONS:
        contest = Contest("T", (Choice("Ada"), Choice("Bo")), ranks=2, rule=name)
        with pytest.raises(UsageError):
            ballots_of(RULES[name], contest, Profile.of({Pattern((Mark(CandidateIndex(0)),)): 1}))


@pytest.mark.parametrize("name", every_rule())
def test_claims_are_printed_bounded_and_true_of_what_was_reported(name: str) -> None:
    """Also: the same claims whatever the order of the ballots; words everywhere; nothing where nobody was elected."""
    implied = set()
    for seed in range(20):
        case = case_of(RULES[name], seed)
        assert case is not None
        claims = case.claims
        implied.add(claims.implies)
        assert claims.words.strip() and "\n" not in claims.words
        assert bool(claims.assertions) or claims.implies != "part"
        assert len({one.claim for one in claims.assertions}) == len(claims.assertions), "each is made once"
        for one in claims.assertions:
            assert is_true(one, case.ballots)
            assert one.assorter.upper > 0
            assert all(0 <= one.assorter.value(b) <= one.assorter.upper for b in padded(case.ballots).ballots)
        if not case.transcript.elected and not case.transcript.advancing and case.transcript.verdict != "not passed":
            assert claims.implies == "nothing"
    assert "outcome" in implied


@pytest.mark.parametrize("name", every_rule())
def test_cards_that_weigh_are_never_taken_for_cards(name: str) -> None:
    """Shares are no cards: the reason is given, and no assertion."""
    case = case_of(RULES[name], 3)
    assert case is not None
    profile = Profile.of({pattern: case.cards.count(pattern) for pattern in case.cards})
    weights: dict[Pattern, Weight] = {p: 7 * n for p, n in zip(profile.patterns, profile.cards, strict=True)}
    heavy = Profile(profile.patterns, profile.cards, tuple(weights[p] for p in profile.patterns))
    generator = generator_for(name)
    assert generator is not None
    found = generator.claims(case.contest, case.transcript, ballots_of(case.rule, case.contest, heavy))
    assert (found.implies, found.assertions) == ("nothing", ()) and "weigh" in found.words


def any_ballot(chance: random.Random, choices: int) -> Ballot:
    """Any ballot at all, also one that no law would read off a card."""
    everyone = [CandidateIndex(c) for c in range(choices)]
    given = sorted(chance.sample(everyone, chance.randint(0, choices)))
    votes = tuple((c, chance.choice((1, 2, 5, Fraction(1, 2)))) for c in given)
    return Ballot(votes, tuple(chance.sample(everyone, chance.randint(0, choices))))


@pytest.mark.parametrize("name", every_rule())
def test_a_claim_is_data_that_a_stranger_evaluates(name: str) -> None:
    """Written as text and read back it is the same; a program that knows only the written sentences agrees."""
    chance, seen = random.Random(name), 0
    for stated in [*ways(RULES[name]), *[()] * 12]:
        case = case_of(RULES[name], chance.randrange(40), stated)
        if case is None:
            continue
        ballots = [*case.ballots.ballots, *(any_ballot(chance, len(case.contest.choices)) for _ in range(8))]
        for one in case.claims.assertions:
            text = json.dumps(as_json(one.assorter))
            back = assorter_from_json(json.loads(text))
            assert back == one.assorter and hash(back) == hash(one.assorter)
            for ballot in ballots:
                seen += 1
                assert value(text, told(ballot)) == one.assorter.value(ballot) == back.value(ballot), one.claim
    assert seen > 100
