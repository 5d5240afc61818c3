"""Hold every rule against its second opinion: `python tests/count/second_opinion/run.py RULE --elections 10000`."""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[3]
    sys.path[:0] = [str(root / "src"), str(root / "tests")]

from count.second_opinion import bottoms_up, nasty, runoffs
from count.second_opinion.opinion import NoSuchDecision, Opinion, differences

from faircount.count import RULES
from faircount.count.rule import settings
from faircount.model import BadInputError, Contest, Profile

Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Second:
    """Another hand for a rule, and the decisions among which it is tried: those not named are any."""

    hand: Callable[[Contest, Profile, Mapping[str, str]], Opinion]
    fixed: Words = field(default_factory=dict)
    seats: int = 1
    most: int = 5


SECONDS = {
    "instant-runoff": Second(runoffs.instant_runoff, {"stop_after": ("never", "never", "never", "1", "2", "3")}),
    "sequential-instant-runoff": Second(runoffs.sequential, seats=3),
    "final-n-instant-runoff": Second(runoffs.final_n, {"finalists": ("1", "2", "2", "3", "4")}),
    "bottoms-up": Second(bottoms_up.bottoms_up, seats=3),
    "top-n": Second(bottoms_up.top_n, {"advance": ("1", "2", "3", "4")}),
}


def election(name: str, seed: int) -> tuple[Contest, Profile]:
    """Return the random election of this number for a rule."""
    second, chance = SECONDS[name], random.Random(f"{name} {seed}")
    if RULES[name].ballot == "marks":
        return nasty.marked(chance, name, second.fixed)
    return nasty.ranked(chance, name, second.fixed, second.seats, second.most)


def compare(name: str, contest: Contest, profile: Profile) -> tuple[str, list[str]]:
    """Count twice. Return the verdict of the second opinion, and how the two differ."""
    rule = RULES[name]
    try:
        opinion = SECONDS[name].hand(contest, profile, settings(name, rule.options, contest))
    except NoSuchDecision:
        try:
            rule.count(contest, profile)
        except BadInputError:
            return "refused", []
        return "refused", ["the second opinion refuses a recorded decision, the rule does not"]
    if opinion.doubtful:
        return "not compared", []
    return opinion.verdict, differences(opinion, rule.count(contest, profile))


def main() -> None:
    """Compare, and print how often the two agree and the first elections on which they do not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rules", nargs="*", default=list(SECONDS))
    parser.add_argument("--elections", type=int, default=10_000)
    parser.add_argument("--show", type=int, default=3)
    asked = parser.parse_args()
    for name in asked.rules:
        verdicts: Counter[str] = Counter()
        unlike = 0
        for seed in range(asked.elections):
            contest, profile = election(name, seed)
            verdict, found = compare(name, contest, profile)
            verdicts[verdict] += 1
            unlike += bool(found)
            if found and unlike <= asked.show:
                print(seed, dict(contest.options), [(c.name, c.kind) for c in contest.choices], contest.seats, *found, sep="\n  ")
                for p, w in zip(profile.patterns, profile.weights):
                    print("   ", w, [(int(m.choice), int(m.rank)) for m in p.marks if not m.is_ambiguous], p.overvotes, p.conditions, p.overvoted_ranks)
        print(f"{name}: {asked.elections} elections, {unlike} differ, {dict(verdicts)}", flush=True)


if __name__ == "__main__":
    main()
