"""Draws by number: hash the seed and a counter, and take the remainder. As laws and older programs do.

The remainder of a 256-bit number by n is not exactly uniform: no unit is favoured by more than n / 2^256.
"""

from collections.abc import Sequence

from faircount.model import BadInputError, Draw, Sample
from faircount.sample.sampler import Sampler, checked, digest

MOST_LOOKS = 1_000
"""Hashes per unit of the list before a draw without replacement gives up: enough but for a vanishing chance."""


def pick(seed: str, number: int, size: int) -> int:
    """Return the unit, 0 first, that hash `number` (1 first) falls on: SHA-256("seed,number") mod size."""
    return digest(f"{seed},{number}") % size


def colorado(units: Sequence[str], seed: str, draws: int) -> Sample:
    """Return `draws` units; one that comes again is drawn again and counts again."""
    checked(units, seed, draws, replacement=True)
    times: dict[int, int] = {}
    found = []
    for number in range(1, draws + 1):
        at = pick(seed, number, len(units))
        times[at] = times.get(at, 0) + 1
        found.append(Draw(units[at], str(number), times[at]))
    return Sample(COLORADO.name, seed, tuple(found))


def without(units: Sequence[str], seed: str, draws: int) -> Sample:
    """Return `draws` different units: a number that falls on one drawn before is passed over."""
    checked(units, seed, draws, replacement=False)
    found: dict[int, int] = {}
    number = 0
    while len(found) < draws:
        number += 1
        found.setdefault(pick(seed, number, len(units)), number)
        if number > MOST_LOOKS * len(units):
            raise BadInputError("sample", "a draw ends", f"{number:,} hashes", "use another seed")
    return Sample(RIVEST.name, seed, tuple(Draw(units[at], str(looked)) for at, looked in found.items()))


COLORADO = Sampler(
    "colorado",
    "Colorado Secretary of State, Election Rule 25.2.2(h); ColoradoRLA: SHA-256(seed,number) mod (max − min + 1)",
    colorado,
    replacement=True,
)
RIVEST = Sampler("rivest-sampler", "Rivest's sampler.py, without replacement", without, replacement=False)
