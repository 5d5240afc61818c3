"""Meek's and Warren's rules by hand: keep values to forty digits instead of the rule's nine."""

from collections.abc import Mapping
from fractions import Fraction

from count.second_opinion.lots import Lots
from count.second_opinion.opinion import Opinion, Sheet
from count.second_opinion.paper import Paper, papers_of
from count.second_opinion.runoffs import on_paper

from faircount.model import Contest, Profile

Decided = Mapping[str, str]
DIGITS = 10**40
SETTLED = Fraction(1, 10**25)
NEAR = Fraction(1, 10**2)
"""Figures nearer than this to one another are not compared: the law settles each round only to 0.0001 votes."""


def rough(figure: Fraction) -> Fraction:
    """Round up to forty digits, so that fractions stay short."""
    return Fraction(-(-figure.numerator * DIGITS // figure.denominator), DIGITS)


def order_on(paper: Paper, offered: set[int]) -> list[int]:
    """Return the whole order on a paper: whom it would count for if those before were out."""
    order: list[int] = []
    while True:
        found, _ = paper.look(offered - set(order))
        if not found:
            return order
        order += found


class Meek:
    """One count."""

    def __init__(self, contest: Contest, profile: Profile, decided: Decided) -> None:
        self.contest, self.decided, self.lots = contest, decided, Lots(contest, decided)
        self.offered = on_paper(contest)
        self.papers = [(p.weight, order_on(p, self.offered)) for p in papers_of(contest, profile, decided)]
        self.keep = {c: Fraction(1) for c in self.offered}
        self.elected: list[int] = []
        self.doubtful = False

    def share(self) -> tuple[dict[int, Fraction], Fraction]:
        """Walk every paper once: what each choice gets, and the quota of what is still active."""
        votes = dict.fromkeys(self.offered, Fraction(0))
        for weight, order in self.papers:
            left = Fraction(1)
            for c in order:
                part = left * self.keep[c] if self.decided["method"] == "meek" else min(left, self.keep[c])
                votes[c] += weight * part
                left -= part
        return votes, sum(votes.values(), Fraction(0)) / (self.contest.seats + 1)

    def settle(self) -> tuple[dict[int, Fraction], Fraction]:
        """Lower keep values until each elected choice has the quota and no more."""
        for _ in range(3000):
            votes, quota = self.share()
            if sum(votes[c] - quota for c in self.elected) < SETTLED:
                break
            for c in self.elected:
                self.keep[c] = rough(self.keep[c] * quota / votes[c])
        else:
            self.doubtful = True
        return votes, quota

    def count(self) -> tuple[list[int], list[int]]:
        """Return those elected and those excluded, in order."""
        excluded: list[int] = []
        continuing = set(self.offered)
        while len(self.elected) < self.contest.seats and continuing and not self.doubtful:
            votes, quota = self.settle()
            figures = sorted(votes[c] for c in continuing)
            if any(abs(votes[c] - quota) < NEAR for c in continuing):
                self.doubtful = True
            able = [c for c in continuing if votes[c] > quota]
            if able:
                self.elected += able
                continuing -= set(able)
                continue
            if len(continuing) <= self.contest.seats - len(self.elected):
                break
            if len(figures) > 1 and figures[1] - figures[0] < NEAR:
                self.doubtful = True
            lowest = min(continuing, key=lambda c: votes[c])
            excluded.append(lowest)
            continuing.remove(lowest)
            self.keep[lowest] = Fraction(0)
        votes, _ = self.settle()
        # Schedule 1A, cl. 3: as many as there are seats left are elected, whatever votes they have.
        rest = sorted(continuing) if len(self.elected) < self.contest.seats else []
        return self.elected + rest, excluded


def meek(contest: Contest, profile: Profile, decided: Decided) -> Opinion:
    """Hill, Wichmann and Woodall 1987: who is elected, and in which order choices are excluded."""
    one = Meek(contest, profile, decided)
    if not sum(weight for weight, order in one.papers if order):
        return Opinion("no votes", [], only_outcome=True)
    elected, excluded = one.count()
    blank = [Fraction(0)] * len(contest.choices)
    sheets = [Sheet(blank, {}, excluded={c}) for c in excluded] + [Sheet(blank, {}, elected=elected)]
    return Opinion("elected", sheets, doubtful=one.doubtful, only_outcome=True)
