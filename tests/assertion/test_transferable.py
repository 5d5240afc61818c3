"""Single transferable vote: bounds on transfer values, what follows from facts, and real counts of Scotland."""

import itertools
import random
from collections import Counter
from fractions import Fraction

import pytest
from assertion.family import other_ties, profile_of
from assertion.test_sufficient import is_borne_out
from elections.test_scotland import named

from faircount.assertion import generator_for
from faircount.assertion.transferable import Fact, Worth, always_above, deduced
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.model import HALF, Assertion, Assorter, Ballots, CandidateIndex, Choice, Contest, Mark, Pattern, Rank

NAMES = ("Ada", "Bo", "Cy", "Di", "Ed")
NOTE = Assertion("T", "k", "c", Assorter((), Fraction(-1), Fraction(1)))


def ranked(*order: int) -> Pattern:
    return Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for r, c in enumerate(order, 1)))


def strong_first(chance: random.Random, size: int) -> list[Pattern]:
    """Cards on which one choice has well above a quota and passes on to others who are close."""
    heir = chance.choice((1, 2))
    found = []
    for _ in range(chance.randint(20, 45)):
        rest = [c for c in range(1, size) if c != heir]
        chance.shuffle(rest)
        order = [heir, *rest] if chance.random() < 0.6 else [*rest, heir]
        if chance.random() < 0.55:
            order = [0, *order]
        found.append(ranked(*order[: chance.randint(1, 4)]))
    return found


def contest_of(size: int, seats: int, options: tuple[tuple[str, str], ...]) -> Contest:
    stated = tuple(sorted({"tie": "order", **dict(options)}.items()))
    return Contest("T", tuple(map(Choice, NAMES[:size])), seats, ranks=5, rule="stv", options=stated)


@pytest.mark.parametrize(
    "options",
    [(), (("quota", "hagenbach-bischoff"),), (("quota", "hare"),), (("decimals", "exact"),),
     (("share", "transferable"),),
     (("surplus", "last-parcel"),), (("defer", "up-to-the-gap"),), (("quota_from", "each-round"),),
     (("cut", "parcel"),), (("elect", "one-a-round"),), (("batch", "before-surpluses"),)],
    ids=str,
)  # fmt: skip
def test_claims_with_bounds_on_transfer_values(options: tuple[tuple[str, str], ...]) -> None:
    """On papers near the reported ones: whoever is said to be elected is, and whoever is said not to be is not."""
    seen = Counter[str]()
    rule, generator = RULES["stv"], generator_for("stv")
    assert generator is not None
    for seed in range(25):
        chance = random.Random(seed)
        size, seats = chance.choice((4, 5)), chance.choice((2, 2, 3))
        contest, cards = contest_of(size, seats, options), strong_first(chance, size)
        profile = profile_of(cards)
        transcript = rule.count(contest, profile)
        claims = generator.claims(contest, transcript, ballots_of(rule, contest, profile))
        bounded = any("transfer value" in one.claim for one in claims.assertions)
        seen["bounded"] += bounded
        for _ in range(8):
            changed = chance.randint(0, 5)
            paper = profile_of(cards[changed:] + strong_first(chance, size)[:changed])
            ballots = ballots_of(rule, contest, paper)
            if claims.assertions and holds(claims.assertions, ballots):
                seen["held"] += 1
                for one in (contest, other_ties(contest)):
                    elected = {contest.name_of(c) for c in rule.count(one, paper).elected}
                    if claims.implies == "outcome":
                        assert elected == {contest.name_of(c) for c in transcript.elected}
                    assert is_borne_out(claims.words, elected), (seed, claims.words, elected)
    bad = {"share": "transferable", "quota_from": "each-round", "elect": "one-a-round"}.items() & dict(options).items()
    assert seen["held"] > 20
    assert bool(seen["bounded"]) != bool(bad), "no bound where the law moves papers at another value"


def holds(assertions: tuple[Assertion, ...], ballots: Ballots) -> bool:
    return all(2 * one.assorter.mean(ballots, ballots.total_cards) > 1 for one in assertions)


def fact(winner: int, loser: int | None = None) -> Fact:
    return Fact(CandidateIndex(winner), None if loser is None else CandidateIndex(loser), NOTE, HALF)


def test_what_follows_is_true_of_every_set_of_elected_that_the_facts_allow() -> None:
    """Seats are filled; a quota at first is elected; l is elected only if w is. All sets, by exhaustion."""
    for seed in range(500):
        chance = random.Random(seed)
        size = chance.randint(2, 6)
        seats = chance.randint(1, size)
        everyone = tuple(map(CandidateIndex, range(size)))
        order = chance.sample(range(size), size)
        facts = [fact(order[a], order[b]) for a, b in itertools.combinations(range(size), 2) if chance.random() < 0.5]
        facts += [fact(order[0])] * chance.randint(0, 1)
        won, lost = deduced(facts, everyone, seats, fills=True)
        for elected in itertools.combinations(range(size), seats):
            allowed = all(
                one.winner in elected or (one.loser is not None and one.loser not in elected) for one in facts
            )
            if allowed:
                assert won <= set(elected) and not lost & set(elected)


def test_margins_from_tallies_are_those_of_the_assorters() -> None:
    """2 × mean − 1 of every claim that one is always above another, with and without bounds."""
    for seed in range(20):
        chance = random.Random(seed)
        contest = contest_of(5, 2, ())
        ballots = ballots_of(RULES["stv"], contest, profile_of(strong_first(chance, 5)))
        worth = Worth.of(contest, ballots, (CandidateIndex(0),))
        for bounds in ({}, {CandidateIndex(0): Fraction(chance.randint(1, 9), 10)}):
            for winner, loser in itertools.permutations(map(CandidateIndex, range(1, 5)), 2):
                mean = always_above(contest, winner, loser, bounds).assorter.mean(ballots, ballots.total_cards)
                assert 2 * mean - 1 == worth.margin(winner, loser, bounds)


@pytest.mark.parametrize(
    ("name", "implies", "bounded"),
    [("aberdeenshire_2012_ward16", "outcome", False), ("angus_2012_ward3", "outcome", True),
     ("aberdeen_2012_ward10", "part", True), ("aberdeenshire_2012_ward11", "nothing", False)],
)  # fmt: skip
def test_wards_of_scotland(name: str, implies: str, bounded: bool) -> None:
    """Two whole outcomes, a part and nothing; all that is claimed is true of the ballots and of whom they elected."""
    contest, profile = named(name)
    rule, generator = RULES["stv"], generator_for("stv")
    assert generator is not None
    transcript, ballots = rule.count(contest, profile), ballots_of(rule, contest, profile)
    claims = generator.claims(contest, transcript, ballots)
    assert (claims.implies, any("transfer value" in one.claim for one in claims.assertions)) == (implies, bounded)
    assert holds(claims.assertions, ballots)
    assert is_borne_out(claims.words, {contest.name_of(c) for c in transcript.elected})
