"""Claims about paper ballots that together imply an outcome, each as a mean to be above one half.

A claim is data, not code: a sum of named features of a ballot, each times a rational number. Any program can evaluate
it from `as_json` and the sentences under "How a claim is written down" in docs/assertions.md, without this one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from faircount.model.ballot import Ballot, Ballots
from faircount.model.contest import CandidateIndex, VoteCount
from faircount.model.errors import BadInputError

HALF = Fraction(1, 2)

Reading = Callable[[Ballot], VoteCount]
"""What reads a feature off a ballot."""
Arguments = tuple[int | bool | tuple[int, ...], ...]
"""What a feature is told: choices, sets of choices, yes or no."""


def _votes(*choices: int) -> Reading:
    wanted = frozenset(choices)
    return lambda ballot: sum(votes for choice, votes in ballot.votes if choice in wanted)


def _evenly(one: int) -> Reading:
    def read(ballot: Ballot) -> VoteCount:
        return Fraction(1, len(ballot.votes)) if any(choice == one for choice, _ in ballot.votes) else 0

    return read


def _higher(one: int, other: int) -> Reading:
    first, second = CandidateIndex(one), CandidateIndex(other)
    return lambda ballot: int(ballot.given(first) > ballot.given(second))


def _cards() -> Reading:
    return lambda _: 1


def _ranks(*choices: int) -> Reading:
    wanted = frozenset(choices)
    return lambda ballot: int(not wanted.isdisjoint(ballot.ranking))


def _first(*choices: int) -> Reading:
    wanted = frozenset(choices)
    return lambda ballot: int(bool(ballot.ranking) and ballot.ranking[0] in wanted)


def _head(one: int, standing: tuple[int, ...]) -> Reading:
    among = frozenset(standing)

    def read(ballot: Ballot) -> int:
        for choice in ballot.ranking:
            if choice in among:
                return int(choice == one)
        return 0

    return read


def _prefers(one: int, other: int, below: bool) -> Reading:
    def read(ballot: Ballot) -> int:
        for choice in ballot.ranking:
            if choice == one:
                return int(below or other in ballot.ranking)
            if choice == other:
                return 0
        return 0

    return read


def _passed(first: int, one: int, other: int) -> Reading:
    prefers = _prefers(one, other, below=True)
    return lambda ballot: prefers(ballot) if ballot.ranking[:1] == (first,) else 0


def _is_choice(told: object) -> bool:
    return type(told) is int and told >= 0


def _are_choices(told: object) -> bool:
    """Say whether these are choices, at least one, each once and in the order of the ballot: one way to write them."""
    return isinstance(told, tuple) and bool(told) and all(map(_is_choice, told)) and list(told) == sorted(set(told))


def _are_two(told: Arguments) -> bool:
    return len(told) == 2 and all(map(_is_choice, told)) and told[0] != told[1]


_FEATURES: dict[str, tuple[str, Callable[[Arguments], bool], Callable[..., Reading]]] = {
    "votes": ("choices", _are_choices, _votes),
    "evenly": ("a choice", lambda told: len(told) == 1 and _is_choice(told[0]), _evenly),
    "higher": ("two different choices", _are_two, _higher),
    "cards": ("none", lambda told: not told, _cards),
    "ranks": ("choices", _are_choices, _ranks),
    "first": ("choices", _are_choices, _first),
    "head": (
        "a choice, then those standing, itself among them",
        lambda told: len(told) == 2 and isinstance(told[1], tuple) and _are_choices(told[1]) and told[0] in told[1],
        _head,
    ),
    "prefers": (
        "two different choices, then true or false",
        lambda told: len(told) == 3 and _are_two(told[:2]) and isinstance(told[2], bool),
        _prefers,
    ),
    "passed": (
        "three choices, the last two of them different",
        lambda told: len(told) == 3 and _is_choice(told[0]) and _are_two(told[1:]),
        _passed,
    ),
}
"""By name: which arguments a feature takes, in words and as a test, and what reads it off a ballot."""
FEATURES = tuple(_FEATURES)
"""The names of all features, as docs/assertions.md lists them with what each says."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A number that anybody can read off one ballot: a name of `FEATURES` with its arguments, never below 0.

    Choices are numbers, in the order of the ballot from 0; sets of them ascend, so that a feature has one spelling.
    Raises `BadInputError` for another name, or arguments that it does not take.
    """

    name: str
    arguments: Arguments = ()

    def __post_init__(self) -> None:
        if self.name not in _FEATURES:
            raise BadInputError("feature", f"its name is one of {', '.join(FEATURES)}", repr(self.name))
        takes, fits, _ = _FEATURES[self.name]
        if not fits(self.arguments):
            rule = f"its arguments are {takes}; sets of choices are numbers from 0 that ascend"
            raise BadInputError(f"feature {self.name!r}", rule, repr(self.arguments))

    def __call__(self, ballot: Ballot) -> VoteCount:
        """Return the feature of one ballot."""
        return self._reading()(ballot)

    def total(self, ballots: Ballots) -> VoteCount:
        """Return the feature of all cards together: a whole number where that of each is."""
        read = self._reading()
        return sum(read(ballot) * cards for ballot, cards in zip(ballots.ballots, ballots.cards, strict=True))

    def _reading(self) -> Reading:
        return _FEATURES[self.name][2](*self.arguments)


Terms = tuple[tuple[Fraction, Feature], ...]
"""Coefficients with features: their sum over a ballot is what it gains for a claim."""


@dataclass(frozen=True, slots=True)
class Assorter:
    """A number for every ballot, between 0 and `upper`; its assertion holds when the mean over all cards is above ½.

    Exact: (gain − least) / (−2 least), so the claim is that the gains of all cards are above 0 together. A card that
    does not hold the contest has the value ½. Sources: Stark 2020, arXiv:1911.10035, § 2; the linear recipe, Blom et
    al. 2021, arXiv:2107.11903, § 3. Raises `BadInputError` where `least` is not below 0: then the condition cannot
    fail, or is not one that a mean can decide.
    """

    terms: Terms
    least: Fraction
    """The least that a ballot may gain."""
    upper: Fraction
    """The value of a ballot that gains the most it may."""

    def __post_init__(self) -> None:
        if self.least >= 0 or self.upper <= 0:
            rule = "the least gain is below 0, and the upper bound above it"
            raise BadInputError("assorter", rule, f"{self.least}, {self.upper}")

    def gain(self, ballot: Ballot) -> Fraction:
        """Return the sum over `terms` of coefficient × feature of the ballot."""
        return sum((times * feature(ballot) for times, feature in self.terms), Fraction(0))

    def value(self, ballot: Ballot) -> Fraction:
        """Return the value of one card that holds the contest."""
        return (self.gain(ballot) - self.least) / (-2 * self.least)

    def mean(self, ballots: Ballots, cards: int) -> Fraction:
        """Return the mean over `cards` cards, those beyond the ballots valued ½ (they lack the contest).

        **Phantoms are not beyond the ballots: add them as cards that count for nobody, or value them 0.** Raises
        `BadInputError` where there are more ballots than cards.
        """
        held = ballots.total_cards
        if held > cards or cards < 1:
            raise BadInputError("assorter", f"the mean is over at least {held} cards", str(cards))
        gained = sum((times * feature.total(ballots) for times, feature in self.terms), Fraction(0))
        # A card that gains nothing has the value ½, and so has one without the contest.
        return HALF - gained / (2 * self.least * cards)


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


def assorter_of(terms: Terms, least: Fraction, most: Fraction) -> Assorter:
    """Return the assorter of the condition that gains are above 0 together, each from `least` to `most`.

    u = (most − least) / (−2 least). Raises `BadInputError` where `least` is not below 0, or `most` not above it.
    """
    if least >= 0:
        raise BadInputError("assorter", "the least gain is below 0", str(least))
    return Assorter(terms, least, (most - least) / (-2 * least))


def as_json(assorter: Assorter) -> dict[str, object]:
    """Return the assorter as lists, numbers and texts: `{"terms": [["1/2", "votes", [0]]], "least": …, "upper": …}`.

    Rationals are texts, `p/q` in lowest terms or `p`; choices are whole numbers, in the order of the ballot from 0.
    """
    terms = [
        [str(times), feature.name, [list(one) if isinstance(one, tuple) else one for one in feature.arguments]]
        for times, feature in assorter.terms
    ]
    return {"terms": terms, "least": str(assorter.least), "upper": str(assorter.upper)}


def assorter_from_json(told: object) -> Assorter:
    """Return the assorter that `as_json` wrote; nothing is guessed.

    Raises `BadInputError` for an unknown feature, arguments that it does not take, other keys, a number that is no
    rational in lowest terms, a `least` that is not below 0 or an `upper` not above ½. That `least` and `upper` are
    those of the terms under a contest's law cannot be told from an assorter alone.
    """
    if not isinstance(told, dict) or told.keys() != {"terms", "least", "upper"} or not isinstance(told["terms"], list):
        raise BadInputError("assorter", "it has `terms`, a list, and `least` and `upper`, and nothing else", repr(told))
    terms = tuple(map(_term, told["terms"]))
    upper = _rational(told["upper"])
    if upper <= HALF:
        raise BadInputError("assorter", "the upper bound is above 1/2: no mean could be above it else", str(upper))
    return Assorter(terms, _rational(told["least"]), upper)


def _term(told: object) -> tuple[Fraction, Feature]:
    if not isinstance(told, list) or len(told) != 3 or not isinstance(told[1], str) or not isinstance(told[2], list):
        raise BadInputError("assorter", "a term is [coefficient, name of a feature, its arguments]", repr(told))
    return _rational(told[0]), Feature(told[1], tuple(tuple(one) if isinstance(one, list) else one for one in told[2]))


def _rational(told: object) -> Fraction:
    # By a pattern first: Fraction also takes "1e999999999", and writes out all its digits.
    try:
        found = Fraction(told) if isinstance(told, str) and re.fullmatch("-?[0-9]+(/[0-9]+)?", told) else None
    except (ValueError, ZeroDivisionError):
        found = None
    if found is None or str(found) != told:
        raise BadInputError("assorter", "a number is the text p/q in lowest terms, or p", repr(told))
    return found
