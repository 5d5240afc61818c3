"""Values of assorters on single ballots, as the papers and SHANGRLA's own tests give them; and refusals."""

from fractions import Fraction

import pytest

from faircount.assertion import generator_for
from faircount.assertion.divisor_sequences import DIVISORS, votes_needed
from faircount.assertion.linear import above_part, all_given, below_part, given_to, more
from faircount.assertion.plurality import beats
from faircount.assertion.star import scored_higher
from faircount.audit.values import comparison_value
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.count.lists.divisors import DIVISORS as COUNTED
from faircount.model import (
    NOBODY,
    Assertion,
    Ballot,
    Ballots,
    CandidateIndex,
    CardCount,
    Choice,
    Contest,
    Mark,
    Pattern,
    Profile,
    Rank,
)

A, B, C = (CandidateIndex(c) for c in range(3))
CONTEST = Contest("T", (Choice("Ada"), Choice("Bo"), Choice("Cy")))


def votes(**given: int) -> Ballot:
    return Ballot(tuple((CandidateIndex("ABC".index(name)), n) for name, n in given.items()))


def values(one: Assertion, *ballots: Ballot) -> list[Fraction]:
    return [one.assorter.value(ballot) for ballot in ballots]


def test_plurality() -> None:
    one = beats(CONTEST, A, B)
    assert values(one, votes(A=1), votes(B=1), votes(C=1), NOBODY, votes(A=1, B=1)) == [1, 0, *[Fraction(1, 2)] * 3]
    assert one.assorter.upper == 1


def test_overstatements_as_shangrla_has_them() -> None:
    """1/1.8 without an error, 0 for two votes over, 2/1.7 for two under, .5/1.9 for one over."""
    one = beats(CONTEST, A, B)
    cases = (("A", "A", 2, Fraction(10, 18)), ("A", "B", 2, Fraction(0)), ("B", "A", 3, Fraction(20, 17)),
             ("A", "C", 1, Fraction(5, 19)))  # fmt: skip
    for recorded, found, tenths, expected in cases:
        on_record, on_paper = values(one, votes(**{recorded: 1}), votes(**{found: 1}))
        assert comparison_value(one, Fraction(tenths, 10), on_record, on_paper) == expected


def test_mean_of_a_comparison_without_errors() -> None:
    """Three of four votes for Ada: a margin of ½, and 1/1.5 for every card as reported."""
    one = beats(CONTEST, A, B)
    held = Ballots((votes(A=1), votes(B=1)), (CardCount(3), CardCount(1)), (CardCount(3), CardCount(1)))
    margin = 2 * one.assorter.mean(held, 4) - 1
    found = [comparison_value(one, margin, value, value) for value in values(one, votes(A=1), votes(B=1))]
    assert found == [Fraction(2, 3)] * 2


def test_pools_of_cards_have_the_mean_of_their_totals() -> None:
    one = beats(CONTEST, A, B)
    for first, second, other, mean in ((1, 0, 2, Fraction(2, 3)), (0, 2, 2, Fraction(1, 4))):
        counts = tuple(map(CardCount, (first, second, other)))
        assert one.assorter.mean(Ballots((votes(A=1), votes(B=1), NOBODY), counts, counts), sum(counts)) == mean


def test_supermajority_of_two_thirds() -> None:
    one = above_part(CONTEST, "c", given_to(A), all_given(CONTEST), Fraction(2, 3))
    assert values(one, votes(A=1), votes(B=1), NOBODY) == [Fraction(3, 4), 0, Fraction(1, 2)]
    assert one.assorter.upper == Fraction(3, 4)


def test_below_five_percent() -> None:
    one = below_part(CONTEST, "c", given_to(B), all_given(CONTEST), Fraction(1, 20))
    assert values(one, votes(A=1), votes(B=1), NOBODY) == [Fraction(10, 19), 0, Fraction(1, 2)]
    assert float(one.assorter.upper) == pytest.approx(0.526316, abs=5e-7)


