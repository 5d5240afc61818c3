"""Assertions: an outcome → claims about ballots, each a mean above one half. To add: a file, a line in `ASSERTIONS`."""

from faircount.assertion import (
    condorcet,
    highest_averages,
    instant_runoff,
    largest_remainder,
    measure,
    plurality,
    points,
    runoff,
    stages,
    star,
    transferable,
)
from faircount.assertion.generator import Claims, Generator
from faircount.model import Catalog

ASSERTIONS: Catalog[Generator] = Catalog(
    "assertion generator",
    plurality.GENERATOR,
    measure.THRESHOLD,
    measure.PROPOSAL,
    runoff.MAJORITY_OR_RUNOFF,
    runoff.TOP_N,
    points.GENERATOR,
    star.GENERATOR,
    instant_runoff.GENERATOR,
    stages.FINAL_N,
    stages.SEQUENTIAL,
    stages.BOTTOMS_UP,
    transferable.GENERATOR,
    condorcet.GENERATOR,
    highest_averages.GENERATOR,
    largest_remainder.GENERATOR,
)

WITHOUT_ASSERTIONS = {
    "senate-stv": (
        "a square above the line stands for candidates below it, so that a ballot paper is no ranking of which claims "
        "could be made, and votes are cut to whole numbers at every transfer"
    ),
}
"""Counting rules whose outcomes nothing here can claim, and why: only a full hand count confirms them."""


def generator_for(rule: str) -> Generator | None:
    """Return the generator of a counting rule's outcomes; None where there is none: `WITHOUT_ASSERTIONS` says why."""
    return next((one for one in ASSERTIONS.values() if rule in one.rules), None)


__all__ = ["ASSERTIONS", "WITHOUT_ASSERTIONS", "Claims", "Generator", "generator_for"]
