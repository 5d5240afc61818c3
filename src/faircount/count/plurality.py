"""Plurality: as many choices as there are seats, those with the most votes. Also vote-for-n (block voting)."""

from faircount.count.interpretation import read_marks
from faircount.count.rule import Reading, Rule, settings
from faircount.count.tally import by_votes, refuse_ranked, tally_marks
from faircount.model import CandidateIndex, Contest, Margin, Pattern, Profile, Round, Transcript


def count(contest: Contest, profile: Profile) -> Transcript:
    """Elect the choices with the most votes, one for each seat.

    A tie for the last seat stops the count: those clearly above it are elected, the tied ones are named, and no lot is
    drawn here. A choice without any vote is never elected, so seats may stay empty: where fewer choices received a
    vote than there are seats, all that did are elected. Pooled write-ins are counted as one choice; if they are among
    the elected, somebody has still to read the names.
    """
    _refuse(contest)
    votes, inactive = tally_marks(contest, profile)
    order = [choice for choice in by_votes(votes) if votes[choice]]
    elected = tuple(order[: contest.seats])
    tied: tuple[CandidateIndex, ...] = ()
    if len(order) > contest.seats and votes[order[contest.seats]] == votes[order[contest.seats - 1]]:
        last = votes[order[contest.seats]]
        elected = tuple(choice for choice in order if votes[choice] > last)
        tied = tuple(choice for choice in order if votes[choice] == last)
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight * contest.votes_allowed,
        rounds=(Round(votes, inactive, elected=elected, tied=tied),),
        verdict="tie" if tied else "elected" if elected else "no votes",
    )


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: each mark that stands is one vote."""
    _refuse(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return last winner less first loser; None after a tie, with seats left empty, or where nobody lost."""
    if transcript.verdict != "elected" or len(transcript.elected) < contest.seats:
        return None
    votes = transcript.rounds[0].votes
    losers = [choice for choice in by_votes(votes) if choice not in transcript.elected]
    if not losers:
        return None
    winner, loser = transcript.elected[-1], losers[0]
    basis = "first and second choice" if contest.seats == 1 else "last elected and first not elected"
    return Margin(winner, loser, votes[winner] - votes[loser], basis)


def _refuse(contest: Contest) -> None:
    refuse_ranked(contest, RULE.name)
    settings(RULE.name, RULE.options, contest)


RULE = Rule(
    name="plurality",
    law=(
        "Default where no other rule is enacted; for example California Elections Code §§ 15450 and 15452: "
        "the person who receives a plurality of the votes cast for an office is elected"
    ),
    count=count,
    read=read,
    margin=margin,
)
