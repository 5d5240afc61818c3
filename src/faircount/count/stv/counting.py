"""What counts of transferable votes under laws of their own have in common: steps, the next surplus, the lowest."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from faircount.count.marks.tally import by_votes
from faircount.count.ties import Ties
from faircount.model import CandidateIndex, Margin, Round, Tie, Transcript, Transfer, VoteCount


@dataclass(frozen=True, slots=True)
class Step:
    """What one round decides and what moves at its end; `verdict` is empty while the count goes on."""

    verdict: str = ""
    elected: tuple[CandidateIndex, ...] = ()
    excluded: tuple[CandidateIndex, ...] = ()
    ties: tuple[Tie, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    note: str = ""


def play(rounds: list[Round], state: Callable[[], Round], decide: Callable[[Round], Step]) -> str:
    """Add round after round, each a state and what is decided on it, until one has a verdict; return that."""
    while True:
        now = state()
        step = decide(now)
        rounds.append(
            replace(
                now, elected=step.elected, excluded=step.excluded, ties=step.ties, transfers=step.transfers,
                note=step.note,
            )
        )  # fmt: skip
        if step.verdict:
            return step.verdict


def in_order(choices: Collection[CandidateIndex], votes: Sequence[VoteCount]) -> tuple[CandidateIndex, ...]:
    """Return choices, most votes first, equal ones in the order of the ballot: who is elected does not hang on it."""
    return tuple(sorted(choices, key=lambda c: (-votes[c], c)))


def largest(
    waiting: Sequence[CandidateIndex],
    votes: Sequence[VoteCount],
    pick: Callable[[Sequence[CandidateIndex], str], Tie],
) -> tuple[CandidateIndex | None, tuple[Tie, ...]]:
    """Return whose surplus is transferred first, the largest, and the tie met; None where that tie stops the count."""
    most = max(votes[c] for c in waiting)
    level = [c for c in waiting if votes[c] == most]
    if len(level) == 1:
        return level[0], ()
    tie = pick(level, "first to be transferred")
    return tie.chosen, (tie,)


def lowest(
    continuing: Collection[CandidateIndex],
    votes: Sequence[VoteCount],
    without_papers: Collection[CandidateIndex],
    room: int,
    ties: Ties,
    earlier: Sequence[Round],
    how: str | None = None,
) -> tuple[tuple[CandidateIndex, ...], tuple[Tie, ...]]:
    """Return whom to exclude as the lowest, and the tie met on the way; nobody where that tie stops the count.

    Tied choices that hold no paper at all and whose tie nothing decides are excluded together where no more than
    `room` of them are tied: nothing moves, so their order cannot matter. `room` is how many may still be excluded.
    """
    fewest = min(votes[c] for c in continuing)
    tied = tuple(sorted(c for c in continuing if votes[c] == fewest))
    if len(tied) == 1:
        return tied, ()
    idle = len(tied) <= room and all(c in without_papers for c in tied)
    tie = ties.pick(tied, "excluded", earlier, how, idle)
    if tie.chosen is not None:
        return (tie.chosen,), (tie,)
    if idle:
        return tied, ()
    return (), (tie,)


def margin(transcript: Transcript) -> Margin | None:
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
