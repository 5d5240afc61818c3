"""Ballot image and master lookup of WinEDS: fixed-width text, San Francisco 2008 to 2018 and Alameda County.

Columns of the ballot image, counted from 0: contest 0–7, voter 7–16, serial number 16–23, tally type 23–26, precinct
26–33, rank 33–36, candidate 36–43, overvote 43, undervote 44. That the overvote stands first is settled in
docs/formats/sf-ballot-image.md.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.counted_rankings import MAX_RANKS
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import is_companion
from faircount.read.syntax.text_lines import TextLines, head_lines, open_lines

IMAGE = re.compile(r"(\d{7})(\d{9})(\d{7})(\d{3})(\d{7})(\d{3})(\d{7})([01])([01])\s*", re.ASCII)
LOOKUP = re.compile(r"(.{10})(\d{7})(.{50})(\d{7})(\d{7})([01 ])([01 ])\s*", re.ASCII | re.DOTALL)
RECORDS = ("Contest", "Candidate", "Precinct", "Tally Type")
NO_CANDIDATE = "0000000"
UNNAMED = "Write-in (candidate 0)"
MAX_RANK = 99
MAX_LOOKED_AT = 50
ONE_A_CONTEST = "one card a voter and contest: the image does not say which contests stand on one card"
NO_LOOKUP = "no master lookup lies beside: contests and candidates have numbers and no names"
SWAPPED = "more ranks are flagged overvoted than undervoted: in this file the two flags may stand the other way round"


class Line(NamedTuple):
    """A line of the image: one rank of one voter in one contest."""

    contest: str
    voter: str
    serial: str
    tally: str
    precinct: str
    rank: int
    candidate: str
    over: bool
    under: bool


@dataclass(slots=True)
class Lookup:
    """What the numbers of an image mean: record type → id → (description, order, contest, whether a write-in)."""

    records: dict[str, dict[str, tuple[str, int, str, bool]]] = field(
        default_factory=lambda: {kind: {} for kind in RECORDS}
    )
    _choices: dict[str, str] = field(default_factory=dict)
    """Names of candidates, made when the lookup was read whole."""

    def name(self, kind: str, key: str) -> str | None:
        """Return the description of a record; None where the lookup has none."""
        found = self.records[kind].get(key)
        return found[0] if found else None

    def contest(self, key: str) -> str:
        """Return the title of a contest, with its number where several have the same."""
        title = self.name("Contest", key)
        if title is None:
            return f"contest {int(key)}"
        same = sum(other[0] == title for other in self.records["Contest"].values())
        return f"{title} (contest {int(key)})" if same > 1 else title

    def choice(self, key: str) -> str:
        """Return the name of a candidate, with the number where others of the contest bear it; the number of one whom
        the lookup does not have.
        """
        if not self._choices:
            bearers = Counter((entry[0], entry[2]) for entry in self.records["Candidate"].values())
            self._choices = {
                other: entry[0] if bearers[entry[0], entry[2]] == 1 else f"{entry[0]} (candidate {int(other)})"
                for other, entry in self.records["Candidate"].items() if entry[0]
            }  # fmt: skip
        return self._choices.get(key) or f"candidate {int(key)} (not in the lookup)"

    def kind(self, key: str) -> str:
        """Return whether a candidate is regular, the pool of write-ins, or a named one."""
        name, _, _, flag = self.records["Candidate"].get(key, ("", 0, "", False))
        if re.fullmatch(r"write[- ]?ins?", name.strip(), re.IGNORECASE):
            return "write-in"
        return "qualified-write-in" if flag or name.upper().startswith("WRITE-IN") else "regular"


def recognise(export: Export) -> Recognition | None:
    """Claim text files of 45 digits a line, with or without a master lookup beside."""
    names = _files(export)
    if not names or len(names) > MAX_LOOKED_AT:
        return None
    kinds = [_kind(export, name) for name in names]
    if "" in kinds or "image" not in kinds:
        return None
    return Recognition(95, "", f"lines of 45 digits, {kinds.count('lookup')} master lookup beside")


def _files(export: Export) -> tuple[str, ...]:
    return export.names if export.kind == "single" else tuple(n for n in export.names if not is_companion(n))


def _kind(export: Export, name: str) -> str:
    lines = [line for line in head_lines(export, name)[0] if line.strip()][:5]
    if lines and all(IMAGE.fullmatch(line) for line in lines):
        return "image"
    if lines and all((m := LOOKUP.fullmatch(line)) and m[1].strip() in RECORDS for line in lines):
        return "lookup"
    return ""


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield a card for each voter and contest, in the order of the lines.

    A line that does not fit, and a voter whose ranks stand out of order, are rejected. Raises `BadInputError` when
    several images hold the same contest: they are releases of several days, and would count each ballot twice.
    """
    builder = BatchBuilder()
    kinds = {name: _kind(export, name) for name in _files(export)}
    lookups = [name for name, kind in kinds.items() if kind == "lookup"]
    if len(lookups) > 1:
        raise BadInputError(
            str(export), "an export has one master lookup", ", ".join(lookups), "read one day's files at a time"
        )
    lookup = Lookup()
    for number, name in enumerate(export.names):
        if name in lookups:
            with open_lines(export, name) as lines:
                yield from _read_lookup(builder, lookup, name, lines)
                _add_file(builder, number, name, lines, 0)
        elif kinds.get(name) != "image":
            builder.add_companion(export, number, name)
    reading = Reading(builder, lookup)
    for number, name in enumerate(export.names):
        if kinds.get(name) == "image":
            with open_lines(export, name) as lines:
                yield from reading.image(number, name, lines)
                _add_file(builder, number, name, lines, reading.records)
    builder.add_facts([("note", ONE_A_CONTEST)] + ([] if lookups else [("partial", NO_LOOKUP)]))
    reading.finish()
    yield builder.build()


