"""Party lists: the fewest cards after which some seat changes hands, between lists or between candidates of a list.

Sources: Blom, Budurushi, Rivest, Stark, Stuckey, Teague and Vukcevic 2021, "Assertion-based approaches to auditing
complex elections, with application to party-list proportional elections", for highest averages; Blom, Stark, Stuckey,
Teague and Vukcevic 2021, "Auditing Hamiltonian Elections", for largest remainders.
"""

from collections.abc import Iterator
from fractions import Fraction

from faircount.count.closeness.cards import Cards, take
from faircount.count.closeness.closeness import Bounds
from faircount.count.closeness.linear import Value, Way, least, turn
from faircount.count.closeness.ways import BLANK, marked
from faircount.count.interpretation import read_marks
from faircount.count.lists.awarding import Field, field_of
from faircount.count.lists.divisors import DIVISORS
from faircount.count.lists.quotas import QUOTAS
from faircount.count.rule import Reading
from faircount.model import CandidateIndex, Pattern, VoteCount

HOW = (
    "Of all seats and all lists, the fewest cards that give one list's seat to another or bring a list across the "
    "threshold."
)


class Lists:
    """The lists of a contest, their votes and seats, and what a card adds to them."""

    def __init__(self, cards: Cards) -> None:
        self.cards = cards
        one = cards.transcript.rounds[0]
        self.field: Field = field_of(cards.contest, cards.decided, one.votes, one.inactive)
        self.personal = one.votes
        self.votes = tuple(slate.votes(one.votes) for slate in self.field.slates)
        self.won = tuple(sum(cards.outcome[0].count(c) for c in slate.members) for slate in self.field.slates)
        self.part = self.field.hurdle.takes_part
        self._read: dict[Pattern, Reading] = {}

    def reading(self, pattern: Pattern) -> Reading:
        """Return what a card gives."""
        if pattern not in self._read:
            self._read[pattern] = read_marks(self.cards.contest, pattern)
        return self._read[pattern]

    def given(self, pattern: Pattern, place: int) -> int:
        """Return the votes that a card gives to a list."""
        among = self.field.slates[place].choices
        return sum(int(n) for c, n in self.reading(pattern).votes if c in among)

    def card_for(self, place: int) -> Pattern:
        """Return a card that gives all it can to one list."""
        choices, allowed = self.field.slates[place].choices, self.cards.contest.votes_allowed
        return marked(choices[:allowed])

    def card_against(self, place: int) -> Pattern:
        """Return a card that gives all it can to others than one list: to lists with most votes, then to anybody."""
        contest, size = self.cards.contest, len(self.cards.contest.choices)
        others = sorted((at for at in range(len(self.votes)) if at != place), key=lambda at: -self.votes[at])
        listed = [c for at in others for c in self.field.slates[at].choices]
        rest = [c for c in range(size) if c not in listed and c not in self.field.slates[place].choices]
        valid = [c for c in rest if contest.choices[c].kind != "withdrawn"]
        # Each mark in the pool of write-ins names somebody else, and all are votes for the pool.
        pool = [c for c in valid if contest.choices[c].kind == "write-in"][:1]
        return marked([*listed, *valid, *(pool * contest.votes_allowed)][: contest.votes_allowed])

    def has_room(self, place: int) -> bool:
        """Return whether a list has a candidate left for one more seat."""
        limit = self.field.slates[place].limit
        return limit is None or self.won[place] < limit

    def needed(self, pattern: Pattern) -> Fraction:
        """Return what a card adds to the votes that the threshold demands."""
        decided, told = self.cards.decided, self.reading(pattern)
        if decided["threshold"] == "none":
            return Fraction(0)
        base = sum(int(n) for _, n in told.votes)
        if decided["threshold_base"] != "valid-votes":
            base += told.undervotes
        if decided["threshold_base"] == "ballots":
            base += told.overvotes + told.invalid
        return base * Fraction(decided["threshold"])

    def crossings(self, place: int) -> list[tuple[Value, VoteCount, bool]]:
        """Return each bar of the threshold, as (votes of the list above it by card, the same in sum, is strict)."""
        decided = self.cards.decided
        strict = decided["threshold_reach"] == "more-than"
        bars: list[tuple[Value, VoteCount, bool]] = []
        if decided["threshold"] != "none":
            total = sum(self.needed(p) * n for p, n in self.cards.units.items())
            bars.append((lambda p: self.given(p, place) - self.needed(p), self.votes[place] - total, strict))
        if decided["threshold_votes"] != "none":
            above = self.votes[place] - int(decided["threshold_votes"])
            bars.append((lambda p: self.given(p, place), above, strict))
        return bars

    def joins(self, place: int) -> Way | None:
        """Return the fewest cards that bring a list above every bar."""
        found = Way(0, ())
        for value, above, strict in self.crossings(place):
            way = turn(self.cards, lambda p, v=value: -v(p), self.card_for(place), -above, below=strict)  # type: ignore[misc]
            if way is None:
                return None
            found = max(found, way, key=lambda one: one.lower)
        return found

    def falls(self, place: int) -> Iterator[Way | None]:
        """Yield the fewest cards that bring a list below each bar."""
        after = self.card_against(place)
        for value, above, strict in self.crossings(place):
            yield turn(self.cards, value, after, above, below=not strict)

    def settled_hurdle(self) -> bool:
        """Return whether the threshold is the one of the law and not its stand-in for where nobody reaches it."""
        hurdle = self.field.hurdle
        return self.cards.decided["nobody_reaches"] == "vacant" or hurdle.needed is None or any(
            above > 0 or (not above and not strict)
            for place in range(len(self.votes))
            for _, above, strict in self.crossings(place)[:1]
        )  # fmt: skip


