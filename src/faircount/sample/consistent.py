"""Consistent sampling: every unit gets a ticket from the seed and its own name; the lowest tickets are drawn.

A ticket is the SHA-256, in hexadecimal, of the UTF-8 bytes of the JSON list `["seed","unit"]` without spaces. It does
not depend on the other units, so several contests, later rounds and other programs agree on it.
Source: R. L. Rivest 2018, "Consistent Sampling with Replacement", arXiv:1808.10016 (here without replacement).
"""

import heapq
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from faircount.model import BadInputError, Draw, Sample
from faircount.sample.sampler import Sampler, checked, hexdigest


def ticket(seed: str, unit: str) -> str:
    """Return the ticket of one unit: 64 hexadecimal digits, compared as text."""
    return hexdigest(json.dumps([seed, unit], ensure_ascii=False, separators=(",", ":")))


def draw(units: Sequence[str], seed: str, draws: int) -> Sample:
    """Return the `draws` units with the lowest tickets, lowest first: a simple random sample without replacement."""
    checked(units, seed, draws, replacement=False)
    lowest = heapq.nsmallest(draws, ((ticket(seed, unit), unit) for unit in units))
    return Sample(SAMPLER.name, seed, tuple(Draw(unit, number) for number, unit in lowest))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One sample for several contests at once.

    `order` holds indexes of the units drawn, by ticket. `thresholds` gives for each contest the last index (in `order`
    by ticket) that counts for it: **every unit drawn that holds the contest and whose ticket is not above that of the
    threshold must be used for it, in the order of the tickets**; skipping one would bias the sample.
    """

    order: tuple[int, ...]
    thresholds: tuple[tuple[str, int], ...]
    """(contest, index of its last unit), by contest; contests with size 0 are left out."""


def draw_for_contests(
    tickets: Sequence[str] | Sequence[int], holds: Sequence[Iterable[str]], sizes: Mapping[str, int]
) -> Drawn:
    """Return the union of the first `sizes[c]` units by ticket among those that hold contest c, for every contest.

    Each contest's own units are a simple random sample of those that hold it. A larger size later extends the draw:
    no unit leaves it, none comes twice. `holds[i]` are contests on unit i; `tickets[i]` its ticket, all distinct.
    Raises `BadInputError` where a contest is asked for more units than hold it. Source: Glazer, Spertus and Stark
    2020, "More style, less work", arXiv:2012.03371, § 3.
    """
    if len(tickets) != len(holds):
        raise BadInputError("sample", "every unit has a ticket", f"{len(tickets)} tickets, {len(holds)} units")
    left = {contest: size for contest, size in sizes.items() if size > 0}
    last: dict[str, int] = {}
    order: list[int] = []
    for index in sorted(range(len(tickets)), key=tickets.__getitem__):
        if not left:
            break
        wanted = [contest for contest in holds[index] if contest in left]
        if wanted:
            order.append(index)
        for contest in wanted:
            last[contest] = index
            left[contest] -= 1
            if not left[contest]:
                del left[contest]
    if left:
        contest, missing = min(left.items())
        raise BadInputError(
            f"sample for contest {contest!r}", "a sample is not larger than the cards that hold the contest",
            f"{missing:,} too many", "count the contest by hand",
        )  # fmt: skip
    return Drawn(tuple(order), tuple(sorted(last.items())))


SAMPLER = Sampler("consistent", "Rivest 2018, arXiv:1808.10016, § 3, without replacement", draw, replacement=False)
