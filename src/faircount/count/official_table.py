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
    said = now.elected if tie.about in ("elected", "place in the runoff") else now.excluded
    if tie.about == "elected" and said is None and official.elected is not None:
        said = official.elected
    if tie.about != "first to be transferred" and said is not None:
        picked = [c for c in tie.tied if c in said]
        return picked[0] if len(picked) == 1 else None
    if tie.about == "elected" or number == len(official.rounds):
        return None
    after = official.rounds[number]
    fell = [c for c in tie.tied if (after.of(c) or 0) < (now.of(c) or 0)]
    return fell[0] if len(fell) == 1 else None


def goes_on(official: Official, transcript: Transcript, number: int) -> bool:
    """Say whether a count goes on after round `number` as the table does, or ends as it does."""
    if number < min(len(official.rounds), len(transcript.rounds)):
        listed = {c for one in official.rounds for c, _ in one.votes}
        return not differing_figures(official.rounds[number], transcript.rounds[number], listed)
    ended = len(official.rounds) <= number and len(transcript.rounds) == number
    return ended and official.elected is not None and set(official.elected) == set(transcript.elected)
