"""One ranked ballot as the walk that a count takes along it, and the piles of ballots that a count moves.

What a rank is worth does not depend on who is still standing, with one exception (an overvoted rank under
`exhaust-if-multiple-continuing` or `split`). So each ballot is walked once, to a short list of steps, and equal lists
are merged; a round then moves only the ballots of the choices it excludes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from faircount.count.interpretation import Ranking, is_invalid, ranking, states_overvoted_rank
from faircount.count.ranked.ballot_options import SPLIT, of_kind
from faircount.model import (
    INACTIVE_CAUSES,
    BadInputError,
    CandidateIndex,
    Contest,
    Pattern,
    Profile,
    Transfer,
    VoteCount,
)

Step = CandidateIndex | tuple[CandidateIndex, ...]
"""A choice; or the choices of an overvoted rank, of whom the last one standing counts, or who share the vote."""

Walk = tuple[tuple[Step, ...], str]
"""Steps in order of preference, and the cause that holds once they are used up, one of `INACTIVE_CAUSES`."""

Moved = dict[tuple[CandidateIndex, int, str], VoteCount]
"""(whence, whither or -1, cause of going nowhere) → votes."""


def walk(contest: Contest, pattern: Pattern, decided: Mapping[str, str]) -> Walk:
    """Return the steps of ballots with this pattern, under the decisions of `BALLOT_OPTIONS`.

    At each rank, in this order: too many empty ranks before it (leading ones count too) end the walk; then a choice
    that was ranked before, where the rule stops there; then an overvote. Empty ranks at the end end nothing early.
    """
    if is_invalid(pattern):
        return (), "invalid"
    ranks = ranking(contest, pattern)
    if decided.get("withdrawn") == "erase":
        ranks = _without(ranks, of_kind(contest, "withdrawn"))
    if not ranks:
        return (), "overvote" if states_overvoted_rank(pattern) else "undervote"
    allowed = None if decided["skipped"] == "unlimited" else int(decided["skipped"])
    overvote, stop_at_repeat = decided["overvote"], decided["repeated"] == "exhaust"
    steps: list[Step] = []
    seen: set[CandidateIndex] = set()
    last = 0
    for rank, choices in ranks:
        if allowed is not None and rank - last - 1 > allowed:
            return tuple(dict.fromkeys(steps)), "skipped rank"
        last = rank
        if stop_at_repeat and not seen.isdisjoint(choices):
            return tuple(dict.fromkeys(steps)), "repeated choice"
        seen.update(choices)
        if len(choices) == 1:
            steps.append(choices[0])
        elif overvote == "exhaust":
            return tuple(dict.fromkeys(steps)), "overvote"
        elif overvote != "skip":
            if not choices:
                raise BadInputError(
                    f"contest {contest.title!r}", f"the rule {overvote!r} needs the names at an overvoted rank",
                    f"an export that calls rank {rank} overvoted and names nobody", "decide overvote=exhaust or skip",
                )  # fmt: skip
            steps.append(choices)
    # An overvoted rank that is skipped is as if left empty: with nothing after it the ballot is exhausted.
    return tuple(dict.fromkeys(steps)), "exhausted"


def _without(ranks: Ranking, erased: tuple[CandidateIndex, ...]) -> Ranking:
    left = ((rank, choices, tuple(c for c in choices if c not in erased)) for rank, choices in ranks)
    return tuple((rank, after) for rank, before, after in left if after or not before)


def resting_places(
    steps: tuple[Step, ...], at: int, end: str, out: set[CandidateIndex], split: bool
) -> tuple[tuple[CandidateIndex, ...], int, str]:
    """Walk on from step `at`; return (choices, their step, "") or ((), step, cause) when nobody standing is reached.

    Several choices are those who share the vote; only where it is `split` are there several.
    """
    for here in range(at, len(steps)):
        step = steps[here]
        if not isinstance(step, tuple):
            if step not in out:
                return (step,), here, ""
            continue
        standing = tuple(choice for choice in step if choice not in out)
        if len(standing) > 1 and not split:
            return (), here, "overvote"
        if standing:
            return standing, here, ""
    return (), len(steps), end


def plain(votes: VoteCount) -> VoteCount:
    """Return a whole number as an int, whatever it was computed as."""
    return votes.numerator if isinstance(votes, Fraction) and votes.denominator == 1 else votes


def transfers_of(moved: Moved) -> tuple[Transfer, ...]:
    """Return what moved in order: whence, then choices in the order of the ballot, then causes."""
    order = sorted(moved, key=lambda m: (m[0], m[1] < 0, m[1], INACTIVE_CAUSES.index(m[2]) if m[2] else 0))
    return tuple(
        Transfer(m[0], CandidateIndex(m[1]) if m[1] >= 0 else None, m[2] or "transferred", plain(moved[m]))
        for m in order
        if moved[m]
    )


@dataclass(slots=True)
class Piles:
    """Ballots as a count holds them: one pile for each choice, and the inactive by cause. Changes as votes move.

    A parcel of a pile is (steps, step at which it rests, cause at its end, votes).
    """

    piles: list[list[tuple[tuple[Step, ...], int, str, VoteCount]]]
    votes: list[VoteCount]
    inactive: dict[str, VoteCount]
    out: set[CandidateIndex]
    split: bool = False

    @classmethod
    def of(
        cls, contest: Contest, profile: Profile, decided: Mapping[str, str], out: Iterable[CandidateIndex] = ()
    ) -> "Piles":
        """Deal out the ballots of `profile` with every choice standing but the withdrawn and those in `out`."""
        merged: dict[Walk, VoteCount] = {}
        for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
            way = walk(contest, pattern, decided)
            merged[way] = merged.get(way, 0) + weight
        return cls.of_walks(contest, merged, decided, out)

    @classmethod
    def of_walks(
        cls,
        contest: Contest,
        walks: Mapping[Walk, VoteCount],
        decided: Mapping[str, str],
        out: Iterable[CandidateIndex],
    ) -> "Piles":
        """Deal out ballots that have been walked already: way → weight."""
        size = len(contest.choices)
        gone = {*of_kind(contest, "withdrawn"), *out}
        zero = dict.fromkeys(INACTIVE_CAUSES, 0)
        made = cls([[] for _ in range(size)], [0] * size, dict(zero), gone, decided["overvote"] == SPLIT)
        for (steps, end), weight in walks.items():
            made._put(steps, 0, end, weight)
        return made

    def _put(
        self, steps: tuple[Step, ...], at: int, end: str, weight: VoteCount
    ) -> tuple[tuple[CandidateIndex, ...], str]:
        choices, here, cause = resting_places(steps, at, end, self.out, self.split)
        if not choices:
            self.inactive[cause] += weight
        share = weight if len(choices) < 2 else plain(Fraction(weight) / len(choices))
        for choice in choices:
            self.votes[choice] += share
            self.piles[choice].append((steps, here, end, share))
        return choices, cause

    def inactive_now(self) -> tuple[tuple[str, VoteCount], ...]:
        """Return inactive votes by cause, causes with none left out."""
        return tuple((cause, plain(count)) for cause, count in self.inactive.items() if count)

    def take_out(self, excluded: tuple[CandidateIndex, ...]) -> Moved:
        """Take all of `excluded` out at once, move their ballots on, and return what moved, summed."""
        self.out.update(excluded)
        moved: Moved = {}
        for source in excluded:
            ballots, self.piles[source], self.votes[source] = self.piles[source], [], 0
            for steps, at, end, weight in ballots:
                # A share of a split rank goes to those who are left there, in equal parts, and only then further on.
                targets, cause = self._put(steps, at, end, weight)
                share = weight if len(targets) < 2 else plain(Fraction(weight) / len(targets))
                for target in targets or (-1,):
                    moved[source, target, cause] = moved.get((source, target, cause), 0) + share
        return moved

    def exclude(self, excluded: tuple[CandidateIndex, ...]) -> tuple[Transfer, ...]:
        """Take all of `excluded` out at once, move their ballots on, and return what moved, in order."""
        return transfers_of(self.take_out(excluded))
