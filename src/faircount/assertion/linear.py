"""Sums of features of ballots, claims that they are above zero, and those of them that many rules share.

Source: Blom, Budurushi, Rivest, Stark, Stuckey, Teague and Vukcevic 2021, arXiv:2107.11903, § 3; Stark 2020,
arXiv:1911.10035, § 3.2 for parts of votes.
"""

from dataclasses import dataclass
from fractions import Fraction

from faircount.model import (
    HALF,
    NOBODY,
    Assertion,
    Ballots,
    CandidateIndex,
    CardCount,
    Contest,
    VoteCount,
    assorter_of,
)
from faircount.model.assertion import Feature, Terms


@dataclass(frozen=True, slots=True)
class Form:
    """A sum of features of a ballot, each with a coefficient: one side of a claim, or what is gained for it."""

    terms: Terms

    def __add__(self, other: "Form") -> "Form":
        """Return both sums together, each feature once."""
        found: dict[Feature, Fraction] = {}
        for times, feature in (*self.terms, *other.terms):
            found[feature] = found.get(feature, Fraction(0)) + times
        return Form(tuple((times, feature) for feature, times in found.items() if times))

    def __sub__(self, other: "Form") -> "Form":
        """Return this sum less the other."""
        return self + -1 * other

    def __rmul__(self, times: VoteCount) -> "Form":
        """Return the sum `times` as large."""
        return Form(tuple((Fraction(times) * one, feature) for one, feature in self.terms))


def reads(name: str, *arguments: int | bool | tuple[int, ...]) -> Form:
    """Return one feature of a ballot as a form."""
    return Form(((Fraction(1), Feature(name, arguments)),))


def given_to(*choices: int) -> Form:
    """Return what a ballot gives to all of `choices` together."""
    return reads("votes", *sorted(set(choices)))


def all_given(contest: Contest) -> Form:
    """Return what a ballot gives to all choices together: its valid votes."""
    return given_to(*range(len(contest.choices)))


EVERY_CARD = reads("cards")
"""1 for every card that holds the contest, blank and invalid ones too."""


def more(contest: Contest, kind: str, claim: str, one: Form, other: Form, most: VoteCount = 1,
         times: VoteCount = 1, pair: tuple[CandidateIndex, CandidateIndex] | None = None) -> Assertion:  # fmt: skip
    """Claim Σ one > times × Σ other; no ballot gives more than `most` to one of the two sides.

    With times = 1 and most = 1 this is the assorter of plurality; u = (1 / times + 1) / 2.
    """
    gain = one - times * other
    assorter = assorter_of(gain.terms, -Fraction(times) * most, Fraction(most))
    return Assertion(contest.title, kind, claim, assorter, *(pair or (None, None)))


def above_part(contest: Contest, claim: str, side: Form, base: Form, part: Fraction, most: VoteCount = 1,
               choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side > part × Σ base, where 0 ≤ side ≤ base ≤ `most` on every ballot. u = 1 / (2 part)."""
    assorter = assorter_of((side - part * base).terms, -part * most, (1 - part) * most)
    return Assertion(contest.title, "above-part", claim, assorter, choice)


def below_part(contest: Contest, claim: str, side: Form, base: Form, part: Fraction, most: VoteCount = 1,
               choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side < part × Σ base, where 0 ≤ side ≤ base ≤ `most` on every ballot. u = 1 / (2 (1 − part))."""
    assorter = assorter_of((part * base - side).terms, (part - 1) * most, part * most)
    return Assertion(contest.title, "below-part", claim, assorter, None, choice)


def above_figure(contest: Contest, claim: str, side: Form, figure: Fraction, cards: int, most: VoteCount = 1,
                 choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side > figure × cards that hold the contest / `cards`: Σ side > figure where these are `cards` or more.

    Phantoms are cards that hold the contest here: a bound on cards is reached by adding them.
    """
    share = figure / cards
    assorter = assorter_of((side - share * EVERY_CARD).terms, -share, most - share)
    return Assertion(contest.title, "above-figure", claim, assorter, choice)


def below_figure(contest: Contest, claim: str, side: Form, figure: Fraction, cards: int, most: VoteCount = 1,
                 choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side < figure × cards that hold the contest / `cards`: Σ side < figure where these are no more."""
    share = figure / cards
    assorter = assorter_of((share * EVERY_CARD - side).terms, share - most, share)
    return Assertion(contest.title, "below-figure", claim, assorter, None, choice)


def any_vote(contest: Contest, claim: str, side: Form, ballots: Ballots, most: VoteCount = 1,
             choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side > 0: A = K × side, K the bound on cards. True of one ballot, and one ballot proves it.

    It implies a vote whatever the number of cards, since it asks for more than K' / 2K of one, K' those there are.
    """
    cards = max(ballots.total_cards, contest.cards_bound or 1)
    return above_figure(contest, claim, side, HALF, cards, most, choice)


def with_phantoms(ballots: Ballots, cards: int | None) -> Ballots:
    """Add cards that count for nobody up to the bound, over which the mean of a claim about a figure is taken."""
    missing = (cards or 0) - ballots.total_cards
    if missing <= 0:
        return ballots
    counts = (*ballots.cards, CardCount(missing))
    return Ballots((*ballots.ballots, NOBODY), counts, counts)


def ratio(assertion: Assertion, ballots: Ballots) -> Fraction:
    """Return margin / upper bound, (2 mean − 1) / u, on the reported ballots: what the size of a sample hangs on.

    Above 0 exactly where the claim is true of them.
    """
    cards = max(ballots.total_cards, 1)
    return (2 * assertion.assorter.mean(ballots, cards) - 1) / assertion.assorter.upper


def first_false(assertions: tuple[Assertion, ...], ballots: Ballots) -> Assertion | None:
    """Return the first claim that the reported ballots themselves do not bear out; None where all hold."""
    return next((one for one in assertions if ratio(one, ballots) <= 0), None)
