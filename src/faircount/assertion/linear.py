"""Claims that a sum over ballots is above zero, by the linear recipe, and the ones that many rules share.

Source: Blom, Budurushi, Rivest, Stark, Stuckey, Teague and Vukcevic 2021, arXiv:2107.11903, § 3; Stark 2020,
arXiv:1911.10035, § 3.2 for parts of votes.
"""

from collections.abc import Callable
from fractions import Fraction

from faircount.model import (
    HALF,
    NOBODY,
    Assertion,
    Ballot,
    Ballots,
    CandidateIndex,
    CardCount,
    Contest,
    VoteCount,
    assorter_of,
)

Gives = Callable[[Ballot], VoteCount]
"""What a ballot gives to one side of a claim; never below 0."""


def given_to(*choices: CandidateIndex) -> Gives:
    """Return what a ballot gives to all of `choices` together."""
    wanted = frozenset(choices)
    return lambda ballot: sum(votes for choice, votes in ballot.votes if choice in wanted)


def all_given(ballot: Ballot) -> VoteCount:
    """Return what a ballot gives to all choices together: its valid votes."""
    return sum(votes for _, votes in ballot.votes)


def more(contest: Contest, kind: str, claim: str, one: Gives, other: Gives, most: VoteCount = 1,
         times: VoteCount = 1, pair: tuple[CandidateIndex, CandidateIndex] | None = None) -> Assertion:  # fmt: skip
    """Claim Σ one > times × Σ other; no ballot gives more than `most` to one of the two sides.

    With times = 1 and most = 1 this is the assorter of plurality; u = (1 / times + 1) / 2.
    """

    def gain(ballot: Ballot) -> Fraction:
        return Fraction(one(ballot)) - Fraction(times) * other(ballot)

    assorter = assorter_of(gain, -Fraction(times) * most, Fraction(most))
    return Assertion(contest.title, kind, claim, assorter, *(pair or (None, None)))


def above_part(contest: Contest, claim: str, side: Gives, base: Gives, part: Fraction, most: VoteCount = 1,
               choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side > part × Σ base, where 0 ≤ side ≤ base ≤ `most` on every ballot. u = 1 / (2 part)."""

    def gain(ballot: Ballot) -> Fraction:
        return Fraction(side(ballot)) - part * base(ballot)

    return Assertion(contest.title, "above-part", claim, assorter_of(gain, -part * most, (1 - part) * most), choice)


def below_part(contest: Contest, claim: str, side: Gives, base: Gives, part: Fraction, most: VoteCount = 1,
               choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side < part × Σ base, where 0 ≤ side ≤ base ≤ `most` on every ballot. u = 1 / (2 (1 − part))."""

    def gain(ballot: Ballot) -> Fraction:
        return part * base(ballot) - Fraction(side(ballot))

    assorter = assorter_of(gain, (part - 1) * most, part * most)
    return Assertion(contest.title, "below-part", claim, assorter, None, choice)


def above_figure(contest: Contest, claim: str, side: Gives, figure: Fraction, cards: int, most: VoteCount = 1,
                 choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side > figure × cards that hold the contest / `cards`: Σ side > figure where these are `cards` or more.

    Phantoms are cards that hold the contest here: a bound on cards is reached by adding them.
    """
    share = figure / cards
    assorter = assorter_of(lambda ballot: Fraction(side(ballot)) - share, -share, most - share)
    return Assertion(contest.title, "above-figure", claim, assorter, choice)


def below_figure(contest: Contest, claim: str, side: Gives, figure: Fraction, cards: int, most: VoteCount = 1,
                 choice: CandidateIndex | None = None) -> Assertion:  # fmt: skip
    """Claim Σ side < figure × cards that hold the contest / `cards`: Σ side < figure where these are no more."""
    share = figure / cards
    assorter = assorter_of(lambda ballot: share - Fraction(side(ballot)), share - most, share)
    return Assertion(contest.title, "below-figure", claim, assorter, None, choice)


def any_vote(contest: Contest, claim: str, side: Gives, ballots: Ballots, most: VoteCount = 1,
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
