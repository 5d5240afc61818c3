"""What the ids of a report mean, and the contests and choices of all files of an export together.

A file's ids hold in that file alone: two files may call different contests `contest-001`. Contests are told apart by
their titles, choices by their names. Ids that a file uses and does not define stand for themselves, and are told in a
fact: RCTab writes such files, and a vote is not lost because its choice has no name.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from faircount.model import BadInputError
from faircount.read.batch_builder import BatchBuilder
from faircount.read.cdf.shapes import CandidateDefinition, ContestDefinition, Definitions, Id, Option, Unit

WRITE_IN = "Write-in"
_POOL = re.compile(r"(undeclared )?write[ -]?ins?( ?\(?\d+\)?)?", re.IGNORECASE)
"""Names of lines to write on, as against a person whom people wrote in."""
_RANKED = {"rcv", "borda"}
_OF_RANKS = re.compile(r"\((\d+)/(\d+)\)\s*\Z")
"""Unisyn ends a title with votes allowed and ranks: `For Mayor (1/3)`."""
_RCTAB = "Bright Spots"
"""RCTab's maker: its snapshots call every rank not allocable that does not count in their round."""
MAX_CHOICES = 100_000
_TELL = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice as the canonical table has it; `defined` by the file, or only an id that its records use."""

    name: str
    key: str
    party: str = ""
    kind: str = "regular"
    defined: bool = True


@dataclass(slots=True)
class ContestNames:
    """A contest of one file: its title, and what its selections' ids mean. `ranked`: the file says that voters rank."""

    title: str
    key: str
    votes_allowed: int | None = None
    seats: int | None = None
    ranked: bool = False
    defined: bool = True
    choices: dict[Id, Choice] = field(default_factory=dict)
    pool: Choice | None = None

    def choice(self, identifier: Id) -> Choice:
        """Return the choice of an id; one that is not defined is made of the id."""
        found = self.choices.get(identifier)
        if found is None:
            name = str(identifier)
            if any(choice.name == name for choice in self.choices.values()):
                name += " (not defined)"
            found = self.choices[identifier] = Choice(name, str(identifier), defined=False)
        return found

    def write_in(self) -> Choice:
        """Return the choice that pools what was written in."""
        if self.pool is None:
            self.pool = Choice(WRITE_IN, "", kind="write-in")
        return self.pool

    def in_order(self) -> list[Choice]:
        """Return the choices, each once, as on the ballot; then the pool if the file lists no line; then undefined."""
        listed = dict.fromkeys(choice for choice in self.choices.values() if choice.defined)
        if self.pool is not None:
            listed.setdefault(self.pool)
        others = (choice for choice in self.choices.values() if not choice.defined)
        return [*listed, *sorted(others, key=lambda choice: choice.name)]


class Place(NamedTuple):
    """Where a card belongs: what is not known is None."""

    jurisdiction: str | None
    precinct: str | None
    portion: str | None


class FileNames:
    """What the ids of one file mean."""

    def __init__(self, said: Definitions) -> None:
        self.said = said
        self.contests: dict[Id, ContestNames] = {}
        self.units = {unit.id: _plain(unit.Name) for unit in said.GpUnit}
        self.places = {unit.id: _place(unit, self.units[unit.id]) for unit in said.GpUnit}
        serials = Counter(device.SerialNumber.strip() for device in said.ReportingDevice)
        self._devices = {
            device.id: serial for device in said.ReportingDevice
            if (serial := device.SerialNumber.strip()) and serials[serial] == 1
        }  # fmt: skip
        self.says_rounds = any(device.Manufacturer == _RCTAB for device in said.ReportingDevice)
        """Whether the current reading tells where the last round of a count left a ballot, and not what counts."""
        parties = {party.id: _plain(party.Name) for party in said.Party}
        titles = Counter(_title(c) for e in said.Election for c in e.Contest)
        for election in said.Election:
            people = {candidate.id: candidate for candidate in election.Candidate}
            for contest in election.Contest:
                title = _title(contest)
                if titles[title] > 1:
                    title = f"{title} ({contest.id})"
                self.contests.setdefault(contest.id, _names(contest, title, people, parties))

    def contest(self, identifier: Id) -> ContestNames:
        """Return the contest of an id; one that is not defined is made of the id."""
        found = self.contests.get(identifier)
        if found is None:
            title = str(identifier)
            if any(contest.title == title for contest in self.contests.values()):
                title += " (not defined)"
            found = self.contests[identifier] = ContestNames(title, str(identifier), defined=False)
        return found

    def place(self, identifier: Id) -> Place:
        """Return where a card belongs; a unit that is not defined, or has no name, is a precinct called by its id."""
        return self.places.get(identifier) or Place(None, str(identifier) or None, None)

    def device(self, identifier: Id) -> str | None:
        """Return the serial number of a device, which XML need not change as it does ids; the id where it has none of
        its own.
        """
        return self._devices.get(identifier) or str(identifier) or None

    @property
    def jurisdiction(self) -> str:
        """The name of the unit that the election is held in; empty if not given."""
        return next((n for e in self.said.Election if (n := self.units.get(e.ElectionScopeId, ""))), "")


def _place(unit: Unit, name: str) -> Place | None:
    """Return the place that a unit is; its codes name the portion of a precinct, and the jurisdiction, as ours do."""
    codes = {code.OtherType: _plain(str(code.Value)) for code in unit.Code if code.Type == "other"}
    jurisdiction, portion = codes.get("jurisdiction") or None, codes.get("portion") or None
    if unit.Type == "split-precinct" and not portion:
        return Place(jurisdiction, None, name) if name else None
    return Place(jurisdiction, name, portion) if name else None


