"""San Francisco's `summary.xml`: the Election Summary Report of Dominion Democracy Suite as SSRS writes XML.

Its attributes are named after text boxes of the printed report. What each holds was read off the general election of
5 November 2024, whose figures balance: votes + undervotes + overvotes = ballots × votes allowed in all 53 contests.
"""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from faircount.model import BadInputError, Batch
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results_rows import Gathered, count_of, survey

_SIGNS = (re.compile(rb"<(\w+:)?Report\b"), re.compile(rb"<(\w+:)?(ContestIdGroup|electorGroupId2)\b"))
_BY_GROUP = {"ballotsTextBox": "ballots_cast", "undervotes": "undervotes", "Textbox36": "overvotes"}
"""Attribute of a `cgId2` → measure. `undervotes1` is blanks (under + over), the others are not totals of votes."""
_IN_ALL = {"undervotes3": "undervotes", "overvotes2": "overvotes"}
_OF_REPORTED = re.compile(r"([\d,]+) of ([\d,]+)")

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
    name = part.members[0]
    gathered, report = Gathered(), _Summary(export, name)
    surveyed = survey(export, name)
    try:
        with export.open(name) as stream:
            events = etree.iterparse(
                stream, events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True,
                huge_tree=False, remove_comments=True, remove_pis=True,
            )  # fmt: skip
            for event, element in events:
                if event == "start":
                    report.enter(element)
                else:
                    report.leave(element, gathered)
                if gathered.full():
                    yield gathered.flush()
    except etree.XMLSyntaxError as error:
        raise BadInputError(
            f"{export.place(name)}, line {error.lineno}", "the file is well-formed XML to its end", error.msg,
            "the copy may be cut short: fetch it again",
        ) from error  # fmt: skip
    if not report.contests:
        raise BadInputError(export.place(name), "a summary report holds at least one contest", "none")
    # XML says its encoding itself; the survey's guess is for text that does not.
    gathered.file(export, name, dataclasses.replace(surveyed, encoding=""), report.rows)
    yield gathered.finish(export, [name])


