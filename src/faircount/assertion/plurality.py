"""Most votes win: every elected choice got more votes than every choice that is not elected."""

from collections.abc import Callable
from fractions import Fraction

from faircount.assertion.generator import Claims, Generator
from faircount.model import Assertion, Assorter, Ballot, Ballots, CandidateIndex, Contest, Transcript


def beats(contest: Contest, winner: CandidateIndex, loser: CandidateIndex, most: int = 1) -> Assertion:
    """Claim that `winner` got more votes than `loser`; `most` is what one card may give to one choice.

    A(b) = (given to winner − given to loser + most) / (2 most), u = 1. Source: Stark 2020, arXiv:1911.10035, § 3.1
    (plurality and approval, most = 1), § 3.3 (scoring rules).
    """
    claim = f"{contest.name_of(winner)} beats {contest.name_of(loser)}"
    return Assertion(contest.title, PLURALITY, claim, Assorter(Fraction(1), _difference(winner, loser, most)),
                     winner, loser)  # fmt: skip


def _most(contest: Contest, *choices: CandidateIndex) -> int:
    """Return what one card may give to one of `choices`: a pool of write-ins may get all votes of a card."""
    return contest.votes_allowed if any(contest.choices[c].kind == "write-in" for c in choices) else 1


def _difference(winner: CandidateIndex, loser: CandidateIndex, most: int) -> Callable[[Ballot], Fraction]:
    def value(ballot: Ballot) -> Fraction:
        return (Fraction(ballot.given(winner)) - ballot.given(loser) + most) / (2 * most)

    return value


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim every pair of an elected choice and one that is not; sufficient where the seats were filled by votes."""
    if transcript.verdict != "elected":
        return Claims((), "nothing", f"nobody to confirm: the count ended with {transcript.verdict!r}")
    losers = [CandidateIndex(c) for c in range(len(contest.choices)) if c not in transcript.elected]
    if any(one.ties for one in transcript.rounds):
        return Claims((), "nothing", "a tie was decided by something that no ballot shows")
    if len(transcript.elected) < contest.seats:
        return Claims((), "nothing", "seats stayed empty: that nobody else got a vote cannot be claimed by a mean")
    found = tuple(
        beats(contest, winner, loser, _most(contest, winner, loser))
        for winner in transcript.elected
        for loser in losers
    )
    return Claims(found, "outcome", "each elected choice got more votes than each choice not elected")


PLURALITY = "plurality"

GENERATOR = Generator(PLURALITY, ("plurality",), "Stark 2020, arXiv:1911.10035, § 3.1", claims)
