"""Kemeny: the order of all choices that agrees with most of what ballots say of pairs; its first is elected."""

from dataclasses import dataclass
from itertools import islice, product

from faircount.count.condorcet.deciding import Judgement, Pairs, rule_of_pairs
from faircount.count.condorcet.orders import Choices
from faircount.count.condorcet.pairs import Matrix, smith_set
from faircount.count.ranked.preferences import plain
from faircount.model import CandidateIndex, Exhibit, UsageError, VoteCount

MOST_IN_A_CIRCLE = 15
"""Choices of whom none stands apart from the rest by majorities; more take too long to order exactly."""
ORDERS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class BestOrders:
    """Every best order of some choices, by sets of them: what a set's orders agree with at most."""

    members: Choices
    agreed: list[VoteCount]
    """By set, as bits over `members`: the greatest number of agreements."""
    above: list[list[VoteCount]]
    """By member, then set: the votes that prefer the member to each of the set, summed."""

    @classmethod
    def of(cls, matrix: Matrix, members: Choices) -> "BestOrders":
        """Build up from the empty set: the first of a best order leaves a best order of the others."""
        size = len(members)
        above: list[list[VoteCount]] = []
        for one in members:
            sums: list[VoteCount] = [0] * (1 << size)
            for chosen in range(1, 1 << size):
                low = chosen & -chosen
                sums[chosen] = sums[chosen ^ low] + matrix[one][members[low.bit_length() - 1]]
            above.append(sums)
        made = cls(members, [0] * (1 << size), above)
        for chosen in range(1, 1 << size):
            made.agreed[chosen] = max(made._with_first(chosen, at) for at in range(size) if chosen >> at & 1)
        return made

    def _with_first(self, chosen: int, at: int) -> VoteCount:
        left = chosen ^ 1 << at
        return self.above[at][left] + self.agreed[left]

    def firsts(self, chosen: int) -> list[int]:
        """Return which members of a set stand first in some best order of it."""
        best = self.agreed[chosen]
        return [at for at in range(len(self.members)) if chosen >> at & 1 and self._with_first(chosen, at) == best]

    def first_choices(self) -> Choices:
        """Return who stands first in some best order of all."""
        return tuple(self.members[at] for at in self.firsts((1 << len(self.members)) - 1))

    def some(self, most: int) -> list[Choices]:
        """Return up to `most` best orders of all members; those whose first is earlier on the ballot come first."""
        full = (1 << len(self.members)) - 1
        begun: list[tuple[Choices, int]] = [((), full)]
        for _ in self.members:
            begun = [
                ((*order, self.members[at]), left ^ 1 << at) for order, left in begun for at in self.firsts(left)
            ][:most]  # fmt: skip
        return [order for order, _ in begun]


def judge(pairs: Pairs) -> Judgement:
    """Return the first choices of all best orders. Source: Kemeny 1959; Young and Levenglick 1978.

    Whoever beats everybody outside a set stands above them in every best order (Truchon 1998), so the Smith set is
    ordered by itself, and then that of the rest. Raises `UsageError` where the Smith set is too large to be ordered;
    a set further down that is too large is left unordered, and said to be.
    """
    sets = layers(pairs.matrix, pairs.among)
    if len(sets[0]) > MOST_IN_A_CIRCLE:
        raise UsageError(
            f"contest {pairs.contest.title!r}: rule kemeny orders a Smith set of at most {MOST_IN_A_CIRCLE} choices "
            f"exactly, and here it has {len(sets[0])}; use another rule, such as schulze"
        )
    small = next((at for at, one in enumerate(sets) if len(one) > MOST_IN_A_CIRCLE), len(sets))
    found = [BestOrders.of(pairs.matrix, one) for one in sets[:small]]
    first = found[0].first_choices()
    shown = [
        tuple(c for part in parts for c in part)
        for parts in islice(product(*(one.some(ORDERS_SHOWN) for one in found)), ORDERS_SHOWN)
    ]
    return Judgement(first, (_table(pairs, shown, sum(map(len, sets[small:])), first),), note=_agreement(pairs, shown))


def layers(matrix: Matrix, among: Choices) -> list[Choices]:
    """Return the Smith set, then the Smith set of the rest, and so on."""
    found: list[Choices] = []
    left = among
    while left:
        found.append(smith_set(matrix, left))
        left = tuple(c for c in left if c not in found[-1])
    return found


def _agreement(pairs: Pairs, shown: list[tuple[CandidateIndex, ...]]) -> str:
    if len(shown[0]) < len(pairs.among):
        return ""
    order = shown[0]
    votes = plain(sum(pairs.matrix[one][other] for at, one in enumerate(order) for other in order[at + 1 :]))
    return f"The best order agrees with {votes} preferences of ballots between two choices."


def _table(pairs: Pairs, shown: list[tuple[CandidateIndex, ...]], left: int, first: Choices) -> Exhibit:
    rows: list[tuple[str | VoteCount, ...]] = [
        (place, *map(pairs.contest.name_of, level)) for place, level in enumerate(zip(*shown, strict=True), 1)
    ]
    meaning = "The order, or orders, with which the most preferences of ballots between two choices agree."
    if len(shown) == ORDERS_SHOWN:
        meaning += f" Only {ORDERS_SHOWN} are shown; there may be more. First in some: {pairs.names(first)}."
    if left:
        meaning += f" {left} more choices stand below these, in an order that was not computed."
    columns = ("Place", *(f"Order {number}" for number in range(1, len(shown) + 1)))
    return Exhibit("Best orders", columns, tuple(rows), meaning)


RULE = rule_of_pairs(
    "kemeny",
    "No statute, default where no other rule is enacted. Kemeny 1959, Mathematics without numbers, Daedalus 88: "
    "577–591; Young and Levenglick 1978, A consistent extension of Condorcet's election principle, SIAM Journal on "
    "Applied Mathematics 35: 285–300",
    judge,
    (),
    "first in the order that agrees with most preferences",
)
