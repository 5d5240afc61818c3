"""Counts by exclusion: round after round some choices go out, and their ballots move on, until a decision ends it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from faircount.count.ranked.ballot_options import of_kind, pooled_write_ins
from faircount.count.ranked.fast import Dealt
from faircount.count.ranked.preferences import plain
from faircount.count.ties import Ties
from faircount.model import CandidateIndex, Contest, Round, Tie, VoteCount

Choices = tuple[CandidateIndex, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one round decides; `verdict` is empty while the count goes on."""

    verdict: str = ""
    elected: Choices = ()
    excluded: Choices = ()
    ties: tuple[Tie, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Now:
    """What a round decides from: who stands, the votes, and what went before."""

    standing: Choices
    votes: tuple[VoteCount, ...]
    rounds: Sequence[Round]
    """Rounds before this one, oldest first."""
    first: bool
    """Whether the rule has decided nothing yet; a round in which only write-ins went out decided nothing."""
    ties: Ties

    @property
    def active(self) -> VoteCount:
        """Votes that count for a choice still standing."""
        return sum(self.votes[c] for c in self.standing)

    @property
    def leader(self) -> CandidateIndex:
        """A choice with the most votes."""
        return max(self.standing, key=self.votes.__getitem__)

    def together(self, votes: VoteCount) -> Choices:
        """Return those standing with exactly so many votes."""
        return tuple(c for c in self.standing if self.votes[c] == votes)


def count_rounds(
    contest: Contest,
    dealt: Dealt,
    out: Iterable[CandidateIndex],
    decided: Mapping[str, str],
    ties: Ties,
    decide: Callable[[Now], Decision],
    threshold: Callable[[Now], VoteCount | None],
) -> tuple[tuple[Round, ...], str]:
    """Count until `decide` says how it ended; return the rounds and that verdict. `dealt` is used up.

    Pooled write-ins go out as `write_ins` says, before `decide` is asked; `stop_after` ends the count early. `out` and
    the withdrawn never stand. Where the count stops early, those excluded last are named and nothing moves any more.
    """
    absent = {*of_kind(contest, "withdrawn"), *out}
    standing = tuple(CandidateIndex(c) for c in range(len(contest.choices)) if c not in absent)
    pool = tuple(c for c in pooled_write_ins(contest, decided) if c not in absent)
    last = decided.get("stop_after", "never")
    rounds: list[Round] = []
    first = True
    while True:
        votes, inactive = tuple(map(plain, dealt.votes)), dealt.inactive_now()
        now = Now(standing, votes, tuple(rounds), first, ties)
        found = _write_ins(now, pool, decided)
        if found is None:
            found, first = _decided(now, pool if decided["write_ins"] == "excluded-first" else (), decide), False
        if not found.verdict and last != "never" and len(rounds) + 1 == int(last):
            over = bool(found.elected) or any(one.elected for one in rounds)
            note = "The count stops here, as stop_after says."
            found = Decision("elected" if over else "stopped", found.elected, found.excluded, found.ties, note)
        moved = () if found.verdict else dealt.exclude(found.excluded)
        rounds.append(
            Round(
                votes, inactive, found.elected, found.excluded, found.ties, moved,
                threshold=threshold(now), note=found.note,
            )
        )  # fmt: skip
        if found.verdict:
            return tuple(rounds), found.verdict
        standing = tuple(c for c in standing if c not in found.excluded)


def _write_ins(now: Now, pool: Choices, decided: Mapping[str, str]) -> Decision | None:
    """Return that pooled write-ins go out, and nobody else; None where they have no votes or are out."""
    pooled = tuple(c for c in pool if c in now.standing)
    voted = tuple(c for c in pooled if now.votes[c])
    if not voted:
        return None
    return Decision(excluded=pooled if decided["write_ins"] == "excluded-first" else voted)


def _decided(now: Now, pool: Choices, decide: Callable[[Now], Decision]) -> Decision:
    """Ask the rule about everyone but write-ins without votes: those go out in round 1, and cost no round."""
    unvoted = tuple(c for c in pool if c in now.standing)
    found = decide(replace(now, standing=tuple(c for c in now.standing if c not in unvoted)))
    return replace(found, excluded=tuple(sorted({*unvoted, *found.excluded})))


def hopeless(now: Now, must_remain: int, level: bool = False) -> Choices:
    """Return the largest group of two or more lowest choices that together have fewer votes than the next one up.

    `level`: or as many, where that one has more than each of them. At least `must_remain` stay. Empty where there is
    no such group. Source: San Francisco Charter § 13.102(e); `level`: 21-A M.R.S. § 723-A(1)(G) until 2024, votes of
    all with fewer or as many, "not … enough to surpass the candidate with the next-higher" total.
    """
    upwards = sorted(now.standing, key=now.votes.__getitem__)
    together: VoteCount = 0
    size = 0
    for number, choice in enumerate(upwards[:-must_remain], 1):
        together += now.votes[choice]
        above = now.votes[upwards[number]]
        # Who is level with the next one up is not below it, and cannot go out before it.
        if together < above or (level and together == above > now.votes[choice]):
            size = number
    return tuple(sorted(upwards[:size])) if size >= 2 else ()


def lowest(now: Now, at_most: int) -> Decision:
    """Exclude the choice with fewest votes, as `tie` decides where there are several; else the count stops.

    Choices without any vote whose tie nothing breaks go out together, if they are no more than `at_most`: no vote
    moves, so their order cannot matter.
    """
    fewest = min(now.votes[c] for c in now.standing)
    level = now.together(fewest)
    if len(level) == 1:
        return Decision(excluded=level)
    tie = now.ties.pick(level, "excluded", now.rounds, idle=not fewest and len(level) <= at_most)
    if tie.chosen is not None:
        return Decision(excluded=(tie.chosen,), ties=(tie,))
    if not fewest and len(level) <= at_most:
        return Decision(excluded=level)
    return Decision("tie", ties=(tie,))


def follow_rounds(dealt: Dealt, whole: Sequence[Round]) -> tuple[Round, ...]:
    """Count a part of the ballots, already dealt, under the exclusions of the whole; the parts sum to it."""
    rounds = []
    for one in whole:
        votes, inactive = tuple(map(plain, dealt.votes)), dealt.inactive_now()
        moved = dealt.exclude(one.excluded) if one is not whole[-1] else ()
        rounds.append(
            Round(votes, inactive, one.elected, one.excluded, one.ties, moved, threshold=one.threshold, note=one.note)
        )
    return tuple(rounds)
