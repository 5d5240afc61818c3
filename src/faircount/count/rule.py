"""The shape of a counting rule: its law, its named decisions, and its pure functions."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from faircount.model import (
    BadInputError,
    CandidateIndex,
    Contest,
    Margin,
    Pattern,
    Profile,
    Round,
    Transcript,
    VoteCount,
)

WHOLE_NUMBER = "<whole number>"
"""Stands in `Option.values` for any whole number of up to 15 digits."""
FRACTION = "<p/q>"
"""Stands in `Option.values` for any exact fraction above 0 and up to 1, such as `2/3`."""
CHOICE = "<choice>"
"""Stands in `Option.values` for the name of any choice of the contest."""
NAMES = "<names>"
"""Stands in `Option.values` for names of choices of the contest as a JSON list: `["Ada", "Bo"]`."""
TEXT = "<text>"
"""Stands in `Option.values` for any text of 1 to 10,000 characters."""
KINDS = (WHOLE_NUMBER, FRACTION, CHOICE, NAMES, TEXT)
"""What in `Option.values` is no word but a kind of value."""

_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_FRACTION = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule makes of one pattern in the first round; nothing is lost and nothing invented.

    `votes` are (choice, votes) pairs in ballot order, pairs with no vote left out; points, where the rule gives
    points. Votes, undervotes, overvotes and invalid votes sum to what one card may give (1 where voters rank).
    Weights play no part here.
    """

    votes: tuple[tuple[CandidateIndex, VoteCount], ...]
    undervotes: int = 0
    overvotes: int = 0
    invalid: int = 0

    @property
    def votes_allowed(self) -> VoteCount:
        """What one card may hold in this contest: the sum of everything here."""
        return sum(n for _, n in self.votes) + self.undervotes + self.overvotes + self.invalid


@dataclass(frozen=True, slots=True)
class Option:
    """A named decision of a rule: what a law, or the absence of one, leaves to be stated."""

    name: str
    values: tuple[str, ...]
    """The words allowed. Those in `KINDS` stand for a kind of value."""
    default: str
    meaning: str
    """What is decided, and what each value means, in plain words."""

    def accepts(self, value: str, contest: Contest) -> bool:
        """Return whether `value` may be stated for this option in `contest`."""
        if value in self.values:
            return value not in KINDS
        if WHOLE_NUMBER in self.values and _WHOLE_NUMBER.fullmatch(value):
            return True
        if CHOICE in self.values and any(choice.name == value for choice in contest.choices):
            return True
        if NAMES in self.values and _are_names(value, contest):
            return True
        if TEXT in self.values and 0 < len(value) <= _LONGEST_TEXT and value not in KINDS:
            return True
        parts = _FRACTION.fullmatch(value) if FRACTION in self.values else None
        return parts is not None and 0 < int(parts[1]) <= int(parts[2])


def _are_names(value: str, contest: Contest) -> bool:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return False
    names = {choice.name for choice in contest.choices}
    return isinstance(found, list) and all(isinstance(name, str) and name in names for name in found)


def names_in(value: str, contest: Contest) -> tuple[CandidateIndex, ...]:
    """Return the choices that an option of kind `NAMES` lists, in its order."""
    place = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    return tuple(place[name] for name in json.loads(value))


def settings(rule: str, options: tuple[Option, ...], contest: Contest) -> dict[str, str]:
    """Return every named decision in force for `contest`, stated or by default, sorted by name.

    Raises `BadInputError` when the contest states an option that the rule does not have, states one twice, or gives
    one a value it does not take: a misspelt decision must not become a default in silence.
    """
    known = {option.name: option for option in options}
    found = {option.name: option.default for option in options}
    place = f"contest {contest.title!r}, rule {rule}"
    for name, value in contest.options:
        if name not in known:
            raise BadInputError(
                place, "options are those of the rule", repr(name), f"the rule has {', '.join(known) or 'no options'}"
            )
        if not known[name].accepts(value, contest):
            fix = f"names are a JSON list: -O '{name}=[\"{contest.choices[0].name}\"]'"
            raise BadInputError(
                place, f"option {name} is one of {', '.join(known[name].values)}", repr(value),
                fix if NAMES in known[name].values and contest.choices else "",
            )  # fmt: skip
        found[name] = value
    if len({name for name, _ in contest.options}) != len(contest.options):
        raise BadInputError(place, "an option is stated once", f"{contest.options}")
    return dict(sorted(found.items()))


Follow = Callable[[Contest, Profile, Transcript], tuple[Round, ...]]
"""Count a part of the ballots (a precinct, a batch) round by round under the decisions of the whole: same elections,
exclusions and transfer values. Parts that make up the whole sum to its rounds, figure by figure."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A named counting rule, the law it follows, and what it computes.

    All functions raise `UsageError` for a contest the rule cannot count and `BadInputError` for an option or a
    mark it does not know. They never change what they are given.
    """

    name: str
    law: str
    """Statute, with section; or paper; or the plain statement that none is followed."""
    count: Callable[[Contest, Profile], Transcript]
    """Count a profile to the end, or to the tie that the rule cannot break."""
    read: Callable[[Contest, Pattern], Reading]
    """Say what one card counts for in the first round."""
    margin: Callable[[Contest, Transcript], Margin | None]
    """How far the decision was from another; None where nothing was decided or nobody could lose."""
    options: tuple[Option, ...] = ()
    ballot: Literal["marks", "ranks", "scores"] = "marks"
    """What voters do on the ballots that this rule counts."""
    places_are_points: bool = False
    """Whether the place in a ranking gives points; under other rules for rankings a ballot has no votes of its own."""
    many_seats: bool = True
    """Whether it can fill more than one seat."""
    many_votes: bool = False
    """Whether voters may have more than one vote each; False also where they rank or score."""
    rounds_off: bool = False
    """Whether the law cuts or rounds figures, so that they do not scale with the weights of cards."""
    follow: Follow | None = None
    """None where a part of the ballots cannot be counted under the decisions of the whole."""
