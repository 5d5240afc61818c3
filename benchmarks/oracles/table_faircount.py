"""A table of ballots, from file to result, by faircount: `python table_faircount.py TABLE SEATS`, prints JSON.

Reader and rule without a workspace; the same shape as table_votekit.py and table_pref_voting.py.
"""

import gc
import itertools
import json
import sys
import time
from pathlib import Path

clock = time.process_time

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402

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
            ways = ways_of(patterns.column("marks").combine_chunks())
            voted = np.bincount(batch.table("votes").column("pattern").to_numpy(), minlength=len(ways))
            for way, count in zip(ways, voted.tolist(), strict=True):
                if count:
                    cards[way] = cards.get(way, 0) + count
    return names, cards


def ways_of(marks: pa.ListArray) -> list[tuple[tuple[str, int], ...]]:
    """Return the marks of each pattern; equal marks are one object."""
    flat, ends = marks.flatten(), marks.offsets.to_pylist()
    marked = list(zip(flat.field("choice").to_pylist(), flat.field("rank").to_pylist(), strict=True))
    known = {mark: mark for mark in marked}
    pairs = [known[mark] for mark in marked]
    return [tuple(pairs[a:b]) for a, b in itertools.pairwise(ends)]


def profile_of(names: list[str], cards: dict[tuple[tuple[str, int], ...], int]) -> Profile:
    """Return the profile; equal marks are one object."""
    place = {name: at for at, name in enumerate(names)}
    pairs = set(itertools.chain.from_iterable(cards))
    known = {(name, rank): Mark(CandidateIndex(place[name]), Rank(rank)) for name, rank in pairs}
    return Profile.of({Pattern(tuple([known[pair] for pair in way])): count for way, count in cards.items()})


def main() -> None:
    """Count and print."""
    started = clock()
    path, seats = Path(sys.argv[1]), int(sys.argv[2])
    gc.disable()  # as `ingest` does: readers make many values and no cycles
    names, cards = read(path)
    was_read = clock()
    profile = profile_of(names, cards)
    depth = max((rank for way in cards for _, rank in way), default=0)
    gc.enable()
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
