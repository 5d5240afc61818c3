"""Units where nothing but a manifest is known: container (batch) and position."""

from collections.abc import Iterable

from faircount.model import BadInputError

MOST_CARDS = 1_000_000_000


def positions(batches: Iterable[tuple[str, int]]) -> list[str]:
    """Return a name for every card of a manifest: `batch, 1` to `batch, n`, batches in the order given.

    Raises `BadInputError` for a batch named twice, a count below 0, or more cards than memory should hold.
    """
    named: list[str] = []
    seen: set[str] = set()
    for batch, cards in batches:
        if batch in seen:
            raise BadInputError("manifest", "batches have distinct names", f"{batch!r} twice")
        if not 0 <= cards <= MOST_CARDS - len(named):
            raise BadInputError("manifest", f"a batch has 0 to {MOST_CARDS:,} cards", f"{cards} in {batch!r}")
        seen.add(batch)
        named.extend(f"{batch}, {at}" for at in range(1, cards + 1))
    return named
