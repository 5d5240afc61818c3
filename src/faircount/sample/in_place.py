"""Draws that number units by their place in the published list: SHANGRLA's and rlauxe's."""

import hashlib
import hmac
from collections.abc import Callable, Sequence

from faircount.model import BadInputError, Draw, Sample
from faircount.sample.sampler import Sampler, checked, digest


def shangrla_number(seed: str, place: int) -> int:
    """Return the number of the unit at `place`, 0 first: SHA-256 of the seed, a comma and `place` zero bytes."""
    return digest(f"{seed},{chr(0) * place}")


def rlauxe_number(seed: str, place: int) -> int:
    """Return the number of the unit at `place`, 0 first, as rlauxe's `Prng` does on common processors.

    HMAC-SHA256 over place + 1 as 4 bytes, most significant first. The key is the seed, a whole number below 2^63, as
    8 bytes: the lower four before the upper four, each most significant first (a shift by a negative number, taken
    modulo 64, in the original). The result is the absolute value of the first 8 bytes as a signed number.
    Raises `BadInputError` for another seed.
    """
    if not (seed.isascii() and seed.isdigit() and int(seed) < 2**63):
        raise BadInputError("sample", "the seed of this sampler is a whole number below 2^63", repr(seed[:80]))
    number = int(seed)
    key = (number & 0xFFFFFFFF).to_bytes(4, "big") + (number >> 32).to_bytes(4, "big")
    told = hmac.new(key, (place + 1).to_bytes(4, "big"), hashlib.sha256).digest()
    signed = int.from_bytes(told[:8], "big", signed=True)
    return abs(signed) if signed != -(2**63) else signed


def _lowest(name: str, number: Callable[[str, int], int]) -> Callable[[Sequence[str], str, int], Sample]:
    def draw(units: Sequence[str], seed: str, draws: int) -> Sample:
        """Return the `draws` units with the lowest numbers, lowest first."""
        checked(units, seed, draws, replacement=False)
        order = sorted((number(seed, place), place) for place in range(len(units)))[:draws]
        return Sample(name, seed, tuple(Draw(units[place], str(found)) for found, place in order))

    return draw


SHANGRLA = Sampler(
    "shangrla",
    "cryptorandom's SHA256 PRNG as SHANGRLA assigns it to cards in the order of the list",
    _lowest("shangrla", shangrla_number),
    replacement=False,
)
RLAUXE = Sampler(
    "rlauxe",
    "rlauxe, util/Prng.kt: HMAC-SHA256 keyed with the seed over the place in the list",
    _lowest("rlauxe", rlauxe_number),
    replacement=False,
    legacy=True,
)
