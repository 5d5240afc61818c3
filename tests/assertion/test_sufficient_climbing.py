"""What claims imply, tried where it is hardest: papers led step by step to where the claims only just hold."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from assertion.family import (
    MOST_CARDS,
    NAMED,
    TIES,
    Case,
    card_of,
    cards_of,
    contest_of,
    every_rule,
    is_true,
    other_ties,
    outcome,
    profile_of,
    ways,
)

from faircount.assertion import generator_for
from faircount.count import RULES, Rule
from faircount.count.ballots import ballots_of
from faircount.model import (
    BadInputError,
    CandidateIndex,
    CardCount,
    Choice,
    Contest,
    Mark,
    Pattern,
    UsageError,
)

KINDS = ("write-in", "withdrawn", "abstain")


def decisions(rule: Rule, chance: random.Random) -> tuple[tuple[str, str], ...]:
    """Several options at once, each with any value but those about ties."""
    one_by_one = [pair for (pair,) in filter(None, ways(rule))]
    chosen = dict(pair for pair in one_by_one if pair[0] not in TIES and chance.random() < 0.15)
    return tuple(sorted(chosen.items()))


def with_other_kinds(contest: Contest, chance: random.Random) -> Contest:
    """The same contest, some of whose choices are pools, withdrawn, or abstentions."""
    kinds = [chance.choice(KINDS) if chance.random() < 0.12 else one.kind for one in contest.choices]
    pools = [at for at, kind in enumerate(kinds) if kind == "write-in"]
    kinds = ["regular" if at in pools[1:] else kind for at, kind in enumerate(kinds)]
    return replace(contest, choices=tuple(replace(c, kind=k) for c, k in zip(contest.choices, kinds, strict=True)))


def reported(name: str, number: int) -> Case | None:
    """One reported outcome whose claims imply it; None where the draw gave none."""
    rule, chance = RULES[name], random.Random(f"{name} {number} climbing")
    contest = contest_of(rule, chance, decisions(rule, chance))
    if name != "proposal":
        contest = with_other_kinds(contest, chance)
    cards = cards_of(rule, contest, chance, chance.choice((3, 8, 20)))
    generator = generator_for(name)
    assert generator is not None
    try:
        profile = profile_of(cards)
        transcript, ballots = rule.count(contest, profile), ballots_of(rule, contest, profile)
    except (BadInputError, UsageError):
        return None  # a contest, or a card, that this rule does not count
    found = Case(rule, contest, cards, transcript, ballots, generator.claims(contest, transcript, ballots))
    return found if found.claims.implies == "outcome" else None


def changed(case: Case, cards: list[Pattern], chance: random.Random, favourite: int) -> list[Pattern]:
    """One to three cards more, fewer, or otherwise: most of them for those near the favourite on the ballot."""
    new = list(cards)
    for _ in range(chance.choice((1, 1, 2, 3))):
        card = card_of(case.rule, case.contest, chance, favourite)
        if new and chance.random() < 0.75:
            new[chance.randrange(len(new))] = card
        elif new and chance.random() < 0.5:
            new.pop(chance.randrange(len(new)))
        elif len(new) < MOST_CARDS:
            new.append(card)
    return new


def climbed(case: Case, chance: random.Random, steps: int) -> Iterator[list[Pattern]]:
    """Papers, each a little further for somebody else than the last, on all of which every claim is true."""
    now, favourite = list(case.cards), chance.randrange(len(case.contest.choices))
    for _ in range(steps):
        new = changed(case, now, chance, favourite)
        try:
            held = case.hold_of(ballots_of(case.rule, case.contest, profile_of(new)))
        except (BadInputError, UsageError):
            continue
        if held:
            now = new
            yield now


@pytest.mark.parametrize("name", every_rule())
def test_the_outcome_is_the_reported_one_as_long_as_all_claims_hold(name: str) -> None:
    """Over combinations of options and kinds of choices; ties on paper are decided either way."""
    tried = 0
    for number in range(25):
        case = reported(name, number)
        if case is None:
            continue
        assert all(is_true(one, case.ballots) for one in case.claims.assertions), case.contest
        for cards in climbed(case, random.Random(number), 12):
            tried += 1
            for contest in (case.contest, other_ties(case.contest)):
                found = outcome(case.rule.count(contest, profile_of(cards)))
                assert found == outcome(case.transcript), (case.contest, case.claims, cards)
    assert tried > 20


def scored(*points: int) -> Pattern:
    return Pattern(tuple(Mark(CandidateIndex(c), score=n) for c, n in enumerate(points) if n))


def test_an_abstention_with_many_points_is_no_finalist() -> None:
    """Ada and Bo meet in the runoff, however many points an abstention got: the claims are about these two."""
    contest = Contest("T", (Choice("Ada"), Choice("None of them", kind="abstain"), Choice("Bo")), rule="star")
    profile = profile_of([scored(5, 4, 2)] * 6 + [scored(1, 5, 3)] * 3)
    rule, generator = RULES["star"], generator_for("star")
    assert generator is not None
    transcript = rule.count(contest, profile)
    claims = generator.claims(contest, transcript, ballots_of(rule, contest, profile))
    assert [contest.name_of(c) for c in transcript.elected] == ["Ada"]
    assert [one.claim for one in claims.assertions] == ["more voters score Ada above Bo"]


def marked(**cards: int) -> list[Pattern]:
    """Cards with one mark, by the name's first letters: Ada 3, Bo 2 …"""
    return [
        Pattern((Mark(CandidateIndex(NAMED.index(name))),)) for name, number in cards.items() for _ in range(number)
    ]