class _Summary:
    """Where the walk through the report stands."""

    def __init__(self, export: Export, name: str) -> None:
        self.place, self.name = export.place(name), name
        self.contests = self.rows = self._batch_groups = 0

    def enter(self, element: Element) -> None:
        """Refuse a document type before anything in it is used: it is where entities multiply."""
        if element.getparent() is None and element.getroottree().docinfo.internalDTD is not None:
            raise BadInputError(
                self.place, "a report has no document type", "<!DOCTYPE …>", "ask for the file as exported"
            )
        if _tag(element) == "TabBatchGroup":
            self._batch_groups += 1
            if self._batch_groups > 1:
                # One group a tabulator or batch: their contests would look like one contest reported many times.
                rule = "the report states the election as a whole, in one TabBatchGroup"
                raise BadInputError(f"{self.place}, line {element.sourceline}", rule, "a second one")

    def leave(self, element: Element, gathered: Gathered) -> None:
        """Take what a complete element says, then let it go."""
        tag = _tag(element)
        if tag == "ContestIdGroup":
            self.contests += 1
            self._contest(element, gathered)
            element.clear()
        elif tag == "electorGroupId2":
            self._turnout(element, gathered)
        elif tag == "Report" and element.get("Name") == "Title":
            gathered.fact("election_name", element.get("Textbox3", ""))
            gathered.fact("election_date", element.get("Textbox9", "")[:10])
            gathered.fact("jurisdiction", element.get("Textbox2", ""))
            gathered.fact("report_title", " · ".join(element.get("Textbox8", "").split("\n")))
        elif tag == "Details" and element.get("reported"):
            self._precincts(element.get("reported"), gathered)

    def _precincts(self, text: str, gathered: Gathered) -> None:
        gathered.fact("precincts_reported", text.partition(":")[2])
        found = _OF_REPORTED.search(text)
        if found and found[1] != found[2]:
            gathered.fact("partial", f"{found[1]} of {found[2]} precincts reported")

    def _turnout(self, element: Element, gathered: Gathered) -> None:
        elector_group = element.get("electorGroupId2", "").strip()
        if elector_group != "Total":  # in primaries: the voters of a party, a part of the total that follows
            gathered.leave_out(f"turnout of the elector group {elector_group!r}, a part of the total")
            return
        for measure, attribute in (
            ("cards_cast", "ballots2"),
            ("ballots_cast", "ballots3"),
            ("registered", "Textbox32"),
        ):
            self._figure(gathered, "turnout", element, attribute, measure=measure)
        for one in element.iterfind(".//{*}Details1"):
            group = one.get("countingGroup1", "").strip()
            self._figure(gathered, "turnout", one, "ballots1", measure="cards_cast", counting_group=group)
            self._figure(gathered, "turnout", one, "Textbox171", measure="ballots_cast", counting_group=group)

    def _contest(self, element: Element, gathered: Gathered) -> None:
        """Take one contest. Of a ranked contest these are figures of the first round, and the only ones there are:
        votes are first preferences that count, undervotes and overvotes those of round one, nothing of later rounds.
        """
        title = element.get("contestId", "").strip()
        if not title:
            gathered.reject(self.name, element.sourceline, "a contest has a title", "contestId")
            return
        for one in element.iterfind("{*}ContestStatistics//{*}Textbox9"):
            if "ballots2" in one.attrib:
                cast, _, registered = one.get("ballots2").partition("/")
                self._number(gathered, "reported", one, cast, contest=title, measure="ballots_cast")
                if registered.strip():
                    self._number(gathered, "reported", one, registered, contest=title, measure="registered")
            for attribute, measure in _IN_ALL.items():
                self._figure(gathered, "reported", one, attribute, contest=title, measure=measure)
        for one in element.iterfind("{*}ContestStatistics//{*}cgId2"):
            group = one.get("cgId2", "").strip()
            for attribute, measure in _BY_GROUP.items():
                self._figure(gathered, "reported", one, attribute, contest=title, measure=measure, counting_group=group)
        results = element.find("{*}CandidateResults/{*}Report")
        if results is not None:
            self._choices(results, title, gathered)

    def _choices(self, results: Element, title: str, gathered: Gathered) -> None:
        qualified = results.findall("{*}Tablix2/{*}writeinGroup2_Collection/{*}writeinGroup2")
        for line in results.iterfind("{*}Tablix1/{*}chGroup_Collection/{*}chGroup"):
            named = line.find("{*}candidateNameTextBox4")
            if named is None:
                gathered.reject(self.name, line.sourceline, "a line of results names its choice", "chGroup")
                continue
            choice = named.get("candidateNameTextBox4", "").strip()
            # A party group repeats the line's votes by party; a filled write-in group marks the line of write-ins.
            if qualified and line.find("{*}writeinGroup_Collection/{*}writeinGroup") is not None:
                self._unqualified(results, named, title, choice, gathered)
                continue
            self._votes(gathered, named.find("{*}Textbox13"), "vot8", title, choice)
            for one in named.iterfind(".//{*}cgGroup"):
                self._votes(gathered, one, "vot7", title, choice, one.get("countingGroupName", ""))
        for one in qualified:
            choice = one.get("name", "").strip()
            self._votes(gathered, one.find(".//{*}Textbox1"), "votes2", title, choice)
            for group in one.iterfind(".//{*}cgGroup2"):
                self._votes(gathered, group, "votes", title, choice, group.get("cgName", ""))

    def _unqualified(self, results: Element, line: Element, title: str, choice: str, gathered: Gathered) -> None:
        """Take the write-ins without those listed by name: their line states both together, which would count twice."""
        total = line.find("{*}Textbox13")
        rest = results.find("{*}Tablix2/{*}Textbox4/{*}Textbox1")
        names = results.findall("{*}Tablix2/{*}writeinGroup2_Collection//{*}Textbox1")
        self._votes(gathered, rest, "remainingUnresolved1", title, choice)
        for one in results.iterfind("{*}Tablix2/{*}Textbox4//{*}cgGroup2"):
            self._votes(gathered, one, "remainingUnqualified_cg", title, choice, one.get("cgName", ""))
        stated = count_of(total.get("vot8", "")) if total is not None else None
        parts = [count_of(one.get("votes2", "")) for one in names]
        parts.append(count_of(rest.get("remainingUnresolved1", "")) if rest is not None else None)
        if stated != sum(n for n in parts if n is not None):
            rule = "the line of write-ins is the sum of those listed by name and the rest"
            gathered.reject(self.name, line.sourceline, rule, f"{title}: {stated} and {parts}", "vot8")

    def _votes(
        self, gathered: Gathered, element: Element, attribute: str, title: str, choice: str, group: str = ""
    ) -> None:
        key = {"contest": title, "choice": choice, "measure": "votes"}
        if group.strip():
            key["counting_group"] = group.strip()
        self._figure(gathered, "reported", element, attribute, **key)

    def _figure(self, gathered: Gathered, table: str, element: Element, attribute: str, **key: str) -> None:
        """Take the figure in `attribute`; an attribute that the report leaves out states nothing."""
        if element is not None and attribute in element.attrib:
            self._number(gathered, table, element, element.get(attribute), column=attribute, **key)

    def _number(
        self, gathered: Gathered, table: str, element: Element, text: str, column: str = "ballots2", **key: str
    ) -> None:
        count = count_of(text)
        if count is None:
            what = ", ".join(key.values())
            gathered.reject(self.name, element.sourceline, "a figure is a whole number", f"{text!r} ({what})", column)
            return
        self.rows += 1
        gathered.add(table, **key, count=count, claim="reported", row=element.sourceline)


def _tag(element: Element) -> str:
    return str(etree.QName(element).localname)


READER = Reader(
    name="sf-summary-xml",
    title="San Francisco summary.xml",
    source="summary.xml of the San Francisco general election of 5 November 2024 (Election Summary Report, SSRS)",
    gives=("reported", "turnout", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,
    read=read,
)
