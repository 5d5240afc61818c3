"""STAR: each finalist out-scores each other choice, and more voters prefer the winner to the other finalist."""

from faircount.assertion.generator import TIED, Claims, Generator, has_tie, nobody, nothing
from faircount.assertion.linear import more, reads
from faircount.assertion.plurality import beats, got_a_vote, others
from faircount.model import Assertion, Ballots, CandidateIndex, Contest, Transcript


def scored_higher(contest: Contest, one: CandidateIndex, other: CandidateIndex) -> Assertion:
    """Claim that more ballots score `one` above `other` than the other way round; by how much does not matter."""
    claim = f"more voters score {contest.name_of(one)} above {contest.name_of(other)}"
    return more(contest, "scored-higher", claim, reads("higher", one, other), reads("higher", other, one),
                pair=(one, other))  # fmt: skip


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim both stages. Source: Stark 2020, arXiv:1911.10035, § 3.3, for each of them; sufficient together."""
    if transcript.verdict != "elected":
        return nobody(transcript)
    if has_tie(transcript):
        return nothing(TIED)
    points, winner = transcript.rounds[0].votes, transcript.elected[0]
    most = int(dict(transcript.decisions)["most"])
    order = sorted(others(contest, ()), key=lambda c: (-points[c], c))
    if len(order) == 1:
        words = "nobody stood against the elected, who got a point"
        return Claims((got_a_vote(contest, winner, ballots, most, "point"),), "outcome", words)
    finalists = order[:2]
    if len(order) > 2 and not points[finalists[1]]:
        return nothing("one choice alone got points: that nobody else did cannot be claimed by a mean")
    found = tuple(beats(contest, one, c, most) for one in finalists for c in order[2:])
    loser = next(c for c in finalists if c != winner)
    words = "the two finalists have more points than each other choice, and the winner is scored higher on more ballots"
    return Claims((*found, scored_higher(contest, winner, loser)), "outcome", words)


GENERATOR = Generator("star", ("star",), "Stark 2020, arXiv:1911.10035, § 3.3, applied to both stages", claims)
