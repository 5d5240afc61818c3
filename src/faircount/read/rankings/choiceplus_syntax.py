"""Lines of ChoicePlus Pro: commands that begin with a point, comments, and ballots in fields that a command names.

After the program's own loader (Voting Solutions; J. Lindsay and S. Willett), where it is strict, and stricter where it
skips: what cannot be read is rejected, not passed over.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from faircount.model import BadInputError
from faircount.read.batch_builder import ONE
from faircount.read.rankings.counted_rankings import (
    MAX_CHOICES,
    MAX_RANKS,
    WEIGHT_RULE,
    Named,
    kind_of,
    weight_of,
    whole_number,
)

MAX_JOINED = 1_000
"""Lines that backslashes at their ends make one."""
MAX_FIELDS = 50
KEPT = 1_000
"""Characters up to which rankings are kept, lest another ballot say the same."""
MAX_FILES = 5_000
MAX_REMARKS = 50
"""Commands that are told as they stand; of more it is told how many there are."""
ID, PRECINCT, VALUE = ("BALLOT-ID-ALPHA", "BALLOT-ID-NUMERIC"), "PRECINCT-NUM-ALPHA", "BALLOT-VALUE"
RANKINGS = ("RANKINGS-ALPHA", "RANKINGS-NUMERIC", "CAND-IDS-NUM-RANKED")
IGNORED = ("IGNORE-FIELD", "BALLOT-TOP-ALPHA", "SORT-ORDER")
DEFAULT = (ID[0], RANKINGS[0])
SEPARATORS = ",);"
ONE_FORMAT = "the ballots of a contest have one format"
PILE = "a ballot lies in one final pile, with the value 1, or among the invalid ones, with 0"

Marks = tuple[tuple[int, str], ...]
"""(rank, code) in the order of ranks, and of codes as they stand."""

_NAME = re.compile(r"\.([A-Za-z0-9-]+)\s*(.*)", re.DOTALL)
_CODE = re.compile(r'[^\s,"]+')
_QUOTED = re.compile(r'"([^"]*)"?\s*')
_ENTRY = re.compile(r"\s*([^\W_]+)\s*(?:\[\s*(\d{1,9})\s*\]\s*)?([,=]|$)")
_PILED = re.compile(r"([^,)\s]+)\s*(?:,\s*(\d{1,12}(?:\.\d{1,12})?)\s*)?\)(.*)", re.ASCII)


@dataclass(slots=True)
class Settings:
    """What the commands of a file say."""

    place: str
    title: str = ""
    titles: list[str] = field(default_factory=list)
    seats: int | None = None
    candidates: dict[str, Named] = field(default_factory=dict)
    """By code."""
    excluded: set[str] = field(default_factory=set)
    """Codes of candidates whom the settings exclude from the count."""
    fields: tuple[str, ...] = ()
    """Of a ballot line, in their order; none is `DEFAULT`."""
    separators: str = ""
    """Characters between them, besides blanks; none is `SEPARATORS`."""
    files: list[str] = field(default_factory=list)
    """Files of ballots, as `.INCLUDE` names them."""
    remarks: list[str] = field(default_factory=list)
    more: int = 0
    """Commands beyond `MAX_REMARKS`."""
    piles: bool = False
    """Whether the ballots are those of final piles, as a count left them."""
    ballots: bool = False
    """Whether there is a ballot among the commands."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot line."""

    ident: str
    precinct: str
    weight: Decimal
    marks: Marks
    invalid: bool = False
    """Whether it lies among the ballots that the count called invalid."""


def joined(lines: Iterable[tuple[int, str]], place: str) -> Iterator[tuple[int, str]]:
    """Yield (row, text) of lines that say something, blanks around them aside; a backslash joins a line to the next."""
    begun, parts = 0, list[str]()
    for row, line in lines:
        text = line.rstrip()
        if not parts:
            begun = row
        if text.endswith("\\"):
            parts.append(text[:-1])
            if len(parts) > MAX_JOINED:
                raise BadInputError(f"{place}, line {begun}", f"at most {MAX_JOINED:,} lines are joined", "one more")
            continue
        text = "".join([*parts, text]).strip()
        parts.clear()
        if text and not text.startswith("#"):
            yield begun, text
    if text := "".join(parts).strip():
        yield begun, text


