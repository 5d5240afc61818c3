"""Assertions: an outcome → claims about ballots, each a mean above one half. To add: a file, a line in `ASSERTIONS`."""

from faircount.assertion.generator import Claims, Generator
from faircount.assertion.instant_runoff import GENERATOR as INSTANT_RUNOFF
from faircount.assertion.plurality import GENERATOR as PLURALITY
from faircount.model import Catalog

ASSERTIONS: Catalog[Generator] = Catalog(
    "assertion generator",
    PLURALITY,
    INSTANT_RUNOFF,
)


def generator_for(rule: str) -> Generator | None:
    """Return the generator of a counting rule's outcomes; None where there is none yet."""
    return next((one for one in ASSERTIONS.values() if rule in one.rules), None)


__all__ = ["ASSERTIONS", "Claims", "Generator", "generator_for"]
