"""Abstentions and votes withheld have votes and elect nobody, under every rule that counts marks or points once."""

import pytest

from faircount.count import RULES
from faircount.count.closeness import closeness
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Transcript

KINDS = ("abstain", "withhold", "broker-non-vote")
ADA, BO, NOBODY = (CandidateIndex(c) for c in range(3))


def contest(rule: str, kind: str, seats: int = 1, **options: str) -> Contest:
    choices = (Choice("Ada"), Choice("Bo"), Choice("Nobody", kind=kind))
    return Contest("Board", choices, seats, rule=rule, options=tuple(sorted(options.items())))


def count(question: Contest, *votes: int) -> Transcript:
    cards = {Pattern((Mark(CandidateIndex(c)),)): n for c, n in enumerate(votes) if n}
    return RULES[question.rule].count(question, Profile.of(cards))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", ["plurality", "cumulative", "score", "star"])
def test_most_votes_for_nobody_elect_nobody(rule: str, kind: str) -> None:
    question = contest(rule, kind)
    found = count(question, 50, 40, 70)
    assert (found.verdict, found.elected) == ("elected", (ADA,))
    assert found.rounds[0].votes[NOBODY] == 70 * (5 if rule in ("score", "star") else 1)
    margin = RULES[rule].margin(question, found)
    assert margin is not None and (margin.winner, margin.loser) == (ADA, BO)
    assert count(question, 0, 0, 70).verdict == "no votes"
    assert count(question, 0, 5, 5).elected == (BO,), "it ties with nobody"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", ["plurality", "cumulative"])
def test_a_seat_stays_empty_rather_than_theirs(rule: str, kind: str) -> None:
    assert count(contest(rule, kind, 2), 50, 0, 70).elected == (ADA,)
    assert count(contest(rule, kind, 2), 50, 40, 70).elected == (ADA, BO)


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_in_no_runoff_and_have_no_majority(kind: str) -> None:
    """70 of 100 for nobody elect nobody; they are valid votes, so that 20 of 100 are no majority either."""
    question = contest("majority-or-runoff", kind)
    found = count(question, 20, 10, 70)
    assert (found.verdict, found.advancing) == ("runoff", (ADA, BO))
    assert RULES["majority-or-runoff"].margin(question, found) is None
    assert count(question, 60, 10, 30).elected == (ADA,)


@pytest.mark.parametrize("kind", KINDS)
def test_they_do_not_go_on(kind: str) -> None:
    question = contest("top-n", kind, advance="1", majority="elected")
    found = count(question, 20, 10, 70)
    assert (found.verdict, found.advancing, found.elected) == ("runoff", (ADA,), ())
    margin = RULES["top-n"].margin(question, found)
    assert margin is not None and (margin.winner, margin.loser, margin.votes) == (ADA, BO, 10)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", ["plurality", "cumulative", "score"])
def test_how_close_it_was_is_between_those_who_stand(rule: str, kind: str) -> None:
    """Ada 50, Bo 40: five cards make them level, whatever the 49 for nobody are."""
    question = contest(rule, kind)
    cards = {Pattern((Mark(CandidateIndex(c)),)): n for c, n in enumerate((50, 40, 49))}
    found = closeness(RULES[rule], question, Profile.of(cards))
    assert (found.lower, found.upper) == (5, 5)
