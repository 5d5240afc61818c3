"""Simulated audits of wrong outcomes: how often each risk function would confirm one, beside its risk limit.

Run: python benchmarks/validity.py [--audits 10000] [--write]. Every population meets its null exactly (a tie, or errors
that make one), which is the worst case. An audit draws at random, looks after every draw and stops at the first p at or
below the risk limit: no rule of stopping, no size of rounds chosen after looking can confirm more often. Written to
docs/validity.md with `--write`; seed and sizes are fixed, so the page is the same each time. The second part draws with
the project's own sampler from lists in the order that would help most if order mattered.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import numpy as np  # noqa: E402

from faircount.audit.measuring import macro  # noqa: E402
from faircount.model import BadInputError  # noqa: E402
from faircount.risk import RISKS, Floats, Population, RiskFunction, Settings, minerva, providence  # noqa: E402
from faircount.sample import SAMPLERS  # noqa: E402

LIMITS = (0.01, 0.05, 0.10)
SEED = 20240319
DRAWS = 200
"""Drawn in each audit; where cards do not go back, that is all of them."""
ROUND = 12
"""Ballots of a round."""
PAGE = ROOT / "docs" / "validity.md"
ELSEWHERE = """\
What is combined from several samples, or speaks of whole orders, is held to the same promise by tests: over every order
of small elections and every wrong outcome of them, P(p ever ≤ α) exceeds no attainable α by more than 10⁻⁹, and a
planted fault exceeds one by more than 1 %.

- Batches with any weights, with replacement and without: seven designs of three and four batches, errors of −½, 0, ½
  and all of what each could hold (`tests/risk/test_batches.py`).
- SUITE: 5 compared and 6 polled ballots, every error and every vote; fault: errors allotted in proportion to ballots
  (`tests/risk/test_suite.py`).
- Stratified tests: two and three strata of two to four cards in six spaces of values; faults: each stratum held to the
  null alone, strata thrown together (`tests/risk/test_stratified.py`).
- Counties joined: four spaces of two and three counties, and simulated audits at 5 and 10 % with errors where they are
  hardest to see, within 2.5 standard errors; faults: each county alone, all draws as one sample
  (`tests/audit/test_strata.py`).
- AWAIRE: four wrong instant runoffs of seven cards, each way to weigh; 10,000 audits of 50 in 60 cards at a
  tie in the last round, within three standard errors at 1, 5 and 10 %; fault: weights that see their own draw
  (`tests/audit/test_awaire.py`).

Without a planted fault of their own:

- Minerva, Athena and Providence as functions of single draws, over every small tie, and Providence where the next round
  is chosen after looking (`tests/risk/test_minerva.py`, `tests/risk/test_athena.py`, `tests/risk/test_providence.py`).
- Whole audits by comparison, pools, polling and batches, 300 each of a wrong outcome at 20 %, within three standard
  errors (`tests/audit/test_measuring.py`)."""


class Tie(NamedTuple):
    """A population whose mean is t exactly: its values, one a card, and what it stands for."""

    title: str
    values: Floats
    upper: float


def cards(*parts: tuple[float, int]) -> Floats:
    """Return values repeated as often as said."""
    return np.concatenate([np.full(times, value) for value, times in parts])


def ties() -> list[Tie]:
    """Return the populations, 200 cards each."""
    right = 100 / 160
    return [
        Tie("polling, tie of all", cards((1, 100), (0, 100)), 1),
        Tie("polling, tie of a fifth", cards((1, 20), (0, 20), (0.5, 160)), 1),
        Tie("comparison, two-vote errors make a tie", cards((right, 160), (0, 40)), 2 * right),
        Tie("comparison, one-vote errors make a tie", cards((right, 120), (right / 2, 80)), 2 * right),
        Tie("comparison, cards not found, all errors", cards(
            (right, 140), (0, 39), (right / 2, 12), (1.5 * right, 8), (2 * right, 1)), 2 * right),
        Tie("batches, few great values", cards((0, 180), (5, 20)), 10),
    ]  # fmt: skip


def settings_of(risk: RiskFunction) -> Settings:
    """Return the settings that have no default, in the middle of their range."""
    return {s.name: (s.least + s.most) / 2 for s in risk.settings if s.default is None}


def least_p(risk: RiskFunction, drawn: Floats, population: Population) -> Floats:
    """Return the least p of each audit (a column of draws), 500 audits at a time."""
    settings, found = settings_of(risk), []
    for at in range(0, drawn.shape[1], 500):
        part = drawn[:, at : at + 500]
        found.append(risk.of_many(part, [population] * part.shape[1], [settings] * part.shape[1]).min(axis=0))
    return np.concatenate(found)


def shuffled(tie: Tie, replacement: bool, audits: int) -> Floats:
    """Return the draws of many audits, one a column."""
    rng = np.random.default_rng(SEED)
    if replacement:
        return rng.choice(tie.values, (DRAWS, audits))
    return rng.permuted(np.repeat(tie.values[:, None], audits, axis=1), axis=0)


def sampled(tie: Tie, order: str, audits: int) -> Floats:
    """Return the draws of audits by the project's sampler with the seeds 1, 2, 3 …, the list of cards in `order`."""
    ranked = np.sort(tie.values)
    listed = {"best first": ranked[::-1], "worst first": ranked}[order]
    value = {f"card {n}": v for n, v in enumerate(listed, 1)}
    draw = SAMPLERS["consistent"].draw
    columns = [
        [value[unit] for unit in draw(list(value), str(seed), len(value)).units] for seed in range(1, audits + 1)
    ]
    return np.array(columns).T


