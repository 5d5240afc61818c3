"""The same by pref_voting: `python table_pref_voting.py TABLE SEATS`, run by the Python of environment.py; prints JSON.

Its own loader keeps every ballot apart and takes minutes for a city; so equal ballots are put together here, which is
the quickest way into it, then `instant_runoff_for_truncated_linear_orders` or `stv_scottish`.
"""

import csv
import json
import random
import sys
import time
from collections import Counter

clock = time.process_time

from pref_voting.iterative_methods import instant_runoff_for_truncated_linear_orders  # noqa: E402
from pref_voting.profiles_with_ties import ProfileWithTies  # noqa: E402
from pref_voting.proportional_methods import stv_scottish  # noqa: E402


def main() -> None:
    """Count and print."""
    started = clock()
    path, seats = sys.argv[1], int(sys.argv[2])
    with open(path, encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        columns = [at for at, name in enumerate(next(rows)) if name.startswith("Rank")]
        ways = Counter(
            tuple(dict.fromkeys(row[at] for at in columns if row[at] not in ("", "overvote"))) for row in rows
        )
    was_read = clock()
    names = sorted({name for way in ways for name in way})
    place = {name: at for at, name in enumerate(names)}
    voted = [(way, count) for way, count in ways.items() if way]
    rankings = [{place[name]: rank for rank, name in enumerate(way, 1)} for way, _ in voted]
    profile = ProfileWithTies(rankings, rcounts=[count for _, count in voted], candidates=list(range(len(names))))
    made = clock()
    if seats == 1:
        winners = instant_runoff_for_truncated_linear_orders(profile)
    else:
        winners = stv_scottish(profile, num_seats=seats, rng=random.Random(0))
    ended = clock()
    phases = {"start": started, "load": made - started, "of it read": was_read - started, "count": ended - made}
    print(json.dumps({"elected": sorted(names[c] for c in winners), "phases": phases}))


if __name__ == "__main__":
    main()