def test_dhondt_third_seat_against_first() -> None:
    """Won 1, lost 3: u = (3/1 + 1) / 2 = 2, and a vote for the loser is 0."""
    times = votes_needed("dhondt", 1, 3)
    assert times == Fraction(1, 3)
    one = more(CONTEST, "k", "c", given_to(A), given_to(B), 1, times)
    assert values(one, votes(A=1), votes(B=1), votes(C=1)) == [2, 0, Fraction(1, 2)]


def test_scored_higher_does_not_look_at_how_much() -> None:
    one = scored_higher(CONTEST, A, B)
    assert values(one, votes(A=5), votes(A=2, B=1), votes(A=1, B=5), votes(C=5)) == [1, 1, 0, Fraction(1, 2)]


def test_divisors_are_those_of_the_rule_that_counts() -> None:
    assert list(DIVISORS) == list(COUNTED)
    for name, (term, power) in DIVISORS.items():
        assert power == COUNTED[name].power
        assert [term(held) for held in range(30)] == [COUNTED[name].term(held) for held in range(30)]


@pytest.mark.parametrize("divisor", DIVISORS)
def test_votes_needed_are_enough_and_hardly_more(divisor: str) -> None:
    """T_A just above r × T_B puts A first by exact quotients; where r is no root, a millionth less does not."""
    rule, large = COUNTED[divisor], 10**9
    for won in range(1, 9):
        for lost in range(1, 9):
            times = votes_needed(divisor, won, lost)
            if not rule.term(lost - 1):
                assert times == (None if rule.term(won - 1) else 1)
                continue
            assert times is not None
            own, other = rule.term(won - 1), rule.quotient(large, lost - 1)
            assert other is not None
            assert not own or Fraction(times * large + Fraction(1, 10**6)) ** rule.power / own > other
            assert not own or Fraction(times * large - 1) ** rule.power / own < other


def test_cards_that_weigh_are_refused_with_the_reason() -> None:
    contest = Contest("T", CONTEST.choices, rule="cumulative")
    patterns = {Pattern((Mark(A),)): 2, Pattern((Mark(B),)): 3}
    profile = Profile.of(patterns, {Pattern((Mark(A),)): 900, Pattern((Mark(B),)): 100})
    rule, generator = RULES[contest.rule], generator_for(contest.rule)
    assert generator is not None
    found = generator.claims(contest, rule.count(contest, profile), ballots_of(rule, contest, profile))
    assert (found.implies, found.assertions) == ("nothing", ()) and "weigh" in found.words
    plain = Profile.of(patterns)
    found = generator.claims(contest, rule.count(contest, plain), ballots_of(rule, contest, plain))
    assert found.implies == "nothing" or found.assertions


def test_a_pool_of_write_ins_may_get_all_votes_of_a_card() -> None:
    choices = (Choice("Ada"), Choice("Bo"), Choice("Write-in", "", "write-in"))
    contest = Contest("T", choices, votes_allowed=2)
    profile = Profile.of({Pattern((Mark(A),)): 9, Pattern((Mark(C, Rank(1), conditions=("a",)), Mark(C))): 2})
    rule, generator = RULES["plurality"], generator_for("plurality")
    assert generator is not None
    ballots = ballots_of(rule, contest, profile)
    found = generator.claims(contest, rule.count(contest, profile), ballots)
    pool = next(one for one in found.assertions if one.loser == C)
    assert max(ballot.given(C) for ballot in ballots.ballots) == 2
    assert values(pool, votes(A=1), Ballot(((C, 2),)), NOBODY) == [Fraction(3, 4), 0, Fraction(1, 2)]


def test_a_tie_for_the_last_seat_leaves_those_above_it() -> None:
    contest = Contest("T", CONTEST.choices, seats=2, options=(("tie", "order"),))
    profile = Profile.of({Pattern((Mark(A),)): 9, Pattern((Mark(B),)): 4, Pattern((Mark(C),)): 4})
    rule, generator = RULES["plurality"], generator_for("plurality")
    assert generator is not None
    found = generator.claims(contest, rule.count(contest, profile), ballots_of(rule, contest, profile))
    assert found.implies == "part" and found.words.startswith("Ada: elected")
    assert [one.claim for one in found.assertions] == ["Ada beats Bo", "Ada beats Cy"]