def doubled_wald(drawn: Floats) -> Floats:
    """Return the least p of a Wald test whose ratio is multiplied up twice: the fault this bench must see."""
    ratio = np.where(drawn > 0.5, 0.6 / 0.5, 0.4 / 0.5)
    return 1 / np.maximum(np.cumprod(np.cumprod(ratio, axis=0), axis=0).max(axis=0), 1)


def row(title: str, design: str, case: str, least: Floats) -> tuple[str, bool]:
    """Return a row of the table, and whether every share is within three standard errors of its limit."""
    shares = [float(np.mean(least <= limit)) for limit in LIMITS]
    allowed = [limit + 3 * (limit * (1 - limit) / len(least)) ** 0.5 for limit in LIMITS]
    kept = all(share <= most for share, most in zip(shares, allowed, strict=True))
    cells = " | ".join(f"{100 * share:.2f} %" for share in shares)
    return f"| {title} | {design} | {case} | {cells} | {'kept' if kept else '**BROKEN**'} |", kept


def rows(audits: int) -> Iterator[tuple[str, bool]]:
    """Yield every row: each function on every population it is for, with and without replacement."""
    drawn = {(tie.title, again): shuffled(tie, again, audits) for tie in ties() for again in (True, False)}
    for name, risk in RISKS.items():
        if risk.gives != "risk" or any(setting.name == "round" for setting in risk.settings):
            continue
        for again, design in ((True, "with"), (False, "without")):
            if not (risk.with_replacement if again else risk.without_replacement):
                continue
            for tie in ties():
                try:
                    least = least_p(risk, drawn[tie.title, again], Population(DRAWS, tie.upper, 0.5, again))
                except BadInputError:
                    continue  # a function of votes alone refuses the values of comparison
                yield row(f"`{name}`", design, tie.title, least)


def exact_row(title: str, case: str, shares: Sequence[float]) -> tuple[str, bool]:
    """Return a row of exact chances, and whether each is at most its limit."""
    kept = all(share <= limit + 1e-12 for share, limit in zip(shares, LIMITS, strict=True))
    cells = " | ".join(f"{100 * share:.2f} %" for share in shares)
    return f"| {title} | {case} | {cells} | {'kept' if kept else '**BROKEN**'} |", kept


def by_rounds(judge: Callable[[float, Sequence[tuple[int, int]]], float], limit: float) -> float:
    """Return the chance that a tie is confirmed in one of three rounds, by every way its ballots can fall."""
    found = 0.0
    waiting: list[tuple[tuple[tuple[int, int], ...], float]] = [((), 1.0)]
    while waiting:
        rounds, mass = waiting.pop()
        for k in range(ROUND + 1) if len(rounds) < 3 else ():
            now, chance = (*rounds, (k, ROUND - k)), mass * math.comb(ROUND, k) / 2**ROUND
            if judge(limit, now) <= limit:
                found += chance
            else:
                waiting.append((now, chance))
    return found


def by_batches(bound: Fraction, wrong: Fraction, limit: float) -> float:
    """Return the chance that MACRO confirms a wrong outcome in 200 draws, where U = `bound`.

    A draw is of a batch in error with the chance `wrong`; all errors together are one whole margin, so that each of
    these takes 1/(U·wrong) of what it could hold. p hangs on how many of the draws were such.
    """
    going, found, taint = {0: 1.0}, 0.0, 1 / (bound * wrong)
    p_of = [macro(bound, [taint] * bad + [Fraction(0)] * (DRAWS - bad)) for bad in range(DRAWS + 1)]
    for drawn in range(1, DRAWS + 1):
        after: dict[int, float] = {}
        for bad, mass in going.items():
            for more, chance in ((0, 1 - wrong), (1, wrong)):
                after[bad + more] = after.get(bad + more, 0.0) + mass * float(chance)
        p = {bad: p_of[bad][drawn - 1] for bad in after}
        found += sum(mass for bad, mass in after.items() if p[bad] <= limit)
        # What is left by chances below any digit shown need not be followed.
        going = {bad: mass for bad, mass in after.items() if p[bad] > limit and mass > 1e-12}
    return found


