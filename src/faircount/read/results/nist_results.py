"""NIST SP 1500-100 version 2, Election Results Common Data Format, in JSON and in XML: totals of contests by unit.

`VoteCounts` of type `total` have counting group null, any other type is the counting group. Figures that say how they
were counted (`DeviceClass`) are parts of those that do not. Counts withheld for privacy are no zeros: the report is
then a part of the whole.
"""

import re
from collections.abc import Iterator

from faircount.model import BadInputError, Batch, batch_label
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results.nist_results_records import (
    Definitions,
    JsonReport,
    Record,
    WrongShapeError,
    XmlReport,
    district_of,
    in_district,
    one,
    parts,
    refs,
    text,
)
from faircount.read.results.nist_results_units import Place, Units
from faircount.read.results.round_figures import measure_of_round
from faircount.read.syntax.csv_rows import figure_of, head_of_the_file, the_file
from faircount.read.syntax.xml_elements import root_of

_JSON = re.compile(rb'"@type"\s*:\s*"ElectionResults\.')
_VERSION = re.compile(r"1500-100/v(\d+)|NIST_V(\d+)_election_results")
WRITE_IN = "Write-in"
Located = tuple[Record, list[str]]
"""Counts, and the ids of the units that they are of."""
_PARTIAL = {
    "pre-election": "the report is from before the election",
    "unofficial-partial": "the report is unofficial and partial",
}
_NO_FIGURE = {
    "seats": "seats won are not votes",
    "write-in": "figures of type write-in, a part of the others",
}


