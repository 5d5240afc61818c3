"""Largest remainders: a seat for every full quota of votes, the seats left over to the largest remainders. Exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from faircount.count.lists.divisors import Settle
from faircount.model import Catalog, VoteCount


@dataclass(frozen=True, slots=True)
class Quota:
    """How many votes a seat costs: votes ÷ (seats + `added`)."""

    name: str
    added: int
    source: str
    """Who uses or proposed it."""
    next_whole: bool = False
    """Whether it is the next whole number above the quotient (a quota that cannot give more seats than there are)."""

    def figure(self, votes: VoteCount, seats: int, added: int) -> VoteCount:
        """Return the quota for all votes that take part and all seats."""
        exact = Fraction(votes) / (seats + added)
        if self.next_whole:
            return exact.numerator // exact.denominator + 1
        return exact.numerator if exact.denominator == 1 else exact


QUOTAS = Catalog(
    "quota",
    Quota("hare", 0, "votes ÷ seats (Hare; as a method for states: Hamilton)"),
    Quota("droop", 1, "the next whole number above votes ÷ (seats + 1) (Droop)", next_whole=True),
    Quota("hagenbach-bischoff", 1, "votes ÷ (seats + 1), exact (Hagenbach-Bischoff)"),
    Quota("imperiali", 2, "votes ÷ (seats + 2), exact (Imperiali)"),
)
"""Quotas by name."""


@dataclass(frozen=True, slots=True)
class QuotaShares:
    """Seats by list, with what every list got by full quotas and by its remainder."""

    seats: tuple[int, ...]
    quota: VoteCount
    added: int
    """What was added to the seats in the quota; less than the quota's own where that gave more seats than there are."""
    full: tuple[int, ...]
    """Full quotas by list, also where the list has fewer candidates."""
    remainders: tuple[VoteCount, ...]
    """Votes beyond the full quotas, by list."""
    awards: tuple[int, ...]
    """Lists in the order of their seats: by full quotas (most votes first), then by remainders (largest first)."""
    by_remainder: int
    """How many of the last `awards` are by remainder."""
    level: tuple[int, ...] = ()
    """Lists with an equal claim to `unfilled` seats, where nobody decided between them."""
    unfilled: int = 0


def share_by_quota(
    votes: Sequence[VoteCount],
    seats: int,
    quota: Quota,
    *,
    limits: Sequence[int | None] = (),
    settle: Settle | None = None,
) -> QuotaShares:
    """Share `seats` seats among lists with these votes; a list without votes gets none.

    Where a small quota gives more seats than there are, it is made larger by one seat less in its divisor until it
    does not (Italy's D.P.R. 361/1957, art. 83, before 1993). Where seats are left after one by remainder for every
    list, which happens only if lists have too few candidates (`limits`), the remainders are gone through again.
    """
    total, added = sum(votes), quota.added
    if not total or seats < 1:
        nothing = (0,) * len(votes)
        return QuotaShares(nothing, 0, added, nothing, nothing, (), 0, unfilled=seats)
    while True:
        figure = quota.figure(total, seats, added)
        full = [int(n // figure) for n in votes]
        if sum(full) <= seats:
            break
        added -= 1
    room = [limits[place] if limits else None for place in range(len(votes))]
    won = [count if most is None else min(count, most) for count, most in zip(full, room, strict=True)]
    remainders = [n - count * figure for n, count in zip(votes, full, strict=True)]
    awards = [place for place in sorted(range(len(votes)), key=lambda p: (-votes[p], p)) for _ in range(won[place])]
    certain = len(awards)
    level: tuple[int, ...] = ()
    while len(awards) < seats and not level:
        taking = [p for p, n in enumerate(votes) if n and ((most := room[p]) is None or won[p] < most)]
        if not taking:
            break
        gained, level = _by_remainder(taking, remainders, seats - len(awards), won, settle)
        for place in gained:
            won[place] += 1
        awards += gained
    return QuotaShares(
        tuple(won), figure, added, tuple(full), tuple(remainders), tuple(awards), len(awards) - certain, level,
        seats - len(awards),
    )  # fmt: skip


def _by_remainder(
    taking: list[int], remainders: Sequence[VoteCount], seats: int, won: Sequence[int], settle: Settle | None
) -> tuple[list[int], tuple[int, ...]]:
    """Return the lists that take one seat each, largest remainder first, and those level where nobody decides."""
    order = sorted(taking, key=lambda p: (-remainders[p], p))
    if len(order) <= seats:
        return order, ()
    last = remainders[order[seats - 1]]
    gained = [p for p in order if remainders[p] > last]
    left = [p for p in order if remainders[p] == last]
    if len(gained) + len(left) == seats:
        return gained + left, ()
    while len(gained) < seats:
        now = [n + (p in gained) for p, n in enumerate(won)]
        chosen = settle(tuple(left), now) if settle else None
        if chosen is None:
            return gained, tuple(left)
        gained.append(chosen)
        left.remove(chosen)
    return gained, ()
