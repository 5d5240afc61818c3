"""Where majorities form a circle: which claims leave one winner, under each rule, on every paper tried."""

import random
from collections import Counter

import pytest
from assertion.family import MOST_CARDS

from faircount.assertion import Claims, generator_for
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript

NAMES = ("Ada", "Bo", "Cy", "Di", "Ed")
WAYS = [
    ("schulze", ()), ("schulze", (("strength", "margins"),)),
    ("ranked-pairs", ()), ("ranked-pairs", (("strength", "margins"),)),
    ("minimax", ()), ("minimax", (("defeat", "margins"),)), ("minimax", (("defeat", "opposition"),)),
    ("copeland", ()), ("copeland", (("level", "none"),)), ("copeland", (("level", "one"),)),
    ("kemeny", ()), ("kemeny", (("unranked", "no-opinion"),)), ("smith-instant-runoff", (("smith", "each-round"),)),
]  # fmt: skip


def ranked(*order: int) -> Pattern:
    return Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for r, c in enumerate(order, 1)))


def contest_of(rule: str, options: tuple[tuple[str, str], ...], size: int, favoured: str) -> Contest:
    order = str(list(NAMES[:size]) if favoured == "first" else list(NAMES[:size][::-1])).replace("'", '"')
    stated = tuple(sorted((*options, ("tie", "order"), ("tie_order", order))))
    return Contest("T", tuple(map(Choice, NAMES[:size])), ranks=5, rule=rule, options=stated)


def circle(chance: random.Random, size: int) -> Profile:
    """Ada over Bo over Cy over Ada; more choices are below or among them by chance."""
    counts: dict[Pattern, int] = {}
    for start in range(3):
        for _ in range(chance.randint(2, 4)):
            order = [(start + step) % 3 for step in range(3)]
            for other in range(3, size):
                order.insert(chance.randint(0 if chance.random() < 0.3 else 2, len(order)), other)
            one = ranked(*order[: chance.choice((2, size, size))])
            counts[one] = counts.get(one, 0) + chance.randint(1, 3)
    return Profile.of(counts)


def near(profile: Profile, chance: random.Random, size: int) -> Profile:
    counts = dict(zip(profile.patterns, map(int, profile.cards), strict=True))
    for _ in range(chance.randint(0, 6)):
        taken = chance.choice(list(counts))
        counts[taken] -= 1
        if not counts[taken]:
            del counts[taken]
        put = ranked(*chance.sample(range(size), chance.randint(0, size)))
        counts[put] = counts.get(put, 0) + 1
    return Profile.of(counts)


def claimed(contest: Contest, profile: Profile) -> tuple[Transcript, Claims]:
    rule, generator = RULES[contest.rule], generator_for(contest.rule)
    assert generator is not None
    transcript = rule.count(contest, profile)
    return transcript, generator.claims(contest, transcript, ballots_of(rule, contest, profile))


@pytest.mark.parametrize(("rule", "options"), WAYS, ids=lambda value: str(value))
def test_claims_of_a_circle_leave_the_reported_winner(rule: str, options: tuple[tuple[str, str], ...]) -> None:
    seen = Counter[str]()
    for seed in range(40):
        chance = random.Random(seed)
        size = chance.choice((3, 4, 5))
        contest, other = (contest_of(rule, options, size, which) for which in ("first", "last"))
        profile = circle(chance, size)
        transcript, claims = claimed(contest, profile)
        seen[claims.implies] += 1
        assert all(2 * one.assorter.mean(ballots_of(RULES[rule], contest, profile), MOST_CARDS) > 1
                   for one in claims.assertions)  # fmt: skip
        for _ in range(6):
            paper = near(profile, chance, size)
            ballots = ballots_of(RULES[rule], contest, paper)
            if not all(2 * one.assorter.mean(ballots, MOST_CARDS) > 1 for one in claims.assertions):
                continue
            found = {RULES[rule].count(one, paper).elected for one in (contest, other)}
            if claims.implies == "outcome":
                seen["held"] += 1
                assert found == {transcript.elected}, (seed, claims.words)
            elif claims.implies == "part":
                seen["part held"] += 1
                names = {contest.name_of(c) for elected in found for c in elected}
                assert names <= set(claims.words.removeprefix("one of ").split(" wins")[0].split(", "))
    if rule == "smith-instant-runoff":
        assert seen["part held"] + seen["held"] > 5
    elif rule != "copeland":
        assert seen["outcome"] > 10 and seen["held"] > 20
    assert seen["part"] or seen["nothing"] or seen["outcome"] == 40


def test_a_circle_in_which_every_rule_says_what_it_can() -> None:
    """Ada over Bo 9 : 5, Bo over Cy 10 : 4, Cy over Ada 8 : 6, and all three over Di."""
    profile = Profile.of({ranked(0, 1, 2, 3): 5, ranked(1, 2, 0, 3): 4, ranked(2, 0, 1, 3): 4, ranked(1, 0, 2, 3): 1})
    said = {}
    for rule in ("schulze", "ranked-pairs", "minimax", "kemeny", "copeland", "smith-instant-runoff"):
        contest = Contest("T", tuple(map(Choice, NAMES[:4])), ranks=4, rule=rule)
        _, claims = claimed(contest, profile)
        said[rule] = (claims.implies, len(claims.assertions))
    assert said["copeland"] == ("nothing", 0), "three are level in Copeland's scores"
    assert said["smith-instant-runoff"] == ("part", 3), "one of the three, each of whom beats Di"
    assert said["schulze"] == said["ranked-pairs"] == ("part", 3), "three majorities over Di are equally strong"
    assert said["minimax"][0] == said["kemeny"][0] == "outcome"
