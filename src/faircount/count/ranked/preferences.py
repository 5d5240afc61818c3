"""One ranked ballot as the walk that a count takes along it, and the piles of ballots that a count moves.

What a rank is worth does not depend on who is still standing, with one exception (an overvoted rank under
`exhaust-if-multiple-continuing`). So each ballot is walked once, to a short list of steps, and equal lists are merged;
a round then moves only the ballots of the choices it excludes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from faircount.count.interpretation import is_invalid, ranking, states_overvoted_rank
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
"""A choice; or the choices of an overvoted rank, of whom the last one standing would count."""

Walk = tuple[tuple[Step, ...], str]
"""Steps in order of preference, and the cause that holds once they are used up, one of `INACTIVE_CAUSES`."""


def walk(contest: Contest, pattern: Pattern, decided: Mapping[str, str]) -> Walk:
    """Return the steps of ballots with this pattern, under the decisions `overvote`, `skipped` and `repeated`.

    At each rank, in this order: too many empty ranks before it (leading ones count too) end the walk; then a choice
    that was ranked before, where the rule stops there; then an overvote. Empty ranks at the end end nothing early.
    """
    if is_invalid(pattern):
        return (), "invalid"
    ranks = ranking(contest, pattern)
    if not ranks:
        return (), "overvote" if states_overvoted_rank(pattern) else "undervote"
    allowed = None if decided["skipped"] == "unlimited" else int(decided["skipped"])
    overvote, stop_at_repeat = decided["overvote"], decided["repeated"] == "exhaust"
    steps: list[Step] = []
    seen: set[CandidateIndex] = set()
    last = 0
    for rank, choices in ranks:
        if allowed is not None and rank - last - 1 > allowed:
            return tuple(steps), "skipped rank"
        last = rank
        if stop_at_repeat and not seen.isdisjoint(choices):
            return tuple(steps), "repeated choice"
        seen.update(choices)
        if len(choices) == 1:
            steps.append(choices[0])
        elif overvote == "exhaust":
            return tuple(steps), "overvote"
        elif overvote == "exhaust-if-multiple-continuing" and not choices:
            raise BadInputError(
                f"contest {contest.title!r}", f"the rule {overvote!r} needs the names at an overvoted rank",
                f"an export that calls rank {rank} overvoted and names nobody", "decide overvote=exhaust or skip",
            )  # fmt: skip
        elif overvote == "exhaust-if-multiple-continuing":
            steps.append(choices)
    # An overvoted rank that is skipped is as if left empty: with nothing after it the ballot is exhausted.
    return tuple(dict.fromkeys(steps)), "exhausted"


def resting_place(steps: tuple[Step, ...], at: int, end: str, out: set[CandidateIndex]) -> tuple[int, int, str]:
    """Walk on from step `at`; return (choice, its step, "") or (-1, step, cause) when nobody standing is reached."""
    for here in range(at, len(steps)):
        step = steps[here]
        if isinstance(step, tuple):
            standing = [choice for choice in step if choice not in out]
            if len(standing) > 1:
                return -1, here, "overvote"
            if standing:
                return standing[0], here, ""
        elif step not in out:
            return step, here, ""
    return -1, len(steps), end


@dataclass(slots=True)
class Piles:
    """Ballots as a count holds them: one pile for each choice, and the inactive by cause. Changes as votes move.

    A ballot is (steps, step at which it rests, cause at its end, weight).
    """

    piles: list[list[tuple[tuple[Step, ...], int, str, VoteCount]]]
    votes: list[VoteCount]
    inactive: dict[str, VoteCount]
    out: set[CandidateIndex]

    @classmethod
    def of(cls, contest: Contest, profile: Profile, decided: Mapping[str, str]) -> "Piles":
        """Deal out the ballots of `profile` with every choice standing."""
        merged: dict[Walk, VoteCount] = {}
        for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
            way = walk(contest, pattern, decided)
            merged[way] = merged.get(way, 0) + weight
        size = len(contest.choices)
        made = cls([[] for _ in range(size)], [0] * size, dict.fromkeys(INACTIVE_CAUSES, 0), set())
        for (steps, end), weight in merged.items():
            made._put(steps, 0, end, weight)
        return made

    def _put(self, steps: tuple[Step, ...], at: int, end: str, weight: VoteCount) -> tuple[int, str]:
        choice, here, cause = resting_place(steps, at, end, self.out)
        if choice < 0:
            self.inactive[cause] += weight
        else:
            self.votes[choice] += weight
            self.piles[choice].append((steps, here, end, weight))
        return choice, cause

    def inactive_now(self) -> tuple[tuple[str, VoteCount], ...]:
        """Return inactive votes by cause, causes with none left out."""
        return tuple((cause, count) for cause, count in self.inactive.items() if count)

    def exclude(self, excluded: tuple[CandidateIndex, ...]) -> tuple[Transfer, ...]:
        """Take all of `excluded` out at once, move their ballots on, and return what moved, summed and in order."""
        self.out.update(excluded)
        moved: dict[tuple[CandidateIndex, int, str], VoteCount] = {}
        for source in excluded:
            ballots, self.piles[source], self.votes[source] = self.piles[source], [], 0
            for steps, at, end, weight in ballots:
                target, cause = self._put(steps, at, end, weight)
                moved[source, target, cause] = moved.get((source, target, cause), 0) + weight
        order = sorted(moved, key=lambda m: (m[0], m[1] < 0, m[1], INACTIVE_CAUSES.index(m[2]) if m[2] else 0))
        return tuple(
            Transfer(
                source,
                CandidateIndex(target) if target >= 0 else None,
                cause or "transferred",
                moved[source, target, cause],
            )
            for source, target, cause in order
            if moved[source, target, cause]
        )
