"""The order in which papers lie, as faircount.count.stv.whole_papers describes its draw."""

from collections import Counter

from count.second_opinion_marks.lots import digest

from faircount.model import Contest, Pattern, Profile

Way = tuple[tuple[str, ...], str]
"""Names in order of preference, and the cause that ends the paper."""


def way(contest: Contest, pattern: Pattern, strict: bool) -> Way:
    """Read a paper: where `strict` (Ireland) it ends at whatever is not clear, else (Cambridge) that is passed over."""
    if "invalid-contest" in pattern.conditions:
        return (), "invalid"
    if not pattern.marks:
        return (), "undervote"
    names, ranked = list[str](), set[str]()
    last = max(mark.rank for mark in pattern.marks)
    for rank in range(1, last + 1):
        here = {contest.choices[mark.choice] for mark in pattern.marks if mark.rank == rank}
        if not here and strict:
            return tuple(names), "skipped rank"
        if strict and any(choice.name in ranked for choice in here):
            return tuple(names), "repeated choice"
        if len(here) > 1 and strict:
            return tuple(names), "overvote"
        if len(here) == 1:
            [choice] = here
            if choice.name not in names and choice.kind != "withdrawn":
                names.append(choice.name)
        ranked |= {choice.name for choice in here}
    return tuple(names), "exhausted"


def order(contest: Contest, profile: Profile, strict: bool) -> list[Way]:
    """Return what every paper says on which somebody has a vote, in the order in which they lie."""
    ways: Counter[Way] = Counter()
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        ways[way(contest, pattern, strict)] += int(weight)
    seed = contest.option("papers_seed", "none")
    tickets = {
        digest([seed, contest.title, list(names), cause, copy]): (names, cause)
        for (names, cause), number in ways.items()
        for copy in range(1, number + 1)
        if names
    }
    return [tickets[ticket] for ticket in sorted(tickets)]