def _add_file(builder: BatchBuilder, number: int, name: str, lines: TextLines, records: int) -> None:
    builder.add("files", file=number, name=name, sha256=lines.sha256(), bytes=lines.bytes, records=records)
    if lines.recoded_lines:
        builder.add_facts([("encoding", f"{name}: {lines.recoded_lines:,} lines not in UTF-8, read as Windows-1252")])


def _read_lookup(builder: BatchBuilder, lookup: Lookup, name: str, lines: TextLines) -> Iterator[Batch]:
    """Take the lines of the lookup; yield those that were rejected when they are many."""
    for number, line in lines.numbered():
        yield from builder.when_full()
        if not line.strip():
            continue
        found = LOOKUP.fullmatch(line)
        if found is None or found[1].strip() not in RECORDS:
            rule = f"a line of the lookup is {', '.join(RECORDS[:-1])} or {RECORDS[-1]}, 83 characters wide"
            builder.reject(name, number, rule, "see what the line holds", value=line)
            continue
        kind, key = found[1].strip(), found[2]
        entry = (" ".join(found[3].split()), int(found[4]), found[5], found[6] == "1")
        if lookup.records[kind].setdefault(key, entry) != entry:
            rule = f"a {kind.lower()} has one line in the lookup"
            builder.reject(name, number, rule, "the first line is used", column=kind, value=line)


