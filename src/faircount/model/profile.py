"""Distinct ways of voting with their multiplicities: the small thing that every count starts from."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from faircount.model.contest import CandidateIndex, CardCount, Rank, Weight
from faircount.model.errors import BadInputError

FIRST = Rank(1)
"""The rank of a mark where the contest is not ranked."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark as the voting system exported it, with its flags; nothing interpreted.

    `rank` is 1 where the contest is not ranked. `is_vote` is what the tabulator said of the mark, None where the
    format does not say; its meaning differs between vendors' versions, so only a rule decides what counts.
    `conditions` are the vendor's remarks by their canonical names, sorted (docs/glossary.md, "condition").
    """

    choice: CandidateIndex
    rank: Rank = FIRST
    score: int | None = None
    is_vote: bool | None = None
    is_ambiguous: bool = False
    conditions: tuple[str, ...] = ()
    _key: tuple[Any, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        has_score, has_vote = self.score is not None, self.is_vote is not None
        key = (self.rank, self.choice, has_score, self.score or 0, has_vote, bool(self.is_vote), self.is_ambiguous,
               self.conditions)  # fmt: skip
        object.__setattr__(self, "_key", key)

    def sort_key(self) -> tuple[Any, ...]:
        """Order marks by rank, then choice, then flags."""
        return self._key


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one card says in one contest, as exported. No marks: the card holds the contest and leaves it blank.

    `undervotes` and `overvotes` are the export's own figures for this contest on this card, None where it has none.
    `overvoted_ranks` are ranks, ascending, that the export calls overvoted without saying who was marked there.
    """

    marks: tuple[Mark, ...] = ()
    undervotes: int | None = None
    overvotes: int | None = None
    conditions: tuple[str, ...] = ()
    overvoted_ranks: tuple[Rank, ...] = ()
    _key: tuple[Any, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        marks = tuple([mark._key for mark in self.marks])
        key = (marks, -1 if self.undervotes is None else self.undervotes,
               -1 if self.overvotes is None else self.overvotes, self.conditions, self.overvoted_ranks)  # fmt: skip
        object.__setattr__(self, "_key", key)

    def __hash__(self) -> int:
        return hash(self._key)

    def sort_key(self) -> tuple[Any, ...]:
        """Order patterns totally, so that equal profiles are equal bytes."""
        return self._key


@dataclass(frozen=True, slots=True)
class Profile:
    """Distinct patterns in `sort_key` order, each with the cards that bear it and the weight of those cards.

    A card without the contest is not in the profile; a card that leaves it blank is. `weights` equals `cards` where
    every card counts for one.

    Raises `BadInputError` when the three columns differ in length, the patterns are not distinct and sorted, or a
    count is below 1.
    """

    patterns: tuple[Pattern, ...]
    cards: tuple[CardCount, ...]
    weights: tuple[Weight, ...]

    def __post_init__(self) -> None:
        if not len(self.patterns) == len(self.cards) == len(self.weights):
            raise BadInputError("profile", "patterns, cards and weights have one entry each")
        keys = [p.sort_key() for p in self.patterns]
        if any(a >= b for a, b in itertools.pairwise(keys)):
            raise BadInputError("profile", "patterns must be distinct and sorted")
        if any(n < 1 for n in self.cards):
            raise BadInputError("profile", "every pattern needs at least one card")
        if any(w < 0 for w in self.weights):
            raise BadInputError("profile", "weights are not negative")

    @classmethod
    def of(cls, counts: dict[Pattern, int], weights: dict[Pattern, Weight] | None = None) -> "Profile":
        """Make a profile from pattern → cards; weights default to the cards."""
        patterns = tuple(sorted(counts, key=Pattern.sort_key))
        cards = tuple(CardCount(counts[p]) for p in patterns)
        return cls(patterns, cards, tuple(weights[p] for p in patterns) if weights is not None else cards)

    @property
    def total_cards(self) -> CardCount:
        """Cards in the profile, blank ones included."""
        return CardCount(sum(self.cards))

    @property
    def total_weight(self) -> Weight:
        """Weight of all cards in the profile, blank ones included."""
        return sum(self.weights)