def _persons(lists: Lists) -> tuple[list[Way | None], bool]:
    """Return the ways in which seats change hands inside lists, and whether they are all there are."""
    cards, decided = lists.cards, lists.cards.decided
    if decided["choices"] == "lists" or decided["persons"] == "list-order":
        return [], True
    ways: list[Way | None] = []
    for slate in lists.field.slates:
        seated = [c for c in slate.members if c in cards.outcome[0]]
        for one in seated:
            for other in slate.members:
                if other not in cards.outcome[0]:
                    lead = lists.personal[one] - lists.personal[other]
                    ways.append(turn(cards, _between(lists, one, other), marked([other]), max(lead, 1)))
    return ways, decided["persons"] == "personal-votes"


def _between(lists: Lists, one: CandidateIndex, other: CandidateIndex) -> Value:
    def value(pattern: Pattern) -> VoteCount:
        votes = dict(lists.reading(pattern).votes)
        return votes.get(one, 0) - votes.get(other, 0)

    return value


def _emptied(lists: Lists) -> Iterator[Way]:
    """Yield for each list with a seat all the cards that vote for it: without them it has none, whoever takes it."""
    for place in range(len(lists.votes)):
        for_it = [(p, n) for p, n in lists.cards.units.items() if lists.won[place] and lists.given(p, place)]
        changes = take(for_it, BLANK, sum(n for _, n in for_it))
        if changes:
            yield Way(sum(one.cards for one in changes), changes)


def _bounds(lists: Lists, ways: list[Way | None], complete: bool) -> Bounds:
    inside, known = _persons(lists)
    complete = complete and known and lists.settled_hurdle()
    how = HOW if complete else f"{HOW} These are not all the ways there are, so the lower bound is the least there is."
    return least(lists.cards, [*ways, *inside, *_emptied(lists)], how, None if complete else 1)


def _pairs(lists: Lists) -> Iterator[tuple[int, int]]:
    """Yield every list with a seat, and every other that could take one more."""
    everyone = range(len(lists.votes))
    yield from ((a, b) for a in everyone if lists.won[a] for b in everyone if a != b and lists.has_room(b))


def _vacant(lists: Lists) -> list[Way | None]:
    """Return how lists that get nothing, though seats are left over, would take one."""
    if sum(lists.won) >= lists.cards.contest.seats:
        return []
    found: list[Way | None] = []
    for place in range(len(lists.votes)):
        if lists.has_room(place) and not (lists.part[place] and lists.votes[place]):
            way = lists.joins(place)
            first = take(lists.cards.units.items(), lists.card_for(place), 1)
            found.append(way if way is None or way.changes else Way(1, first or ()))
    return found


# ---- highest averages ------------------------------------------------------------
def highest_averages(cards: Cards) -> Bounds:
    """Return the closeness of a divisor method: exact where a vote is a vote for one list.

    Between two lists a card that leaves the one for the other does most, whatever the divisors; with several votes a
    card it is exact where divisors have no roots, and a bound elsewhere.
    """
    lists = Lists(cards)
    ways = _vacant(lists)
    for one, other in _pairs(lists):
        way = _overtakes(lists, one, other)
        if way is not None and not lists.part[other]:
            joins = lists.joins(other)
            way = None if joins is None else _together(lists, one, other, way, joins)
        ways.append(way)
    for place, won in enumerate(lists.won):
        if won and not lists.field.hurdle.exempt[place]:
            ways += lists.falls(place)
    return _bounds(lists, ways, complete=True)


def _together(lists: Lists, one: int, other: int, way: Way, joins: Way) -> Way:
    """Return the change that does both: more votes than the other list has, and votes above the threshold."""
    lower = max(way.lower, joins.lower)
    from_one = [(p, n) for p, n in lists.cards.units.items() if lists.given(p, one)]
    rest = [(p, n) for p, n in lists.cards.units.items() if not lists.given(p, one)]
    return Way(lower, take([*from_one, *rest], lists.card_for(other), lower) or ())


