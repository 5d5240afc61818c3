"""Plurality, threshold, majority or runoff, and top-n, once more and from their texts alone."""

from fractions import Fraction

from count.second_opinion_marks.cards import Sums, each_card, summed_marks
from count.second_opinion_marks.lots import Lots
from count.second_opinion_marks.sheet import Sheet

from faircount.model import BadInputError, Contest, Profile, UsageError

WITHDRAWN = "invalid"


NO_PERSON = ("abstain", "withhold", "broker-non-vote")


def with_votes(contest: Contest, votes: list[Fraction]) -> list[int]:
    """Return who got a vote and can be elected: nobody is called by an abstention."""
    return [at for at, number in enumerate(votes) if number > 0 and contest.choices[at].kind not in NO_PERSON]


def most_votes(contest: Contest, sums: Sums, lots: Lots) -> Sheet:
    """Elect by most votes, one for each seat."""
    able = with_votes(contest, sums.votes)
    elected = lots.best(able, sums.votes, contest.seats, "elected")
    verdict = "no votes" if not able else "tie" if lots.stopped else "elected"
    return Sheet(verdict, [sums], elected, ties=lots.met)


def plurality(contest: Contest, profile: Profile) -> Sheet:
    return most_votes(contest, summed_marks(contest, profile, WITHDRAWN), Lots(contest))


def threshold(contest: Contest, profile: Profile) -> Sheet:
    stated = int(contest.option("stated_base", "0"))
    base, quorum = contest.option("base", "votes"), contest.option("quorum", "none")
    if not stated and (base == "stated" or quorum != "none"):
        raise UsageError("stated_base is not stated")
    sums = summed_marks(contest, profile, WITHDRAWN)
    cast = sum(sums.votes)
    cards = sum(weight for _, weight in each_card(profile))
    if not cast:
        return Sheet("no votes", [sums])
    yes = contest.option("yes", "first-on-ballot")
    choice = 0 if yes == "first-on-ballot" else [c.name for c in contest.choices].index(yes)
    of = {"votes": cast, "ballots": cards, "stated": Fraction(stated)}[base]
    needed = Fraction(contest.option("threshold", "1/2")) * of
    got = sums.votes[choice]
    reached = (got == needed and contest.option("reach", "more-than") == "at-least") or got > needed
    attended = quorum == "none" or cards >= Fraction(quorum) * stated
    return Sheet("passed", [sums], [choice]) if reached and attended else Sheet("not passed", [sums])


def majority_or_runoff(contest: Contest, profile: Profile) -> Sheet:
    sums, lots = summed_marks(contest, profile, WITHDRAWN), Lots(contest)
    able = with_votes(contest, sums.votes)
    if not able:
        return Sheet("no votes", [sums])
    for choice in able:
        if sums.votes[choice] > sum(sums.votes) / 2:
            return Sheet("elected", [sums], [choice])
    two = lots.best(able, sums.votes, 2, "place in the runoff")
    return Sheet("tie" if lots.stopped else "runoff", [sums], [], two, lots.met)


def top_n(contest: Contest, profile: Profile) -> Sheet:
    sums, lots = summed_marks(contest, profile, WITHDRAWN), Lots(contest)
    places, cast, votes = int(contest.option("advance", "2")), sum(sums.votes), sums.votes
    if places == 0:
        raise BadInputError("option advance", "somebody goes on")
    if not with_votes(contest, votes):
        return Sheet("no votes", [sums])
    for choice in with_votes(contest, votes):
        if contest.option("majority", "advances") == "elected" and votes[choice] > cast / 2:
            return Sheet("elected", [sums], [choice])
    least = contest.option("least", "none")
    able = [c for c in with_votes(contest, votes) if least == "none" or votes[c] >= Fraction(least) * cast]
    if contest.option("last_place", "decide") == "all-advance":
        above = [c for c in able if sum(votes[other] > votes[c] for other in able) < places]
        on = sorted(above, key=lambda c: (-votes[c], c))
    else:
        on = lots.best(able, votes, places, "place in the runoff")
    verdict = "tie" if lots.stopped else "runoff" if able else "stopped"
    return Sheet(verdict, [sums], [], on, lots.met)