def recognise(export: Export) -> Recognition | None:
    """Look for an `ElectionReport` in XML of NIST's namespace, or for the types of its classes in JSON."""
    head = head_of_the_file(export)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return Recognition(97, "2", "a NIST election report in JSON") if _JSON.search(head) else None
    root = root_of(head)
    version = _VERSION.search(root[1]) if root and root[0] == "ElectionReport" else None
    if version is None:
        return None
    return Recognition(97, version[1] or version[2], f"a NIST election report in XML, {root[1] if root else ''}")


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield contests, choices, figures and turnout; `row` is the line in XML, the contest's number in JSON.

    Raises `BadInputError` for version 1, whose elements are others, for more than one election in a report, and for a
    report without any contest.
    """
    name = the_file(export)
    place = export.place(name)
    found = recognise(export)
    if found and found.version == "1":
        fix = "NIST publishes a conversion from version 1 to 2"
        raise BadInputError(place, "an election report is of version 2 of SP 1500-100", "version 1", fix)
    try:
        yield from _read(export, name, found.version if found else "2")
    except WrongShapeError as error:
        raise BadInputError(place, *error.args) from error


def _read(export: Export, name: str, version: str) -> Iterator[Batch]:
    is_json = export.head(name).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    report = JsonReport(export, name) if is_json else XmlReport(export, name)
    definitions = report.definitions()
    if definitions.elections != 1 or not definitions.contests:
        rule = "a report holds one election with its contests"
        stated = f"{definitions.elections} elections with {definitions.contests} contests"
        raise BadInputError(export.place(name), rule, stated, "read elections one at a time")
    builder = BatchBuilder()
    figures = Figures(name, definitions, builder)
    figures.tell(version)
    figures.turnout()
    for contest in report.contests():
        figures.contest(contest)
        if builder.full:
            yield builder.build()
    figures.tell_withheld()
    for number, other in enumerate(export.names):
        builder.add_companion(export, number, other, figures.rows if other == name else 0)
    yield builder.finish(export, export.names)


class Figures:
    """The figures of one report on their way into tables."""

    def __init__(self, file: str, definitions: Definitions, builder: BatchBuilder) -> None:
        self.rows = 0
        self._file, self._definitions, self._builder = file, definitions, builder
        self._units = Units(definitions.units, definitions.header.get("ElectionScopeId", ""))
        self._withheld = self._number = 0
        self._twins, self._twins_in_district = definitions.twins()

    def tell(self, version: str) -> None:
        """Add what the report says of itself."""
        header, tell = self._definitions.header, self._builder.tell
        tell("election_name", header.get("Name", ""))
        tell("election_date", header.get("StartDate", "")[:10])
        tell("jurisdiction", self._units.name(header.get("ElectionScopeId", "")))
        tell("version", version)
        for fact, field in (("status", "Status"), ("issuer", "Issuer"), ("generated", "GeneratedDate"),
                            ("vendor_application", "VendorApplicationId"), ("note", "Notes")):  # fmt: skip
            tell(fact, header.get(field, ""))
        tell("partial", _PARTIAL.get(header.get("Status", ""), ""))
        if header.get("SequenceEnd", "1") not in ("", "0", "1"):
            tell("partial", f"report {header.get('SequenceStart', '?')} of {header['SequenceEnd']} of a series")
        if header.get("IsTest", "").casefold() == "true":
            tell("note", "the report says that it is a test")

    def tell_withheld(self) -> None:
        """Say how many figures the report keeps back."""
        if self._withheld:
            figures = "1 figure is" if self._withheld == 1 else f"{self._withheld:,} figures are"
            self._builder.tell("partial", f"{figures} withheld for privacy")

    def turnout(self) -> None:
        """Add ballots cast by unit and way of voting, and voters registered and taking part."""
        counts = [(c, refs(c, "GpUnitId")) for c in self._definitions.ballot_counts]
        for key, unit in self._definitions.units.items():
            counts += [(c, [key]) for c in parts(unit, "SummaryCounts")]
            for field, measure in (("VotersRegistered", "registered"), ("VotersParticipated", "checked_in")):
                if field in unit:
                    self._figure("turnout", unit, field, self._place(unit, [key], ""), measure=measure)
            if "PartyRegistration" in unit:
                self._builder.leave_out("registered voters by party")
        for count, _ in counts:
            for field in ("BallotsOutstanding", "BallotsRejected"):
                if field in count:
                    self._builder.leave_out(f"{field} is no measure of the tables")
        for count, group, keys, _ in self._plain([(c, keys) for c, keys in counts if "BallotsCast" in c]):
            self._figure("turnout", count, "BallotsCast", self._place(count, keys, ""), measure="ballots_cast",
                         counting_group=group)  # fmt: skip

    def contest(self, contest: Record) -> None:
        """Add one contest with its choices and figures."""
        title, district = self._title(contest), district_of(contest)
        if not title:
            self._builder.reject(self._file, self._line(contest), "a contest has a name", value=str(contest.get("@id")))
            return
        variation = text(one(contest, "VoteVariation"))
        self._builder.add(
            "contests", contest=title, key=_id_of(contest), place=self._number, district=self._units.name(district),
            votes_allowed=self._whole(contest, "VotesAllowed"), seats=self._whole(contest, "NumberElected"),
            ranks=None if variation in ("", "rcv", "borda", "other") else 0,
        )  # fmt: skip
        self._number += 1
        selections = parts(contest, "ContestSelection", "BallotSelection")
        selections = sorted(selections, key=lambda s: figure_of(text(one(s, "SequenceOrder"))) or 0)
        seen: dict[str, int] = {}
        has_write_ins = False
        for selection, (choice, party, kind) in zip(selections, self._choices(selections), strict=True):
            has_write_ins |= kind == "write-in"
            if choice not in seen:
                seen[choice] = len(seen)
                self._builder.add("choices", contest=title, choice=choice, key=_id_of(selection), party=party,
                                  kind=kind, place=seen[choice])  # fmt: skip
            counts = [(c, refs(c, "GpUnitId")) for c in parts(selection, "VoteCounts")]
            for count, group, keys, number in self._plain(counts, kind != "regular"):
                place = self._place({"@line": self._line(contest), **count}, keys, district)
                self._figure("reported", {"@line": self._line(contest), **count}, "Count", place, contest=title,
                             choice=choice, party=party, measure=measure_of_round("votes", number),
                             counting_group=group)  # fmt: skip
        self._other_counts(contest, title, district, has_write_ins, len(seen))

    def _other_counts(self, contest: Record, title: str, district: str, has_write_ins: bool, choices: int) -> None:
        counts = [(c, refs(c, "GpUnitId")) for c in (*parts(contest, "OtherCounts"), *parts(contest, "SummaryCounts"))]
        fields = {"Overvotes": "overvotes", "Undervotes": "undervotes", "BallotsCast": "ballots_cast"}
        added = has_write_ins
        for count, group, keys, number in self._plain(counts):
            located = {"@line": self._line(contest), **count}
            place = self._place(located, keys, district)
            for field, measure in fields.items():
                if field in count:
                    named = measure if number == 1 else measure_of_round(measure, number)
                    self._figure("reported", located, field, place, contest=title, measure=named, counting_group=group)
            if "WriteIns" in count and has_write_ins:
                self._builder.leave_out("WriteIns beside a choice for write-ins, whose votes they are")
            elif "WriteIns" in count:
                if not added:
                    self._builder.add("choices", contest=title, choice=WRITE_IN, kind="write-in", place=choices)
                    added = True
                self._figure("reported", located, "WriteIns", place, contest=title, choice=WRITE_IN,
                             measure=measure_of_round("votes", number), counting_group=group)  # fmt: skip

    def _plain(self, counts: list[Located], write_in: bool = False) -> list[tuple[Record, str | None, list[str], int]]:
        """Return the counts that are figures of ours, each with its counting group, its unit and its round, 1 first.

        Of one unit, type and round, counts by class of device are read only where no count is for all devices.
        `write_in` says that they are a choice's for write-ins: those are its votes, unless it has others.
        """
        by_key: dict[tuple[str, str, int], list[Located]] = {}
        whole_of = {" ".join(keys) for count, keys in counts if text(one(count, "Type")) in ("", "total")}
        for count, keys in counts:
            kind = text(one(count, "Type"))
            kind = text(one(count, "OtherType")) or kind if kind == "other" else kind
            number = figure_of(text(one(count, "Round")) or "1")
            if kind == "write-in" and write_in and " ".join(keys) not in whole_of:
                kind = "total"
            if kind in _NO_FIGURE:
                self._builder.leave_out(_NO_FIGURE[kind])
            elif not number:
                self._builder.leave_out("figures whose round is no number")
            else:
                by_key.setdefault((" ".join(keys), kind, number), []).append((count, keys))
        found: list[tuple[Record, str | None, list[str], int]] = []
        for (_, kind, number), alike in by_key.items():
            group = None if kind in ("", "total") else kind
            whole = [pair for pair in alike if "DeviceClass" not in pair[0] and "Device" not in pair[0]]
            for _ in range(len(alike) - len(whole) if whole else 0):
                self._builder.leave_out("figures by class of device, parts of those for all devices")
            for count, keys in whole or alike:
                device = one(count, "DeviceClass", "Device") if len(alike) > 1 and not whole else None
                label = text(one(device, "Type")) if isinstance(device, dict) else ""
                found.append((count, batch_label(group, label) or None, keys, number))
        return found

    def _place(self, record: Record, keys: list[str], district: str) -> Place | None:
        """Return where a figure belongs; None, and the reason is kept, where it is not to be read."""
        if not keys:
            return None, None
        try:
            place = self._units.place(keys[0], district)
        except KeyError:
            rule = "GpUnitId names a unit of the report"
            self._builder.reject(self._file, self._line(record), rule, "add the unit", column="GpUnitId", value=keys[0])
            return None
        if isinstance(place, str):
            self._builder.leave_out(place)
            return None
        return place

    def _figure(self, table: str, record: Record, field: str, place: Place | None, **key: object) -> None:
        if place is None:
            return
        if text(one(record, "IsSuppressedForPrivacy")).casefold() == "true":
            self._withheld += 1
            return
        stated = text(one(record, field))
        count = figure_of(stated)
        if count is None:
            what = " | ".join(str(v) for v in (stated, *key.values(), *place) if v is not None)
            self._builder.reject(self._file, self._line(record), "a figure is a whole number", column=field, value=what)
            return
        self.rows += 1
        self._builder.add(table, **key, jurisdiction=place[0], precinct=place[1], count=count, claim="reported",
                          row=self._line(record))  # fmt: skip

    def _choices(self, selections: list[Record]) -> list[tuple[str, str | None, str]]:
        """Return name, party and kind of each choice of a contest; who share a name are told apart by their ids.

        Selections of the same candidates are one choice: a candidate of two parties may have a line for each.
        """
        found = [self._choice(selection) for selection in selections]
        keys = [" ".join(refs(s, "CandidateIds")) or str(s.get("@id", "")) for s in selections]
        bearers: dict[str, set[str]] = {}
        for (name, _, _), key in zip(found, keys, strict=True):
            bearers.setdefault(name, set()).add(key)
        return [
            (f"{name} ({key})" if kind != "write-in" and len(bearers[name]) > 1 else name, party, kind)
            for (name, party, kind), key in zip(found, keys, strict=True)
        ]

    def _choice(self, selection: Record) -> tuple[str, str | None, str]:
        """Return name, party and kind of a choice."""
        people = [self._definitions.candidates.get(key, {"BallotName": key}) for key in refs(selection, "CandidateIds")]
        parties = refs(selection, "EndorsementPartyIds", "PartyIds") or [k for c in people for k in refs(c, "PartyId")]
        named = [self._definitions.parties.get(key, {"Name": key}) for key in dict.fromkeys(parties)]
        party = " / ".join(text(one(p, "Abbreviation")) or text(one(p, "Name")) for p in named) or None
        is_write_in = text(one(selection, "IsWriteIn")).casefold() == "true"
        name = " / ".join(text(one(c, "BallotName")) for c in people)
        if name:
            return name, party, "qualified-write-in" if is_write_in else "regular"
        if is_write_in:
            return WRITE_IN, None, "write-in"
        if chosen := text(one(selection, "Selection")):
            return chosen, None, "regular"
        lists = " / ".join(text(one(p, "Name")) for p in named)
        return lists or str(selection.get("@id", "(no name)")), party, "regular"

    def _title(self, contest: Record) -> str:
        """Return the contest's name; of contests that bear one name, with the district, and if need be the id."""
        name, district = text(one(contest, "Name")), district_of(contest)
        if in_district(name, district) in self._twins_in_district:
            return f"{name} ({contest.get('@id', '')})"
        return f"{name} ({self._units.name(district)})" if name in self._twins else name

    def _whole(self, record: Record, field: str) -> int | None:
        number = figure_of(text(one(record, field)))
        return number if number is not None and 0 < number < 2**31 else None

    def _line(self, record: Record) -> int:
        return int(record.get("@line", self._number + 1))


def _id_of(record: Record) -> str | None:
    return None if record.get("@id") is None else str(record["@id"])


READER = Reader(
    name="nist-results",
    title="NIST election results report (SP 1500-100)",
    source="NIST SP 1500-100r2 and its schemas, usnistgov/ElectionResultsReporting, version 2; no sample",
    gives=("reported", "turnout", "contests", "choices", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,
    read=read,
)
