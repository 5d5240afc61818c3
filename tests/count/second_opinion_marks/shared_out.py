"""Highest averages and largest remainders, once more and from their texts alone."""

from collections.abc import Callable
from fractions import Fraction

from count.second_opinion_marks.cards import summed_marks
from count.second_opinion_marks.lots import Lots
from count.second_opinion_marks.sheet import Sheet
from count.second_opinion_marks.slates import List, apply_threshold, face, lists_of, seated

from faircount.model import Contest, Profile

DIVIDED: dict[str, Callable[[Fraction, int], Fraction | None]] = {
    "dhondt": lambda votes, held: votes / (held + 1),
    "sainte-lague": lambda votes, held: votes / (2 * held + 1),
    "modified-sainte-lague": lambda votes, held: votes / (2 * held + 1 if held else Fraction("1.4")),
    "modified-sainte-lague-1.2": lambda votes, held: votes / (2 * held + 1 if held else Fraction("1.2")),
    "huntington-hill": lambda votes, held: votes**2 / (held * (held + 1)) if held else None,
    "adams": lambda votes, held: votes / held if held else None,
    "dean": lambda votes, held: votes * (2 * held + 1) / (2 * held * (held + 1)) if held else None,
    "danish": lambda votes, held: votes / (3 * held + 1),
    "imperiali": lambda votes, held: votes / (1 + Fraction(held, 2)),
    "estonian": lambda votes, held: votes**10 / Fraction(held + 1) ** 9,
}
"""What a list's votes come to for its next seat: squares for a square root, tenth powers for 0.9; None beats all."""


class House:
    """Gives seats one after another."""

    def __init__(self, contest: Contest, profile: Profile) -> None:
        self.contest, self.lots = contest, Lots(contest)
        self.sums = summed_marks(contest, profile, "invalid")
        self.valid = sum(self.sums.votes, Fraction(0))
        self.lists = lists_of(contest, self.sums.votes)
        apply_threshold(contest, self.lists, self.sums)
        self.field = [one for one in self.lists if one.takes_part and one.votes > 0]
        self.given: list[List] = []

    @property
    def left(self) -> int:
        return self.contest.seats - len(self.given)

    def give(self, one: List) -> None:
        one.held += 1
        self.given.append(one)

    def settle(self, level: list[List]) -> bool:
        """Give a seat to each of those level, or to one of them where there are too few; whether that is decided."""
        if len(level) <= self.left:
            for one in level:
                self.give(one)
            return True
        if self.contest.option("equal", "tie") == "more-votes":
            most = [one for one in level if one.votes == max(other.votes for other in level)]
            if len(most) == 1:
                tied = [face(one, self.sums.votes, self.valid) for one in level]
                self.lots.note(tied, "elected", face(most[0], self.sums.votes, self.valid))
            level = most
        if len(level) > 1:
            faces = {face(one, self.sums.votes, self.valid): one for one in level}
            chosen = self.lots.pick(faces, "elected")
            if chosen is None:
                return False
            level = [faces[chosen]]
        self.give(level[0])
        return True

    def finish(self) -> Sheet:
        """Seat the persons."""
        people = {}
        for at, one in enumerate(self.lists):
            people[at] = seated(one, self.sums.votes, self.valid, self.lots)
        elected = []
        for one in self.given:
            queue = people[self.lists.index(one)]
            elected += [queue.pop(0)] if queue else []
        verdict = "no votes" if not self.valid else "tie" if self.lots.stopped else "elected" if elected else "stopped"
        return Sheet(verdict, [self.sums], elected, ties=self.lots.met)


def highest_averages(contest: Contest, profile: Profile) -> Sheet:
    house, divide = House(contest, profile), DIVIDED[contest.option("divisor", "dhondt")]
    while house.left:
        claims = [(divide(one.votes, one.held), one) for one in house.field if one.has_room]
        first = [one for quotient, one in claims if quotient is None]
        most = max((one.votes for one in first), default=None)
        best = max((quotient for quotient, _ in claims if quotient is not None), default=None)
        # Of votes divided by nothing, more votes are more: so the larger lists have their first seats first.
        level = [one for one in first if one.votes == most] or [one for quotient, one in claims if quotient == best]
        if not level or not house.settle(level):
            break
    return house.finish()


def quota_of(contest: Contest, votes: Fraction) -> Fraction:
    """Return the quota: with one seat less in its divisor, and again, where it gives more seats than there are."""
    how, seats = contest.option("quota", "hare"), contest.seats
    if how == "droop":
        return Fraction(votes // (seats + 1) + 1)
    return votes / (seats + {"hare": 0, "hagenbach-bischoff": 1, "imperiali": 2}[how])


def largest_remainder(contest: Contest, profile: Profile) -> Sheet:
    house = House(contest, profile)
    votes = sum((one.votes for one in house.field), Fraction(0))
    quota = quota_of(contest, votes)
    if votes:
        divisor = votes / quota
        while sum(one.votes // quota for one in house.field) > contest.seats:
            divisor -= 1
            quota = votes / divisor
    full = {id(one): int(one.votes // quota) if votes else 0 for one in house.field}
    for one in sorted(house.field, key=lambda one: -one.votes):
        while one.has_room and one.held < full[id(one)]:
            house.give(one)
    decided = True
    while decided and house.left and any(one.has_room for one in house.field):
        waiting = [one for one in house.field if one.has_room]
        while decided and house.left and waiting:
            rest = [one.votes - full[id(one)] * quota for one in waiting]
            level = [one for one, votes_left in zip(waiting, rest, strict=True) if votes_left == max(rest)]
            before = len(house.given)
            decided = house.settle(level)
            served = house.given[before:]
            waiting = [one for one in waiting if not any(one is other for other in served)]
    return house.finish()
