"""Fractional transfers: what holds whatever the ballots and the decisions."""

import json
import random
from collections import Counter

import pytest
from stv_ballots import STV, Ballots, election

from faircount.count import RULES
from faircount.model import Contest, Pattern, Profile, UsageError


def some(chance: random.Random, size: int, cards: int) -> Ballots:
    names = "ABCDEFGH"[:size]
    favoured = [chance.random() for _ in names]
    found: Counter[str] = Counter()
    for _ in range(cards):
        order = sorted(names, key=lambda n: chance.random() * favoured[names.index(n)])
        found[">".join(order[: chance.randint(1, size)])] += chance.choice([1, 1, 2, 3])
    return dict(found)


def all_options(chance: random.Random) -> dict[str, str]:
    decided = {}
    for option in STV.options:
        if option.name in ("stop_after", "tie_order", "tie_record", "tie_seed", "tie_then", "overvote"):
            continue
        words = [value for value in option.values if not value.startswith("<")]
        if option.name == "decimals":
            words = ["2", "4", "5", "exact"]
        if option.name == "skipped":
            words = ["0", "unlimited"]
        if option.name == "tie":
            words = ["order", "previous-rounds", "stop"]
        if chance.random() < 0.5:
            decided[option.name] = chance.choice(words)
    if decided.get("decimals") == "exact" and decided.get("quota") == "droop-fractional":
        del decided["decimals"]
    return decided


def test_every_mixture_of_decisions_ends_lawfully_and_parts_sum_to_it() -> None:
    """Conserved in every round (the model checks), nobody negative, seats filled or a tie said; parts sum exactly."""
    ends: Counter[str] = Counter()
    for seed in range(300):
        chance = random.Random(seed)
        ballots, decided = some(chance, chance.randint(2, 7), chance.randint(3, 25)), all_options(chance)
        contest, profile = election(ballots, chance.randint(1, 4), None, **decided)
        transcript = STV.count(contest, profile)
        ends[transcript.verdict] += 1
        assert all(n >= 0 for one in transcript.rounds for n in one.votes), (seed, decided)
        assert all(n > 0 for one in transcript.rounds for _, n in one.inactive), (seed, decided)
        if transcript.verdict == "elected":
            assert len(transcript.elected) == min(contest.seats, len(contest.choices)), (seed, decided)
        cuts_sums = decided.get("cut") == "parcel" and decided.get("decimals") != "exact"
        parts: list[dict[Pattern, int]] = [{}, {}]
        for pattern, cards in zip(profile.patterns, profile.cards, strict=True):
            for _ in range(cards):
                side = parts[chance.random() < 0.4]
                side[pattern] = side.get(pattern, 0) + 1
        assert STV.follow is not None
        if cuts_sums:
            with pytest.raises(UsageError, match="parcel"):
                STV.follow(contest, profile, transcript)
            continue
        assert STV.follow(contest, profile, transcript) == transcript.rounds, (seed, decided)
        one, two = (STV.follow(contest, Profile.of(part), transcript) for part in parts)
        for all_, a, b in zip(transcript.rounds, one, two, strict=True):
            assert min(*a.votes, *b.votes) >= 0, (seed, decided)
            assert [x + y for x, y in zip(a.votes, b.votes, strict=True)] == list(all_.votes), (seed, decided)
            idle = {
                cause: dict(a.inactive).get(cause, 0) + dict(b.inactive).get(cause, 0) for cause, _ in all_.inactive
            }
            assert idle == dict(all_.inactive), (seed, decided)
    assert ends["elected"] > 150 and ends["tie"] > 10


def test_one_seat_is_instant_runoff() -> None:
    """With one seat nothing has a surplus to move before the end: the winner is that of instant runoff."""
    same = 0
    for seed in range(150):
        ballots = some(random.Random(seed), 5, 30)
        contest, profile = election(ballots, 1)
        other = Contest("t", contest.choices, ranks=10, rule="instant-runoff", options=(("batch", "no"),))
        one, two = STV.count(contest, profile), RULES["instant-runoff"].count(other, profile)
        if "tie" not in (one.verdict, two.verdict) and not any(r.ties for r in (*one.rounds, *two.rounds)):
            same += 1
            assert one.elected == two.elected
    assert same > 60


def test_a_solid_coalition_of_k_quotas_elects_k() -> None:
    """Droop proportionality for solid coalitions: more than k / (S + 1) of the votes that rank a set of k or more above
    all others elect k of them. D. R. Woodall, "Properties of preferential election rules", Voting matters 3 (1994)."""
    for seed in range(120):
        chance = random.Random(seed)
        seats, names = chance.randint(2, 4), list("ABCDEFG")
        inside = chance.sample(names, chance.randint(2, 5))
        k = chance.randint(1, min(seats, len(inside)))
        found: Counter[str] = Counter()
        for at in range(60 * (seats + 1)):
            first = chance.sample(inside, len(inside))
            rest = chance.sample([n for n in names if n not in inside], len(names) - len(inside))
            found[">".join(first + rest if at < 60 * k + 1 else rest + first)] += 1
        decided = {"decimals": "exact", "quota": "hagenbach-bischoff", "tie": "draw", "tie_seed": str(seed)}
        decided |= {"surpluses": chance.choice(["largest", "in-order", "together"])}
        contest, profile = election(dict(found), seats, None, **decided)
        elected = {contest.name_of(c) for c in STV.count(contest, profile).elected}
        assert len(elected & set(inside)) >= k, seed


def test_a_record_of_a_draw_repeats_it() -> None:
    ballots = {"A": 5, "B": 5, "C": 2, "D": 2, "E": 2}
    contest, profile = election(ballots, 1, tie="draw", tie_seed="2024-11-05")
    drawn = STV.count(contest, profile)
    record = [t.chosen for one in drawn.rounds for t in one.ties]
    names = json.dumps([contest.name_of(c) for c in record if c is not None])
    again, _ = election(ballots, 1, tie="recorded", tie_record=names)
    assert len(record) > 2 and STV.count(again, profile).elected == drawn.elected
