"""What people found on paper, and what an audit makes of it."""

from dataclasses import dataclass
from enum import StrEnum

from faircount.model.ballot import Ballot


@dataclass(frozen=True, slots=True)
class Paper:
    """What an audit board read from one card that was drawn, for one contest.

    `ballot` is None where the card could not be found, or was not the card that was drawn. `holds` says whether the
    contest is on the card; a card that does not hold it says nothing in it.
    """

    unit: str
    ballot: Ballot | None
    holds: bool = True


class Verdict(StrEnum):
    """What a round of an audit decides about one contest. No boolean: going on is neither yes nor no."""

    CONFIRMED = "CONFIRMED"
    """Every assertion was confirmed at the risk limit."""
    CONTINUE = "CONTINUE"
    """Some assertion was not: draw more cards, or count all of them by hand."""
    HAND_COUNT = "HAND COUNT"
    """Nothing but a full hand count can confirm this contest, or one was called for."""
