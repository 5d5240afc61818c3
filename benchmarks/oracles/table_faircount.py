"""A table of ballots, from file to result, by faircount: `python table_faircount.py TABLE SEATS`, prints JSON.

Reader and rule without a workspace; the same shape as table_votekit.py and table_pref_voting.py.
"""

import itertools
import json
import sys
import time
from pathlib import Path

clock = time.process_time

from faircount.count import RULES  # noqa: E402
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank  # noqa: E402
from faircount.read import READERS, Export  # noqa: E402

CLEAN = {"overvote": "skip", "repeated": "skip", "skipped": "unlimited"}
"""What the other programs do with gaps and repetitions: they close them."""


def read(path: Path, format_name: str = "votekit-csv") -> tuple[list[str], dict[tuple[tuple[str, int], ...], int]]:
    """Return the choices in the order of the ballot, and marks → cards."""
    reader, export = READERS[format_name], Export(path)
    names: list[str] = []
    cards: dict[tuple[tuple[str, int], ...], int] = {}
    for part in reader.plan(export):
        for batch in reader.read(export, part):
            names += batch.table("choices").column("choice").to_pylist()
            patterns = batch.table("patterns")
            if not patterns.num_rows:
                continue
            marks = patterns.column("marks").combine_chunks()
            flat = marks.flatten()
            pairs = list(zip(flat.field("choice").to_pylist(), flat.field("rank").to_pylist(), strict=True))
            ends = marks.offsets.to_pylist()
            ways = [tuple(pairs[a:b]) for a, b in itertools.pairwise(ends)]
            for counted in batch.table("votes").column("pattern").value_counts().to_pylist():
                way = ways[counted["values"]]
                cards[way] = cards.get(way, 0) + counted["counts"]
    return names, cards


def profile_of(names: list[str], cards: dict[tuple[tuple[str, int], ...], int]) -> Profile:
    """Return the profile; equal marks are one object."""
    place = {name: at for at, name in enumerate(names)}
    known = {pair: Mark(CandidateIndex(place[pair[0]]), Rank(pair[1])) for way in cards for pair in way}
    return Profile.of({Pattern(tuple([known[pair] for pair in way])): count for way, count in cards.items()})


def main() -> None:
    """Count and print."""
    started = clock()
    path, seats = Path(sys.argv[1]), int(sys.argv[2])
    names, cards = read(path)
    was_read = clock()
    profile = profile_of(names, cards)
    depth = max((rank for way in cards for _, rank in way), default=0)
    made = clock()
    options = {**CLEAN, "tie": "order", **({"until_two": "yes"} if seats == 1 else {})}
    rule = "instant-runoff" if seats == 1 else "stv"
    contest = Contest("T", tuple(map(Choice, names)), seats, 1, depth, rule, tuple(sorted(options.items())))
    transcript = RULES[rule].count(contest, profile)
    ended = clock()
    elected = sorted(contest.name_of(choice) for choice in transcript.elected)
    phases = {"start": started, "load": made - started, "of it read": was_read - started, "count": ended - made}
    print(json.dumps({"elected": elected, "phases": phases}))


if __name__ == "__main__":
    main()
