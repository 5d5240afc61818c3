"""Recount against its limit: every contest of 20 million votes, beside the bare group-by on the same Parquet files.

Run: python benchmarks/recount.py [--cards 1000000]. Makes a workspace of that many cards with 20 contests each (14 of
one choice among five, 4 of three among eight, 2 ranked with up to 3,000 distinct rankings each) and times, in one run
and on the same threads, (a) DuckDB's `select pattern, count(*) … group by pattern` over the votes, (c) the same with
the contest's title, and (b) the recount of every contest from opening the workspace to transcripts and margins.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402

from faircount.app.opened import Opened  # noqa: E402
from faircount.app.recounting import recount  # noqa: E402
from faircount.model import TABLES, Batch, Digest, Source, rows_to_table  # noqa: E402
from faircount.store import Commit, Workspace, stage  # noqa: E402

CONTESTS = [(f"Office {n}", 5, 1, 0) for n in range(14)] + [(f"Council {n}", 8, 3, 0) for n in range(4)]
CONTESTS += [(f"Mayor {n}", 8, 1, 5) for n in range(2)]
"""(title, choices, votes allowed, ranks)"""


def patterns(rng: np.random.Generator) -> tuple[list[dict[str, Any]], list[tuple[int, int]]]:
    """Return pattern rows, and for each contest its range of pattern numbers."""
    rows: list[dict[str, Any]] = []
    ranges = []
    for title, size, allowed, ranks in CONTESTS:
        first = len(rows)
        seen: set[tuple[int, ...]] = set()
        for _ in range(3000 if ranks else 60):
            chosen = tuple(int(c) for c in rng.permutation(size)[: rng.integers(0, (ranks or allowed) + 1)])
            chosen = chosen if ranks else tuple(sorted(chosen))
            if chosen not in seen:
                seen.add(chosen)
                marks = [
                    {"choice": f"Choice {c}", "rank": at if ranks else 1, "is_vote": True, "is_ambiguous": False,
                     "conditions": []}
                    for at, c in enumerate(chosen, 1)
                ]  # fmt: skip
                rows.append({"pattern": len(rows), "contest": title, "marks": marks, "conditions": []})
        ranges.append((first, len(rows)))
    return rows, ranges


def batches(cards: int) -> Iterator[Batch]:
    """Yield the election, 100,000 cards at a time."""
    rng = np.random.default_rng(1)
    rows, ranges = patterns(rng)
    contests = [{"contest": t, "votes_allowed": n, "ranks": r, "place": at} for at, (t, _, n, r) in enumerate(CONTESTS)]
    yield Batch({"contests": rows_to_table("contests", contests)})
    for first in range(0, cards, 100_000):
        count = min(100_000, cards - first)
        table: dict[str, Any] = {
            "card": np.arange(count), "ballot": np.arange(count), "position": np.arange(count, dtype=np.int32),
            "adjudicated": np.zeros(count, dtype=bool), "file": np.zeros(count, dtype=np.int32),
            "record": np.arange(count, dtype=np.int32), "weight": pa.array([Decimal(1)] * count, pa.decimal128(18, 6)),
            "precinct": pa.array((np.arange(count) // 500).astype(str)).dictionary_encode(),
            "batch": pa.array((np.arange(count) // 100).astype(str)).dictionary_encode(),
        }  # fmt: skip
        schema = TABLES["cards"]
        made = pa.table([table[f.name] if f.name in table else pa.nulls(count, f.type) for f in schema], schema.names)
        chosen = []
        for a, b in ranges:  # most cards bear few patterns, and each pattern stands on some card
            often, rarely = rng.geometric(0.05, count) - 1, rng.integers(0, b - a, count)
            chosen.append(a + np.where((rng.random(count) < 0.1) | (often >= b - a), rarely, often))
        votes = pa.table(
            [np.repeat(np.arange(count), len(CONTESTS)), np.stack(chosen, axis=1).ravel()], schema=TABLES["votes"]
        )
        yield Batch({"cards": made.cast(schema), "votes": votes, "patterns": rows_to_table("patterns", rows)})


def workspace(root: Path, cards: int) -> Workspace:
    """Make the workspace through the store, as an ingest would."""
    space = Workspace.create(root)
    staging = space.staging / "benchmark"
    stage(staging, 0, batches(cards))
    commit = Commit(space, staging, 1)
    source = Source(Digest("ab" * 32), 7, "benchmark", "none", "", "", 0, 0, ())
    raw = staging / "raw"
    raw.mkdir()
    commit.publish(commit.write(source), space.election(), raw)
    return space


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cards", type=int, default=1_000_000)
    cards = parser.parse_args().cards
    import duckdb

    with tempfile.TemporaryDirectory() as temporary:
        space = workspace(Path(temporary, "election"), cards)
        files = [str(path) for path in space.table_files("votes")]
        patterns_files = [str(path) for path in space.table_files("patterns")]
        by_contest = """select contest, pattern, count(*) from read_parquet(?) v join read_parquet(?) p using (pattern)
          group by all"""
        bare, named, ours = [], [], []
        for _ in range(5):
            began = time.perf_counter()
            database = duckdb.connect()
            found = database.execute("select pattern, count(*) from read_parquet(?) group by 1", [files]).fetchall()
            bare.append(time.perf_counter() - began)
            began = time.perf_counter()
            duckdb.connect().execute(by_contest, [files, patterns_files]).fetchall()
            named.append(time.perf_counter() - began)
            began = time.perf_counter()
            opened = Opened(space.root)
            results, _ = recount(opened)
            ours.append(time.perf_counter() - began)
        assert sum(n for _, n in found) == cards * len(CONTESTS)
        assert sum(int(r.cards) for r in results) == cards * len(CONTESTS)
        size = sum(Path(f).stat().st_size for f in files)
    a, c, b = statistics.median(bare), statistics.median(named), statistics.median(ours)
    print(f"{cards * len(CONTESTS):,} votes, {len(results)} contests, {len(found):,} patterns, {size / 1e6:.0f} MB")
    print(f"(a) bare group-by, pattern only          {a:.3f} s (median of 5)")
    print(f"(c) bare group-by, contest and pattern   {c:.3f} s")
    print(f"(b) whole recount                        {b:.3f} s")
    print(f"ratio (b) / (a)     {b / a:.2f}   (aim: at most 1.5)")
    print(f"ratio (b) / (c)     {b / c:.2f}")


if __name__ == "__main__":
    main()