def _title(contest: ContestDefinition) -> str:
    return _plain(contest.Name) or str(contest.id)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _names(
    contest: ContestDefinition, title: str, people: dict[Id, CandidateDefinition], parties: dict[Id, str]
) -> ContestNames:
    found = ContestNames(
        title, str(contest.id), contest.VotesAllowed, contest.NumberElected, contest.VoteVariation in _RANKED
    )
    labels = Counter(_label(option, people, parties) for option in contest.ContestSelection)
    for option in contest.ContestSelection:
        if option.id in found.choices:
            continue
        label = _label(option, people, parties)
        if (option.IsWriteIn and (not label or label == str(option.id))) or _POOL.fullmatch(label):
            name = WRITE_IN if option.IsWriteIn else label
            found.pool = found.choices[option.id] = found.pool or Choice(name, str(option.id), kind="write-in")
            continue
        name = label if labels[label] == 1 else f"{label} ({option.id})"
        candidate = people.get(option.CandidateIds[0]) if option.CandidateIds else None
        party = parties.get(candidate.PartyId, "") if candidate else ""
        kind = "qualified-write-in" if option.IsWriteIn else "regular"
        found.choices[option.id] = Choice(name, str(option.id), party, kind)
    return found


def _label(option: Option, people: dict[Id, CandidateDefinition], parties: dict[Id, str]) -> str:
    """Return what a voter reads beside a choice; its id where the file gives no words."""
    if option.CandidateIds:
        names = [_plain(people[c].Name) for c in option.CandidateIds if c in people]
        return " / ".join(n for n in names if n) or str(option.id)
    if option.Selection:
        answer = people.get(option.Selection)  # Unisyn names a candidate here, called Yes
        return _plain(answer.Name if answer is not None and answer.Name else option.Selection)
    return " / ".join(n for p in option.PartyIds if (n := parties.get(p, ""))) or str(option.id)


class AllContests:
    """Contests and choices over the files of a part, in the order in which files define them; rows at the end.

    What files say differently is joined as the store joins the rows of several parts, so that it does not matter which
    files share one: the last key and party by the alphabet, the first kind; votes allowed and seats that differ have a
    row each, for a person to decide. `part` is its number: places of later parts come behind those of earlier ones.
    """

    def __init__(self, part: int = 0) -> None:
        self._first_place = part * MAX_CHOICES
        self._contests: dict[str, dict[tuple[int | None, int | None], None]] = {}
        self._keys: dict[str, str] = {}
        self._ranked: set[str] = set()
        self._choices: dict[str, dict[str, Choice]] = {}
        self._undefined: dict[str, set[str]] = {}
        self.ranks: dict[str, int] = {}
        """Title → highest rank that was marked."""

    def add(self, names: FileNames, place: str, file: str = "") -> None:
        """Take in the contests of a file whose records are read; `file` names it in notes.

        Raises `BadInputError` for far too many choices.
        """
        undefined = self._undefined.setdefault(file, set())
        for contest in sorted(names.contests.values(), key=lambda c: (not c.defined, "" if c.defined else c.title)):
            title = contest.title
            self._contests.setdefault(title, {})[contest.votes_allowed, contest.seats] = None
            self._keys[title] = max(contest.key, self._keys.get(title, ""))
            if contest.ranked:
                self._ranked.add(title)
            choices = self._choices.setdefault(title, {})
            for choice in contest.in_order():
                choices[choice.name] = _joined(choices.get(choice.name, choice), choice)
                if not choice.defined:
                    undefined.add(choice.name)
            if not contest.defined:
                undefined.add(title)
            if len(choices) > MAX_CHOICES:
                rule = f"a contest has at most {MAX_CHOICES:,} choices"
                raise BadInputError(place, rule, f"more in {title!r}")

    def rows(self, builder: BatchBuilder) -> None:
        """Add the rows of contests and choices, and facts about ids that are not defined."""
        for place, (title, said) in enumerate(self._contests.items(), self._first_place):
            for votes_allowed, seats in said:
                builder.add(
                    "contests", contest=title, key=self._keys[title], votes_allowed=votes_allowed,
                    ranks=self._ranks(title, votes_allowed), seats=seats, place=place,
                )  # fmt: skip
            for at, choice in enumerate(self._choices[title].values(), self._first_place):
                builder.add(
                    "choices", contest=title, choice=choice.name, key=choice.key or None, party=choice.party or None,
                    kind=choice.kind, place=at,
                )  # fmt: skip
        for file, undefined in self._undefined.items():
            if undefined:
                some = sorted(undefined)
                words = ", ".join(some[:_TELL]) + (", …" if len(some) > _TELL else "")
                note = f"records use {len(some)} contests or choices that the file does not define, read by their ids"
                builder.tell("note", f"{file}: {note}: {words}" if file else f"{note}: {words}")

    def _ranks(self, title: str, votes_allowed: int | None) -> int:
        """Return how many ranks a contest has: the most that was marked, more where Unisyn's title says so; 0 if none.

        The format has no field for it.
        """
        seen = self.ranks.get(title, 0)
        if not seen:
            return 1 if title in self._ranked else 0
        said = _OF_RANKS.search(title)
        if said and len(said[2]) < 4 and seen <= int(said[2]) and said[1] == str(votes_allowed):
            return int(said[2])
        return seen


def _joined(one: Choice, other: Choice) -> Choice:
    """Return what two files say of a choice, joined as the store joins its rows."""
    if one == other:
        return one
    return Choice(
        one.name, max(one.key, other.key), max(one.party, other.party), min(one.kind, other.kind),
        one.defined or other.defined,
    )  # fmt: skip
