"""Simulated audits of wrong outcomes: how often each risk function would confirm one, beside its risk limit.

Run: python benchmarks/validity.py [--audits 10000] [--write]. Every population meets its null exactly (a tie, or errors
that make one), which is the worst case. An audit draws at random, looks after every draw and stops at the first p at or
below the risk limit: no rule of stopping, no size of rounds chosen after looking can confirm more often. Written to
docs/validity.md with `--write`; seed and sizes are fixed, so the page is the same each time. The second part draws with
the project's own sampler from lists in the order that would help most if order mattered.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import numpy as np  # noqa: E402

from faircount.model import BadInputError  # noqa: E402
from faircount.risk import RISKS, Floats, Population, RiskFunction, Settings  # noqa: E402
from faircount.sample import SAMPLERS  # noqa: E402

LIMITS = (0.01, 0.05, 0.10)
SEED = 20240319
DRAWS = 200
"""Drawn in each audit; where cards do not go back, that is all of them."""
PAGE = ROOT / "docs" / "validity.md"


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


def page(audits: int) -> tuple[str, bool]:
    """Return the page and whether every row of the catalog kept its limits and the planted fault did not."""
    head = "| Risk function | Replacement | Population | α = 1 % | 5 % | 10 % | |\n"
    head += "| --- | --- | --- | ---: | ---: | ---: | --- |"
    table = list(rows(audits))
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

## A planted fault

A likelihood ratio whose running products are multiplied up again, as a known library has it: the bench must see it.

{head}
{planted}
"""
    return text, all(good for _, good in [*table, *adversarial]) and not kept


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
