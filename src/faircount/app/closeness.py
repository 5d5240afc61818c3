"""How close each contest of a workspace was, with the marks of the example in words."""

from dataclasses import dataclass

from faircount.app.opened import Opened
from faircount.count import RULES
from faircount.count.closeness import Change, Closeness, closeness
from faircount.model import Contest, ContestResult, Pattern, Profile


@dataclass(frozen=True, slots=True)
class Near:
    """The closeness of one contest as it is shown."""

    title: str
    found: Closeness
    example: tuple[str, ...]
    """Changes that together prove the upper bound, those of most cards first, each as a sentence without an end."""


def near(opened: Opened, one: ContestResult) -> Near:
    """Return how close a contest was that has been counted. Raises what `closeness` raises."""
    profile = opened.profiles.get(one.title, Profile((), (), ()))
    found = closeness(RULES[one.contest.rule], one.contest, profile)
    return Near(one.title, found, tuple(_in_words(one.contest, found.unit, change) for change in _merged(found)))


def _merged(found: Closeness) -> list[Change]:
    return sorted(found.example, key=lambda one: (-one.cards, one.before.sort_key(), one.after.sort_key()))


def _in_words(contest: Contest, unit: str, change: Change) -> str:
    what = unit if change.cards != 1 else unit.removesuffix("s")
    return f"{change.cards:,} {what}: {say(contest, change.before)} → {say(contest, change.after)}"


def say(contest: Contest, pattern: Pattern) -> str:
    """Return what a card says: `Ada > Bo`, `Ada = Bo > Cy`, `Ada 5, Bo 2`, `Ada + Bo`, or `blank`."""
    names = {mark: contest.name_of(mark.choice) for mark in pattern.marks}
    if not names:
        return "blank" if not pattern.conditions else ", ".join(pattern.conditions)
    if contest.ranks:
        ranks = sorted({mark.rank for mark in names})
        return " > ".join(" = ".join(n for mark, n in names.items() if mark.rank == rank) for rank in ranks)
    if any(mark.score is not None for mark in names):
        return ", ".join(f"{name} {mark.score}" if mark.score is not None else name for mark, name in names.items())
    return " + ".join(names.values())
