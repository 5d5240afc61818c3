"""A count seen by precinct, batch or any other part: the decisions of the whole, the votes of the part."""

from collections.abc import Iterable
from dataclasses import dataclass

from faircount.app.opened import Opened
from faircount.count import RULES
from faircount.model import CardCount, ContestResult, Profile, Round, UsageError
from faircount.store import UNITS, profile


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the cards of a contest, counted under the decisions of the whole."""

    units: tuple[tuple[str, str | None], ...]
    """(unit, value), such as ("precinct", "Ward 3"); a value is None where cards do not state it."""
    cards: CardCount
    rounds: tuple[Round, ...]
    """As many as the whole has; figures of all slices sum to its figures."""


def slices(opened: Opened, whole: ContestResult, by: Iterable[str]) -> tuple[Slice, ...]:
    """Count each part of `whole` by the units of `by`, in the order of their values; cards without one come first.

    Raises `UsageError` for a unit that cards do not have, and for a rule whose law rounds totals, so that a part
    cannot be counted by itself.
    """
    rule, units = RULES[whole.contest.rule], tuple(by)
    if rule.follow is None:
        raise UsageError(f"rule {rule.name} rounds the figures of the whole, so a part has no figures of its own")
    if not units:
        raise UsageError(f"name what to divide by: {', '.join(UNITS)}")
    parts: dict[tuple[str | None, ...], Profile] = profile(opened.engine, whole.contest, units)
    return tuple(
        Slice(
            tuple(zip(units, values, strict=True)),
            part.total_cards,
            rule.follow(whole.contest, part, whole.transcript),
        )
        for values, part in parts.items()
    )
