"""San Francisco's `summary.xml`: the Election Summary Report of Dominion Democracy Suite as SSRS writes XML.

Its attributes are named after text boxes of the printed report. What each holds was read off the general election of
5 November 2024, whose figures balance: votes + undervotes + overvotes = ballots × votes allowed in all 53 contests.
"""

import re
from collections.abc import Iterator
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.csv_rows import figure_of, the_file
from faircount.read.syntax.xml_elements import elements, local_name

_SIGNS = (re.compile(rb"<(\w+:)?Report\b"), re.compile(rb"<(\w+:)?(ContestIdGroup|electorGroupId2)\b"))
_BY_GROUP = {"ballotsTextBox": "ballots_cast", "undervotes": "undervotes", "Textbox36": "overvotes"}
"""Attribute of a `cgId2` → measure. `undervotes1` is blanks (under + over), the others are not totals of votes."""
_IN_ALL = {"undervotes3": "undervotes", "overvotes2": "overvotes"}
_OF_REPORTED = re.compile(r"([\d,]+) of ([\d,]+)")
_WANTED = frozenset(("Title", "electorGroupId2", "Details", "ContestIdGroup"))

Element = Any


def recognise(export: Export) -> Recognition | None:
    """Look for a `Report` with contest groups in the only file, whatever its name."""
    if len(export.names) != 1:
        return None  # beside the JSON export of its election, the folder is that export
    try:
        head = export.head(export.names[0])
    except BadInputError:
        return None
    if not all(sign.search(head) for sign in _SIGNS):
        return None
    return Recognition(96, "", "an Election Summary Report in XML, with contest and elector groups")


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield totals of contests and turnout, in all and by counting group; `row` is the line in the file.

    Raises `BadInputError` for XML that is cut short, malformed, or brings a document type of its own.
    """
    name = the_file(export)
    builder, report = BatchBuilder(), _Summary(export, name)
    with export.open(name) as stream:
        for _, element in elements(stream, export.place(name), _WANTED):
            report.take(element, builder)
            if builder.full:
                yield builder.build()
    if not report.contests:
        raise BadInputError(export.place(name), "a summary report holds at least one contest", "none")
    builder.add_companion(export, 0, name, report.rows)
    yield builder.finish(export, [name])


class _Summary:
    """Where the walk through the report stands."""

    def __init__(self, export: Export, name: str) -> None:
        self.place, self.name = export.place(name), name
        self.contests = self.rows = 0
        self._batch_group: Element = None

    def take(self, element: Element, builder: BatchBuilder) -> None:
        """Take what a complete element says."""
        tag = local_name(element.tag)
        if tag == "ContestIdGroup":
            self.contests += 1
            group = next(element.iterancestors("{*}TabBatchGroup"), None)
            if self.contests > 1 and group is not self._batch_group:
                # One group a tabulator or batch: their contests would look like one contest reported many times.
                rule = "the report states the election as a whole, in one TabBatchGroup"
                raise BadInputError(f"{self.place}, line {element.sourceline}", rule, "a second one")
            self._batch_group = group
            self._contest(element, builder)
        elif tag == "electorGroupId2":
            self._turnout(element, builder)
        elif tag == "Title":
            for title in element.iterfind("{*}Report"):
                builder.tell("election_name", title.get("Textbox3", ""))
                builder.tell("election_date", title.get("Textbox9", "")[:10])
                builder.tell("jurisdiction", title.get("Textbox2", ""))
                builder.tell("report_title", " · ".join(title.get("Textbox8", "").split("\n")))
        elif element.get("reported"):
            self._precincts(element.get("reported"), builder)

    def _precincts(self, text: str, builder: BatchBuilder) -> None:
        builder.tell("precincts_reported", text.partition(":")[2])
        found = _OF_REPORTED.search(text)
        if found and found[1] != found[2]:
            builder.tell("partial", f"{found[1]} of {found[2]} precincts reported")

    def _turnout(self, element: Element, builder: BatchBuilder) -> None:
        elector_group = element.get("electorGroupId2", "").strip()
        if elector_group != "Total":  # in primaries: the voters of a party, a part of the total that follows
            builder.leave_out(f"turnout of the elector group {elector_group!r}, a part of the total")
            return
        for measure, attribute in (
            ("cards_cast", "ballots2"),
            ("ballots_cast", "ballots3"),
            ("registered", "Textbox32"),
        ):
            self._figure(builder, "turnout", element, attribute, measure=measure)
        for one in element.iterfind(".//{*}Details1"):
            group = one.get("countingGroup1", "").strip()
            self._figure(builder, "turnout", one, "ballots1", measure="cards_cast", counting_group=group)
            self._figure(builder, "turnout", one, "Textbox171", measure="ballots_cast", counting_group=group)

    def _contest(self, element: Element, builder: BatchBuilder) -> None:
        """Take one contest. Of a ranked contest these are figures of the first round, and the only ones there are:
        votes are first preferences that count, undervotes and overvotes those of round one, nothing of later rounds.
        """
        title = element.get("contestId", "").strip()
        if not title:
            builder.reject(self.name, element.sourceline, "a contest has a title", value="contestId")
            return
        for one in element.iterfind("{*}ContestStatistics//{*}Textbox9"):
            if "ballots2" in one.attrib:
                cast, _, registered = one.get("ballots2").partition("/")
                self._number(builder, "reported", one, cast, contest=title, measure="ballots_cast")
                if registered.strip():
                    self._number(builder, "reported", one, registered, contest=title, measure="registered")
            for attribute, measure in _IN_ALL.items():
                self._figure(builder, "reported", one, attribute, contest=title, measure=measure)
        for one in element.iterfind("{*}ContestStatistics//{*}cgId2"):
            group = one.get("cgId2", "").strip()
            for attribute, measure in _BY_GROUP.items():
                self._figure(builder, "reported", one, attribute, contest=title, measure=measure, counting_group=group)
        results = element.find("{*}CandidateResults/{*}Report")
        if results is not None:
            self._choices(results, title, builder)

    def _choices(self, results: Element, title: str, builder: BatchBuilder) -> None:
        qualified = results.findall("{*}Tablix2/{*}writeinGroup2_Collection/{*}writeinGroup2")
        for line in results.iterfind("{*}Tablix1/{*}chGroup_Collection/{*}chGroup"):
            named = line.find("{*}candidateNameTextBox4")
            if named is None:
                builder.reject(self.name, line.sourceline, "a line of results names its choice", value="chGroup")
                continue
            choice = named.get("candidateNameTextBox4", "").strip()
            # A party group repeats the line's votes by party; a filled write-in group marks the line of write-ins.
            if qualified and line.find("{*}writeinGroup_Collection/{*}writeinGroup") is not None:
                self._unqualified(results, named, title, choice, builder)
                continue
            self._votes(builder, named.find("{*}Textbox13"), "vot8", title, choice)
            for one in named.iterfind(".//{*}cgGroup"):
                self._votes(builder, one, "vot7", title, choice, one.get("countingGroupName", ""))
        for one in qualified:
            choice = one.get("name", "").strip()
            self._votes(builder, one.find(".//{*}Textbox1"), "votes2", title, choice)
            for group in one.iterfind(".//{*}cgGroup2"):
                self._votes(builder, group, "votes", title, choice, group.get("cgName", ""))

    def _unqualified(self, results: Element, line: Element, title: str, choice: str, builder: BatchBuilder) -> None:
        """Take the write-ins without those listed by name: their line states both together, which would count twice."""
        total = line.find("{*}Textbox13")
        rest = results.find("{*}Tablix2/{*}Textbox4/{*}Textbox1")
        names = results.findall("{*}Tablix2/{*}writeinGroup2_Collection//{*}Textbox1")
        self._votes(builder, rest, "remainingUnresolved1", title, choice)
        for one in results.iterfind("{*}Tablix2/{*}Textbox4//{*}cgGroup2"):
            self._votes(builder, one, "remainingUnqualified_cg", title, choice, one.get("cgName", ""))
        stated = figure_of(total.get("vot8", "")) if total is not None else None
        parts = [figure_of(one.get("votes2", "")) for one in names]
        parts.append(figure_of(rest.get("remainingUnresolved1", "")) if rest is not None else None)
        if stated != sum(n for n in parts if n is not None):
            rule = "the line of write-ins is the sum of those listed by name and the rest"
            builder.reject(self.name, line.sourceline, rule, column="vot8", value=f"{title}: {stated} and {parts}")

    def _votes(
        self, builder: BatchBuilder, element: Element, attribute: str, title: str, choice: str, group: str = ""
    ) -> None:
        key = {"contest": title, "choice": choice, "measure": "votes"}
        if group.strip():
            key["counting_group"] = group.strip()
        self._figure(builder, "reported", element, attribute, **key)

    def _figure(self, builder: BatchBuilder, table: str, element: Element, attribute: str, **key: str) -> None:
        """Take the figure in `attribute`; an attribute that the report leaves out states nothing."""
        if element is not None and attribute in element.attrib:
            self._number(builder, table, element, element.get(attribute), column=attribute, **key)

    def _number(
        self, builder: BatchBuilder, table: str, element: Element, text: str, column: str = "ballots2", **key: str
    ) -> None:
        count = figure_of(text)
        if count is None:
            what = ", ".join(key.values())
            found = f"{text!r} ({what})"
            builder.reject(self.name, element.sourceline, "a figure is a whole number", column=column, value=found)
            return
        self.rows += 1
        builder.add(table, **key, count=count, claim="reported", row=element.sourceline)


READER = Reader(
    name="sf-summary-xml",
    title="San Francisco summary.xml",
    source="summary.xml of the San Francisco general election of 5 November 2024 (Election Summary Report, SSRS)",
    gives=("reported", "turnout", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,  # one document
    read=read,
)
