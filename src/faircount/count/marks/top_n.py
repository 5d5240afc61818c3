"""Top-n primary: voters mark one, and the n with most votes go on to the next election, whatever their parties."""

from fractions import Fraction

from faircount.count.interpretation import read_marks
from faircount.count.marks.tally import (
    by_votes,
    can_be_elected,
    follow_marks,
    refuse_many,
    refuse_ranked,
    tally_marks,
    voted_for,
)
from faircount.count.rule import FRACTION, WHOLE_NUMBER, Option, Reading, Rule, settings
from faircount.count.ties import MARKS_TIES, Ties, leading
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Contest,
    Margin,
    Pattern,
    Profile,
    Round,
    Tie,
    Transcript,
    VoteCount,
)

OPTIONS = (
    Option(
        "advance",
        (WHOLE_NUMBER,),
        "2",
        "How many go on. Default: California Elections Code § 8141.5. Alaska Statutes § 15.25.010 has 4.",
    ),
    Option(
        "last_place",
        ("decide", "all-advance"),
        "decide",
        "Several choices equal for the last place. decide: as tie says. all-advance: all of them go on, and no lot is "
        "drawn, as California Elections Code § 8142(b) has it; also where more than n are equal and first.",
    ),
    Option(
        "least",
        ("none", FRACTION),
        "none",
        "The part of all valid votes without which nobody goes on. none: there is no such part. Revised Code of "
        "Washington § 29A.36.170 has 1/100.",
    ),
    Option(
        "majority",
        ("advances", "elected"),
        "advances",
        "Whoever has more than half of the valid votes. advances: like anybody else. elected: is elected at once, and "
        "nobody goes on, as California Elections Code § 8140 has it for nonpartisan offices.",
    ),
    *MARKS_TIES,
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Say who goes on to the next election, most votes first; the verdict is `runoff`, as nobody is elected yet.

    A choice without any vote does not go on, so there may be fewer than n. Where a tie for the last place is not
    decided, whoever is clearly above it goes on and the tied are named.
    """
    decided = _decisions(contest)
    votes, inactive = tally_marks(contest, profile)
    valid = sum(votes)
    voted = voted_for(contest, votes)
    elected: tuple[CandidateIndex, ...] = ()
    advancing: tuple[CandidateIndex, ...] = ()
    met: tuple[Tie, ...] = ()
    if not voted:
        verdict = "no votes"
    elif decided["majority"] == "elected" and 2 * votes[voted[0]] > valid:
        verdict, elected = "elected", (voted[0],)
    else:
        least = Fraction(0) if decided["least"] == "none" else Fraction(decided["least"]) * valid
        fit = [c for c in voted if votes[c] >= least]
        advancing, met = _advancing(fit, votes, int(decided["advance"]), Ties(contest, decided), decided["last_place"])
        # With least above what anybody has, nobody goes on and nobody is tied: there is no next election to hold.
        verdict = "tie" if met and met[-1].chosen is None else "runoff" if advancing else "stopped"
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=(Round(votes, inactive, elected=elected, ties=met),),
        verdict=verdict,
        decisions=tuple(decided.items()),
        advancing=advancing,
        threshold=f"the {decided['advance']} with most votes",
    )


def _advancing(
    fit: list[CandidateIndex], votes: tuple[VoteCount, ...], places: int, ties: Ties, last_place: str
) -> tuple[tuple[CandidateIndex, ...], tuple[Tie, ...]]:
    if last_place == "decide" or len(fit) <= places:
        return leading(fit, votes, places, ties, "place in the runoff")
    return tuple(c for c in fit if votes[c] >= votes[fit[places - 1]]), ()


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: one mark that stands is one vote."""
    _decisions(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return the last to go on less the first who does not; for one elected, winner less second.

    None after a tie, or where nobody could lose.
    """
    votes = transcript.rounds[0].votes
    through = transcript.advancing or transcript.elected
    losers = [c for c in by_votes(votes) if c not in through and can_be_elected(contest, c)]
    if transcript.verdict not in ("runoff", "elected") or not losers:
        return None
    basis = "last to go on and first who does not" if transcript.advancing else "first and second choice"
    return Margin(through[-1], losers[0], votes[through[-1]] - votes[losers[0]], basis)


def _decisions(contest: Contest) -> dict[str, str]:
    refuse_ranked(contest, RULE.name)
    refuse_many(contest, RULE.name)
    decided = settings(RULE.name, OPTIONS, contest)
    if not int(decided["advance"]):
        raise BadInputError(f"contest {contest.title!r}, option advance", "at least one goes on", "0")
    return decided


RULE = Rule(
    name="top-n",
    law=(
        "California Elections Code § 8141.5; Revised Code of Washington §§ 29A.36.170 and 29A.52.112; Alaska Statutes "
        "§ 15.25.010 (four): a primary in which voters mark one and the leading candidates go on"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    many_seats=False,
    follow=follow_marks,
)
