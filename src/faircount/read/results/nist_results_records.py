"""Records of a NIST election report, the same from JSON and from XML: fields by name, references followed by hand.

A record is the object of JSON as it is. Of an XML element it is a dict of its children by name, each a list, with
`@type` (its `xsi:type`), `@id` (its `ObjectId`) and `@line`. `one` and `many` read either.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from faircount.read.export import Export
from faircount.read.syntax.in_order import InOrder
from faircount.read.syntax.json_elements import JsonElements
from faircount.read.syntax.json_strict import strict_loads
from faircount.read.syntax.xml_elements import elements, local_name

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ROOT = "/ElectionReport/"
_HEADER = (
    "Format", "GeneratedDate", "Issuer", "IsTest", "Notes", "SequenceStart", "SequenceEnd", "Status",
    "VendorApplicationId",
)  # fmt: skip
_OF_ELECTION = ("Name", "StartDate", "ElectionScopeId")
_OUTLINE = frozenset(("Name", "ElectionDistrictId", "ElectoralDistrictId"))
_LISTS = ("GpUnit", "Party", "Candidate", "BallotCounts")

Record = dict[str, Any]
_RECORDS = msgspec.json.Decoder(list[Record])


def many(record: Record, *names: str) -> list[Any]:
    """Return the values of the first of these fields that the record has, as a list; empty if it has none."""
    for name in names:
        if name in record:
            value = record[name]
            return value if isinstance(value, list) else [value]
    return []


def one(record: Record, *names: str) -> Any:
    """Return the only or first value of a field; None where there is none."""
    values = many(record, *names)
    return values[0] if values else None


class WrongShapeError(Exception):
    """A report's structure is not that of its format: the rule, and what was found."""


def parts(record: Record, *names: str) -> list[Record]:
    """Return `many` where every value must be a record. Raises `WrongShapeError` where one is not."""
    found = many(record, *names)
    for value in found:
        if not isinstance(value, dict) and value != "":
            raise WrongShapeError(f"{names[0]} holds objects", repr(value)[:40])
    return [value or {} for value in found]


def refs(record: Record, *names: str) -> list[str]:
    """Return the ids that a field refers to: `…Ids` are a list in JSON and words in XML."""
    for name in names:
        if name in record:
            ids = [str(value) for value in many(record, name)]
            return [word for value in ids for word in value.split()] if name.endswith("Ids") else ids
    return []


def text(value: Any) -> str:
    """Return a text as it would be read: of texts in several languages the English one, else the first."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        texts = [t for t in many(value, "Text") if isinstance(t, dict)]
        spoken = sorted(texts, key=lambda t: not str(one(t, "Language")).casefold().startswith("en"))
        value = one(spoken[0], "Content") if spoken else one(value, "Label")
    return "" if value is None else " ".join(str(value).split())


@dataclass
class Definitions:
    """What a report says of itself, and what its figures refer to, by id."""

    header: dict[str, str] = field(default_factory=dict)
    elections: int = 0
    units: dict[str, Record] = field(default_factory=dict)
    parties: dict[str, Record] = field(default_factory=dict)
    candidates: dict[str, Record] = field(default_factory=dict)
    ballot_counts: list[Record] = field(default_factory=list)
    contests: int = 0
    _names: InOrder = field(default_factory=InOrder)
    _names_in_districts: InOrder = field(default_factory=InOrder)

    def take(self, name: str, record: Record) -> None:
        """Keep one definition. Raises `WrongShapeError` where another of that kind has its id."""
        if name == "BallotCounts":
            self.ballot_counts.append(record)
            return
        kept = {"GpUnit": self.units, "Party": self.parties, "Candidate": self.candidates}[name]
        key = str(record.get("@id", ""))
        if key in kept:
            raise WrongShapeError("an id stands for one thing", f"{name} {key!r} twice")
        kept[key] = record

    def outline(self, contest: Record) -> None:
        """Take what must be known of a contest before any is read: only its fields `_OUTLINE` are looked at."""
        name = text(one(contest, "Name"))
        self.contests += 1
        self._names.add(name)
        self._names_in_districts.add(in_district(name, district_of(contest)))

    def twins(self) -> tuple[set[str], set[str]]:
        """Return the names that several contests bear, and those of several in one district, as `in_district` says.

        Call it once, after the last `outline`: however many contests there are, they are not held for it.
        """
        return _repeated(self._names), _repeated(self._names_in_districts)


def district_of(contest: Record) -> str:
    """Return the id of a contest's district; empty where it has none."""
    return text(one(contest, "ElectionDistrictId", "ElectoralDistrictId"))


def in_district(name: str, district: str) -> str:
    """Return the name and the district of a contest as one text."""
    return f"{name}\0{district}"


def _repeated(texts: InOrder) -> set[str]:
    return {one for one, alike in itertools.groupby(texts) if len(list(itertools.islice(alike, 2))) > 1}


