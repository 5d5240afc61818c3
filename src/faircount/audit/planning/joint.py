"""Several contests from one sample: the union of cards when every contest takes its lowest tickets, and what to open.

With consistent sampling a card has one ticket, and contest c takes the n_c lowest tickets of the cards that hold it. So
cards are shared as far as styles allow. Source: Glazer, Spertus & Stark 2020, "More style, less work",
arXiv:2012.03371, § 3; the draw itself is `faircount.sample.consistent.draw_for_contests`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from faircount.model import BadInputError, UsageError
from faircount.risk import Floats
from faircount.sample.sampler import hexdigest


@dataclass(frozen=True, slots=True)
class Style:
    """Cards with the same contests on them."""

    contests: tuple[str, ...]
    cards: int


@dataclass(frozen=True, slots=True)
class Union:
    """The expected sample of several contests together."""

    cards: float
    """Distinct cards to pull."""
    readings: float
    """Contests to read on them: each contest that is audited and on the card, drawn for it or not."""
    apart: int
    """Cards if every contest had a sample of its own."""


def expected_union(styles: Sequence[Style], sizes: Mapping[str, int]) -> Union:
    """Return Σ over styles of cards × the largest sampling share n_c/N_c of their contests.

    Exact for contests that hold all cards; otherwise a little low, for thresholds vary around these shares (see
    `simulated_union`). Raises `BadInputError` for a sample larger than the contest.
    """
    shares = sampling_shares(styles, sizes)
    cards = readings = 0.0
    for style in styles:
        audited = [contest for contest in set(style.contests) if sizes.get(contest, 0) > 0]
        pulled = style.cards * max((shares[contest] for contest in audited), default=0.0)
        cards += pulled
        readings += pulled * len(audited)
    return Union(cards, readings, sum(sizes.values()))


def sampling_shares(styles: Sequence[Style], sizes: Mapping[str, int]) -> dict[str, float]:
    """Return n_c/N_c of each contest."""
    held = dict.fromkeys(sizes, 0)
    for style in styles:
        for contest in set(style.contests) & held.keys():
            held[contest] += style.cards
    for contest, size in sizes.items():
        if not 0 <= size <= held[contest]:
            raise BadInputError(f"contest {contest!r}", f"a sample of at most {held[contest]:,} cards", f"{size:,}")
    return {contest: size / held[contest] if size else 0.0 for contest, size in sizes.items()}


def simulated_union(styles: Sequence[Style], sizes: Mapping[str, int], runs: int = 100, seed: str = "plan") -> Floats:
    """Return the distinct cards of `runs` draws, least first: tickets for every card, the lowest taken.

    From numpy's generator and a text: nothing published is drawn by it.
    """
    if runs < 1:
        raise UsageError(f"one draw or more, not {runs}")
    sampling_shares(styles, sizes)
    chance = np.random.Generator(np.random.PCG64(int(hexdigest(seed), 16)))
    wanted = [contest for contest, size in sorted(sizes.items()) if size > 0]
    found = []
    for _ in range(runs):
        tickets = [np.sort(chance.random(style.cards)) for style in styles]
        last = {
            contest: float(np.partition(np.concatenate(
                [one for one, style in zip(tickets, styles, strict=True) if contest in style.contests]
            ), sizes[contest] - 1)[sizes[contest] - 1])
            for contest in wanted
        }  # fmt: skip
        ceilings = [max((last[c] for c in style.contests if c in last), default=-1.0) for style in styles]
        found.append(sum(int(np.searchsorted(one, top, side="right"))
                         for one, top in zip(tickets, ceilings, strict=True)))  # fmt: skip
    return np.sort(np.array(found, float))


def batches_opened(batch_cards: Sequence[int], drawn: int) -> float:
    """Return the expected number of batches with a card among `drawn`, each card once, all alike likely.

    Σ 1 − C(N − n_b, n)/C(N, n), exact. For cards that are not alike likely (styles) it is near.
    """
    total = sum(batch_cards)
    if not 0 <= drawn <= total:
        raise UsageError(f"no more cards are drawn than {total:,}, not {drawn:,}")

    def log_ways(n: int) -> float:
        """ln C(n, drawn), −∞ where there is none."""
        if n < drawn:
            return -math.inf
        return math.lgamma(n + 1) - math.lgamma(n - drawn + 1) - math.lgamma(drawn + 1)

    none, whole = {size: log_ways(total - size) for size in set(batch_cards)}, log_ways(total)
    return math.fsum(-math.expm1(min(0.0, none[size] - whole)) for size in batch_cards)


def distinct_batches(chances: Sequence[float], draws: int) -> float:
    """Return the expected number of distinct batches in `draws` with replacement, Σ 1 − (1 − chance)^draws."""
    if draws < 0 or not all(0 <= chance <= 1 for chance in chances):
        raise UsageError("chances are from 0 to 1 and draws a whole number from 0")
    return float(np.sum(1 - (1 - np.array(chances)) ** draws))
