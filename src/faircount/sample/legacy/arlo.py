"""Arlo's draw of batches (PPEB): numpy's generator, seeded with SHA-256 of the published seed.

**Only to repeat a draw that was made.** Its numbers are 53-bit floats and its shares are sums of floats, so it is not
exact, and a reader needs numpy to repeat it; a new audit draws with `sample.weighted`. What numpy promises never to
change is used and no more: the raw numbers of PCG64 and their seeding. Sources: Arlo, audit_math/macro.py; numpy
`Generator.choice`; O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms".
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from faircount.model import BadInputError, Draw, Sample
from faircount.sample.sampler import checked, digest

NAME = "arlo-ppeb"
LEGACY = True


def batch_name(jurisdiction: str, batch: str) -> str:
    """Return a batch's name as Arlo hashes it for its ticket: as Python writes the pair, quotes and all.

    The ticket numbers of Arlo's report are `tickets.first_ticket(name, seed)`, as `tickets.shown` cuts them. They name
    the draw on paper and do not decide it.
    """
    return repr((jurisdiction, batch))


def draw_by_bound(units: Sequence[str], bounds: Sequence[Fraction], seed: str, draws: int) -> Sample:
    """Return `draws` batches, each time batch i with probability bounds[i] / Σ bounds; a batch drawn goes back.

    **The order of `units` decides**: Arlo takes jurisdictions by name and their batches as the manifest has them. Each
    draw's ticket is its float between 0 and 1. A later round draws anew from the start and passes over what it had, so
    that asking for more extends the draw. Raises `BadInputError` for bounds below 0 or all 0.
    """
    checked(units, seed, draws, replacement=True)
    if len(bounds) != len(units):
        raise BadInputError("sample", "every unit has a bound", f"{len(bounds)} bounds, {len(units)} units")
    if min(bounds, default=Fraction(0)) < 0 or (draws and not any(bounds)):
        raise BadInputError("sample", "no bound is below 0 and some unit can be drawn", f"Σ bounds {sum(bounds)}")
    total = sum(bounds, Fraction(0))
    ends = np.cumsum([float(bound / total) for bound in bounds]) if draws else np.zeros(0)
    raw = np.random.PCG64(digest(seed)).random_raw(draws)
    times: dict[int, int] = {}
    found = []
    for told in (raw >> np.uint64(11)) * 2.0**-53:
        at = int(np.searchsorted(ends / ends[-1], told, side="right"))
        times[at] = times.get(at, 0) + 1
        found.append(Draw(units[at], repr(float(told)), times[at]))
    return Sample(NAME, seed, tuple(found))
