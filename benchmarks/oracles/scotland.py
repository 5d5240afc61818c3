"""Every Scottish ward by another program: prints JSON {ward: its winners and stages, or why there are none}.

Run by the Python of the rivals (benchmarks/oracles/environment.py makes it):
python scotland.py votekit|pref_voting FOLDER [FOLDER …]; by our own Python with the word faircount, to time it. VoteKit
reads the files with its own loader and counts with `FastSTV` (weighted inclusive Gregory in binary floating point,
nothing cut; all surpluses at once). pref_voting has no loader for them, gets the distinct ballots from `rows`, and
counts with `stv_scottish` (SSI 2007/42, five decimals; lots from seed 0). Its stages are what it adds up for all
choices together, in the order of the count.
"""

import csv
import json
import random
import sys
from pathlib import Path

Ward = tuple[int, list[str], list[tuple[int, list[int]]]]


def rows(path: Path) -> Ward:
    """Return (seats, names, [(ballots, places of the choices in order)]) of a ward's file."""
    with path.open(encoding="utf-8", newline="") as stream:
        lines = [[cell for cell in row if cell] for row in csv.reader(stream)]
    lines = [line for line in lines if line]
    size, seats = int(lines[0][0]), int(lines[0][1])
    names = [line[1] for line in lines[-size - 1 : -1]]
    return seats, names, [(int(line[0]), [int(c) - 1 for c in line[1:]]) for line in lines[1 : -size - 1]]


def by_pref_voting(path: Path) -> dict[str, object]:
    """Return the winners, and the votes of every choice at each stage."""
    from pref_voting import proportional_methods
    from pref_voting.profiles_with_ties import ProfileWithTies

    seats, names, ballots = rows(path)
    rankings = [{c: rank for rank, c in enumerate(order, 1)} for _, order in ballots]
    profile = ProfileWithTies(rankings, rcounts=[count for count, _ in ballots], candidates=list(range(len(names))))
    stages: list[list[float]] = []
    tally = proportional_methods._tally_from_pieces

    def noting(pieces: list[object], restrict_to: set[int] | None = None) -> dict[int, float]:
        """Tally, and note a tally of all choices that differs from the one before."""
        found: dict[int, float] = tally(pieces, restrict_to)
        now = [round(found.get(c, 0.0), 6) for c in range(len(names))]
        if restrict_to is None and stages[-1:] != [now]:
            stages.append(now)
        return found

    proportional_methods._tally_from_pieces = noting
    try:
        winners = proportional_methods.stv_scottish(profile, num_seats=seats, rng=random.Random(0))
    finally:
        proportional_methods._tally_from_pieces = tally
    return {"winners": sorted(names[c] for c in winners), "stages": stages}


def by_votekit(path: Path) -> dict[str, object]:
    """Return the winners, and who was excluded, in order; its own ways with ties are left as they are."""
    from votekit.cvr_loaders import load_scottish
    from votekit.elections import FastSTV

    profile, seats, *_ = load_scottish(path)
    count = FastSTV(profile, n_seats=seats, simultaneous=True, rng_seed=0)
    elected = sorted(str(name) for together in count.get_elected() for name in together)
    excluded = [str(name) for state in count.election_states for together in state.eliminated for name in together]
    return {"winners": elected, "excluded": excluded}


def by_faircount(path: Path) -> dict[str, object]:
    """Return the winners, read by reader `scottish-csv` and counted by rule `stv`."""
    from table_faircount import profile_of, read

    from faircount.count import RULES
    from faircount.model import Choice, Contest

    names, cards = read(path, "scottish-csv")
    with path.open(encoding="utf-8") as stream:
        seats = int(stream.readline().split(",")[1])
    contest = Contest(path.stem, tuple(map(Choice, names)), seats, ranks=len(names), rule="stv")
    elected = RULES["stv"].count(contest, profile_of(names, cards)).elected
    return {"winners": sorted(contest.name_of(choice) for choice in elected)}


def main() -> None:
    """Count every ward and print."""
    program = {"votekit": by_votekit, "pref_voting": by_pref_voting, "faircount": by_faircount}[sys.argv[1]]
    found: dict[str, object] = {}
    for path in sorted(path for folder in sys.argv[2:] for path in Path(folder).glob("*.csv")):
        try:
            found[path.stem] = program(path)
        except Exception as error:  # a refusal is a finding, whatever its kind
            found[path.stem] = {"refused": f"{type(error).__name__}: {error}"[:200]}
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
