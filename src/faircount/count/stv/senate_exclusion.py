"""Bulk exclusion of the Senate: how many of the lowest go at once. Commonwealth Electoral Act 1918 s 273(13A)–(13C)."""

from collections.abc import Sequence

from faircount.model import VoteCount


def bulk(poll: Sequence[VoteCount], quota: int, vacancies: int) -> int:
    """Return how many of the lowest are excluded at once; 0 or 1 where it is no more than the one lowest.

    `poll` are the votes of the continuing candidates, fewest first. Words of s 273(29): a shortfall is what a
    candidate lacks to the quota; the leading shortfall is that of the highest; the vacancy shortfall sums those of as
    many of the highest as there are vacancies; notional votes are a candidate's with those of all who stand lower.
    Exclusions begin only when no surplus waits, so nothing is ever adjusted under s 273(13C).
    """
    leading = quota - poll[-1]
    vacancy = sum(quota - votes for votes in poll[-vacancies:])
    notional: list[VoteCount] = []
    for votes in poll:
        notional.append(votes + (notional[-1] if notional else 0))
    # (a), (b): Candidate B is the highest below Candidate A whose notional votes are fewer than the next one's votes.
    below = [at for at in range(len(poll) - 1) if notional[at] < vacancy and notional[at] < poll[at + 1]]
    if not below:
        return 0
    size = below[-1] + 1
    if notional[below[-1]] >= leading:
        # (d): Candidate C is the highest with fewer notional votes than the leading shortfall; there may be none.
        size = sum(votes < leading for votes in notional)
    return max(0, min(size, len(poll) - vacancies))  # (13B)
