"""The shape of a way of drawing: units and a published seed → an order that anybody can repeat."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from faircount.model import BadInputError, Sample

Tickets = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sampler:
    """A named way of drawing units (cards or batches) from a list, given a seed.

    The promise: the draw is a function of the seed's text, the units in their published order and the sizes alone,
    computed with SHA-256 (or as `source` says) and whole numbers; asking for more draws extends a draw and never
    changes it. **The seed must be published after the list of units is fixed.**
    """

    name: str
    source: str
    """Where it is defined: paper, program, law."""
    draw: Callable[[Sequence[str], str, int], Sample]
    """(units, seed, draws) → the first `draws` draws. Raises `BadInputError` for units named twice, no units, or more
    draws than units where none goes back."""
    replacement: bool
    """Whether a unit drawn goes back and can be drawn again."""
    legacy: bool = False
    """Whether it is here only to repeat draws of other programs. Some have known faults; new audits do not use it."""


def digest(text: str) -> int:
    """Return SHA-256 of the UTF-8 bytes of `text` as a big-endian whole number."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), "big")


def hexdigest(text: str) -> str:
    """Return SHA-256 of the UTF-8 bytes of `text` in lower-case hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def checked(units: Sequence[str], seed: str, draws: int, replacement: bool) -> None:
    """Raise `BadInputError` where nothing can be drawn as asked."""
    if not seed:
        raise BadInputError("sample", "a draw has a published seed", "an empty one")
    if draws < 0:
        raise BadInputError("sample", "a number of draws is not negative", str(draws))
    if len(set(units)) != len(units):
        seen: set[str] = set()
        twice = next(unit for unit in units if unit in seen or seen.add(unit))  # type: ignore[func-returns-value]
        raise BadInputError("sample", "units have distinct names", f"{twice!r} twice")
    if draws and not units:
        raise BadInputError("sample", "there is something to draw from", "no units")
    if draws > len(units) and not replacement:
        raise BadInputError(
            "sample", "a draw without replacement is not larger than the list", f"{draws:,} of {len(units):,} units",
            "count everything by hand",
        )  # fmt: skip