class JsonReport:
    """A report in JSON, read from its beginning twice: definitions may stand behind the figures that use them.

    Only the contests, which hold the figures, are streamed; the rest is held.
    """

    def __init__(self, export: Export, name: str) -> None:
        self._export, self._name = export, name
        self._rest: Record = {}

    def definitions(self) -> Definitions:
        """Return what the figures refer to."""
        place, found = self._export.place(self._name), Definitions()
        with self._export.open(self._name) as stream:
            contests = _Contests(stream, place)
            for group in contests:
                for contest in group.decode(_RECORDS):
                    found.outline(contest)
            self._rest = strict_loads(contests.rest, f"{place} (without its contests)")
        elections = parts(self._rest, "Election")
        # A list of contests that was read in pieces leaves an empty list where it stood.
        if found.contests and not any(election.get("Contest") == [] for election in elections):
            raise WrongShapeError("contests stand in an election", "contests elsewhere")
        found.elections = len(elections)
        found.header = {name: text(self._rest[name]) for name in _HEADER if name in self._rest}
        for election in elections:
            found.header.update({name: text(election[name]) for name in _OF_ELECTION if name in election})
            for name in ("Candidate", "BallotCounts"):
                for record in parts(election, name):
                    found.take(name, record)
            for contest in parts(election, "Contest"):
                found.outline(contest)
        for name in ("GpUnit", "Party"):
            for record in parts(self._rest, name):
                found.take(name, record)
        return found

    def contests(self) -> Iterator[Record]:
        """Yield the contests with their figures, after `definitions`; `@line` is the contest's number, 1 first."""
        for number, contest in enumerate(self._all_contests(), 1):
            yield {**contest, "@line": number}

    def _all_contests(self) -> Iterator[Record]:
        with self._export.open(self._name) as stream:
            for group in _Contests(stream, self._export.place(self._name)):
                yield from group.decode(_RECORDS)
        for election in parts(self._rest, "Election"):
            yield from parts(election, "Contest")


class _Contests(JsonElements):
    """The contests of a report in JSON, whose list stands in an election in a list of elections."""

    def __init__(self, stream: BinaryIO, place: str) -> None:
        super().__init__(stream, place, frozenset({"Contest"}))

    def _until_array(self, depth: int) -> tuple[str, int]:
        # Looked for are lists directly in the object: these stand two levels deeper, so it begins two levels outside.
        name, depth = super()._until_array(depth or -2)
        if name in self._seen:
            fix = "read elections one at a time"
            raise WrongShapeError("a report holds one election with its contests", "two lists of contests", fix)
        return name, depth


class XmlReport:
    """A report in XML, read from its beginning twice: definitions may stand behind the figures that use them."""

    def __init__(self, export: Export, name: str) -> None:
        self._export, self._name = export, name

    def definitions(self) -> Definitions:
        """Return what the figures refer to."""
        found = Definitions()
        wanted = frozenset((*_HEADER, *_OF_ELECTION, *_LISTS, "Contest"))
        for path, element in self._elements(wanted):
            name, where = local_name(element.tag), path.rpartition("/")[0] + "/"
            if where == _ROOT and name in _HEADER:
                found.header[name] = text(element.text)
            elif where == _ROOT + "Election/" and name in _OF_ELECTION:
                found.elections += name == "StartDate"
                found.header[name] = text(_record(element))
            elif where in (_ROOT, _ROOT + "Election/") and name in _LISTS:
                found.take(name, _as_object(element))
            elif where == _ROOT + "Election/" and name == "Contest":
                found.outline(_record(element, _OUTLINE))
        return found

    def contests(self) -> Iterator[Record]:
        """Yield the contests with their figures; `@line` is the line of the file."""
        for _, element in self._elements(frozenset(("Contest",))):
            yield _as_object(element)

    def _elements(self, wanted: frozenset[str]) -> Iterator[tuple[str, Any]]:
        with self._export.open(self._name) as stream:
            yield from elements(stream, self._export.place(self._name), wanted)


def _as_object(element: Any) -> Record:
    record = _record(element)
    return record if isinstance(record, dict) else {}


def _record(element: Any, wanted: frozenset[str] = frozenset()) -> Any:
    """Return an element as a record, with its children `wanted` or all; one without any and attributes as its text."""
    language = key = kind = None
    if element.keys():
        language, key, kind = element.get("Language"), element.get("ObjectId"), element.get(_TYPE)
    if language is not None:
        return {"Content": element.text or "", "Language": language}
    if not len(element) and key is None and kind is None and not wanted:
        return (element.text or "").strip()
    record: Record = {"@line": element.sourceline}
    if key is not None:
        record["@id"] = key
    if kind is not None:
        record["@type"] = kind.rpartition(":")[2]
    for child in element:
        name = local_name(child.tag)
        if not wanted or name in wanted:
            record.setdefault(name, []).append(_record(child))
    return record
