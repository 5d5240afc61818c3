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

from count.second_opinion import bottoms_up, gregory, meek, nasty, pairwise, runoffs, senate
from count.second_opinion.opinion import NoSuchDecision, Opinion, differences

from faircount.count import RULES
from faircount.count.rule import settings
from faircount.model import BadInputError, Contest, Profile, UsageError

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
    "final-n-instant-runoff": Second(runoffs.final_n, {"finalists": ("2", "2", "3", "4")}),
    "bottoms-up": Second(bottoms_up.bottoms_up, seats=3),
    "stv": Second(
        gregory.stv,
        {
            "decimals": ("5", "5", "0", "2", "4", "exact"),
            "stop_after": ("never", "never", "never", "never", "1", "2", "3"),
            "final_surplus": ("stays", "stays", "stays", "taken"),
            "exclusion": ("by-value", "by-parcel", "whole", "whole"),
        },
        seats=3,
        most=6,
    ),
    "meek": Second(meek.meek, {"decimals": ("9", "9", "12"), "near": ("4", "6"), "tie": ("stop",)}, seats=3),
    "senate-stv": Second(senate.senate, {"batch": ("no",), "formality": ("lined", "never")}, seats=3),
    "schulze": Second(pairwise.by_pairs(pairwise.schulze)),
    "ranked-pairs": Second(pairwise.by_pairs(pairwise.ranked_pairs), {"tie": ("stop", "order")}, most=4),
    "minimax": Second(pairwise.by_pairs(pairwise.minimax)),
    "copeland": Second(pairwise.by_pairs(pairwise.copeland)),
    "kemeny": Second(pairwise.by_pairs(pairwise.kemeny)),
    "smith-instant-runoff": Second(pairwise.smith_runoff),
    "borda": Second(pairwise.points, seats=3),
    "dowdall": Second(pairwise.points, seats=3),
    "top-n": Second(bottoms_up.top_n, {"advance": ("1", "2", "3", "4")}),
}


def election(name: str, seed: int) -> tuple[Contest, Profile]:
    """Return the random election of this number for a rule."""
    second, chance = SECONDS[name], random.Random(f"{name} {seed}")
    if RULES[name].ballot == "marks":
        return nasty.marked(chance, name, second.fixed)
    return nasty.ranked(chance, name, second.fixed, second.seats, second.most)


def unsettled(contest: Contest, profile: Profile) -> str:
    """Say why a contest is not compared: its options' words do not decide it, or the rule is known to depart from them.

    A line here is a debt: whoever settles the words or the rule takes it out. Empty for every other contest.
    """
    decided = dict(contest.options)
    pool = any(choice.kind == "write-in" for choice in contest.choices)
    if decided.get("until_two") == "unless-in-round-1" and pool and decided.get("write_ins", "count") != "count":
        return "is the round after write-ins went out in round 1 still the first?"
    if contest.rule == "final-n-instant-runoff":
        if decided.get("until_two") == "elected-before" and decided.get("final") == "most-votes":
            return "does the count go on until two remain?"
    return unsettled_transfers(decided) if contest.rule == "stv" else ""


def unsettled_transfers(decided: Mapping[str, str]) -> str:
    """Say the same of a contest of the rule `stv`."""
    if decided.get("surpluses") == "together" and decided.get("defer", "no") != "no":
        return "does a round that elects exclude nobody, where surpluses wait?"
    if decided.get("final_surplus") == "taken" and decided.get("surplus") == "last-parcel":
        return "which ballots carry the surplus that a last round takes: the last parcel, or all?"
    if decided.get("batch") == "before-surpluses":
        if decided.get("elect", "all-who-reach") != "all-who-reach":
            return "is anybody elected in a round in which several are excluded before surpluses?"
        if decided.get("last_seats") == "equal-or-leader":
            return "which goes first, the leader's election or the exclusion before surpluses?"
    return ""


def compare(name: str, contest: Contest, profile: Profile) -> tuple[str, list[str]]:
    """Count twice. Return the verdict of the second opinion, and how the two differ."""
    if unsettled(contest, profile):
        return "text unclear", []
    rule, transcript = RULES[name], None
    try:
        transcript = rule.count(contest, profile)
    except (BadInputError, UsageError) as error:
        refusal = str(error)
    try:
        opinion = SECONDS[name].hand(contest, profile, settings(name, rule.options, contest))
    except NoSuchDecision:
        # A record need not speak of choices without any vote that go out together; this hand asks it all the same.
        if transcript and any(
            len(r.excluded) > 1 and not any(r.votes[c] for c in r.excluded) for r in transcript.rounds
        ):
            return "not compared", []
        return "refused", [] if transcript is None else ["the second opinion refuses a decision, the rule does not"]
    if opinion.doubtful:
        return "not compared", []
    return opinion.verdict, [refusal] if transcript is None else differences(opinion, transcript)


def told(number: int, contest: Contest, profile: Profile, found: list[str]) -> str:
    """Return an election on which the two differ, small enough to be counted on paper."""
    choices = [f"{choice.name} ({choice.kind})" for choice in contest.choices]
    lines = [f"election {number}, {contest.seats} seats, {dict(contest.options)}", ", ".join(choices), *found]
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        marks = [(int(m.rank), int(m.choice)) for m in pattern.marks if not m.is_ambiguous]
        rest = (pattern.undervotes, pattern.overvotes, pattern.conditions, pattern.overvoted_ranks)
        lines.append(f"{weight} × (rank, choice) {marks} {rest}")
    return "\n  ".join(lines) + "\n"


def main() -> None:
    """Compare, and say how often the two agree and on which elections they do not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rules", nargs="*", default=list(SECONDS))
    parser.add_argument("--elections", type=int, default=10_000)
    parser.add_argument("--show", type=int, default=3, help="how many differences to show")
    asked = parser.parse_args()
    for name in asked.rules:
        verdicts: Counter[str] = Counter()
        unlike = 0
        for number in range(asked.elections):
            contest, profile = election(name, number)
            verdict, found = compare(name, contest, profile)
            verdicts[verdict] += 1
            unlike += bool(found)
            if found and unlike <= asked.show:
                sys.stdout.write(told(number, contest, profile, found))
        sys.stdout.write(f"{name}: {asked.elections} elections, {unlike} differ, {dict(verdicts)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
