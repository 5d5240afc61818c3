"""Instant runoff: claims that rule out every order of exclusion in which somebody else wins."""

from faircount.assertion.generator import Claims, Generator
from faircount.assertion.irv.claim import as_assertion
from faircount.assertion.irv.rankings import Rankings
from faircount.assertion.irv.search import Impossible, Search
from faircount.assertion.linear import any_vote
from faircount.assertion.rankings import has_first
from faircount.assertion.stages import plain_ballots
from faircount.model import Ballots, CandidateIndex, Contest, Transcript


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Search for the claims with the largest smallest margin that imply the reported winner.

    They hold however the count excludes (one by one or in batches): an order of exclusion that is contradicted cannot
    be the order of any count. Sufficient for a winner by majority and by last two alike; not where the law takes
    somebody out for another reason than having fewest votes, or stops early: then nothing is claimed.
    """
    if transcript.verdict != "elected" or len(transcript.elected) != 1:
        return Claims((), "nothing", f"nobody to confirm: the count ended with {transcript.verdict!r}")
    winner = transcript.elected[0]
    why = plain_ballots(contest, transcript)
    if why:
        return Claims((), "nothing", why)
    if len(contest.choices) == 1:
        claim = any_vote(
            contest, f"at least one card ranks {contest.name_of(winner)}", has_first(contest), ballots, choice=winner
        )
        return Claims((claim,), "outcome", "there is one choice only, and somebody votes for it")
    path = _reported_order(contest, transcript)
    found = Search(Rankings.of(ballots, len(contest.choices)), winner, path).run()
    if isinstance(found, Impossible):
        names = " → ".join(contest.name_of(CandidateIndex(choice)) for choice in found.order)
        return Claims((), "nothing", f"no claim excludes the order {names}: count all cards by hand")
    return Claims(
        tuple(as_assertion(contest, claim) for claim, _ in found.claims),
        "outcome",
        f"every order of exclusion that does not end with {contest.name_of(winner)} contradicts one of these",
    )


def _reported_order(contest: Contest, transcript: Transcript) -> tuple[int, ...]:
    """Return choices as they left the count, then those who stayed by their last votes, the winner last."""
    out = [choice for one in transcript.rounds for choice in one.excluded]
    last = transcript.rounds[-1].votes
    stayed = [c for c in range(len(contest.choices)) if c not in out and c not in transcript.elected]
    return (*out, *sorted(stayed, key=lambda c: last[c]), *transcript.elected)


GENERATOR = Generator(
    "instant-runoff",
    ("instant-runoff",),
    "Blom, Stuckey and Teague 2019, arXiv:1903.08804",
    claims,
)
