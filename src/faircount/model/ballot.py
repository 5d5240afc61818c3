"""The interpreted ballot: which marks of a card count in a contest, under that contest's law.

It stands between the marks as exported (`Pattern`) and the counted vote. What a count and an audit share is this, not
code: the counting rule makes ballots of patterns, and assertions look at ballots.
"""

from dataclasses import dataclass

from faircount.model.contest import CandidateIndex, CardCount, VoteCount, Weight


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one card says in one contest once its marks are interpreted.

    `votes` are (choice, votes or points) in the order of the ballot, none with nothing: what the rule gives each choice
    before anybody is excluded. `ranking` is the order of preference where voters rank, each choice once, cut where the
    law cuts it. A blank, an overvoted and an invalid contest all have neither: they count for nobody.
    """

    votes: tuple[tuple[CandidateIndex, VoteCount], ...] = ()
    ranking: tuple[CandidateIndex, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the card counts for nobody in this contest."""
        return not self.votes and not self.ranking

    def given(self, choice: CandidateIndex) -> VoteCount:
        """Return what the card gives to `choice`, in votes or points."""
        for at, votes in self.votes:
            if at == choice:
                return votes
        return 0


NOBODY = Ballot()
"""A card that holds the contest and counts for nobody."""


@dataclass(frozen=True, slots=True)
class Ballots:
    """Distinct ballots of a contest with the cards that bear each, in a fixed order: a profile, interpreted."""

    ballots: tuple[Ballot, ...]
    cards: tuple[CardCount, ...]
    weights: tuple[Weight, ...]

    @property
    def total_cards(self) -> CardCount:
        """Cards that hold the contest, those that count for nobody included."""
        return CardCount(sum(self.cards))
