"""What counts of transferable votes under laws of their own have in common: steps, the next surplus, the lowest."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from faircount.count.marks.tally import by_votes
from faircount.count.ties import Ties
from faircount.model import CandidateIndex, Contest, Margin, Round, Tie, Transcript, Transfer, VoteCount


@dataclass(frozen=True, slots=True)
class Step:
    """What one round decides and what moves at its end; `verdict` is empty while the count goes on."""

    verdict: str = ""
    elected: tuple[CandidateIndex, ...] = ()
    excluded: tuple[CandidateIndex, ...] = ()
    ties: tuple[Tie, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    note: str = ""


class Counting(ABC):
    """A count in progress: a law says where the votes are (`state`) and what each round decides (`decide`)."""

    def __init__(self, contest: Contest, decided: Mapping[str, str], valid: VoteCount) -> None:
        self.contest, self.decided = contest, decided
        self.quota = int(valid // (contest.seats + 1)) + 1 if valid else 0
        self.vacancies = contest.seats
        self.ties = Ties(contest, decided)
        self.rounds: list[Round] = []
        self.waiting: list[list[CandidateIndex]] = []
        """Surpluses not transferred, those of the earliest round first."""

    @abstractmethod
    def state(self) -> Round:
        """Return the votes as they stand."""

    @abstractmethod
    def decide(self, now: Round) -> Step:
        """Say what is decided on these votes, and move what the law then moves."""

    def how(self, about: str) -> str | None:
        """Return how the law decides a tie about this; None where the option `tie` does."""
        return None

    def transcript(self, rule: str, total: VoteCount, threshold: str) -> Transcript:
        """Add round after round, each a state and what is decided on it, until one has a verdict."""
        step = Step()
        while not step.verdict:
            now = self.state()
            step = self.decide(now)
            self.rounds.append(
                replace(
                    now, elected=step.elected, excluded=step.excluded, ties=step.ties, transfers=step.transfers,
                    note=step.note,
                )
            )  # fmt: skip
        return Transcript(
            rule, total, tuple(self.rounds), step.verdict, tuple(self.decided.items()), threshold=threshold
        )

    def elect(self, now: Round, continuing: set[CandidateIndex]) -> tuple[CandidateIndex, ...]:
        """Elect whoever of `continuing` has the quota: they leave that set, and what they have above it waits."""
        elected = in_order({c for c in continuing if now.votes[c] >= self.quota}, now.votes)
        continuing.difference_update(elected)
        self.vacancies -= len(elected)
        if surpluses := [c for c in elected if now.votes[c] > self.quota]:
            self.waiting.append(surpluses)
        return elected

    def next_surplus(self, now: Round) -> tuple[CandidateIndex | None, tuple[Tie, ...]]:
        """Return whose surplus no longer waits, and the tie met; None where that tie stops the count.

        Those of the earliest round go first, the largest first; equal ones are a tie.
        """
        first = self.waiting[0]
        most = max(now.votes[c] for c in first)
        level = [c for c in first if now.votes[c] == most]
        ties = (self.pick(level, "first to be transferred", now),) if len(level) > 1 else ()
        source = ties[0].chosen if ties else level[0]
        if source is not None:
            first.remove(source)
            self.waiting = [held for held in self.waiting if held]
        return source, ties

    def lowest(
        self, now: Round, continuing: Collection[CandidateIndex], without_papers: Collection[CandidateIndex]
    ) -> tuple[tuple[CandidateIndex, ...], tuple[Tie, ...]]:
        """Return whom to exclude as the lowest, and the tie met on the way; nobody where that tie stops the count.

        Tied choices that hold no paper at all and whose tie nothing decides are excluded together where as many may
        still be excluded: nothing moves, so their order cannot matter.
        """
        fewest = min(now.votes[c] for c in continuing)
        tied = tuple(sorted(c for c in continuing if now.votes[c] == fewest))
        if len(tied) == 1:
            return tied, ()
        idle = len(tied) <= len(continuing) - self.vacancies and all(c in without_papers for c in tied)
        tie = self.pick(tied, "excluded", now, idle)
        if tie.chosen is not None:
            return (tie.chosen,), (tie,)
        if idle:
            return tied, ()
        return (), (tie,)

    def pick(self, tied: Iterable[CandidateIndex], about: str, now: Round, idle: bool = False) -> Tie:
        """Pick one of the tied as the law or the option `tie` does (`Ties.pick`)."""
        return self.ties.pick(tied, about, [*self.rounds, now], self.how(about), idle)


def in_order(choices: Collection[CandidateIndex], votes: Sequence[VoteCount]) -> tuple[CandidateIndex, ...]:
    """Return choices, most votes first, equal ones in the order of the ballot: who is elected does not hang on it."""
    return tuple(sorted(choices, key=lambda c: (-votes[c], c)))


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return last elected less the best of the others in the final round; None unless all was decided.

    **It is not the number of ballots that would change the outcome**, which may be smaller: an earlier exclusion may
    have been closer. None where nobody lost.
    """
    if transcript.verdict != "elected":
        return None
    final, elected = transcript.rounds[-1].votes, transcript.elected
    out = {c for one in transcript.rounds for c in one.excluded}
    losers = sorted((c for c in by_votes(final) if c not in elected), key=lambda c: (-final[c], c in out))
    if not losers or final[elected[-1]] < final[losers[0]]:
        return None
    return Margin(elected[-1], losers[0], final[elected[-1]] - final[losers[0]], "final round")
