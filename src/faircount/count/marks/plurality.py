"""Plurality: as many choices as there are seats, those with the most votes. Also vote-for-n (block voting)."""

from faircount.count.interpretation import read_marks
from faircount.count.marks.tally import elect_leading, follow_marks, last_seat_margin, refuse_ranked, tally_marks
from faircount.count.rule import Reading, Rule, settings
from faircount.count.ties import MARKS_TIES
from faircount.model import Contest, Margin, Pattern, Profile, Round, Transcript


def count(contest: Contest, profile: Profile) -> Transcript:
    """Elect the choices with the most votes, one for each seat.

    A tie for the last seat is for `tie` to decide; where it stops the count, those clearly above it are elected and
    the tied ones are named. A choice without any vote is never elected, so seats may stay empty: where fewer choices
    received a vote than there are seats, all that did are elected. Pooled write-ins are counted as one choice; if they
    are among the elected, somebody has still to read the names. Abstentions and votes withheld elect nobody.
    """
    decided = _decisions(contest)
    votes, inactive = tally_marks(contest, profile)
    total = profile.total_weight * contest.votes_allowed
    return elect_leading(RULE.name, contest, decided, Round(votes, inactive), total)


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: each mark that stands is one vote."""
    _decisions(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return last winner less first loser; None after a tie, with seats left empty, or where nobody lost."""
    basis = "first and second choice" if contest.seats == 1 else "last elected and first not elected"
    return last_seat_margin(contest, transcript, basis)


def _decisions(contest: Contest) -> dict[str, str]:
    refuse_ranked(contest, RULE.name)
    return settings(RULE.name, RULE.options, contest)


RULE = Rule(
    name="plurality",
    law=(
        "Default where no other rule is enacted; for example California Elections Code §§ 15450 and 15452: "
        "the person who receives a plurality of the votes cast for an office is elected"
    ),
    count=count,
    read=read,
    margin=margin,
    options=MARKS_TIES,
    many_votes=True,
    follow=follow_marks,
)
