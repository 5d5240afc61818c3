"""What a sample of the collection is known to be, and the check that holds the reader to it."""

from collections.abc import Callable
from dataclasses import dataclass

from elections.reading import Totals


@dataclass(frozen=True)
class Sample:
    """One export of the collection beside the project; `docs/samples.md` has a line for each."""

    path: str
    """Below the collection's root."""
    format: str
    """Name of the reader that must claim it."""
    version: str
    """What the reader says of the format's version; empty where the format has none."""
    cards: int
    """Cards read; 0 where the format holds none."""
    verified: str
    """What `check` holds against a figure that does not come from this reader, in words for a table."""
    check: Callable[[Totals], None]
    """Assert the known truth, and that no row was rejected unless that is the truth."""
