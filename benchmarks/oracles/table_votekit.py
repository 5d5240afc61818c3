"""The same by VoteKit: `python table_votekit.py TABLE SEATS`, run by the Python of environment.py; prints JSON.

Its own loader, then `group_ballots` and `condense_rank_profile` (the fast classes refuse empty ranks), then `FastIRV`
or `FastSTV`.
"""

import csv
import json
import sys
import time

clock = time.process_time

from votekit.cleaning import condense_rank_profile  # noqa: E402
from votekit.cvr_loaders import load_ranking_csv  # noqa: E402
from votekit.elections.election_types.ranking.stv.stv import FastIRV, FastSTV  # noqa: E402


def main() -> None:
    """Count and print."""
    started = clock()
    path, seats = sys.argv[1], int(sys.argv[2])
    with open(path, encoding="utf-8", newline="") as stream:
        columns = [at for at, name in enumerate(next(csv.reader(stream))) if name.startswith("Rank")]
    profile = load_ranking_csv(path, columns, header_row=0, print_profile=False)
    was_read = clock()
    profile = condense_rank_profile(profile.group_ballots())
    made = clock()
    count = FastIRV(profile) if seats == 1 else FastSTV(profile, n_seats=seats)
    elected = sorted(str(name) for together in count.get_elected() for name in together)
    ended = clock()
    phases = {"start": started, "load": made - started, "of it read": was_read - started, "count": ended - made}
    print(json.dumps({"elected": elected, "phases": phases}))


if __name__ == "__main__":
    main()
