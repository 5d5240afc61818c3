"""Bernoulli sampling: every unit enters by its own chance, alone; and sampling stratum by stratum.

Source: Ottoboni, Bernhard, Halderman, Rivest and Stark 2018, "Bernoulli Ballot Polling", arXiv:1812.06361, § 3: given
how many entered, they are a simple random sample.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from faircount.model import BadInputError, Draw, Sample
from faircount.sample.consistent import draw, ticket
from faircount.sample.sampler import checked


def draw_each(units: Sequence[str], seed: str, chance: Fraction) -> Sample:
    """Return the units whose ticket, as a fraction of 16^64, is below `chance`; in the order of their tickets.

    A larger chance later only adds units. Raises `BadInputError` for a chance that is not from 0 to 1.
    """
    checked(units, seed, 0, replacement=False)
    if not 0 <= chance <= 1:
        raise BadInputError("sample", "a chance is from 0 to 1", str(chance))
    entered = sorted(
        (told, unit)
        for unit in units
        if int(told := ticket(seed, unit), 16) * chance.denominator < chance.numerator << 256
    )
    return Sample("bernoulli", seed, tuple(Draw(unit, told) for told, unit in entered))


def draw_by_stratum(strata: Mapping[str, Sequence[str]], seed: str, sizes: Mapping[str, int]) -> dict[str, Sample]:
    """Return one consistent sample for each stratum, by its name; units have distinct names over all strata.

    A unit's ticket does not depend on its stratum. Raises `BadInputError` for a size of a stratum that there is not.
    """
    unknown = sorted(set(sizes) - set(strata))
    if unknown:
        raise BadInputError("sample", "a size is that of a stratum", repr(unknown[0]))
    checked([unit for units in strata.values() for unit in units], seed, 0, replacement=False)
    return {name: draw(strata[name], seed, sizes.get(name, 0)) for name in sorted(strata)}
