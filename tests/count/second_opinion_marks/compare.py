"""Count every random election twice, and say how often the two agree."""

import os
import random
from collections import Counter
from collections.abc import Callable

from count.second_opinion_marks.sheet import Sheet, differences

from faircount.count import RULES
from faircount.model import BadInputError, Contest, Profile, Transcript, UsageError

ELECTIONS = int(os.environ.get("FAIRCOUNT_ELECTIONS", "300"))
"""How many of each rule; more of them by the environment."""
Election = Callable[[random.Random], tuple[Contest, Profile]]
Hand = Callable[[Contest, Profile], Sheet]


def disagreement(rule: str, hand: Hand, contest: Contest, profile: Profile) -> tuple[str, list[str]]:
    """Return the verdict of the other hand, and how the two differ: nothing where both refuse the election."""
    theirs: Transcript | str
    try:
        theirs = RULES[rule].count(contest, profile)
    except (BadInputError, UsageError) as why:
        theirs = f"the rule refuses: {why}"
    try:
        mine = hand(contest, profile)
    except (BadInputError, UsageError) as why:
        return "refused", [] if isinstance(theirs, str) else [f"the other hand refuses: {why}"]
    return mine.verdict, [theirs] if isinstance(theirs, str) else differences(mine, theirs)


def agree(rule: str, hand: Hand, election: Election, elections: int = ELECTIONS) -> Counter[str]:
    """Return how often each verdict was met. Raises `AssertionError` with the first election told differently."""
    met: Counter[str] = Counter()
    for seed in range(elections):
        contest, profile = election(random.Random(f"{rule} {seed}"))
        verdict, unlike = disagreement(rule, hand, contest, profile)
        assert not unlike, (seed, unlike, contest, profile)
        met[verdict] += 1
    return met
