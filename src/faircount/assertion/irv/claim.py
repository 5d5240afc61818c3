"""The two kinds of claim about an instant runoff, as conditions on orders of exclusion and as assorters.

NEB(c, l): c is not excluded before l: even first preferences alone keep c above all that l can ever have.
NEN(c, l | S): with exactly the choices of S standing, c has more votes than l, so c is not the next to go.
Source: Blom, Stuckey and Teague 2019, "RAIRE: Risk-Limiting Audits for IRV Elections", arXiv:1903.08804, § 3.
"""

from dataclasses import dataclass, replace

from faircount.assertion.linear import more
from faircount.assertion.rankings import Choices, first_is, head_is, prefers
from faircount.model import Assertion, CandidateIndex, Contest

Order = tuple[int, ...]
"""The last part of an order of exclusion: first the one who goes first among them, last the winner."""


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One NEB (`standing` is 0) or NEN (`standing` is a bit set of those in the count)."""

    winner: int
    loser: int
    standing: int = 0

    def contradicts(self, order: Order) -> bool:
        """Say whether no count can end in `order` if the claim is true."""
        if not self.standing:
            if self.loser not in order:
                return False
            return self.winner not in order or order.index(self.winner) < order.index(self.loser)
        size = self.standing.bit_count()
        if len(order) < size or bits(order[-size:]) != self.standing:
            return False
        return order[-size] == self.winner


def bits(choices: Order) -> int:
    """Return a set of choices as bits."""
    found = 0
    for choice in choices:
        found |= 1 << choice
    return found


def as_assertion(contest: Contest, claim: Claim, among: Choices = ()) -> Assertion:
    """Return the claim in words and as an assorter with upper bound 1.

    `among` are those in the count from the start, where that is not everybody on the ballot: papers of all others then
    count for the next of these.
    """
    winner, loser = CandidateIndex(claim.winner), CandidateIndex(claim.loser)
    names = (contest.name_of(winner), contest.name_of(loser))
    if not claim.standing:
        words = f"{names[0]} is not excluded before {names[1]}"
        ahead = head_is(winner, among) if among else first_is(winner)
        return more(contest, "neb", words, ahead, prefers(loser, winner), pair=(winner, loser))
    standing = tuple(CandidateIndex(c) for c in range(len(contest.choices)) if claim.standing >> c & 1)
    others = ", ".join(contest.name_of(c) for c in standing if c not in (winner, loser))
    stage = f"{others}, {names[0]} and {names[1]}" if others else f"{names[0]} and {names[1]}"
    words = f"{names[0]} has more votes than {names[1]} when only {stage} are left"
    one = more(contest, "nen", words, head_is(winner, standing), head_is(loser, standing), pair=(winner, loser))
    return replace(one, standing=standing)