def exact_rows() -> Iterator[tuple[str, bool]]:
    """Yield exact chances of what decides by rounds or by batches."""
    judges: dict[str, Callable[[float, Sequence[tuple[int, int]]], float]] = {
        "`minerva`": lambda limit, rounds: minerva.p_value(0.75, limit, rounds),
        "`athena`, δ = 1/10": lambda limit, rounds: minerva.p_value(0.75, limit, rounds, 0.1),
        "`providence`": lambda limit, rounds: providence.p_value(0.75, rounds),
    }
    for name, judge in judges.items():
        case = f"polling, tie of all, reported 75 %; three rounds of {ROUND}"
        yield exact_row(name, case, [by_rounds(judge, limit) for limit in LIMITS])
    for wrong, words in ((Fraction(1, 10), "all that they could be"), (Fraction(1, 4), "two fifths of it"),
                         (Fraction(1, 2), "a fifth of it")):  # fmt: skip
        case = f"U = 10, {100 * wrong} % of the draws find a batch that is wrong by {words}"
        yield exact_row("MACRO", case, [by_batches(Fraction(10), wrong, limit) for limit in LIMITS])


def page(audits: int) -> tuple[str, bool]:
    """Return the page and whether every row of the catalog kept its limits and the planted fault did not."""
    head = "| Risk function | Replacement | Population | α = 1 % | 5 % | 10 % | |\n"
    head += "| --- | --- | --- | ---: | ---: | ---: | --- |"
    table, exact = list(rows(audits)), list(exact_rows())
    adversarial = []
    for order in ("best first", "worst first"):
        for tie in (ties()[0], ties()[2]):
            drawn = sampled(tie, order, audits // 5)
            for name in ("alpha", "comparison-adaptive", "mixture"):
                least = least_p(RISKS[name], drawn, Population(DRAWS, tie.upper))
                adversarial.append(row(f"`{name}`", "without", f"{tie.title}; listed {order}", least))
    doubled = doubled_wald(shuffled(ties()[0], True, audits))
    planted, kept = row("Wald, multiplied twice", "with", ties()[0].title, doubled)
    text = f"""<!-- Written by benchmarks/validity.py --write: run it again, do not change this page. -->
# Risk limits, tried on simulated audits

Every outcome here is wrong, as narrowly as can be: the mean is exactly ½. The table says how often each risk function
would have confirmed it. {audits:,} audits a row, {DRAWS} draws each; without replacement that is every card. An audit
looks after every draw and stops at the first p at or below the risk limit, so that no choice of rounds, made before or
after looking, confirms more often. *Kept*: no more than three standard errors above the limit. Settings: the defaults.

The proof by exhaustion (every order of every small population, every attainable limit) is a test:
`tests/conformance/test_every_risk_function.py`. Functions that decide by rounds have their own.

{head}
{chr(10).join(line for line, _ in table)}

## Lists in an order that would help, if order mattered

Drawn by the sampler `consistent` from the seeds 1, 2, 3 …, {audits // 5:,} audits a row.

{head}
{chr(10).join(line for line, _ in adversarial)}

## By rounds and by batches

Exact chances, of every way that the draws can fall; *kept*: at most the limit. MACRO looks after each of {DRAWS} draws.

| Method | Wrong outcome | α = 1 % | 5 % | 10 % | |
| --- | --- | ---: | ---: | ---: | --- |
{chr(10).join(line for line, _ in exact)}

## Where a tie takes a design of its own

{ELSEWHERE}

## A planted fault

A likelihood ratio whose running products are multiplied up again, as a known library has it: the bench must see it.

{head}
{planted}
"""
    return text, all(good for _, good in [*table, *adversarial, *exact]) and not kept


def main() -> None:
    """Simulate and print, or write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--audits", type=int, default=10_000)
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args()
    start = time.monotonic()
    text, good = page(wanted.audits)
    if wanted.write:
        PAGE.write_text(text, "utf-8")
    else:
        print(text)
    print(f"{'as it should be' if good else 'NOT AS IT SHOULD BE'}, {time.monotonic() - start:.0f} s", file=sys.stderr)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
