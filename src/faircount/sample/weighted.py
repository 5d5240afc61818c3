"""Draws with probability proportional to a whole number: batches by how wrong they could be (PPEB, PPS).

Numbers come from SHA-256 by rejection, so that every share is exact: number k of draw i is
SHA-256("seed,i,k"); it is thrown away where it is not below the largest multiple of the total that fits 2^256.
Source: Aslam, Popa and Rivest 2008, "On Auditing Elections When Precincts Have Different Sizes", EVT; Stark 2009.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from faircount.model import BadInputError, Draw, Sample
from faircount.sample.sampler import checked, digest

_SPACE = 2**256


def number_below(seed: str, draw: int, total: int) -> int:
    """Return a number from 0 to total − 1, each exactly as likely: draw `draw`, 1 first, of `seed`."""
    fits = _SPACE - _SPACE % total
    looked = 0
    while (found := digest(f"{seed},{draw},{looked}")) >= fits:
        looked += 1
    return found % total


def draw_by_bound(units: Sequence[str], bounds: Sequence[int], seed: str, draws: int) -> Sample:
    """Return `draws` units, each time unit i with probability bounds[i] / Σ bounds; a unit drawn goes back.

    A unit with bound 0 is never drawn. Raises `BadInputError` for bounds that are negative or all 0.
    """
    total = _total(units, bounds, seed, draws, replacement=True)
    ends = list(accumulate(bounds))
    times: dict[int, int] = {}
    found = []
    for number in range(1, draws + 1):
        told = number_below(seed, number, total)
        at = bisect_right(ends, told)
        times[at] = times.get(at, 0) + 1
        found.append(Draw(units[at], str(told), times[at]))
    return Sample("ppeb", seed, tuple(found))


def draw_by_size(units: Sequence[str], sizes: Sequence[int], seed: str, draws: int) -> Sample:
    """Return `draws` different units, each time with probability proportional to its size among those left."""
    _total(units, sizes, seed, draws, replacement=False)
    left = [at for at, size in enumerate(sizes) if size]
    if draws > len(left):
        raise BadInputError("sample", "a draw is not larger than the units that have a size", f"{draws} of {len(left)}")
    found = []
    for number in range(1, draws + 1):
        ends = list(accumulate(sizes[at] for at in left))
        told = number_below(seed, number, ends[-1])
        found.append(Draw(units[left.pop(bisect_right(ends, told))], str(told)))
    return Sample("pps", seed, tuple(found))


def _total(units: Sequence[str], bounds: Sequence[int], seed: str, draws: int, replacement: bool) -> int:
    checked(units, seed, draws, replacement)
    if len(bounds) != len(units):
        raise BadInputError("sample", "every unit has a bound", f"{len(bounds)} bounds, {len(units)} units")
    if any(bound < 0 for bound in bounds):
        raise BadInputError("sample", "a bound is not negative", str(min(bounds)))
    total = sum(bounds)
    if draws and not total:
        raise BadInputError("sample", "some unit can be drawn", "all bounds are 0")
    return total
