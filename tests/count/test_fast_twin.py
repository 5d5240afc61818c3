"""Arrays and plain piles leave the same transcript, whatever the ballots and the decisions."""

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from count import random_elections
from count.test_decisions_on_rankings import A, ranked, ranks

from faircount.count import RULES, Rule
from faircount.count.ranked import fast, instant_runoff
from faircount.count.rule import FRACTION, WHOLE_NUMBER
from faircount.model import BadInputError, Contest, Pattern, Profile, Rank

TWINS = ("instant-runoff", "final-n-instant-runoff", "sequential-instant-runoff", "bottoms-up")


def decisions(rule: Rule, chance: random.Random) -> tuple[tuple[str, str], ...]:
    words = {WHOLE_NUMBER: ("1", "2", "3"), FRACTION: ("1/5", "1/3")}
    found = []
    for option in rule.options:
        if chance.random() < 0.6 and option.name not in ("tie_order", "tie_record", "tie_seed"):
            value = chance.choice(option.values)
            found.append((option.name, chance.choice(words.get(value, (value,)))))
    return tuple(found)


def election(rule: Rule, chance: random.Random) -> tuple[Contest, Profile]:
    offered = random_elections.some_withdrawn(chance, 6)
    depth = chance.randint(1, 5)
    seats = chance.randint(1, 3) if rule.many_seats else 1
    contest = Contest("t", offered, seats=seats, ranks=depth, rule=rule.name, options=decisions(rule, chance))
    profile = random_elections.profile(chance, len(offered), depth, 1)
    if dict(contest.options).get("overvote", "exhaust") in ("exhaust", "skip"):
        counts: Counter[Pattern] = Counter()
        for pattern, cards in zip(profile.patterns, profile.cards, strict=True):
            said = (Rank(chance.randint(1, depth)),) if chance.random() < 0.1 else ()
            counts[replace(pattern, overvoted_ranks=said)] += cards
        profile = Profile.of(dict(counts))
    if chance.random() < 0.1:
        thirds = tuple(Fraction(n, chance.choice((1, 3))) for n in profile.cards)
        profile = Profile(profile.patterns, profile.cards, thirds)
    return contest, profile


@pytest.mark.parametrize("name", TWINS)
def test_the_same_transcript(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, verdicts, arrays = RULES[name], Counter[str](), 0
    assert rule.follow is not None
    for seed in range(1_200):
        contest, profile = election(rule, random.Random(f"{name} {seed}"))
        monkeypatch.setattr(fast, "FEW", 10**9)
        plain = rule.count(contest, profile)
        parts = rule.follow(contest, profile, plain)
        monkeypatch.setattr(fast, "FEW", 0)
        assert rule.count(contest, profile) == plain, seed
        assert rule.follow(contest, profile, plain) == parts, seed
        verdicts[plain.verdict] += 1
        arrays += bool(len(fast.arrays_of(contest, profile, dict(plain.decisions))[0]))
    assert min(verdicts[v] for v in ("elected", "tie", "no votes")) > 50, verdicts
    assert arrays > 600


def test_arrays_alone() -> None:
    """The same rows as patterns and as arrays; -1 is an empty rank, -2 an overvoted one."""
    chance = random.Random(4)
    for options in ({}, {"skipped": "1"}, {"overvote": "skip", "skipped": "0"}, {"until_two": "yes", "batch": "no"}):
        rows = [[chance.choice((-2, -1, -1, 0, 1, 2, 3, 4)) for _ in range(5)] for _ in range(300)]
        contest = ranked(5, tie="order", **options)
        counts: Counter[Pattern] = Counter()
        for row in rows:
            text = "".join("ABCDE"[c] if c >= 0 else "-" for c in row)
            over = tuple(Rank(at) for at, c in enumerate(row, 1) if c == fast.OVERVOTED)
            counts[replace(ranks(text), overvoted_ranks=over)] += 1
        made = instant_runoff.count_arrays(contest, np.array(rows, dtype=np.int16), np.ones(300, dtype=np.int64))
        assert made == RULES["instant-runoff"].count(contest, Profile.of(dict(counts)))


def test_arrays_that_cannot_be_counted_are_refused() -> None:
    def refused(rows: list[list[int]], weights: list[int], match: str, **options: str) -> None:
        with pytest.raises(BadInputError, match=match):
            instant_runoff.count_arrays(
                ranked(3, **options), np.array(rows, dtype=np.int16), np.array(weights, dtype=np.int64)
            )

    refused([[3]], [1], "one of 3 choices")
    refused([[-3]], [1], "one of 3 choices")
    refused([[0], [1]], [1], "a weight each")
    refused([[0]], [-1], "not negative")
    refused([[0], [1]], [2**52, 2**52], "below")
    refused([[0], [1]], [2**63 - 1, 2**63 - 1], "below")
    refused([[-2]], [1], "names at overvoted ranks", overvote="split")
    refused([[-2]], [1], "names at overvoted ranks", repeated="exhaust")


def test_weights_too_great_for_arrays_are_still_exact() -> None:
    heavy = {ranks("A"): 2**60 + 1, ranks("B"): 2**60, ranks("CB"): 2}
    profile = Profile(tuple(sorted(heavy, key=Pattern.sort_key)), (1, 1, 1), (0, 0, 0))  # type: ignore[arg-type]
    profile = Profile(profile.patterns, profile.cards, tuple(heavy[p] for p in profile.patterns))
    transcript = RULES["instant-runoff"].count(ranked(3), profile)
    assert transcript.rounds[1].votes == (2**60 + 1, 2**60 + 2, 0)
    many = {ranks("A" * n): 1 for n in range(1, 6)}
    assert RULES["instant-runoff"].count(ranked(2), Profile.of(many)).elected == (A,)
