"""Ballots that rank 1, 2, … are walked by a shorter way, which must be the way that all others take."""

import random
from dataclasses import replace

from count import random_elections
from count.test_fast_twin import decisions

from faircount.count import RULES
from faircount.count.ranked.ballot_options import ranked_settings
from faircount.count.ranked.preferences import walk
from faircount.count.stv.parcels import _in_order, _walks
from faircount.model import Contest, Pattern, Profile, Rank

STV = RULES["stv"]


def one_ballot(chance: random.Random) -> tuple[Contest, Pattern]:
    offered = random_elections.some_withdrawn(chance, 6)
    depth = chance.randint(1, 5)
    contest = Contest("t", offered, seats=2, ranks=depth, rule="stv", options=decisions(STV, chance))
    pattern = random_elections.pattern(chance, len(offered), depth, 1)
    if chance.random() < 0.1 and dict(contest.options).get("overvote", "exhaust") in ("exhaust", "skip"):
        pattern = replace(pattern, overvoted_ranks=(Rank(chance.randint(1, depth)),))
    return contest, pattern


def test_the_shorter_way_is_the_way() -> None:
    shorter = longer = 0
    for seed in range(6_000):
        contest, pattern = one_ballot(random.Random(f"in order {seed}"))
        decided = ranked_settings(STV, contest)
        lawful = walk(contest, pattern, decided)
        assert _walks(contest, Profile.of({pattern: 1}), decided) == {lawful: 1}, seed
        taken = _in_order(contest, pattern) is not None
        shorter, longer = shorter + taken, longer + (not taken and bool(pattern.marks))
    assert shorter > 500 and longer > 1_000, (shorter, longer)
