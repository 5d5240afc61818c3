"""The good bundles that forgeries are made from: one of each design, small, with everything that can happen in them."""

import random
from fractions import Fraction
from functools import cache
from unittest.mock import patch

from gallery.in_memory import WITNESSES
from gallery.played import Change, Play, Played, play
from gallery.resealing import Case, Files
from gallery.small_elections import BATCHES, Terms, election

from faircount.model import Design

MADE: dict[str, tuple[int, tuple[str, ...], int, float, Terms, Play]] = {
    # name: (seed, contests, cards, lead, terms, what happens)
    "comparison": (54, ("plurality", "ranked"), 60, 0.75,
                   Terms(Design.COMPARISON, ("c1", "c2"), "cobra", Fraction(1, 10)),
                   Play(double=True, quorum=2, corrections=0.2, first=8, also_after_close=True, slips=0.05)),
    "oneaudit": (5, ("plurality", "lists"), 60, 0.8,
                 Terms(Design.COMPARISON, ("c1",), "alpha", Fraction(1, 5), BATCHES[0], 1),
                 Play(corrections=0.1, first=14)),
    "polling": (6, ("plurality", "several"), 60, 0.85,
                Terms(Design.POLLING, ("c1",), "alpha", Fraction(1, 5)),
                Play(quorum=2, parties=("Plum", "Quince"), first=12, corrections=0.1, lost=0.03)),
    "batch": (16, ("plurality", "measure"), 60, 0.6,
              Terms(Design.BATCH, ("c1", "c2"), "macro", Fraction(1, 20)), Play(first=3, rounds=2, corrections=0.3)),
    "small": (1, ("plurality",), 30, 0.95,
              Terms(Design.POLLING, ("c1",), "betting-fixed", Fraction(1, 4)), Play(first=4)),
}  # fmt: skip


@cache
def played(name: str) -> Played:
    """Return the audit of a name, played once."""
    seed, kinds, cards, lead, terms, how = MADE[name]
    chance = random.Random(seed)
    return play(election(chance, kinds, cards, lead), terms, how, chance)


def case(name: str) -> Case:
    """Return its bundle taken apart, anew each time."""
    found = played(name)
    return Case.of(found.files, witnesses=WITNESSES if found.held.witnesses else ())


def replayed(name: str, change: Change) -> Files:
    """Return the bundle of the same audit played over records that a forger changed, with whatever follows from them.

    The engine would refuse such records; the forger has taken out that refusal, and nothing else.
    """
    seed, kinds, cards, lead, terms, how = MADE[name]
    chance = random.Random(seed)
    with patch("faircount.audit.state.refuse_disagreement"):
        return play(election(chance, kinds, cards, lead), terms, how, chance, change).files
