"""Which method needs the fewest cards where: simulated audits of right outcomes, written to docs/power.md.

Run: python benchmarks/power.py [--runs 200] [--write]. Seed and runs are fixed, so the page is the same each time. All
audits are of 100,000 cards at a risk limit of 5 %, each card drawn once unless the method is for draws with
replacement.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from faircount.audit.planning import (  # noqa: E402
    AssertionFacts,
    ContestFacts,
    Kind,
    Pool,
    Rates,
    batch_bound,
    compared,
    hybrid_size,
    polled,
    polling_sizes,
    simulate,
    simulate_batches,
)

PAGE = ROOT / "docs" / "power.md"
SEED = "power"
CARDS, LIMIT = 100_000, 0.05
MARGINS = (Fraction(1, 200), Fraction(1, 100), Fraction(1, 50), Fraction(1, 20), Fraction(1, 10), Fraction(1, 5))
ERRORS = {
    "none": Rates(),
    "few: 1 in 1,000 by one vote, 1 in 10,000 by two": Rates(0.001, 0.0001, 0.001, 0.0001),
    "many: 5 in 1,000 by one vote, 1 in 1,000 by two": Rates(0.005, 0.001, 0.005, 0.001),
}
COMPARISONS: dict[str, dict[str, float]] = {
    "super-simple": {}, "cobra": {}, "comparison-adaptive": {}, "betting-kelly": {}, "betting-agrapa": {},
    "mixture": {}, "alpha": {"f": 0.01},
}  # fmt: skip
POLLS: dict[str, dict[str, float]] = {
    "bravo": {}, "alpha": {}, "alpha-fixed": {}, "betting-kelly": {"d": 100}, "betting-agrapa": {}, "mixture": {},
}  # fmt: skip
POOLS = ("betting-fixed", "betting-kelly", "betting-agrapa", "mixture")
Ends = tuple[int, int]
"""Cards by which half, and nine in ten, of the audits end."""


def facts(margin: Fraction, pools: Sequence[Pool] = ()) -> ContestFacts:
    """Return a contest of two, all cards for one of them."""
    winner = round(CARDS * (1 + margin) / 2)
    assertion = AssertionFacts("a", Fraction(2 * winner - CARDS, CARDS), Fraction(1), CARDS)
    ballots = (Kind(winner, (Fraction(1),)), Kind(CARDS - winner, (Fraction(0),)))
    return ContestFacts("contest", (assertion,), ballots, tuple(pools))


def percent(share: Fraction) -> str:
    """Return 1/200 as 0.5 %."""
    return f"{float(100 * share):g} %"


def row(title: str, ends: Iterable[Ends | None]) -> str:
    """Return a row of a table, the fewest cards at nine in ten in bold; a full count by hand is named as one."""
    cells = list(ends)
    least = min((one[1] for one in cells if one and one[1] < CARDS), default=-1)
    words = []
    for one in cells:
        text = "–" if one is None else "all" if one[0] >= CARDS else f"{one[0]:,} / {one[1]:,}"
        text = text.replace(f"/ {CARDS:,}", "/ all")
        words.append(f"**{text}**" if one and one[1] == least else text)
    return f"| {title} | {' | '.join(words)} |"


def head(first: str, columns: Iterable[str]) -> str:
    """Return the two lines above a table."""
    names = [first, *columns]
    return f"| {' | '.join(names)} |\n| --- |{' ---: |' * (len(names) - 1)}"


def comparison_tables(runs: int) -> str:
    """Return a table for each rate of errors."""
    found = []
    for words, rates in ERRORS.items():
        rows = []
        for margin in MARGINS:
            cells = compared(facts(margin), rates)
            rows.append(row(percent(margin), [
                ends(simulate(cells, name, LIMIT, given, runs=runs, seed=SEED).whole.percentiles)
                for name, given in COMPARISONS.items()
            ]))  # fmt: skip
        found.append(f"Errors {words}.\n\n{head('Margin', COMPARISONS)}\n" + "\n".join(rows))
    return "\n\n".join(found)


def ends(percentiles: Iterable[tuple[int, int]]) -> Ends:
    """Return those of 50 and 90."""
    known = dict(percentiles)
    return known[50], known[90]


def polling_table(runs: int) -> str:
    """Return the table of methods without records."""
    rows = []
    for margin in MARGINS[1:]:
        cells = polled(facts(margin))
        few = max(100, runs // 3) if margin < Fraction(1, 20) else runs
        found: list[Ends | None] = [
            ends(simulate(cells, name, LIMIT, given, runs=few, seed=SEED).whole.percentiles)
            for name, given in POLLS.items()
        ]
        one_look = {s.method + str(at): s.cards for at, s in enumerate(polling_sizes(
            (1 + margin) / 2, (1 - margin) / 2, LIMIT))}  # fmt: skip
        size = one_look["Minerva6"] or CARDS
        rows.append(row(percent(margin), found) + f" {size:,} |")
    return head("Margin", [*POLLS, "one round of Minerva, 90 %"]) + "\n" + "\n".join(rows)


def pools_of(share: Fraction, purity: Fraction, margin: Fraction) -> tuple[Pool, ...]:
    """Return ten pools: the winner's and the loser's strongholds, with the margin of the whole in all together."""
    size = round(CARDS * share / 10)
    found = []
    for at in range(10):
        own = purity if at % 2 == 0 else 1 - purity + margin
        winner = round(size * own)
        found.append(Pool(f"pool {at}", (Kind(winner, (Fraction(1),)), Kind(size - winner, (Fraction(0),)))))
    return tuple(found)


def pool_table(runs: int) -> str:
    """Return the table of pools: how much is in them, how alike their cards are."""
    rows, margin = [], Fraction(1, 20)
    for share in (Fraction(1, 20), Fraction(1, 5), Fraction(1, 2)):
        for purity in (Fraction(11, 20), Fraction(3, 4), Fraction(19, 20)):
            contest = facts(margin, pools_of(share, purity, margin))
            cells = compared(contest, ERRORS["few: 1 in 1,000 by one vote, 1 in 10,000 by two"])
            found: list[Ends | None] = [
                ends(simulate(cells, name, LIMIT, runs=runs, seed=SEED).whole.percentiles) for name in POOLS
            ]
            rows.append(row(f"{percent(share)} | {percent(purity)}", found))
    top = head("Cards in pools", ["Winner's share in every other pool", *POOLS])
    return top + "\n" + "\n".join(rows)


def design_table(runs: int) -> str:
    """Return the table of designs, in cards that are looked at by nine in ten audits."""
    rows, few = [], ERRORS["few: 1 in 1,000 by one vote, 1 in 10,000 by two"]
    for margin in MARGINS:
        plain = facts(margin)
        pooled = facts(margin, pools_of(Fraction(1, 5), Fraction(3, 4), margin))
        hybrid = hybrid_size(pooled, LIMIT, 0.9, few)
        bounds = [batch_bound(plain.hardest) / 200] * 200
        batches = simulate_batches(bounds, [500] * 200, LIMIT, runs=runs, seed=SEED)
        poll = None if margin < Fraction(1, 100) else simulate(
            polled(plain), "alpha", LIMIT, runs=max(100, runs // 3), seed=SEED).whole.at(90)  # fmt: skip
        cards = [
            simulate(compared(plain, few), "cobra", LIMIT, runs=runs, seed=SEED).whole.at(90),
            simulate(compared(pooled, few), "betting-fixed", LIMIT, runs=runs, seed=SEED).whole.at(90),
            hybrid.compared + hybrid.polled if hybrid else CARDS, poll, batches["cards"].at(90),
        ]  # fmt: skip
        texts = ["not simulated" if n is None else "all" if n >= CARDS else f"{n:,}" for n in cards]
        rows.append(f"| {percent(margin)} | {' | '.join(texts)} | {batches['batches'].at(90):,} |")
    columns = ["card comparison", "comparison with pools", "comparison and polling by strata", "polling",
               "batch comparison, cards", "batches of 500"]  # fmt: skip
    return head("Margin", columns) + "\n" + "\n".join(rows)


def page(runs: int) -> str:
    """Return the page."""
    return f"""<!-- Written by benchmarks/power.py --write: run it again, do not change this page. -->
