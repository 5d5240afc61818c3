"""Most points win: scores, cumulative votes, and points by place (Borda, Dowdall)."""

from faircount.assertion.generator import Claims, Generator, has_tie, nobody, nothing
from faircount.assertion.linear import Form, any_vote, more, reads
from faircount.assertion.plurality import above_the_tie, beats, got_a_vote, others
from faircount.assertion.rankings import running, says_anything
from faircount.model import Ballots, CandidateIndex, Contest, Transcript


def most_points(contest: Contest, transcript: Transcript) -> int:
    """Return the most that one card may give to one choice under the decisions of this count."""
    decided = dict(transcript.decisions)
    if transcript.rule == "score":
        return int(decided["most"])
    if transcript.rule == "cumulative":
        return contest.votes_allowed
    if transcript.rule == "dowdall":
        return 1
    size = len(running(contest, decided))
    whole = decided["unranked"] == "modified" or decided["first_place"] == "n"
    return size if whole else size - 1


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim that each elected choice got more points than each that is not. Sources: see `GENERATOR`."""
    decided = dict(transcript.decisions)
    if decided.get("split") == "evenly":
        return _divided_evenly(contest, transcript, ballots)
    most, by_place = most_points(contest, transcript), transcript.rule in ("borda", "dowdall")
    if has_tie(transcript):
        return above_the_tie(contest, transcript, lambda *_: most)
    if transcript.verdict != "elected":
        return nobody(transcript)
    elected = transcript.elected
    losers = [c for c in others(contest, elected) if not by_place or c in running(contest, decided)]
    if not losers and by_place:
        # Whoever takes part is elected here, also without a point, once anybody voted.
        one = any_vote(contest, "at least one card ranks somebody", says_anything(contest, decided), ballots)
        return Claims((one,), "outcome", "nobody stood against the elected, and somebody voted")
    if not losers:
        found = tuple(got_a_vote(contest, c, ballots, most, "point") for c in elected)
        return Claims(found, "outcome", "nobody stood against the elected, and each of them got a point")
    if len(elected) < contest.seats:
        return nothing("seats stayed empty: that nobody else got a point cannot be claimed by a mean")
    found = tuple(beats(contest, winner, loser, most) for winner in elected for loser in losers)
    return Claims(found, "outcome", "each elected choice got more points than each choice not elected")


def _divided_evenly(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim the same where a card's votes are divided over those it marks: allowed / marked for each."""
    if transcript.verdict != "elected":
        return nobody(transcript)
    if has_tie(transcript):
        return nothing("votes divided evenly were tied, and what decided it no ballot shows")
    elected, allowed = transcript.elected, contest.votes_allowed

    def share(choice: CandidateIndex) -> Form:
        return allowed * reads("evenly", choice)

    losers = others(contest, elected)
    if losers and len(elected) < contest.seats:
        return nothing("seats stayed empty: that nobody else got a vote cannot be claimed by a mean")
    if not losers:
        found = tuple(got_a_vote(contest, c, ballots, allowed) for c in elected)
        return Claims(found, "outcome", "nobody stood against the elected, and each of them got a vote")
    found = tuple(
        more(contest, "points", f"{contest.name_of(one)} beats {contest.name_of(other)}", share(one), share(other),
             allowed, pair=(one, other))
        for one in elected for other in losers
    )  # fmt: skip
    return Claims(found, "outcome", "each elected choice got more votes, evenly divided, than each not elected")


GENERATOR = Generator(
    "points",
    ("score", "cumulative", "borda", "dowdall"),
    "Stark 2020, arXiv:1911.10035, § 3.3 (scoring rules); Blom et al. 2021, arXiv:2107.11903, § 3",
    claims,
)