def command(text: str) -> tuple[str, str]:
    """Return name, in capitals, and rest of a command; an empty name for a line that is none."""
    found = _NAME.fullmatch(text)
    return (found[1].upper(), found[2].strip()) if found else ("", "")


def survey(lines: Iterable[tuple[int, str]], place: str) -> Settings:
    """Return what the commands say. Raises `BadInputError` for a command that cannot be followed."""
    found = Settings(place)
    for row, text in joined(lines, place):
        if text.startswith("."):
            _follow(found, row, *command(text))
        else:
            found.ballots = True
    if not found.candidates:
        raise BadInputError(place, 'the settings name candidates: .CANDIDATE C01, "Ada Roe"', "no such line")
    if not found.piles:  # of final piles those are excluded who are elected
        for code in found.excluded & found.candidates.keys():
            found.candidates[code] = replace(found.candidates[code], kind="withdrawn")
    return found


def _follow(found: Settings, row: int, name: str, rest: str) -> None:
    place = f"{found.place}, line {row}"
    if name in ("CANDIDATE", "WRITE-IN"):
        _add_candidate(found, place, name, rest)
    elif name == "CONTEST" and not found.title:
        found.title = _unquoted(rest)
    elif name == "TITLE":
        found.titles += [_unquoted(rest)][: MAX_REMARKS - len(found.titles)]
    elif name == "ELECT":
        found.seats = whole_number(rest.split("#")[0])
        if not found.seats or found.seats > MAX_CHOICES:
            raise BadInputError(place, f".ELECT is followed by a number from 1 to {MAX_CHOICES:,}", rest)
    elif name == "EXCLUDE-CANDIDATE":
        found.excluded |= {_unquoted(rest)} if len(found.excluded) < MAX_CHOICES else set()
    elif name in ("BALLOT-FORMAT-FIELDS", "BALLOT-FORMAT-SEPS"):
        _set_format(found, place, name, rest)
    elif name == "INCLUDE":
        if len(found.files) == MAX_FILES:
            raise BadInputError(place, f"at most {MAX_FILES:,} files are included", "one more")
        found.files.append(_unquoted(rest))
    elif name == "FINAL-PILE":
        found.piles = True
    else:
        found.more += len(found.remarks) == MAX_REMARKS
        found.remarks += [f".{name} {rest}".strip()][: MAX_REMARKS - len(found.remarks)]


def _add_candidate(found: Settings, place: str, name: str, rest: str) -> None:
    """Take `C01, "Ada Roe"`; a name in quotes may hold quotes."""
    matched = _CODE.match(rest)
    if not matched:
        raise BadInputError(place, f'.{name} is followed by a code and a name: C01, "Ada Roe"', rest)
    code, title = matched[0], rest[matched.end() :].strip().removeprefix(",").strip()
    if title.startswith('"'):
        title = title[1:].rpartition('"')[0] or title[1:]
    title = " ".join(title.split())
    kind = kind_of(title)
    if name == "WRITE-IN" and kind == "regular":
        kind = "qualified-write-in"
    if found.candidates.setdefault(code, choice := Named(title, code, None, kind)) != choice:
        raise BadInputError(place, "a code stands for one candidate", f"{code} stood for another in a line before")
    if len(found.candidates) > MAX_CHOICES:
        raise BadInputError(place, f"at most {MAX_CHOICES:,} candidates are named", "one more")


def _set_format(found: Settings, place: str, name: str, rest: str) -> None:
    if name == "BALLOT-FORMAT-SEPS":
        separators = _unquoted(rest)[:MAX_FIELDS]
        if found.separators not in ("", separators):
            raise BadInputError(place, ONE_FORMAT, rest, "read the contests one at a time")
        found.separators = separators
        return
    named, known = tuple(rest.upper().split()), (*ID, PRECINCT, VALUE, *IGNORED)
    if len(named) > MAX_FIELDS or not named or named[-1] not in RANKINGS or not set(named[:-1]) <= set(known):
        rule = f"the fields of a ballot are some of {', '.join(known)}, and then {' or '.join(RANKINGS)}"
        raise BadInputError(place, rule, rest, "if the file is as the program wrote it, ask for a reader of that field")
    if found.fields not in ((), named):
        raise BadInputError(place, ONE_FORMAT, rest, "read the contests one at a time")
    found.fields = named


