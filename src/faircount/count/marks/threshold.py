"""Threshold: a measure passes when one choice reaches a stated part of the votes or of the ballots."""

from fractions import Fraction

from faircount.count.interpretation import read_marks
from faircount.count.marks.tally import by_votes, follow_marks, in_words, refuse_many, refuse_ranked, tally_marks
from faircount.count.ranked.preferences import plain
from faircount.count.rule import CHOICE, FRACTION, WHOLE_NUMBER, Option, Reading, Rule, settings
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Contest,
    Margin,
    Pattern,
    Profile,
    Round,
    Transcript,
    UsageError,
    VoteCount,
    name_key,
)

FIRST_ON_BALLOT = "first-on-ballot"
"""Value of option `yes`: the first choice in the order of the ballot is the one that must reach the threshold."""

AGAINST = ("no", "against", "reject")
"""First words of choices that are hardly the one that must reach a threshold: records without an order of the ballot
have them by the alphabet, `No` before `Yes`."""

OPTIONS = (
    Option(
        "base",
        ("votes", "ballots", "stated"),
        "votes",
        "What the threshold is a part of. votes: votes for any choice of the measure. ballots: all cards that hold "
        "the measure, also those that leave it blank, overvote it or are invalid in it. stated: the number "
        "stated_base, such as all registered voters or all members.",
    ),
    Option(
        "quorum",
        ("none", FRACTION),
        "none",
        "The part of stated_base that the cards that hold the measure must be, at the least, for the measure to pass "
        "at all. none: no such part.",
    ),
    Option(
        "reach",
        ("more-than", "at-least"),
        "more-than",
        "more-than: exactly the threshold is not enough. at-least: exactly the threshold is enough.",
    ),
    Option(
        "stated_base",
        (WHOLE_NUMBER,),
        "0",
        "Persons entitled to vote on the measure, from outside the cards: registered voters, members. 0: not stated.",
    ),
    Option("threshold", (FRACTION,), "1/2", "The part that must be reached, as an exact fraction: 1/2, 2/3, 3/5."),
    Option(
        "yes",
        (FIRST_ON_BALLOT, CHOICE),
        FIRST_ON_BALLOT,
        "Which choice must reach the threshold: the first on the ballot, or the choice of this name. A first choice "
        "that says no is refused: then the name must be stated.",
    ),
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Say whether the measure passed; exact, so that two thirds of 300 is 200 and not 199.99.

    Equal votes are no tie: the threshold is reached or it is not. A measure that passed elects its choice. Without any
    vote the verdict is `no votes`, whatever the base. A quorum that is missed is said in the note of the round.
    Raises `UsageError` where the base or the quorum needs `stated_base` and it is not stated.
    """
    decided, yes = _decisions(contest)
    votes, inactive = tally_marks(contest, profile)
    part, base = Fraction(decided["threshold"]), _base(decided, sum(votes), profile.total_weight)
    needed = part * base
    reached = votes[yes] >= needed if decided["reach"] == "at-least" else votes[yes] > needed
    short = _short_of_quorum(decided, profile.total_weight)
    passed = bool(sum(votes)) and reached and not short
    what = "persons entitled to vote" if decided["base"] == "stated" else decided["base"]
    words = f"{decided['reach'].replace('-', ' ')} {decided['threshold']} of {in_words(base)} {what}"
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=(Round(votes, inactive, elected=(yes,) if passed else (), note=short),),
        verdict="no votes" if not sum(votes) else "passed" if passed else "not passed",
        decisions=tuple(decided.items()),
        threshold=f"{words} for {contest.name_of(yes)}",
    )


def _base(decided: dict[str, str], votes: VoteCount, ballots: VoteCount) -> VoteCount:
    return {"votes": votes, "ballots": ballots, "stated": int(decided["stated_base"])}[decided["base"]]


def _short_of_quorum(decided: dict[str, str], ballots: VoteCount) -> str:
    """Return what is missing to the quorum, in words; empty where it is reached or not asked for."""
    if decided["quorum"] == "none":
        return ""
    needed = Fraction(decided["quorum"]) * int(decided["stated_base"])
    if ballots >= needed:
        return ""
    return (
        f"The quorum of {decided['quorum']} of {int(decided['stated_base']):,} was missed: {in_words(ballots)} voted."
    )


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern: one mark that stands is one vote."""
    _decisions(contest)
    return read_marks(contest, pattern)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return how far the votes for the measure are from the threshold, exact; None without votes or a second choice.

    None too where the quorum was missed. Where it did not pass, the winner named is the other choice with the most
    votes. A margin of 0 is exactly the threshold.
    """
    decided, yes = _decisions(contest)
    one = transcript.rounds[0]
    others = [choice for choice in by_votes(one.votes) if choice != yes]
    if transcript.verdict == "no votes" or not others or one.note:
        return None
    base = _base(decided, sum(one.votes), transcript.total)
    above = plain(one.votes[yes] - Fraction(decided["threshold"]) * base)
    if transcript.verdict == "passed":
        return Margin(yes, others[0], above, "yes over threshold")
    return Margin(others[0], yes, -above, "threshold over yes")


def _decisions(contest: Contest) -> tuple[dict[str, str], CandidateIndex]:
    refuse_ranked(contest, RULE.name)
    refuse_many(contest, RULE.name)
    decided = settings(RULE.name, RULE.options, contest)
    if (decided["base"] == "stated" or decided["quorum"] != "none") and not int(decided["stated_base"]):
        raise UsageError(f"contest {contest.title!r}: rule {RULE.name} needs stated_base, and it is not stated")
    if not contest.choices:
        raise BadInputError(f"contest {contest.title!r}", "a measure has a choice that can reach the threshold", "none")
    if decided["yes"] == FIRST_ON_BALLOT:
        first = contest.choices[0].name
        if name_key(first).partition(" ")[0] in AGAINST:
            raise UsageError(
                f"contest {contest.title!r}: its first choice is {first!r}, and nobody has stated which choice must "
                f"reach the threshold: -O yes=NAME"
            )
        return decided, CandidateIndex(0)
    return decided, CandidateIndex([choice.name for choice in contest.choices].index(decided["yes"]))


RULE = Rule(
    name="threshold",
    law=(
        "The law of the measure states part and base: California Constitution art. II § 10(a), a majority of votes "
        "on the measure; art. XVI § 18(a), two thirds of those voting on it; Minnesota Constitution art. IX § 1, a "
        "majority of all electors voting at the election (base ballots, if each ballot holds the measure on one card); "
        "Italian Constitution art. 75 § 4, a majority of votes where a majority of those entitled took part (quorum)"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    many_seats=False,
    follow=follow_marks,
)
