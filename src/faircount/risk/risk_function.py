"""The shape of a risk function: values drawn so far → the risk that remains if the outcome were wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from faircount.model import BadInputError, UsageError

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
    default: float | Callable[[Population, Settings], float] | None
    """None where it must be stated; a function where it follows from the population and the settings declared before
    it."""
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
    setting `round` is the draws of each round and numbers within a round repeat the last one decided. The numbers may
    rise again: `least_so_far` is the measured risk of an audit that may stop at any draw."""
    settings: tuple[Setting, ...] = ()
    gives: Literal["risk", "bayesian"] = "risk"
    with_replacement: bool = True
    """Whether it is valid for draws with replacement."""
    without_replacement: bool = True
    """Whether it is valid for draws without."""
    batched: Callable[[Floats, Sequence[Population], Sequence[Settings]], Floats] | None = None
    """The fast twin of `p_values` for many assertions on the same draws; ask through `of_many`."""

    def of_many(self, values: Floats, populations: Sequence[Population], settings: Sequence[Settings]) -> Floats:
        """Return the p-values of many assertions: `values` and the answer have a row a draw, a column an assertion."""
        if values.ndim != 2 or not values.shape[1] == len(populations) == len(settings):
            raise BadInputError(self.name, "one population and one mapping of settings a column", str(values.shape))
        if self.batched is not None and len({population.replacement for population in populations}) == 1:
            return self.batched(values, populations, settings)
        columns = [self.p_values(values[:, k], populations[k], settings[k]) for k in range(len(populations))]
        return np.stack(columns, axis=1) if columns else np.zeros(values.shape)

    def draws_needed(self, value: float, risk_limit: float, population: Population, settings: Settings) -> int | None:
        """Return how many draws, all of `value`, bring p to the risk limit; None where even all N (or 10⁷) do not.

        With `value` the one of a card without error, this is the smallest sample that can confirm an assertion.
        """
        checked_risk_limit(risk_limit)
        most = 10**7 if population.replacement else population.size
        draws = min(64, most)
        while True:
            met = np.flatnonzero(self.p_values(np.full(draws, value), population, settings) <= risk_limit)
            if met.size:
                return int(met[0]) + 1
            if draws == most:
                return None
            draws = min(4 * draws, most)


def least_so_far(p_values: Floats) -> Floats:
    """Return the smallest p-value up to each draw: the risk measured by an audit that may stop whenever it likes."""
    least: Floats = np.minimum.accumulate(p_values, axis=0)
    return least


def settled(name: str, declared: tuple[Setting, ...], given: Settings, population: Population) -> dict[str, float]:
    """Return every declared setting, as given or by its default.

    Raises `UsageError` for a name that is not declared, one that must be stated and is not, or a number out of range.
    """
    known = {setting.name: setting for setting in declared}
    for other in given:
        if other not in known:
            raise UsageError(f"{name} has no setting {other!r}; it has: {', '.join(known) or 'none'}")
    found: dict[str, float] = {}
    for setting in declared:
        value = given.get(setting.name, setting.default)
        if callable(value):
            value = value(population, found)
        if value is None:
            raise UsageError(f"{name} needs the setting {setting.name!r}: {setting.meaning}")
        if not setting.least <= value <= setting.most:
            raise UsageError(f"{name}: {setting.name} is from {setting.least} to {setting.most}, not {value}")
        found[setting.name] = float(value)
    return found


def checked_risk_limit(risk_limit: float) -> None:
    """Raise `UsageError` unless the risk limit is between 0 and 1."""
    if not 0 < risk_limit < 1:
        raise UsageError(f"a risk limit is above 0 and below 1, not {risk_limit}")
