"""What a cell of a ranking says: nobody, more than one, a write-in, or a choice with its party and number."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from faircount.read.batch_builder import ExportedMark
from faircount.read.ess.header import ContestColumns

OVERVOTES = frozenset(("overvote", "overvoted", "over vote", "over-vote", "over"))
UNDERVOTES = frozenset(("undervote", "undervoted", "under vote", "under-vote", "under", "skipped", "skipped rank"))
_WRITE_INS = re.compile(
    r"uwi|(?:undeclared|unresolved|unassigned)?[ -]?write[ -]?ins?(?: ?#?\d{1,2})?|undeclared", re.IGNORECASE
)
_QUALIFIED = re.compile(r"write[ -]?in[:–-] ?\S.*|.*\S \(?write[ -]?in\)?|qwi .*", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<name>.*\S) ?\((?P<key>\d{1,12})\)")
_PARTY = re.compile(
    r"(?P<party>DEM|REP|IND|LIB|LBT|GRN|GRE|NON|NPA|NOP|UNE|UNA|WFP|WOR|CON|DFL|GOP|LPN|NPP|PGP|AIP|OTH) (?P<name>.+)"
)
"""Parties as ES&S abbreviates them. Any three capitals would do, were there not `BOB FINE`."""
_NUMBER = re.compile(r"\d{1,12}")
_FIGURE = re.compile(r"\d{1,12}|\d{1,3}(?:,\d{3}){1,3}", re.ASCII)
_DELIMITERS = ("|", ";", "/", "\n")


@dataclass(frozen=True, slots=True)
class CellChoice:
    """A choice as cells name it."""

    name: str
    party: str | None = None
    key: str | None = None
    kind: str = "regular"


def names_somebody(text: str) -> bool:
    """Say whether a trimmed cell names somebody who stood: no remark, no blank, no place for write-ins."""
    return bool(text) and text.casefold() not in OVERVOTES | UNDERVOTES and not _WRITE_INS.fullmatch(text)


def are_figures(texts: Iterable[str]) -> bool:
    """Say whether trimmed cells below `Choice 1`, `Choice 2` are numbers of votes, and no choices by their numbers.

    Choices are numbered from 1 without wide gaps, or the same numbers come again on other ballots.
    """
    held = [text for text in texts if text]
    numbers = {int(text.replace(",", "")) for text in held if _FIGURE.fullmatch(text)}
    if not held or not all(map(_FIGURE.fullmatch, held)):
        return False
    return len(numbers) * 2 > len(held) and max(numbers) > 2 * len(numbers)


class Choices:
    """The choices of one contest in one file, from all the texts that its cells hold."""

    def __init__(self, texts: Iterable[str], names: Mapping[str, str]) -> None:
        words = {text for text in texts if text.casefold() not in OVERVOTES | UNDERVOTES}
        several = {text: parts for text in words if (parts := _several(text, words))}
        alone = (words - several.keys()) | {part for parts in several.values() for part in parts}
        self.unnamed = 0
        """Numbers that the list of names does not have."""
        found = {text: self._choice(text, names) for text in sorted(alone)}
        spelled: dict[str, set[str | None]] = {}
        for choice in found.values():
            spelled.setdefault(choice.name, set()).add(choice.key)
        # Two numbers, one name: on two parties' lines, or two people. Only the whole text tells them apart.
        self._by_text: dict[str, tuple[CellChoice, ...]] = {
            text: (choice if len(spelled[choice.name]) == 1 else CellChoice(text, choice.party, choice.key),)
            for text, choice in found.items()
        }
        for text, parts in several.items():
            self._by_text[text] = tuple(self._by_text[part][0] for part in sorted(set(parts)))

    def _choice(self, text: str, names: Mapping[str, str]) -> CellChoice:
        if _WRITE_INS.fullmatch(text):
            return CellChoice(text, kind="write-in")
        if _NUMBER.fullmatch(text) and names:
            name = names.get(text) or names.get(text.lstrip("0"))
            self.unnamed += name is None
            return CellChoice(name or text, key=text)
        party = key = None
        name = text
        if numbered := _NUMBERED.fullmatch(text):
            name, key = numbered["name"].strip(), numbered["key"]
            if said := _PARTY.fullmatch(name):
                party, name = said["party"], said["name"].strip()
        if _WRITE_INS.fullmatch(name):
            return CellChoice(name, party, key, "write-in")
        return CellChoice(name, party, key, "qualified-write-in" if _QUALIFIED.fullmatch(name) else "regular")

    @property
    def listed(self) -> list[CellChoice]:
        """The choices, those with names first, by name: which stood first on the ballot the file does not say."""
        order = ("regular", "qualified-write-in", "no-preference", "write-in")
        distinct = {choice.name: choice for choices in self._by_text.values() for choice in choices}
        return sorted(distinct.values(), key=lambda choice: (order.index(choice.kind), choice.name))

    def of(self, text: str) -> tuple[CellChoice, ...]:
        """Return the choices that a cell names. Raises `KeyError` for a text that the survey has not met."""
        return self._by_text[text]


def _several(text: str, words: set[str]) -> tuple[str, ...]:
    """Return the choices of a cell that names more than one; empty if it names one.

    A bar parts names, since no name has one. Other marks stand in names too (`Biden / Harris`): there each part must
    be a whole cell somewhere else.
    """
    for delimiter in _DELIMITERS:
        parts = tuple(part.strip() for part in text.split(delimiter))
        if len(parts) > 1 and all(parts) and (delimiter == "|" or all(part in words for part in parts)):
            return parts
    return ()


@dataclass(frozen=True, slots=True)
class Said:
    """What the cells of one contest say on one card, as the arguments of `BatchBuilder.pattern`."""

    marks: tuple[ExportedMark, ...] = ()
    undervotes: int | None = None
    overvotes: int | None = None
    conditions: tuple[str, ...] = ()
    overvoted_ranks: tuple[int, ...] = ()


def said_by(contest: ContestColumns, cells: tuple[str, ...], choices: Choices) -> Said:
    """Return what these cells of a contest that is on the card say. A blank cell marks nothing."""
    marks: list[ExportedMark] = []
    over: list[int] = []
    under = 0
    for rank, cell in enumerate(cells, 1):
        text = cell.strip()
        word = text.casefold()
        if word in OVERVOTES:
            over.append(rank)
        elif not text or word in UNDERVOTES:
            under += 1
        else:
            marks += [ExportedMark(choice.name, rank if contest.ranked else 1) for choice in choices.of(text)]
    if contest.ranked:
        return Said(tuple(marks), overvoted_ranks=tuple(over))
    marks.sort(key=lambda mark: mark.choice)  # which column names whom says nothing
    return Said(tuple(marks), under, len(over), ("overvote",) if over else ())
