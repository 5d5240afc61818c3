"""Rankings as a matrix, and the tallies that the search asks for again and again."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from faircount.model import BadInputError, Ballots

_ABSENT = 127
"""Place of a choice that a ballot does not rank; behind every rank."""
MOST_CHOICES = 120


@dataclass(slots=True)
class Rankings:
    """Distinct rankings of one contest with how many cards bear each. Remembers tallies by the set still standing."""

    choices: int
    places: NDArray[np.int8]
    """(rankings × choices): the place of each choice, 0 first."""
    cards: NDArray[np.int64]
    first: NDArray[np.int64] = field(init=False)
    """First preferences of each choice."""
    over: NDArray[np.int64] = field(init=False)
    """over[c, l]: cards on which l is ranked and c is not before it: what l can have while c is still standing."""
    _tallies: dict[int, NDArray[np.int64]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        everyone = (1 << self.choices) - 1
        self.first = self.tally(everyone)
        over = np.zeros((self.choices, self.choices), np.int64)
        ranked = self.places != _ABSENT
        for loser in range(self.choices):
            mentioned = ranked[:, loser]
            behind = self.places[mentioned] > self.places[mentioned][:, [loser]]
            over[:, loser] = self.cards[mentioned] @ behind
        self.over = over

    @classmethod
    def of(cls, ballots: Ballots, choices: int) -> "Rankings":
        """Return the matrix of interpreted ballots. Raises `BadInputError` for more choices than it can hold."""
        if choices > MOST_CHOICES:
            raise BadInputError("assertions", f"an instant runoff has at most {MOST_CHOICES} choices", str(choices))
        places = np.full((len(ballots.ballots), choices), _ABSENT, np.int8)
        for row, ballot in enumerate(ballots.ballots):
            for place, choice in enumerate(ballot.ranking):
                places[row, choice] = place
        return cls(choices, places, np.asarray(ballots.cards, np.int64).reshape(-1))

    def tally(self, standing: int) -> NDArray[np.int64]:
        """Return the tally of every choice with only those of the bit set `standing` in the count; others have 0."""
        found = self._tallies.get(standing)
        if found is None:
            members = [c for c in range(self.choices) if standing >> c & 1]
            found = np.zeros(self.choices, np.int64)
            if members and len(self.cards):
                some = self.places[:, members]
                best = some.argmin(axis=1)
                rests = some[np.arange(len(some)), best] != _ABSENT
                counted = np.bincount(best[rests], weights=self.cards[rests], minlength=len(members))
                found[members] = counted.astype(np.int64)
            self._tallies[standing] = found
        return found
