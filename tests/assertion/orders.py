"""The order in which an instant runoff excludes, for tests and benchmarks of the search for claims."""

from faircount.assertion.irv.rankings import Rankings


def excluded(rankings: Rankings) -> tuple[int, ...]:
    """Return the order of exclusion, one by one, ties to the later on the ballot; the winner last."""
    standing, order = (1 << rankings.choices) - 1, list[int]()
    while standing:
        tally = rankings.tally(standing)
        lowest = min((c for c in range(rankings.choices) if standing >> c & 1), key=lambda c: (tally[c], -c))
        order.append(lowest)
        standing &= ~(1 << lowest)
    return tuple(order)
