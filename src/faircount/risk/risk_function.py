"""The shape of a risk function: values drawn so far → the risk that remains if the outcome were wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Settings = Mapping[str, float]
"""Named numbers that the method needs and that were fixed before the seed: a bet, a prior, a reported share."""


@dataclass(frozen=True, slots=True)
class Population:
    """What values are drawn from, and what the null says of it: its mean is at most `null_mean`."""

    size: int
    """N: cards (or batches) that could be drawn; where draws are with replacement it is not used."""
    upper: float
    """u: no value is above it, none below 0."""
    null_mean: float = 0.5
    """t."""
    replacement: bool = False
    """Whether a unit drawn goes back."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A named number of a risk function: its meaning, its default, and the range it may have."""

    name: str
    default: float | None
    """None where it must be stated."""
    least: float
    most: float
    meaning: str


@dataclass(frozen=True, slots=True)
class RiskFunction:
    """A sequential test of the null that the mean is at most t.

    The promise, for draws in random order from a population that meets the null: P(some p[j] ≤ α) ≤ α, for every α.
    `tests/conformance/test_every_risk_function.py` holds each entry to it, exactly on small populations. A function
    whose `gives` is `bayesian` makes no such promise: what it gives is a posterior probability and is called so.
    """

    name: str
    source: str
    """Paper and equation."""
    p_values: Callable[[Floats, Population, Settings], Floats]
    """Values in the order drawn → one number for each prefix, in [0, 1]. Where the function is of `rounds`, the
    setting `round` is the draws of each round and numbers within a round repeat the last one decided."""
    settings: tuple[Setting, ...] = ()
    gives: Literal["risk", "bayesian"] = "risk"
    with_replacement: bool = True
    """Whether it is valid for draws with replacement."""
    without_replacement: bool = True
    """Whether it is valid for draws without."""
