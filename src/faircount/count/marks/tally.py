"""The one round of a contest in which voters mark and do not rank: votes per choice, and whom they elect."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from faircount.count.interpretation import read_marks
from faircount.count.ties import Ties, leading
from faircount.model import CandidateIndex, Contest, Margin, Profile, Round, Transcript, UsageError, VoteCount

Inactive = tuple[tuple[str, VoteCount], ...]
"""(cause, votes) in the order of `INACTIVE_CAUSES`, causes with none left out."""


def tally_marks(contest: Contest, profile: Profile) -> tuple[tuple[VoteCount, ...], Inactive]:
    """Return weighted votes by choice, and undervotes, overvotes and invalid votes.

    They sum to the profile's weight × the votes allowed.
    """
    votes: list[VoteCount] = [0] * len(contest.choices)
    under: VoteCount = 0
    over: VoteCount = 0
    invalid: VoteCount = 0
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        reading = read_marks(contest, pattern)
        for choice, count in reading.votes:
            votes[choice] += count * weight
        under += reading.undervotes * weight
        over += reading.overvotes * weight
        invalid += reading.invalid * weight
    causes = (("undervote", under), ("overvote", over), ("invalid", invalid))
    return tuple(votes), tuple((cause, count) for cause, count in causes if count)


def follow_marks(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Tally a part of the ballots of a rule that counts marks once; who is elected is decided by the whole."""
    votes, inactive = tally_marks(contest, profile)
    one = whole.rounds[0]
    return (Round(votes, inactive, one.elected, one.excluded, one.ties, threshold=one.threshold, note=one.note),)


def elect_leading(
    rule: str,
    contest: Contest,
    decided: Mapping[str, str],
    one: Round,
    total: VoteCount,
    standing: Collection[CandidateIndex] | None = None,
) -> Transcript:
    """Elect those of `standing` with the most votes in the one round, one for each seat.

    Unless stated, all with any vote are standing; in any case only those who can be elected. Where a tie for the last
    seat is not decided the verdict is `tie`, and those clearly above it are elected.
    """
    if standing is None:
        standing = voted_for(contest, one.votes)
    standing = [choice for choice in standing if can_be_elected(contest, choice)]
    elected, met = leading(standing, one.votes, contest.seats, Ties(contest, decided))
    stopped = bool(met) and met[-1].chosen is None
    return Transcript(
        rule=rule,
        total=total,
        rounds=(replace(one, elected=elected, ties=met),),
        verdict="tie" if stopped else "elected" if elected else "no votes",
        decisions=tuple(decided.items()),
    )


def last_seat_margin(
    contest: Contest, transcript: Transcript, basis: str, among: Collection[CandidateIndex] | None = None
) -> Margin | None:
    """Return last elected less first not elected (of `among`); None unless all seats are filled and somebody lost."""
    if transcript.verdict != "elected" or len(transcript.elected) < contest.seats:
        return None
    votes, winner = transcript.rounds[0].votes, transcript.elected[-1]
    lost = (c for c in by_votes(votes) if c not in transcript.elected and can_be_elected(contest, c))
    loser = next((c for c in lost if among is None or c in among), None)
    return None if loser is None else Margin(winner, loser, votes[winner] - votes[loser], basis)


def can_be_elected(contest: Contest, choice: CandidateIndex) -> bool:
    """Say whether a choice stands for election: directors are elected by votes for them (8 Delaware Code § 216(3)).

    An abstention or a vote withheld is no vote for anybody, however many shares it has.
    """
    return not contest.choices[choice].abstains


def voted_for(contest: Contest, votes: Sequence[VoteCount]) -> list[CandidateIndex]:
    """Return all who can be elected and have any vote, most votes first."""
    return [choice for choice in by_votes(votes) if votes[choice] and can_be_elected(contest, choice)]


def by_votes(votes: Sequence[VoteCount]) -> list[CandidateIndex]:
    """Return all choices, most votes first, equal ones in the order of the ballot (which decides nothing)."""
    return [CandidateIndex(c) for c in sorted(range(len(votes)), key=lambda c: (-votes[c], c))]


def in_words(votes: VoteCount) -> str:
    """Return a number of votes for a sentence: `1,234`, or `7/2` where weights are fractions."""
    return f"{votes:,}" if isinstance(votes, int) else str(votes)


def refuse_ranked(contest: Contest, rule: str) -> None:
    """Raise `UsageError` where voters rank: a rule that counts marks would drop every later preference."""
    if contest.ranks > 1:
        raise UsageError(
            f"contest {contest.title!r} is ranked ({contest.ranks} ranks) and rule {rule} counts marks; "
            "use a rule for ranked ballots, such as instant-runoff"
        )


def refuse_many(contest: Contest, rule: str) -> None:
    """Raise `UsageError` unless one seat is filled by one vote a card."""
    if contest.seats != 1 or contest.votes_allowed != 1:
        raise UsageError(
            f"rule {rule} decides one thing by one vote a card; contest {contest.title!r} has {contest.seats} seats "
            f"and {contest.votes_allowed} votes; use plurality"
        )
