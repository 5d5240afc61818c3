"""Most votes win: every elected choice got more votes than every choice that is not elected."""

from collections.abc import Callable, Sequence

from faircount.assertion.generator import TIED, Claims, Generator, has_tie, nobody, nothing
from faircount.assertion.linear import any_vote, given_to, more
from faircount.model import Assertion, Ballots, CandidateIndex, Contest, Transcript, VoteCount

PLURALITY = "plurality"
Most = Callable[[CandidateIndex, CandidateIndex], VoteCount]
"""The most that one card may give to one of two choices."""


def beats(contest: Contest, winner: CandidateIndex, loser: CandidateIndex, most: VoteCount = 1) -> Assertion:
    """Claim that `winner` got more votes than `loser`; `most` is what one card may give to one choice.

    A(b) = (given to winner − given to loser + most) / (2 most), u = 1. Source: Stark 2020, arXiv:1911.10035, § 3.1
    (plurality and approval, most = 1), § 3.3 (scoring rules).
    """
    claim = f"{contest.name_of(winner)} beats {contest.name_of(loser)}"
    return more(contest, PLURALITY, claim, given_to(winner), given_to(loser), most, pair=(winner, loser))


def most_for(contest: Contest, *choices: CandidateIndex) -> int:
    """Return what one card may give to one of `choices`: a pool of write-ins may get all votes of a card."""
    return contest.votes_allowed if any(contest.choices[c].kind == "write-in" for c in choices) else 1


def got_a_vote(
    contest: Contest, choice: CandidateIndex, ballots: Ballots, most: VoteCount = 1, unit: str = "vote"
) -> Assertion:
    """Claim that somebody gave `choice` anything: what a winner needs whom nobody can beat."""
    claim = f"{contest.name_of(choice)} got at least one {unit}"
    return any_vote(contest, claim, given_to(choice), ballots, most, choice)


def others(contest: Contest, chosen: Sequence[CandidateIndex]) -> list[CandidateIndex]:
    """Return all choices but `chosen` that stand for election, in the order of the ballot."""
    return [CandidateIndex(c) for c, choice in enumerate(contest.choices) if c not in chosen and not choice.abstains]


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim every pair of an elected choice and one that is not; sufficient where the seats were filled by votes."""
    elected = transcript.elected
    if has_tie(transcript):
        return above_the_tie(contest, transcript, lambda one, other: most_for(contest, one, other))
    if transcript.verdict != "elected":
        return nobody(transcript)
    losers = others(contest, elected)
    if not losers:
        found = tuple(got_a_vote(contest, c, ballots, most_for(contest, c)) for c in elected)
        return Claims(found, "outcome", "nobody stood against the elected, and each of them got a vote")
    if len(elected) < contest.seats:
        return nothing("seats stayed empty: that nobody else got a vote cannot be claimed by a mean")
    found = tuple(
        beats(contest, winner, loser, most_for(contest, winner, loser)) for winner in elected for loser in losers
    )  # fmt: skip
    words = "each elected choice got more votes than each choice not elected"
    if any(contest.choices[c].kind == "write-in" for c in elected):
        words += "; write-ins are claimed as one pool, and whom they name is not claimed"
    return Claims(found, "outcome", words)


def above_the_tie(contest: Contest, transcript: Transcript, most: Most) -> Claims:
    """Claim those whom a tie for the last seats did not touch: each got more votes than all who are tied or below."""
    tied = {choice for one in transcript.rounds for tie in one.ties for choice in tie.tied}
    sure = [c for c in transcript.elected if c not in tied]
    if not sure:
        return nothing(TIED)
    found = tuple(beats(contest, one, c, most(one, c)) for one in sure for c in others(contest, sure))
    names = ", ".join(map(contest.name_of, sure))
    return Claims(found, "part", f"{names}: elected. For the other seats {TIED}")


GENERATOR = Generator(PLURALITY, ("plurality",), "Stark 2020, arXiv:1911.10035, § 3.1", claims)
