"""Audits against limits in seconds, each beside what it cannot beat: one pass of numpy over the same data, same run.

Run: python benchmarks/audit.py [--data FOLDER] [--times 3]. Seconds are of the processor, which a busy machine changes
less than the clock: the best of `--times`. `limit` is a pass that has to be made at the least (a cumulative sum of the
same values, a count of the same rankings); the ratio says how many such passes ours takes. Real elections are read from
`--data` (shared/data beside the project) and left out, aloud, where they are absent.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from assertion.orders import excluded  # noqa: E402

from faircount.assertion.irv.rankings import Rankings  # noqa: E402
from faircount.assertion.irv.search import Found, Search  # noqa: E402
from faircount.audit.planning import AssertionFacts, ContestFacts, Rates, compared, simulate  # noqa: E402
from faircount.model import Ballot, Ballots, CandidateIndex, CardCount  # noqa: E402
from faircount.risk import RISKS, Population  # noqa: E402

CONTESTS, MARGINS, SIMULATION, DRAWS = 1.0, 0.1, 2.0, 1.0
"""Aims in seconds."""
SAN_FRANCISCO = (
    0.045792366120740224, 0.028923647570604505, 0.0830003681935334, 0.058079120699294995, 0.10951712099930444,
    0.13548158350492967, 0.16666893946625572, 0.2956457705472446, 0.31, 0.33, 0.4, 0.41, 0.5,
)  # fmt: skip
"""Margins of eight published assertions of 2019 (District Attorney), and five easier ones to make it thirteen."""
CARDS = 146_662


def best(times: int, work: Callable[[], object]) -> float:
    """Return the least seconds of the processor over `times` runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def line(what: str, ours: float, limit: float, aim: float) -> None:
    """Print one row."""
    print(f"{what:<66} {ours:8.3f} s  limit {limit:8.4f} s  {ours / limit:8.1f} ×  "
          f"aim {aim:g} s {'met' if ours < aim else 'MISSED'}")  # fmt: skip


def seventeen(folder: Path, times: int) -> None:
    """Find claims for 17 mayoral contests of New South Wales, from distinct ballots on."""
    contests = []
    for file in sorted(folder.glob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        counts: dict[Ballot, int] = {}
        for vote in told["votes"]:
            ballot = Ballot((), tuple(map(CandidateIndex, vote["prefs"])))
            counts[ballot] = counts.get(ballot, 0) + vote["n"]
        cards = tuple(map(CardCount, counts.values()))
        contests.append((Ballots(tuple(counts), cards, cards), told["num_candidates"]))
    if not contests:
        print(f"17 contests by RAIRE: NOT CHECKED, nothing in {folder.name}")
        return

    def ours() -> None:
        for held, size in contests:
            rankings = Rankings.of(held, size)
            order = excluded(rankings)
            if not isinstance(Search(rankings, order[-1], order).run(), Found):
                raise SystemExit("no claims: not what is published")

    matrices = [Rankings.of(held, size) for held, size in contests]

    def pass_over() -> None:
        """One look at every ranking for each pair of choices, which the claims of one kind alone take."""
        for one in matrices:
            for loser in range(one.choices):
                one.cards @ (one.places > one.places[:, [loser]])

    ballots = sum(len(held.ballots) for held, _ in contests)
    line(f"{len(contests)} contests by RAIRE, {ballots:,} ballots", best(times, ours), best(times, pass_over), CONTESTS)


def margins(times: int) -> None:
    """Find the margins of 13 claims over 146,662 cards of full rankings, from a row a card on."""
    chance = np.random.default_rng(1)
    places = np.argsort(chance.random((CARDS, 6)), axis=1).astype(np.int8)

    def ours() -> None:
        _, first, alike = np.unique(places @ 6 ** np.arange(6), return_index=True, return_counts=True)
        rankings = Rankings(6, places[first], alike)
        for standing in range(50, 63):
            rankings.tally(standing)

    def pass_over() -> None:
        """One look at every card, which any of them takes."""
        np.bincount(places @ 6 ** np.arange(6))

    line(f"13 margins over {CARDS:,} cards", best(times, ours), best(times, pass_over), MARGINS)


def simulation(times: int) -> None:
    """Play 1,000 audits of 13 assertions through, with errors of every kind and without."""
    facts = ContestFacts("DA", tuple(
        AssertionFacts(f"claim {n}", Fraction(round(v * CARDS), CARDS), Fraction(1), CARDS)
        for n, v in enumerate(SAN_FRANCISCO, 1)
    ))  # fmt: skip
    for words, rates in (("no errors", Rates()), ("errors of 4 kinds", Rates(0.001, 0.0001, 0.001, 0.0001))):
        cells = compared(facts, rates)
        whole = simulate(cells, "comparison-adaptive", 0.05).whole
        values = np.full((1000 * 13, whole.at(50)), 0.5)
        ours = best(times, lambda cells=cells: simulate(cells, "comparison-adaptive", 0.05))  # type: ignore[misc]
        line(f"1,000 audits × 13 assertions, {words}: half end by {whole.at(50)}", ours,
             best(times, lambda values=values: np.cumsum(values, axis=1)), SIMULATION)  # type: ignore[misc]  # fmt: skip


def draws(times: int) -> None:
    """Ask risk functions of 10⁴ draws × 700 assertions."""
    chance = np.random.default_rng(1)
    values = chance.choice([0, 0.5, 1], p=[0.45, 0.05, 0.5], size=(10_000, 700))
    rows, population = np.ascontiguousarray(values.T), Population(100_000, 1)
    limit = best(times, lambda: np.cumsum(rows, axis=1))
    for name in ("alpha", "betting-agrapa", "betting-kelly", "mixture"):
        risk = RISKS[name]
        ours = best(times, lambda risk=risk: risk.of_many(values, [population] * 700, [{}] * 700))  # type: ignore[misc]
        line(f"10,000 draws × 700 assertions, {name}", ours, limit, DRAWS)


def main() -> None:
    """Print every row."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--times", type=int, default=3)
    wanted = parser.parse_args()
    seventeen(wanted.data / "rla" / "nsw-2021-irv-raire", wanted.times)
    margins(wanted.times)
    simulation(wanted.times)
    draws(wanted.times)


if __name__ == "__main__":
    main()