@pytest.mark.parametrize(
    ("cards", "claims"),
    [
        ({"Ada": 4, "Bo": 2, "Cy": 7}, [
            "Ada has less than half of the valid votes", "Bo has less than half of the valid votes",
            "Ada got at least one vote", "Bo got at least one vote"]),
        ({"Ada": 4, "Cy": 6}, []),
    ],
)  # fmt: skip
def test_abstentions_keep_two_from_a_majority(cards: dict[str, int], claims: list[str]) -> None:
    """Cy abstains. That neither has half does not say that both got a vote; that Bo got none is no claim at all."""
    choices = (Choice("Ada"), Choice("Bo"), Choice("Cy", kind="abstain"))
    contest, rule = Contest("T", choices, rule="majority-or-runoff"), RULES["majority-or-runoff"]
    profile, generator = profile_of(marked(**cards)), generator_for("majority-or-runoff")
    assert generator is not None
    transcript = rule.count(contest, profile)
    assert transcript.verdict == "runoff"
    found = generator.claims(contest, transcript, ballots_of(rule, contest, profile))
    assert [one.claim for one in found.assertions] == claims
    assert found.implies == ("outcome" if claims else "nothing")


@pytest.mark.parametrize("name", ["highest-averages", "largest-remainder"])
def test_a_law_that_asks_for_no_votes_asks_for_nothing(name: str) -> None:
    """`threshold_votes` 0 with `at-least`: every list takes part, and nothing has to be claimed of that."""
    options = (("threshold_reach", "at-least"), ("threshold_votes", "0"))
    found = []
    for stated in (options, ()):
        choices, bound = tuple(map(Choice, NAMED[:3])), CardCount(MOST_CARDS)
        contest = Contest("T", choices, 3, rule=name, options=stated, cards_bound=bound)
        rule, generator = RULES[name], generator_for(name)
        assert generator is not None
        profile = profile_of(marked(Ada=20, Bo=11, Cy=5))
        transcript = rule.count(contest, profile)
        claims = generator.claims(contest, transcript, ballots_of(rule, contest, profile))
        found.append((claims.implies, {one.claim for one in claims.assertions}))
    assert found[0] == found[1] and found[0][0] == "outcome"
