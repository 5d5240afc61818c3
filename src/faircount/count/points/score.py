"""Score voting: every choice gets points from every voter, and the most points win. Also approval, with one point."""

from faircount.count.marks.tally import elect_leading, last_seat_margin
from faircount.count.points.scores import (
    as_points,
    follow_points,
    read_points,
    readings_of,
    refuse_ranks,
    sum_points,
)
from faircount.count.rule import WHOLE_NUMBER, Option, Reading, Rule, settings
from faircount.count.ties import MARKS_TIES
from faircount.model import Contest, Margin, Pattern, Profile, Round, Transcript

MOST = Option(
    "most",
    (WHOLE_NUMBER,),
    "5",
    "The most points that a voter may give to one choice: 1 to 1,000. With 1 this is approval voting. The fewest is 0.",
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Elect the choices with the most points, one for each seat; a choice without a point is never elected.

    A choice to which a voter gives nothing gets 0 points: sums decide, not means. Source: Smith 2000, "Range voting".
    """
    decided, most = _decisions(contest)
    one = sum_points(contest, readings_of(contest, profile, most))
    return elect_leading(RULE.name, contest, decided, one, profile.total_weight)


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the points it gives, out of the most × choices that it could."""
    return read_points(contest, pattern, _decisions(contest)[1])


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Sum the points of a part of the ballots."""
    return (follow_points(contest, profile, whole, _decisions(contest)[1]),)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return last elected less first not elected, in points; None after a tie or where nobody lost."""
    return last_seat_margin(contest, transcript, "points of last elected and first not elected")


def _decisions(contest: Contest) -> tuple[dict[str, str], int]:
    refuse_ranks(contest, RULE.name)
    decided = settings(RULE.name, RULE.options, contest)
    return decided, as_points(decided["most"], contest)


RULE = Rule(
    name="score",
    law=(
        "W. D. Smith 2000, Range voting, § 1; approval voting (most=1): S. J. Brams and P. C. Fishburn 1978, Approval "
        "Voting, American Political Science Review 72; enacted for Fargo, North Dakota: Home Rule Charter art. 3 § E"
    ),
    count=count,
    read=read,
    margin=margin,
    options=(MOST, *MARKS_TIES),
    ballot="scores",
    follow=follow,
)
