"""What other programs say of small elections: JSON in, JSON out, run by the Python of environment.py.

{"profiles": [[[count, [choices in order]], …], …], "lists": [[votes, seats], …]} → for each profile and rule, and for
each list election and divisor, the answer, or null where the program gives none.
"""

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

Ballots = list[tuple[int, list[int]]]
DIVISORS = ("dhondt", "saintelague", "modified_saintelague", "huntington", "adams", "dean")


def of_pref_voting(ballots: Ballots, size: int) -> dict[str, Any]:
    """Return rule → all who win by it, ties undecided or decided in every way."""
    from pref_voting.c1_methods import copeland
    from pref_voting.iterative_methods import instant_runoff_put
    from pref_voting.margin_based_methods import beat_path, minimax, ranked_pairs
    from pref_voting.profiles_with_ties import ProfileWithTies

    rankings = [{c: rank for rank, c in enumerate(order, 1)} for _, order in ballots]
    profile = ProfileWithTies(rankings, rcounts=[count for count, _ in ballots], candidates=list(range(size)))
    profile.use_extended_strict_preference()
    rules: dict[str, Callable[[], list[int]]] = {
        "schulze": lambda: beat_path(profile),
        "ranked-pairs": lambda: ranked_pairs(profile, algorithm="from_stacks"),
        "minimax": lambda: minimax(profile),
        "copeland": lambda: copeland(profile),
        "instant-runoff": lambda: instant_runoff_put(profile),
    }
    return {name: sorted(map(int, rule())) for name, rule in rules.items()}


def of_votekit(ballots: Ballots, size: int) -> dict[str, float]:
    """Return choice → Borda points; it gives none to those whom a ballot leaves out."""
    from votekit.ballot import RankBallot
    from votekit.pref_profile import RankProfile
    from votekit.utils import borda_scores

    cast = tuple(
        RankBallot(ranking=tuple(frozenset({str(c)}) for c in order), weight=count) for count, order in ballots
    )
    profile = RankProfile(ballots=cast, candidates=tuple(map(str, range(size))), max_ranking_length=size)
    return {name: float(points) for name, points in borda_scores(profile).items()}


def of_apportionment(votes: list[int], seats: int) -> dict[str, list[int] | None]:
    """Return divisor → seats; None where it calls the last seat a tie, or has no answer."""
    from apportionment.methods import TiesException, compute

    found: dict[str, list[int] | None] = {}
    for name in DIVISORS:
        try:
            exact = [Fraction(v) for v in votes]
            found[name] = [int(n) for n in compute(name, exact, seats, fractions=True, tiesallowed=False)]
        except TiesException:
            found[name] = None
    return found


def main() -> None:
    """Answer and print."""
    asked = json.load(sys.stdin)
    answers = {
        "pref_voting": [of_pref_voting(ballots, size) for size, ballots in asked["profiles"]],
        "votekit": [of_votekit(ballots, size) for size, ballots in asked["profiles"]],
        "apportionment": [of_apportionment(votes, seats) for votes, seats in asked["lists"]],
    }
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
