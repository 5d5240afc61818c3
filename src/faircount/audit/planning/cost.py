"""What an audit costs: times and prices, all of which can be set, and the hours, days and money of some work."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from faircount.model import UsageError

ASSUMED = "assumption: set your own"
COUNTED = (
    "published times of teams are .1 to .25 minutes a vote: Wikipedia, Vote counting, table of staff time for hand "
    "counts (New Hampshire 2007: .09 with a team of three)"
)
ADDED = "New Hampshire 2007 adds 60 %: supervision 43, training 13, sums 4 (same table)"


@dataclass(frozen=True, slots=True)
class Prices:
    """Times of a board at work, in minutes of the clock, people and pay. Money is in whatever currency you pay."""

    minutes_a_batch: float = 10
    """Find a batch, open it, close and seal it."""
    minutes_a_card: float = 2
    """Find one card in an open batch, show it, put it back."""
    minutes_a_reading: float = 0.5
    """Read one contest on a card aloud and enter it."""
    minutes_a_counted_vote: float = 0.15
    """Count one contest on one card of a batch that is counted as a whole."""
    hours_a_round: float = 16
    """Hours of people to set up a round: ceremony, lists, entry, report."""
    people_a_board: float = 3
    boards: float = 2
    """Boards at work at the same time."""
    hours_a_day: float = 7
    overhead: float = 0.6
    """Added to the hours of boards: supervision, training, sums."""
    hourly_pay: float = 20

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < float("inf") or (field.name in NOT_ZERO and not value):
                raise UsageError(f"{field.name.replace('_', ' ')} is a number from 0, not {value}")


NOT_ZERO = ("people_a_board", "boards", "hours_a_day")
DEFAULTS = Prices()
SOURCES = {
    field.name: {"minutes_a_counted_vote": COUNTED, "overhead": ADDED}.get(field.name, ASSUMED)
    for field in fields(Prices)
}
"""Where each default comes from."""


def prices_of(stated: Iterable[str]) -> Prices:
    """Return the defaults with other values for those named, as a person types them: `minutes_a_card=1.5`.

    Raises `UsageError` for a name that is none of them or comes twice, or a value that is no number from 0.
    """
    found: dict[str, float] = {}
    for name, _, value in (one.partition("=") for one in stated):
        if name not in SOURCES or name in found:
            raise UsageError(f"a price is stated once, and is one of {', '.join(SOURCES)}; found {name!r}")
        try:
            found[name] = float(value)
        except ValueError:
            raise UsageError(f"{name.replace('_', ' ')} is a number from 0, not {value!r}") from None
    return replace(DEFAULTS, **found)


def sources_of(prices: Prices) -> dict[str, str]:
    """Return name → where its value comes from: `you` for those that are not the default."""
    return {
        name: where if getattr(prices, name) == getattr(DEFAULTS, name) else "you" for name, where in SOURCES.items()
    }


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done, counted; expected numbers need not be whole."""

    batches: float = 0
    """Containers to open."""
    cards: float = 0
    """Cards to pull one by one."""
    readings: float = 0
    """Contests to read on these."""
    counted: float = 0
    """Contests on cards that are counted with their whole batch."""
    rounds: float = 1

    def __add__(self, other: "Work") -> "Work":
        """Return both together, in the same rounds."""
        return Work(self.batches + other.batches, self.cards + other.cards, self.readings + other.readings,
                    self.counted + other.counted, max(self.rounds, other.rounds))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """What the work takes."""

    people_hours: float
    people_days: float
    days: float
    """Days of the clock with all boards at work."""
    money: float


def cost_of(work: Work, prices: Prices) -> Cost:
    """Return hours of people with overhead, days and pay. Linear in each kind of work and in each time."""
    minutes = (
        work.batches * prices.minutes_a_batch + work.cards * prices.minutes_a_card
        + work.readings * prices.minutes_a_reading + work.counted * prices.minutes_a_counted_vote
    )  # fmt: skip
    board_hours = minutes / 60
    people_hours = board_hours * prices.people_a_board * (1 + prices.overhead) + work.rounds * prices.hours_a_round
    days = board_hours / (prices.boards * prices.hours_a_day)
    return Cost(people_hours, people_hours / prices.hours_a_day, days, people_hours * prices.hourly_pay)
