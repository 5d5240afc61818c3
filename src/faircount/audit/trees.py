"""Instant runoffs as trees: every order of exclusion in which somebody else wins, crossed out by the claim it breaks.

It is RAIRE's proof made visible. A branch names the end of a count: the winner first, then the one who lost to the
winner last, and so on backwards. A claim that contradicts an end contradicts every count that ends so. Source: Blom,
Stuckey and Teague 2019, arXiv:1903.08804, § 4 and figure 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from faircount.assertion.irv.claim import Claim, Order, bits
from faircount.assertion.irv.proof import uncut
from faircount.model import Assertion, Subject

MOST_BRANCHES = 2_000
"""Branches that a tree shows; a person can check no more by eye, and a file of them can still be opened."""
KINDS = frozenset({"neb", "nen"})


@dataclass(frozen=True, slots=True)
class Branch:
    """One end of a count, and why it cannot be."""

    order: Order
    """First the one who goes first among them, last the winner."""
    claim: int | None
    """Place of the first claim that contradicts it; None where none does."""
    branches: tuple["Branch", ...] = ()
    """The ends that are one exclusion longer; none where a claim cuts this one, and none where they are folded."""
    folded: bool = False
    """Whether longer ends are left out for want of room."""

    @property
    def is_open(self) -> bool:
        """Whether this is a whole order of exclusion that nothing contradicts."""
        return self.claim is None and not self.branches and not self.folded


@dataclass(frozen=True, slots=True)
class Tree:
    """All ends of a count of one contest, by who else would win."""

    winner: int
    branches: tuple[Branch, ...]
    shown: int
    """Branches in the tree."""
    folded: int
    """Branches whose longer ends are left out."""
    open: Order | None
    """An order with another winner that no claim contradicts, folded or not; None where every one is crossed out."""


@dataclass(slots=True)
class _Growing:
    order: Order
    claim: int | None
    below: list["_Growing"] = field(default_factory=list)
    folded: bool = False

    def frozen(self) -> Branch:
        return Branch(self.order, self.claim, tuple(one.frozen() for one in self.below), self.folded)


def claim_of(assertion: Assertion) -> Claim | None:
    """Return the claim about orders of exclusion that an assertion is; None where it is of another kind."""
    if assertion.kind not in KINDS or assertion.winner is None or assertion.loser is None:
        return None
    return Claim(assertion.winner, assertion.loser, bits(assertion.standing))


def tree_of(subject: Subject, most: int = MOST_BRANCHES) -> Tree | None:
    """Return the tree of one contest; None where it is no instant runoff with one winner and claims of its kinds."""
    claims = [claim_of(one) for one in subject.assertions]
    known = [one for one in claims if one is not None]
    if subject.contest.rule != "instant-runoff" or len(subject.elected) != 1 or not known or len(known) < len(claims):
        return None
    return grown(known, len(subject.contest.choices), subject.elected[0], most)


def grown(claims: Sequence[Claim], choices: int, winner: int, most: int = MOST_BRANCHES) -> Tree:
    """Return the tree of these claims, shortest ends first, of at most `most` branches beyond one an other winner.

    Whether all is crossed out does not hang on what is shown: `open` is the answer of a proof of its own.
    """
    first = [_Growing((other,), _cut(claims, (other,))) for other in range(choices) if other != winner]
    level, shown, folded = first, len(first), 0
    while level:
        longer: list[_Growing] = []
        for one in level:
            if one.claim is not None or len(one.order) == choices:
                continue
            if shown + choices - len(one.order) > most:
                one.folded, folded = True, folded + 1
                continue
            for choice in range(choices):
                if choice not in one.order:
                    order = (choice, *one.order)
                    one.below.append(_Growing(order, _cut(claims, order)))
            shown += len(one.below)
            longer += one.below
        level = longer
    return Tree(winner, tuple(one.frozen() for one in first), shown, folded, uncut(claims, choices, winner))


def _cut(claims: Sequence[Claim], order: Order) -> int | None:
    return next((at for at, claim in enumerate(claims) if claim.contradicts(order)), None)
