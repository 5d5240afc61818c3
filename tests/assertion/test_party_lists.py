"""Lists: thresholds to the vote, divisors of 0 and with roots, and seats of lists whose persons are not claimed."""

import random
from fractions import Fraction

import pytest
from assertion.family import is_true, profile_of

from faircount.assertion import Claims, generator_for
from faircount.assertion.linear import with_phantoms
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.model import CandidateIndex, CardCount, Choice, Contest, Mark, Pattern, Profile, Transcript

LISTS = ("Plum", "Quince", "Rowan", "Sorrel")


def contest_of(seats: int, rule: str = "highest-averages", **options: str) -> Contest:
    return Contest("T", tuple(map(Choice, LISTS)), seats, rule=rule, options=tuple(sorted(options.items())),
                   cards_bound=CardCount(200))  # fmt: skip


def claimed(contest: Contest, profile: Profile) -> tuple[Transcript, Claims]:
    rule, generator = RULES[contest.rule], generator_for(contest.rule)
    assert generator is not None
    transcript = rule.count(contest, profile)
    return transcript, generator.claims(contest, transcript, ballots_of(rule, contest, profile))


def of_votes(contest: Contest, *votes: int) -> tuple[Transcript, Claims]:
    return claimed(contest, profile_of_totals(contest, dict(zip(LISTS, votes, strict=True))))


@pytest.mark.parametrize(("reach", "votes", "figure"), [("at-least", 20, "39/2"), ("more-than", 21, "41/2")])
@pytest.mark.parametrize("rule", ["highest-averages", "largest-remainder"])
def test_a_number_of_votes_is_claimed_to_the_vote(rule: str, reach: str, votes: int, figure: str) -> None:
    """Exactly enough is above a figure half a vote lower; one less is below the same figure, in both rules."""
    contest = contest_of(9, rule, threshold_votes="20", threshold_reach=reach)
    transcript, claims = of_votes(contest, 80, 50, votes, votes - 1)
    assert transcript.seats_won[2] and not transcript.seats_won[3] and claims.implies == "outcome"
    said = [one.claim for one in claims.assertions]
    assert f"Rowan has more than {figure} votes" in said
    assert f"Sorrel has less than {figure} votes" in said
    paper = profile_of_totals(contest, dict(zip(LISTS, (80, 50, votes - 1, votes), strict=True)))
    ballots = with_phantoms(ballots_of(RULES[rule], contest, paper), 200)
    swapped = [one for one in claims.assertions if one.claim.endswith(f"than {figure} votes")]
    assert [2 * one.assorter.mean(ballots, 200) > 1 for one in swapped if one.claim[:3] in ("Row", "Sor")] == [
        False
    ] * 2


def test_a_number_of_votes_needs_a_bound_on_cards() -> None:
    plain = Contest("T", tuple(map(Choice, LISTS)), 3, rule="highest-averages", options=(("threshold_votes", "20"),))
    _, claims = of_votes(plain, 80, 50, 20, 19)
    assert claims.implies == "nothing" and "bound" in claims.words


def test_divisors_that_begin_with_nothing() -> None:
    """Adams: a list with votes has a seat, so one that has a seat needs a vote. That one has none cannot be shown."""
    _, claims = of_votes(contest_of(6, divisor="adams"), 60, 40, 20, 5)
    assert claims.implies == "outcome"
    assert "Sorrel got at least one vote" in [one.claim for one in claims.assertions]
    _, claims = of_votes(contest_of(6, divisor="adams"), 60, 40, 20, 0)
    assert claims.implies == "nothing" and "Sorrel" in claims.words


def test_roots_are_rounded_up() -> None:
    transcript, claims = of_votes(contest_of(8, divisor="huntington-hill"), 70, 40, 20, 5)
    assert claims.implies == "outcome" and sum(transcript.seats_won) == 8
    one = next(a for a in claims.assertions if a.claim == "seat 2 of Quince comes before seat 5 of Plum")
    times = 1 / (2 * one.assorter.upper - 1)
    assert times**2 >= Fraction(2, 20) > (times - Fraction(1, 10**12)) ** 2


@pytest.mark.parametrize("how", ["personal-threshold", "devolution", "list-order", "personal-votes"])
def test_seats_of_lists_are_claimed_where_persons_are_not(how: str) -> None:
    """On every paper of which the claims hold each list has its seats; and its persons, where they are claimed."""
    names = (("Ada", "Plum"), ("Bo", "Plum"), ("Cy", "Quince"), ("Di", "Quince"), ("Ed", "Rowan"))
    options = (("choices", "candidates"), ("persons", how), ("tie", "order"))
    contest = Contest("T", tuple(Choice(*one) for one in names), 2, rule="highest-averages", options=options)
    tried = 0
    for seed in range(60):
        chance = random.Random(seed)
        cards = [Pattern((Mark(CandidateIndex(min(4, int(chance.expovariate(0.6))))),)) for _ in range(30)]
        transcript, claims = claimed(contest, profile_of(cards))
        if claims.implies == "nothing":
            continue
        assert (
            how in ("list-order", "personal-votes") or claims.implies == "outcome" or "seats of a list" in claims.words
        )
        changed = chance.randint(0, 4)
        paper = profile_of(cards[changed:] + cards[:changed][::-1][:1] * changed)
        if all(is_true(one, ballots_of(RULES[contest.rule], contest, paper)) for one in claims.assertions):
            tried += 1
            found = RULES[contest.rule].count(contest, paper)
            assert by_list(contest, found) == by_list(contest, transcript)
            assert claims.implies == "part" or sorted(found.elected) == sorted(transcript.elected)
    assert tried > 10


def by_list(contest: Contest, transcript: Transcript) -> list[str]:
    return sorted(contest.choices[c].party for c in transcript.elected)
