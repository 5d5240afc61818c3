"""Majority or runoff: more than half of the votes elects; otherwise the two leading choices meet again."""

from faircount.count.interpretation import read_marks
from faircount.count.rule import Reading, Rule, settings
from faircount.count.tally import by_votes, in_words, refuse_many, refuse_ranked, tally_marks
from faircount.model import CandidateIndex, Contest, Margin, Pattern, Profile, Round, Transcript, VoteCount


def count(contest: Contest, profile: Profile) -> Transcript:
    """Elect the choice with more than half of the valid votes, or say which two advance to a runoff.

    Valid votes are the votes for all choices; undervotes, overvotes and invalid votes are not among them. Where the
    places in the runoff cannot be told, the count stops: the tied are named, and whoever is clearly first advances.
    """
    _refuse(contest)
    votes, inactive = tally_marks(contest, profile)
    order, valid = [choice for choice in by_votes(votes) if votes[choice]], sum(votes)
    elected: tuple[CandidateIndex, ...] = ()
    tied: tuple[CandidateIndex, ...] = ()
    advancing: tuple[CandidateIndex, ...] = ()
    if not order:
        verdict = "no votes"
    elif 2 * votes[order[0]] > valid:
        verdict, elected = "elected", (order[0],)
    else:
        # Nobody has more than half, so at least two choices have votes.
        advancing, tied = _leading_two(order, votes)
        verdict = "tie" if tied else "runoff"
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=(Round(votes, inactive, elected=elected, tied=tied),),
        verdict=verdict,
        advancing=advancing,
        threshold=f"more than half of {in_words(valid)} valid votes",
    )


def _leading_two(
    order: list[CandidateIndex], votes: tuple[VoteCount, ...]
) -> tuple[tuple[CandidateIndex, ...], tuple[CandidateIndex, ...]]:
    second = votes[order[1]]
    if len(order) == 2 or votes[order[2]] < second:
        return tuple(order[:2]), ()
    clearly_first = tuple(choice for choice in order if votes[choice] > second)
    return clearly_first, tuple(choice for choice in order if votes[choice] == second)


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: one mark that stands is one vote."""
    _refuse(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return how far the decision was from another.

    Elected: the winner's votes less all others together, for that is what a majority is; the loser named is the
    second. Runoff: second less third, for that is who advances. None after a tie, or where nobody could lose.
    """
    votes = transcript.rounds[0].votes
    order = by_votes(votes)
    if transcript.verdict == "elected" and len(order) > 1:
        return Margin(order[0], order[1], 2 * votes[order[0]] - sum(votes), "winner and all others together")
    if transcript.verdict == "runoff" and len(order) > 2:
        return Margin(order[1], order[2], votes[order[1]] - votes[order[2]], "second and third choice, for the runoff")
    return None


def _refuse(contest: Contest) -> None:
    refuse_ranked(contest, RULE.name)
    refuse_many(contest, RULE.name)
    settings(RULE.name, RULE.options, contest)


RULE = Rule(
    name="majority-or-runoff",
    law=(
        "Official Code of Georgia Annotated § 21-2-501(a): a majority of the votes cast, or a runoff between the "
        "candidates receiving the two highest numbers of votes; the same shape is enacted elsewhere under other names"
    ),
    count=count,
    read=read,
    margin=margin,
)
