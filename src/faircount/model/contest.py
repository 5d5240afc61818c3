"""What was voted on."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NewType

from faircount.model.errors import BadInputError

CandidateIndex = NewType("CandidateIndex", int)
"""Position of a choice in `Contest.choices`, 0 first. Never a rank, never a count."""

Rank = NewType("Rank", int)
"""Place in a voter's order of preference, 1 first. Never an index."""

CardCount = NewType("CardCount", int)
"""A number of physical cards. Never a number of votes."""

VoteCount = int | Fraction
"""A number of votes: whole, or an exact fraction where a law divides votes. Never a float, never cards."""

Weight = int | Fraction
"""What one card counts for: 1 for a person's ballot, a number of shares for a shareholder's."""

ABSTAINING = ("abstain", "withhold", "broker-non-vote")
"""Kinds of choice of a shareholders' proposal that stand for no person and no answer."""

KINDS = ("regular", "write-in", "qualified-write-in", "no-preference", "withdrawn", "group", *ABSTAINING)
"""Every kind of choice: see `Choice.kind`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a voter could mark: a candidate, a yes or no, or a place for write-ins."""

    name: str
    party: str = ""
    kind: str = "regular"
    """`regular`, `write-in` (the pooled, undeclared ones), `qualified-write-in`, `no-preference`, `withdrawn` (on the
    ballot, and no vote for it counts), `group` (a square above the line of a Senate ballot paper, which stands for the
    candidates of its party), or one of `ABSTAINING`."""

    @property
    def abstains(self) -> bool:
        """Whether a mark for it is a vote for nobody: whatever its number of shares, it is never elected.

        Source: 8 Delaware Code § 216(3): directors are elected by votes for them.
        """
        return self.kind in ABSTAINING

    @property
    def listed(self) -> bool:
        """Whether it may stand on a party's list: it is no pool of names, not withdrawn, and somebody or something."""
        return not self.abstains and self.kind not in ("write-in", "withdrawn")


@dataclass(frozen=True, slots=True)
class Contest:
    """One question put to voters, with the rule that decides it.

    `choices` are in the order of the ballot. `ranks` is 0 where voters mark and do not rank. `options` are the
    named decisions of the rule, as (name, value) pairs sorted by name. `cards_bound` is an upper bound on the cards
    that hold this contest and comes from outside the CVRs; None where nobody has stated one.

    Raises `BadInputError` when titles are empty, choices repeat, or seats or votes allowed are below 1. Fewer
    choices than seats is allowed: real ballots offer fewer candidates than seats (see docs/decisions/0003).
    """

    title: str
    choices: tuple[Choice, ...]
    seats: int = 1
    votes_allowed: int = 1
    ranks: int = 0
    rule: str = "plurality"
    options: tuple[tuple[str, str], ...] = ()
    cards_bound: CardCount | None = None

    def __post_init__(self) -> None:
        place = f"contest {self.title!r}"
        names = [choice.name for choice in self.choices]
        if not self.title.strip():
            raise BadInputError("contest", "a contest needs a title", repr(self.title))
        if len(set(names)) != len(names):
            twice = sorted({n for n in names if names.count(n) > 1})
            raise BadInputError(place, "choices must have distinct names", f"more than one {twice}")
        if self.seats < 1 or self.votes_allowed < 1 or self.ranks < 0:
            raise BadInputError(
                place, "seats and votes allowed are at least 1", f"{self.seats} seats, {self.votes_allowed} votes"
            )

    def option(self, name: str, default: str) -> str:
        """Return the named decision `name`, or `default` where the contest does not state it."""
        return dict(self.options).get(name, default)

    def name_of(self, index: CandidateIndex) -> str:
        """Return the name of the choice at `index`."""
        return self.choices[index].name
