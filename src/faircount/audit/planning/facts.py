"""What a plan needs to know of contests: margins, bounds, and how the records divide the cards. No files, no names."""

from dataclasses import dataclass
from fractions import Fraction

from faircount.model import BadInputError
from faircount.risk.super_simple import NONE, Discrepancies

Rates = Discrepancies
"""Shares of cards whose record overstates or understates the margin by one or two votes: fractions, not numbers."""
NO_ERRORS = NONE


@dataclass(frozen=True, slots=True)
class AssertionFacts:
    """One claim as a plan sees it. Exact."""

    claim: str
    margin: Fraction
    """v = 2·mean − 1 of its assorter over all cards of the contest, as recorded, phantoms included."""
    upper: Fraction
    """u, the assorter's bound."""
    cards: int
    """N, the cards it is sampled from."""

    def __post_init__(self) -> None:
        if self.cards < 1 or not 0 < self.margin <= 2 * self.upper - 1:
            rule = "a margin is above 0 and at most 2u − 1, on one card or more"
            found = f"v = {self.margin}, u = {self.upper}, {self.cards} cards"
            raise BadInputError(f"assertion {self.claim!r}", rule, found, "count by hand what has no margin")

    @property
    def mean(self) -> Fraction:
        """The assorter's mean as recorded, (1 + v)/2: what polling draws from if the records are right."""
        return (1 + self.margin) / 2

    @property
    def right(self) -> Fraction:
        """a = 1/(2 − v/u): the comparison value of a card without error."""
        return 1 / (2 - self.margin / self.upper)


@dataclass(frozen=True, slots=True)
class Kind:
    """Cards that are alike for a contest: how many, and the assorter's value of such a card for each assertion."""

    cards: int
    values: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """Cards of which there are only totals; what a plan takes them to be, kind by kind."""

    name: str
    kinds: tuple[Kind, ...]

    @property
    def cards(self) -> int:
        """Cards in the pool."""
        return sum(kind.cards for kind in self.kinds)

    def mean(self, assertion: int) -> Fraction:
        """Return the mean of an assertion's values: the record that each card of the pool is given (ONEAudit)."""
        return Fraction(sum(kind.cards * kind.values[assertion] for kind in self.kinds)) / self.cards


@dataclass(frozen=True, slots=True)
class ContestFacts:
    """A contest as a plan sees it."""

    title: str
    assertions: tuple[AssertionFacts, ...]
    ballots: tuple[Kind, ...] = ()
    """All cards of the contest as recorded, kind by kind; polling needs it. Without it, every card is taken to be of
    value 0 or u, the spread of that mean which takes the most cards (ln is concave)."""
    pools: tuple[Pool, ...] = ()
    """Cards without a record of their own. The others have one."""

    def __post_init__(self) -> None:
        if not self.assertions or len({one.cards for one in self.assertions}) > 1:
            raise BadInputError(
                self.title, "one assertion or more, all about the same cards", str(len(self.assertions))
            )
        kinds = [*self.ballots, *(kind for pool in self.pools for kind in pool.kinds)]
        for kind in kinds:
            fits = len(kind.values) == len(self.assertions) and kind.cards >= 0
            if not fits or not all(0 <= x <= a.upper for x, a in zip(kind.values, self.assertions, strict=True)):
                raise BadInputError(self.title, "a kind of card has a value from 0 to u for each assertion", str(kind))
        if any(pool.cards < 1 for pool in self.pools) or self.pooled > self.cards:
            raise BadInputError(self.title, f"pools hold a card or more each, no more than {self.cards:,} in all")
        if self.ballots:
            self._check_ballots()

    def _check_ballots(self) -> None:
        if sum(kind.cards for kind in self.ballots) != self.cards:
            raise BadInputError(self.title, f"ballots of all {self.cards:,} cards", "another number")
        for at, one in enumerate(self.assertions):
            if sum(kind.cards * kind.values[at] for kind in self.ballots) != one.mean * self.cards:
                raise BadInputError(self.title, f"ballots have the margin of {one.claim!r}", "another margin")

    @property
    def cards(self) -> int:
        """N, cards of the contest."""
        return self.assertions[0].cards

    @property
    def pooled(self) -> int:
        """Cards without a record of their own."""
        return sum(pool.cards for pool in self.pools)

    @property
    def hardest(self) -> AssertionFacts:
        """The assertion with the smallest v/u, which takes the most cards to compare."""
        return min(self.assertions, key=lambda one: one.margin / one.upper)
