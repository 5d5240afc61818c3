"""Values of assorters on single ballots, as the papers give them."""

from fractions import Fraction

import pytest

from faircount.assertion import ASSERTIONS, WITHOUT_ASSERTIONS, generator_for
from faircount.assertion.divisor_sequences import DIVISORS, votes_needed
from faircount.assertion.linear import above_part, all_given, below_part, given_to, more
from faircount.assertion.plurality import beats
from faircount.assertion.star import scored_higher
from faircount.audit.values import Compared  # noqa: F401
from faircount.count import RULES
from faircount.count.lists.divisors import DIVISORS as COUNTED
from faircount.model import NOBODY, Ballot, Ballots, CandidateIndex, CardCount, Choice, Contest, Profile

A, B, C = (CandidateIndex(c) for c in range(3))
CONTEST = Contest("T", (Choice("Ada"), Choice("Bo"), Choice("Cy")))


def votes(**given: int) -> Ballot:
    return Ballot(tuple((CandidateIndex("ABC".index(name)), n) for name, n in given.items()))
