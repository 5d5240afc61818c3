"""Batch comparison for batches drawn with any known chances, with replacement or without, by betting.

Batch p overstates the margin by the share e_p, which cannot be above u_p (both as in `macro`); were the outcome wrong,
Σe_p ≥ 1. A draw takes batch p with a chance of w_p/W, W the sum of weights that can be drawn. With T = e_p W/w_p and
B = max u_p W/w_p, X = 1 − T/B is between 0 and 1. Were the outcome wrong, T would be on average at least the error not
found yet, and X at most μ = 1 − (1 − found)/B; each purse multiplies its money by 1 + c(X/μ − 1), c ≤ 1. With
replacement nothing is taken off as found; weights may be those of another contest's draw. A batch that weighs 0 was
never exposed and is taken to be as wrong as it can be. With w = u and all staked (c = 1) it is MACRO's p. Sources:
Stark 2009, SSRN 1443314; without replacement: Stark 2023, "ALPHA", arXiv:2201.02707, § 4; betting: Waudby-Smith, Stark
& Ramdas 2021, "RiLACS", arXiv:2107.11323.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faircount.model import BadInputError, UsageError
from faircount.risk.martingale import ROUNDING
from faircount.risk.risk_function import Floats

STAKES = (0.25, 0.5, 0.75, 0.9, 1.0)
"""c of purses among which the first 1 is divided evenly: all staked wins fastest, and loses all to one bad batch."""


@dataclass(frozen=True, slots=True)
class Design:
    """The batches and how they are drawn, fixed before the first."""

    bounds: Sequence[float]
    """u_p of every batch."""
    weights: Sequence[float]
    """w_p of every batch: in proportion to these they are drawn. `bounds` again for the usual design."""
    replacement: bool = False
    """Whether a batch drawn goes back."""

    def __post_init__(self) -> None:
        if len(self.bounds) != len(self.weights) or not self.bounds:
            raise UsageError(f"one weight a batch: {len(self.bounds)} bounds and {len(self.weights)} weights")
        for at, number in enumerate((*self.bounds, *self.weights)):
            if not 0 <= number < math.inf:
                raise UsageError(f"bounds and weights are numbers from 0, not {number} (the {at + 1}th)")


def p_values(
    design: Design, draws: Sequence[int], errors: Mapping[int, float], stakes: Sequence[float] = STAKES
) -> Floats:
    """Return one p for each prefix of the draws, in [0, 1]; their minimum so far is the risk measured.

    `draws`: places of batches in the order drawn; `errors`: e_p of each batch drawn, of which one below 0 (in favour of
    the loser) counts as 0. Once what is left cannot hold the error that is missing p is 0; of all batches it is 0 or 1.
    """
    if not stakes or not all(0 <= stake <= 1 for stake in stakes):
        raise UsageError(f"a stake is a share of the money, not {tuple(stakes)}")
    bounds, weights = np.array(design.bounds, float), np.array(design.weights, float)
    left = weights > 0
    missing = 1 - bounds[~left].sum()
    share, money, found = np.array(stakes), np.ones(len(stakes)), np.empty(len(draws))
    for at, batch in enumerate(draws):
        error = _checked(at, batch, left, errors, bounds)
        # W/w: by this an error counts for more than itself. Summed anew, for differences would collect rounding.
        scale = weights[left].sum() / weights[batch]
        most = float((bounds[left] / weights[left]).max()) * weights[left].sum()
        mean = 1 - missing / most if most > 0 else -math.inf
        if ROUNDING < mean < 1:
            money = money * np.maximum(0, 1 + share * ((1 - error * scale / most) / mean - 1))
        found[at] = min(1.0, 1 / money.mean()) if money.any() else 1.0
        if not design.replacement:
            left[batch] = False
            missing -= error
        if missing > bounds[left].sum() + ROUNDING:
            found[at:] = 0.0
            break
        if not left.any():
            found[at] = 1.0
    return found


def _checked(at: int, batch: int, left: NDArray[np.bool_], errors: Mapping[int, float], bounds: Floats) -> float:
    if not (0 <= batch < len(left) and left[batch]):
        raise BadInputError(f"draw {at + 1}", "a batch that can still be drawn", str(batch), "check weights and draws")
    if batch not in errors or not errors[batch] <= bounds[batch] * (1 + ROUNDING):
        rule = "an error no larger than the bound was found in each batch drawn"
        raise BadInputError(f"draw {at + 1}", rule, f"batch {batch}: {errors.get(batch)}", "recount it")
    return max(0.0, float(errors[batch]))