# Which method needs the fewest cards where

Every outcome here is right. Each cell says by how many cards half, and nine in ten, of the simulated audits had
confirmed it; the fewest at nine in ten are **bold**, "all" is a full count by hand. {CARDS:,} cards, a risk limit of
{LIMIT:.0%}, {runs:,} audits a cell (a third of that, but no fewer than 100, where polling takes thousands of cards),
seed `{SEED}`. An audit looks after every card. Settings are those that `faircount.audit.planning` takes from
the records before the seed; what holds each method to its limit is in [Risk limits, tried](validity.md). Published
stopping times (BRAVO, COBRA, ALPHA as in rlauxe) are a test: `tests/risk/test_power.py`.

A difference of a few percent between two cells is chance: nine in ten of {runs} audits is known to about two in a
hundred of the audits.

## Cards compared with their records

Under- and overstatements at the same rates. `cobra` assumes 1 in 1,000 by two votes, `comparison-adaptive` learns.

{comparison_tables(runs)}

## Cards without records

{polling_table(runs)}

`bravo` and Minerva are for draws with replacement. A round of Minerva is one look at a size fixed before, with a chance
of 90 % to end there; the other columns may stop at any card.

## Some cards in pools

A margin of {percent(Fraction(1, 20))}, few errors in the other cards. There are ten pools; every other one has this
share of the winner, and those between as much of the loser, less the margin. Cards that are alike in their pool (a
share far from 50 %) cost less. `betting-fixed` takes the best bet for the totals of the pools (COBRA, eq. 2).

{pool_table(runs)}

## Designs

Cards that are looked at by nine in ten audits, with few errors, by the functions that `plan` takes where none is
named: `cobra`, `betting-fixed` with pools, `alpha` by polling, MACRO by batches. Pools and strata:
{percent(Fraction(1, 5))} of the cards without records, in pools of which every other has 75 % for the winner. By
strata (SUITE) it is one look, with a chance of 90 %, if errors come at their rates. Batch comparison is without errors,
200 batches of 500 cards.
Polling at 0.5 % is not simulated: it takes most of the cards. What is cheapest is another question, since cards of one
batch are found faster: `faircount.audit.planning.advise` answers it with times and prices of your own.

{design_table(runs)}
"""


def main() -> None:
    """Simulate and print, or write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args()
    start = time.monotonic()
    text = page(wanted.runs)
    if wanted.write:
        PAGE.write_text(text, "utf-8")
    else:
        print(text)
    print(f"{time.monotonic() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
