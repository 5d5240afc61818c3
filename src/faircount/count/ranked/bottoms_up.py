"""Bottoms up: the lowest are excluded until as many are left as there are seats, or until all left have a part."""

from fractions import Fraction

from faircount.count.ranked.ballot_options import (
    OVERVOTE_OR_SPLIT,
    REPEATED,
    SKIPPED,
    WITHDRAWN,
    WRITE_INS,
    of_kind,
    ranked_settings,
    with_default,
)
from faircount.count.ranked.exclusion import Decision, Now, count_rounds, follow_rounds, lowest
from faircount.count.ranked.fast import deal
from faircount.count.ranked.instant_runoff import BATCH, exclude_from_below, first_reading
from faircount.count.ranked.preferences import plain
from faircount.count.rule import FRACTION, Option, Reading, Rule
from faircount.count.ties import ROUNDS_TIES, Ties
from faircount.model import Contest, Margin, Pattern, Profile, Round, Transcript, VoteCount

UNTIL, EXCLUDE, PART, REACH = (
    Option(
        "until",
        ("seats", "part"),
        "seats",
        "seats: the count ends when no more choices stand than there are seats. part: it ends when all who stand have "
        "the part of the votes that option part states, however many they are; the number of seats does not matter.",
    ),
    Option(
        "exclude",
        ("one", "all-below"),
        "one",
        "Only where until=part. one: the lowest choice a round. all-below: all that do not have the part at once; "
        "where nobody has it, the lowest alone.",
    ),
    Option("part", (FRACTION,), "15/100", "Only where until=part. The part of the votes of continuing ballots."),
    Option(
        "reach",
        ("more-than", "at-least"),
        "more-than",
        "Only where until=part. more-than: exactly the part is not enough. at-least: exactly the part is enough.",
    ),
)
OPTIONS = (
    with_default(BATCH, "yes", "no law says; with until=part it is always one choice a round, or all below."),
    EXCLUDE,
    with_default(OVERVOTE_OR_SPLIT, "exhaust", "no law says."),
    PART,
    REACH,
    with_default(REPEATED, "skip", "no law says."),
    with_default(SKIPPED, "unlimited", "no law says."),
    *ROUNDS_TIES,
    UNTIL,
    with_default(WITHDRAWN, "skip", "no law says."),
    with_default(WRITE_INS, "count", "no law says."),
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Exclude the lowest round by round; all who are left in the end are elected, most votes first.

    Nothing is transferred from those elected. Where as many stand as there are seats, all are elected, with or without
    votes; only where no ballot counts for anybody is nobody.
    """
    decided = ranked_settings(RULE, contest)
    by_part = decided["until"] == "part"

    def decide(now: Now) -> Decision:
        if not now.active:
            return Decision("no votes")
        order = tuple(sorted(now.standing, key=lambda c: (-now.votes[c], c)))
        if not by_part:
            over = len(now.standing) - contest.seats
            return exclude_from_below(now, decided, contest.seats) if over > 0 else Decision("elected", elected=order)
        needed = Fraction(decided["part"]) * now.active
        enough = [now.votes[c] > needed or (decided["reach"] == "at-least" and now.votes[c] == needed) for c in order]
        if all(enough):
            return Decision("elected", elected=order)
        below = tuple(sorted(c for c, fits in zip(order, enough, strict=True) if not fits))
        if decided["exclude"] == "all-below" and len(below) < len(order):
            return Decision(excluded=below)
        return lowest(now, len(now.standing) - 1)

    def threshold(now: Now) -> VoteCount | None:
        return plain(Fraction(decided["part"]) * now.active) if by_part else None

    dealt, ties = deal(contest, profile, decided), Ties(contest, decided)
    rounds, verdict = count_rounds(contest, dealt, (), decided, ties, decide, threshold)
    told = f"{decided['reach'].replace('-', ' ')} {decided['part']} of the votes for continuing choices in the round"
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=rounds,
        verdict=verdict,
        decisions=tuple(decided.items()),
        threshold=told if by_part else "",
    )


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: the choice it counts for in the first round."""
    return first_reading(contest, pattern, ranked_settings(RULE, contest))


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Count a part of the ballots under the exclusions of the whole; parts sum to it in every round."""
    return follow_rounds(deal(contest, profile, ranked_settings(RULE, contest)), whole.rounds)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return the last elected less the last excluded, in the round of that exclusion; None where nobody was excluded.

    **It is not the number of ballots that would change the outcome**, which may be smaller.
    """
    before = [one for one in transcript.rounds if set(one.excluded) - set(of_kind(contest, "write-in"))]
    if transcript.verdict != "elected" or not before:
        return None
    votes, last = before[-1].votes, transcript.elected[-1]
    loser = sorted(before[-1].excluded, key=lambda c: (-votes[c], c))[0]
    return Margin(last, loser, max(votes[last] - votes[loser], 0), "last elected and last excluded")


RULE = Rule(
    name="bottoms-up",
    law=(
        "No statute; default where no other rule is enacted. The part is that of the Delegate Selection Rules for the "
        "2020 Democratic National Convention, Rule 14 (15 percent), which ranked presidential primaries applied so"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    ballot="ranks",
    follow=follow,
)
