"""How close a contest was: bounds on the cards that would have to be different, and a change that proves the upper."""

from dataclasses import dataclass

from faircount.model import BadInputError, Contest, Pattern


@dataclass(frozen=True, slots=True)
class Change:
    """Cards that say one thing and would say another."""

    before: Pattern
    after: Pattern
    cards: int
    """In the unit of the `Closeness` that holds it."""


Changes = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a search found: no fewer than `lower` cards do, and `changes`, where there are any, do."""

    lower: int
    changes: Changes | None
    """None: no change was found. Empty: none is needed, because the outcome hangs on a tie."""
    how: str
    added: int | None = None
    removed: int | None = None

    @property
    def upper(self) -> int | None:
        """Cards of `changes`; None where there are none."""
        return None if self.changes is None else sum(one.cards for one in self.changes)


@dataclass(frozen=True, slots=True)
class Closeness:
    """The fewest cards of a contest that would have to be different for its outcome to be another.

    Model: a card in the count may be changed to any other valid way of voting, a blank one included; none is added or
    taken away. Outcome: who is elected, how many seats each list has, who goes on to a runoff. A tie counts as changed
    where some way of deciding it gives another outcome, whatever is stated about ties: so 0 means that the outcome
    hangs on a tie. Source of the model: Magrino, Rivest, Shen and Wagner 2011, "Computing the margin of victory in IRV
    elections", EVT/WOTE, § 2.

    Raises `BadInputError` where the bounds contradict each other or the example.
    """

    contest: Contest
    lower: int
    """Certified: with fewer cards different, the outcome is the same. More than `cards`: no change alters it."""
    upper: int | None
    """Certified by `example`; None where no change was found."""
    how: str
    """By which reasoning, in a sentence."""
    cards: int
    """All cards that could be different."""
    example: Changes
    """Changes of `upper` cards after which the rule, or a tie under it, gives another outcome."""
    unit: str = "cards"
    """`votes` where cards have weights: a part of a card's weight may then be cast otherwise than the rest of it."""
    added: int | None = None
    """Fewest cards that would have to be added instead; None where it was not computed."""
    removed: int | None = None
    """Fewest cards that would have to be taken away instead; None where it was not computed."""

    def __post_init__(self) -> None:
        place = f"closeness of {self.contest.title!r}"
        if self.upper is not None and not 0 <= self.lower <= self.upper:
            raise BadInputError(place, "the lower bound is not above the upper", f"{self.lower} > {self.upper}")
        if sum(one.cards for one in self.example) != (self.upper or 0):
            raise BadInputError(place, "the example changes as many cards as the upper bound says")

    @property
    def exact(self) -> bool:
        """Whether the number is known and not only bounded, or it is known that there is none."""
        return self.lower == self.upper or self.is_beyond_change

    @property
    def is_beyond_change(self) -> bool:
        """Whether no change of any cards gives another outcome."""
        return self.lower > self.cards
