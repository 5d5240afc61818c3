"""An official table of rounds: what it says, and what it shows of lots that were drawn."""

from dataclasses import dataclass

from faircount.model import CandidateIndex, Round, Tie, Transcript, VoteCount

Choices = tuple[CandidateIndex, ...]


@dataclass(frozen=True, slots=True)
class OfficialRound:
    """What a table says of one round. What it does not say is None, and is not compared."""

    votes: tuple[tuple[CandidateIndex, VoteCount], ...]
    """Choices with a figure in this round, in the order of the ballot."""
    elected: Choices | None = None
    excluded: Choices | None = None
    inactive: VoteCount | None = None
    """Everything that counts for no choice, so that a table's own sums can be looked at."""

    def of(self, choice: CandidateIndex) -> VoteCount | None:
        """Return the votes of a choice; None where the table has no figure."""
        return dict(self.votes).get(choice)


@dataclass(frozen=True, slots=True)
class Official:
    """An official table of rounds, or only the order of those elected."""

    rounds: tuple[OfficialRound, ...] = ()
    elected: Choices | None = None
    """All elected in order of election, where the source says it apart from rounds."""


def differing_figures(said: OfficialRound, one: Round, listed: set[CandidateIndex]) -> Choices:
    """Return the choices whose figures differ; one that the table leaves empty has none there."""
    votes = dict(said.votes)
    return tuple(c for c in sorted(listed) if votes.get(c, 0) != one.votes[c])


def lot_shown(official: Official, number: int, tie: Tie) -> CandidateIndex | None:
    """Return whom the table picks out of a tie met in round `number`; None where it does not show it."""
    if number > len(official.rounds):
        return None
    now = official.rounds[number - 1]
    after = official.rounds[number] if number < len(official.rounds) else None
    if tie.about in ("elected", "place in the runoff"):
        return _favoured(official, now, after, tie)
    if tie.about == "excluded" and now.excluded is not None:
        out = [c for c in tie.tied if c in now.excluded]
        return out[0] if len(out) == 1 else None
    if after is None or tie.about == "place in the order":
        return None
    fell = [c for c in tie.tied if (after.of(c) or 0) < (now.of(c) or 0)]
    return fell[0] if len(fell) == 1 else None


def _favoured(official: Official, now: OfficialRound, after: OfficialRound | None, tie: Tie) -> CandidateIndex | None:
    """Return the first of those who win the tie: named as elected, or not among the excluded, or still with votes."""
    named = official.elected if now.elected is None and tie.about == "elected" else now.elected
    picked = [c for c in named or () if c in tie.tied]
    if not picked and now.excluded:
        picked = [c for c in tie.tied if c not in now.excluded]
    elif not picked and now.excluded is None and after is not None and tie.about == "place in the runoff":
        picked = [c for c in tie.tied if after.of(c)]
    else:
        return picked[0] if picked else None
    return picked[0] if 0 < len(picked) < len(tie.tied) else None


def figures_off(official: Official, transcript: Transcript, number: int) -> int:
    """Return how many figures of the round after `number` differ; where one of the two ends before it, 0 or many.

    0 where both end with that round, and the same are elected.
    """
    listed = {c for one in official.rounds for c, _ in one.votes}
    if number < min(len(official.rounds), len(transcript.rounds)):
        return len(differing_figures(official.rounds[number], transcript.rounds[number], listed))
    ended = len(official.rounds) <= number and len(transcript.rounds) == number
    same = official.elected is not None and set(official.elected) == set(transcript.elected)
    return 0 if ended and same else len(transcript.rounds[0].votes) + 1
