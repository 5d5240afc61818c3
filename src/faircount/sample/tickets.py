"""Rivest's tickets with replacement, bit by bit as the public library consistent_sampler makes them.

A ticket is a decimal fraction: "0." and the decimal digits of a SHA-256, reversed. A unit's next ticket is drawn from
its last one. Arlo cuts them to 18 digits when it shows them and names a ballot as Python writes a tuple.
Source: Rivest 2018, arXiv:1808.10016, § 4; the library's documentation.
"""

import heapq
from collections.abc import Sequence

from faircount.model import Draw, Sample
from faircount.sample.sampler import Sampler, checked, digest, hexdigest

SHOWN_DIGITS = 18
"""Digits of a ticket as Arlo writes it."""


def first_ticket(unit: str, seed: str) -> str:
    """Return the first ticket of a unit, all its digits."""
    return _fraction(digest(hexdigest(seed) + unit))


def next_ticket(ticket: str) -> str:
    """Return the ticket after `ticket`: the first of SHA-256("ticket:1"), ("ticket:2"), … that is above it."""
    number = 1
    while (found := _fraction(digest(f"{ticket}:{number}"))) <= ticket:
        number += 1
    return found


def _fraction(number: int) -> str:
    return "0." + str(number)[::-1]


def shown(ticket: str) -> str:
    """Return a ticket cut to the digits that Arlo shows."""
    return ticket[: 2 + SHOWN_DIGITS]


def draw(units: Sequence[str], seed: str, draws: int) -> Sample:
    """Return the `draws` lowest tickets, each time with the unit's next ticket put back."""
    checked(units, seed, draws, replacement=True)
    heap = [(first_ticket(unit, seed), at, 1) for at, unit in enumerate(units)]
    heapq.heapify(heap)
    found = []
    for _ in range(draws):
        ticket, at, number = heap[0]
        found.append(Draw(units[at], ticket, number))
        heapq.heapreplace(heap, (next_ticket(ticket), at, number + 1))
    return Sample(SAMPLER.name, seed, tuple(found))


SAMPLER = Sampler("rivest-tickets", "Rivest 2018, arXiv:1808.10016, § 4 (consistent_sampler)", draw, replacement=True)
