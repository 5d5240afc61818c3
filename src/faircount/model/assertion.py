"""Claims about paper ballots that together imply an outcome, each as a mean to be above one half."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from faircount.model.ballot import Ballot, Ballots
from faircount.model.contest import CandidateIndex
from faircount.model.errors import BadInputError

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Assorter:
    """A number for every ballot, between 0 and `upper`; its assertion holds when the mean over all cards is above ½.

    Exact. A card that does not hold the contest has the value ½. Source: Stark 2020, arXiv:1911.10035, § 2.
    """

    upper: Fraction
    value: Callable[[Ballot], Fraction]

    def mean(self, ballots: Ballots, cards: int) -> Fraction:
        """Return the mean over `cards` cards, those beyond the ballots valued ½ (they lack the contest).

        **Phantoms are not beyond the ballots: add them as cards that count for nobody, or value them 0.** Raises
        `BadInputError` where there are more ballots than cards.
        """
        held = ballots.total_cards
        if held > cards or cards < 1:
            raise BadInputError("assorter", f"the mean is over at least {held} cards", str(cards))
        found = sum((self.value(b) * n for b, n in zip(ballots.ballots, ballots.cards, strict=True)), Fraction(0))
        return (found + HALF * (cards - held)) / cards


@dataclass(frozen=True, slots=True)
class Assertion:
    """One claim, in words and as an assorter; `winner` and `loser` are the choices it compares, where it does."""

    contest: str
    """Title of the contest."""
    kind: str
    """The name of its kind in the catalog ASSERTIONS."""
    claim: str
    """What is claimed, printed and never reconstructed: `Ada beats Bo`."""
    assorter: Assorter
    winner: CandidateIndex | None = None
    loser: CandidateIndex | None = None
    standing: tuple[CandidateIndex, ...] = ()
    """Those still in the count where the claim is about a stage of it; empty elsewhere."""


def assorter_of(
    gain: Callable[[Ballot], Fraction], least: Fraction, most: Fraction
) -> Assorter:  # fmt: skip
    """Return the assorter of the condition Σ gain(b) > 0, where least ≤ gain(b) ≤ most and least < 0.

    h(b) = (gain(b) − least) / (−2 least), u = (most − least) / (−2 least). Source: Blom et al. 2021,
    arXiv:2107.11903, § 3 (the linear recipe). Raises `BadInputError` where `least` is not negative: then the condition
    cannot fail, or is not one that a mean can decide.
    """
    if least >= 0 or most <= least:
        raise BadInputError("assorter", "the least gain is below 0 and the most above the least", f"{least}, {most}")

    def value(ballot: Ballot) -> Fraction:
        return (gain(ballot) - least) / (-2 * least)

    return Assorter((most - least) / (-2 * least), value)
