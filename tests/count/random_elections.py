"""Seeded random elections, small enough to be nasty: everything a reader may emit, in every combination."""

import random
from dataclasses import replace

from faircount.count.ranked.instant_runoff import OPTIONS
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank

_KNOWN = {
    "batch": ["yes", "no"],
    "overvote": ["exhaust", "skip", "exhaust-if-multiple-continuing"],
    "until_two": ["yes", "no"],
    "write_ins": ["count", "excluded-first"],
}
"""Values that the second opinion in naive.py knows, where it does not know all."""
_UNKNOWN = ("minimum", "stop_after", "threshold", "withdrawn", "without_votes")
"""Options of which it knows the default only."""
ASIDE = ("skipped-ranking", "duplicated-choice", "write-in", "condition-77")


def choices(chance: random.Random, most: int) -> tuple[Choice, ...]:
    kinds = ["regular", "regular", "regular", "write-in", "qualified-write-in"]
    return tuple(Choice(f"choice {c}", kind=chance.choice(kinds)) for c in range(chance.randint(1, most)))


def some_withdrawn(chance: random.Random, most: int) -> tuple[Choice, ...]:
    return tuple(replace(c, kind="withdrawn") if chance.random() < 0.1 else c for c in choices(chance, most))


def profile(chance: random.Random, size: int, ranks: int, allowed: int) -> Profile:
    counts: dict[Pattern, int] = {}
    for _ in range(chance.choice([0, 1, 2, 5, 12, 25])):
        one = pattern(chance, size, ranks, allowed)
        counts[one] = counts.get(one, 0) + chance.choice([1, 1, 1, 2, 3])
    return Profile.of(counts)


def pattern(chance: random.Random, size: int, ranks: int, allowed: int) -> Pattern:
    marks = {}
    for _ in range(chance.choice([0, 1, 1, 2, 3, 4, 6])):
        # Most ballots are orderly: the next choice at the next rank. The rest is whatever.
        rank = min(len(marks) + 1, max(ranks, 1)) if chance.random() < 0.6 else chance.randint(1, max(ranks, 1))
        mark = Mark(
            CandidateIndex(chance.randrange(size)),
            Rank(rank),
            is_vote=chance.choice([None, True, True, False]),
            is_ambiguous=chance.random() < 0.1,
            conditions=(chance.choice((*ASIDE, "overvote")),) if chance.random() < 0.1 else (),
        )
        marks[mark.sort_key()] = mark
    conditions = [c for c in ("invalid-contest", "overvote", "overvoted-ranking", *ASIDE) if chance.random() < 0.05]
    return Pattern(
        tuple(marks[key] for key in sorted(marks)),
        chance.choice([None, None, *range(allowed + 1)]),
        chance.choice([None, None, 0, 0, *range(allowed + 1)]),
        tuple(sorted(conditions)),
    )


def marked(chance: random.Random) -> tuple[Contest, Profile]:
    """A contest of marks, and its cards."""
    offered = choices(chance, 5)
    allowed = chance.randint(1, 3)
    contest = Contest("t", offered, seats=chance.randint(1, 4), votes_allowed=allowed)
    return contest, profile(chance, len(offered), 0, allowed)


def single(chance: random.Random, rule: str, options: tuple[tuple[str, str], ...] = ()) -> tuple[Contest, Profile]:
    """A contest of marks for one seat by one vote, and its cards."""
    offered = choices(chance, 5)
    return Contest("t", offered, rule=rule, options=options), profile(chance, len(offered), 0, 1)


def measure(chance: random.Random) -> tuple[Contest, Profile]:
    """A measure under random decisions, and its cards."""
    options = (
        ("base", chance.choice(["votes", "ballots"])),
        ("reach", chance.choice(["more-than", "at-least"])),
        ("threshold", chance.choice(["1/2", "2/3", "3/5", "1/1", "1/9"])),
    )
    contest, cards = single(chance, "threshold", options)
    if chance.random() < 0.5:
        named = (*options, ("yes", chance.choice(contest.choices).name))
        contest = Contest("t", contest.choices, rule="threshold", options=named)
    return contest, cards


def ranked(chance: random.Random) -> tuple[Contest, Profile]:
    """A ranked contest under random decisions, and its cards."""
    offered, ranks = choices(chance, 6), chance.randint(1, 5)
    options = []
    for option in OPTIONS:
        words = [value for value in option.values if not value.startswith("<")]
        if option.name == "skipped":
            words += ["0", "1", "2"]
        if option.name == "tie":
            words = ["stop", "order", "previous-rounds"]  # the second opinion knows these
        elif option.name in _KNOWN:
            words = _KNOWN[option.name]
        elif option.name.startswith("tie_") or option.name in _UNKNOWN:
            continue
        if chance.random() < 0.7:
            options.append((option.name, chance.choice(words)))
    contest = Contest("t", offered, ranks=ranks, rule="instant-runoff", options=tuple(options))
    return contest, profile(chance, len(offered), ranks, 1)