def _overtakes(lists: Lists, one: int, other: int) -> Way | None:
    """Return the fewest cards after which the next quotient of `other` is no lower than the last of `one`."""
    cards, divisors = lists.cards, DIVISORS[lists.cards.decided["divisor"]]
    last, first = Fraction(divisors.term(lists.won[one] - 1)), Fraction(divisors.term(lists.won[other]))
    more_votes = cards.decided["equal"] == "more-votes"

    def beats(moved: int) -> bool:
        ahead, behind = lists.votes[one] - moved, lists.votes[other] + moved
        if ahead <= 0 or not behind:
            return ahead <= 0 and bool(behind)
        rival, holder = (
            (not first, behind**divisors.power / (first or 1)),
            (not last, ahead**divisors.power / (last or 1)),
        )
        if rival == holder:
            return behind >= ahead or not more_votes
        return rival > holder

    if divisors.power == 1 and first and last:
        return _linear(lists, one, other, last, first, more_votes)
    low, high = -1, int(lists.votes[one]) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if beats(middle) else (middle, high)
    fewest = -(-high // cards.contest.votes_allowed)
    sources = sorted(
        ((p, n) for p, n in cards.units.items() if lists.given(p, one)), key=lambda s: -lists.given(s[0], one)
    )  # fmt: skip
    changes = take(sources, lists.card_for(other), min(high, sum(n for _, n in sources)))
    return Way(fewest, changes or ())


def _linear(lists: Lists, one: int, other: int, last: Fraction, first: Fraction, more_votes: bool) -> Way | None:
    def value(pattern: Pattern) -> VoteCount:
        return lists.given(pattern, one) * first - lists.given(pattern, other) * last

    lead = lists.votes[one] * first - lists.votes[other] * last
    way = turn(lists.cards, value, lists.card_for(other), lead)
    if way is None or not more_votes:
        return way
    after = [
        sum(lists.given(c.after, at) * c.cards - lists.given(c.before, at) * c.cards for c in way.changes)
        for at in (one, other)
    ]
    ahead, behind = lists.votes[one] + after[0], lists.votes[other] + after[1]
    if ahead * first == behind * last and behind < ahead:
        # Of equal quotients the list with more votes keeps the seat.
        return turn(lists.cards, value, lists.card_for(other), lead, below=True)
    return way


# ---- largest remainders ----------------------------------------------------------
def largest_remainder(cards: Cards) -> Bounds:
    """Return the closeness of a quota method.

    A list with a seats keeps the last of them before another's next as long as T_A - T_B > q·(a - b - 1). Exact for
    quotas without rounding as long as they give no seats too many (hare, hagenbach-bischoff); a lower bound for droop,
    whose quota moves in whole votes; for imperiali, and where lists lack candidates, no more than 1 is certain.
    """
    lists = Lists(cards)
    quota = QUOTAS[cards.decided["quota"]]
    claims = sum(lists.field.claims)
    divisor = cards.contest.seats + quota.added
    figure = quota.figure(claims, cards.contest.seats, quota.added) if claims else 0
    ways = _vacant(lists)
    for one, other in _pairs(lists):
        if lists.part[one] and lists.part[other]:
            ways.append(_remainder(lists, one, other, Fraction(figure), divisor, quota.next_whole))
    for place in range(len(lists.votes)):
        if not lists.part[place]:
            ways.append(lists.joins(place))
        elif not lists.field.hurdle.exempt[place]:
            ways += lists.falls(place)
    too_many = claims and sum(int(votes // figure) for votes in lists.field.claims) > cards.contest.seats
    complete = cards.decided["quota"] != "imperiali" and all(limit is None for limit in lists.field.limits)
    complete = complete and not too_many
    return _bounds(lists, ways, complete and sum(lists.won) == cards.contest.seats)


def _remainder(lists: Lists, one: int, other: int, quota: Fraction, divisor: int, whole: bool) -> Way | None:
    step = lists.won[one] - lists.won[other] - 1
    slope = Fraction(step, divisor)

    def value(pattern: Pattern) -> VoteCount:
        takes_part = sum(lists.given(pattern, at) for at, part in enumerate(lists.part) if part)
        return lists.given(pattern, one) - lists.given(pattern, other) - slope * takes_part

    after, apart = lists.card_for(other), lists.votes[one] - lists.votes[other]
    lead = apart - quota * step
    way = turn(lists.cards, value, after, lead)
    if way is None or not whole:
        return way
    # The quota is at most one vote above its exact quotient, wherever the change of the sum leaves it.
    exact = apart - slope * sum(lists.field.claims) - max(step, 0)
    lower = turn(lists.cards, value, after, exact)
    return Way(lower.lower if lower else 0, way.changes)