def _unquoted(rest: str) -> str:
    matched = _QUOTED.fullmatch(rest)
    return (matched[1] if matched else rest).strip()


class Ballots:
    """Reads ballot lines as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._fields = (settings.fields or DEFAULT)[:-1]
        others = re.escape(settings.separators or SEPARATORS)
        self._token = re.compile(rf'\s*(?:"([^"]*)"?|([^\s"{others}]*))[\s{others}]?')
        self._known: dict[str, tuple[Marks, str]] = {}
        """Rankings as written → what `marks_of` returns: most ballots say what another said."""

    def read(self, text: str) -> Ballot | tuple[str, str]:
        """Return a ballot; or the field that is wrong and the rule that it breaks."""
        if not (text[0].isalnum() or text[0] == '"'):
            return "", "a line is a ballot, a command that begins with a point, or a comment that begins with #"
        return self._piled(text) if self._settings.piles else self._listed(text)

    def _listed(self, text: str) -> Ballot | tuple[str, str]:
        at, said = 0, dict[str, str]()
        for name in self._fields:
            token = self._token.match(text, at)
            if token is None:  # no text is such
                return name, "fields stand between separators"
            said[name], at = (token[1] or token[2] or ""), token.end()
        marks, rule = self._marks(text[at:])
        if rule:
            return "rankings", rule
        weight: Decimal | None = ONE
        if VALUE in said and (weight := weight_of(said[VALUE])) is None:
            return VALUE, WEIGHT_RULE
        return Ballot(said.get(ID[0]) or said.get(ID[1]) or "", said.get(PRECINCT, ""), weight or ONE, marks)

    def _piled(self, text: str) -> Ballot | tuple[str, str]:
        found = _PILED.fullmatch(text)
        if not found:
            return "", "a ballot of a final pile is its id, its value and its rankings: 000101-00-0001, 1) C02,C01"
        value = Decimal(found[2] or 1)
        if value not in (0, 1):
            return VALUE, PILE
        marks, rule = self._marks(found[3])
        return ("rankings", rule) if rule else Ballot(found[1], "", ONE, marks, not value)

    def _marks(self, text: str) -> tuple[Marks, str]:
        text = text.strip()
        found = self._known.get(text)
        if found is None and len(text) > KEPT:
            found = marks_of(text)
        elif found is None:
            if len(self._known) >= MAX_CHOICES:
                self._known.clear()
            found = self._known[text] = marks_of(text)
        return found


def marks_of(text: str) -> tuple[Marks, str]:
    """Return the marks that rankings state, and the rule they break, empty if none.

    `C02[1],C01[3]` gives each its rank, `C02[1]=C01[1]` and `C02=C01[1]` both the first. Without brackets ranks are
    counted: `C02,C01=C03` is C02 first, then both others at rank 2. Nothing is a ballot without a mark.
    """
    groups: list[tuple[list[str], set[int]]] = []
    at, after = 0, ","
    while at < len(text) or (after and at):
        entry = _ENTRY.match(text, at)
        if entry is None:
            return (), "rankings are codes of letters and digits with , or = between them, each with [its rank] or none"
        if after == ",":
            groups.append(([], set()))
        groups[-1][0].append(entry[1])
        if entry[2]:
            groups[-1][1].add(int(entry[2]))
        at, after = entry.end(), entry[3]
    stated = [ranks for _, ranks in groups if ranks]
    if any(len(ranks) > 1 for ranks in stated):
        return (), "choices that = makes equal have one rank"
    if stated and len(stated) < len(groups):
        return (), "either all choices of a ballot have a rank in brackets, or none"
    if sum(len(codes) for codes, _ in groups) > MAX_RANKS:
        return (), f"a ballot has at most {MAX_RANKS:,} marks"
    marks = [(next(iter(ranks), place), code) for place, (codes, ranks) in enumerate(groups, 1) for code in codes]
    if any(not 1 <= rank <= MAX_RANKS for rank, _ in marks):
        return (), f"a rank is a number from 1 to {MAX_RANKS:,}"
    if len(set(marks)) < len(marks):
        return (), "a choice stands once at a rank"
    return tuple(sorted(marks, key=lambda mark: mark[0])), ""
