"""Threshold: a measure passes when one choice reaches a stated part of the votes or of the ballots."""

from fractions import Fraction

from faircount.count.interpretation import read_marks
from faircount.count.marks.tally import by_votes, follow_marks, in_words, refuse_many, refuse_ranked, tally_marks
from faircount.count.rule import CHOICE, FRACTION, Option, Reading, Rule, settings
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Contest,
    Margin,
    Pattern,
    Profile,
    Round,
    Transcript,
    VoteCount,
)

FIRST_ON_BALLOT = "first-on-ballot"
"""Value of option `yes`: the first choice in the order of the ballot is the one that must reach the threshold."""

OPTIONS = (
    Option(
        "base",
        ("votes", "ballots"),
        "votes",
        "What the threshold is a part of. votes: votes for any choice of the measure. ballots: all cards that hold "
        "the measure, also those that leave it blank, overvote it or are invalid in it.",
    ),
    Option(
        "reach",
        ("more-than", "at-least"),
        "more-than",
        "more-than: exactly the threshold is not enough. at-least: exactly the threshold is enough.",
    ),
    Option("threshold", (FRACTION,), "1/2", "The part that must be reached, as an exact fraction: 1/2, 2/3, 3/5."),
    Option(
        "yes",
        (FIRST_ON_BALLOT, CHOICE),
        FIRST_ON_BALLOT,
        "Which choice must reach the threshold: the first on the ballot, or the choice of this name.",
    ),
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Say whether the measure passed; exact, so that two thirds of 300 is 200 and not 199.99.

    Equal votes are no tie: the threshold is reached or it is not. A measure that passed elects its choice. Without any
    vote the verdict is `no votes`, whatever the base.
    """
    decided, yes = _decisions(contest)
    votes, inactive = tally_marks(contest, profile)
    part, base = Fraction(decided["threshold"]), sum(votes) if decided["base"] == "votes" else profile.total_weight
    needed = part * base
    reached = votes[yes] >= needed if decided["reach"] == "at-least" else votes[yes] > needed
    passed = bool(sum(votes)) and reached
    words = f"{decided['reach'].replace('-', ' ')} {decided['threshold']} of {in_words(base)} {decided['base']}"
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=(Round(votes, inactive, elected=(yes,) if passed else ()),),
        verdict="no votes" if not sum(votes) else "passed" if passed else "not passed",
        decisions=tuple(decided.items()),
        threshold=f"{words} for {contest.name_of(yes)}",
    )


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: one mark that stands is one vote."""
    _decisions(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return how far the votes for the measure are from the threshold, exact; None without votes or a second choice.

    Where it did not pass, the winner named is the other choice with the most votes. A margin of 0 is exactly the
    threshold.
    """
    decided, yes = _decisions(contest)
    one = transcript.rounds[0]
    others = [choice for choice in by_votes(one.votes) if choice != yes]
    if transcript.verdict == "no votes" or not others:
        return None
    base = sum(one.votes) if decided["base"] == "votes" else transcript.total
    above = _plain(one.votes[yes] - Fraction(decided["threshold"]) * base)
    if transcript.verdict == "passed":
        return Margin(yes, others[0], above, "yes over threshold")
    return Margin(others[0], yes, -above, "threshold over yes")


def _plain(votes: Fraction) -> VoteCount:
    return votes.numerator if votes.denominator == 1 else votes


def _decisions(contest: Contest) -> tuple[dict[str, str], CandidateIndex]:
    refuse_ranked(contest, RULE.name)
    refuse_many(contest, RULE.name)
    decided = settings(RULE.name, RULE.options, contest)
    if not contest.choices:
        raise BadInputError(f"contest {contest.title!r}", "a measure has a choice that can reach the threshold", "none")
    if decided["yes"] == FIRST_ON_BALLOT:
        return decided, CandidateIndex(0)
    return decided, CandidateIndex([choice.name for choice in contest.choices].index(decided["yes"]))


RULE = Rule(
    name="threshold",
    law=(
        "The law of the measure states part and base: California Constitution art. II § 10(a), a majority of votes "
        "on the measure; art. XVI § 18(a), two thirds of those voting on it; Minnesota Constitution art. IX § 1, a "
        "majority of all electors voting at the election (base ballots, if every ballot holds the measure on one card)"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    many_seats=False,
    follow=follow_marks,
)
