"""Cumulative voting, score and STAR, once more and from their texts alone."""

from fractions import Fraction

from count.second_opinion_marks.cards import Read, Sums, add, declared_invalid, each_card, without_withdrawn
from count.second_opinion_marks.lots import Lots
from count.second_opinion_marks.marked import most_votes, with_votes
from count.second_opinion_marks.sheet import Sheet

from faircount.model import BadInputError, Contest, Pattern, Profile

NOT_GIVEN = "points not given"


def votes_of(contest: Contest, pattern: Pattern) -> Read:
    """Read a cumulative card: a mark gives the votes it states, one where it states none."""
    allowed, votes = contest.votes_allowed, dict[int, Fraction]()
    if declared_invalid(pattern):
        return {}, {"invalid": Fraction(allowed)}
    for mark in pattern.marks:
        if not mark.is_ambiguous and mark.is_vote is not False and mark.score != 0:
            add(votes, mark.choice, Fraction(1 if mark.score is None else mark.score))
    given = sum(votes.values(), Fraction(0))
    if given > allowed:
        return {}, {"overvote": Fraction(allowed)}
    if contest.option("split", "as-marked") == "evenly" and votes:
        return {choice: Fraction(allowed, len(votes)) for choice in votes}, {}
    return votes, {"undervote": allowed - given}


def cumulative(contest: Contest, profile: Profile) -> Sheet:
    sums = Sums(contest)
    for pattern, weight in each_card(profile):
        sums.add(without_withdrawn(contest, votes_of(contest, pattern), "invalid"), weight)
    return most_votes(contest, sums, Lots(contest))


def points_of(contest: Contest, pattern: Pattern) -> Read:
    """Read a card of points."""
    most = int(contest.option("most", "5"))
    everything = Fraction(most * len(contest.choices))
    if declared_invalid(pattern):
        return {}, {"invalid": everything}
    given: dict[int, set[int]] = {}
    for mark in pattern.marks:
        points = most if mark.score is None else mark.score
        if not 0 <= points <= most:
            raise BadInputError("card", "points are 0 to the most")
        if not mark.is_ambiguous and mark.is_vote is not False:
            given.setdefault(mark.choice, set()).add(points)
    overvoted = Fraction(most * sum(len(points) > 1 for points in given.values()))
    clear = {choice: Fraction(*points) for choice, points in given.items() if len(points) == 1}
    clear = {choice: points for choice, points in clear.items() if contest.choices[choice].kind != "withdrawn"}
    rest = everything - overvoted - sum(clear.values())
    return clear, {"overvote": overvoted, NOT_GIVEN: rest}


def all_points(contest: Contest, profile: Profile) -> Sums:
    sums = Sums(contest)
    for pattern, weight in each_card(profile):
        sums.add(points_of(contest, pattern), weight)
    return sums


def score(contest: Contest, profile: Profile) -> Sheet:
    return most_votes(contest, all_points(contest, profile), Lots(contest))


def between(contest: Contest, profile: Profile, two: list[int]) -> Sums:
    """Give each card to whichever of two it scores higher, or to the only one if it gives it any points."""
    sums = Sums(contest)
    for pattern, weight in each_card(profile):
        given, _ = points_of(contest, pattern)
        points = [given.get(choice, Fraction(0)) for choice in two] + [Fraction(0)] * (2 - len(two))
        if declared_invalid(pattern):
            sums.add(({}, {"invalid": Fraction(1)}), weight)
        elif points[0] == points[1]:
            sums.add(({}, {"equal preference": Fraction(1)}), weight)
        else:
            sums.add(({two[points[1] > points[0]]: Fraction(1)}, {}), weight)
    return sums


def finalists(contest: Contest, profile: Profile, points: list[Fraction], lots: Lots) -> list[int]:
    """Return the two with the most points, or fewer where a tie is not decided."""
    able = with_votes(contest, points)
    found: list[int] = []
    while len(found) < 2 and len(found) < len(able):
        left = [choice for choice in able if choice not in found]
        level = [choice for choice in left if points[choice] == max(points[other] for other in left)]
        if len(found) + len(level) > 2:
            chosen = None
            if len(level) == 2 and contest.option("tie_in_scores", "preferred") == "preferred":
                chosen = parted(level, between(contest, profile, level).votes, "place in the runoff", lots)
            chosen = lots.pick(level, "place in the runoff") if chosen is None else chosen
            if chosen is None:
                return found
            level = [chosen]
        found += level
    return found


def parted(two: list[int], by: list[Fraction], about: str, lots: Lots) -> int | None:
    """Return whichever of the two has more, and note that there was a tie; None where they are equal."""
    if by[two[0]] == by[two[1]]:
        return None
    better = max(two, key=lambda choice: by[choice])
    lots.note(two, about, better)
    return better


def star(contest: Contest, profile: Profile) -> Sheet:
    lots, sums = Lots(contest), all_points(contest, profile)
    two = finalists(contest, profile, sums.votes, lots)
    if lots.stopped:
        return Sheet("tie", [sums], ties=lots.met)
    runoff = between(contest, profile, two)
    if len(two) < 2:
        return Sheet("elected" if two else "no votes", [sums, runoff], two)
    winner: int | None = max(two, key=lambda choice: runoff.votes[choice])
    if runoff.votes[two[0]] == runoff.votes[two[1]]:
        winner = None
        if contest.option("tie_in_runoff", "points") == "points":
            winner = parted(two, sums.votes, "elected", lots)
        winner = lots.pick(two, "elected") if winner is None else winner
    if winner is None:
        return Sheet("tie", [sums, runoff], ties=lots.met)
    return Sheet("elected", [sums, runoff], [winner], ties=lots.met)