class Reading:
    """The images of an export on their way to batches."""

    def __init__(self, builder: BatchBuilder, lookup: Lookup) -> None:
        self.builder, self.lookup = builder, lookup
        self.ranks: dict[str, int] = {}
        self.choices: dict[str, set[str]] = {}
        self.files: dict[str, str] = {}
        self.records = 0
        self.over = self.under = self.unnamed = 0

    def image(self, number: int, name: str, lines: TextLines) -> Iterator[Batch]:
        """Yield the cards of one image, full batches only; `records` tells how many there were."""
        self.records = 0
        group: list[Line] = []
        first = 0
        for at, line in self._lines(name, lines):
            yield from self.builder.when_much_is_rejected()
            if line is None:
                continue
            if group and group[0][:2] != line[:2]:
                self._card(number, name, first, group)
                group = []
                if self.builder.full:
                    yield self.builder.build()
            if not group:
                first = at
                if self.files.setdefault(line.contest, name) != name:
                    raise BadInputError(
                        f"{lines.place}, line {at}", "one image holds all ballots of a contest",
                        f"contest {int(line.contest)} also in {self.files[line.contest]}",
                        "releases of several days hold the same ballots: read the last one alone",
                    )  # fmt: skip
            group.append(line)
            if len(group) > MAX_RANKS:
                raise BadInputError(f"{lines.place}, line {at}", f"a voter has at most {MAX_RANKS:,} lines", "one more")
        if group:
            self._card(number, name, first, group)

    def _lines(self, name: str, lines: TextLines) -> Iterator[tuple[int, Line | None]]:
        """Yield the lines with their numbers; None for one that was rejected."""
        for number, text in lines.numbered():
            found = IMAGE.fullmatch(text)
            if found is not None:
                contest, voter, serial, tally, precinct, rank, candidate, over, under = found.groups()
                yield (
                    number,
                    Line(contest, voter, serial, tally, precinct, int(rank), candidate, over == "1", under == "1"),
                )
            elif text.strip():
                rule = "a line is 45 digits: contest, voter, serial, tally type, precinct, rank, candidate, two flags"
                self.builder.reject(name, number, rule, "the file may be cut short", value=text)
                yield number, None

    def _card(self, number: int, name: str, row: int, group: list[Line]) -> None:
        """Add the lines of one voter in one contest as a card, or reject them together."""
        line = group[0]
        if wrong := _wrong(group):
            column, value, rule = wrong
            self.builder.reject(name, row, rule, "ask for the image again", column=column, value=value)
            return
        title = self.lookup.contest(line.contest)
        marks: list[ExportedMark] = []
        for one in group:
            if one.candidate != NO_CANDIDATE:
                choice = self.lookup.choice(one.candidate)
            elif one.over or one.under:
                continue
            else:
                self.unnamed += 1
                choice = UNNAMED
            marks.append(ExportedMark(choice, one.rank))
            self.choices.setdefault(line.contest, set()).add(one.candidate)
        over = tuple(one.rank for one in group if one.over)
        self.over += len(over)
        self.under += sum(one.under for one in group)
        self.ranks[line.contest] = max(self.ranks.get(line.contest, 0), group[-1].rank)
        self.records += 1
        card = self.builder.add_card(
            file=number, record=row, imprinted_id=f"{int(line.contest)}-{line.voter}",
            tabulator=line.serial if line.serial.strip("0") else None,
            precinct=self.lookup.name("Precinct", line.precinct) or line.precinct,
            counting_group=self.lookup.name("Tally Type", line.tally.zfill(7)) or line.tally,
        )  # fmt: skip
        self.builder.add_vote(card, self.builder.pattern(title, tuple(marks), overvoted_ranks=over))

    def finish(self) -> None:
        """State contests and choices, those that nobody marked too, and what is odd about the flags."""
        contests = self.lookup.records["Contest"]
        keys = sorted(self.ranks, key=lambda key: (contests.get(key, ("", 10**7, "", False))[1], key))
        for place, key in enumerate(keys):
            ranks = self.ranks[key]
            self.builder.add(
                "contests", contest=self.lookup.contest(key), key=key, votes_allowed=1, ranks=ranks, place=place
            )
            for at, candidate in enumerate(self._candidates(key)):
                unnamed = candidate == NO_CANDIDATE
                self.builder.add(
                    "choices", contest=self.lookup.contest(key),
                    choice=UNNAMED if unnamed else self.lookup.choice(candidate), key=candidate,
                    kind="write-in" if unnamed else self.lookup.kind(candidate), place=at,
                )  # fmt: skip
        facts = []
        if self.over > self.under:
            facts.append(("note", f"{SWAPPED} ({self.over:,} and {self.under:,})"))
        if self.unnamed:
            facts.append(
                ("note", f"{self.unnamed:,} × candidate 0 and no flag, as Alameda County exported write-ins "
                         f"in 2012: read as marks for {UNNAMED!r}")
            )  # fmt: skip
        self.builder.add_facts(facts)

    def _candidates(self, contest: str) -> list[str]:
        known = self.lookup.records["Candidate"]
        mine = {key for key, entry in known.items() if entry[2] == contest} | self.choices.get(contest, set())
        last = ("", 10**7, "", False)
        return sorted(mine, key=lambda key: (key == NO_CANDIDATE, known.get(key, last)[1], key))


def _wrong(group: list[Line]) -> tuple[str, str, str] | None:
    """Return (field, value, rule broken) for lines that cannot be one voter's ranking; None where they can."""
    ranks = [line.rank for line in group]
    if ranks != sorted(set(ranks)) or not 1 <= ranks[0] or ranks[-1] > MAX_RANK:
        return "rank", str(ranks)[:80], f"the ranks of a voter rise, from 1 to at most {MAX_RANK}"
    for line in group:
        flags = line.over + line.under
        if flags == 2 or (flags and line.candidate != NO_CANDIDATE):
            return "flags", str(line.rank), "a rank has a candidate, or one of the flags overvote and undervote"
        if line[2:5] != group[0][2:5]:
            return "voter", line.voter, "the lines of a voter have one serial number, tally type and precinct"
    return None


READER = Reader(
    name="sf-ballot-image",
    title="San Francisco ballot image",
    source="San Francisco Department of Elections, ballot image and master lookup, as ranked-vote and abif read it",
    gives=("cards", "votes", "patterns", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # contests in two images are known by the lines of all; an election has one image
    read=read,
)
