"""Majority or runoff: more than half of the votes elects; otherwise the two leading choices meet again."""

from faircount.count.interpretation import read_marks
from faircount.count.marks.tally import (
    by_votes,
    can_be_elected,
    follow_marks,
    in_words,
    refuse_many,
    refuse_ranked,
    tally_marks,
    voted_for,
)
from faircount.count.rule import Reading, Rule, settings
from faircount.count.ties import MARKS_TIES, Ties, leading
from faircount.model import CandidateIndex, Contest, Margin, Pattern, Profile, Round, Tie, Transcript


def count(contest: Contest, profile: Profile) -> Transcript:
    """Elect the choice with more than half of the valid votes, or say which two advance to a runoff.

    Valid votes are the votes for all choices; undervotes, overvotes and invalid votes are not among them. Abstentions
    and votes withheld that are choices of the ballot are valid votes, and never elected nor in a runoff. Where the
    places in the runoff cannot be told and `tie` does not decide, the count stops: the tied are named, and whoever is
    clearly first advances.
    """
    decided = _decisions(contest)
    votes, inactive = tally_marks(contest, profile)
    order, valid = voted_for(contest, votes), sum(votes)
    elected: tuple[CandidateIndex, ...] = ()
    met: tuple[Tie, ...] = ()
    advancing: tuple[CandidateIndex, ...] = ()
    if not order:
        verdict = "no votes"
    elif 2 * votes[order[0]] > valid:
        verdict, elected = "elected", (order[0],)
    else:
        advancing, met = leading(order, votes, 2, Ties(contest, decided), "place in the runoff")
        verdict = "tie" if met and met[-1].chosen is None else "runoff"
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=(Round(votes, inactive, elected=elected, ties=met),),
        verdict=verdict,
        decisions=tuple(decided.items()),
        advancing=advancing,
        threshold=f"more than half of {in_words(valid)} valid votes",
    )


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: one mark that stands is one vote."""
    _decisions(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return how far the decision was from another.

    Elected: the winner's votes less all others together, for that is what a majority is; the loser named is the
    second. Runoff: second less third, for that is who advances. None after a tie, or where nobody could lose.
    """
    votes = transcript.rounds[0].votes
    order = [choice for choice in by_votes(votes) if can_be_elected(contest, choice)]
    if transcript.verdict == "elected" and len(order) > 1:
        return Margin(order[0], order[1], 2 * votes[order[0]] - sum(votes), "winner and all others together")
    if transcript.verdict == "runoff" and len(order) > 2:
        return Margin(order[1], order[2], votes[order[1]] - votes[order[2]], "second and third choice, for the runoff")
    return None


def _decisions(contest: Contest) -> dict[str, str]:
    refuse_ranked(contest, RULE.name)
    refuse_many(contest, RULE.name)
    return settings(RULE.name, RULE.options, contest)


RULE = Rule(
    name="majority-or-runoff",
    law=(
        "Official Code of Georgia Annotated § 21-2-501(a): a majority of the votes cast, or a runoff between the "
        "candidates receiving the two highest numbers of votes; the same shape is enacted elsewhere under other names"
    ),
    count=count,
    read=read,
    margin=margin,
    options=MARKS_TIES,
    many_seats=False,
    follow=follow_marks,
)
