"""A shareholders' proposal, once more and from its text alone."""

from fractions import Fraction

from count.second_opinion_marks.cards import Read, Sums, each_card, marks_of, without_withdrawn
from count.second_opinion_marks.sheet import Sheet

from faircount.model import BadInputError, Contest, Pattern, Profile, UsageError

FOR, AGAINST, ABSTAIN, NON_VOTE = "for", "against", "abstain", "broker non-vote"
WORDS = {"for": FOR, "yes": FOR, "against": AGAINST, "no": AGAINST, "withhold": AGAINST, "abstain": ABSTAIN}
KINDS = {"abstain": ABSTAIN, "withhold": AGAINST, "broker-non-vote": NON_VOTE}
"""Who withholds a vote from a director votes against."""


def sides(contest: Contest) -> list[str]:
    """Say of every choice what it is."""
    found = [KINDS.get(c.kind) or WORDS.get(c.name.lower(), "") for c in contest.choices]
    stated = contest.option("for", "named-for")
    for at, choice in enumerate(contest.choices):
        if stated != "named-for":
            found[at] = FOR if choice.name == stated else AGAINST if found[at] == FOR else found[at]
        if choice.name == "Broker non-vote":
            found[at] = NON_VOTE
    if not all(found):
        raise BadInputError("choices", "nobody guesses what a word means that is on no side")
    return found


def card_of(contest: Contest, pattern: Pattern) -> Read:
    """Read one card; a broker non-vote that is stated and not marked is a vote for nobody."""
    card = without_withdrawn(contest, marks_of(contest, pattern), "invalid")
    if "broker-non-vote" in pattern.conditions and card[1].get("undervote"):
        return {}, {NON_VOTE: Fraction(1)}
    return card


def excluded(contest: Contest, votes: list[Fraction], side: list[str]) -> Fraction:
    """Take interested shares from their choices, and return how many."""
    taken = Fraction(0)
    for what in (FOR, AGAINST, ABSTAIN):
        left = Fraction(contest.option(f"interested_{what}", "0"))
        for choice in [at for at, one in enumerate(side) if one == what]:
            part = min(left, votes[choice])
            votes[choice], taken, left = votes[choice] - part, taken + part, left - part
        if left:
            raise BadInputError("interested", "no more than there are votes")
    return taken


def proposal(contest: Contest, profile: Profile) -> Sheet:
    side, sums = sides(contest), Sums(contest)
    for pattern, weight in each_card(profile):
        sums.add(card_of(contest, pattern), weight)
    out = excluded(contest, sums.votes, side)
    sums.inactive["excluded shares"] = out
    outstanding, quorum = int(contest.option("outstanding", "0")), contest.option("quorum", "1/2")
    got, against, abstain, brokers = (
        sum((votes for votes, one in zip(sums.votes, side, strict=True) if one == what), Fraction(0))
        for what in (FOR, AGAINST, ABSTAIN, NON_VOTE)
    )
    voted = got + against + abstain
    blank = sum((sums.inactive.get(cause, Fraction(0)) for cause in ("undervote", "overvote", "invalid")), Fraction(0))
    present = voted + blank  # who is there and says nothing was entitled to
    standard = contest.option("standard", "present")
    if standard == "outstanding" and not outstanding:
        raise UsageError("outstanding is not stated")
    base = {
        "votes-cast": got + against,
        "present": present,
        "represented": present + brokers + sums.inactive.get(NON_VOTE, Fraction(0)),
        "outstanding": outstanding - out,  # those whom the standard leaves out are no part of it
    }[standard]
    if not voted:  # broker non-votes are no votes on the proposal
        return Sheet("no votes", [sums])
    # A share that is at the meeting makes the quorum, whatever its holder does with it, and if nothing.
    there = sum(sums.votes) + sum(sums.inactive.values())
    asked = Fraction(0) if quorum == "none" else Fraction(quorum) * outstanding
    quorate = not asked or there > asked or (there == asked and Fraction(quorum) != Fraction(1, 2))
    # Of nothing at all nobody has a part: a proposal on which all abstain does not pass by 0 of 0 votes cast.
    needed = Fraction(contest.option("threshold", "1/2")) * base
    level = got == needed > 0 and contest.option("reach", "more-than") == "at-least"
    passed = quorate and (got > needed or level)
    return Sheet("passed", [sums], [side.index(FOR)]) if passed else Sheet("not passed", [sums])
