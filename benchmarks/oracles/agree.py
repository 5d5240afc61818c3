"""Small random elections by faircount and by others: how often they agree, rule by rule.

Run: python benchmarks/oracles/agree.py RIVALS [--elections 2000]; RIVALS is where environment.py puts the others.
Ranked ballots are strict and often incomplete, of 2 to 5 choices; few, so that ties are common. Where ties are met, all
outcomes that some way of deciding them has are held against all winners that pref_voting names.
"""

import argparse
import json
import random
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from environment import python_of
from scotland_agree import HERE

from faircount.count import RULES
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.count.outcomes import every_outcome
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank

Ballots = list[tuple[int, tuple[int, ...]]]
OPTIONS = {
    "schulze": {"strength": "margins"},
    "ranked-pairs": {"strength": "margins"},
    "minimax": {"defeat": "margins"},
    "copeland": {"level": "half"},
    "instant-runoff": {"batch": "no"},
}
"""Rule → decisions that name what pref_voting does of itself."""
DIVISORS = {
    "dhondt": "dhondt",
    "saintelague": "sainte-lague",
    "modified_saintelague": "modified-sainte-lague",
    "huntington": "huntington-hill",
    "adams": "adams",
    "dean": "dean",
}
"""Name there → name here."""


def ranked_election(chance: random.Random) -> tuple[int, Ballots]:
    """Return (choices, distinct ballots with their counts)."""
    size = chance.randint(2, 5)
    found: Counter[tuple[int, ...]] = Counter()
    for _ in range(chance.choice((4, 9, 20, 60, 150))):
        order = chance.sample(range(size), size)
        found[tuple(order[: size if chance.random() < 0.5 else chance.randint(1, size)])] += chance.choice((1, 1, 2, 7))
    return size, [(count, order) for order, count in sorted(found.items())]


def contest_of(size: int, rule: str, options: dict[str, str], seats: int = 1, ranks: int = 0) -> Contest:
    """Return a contest of choices named by their numbers."""
    return Contest("T", tuple(Choice(str(c)) for c in range(size)), seats, 1, ranks, rule, tuple(options.items()))


def profile_of(ballots: Ballots) -> Profile:
    """Return the profile of ranked ballots."""
    return Profile.of(
        {
            Pattern(tuple(Mark(CandidateIndex(c), Rank(at)) for at, c in enumerate(order, 1))): count
            for count, order in ballots
        }
    )


def winners(size: int, ballots: Ballots, rule: str) -> list[int]:
    """Return whoever wins by some way of deciding ties."""
    contest = contest_of(size, rule, OPTIONS[rule], ranks=size)
    outcomes = every_outcome(RULES[rule], contest, profile_of(ballots), 50_000)
    if not outcomes.complete:
        raise SystemExit(f"rule {rule}: too many ways of deciding ties, in {ballots}")
    return sorted({int(choice) for one in outcomes.possible for choice in one.elected})


def borda(size: int, ballots: Ballots) -> dict[str, float]:
    """Return choice → points, n for the first of n places, none for those left out."""
    contest = contest_of(size, "borda", {"first_place": "n", "unranked": "zero"}, ranks=size)
    transcript = RULES["borda"].count(contest, profile_of(ballots))
    points = next(one.votes for one in transcript.rounds if one.unit == "points")
    return {str(c): float(n) for c, n in enumerate(points)}


def seats_of(votes: list[int], seats: int, divisor: str) -> list[int] | None:
    """Return seats by list; None where a tie is met."""
    contest = contest_of(len(votes), "highest-averages", {"divisor": divisor}, seats)
    profile = profile_of_totals(contest, {str(c): n for c, n in enumerate(votes)})
    transcript = RULES["highest-averages"].count(contest, profile)
    return list(transcript.seats_won) if transcript.verdict == "elected" else None


def main() -> None:
    """Ask, compare, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rivals", type=Path)
    parser.add_argument("--elections", type=int, default=2_000)
    wanted = parser.parse_args()
    chance = random.Random(2007)
    profiles = [ranked_election(chance) for _ in range(wanted.elections)]
    lists = [
        (
            [chance.randint(1, chance.choice((9, 1_000, 10**6))) for _ in range(chance.randint(2, 7))],
            chance.randint(7, 25),
        )
        for _ in range(wanted.elections)
    ]
    command = [str(python_of(wanted.rivals)), str(HERE / "answers.py")]
    asked = json.dumps({"profiles": profiles, "lists": lists})
    told = json.loads(subprocess.run(command, input=asked, check=True, stdout=subprocess.PIPE, text=True).stdout)
    agreed: Counter[str] = Counter()
    several: Counter[str] = Counter()
    apart: dict[str, Any] = {}

    def hold(name: str, ours: object, theirs: object, example: object) -> None:
        """Enter one comparison."""
        agreed[name] += ours == theirs
        if ours != theirs:
            apart.setdefault(name, (example, ours, theirs))

    for (size, ballots), said, points in zip(profiles, told["pref_voting"], told["votekit"], strict=True):
        for rule in OPTIONS:
            ours = winners(size, ballots, rule)
            several[f"pref_voting {rule}"] += len(ours) > 1
            hold(f"pref_voting {rule}", ours, said[rule], (size, ballots))
        ours_points = borda(size, ballots)
        hold("votekit borda", ours_points, {c: points.get(c, 0.0) for c in ours_points}, (size, ballots))
    for (votes, seats), said in zip(lists, told["apportionment"], strict=True):
        for theirs, ours in DIVISORS.items():
            found = seats_of(votes, seats, ours)
            several[f"apportionment {theirs}"] += found is None
            hold(f"apportionment {theirs}", found, said[theirs], (votes, seats))
    for name, count in agreed.items():
        print(f"{name:38} {count:6,} of {wanted.elections:,}   ties in {several[name]:,}")
        if name in apart:
            print(f"    first apart: {apart[name]}")


if __name__ == "__main__":
    main()
