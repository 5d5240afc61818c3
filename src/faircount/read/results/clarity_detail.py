"""Clarity (SOE) detail.xml, also inside detailxml.zip: totals of every contest by way of voting and county or precinct.

A state's file has counties, which are jurisdictions; a county's file has precincts, and its `Region` is the
jurisdiction. Its votes of type `Total Votes` have counting group null.
"""

import re
from collections.abc import Iterator
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.results.clarity_words import ONE_NAME, date_of, kind_of, title_of, told_apart
from faircount.read.results.results_words import NO_MEASURE, measure_of
from faircount.read.syntax.csv_rows import figure_of, head_of_the_file, the_file
from faircount.read.syntax.seen_names import SeenNames
from faircount.read.syntax.xml_elements import elements, local_name, root_of

_FACTS = {"ElectionName": "election_name", "ElectionDate": "election_date", "Timestamp": "generated"}
_TURNOUT = ("ElectionVoterTurnout", "VoterTurnout")
_WANTED = frozenset((*_FACTS, *_TURNOUT, "Region", "Contest"))
_UNITS = ("County", "Precinct")
_SIGN = re.compile(rb"<(Contest|ElectionVoterTurnout|VoterTurnout|Region|ElectionName)\b")

Element = Any


def recognise(export: Export) -> Recognition | None:
    """Look for an `ElectionResult` with what only this format has in it."""
    head = head_of_the_file(export)
    root = root_of(head)
    if root is None or root[0] != "ElectionResult" or not _SIGN.search(head):
        return None
    return Recognition(98, "", "an ElectionResult of Clarity's, with turnout and contests")


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield contests, choices, figures and turnout; `row` is the line in the file.

    Raises `BadInputError` for XML that is cut short or malformed, and for a file without any contest.
    """
    name = the_file(export)
    builder = BatchBuilder()
    detail = _Detail(name, builder)
    with export.open(name) as stream:
        for path, element in elements(stream, export.place(name), _WANTED):
            if path.count("/") == 2:  # `/ElectionResult/Contest`; deeper ones are parts of these
                detail.take(element)
            if builder.full:
                yield builder.build()
    if not detail.contests:
        raise BadInputError(export.place(name), "a detail file holds at least one contest", "none")
    detail.tell()
    for number, other in enumerate(export.names):
        builder.add_companion(export, number, other, detail.rows if other == name else 0)
    yield builder.finish(export, export.names)


class _Detail:
    """Where the walk through the file stands."""

    def __init__(self, name: str, builder: BatchBuilder) -> None:
        self.rows = self.contests = 0
        self._titles = SeenNames()
        self._name, self._builder = name, builder
        self._region = ""
        self._unfinished = 0
        self._of_county = False
        self._shared = False

    def take(self, element: Element) -> None:
        """Take what an element below the root says."""
        tag = local_name(element.tag)
        value = (element.text or "").strip()
        if tag == "Region":
            self._region = value
        elif tag in _FACTS:
            self._builder.tell(_FACTS[tag], date_of(value) if tag == "ElectionDate" else value)
        elif tag in _TURNOUT:
            self._turnout(element)
        else:
            self._contest(element)

    def tell(self) -> None:
        """Say of what place the figures are, and where precincts were still to report."""
        self._builder.tell("jurisdiction", self._region)
        if self._shared:
            self._builder.tell("note", ONE_NAME)
        if self._unfinished:
            contests = "1 contest" if self._unfinished == 1 else f"{self._unfinished:,} contests"
            self._builder.tell("partial", f"not all units had reported in {contests}")

    def _turnout(self, element: Element) -> None:
        units = [unit for name in _UNITS for unit in element.iterfind(f".//{{*}}{name}")]
        self._of_county = any(local_name(unit.tag) == "Precinct" for unit in units)
        for one in (element, *units):
            ballots = figure_of(one.get("ballotsCast", ""))
            for attribute, measure in (("totalVoters", "registered"), ("ballotsCast", "ballots_cast")):
                if measure == "registered" and figure_of(one.get(attribute, "")) == 0 and ballots:
                    self._builder.leave_out("0 registered voters beside ballots cast: not stated")
                    continue
                self._figure("turnout", one, attribute, **self._place(one), measure=measure)

    def _contest(self, element: Element) -> None:
        title, allowed = title_of(element.get("text", ""))
        line, key = element.sourceline, element.get("key")
        if not title:
            self._builder.reject(self._name, line, "a contest has a title", column="text", value=str(key))
            return
        if title in self._titles:  # two parties' committees of one precinct, for instance
            title = f"{title} ({key})"
            if title in self._titles:
                rule = "contests of one title have different keys"
                self._builder.reject(self._name, line, rule, column="key", value=title)
                return
        stated = figure_of(element.get("voteFor", ""))
        self._builder.add("contests", contest=title, key=key, votes_allowed=stated if stated else allowed,
                          place=self.contests)  # fmt: skip
        self.contests += self._titles.add(title)
        self._of_county |= element.find(".//{*}Precinct") is not None
        for level in ("counties", "precincts"):
            done, all_of_them = (figure_of(element.get(level + end, "")) for end in ("Reported", "Participating"))
            if done is not None and all_of_them is not None and done < all_of_them:
                self._unfinished += 1
                break
        measures = list(element.iterfind("{*}VoteType"))
        for kind in measures:
            self._measure(kind, title)
        told = {measure_of(kind.get("name", "")) for kind in measures}
        choices = []
        for choice in element.iterfind("{*}Choice"):
            if measure := measure_of(_name(choice)):
                self._no_choice(choice, title, measure, told)
            else:
                choices.append(choice)
        labels = told_apart([(_name(c), c.get("party", "").strip(), c.get("key", "")) for c in choices])
        self._shared |= any(label != _name(choice) for choice, label in zip(choices, labels, strict=True))
        for place, (choice, label) in enumerate(zip(choices, labels, strict=True)):
            self._choice(choice, title, place, label)

    def _measure(self, kind: Element, title: str) -> None:
        """Take undervotes or overvotes of a contest."""
        measure = measure_of(kind.get("name", ""))
        if measure not in ("undervotes", "overvotes", "ballots_cast", "registered"):
            self._builder.leave_out(f"{kind.get('name', '')!r} is no measure of the tables")
            return
        for one in (kind, *kind):
            self._figure("reported", one, "votes", **self._place(one), contest=title, measure=measure)

    def _no_choice(self, element: Element, title: str, measure: str, told: set[str | None]) -> None:
        """Take `Under Votes` or its like, where it stands as a choice, as the measure that it is."""
        if measure in NO_MEASURE:
            self._builder.leave_out(NO_MEASURE[measure])
        elif measure in told:
            self._builder.leave_out(f"{measure} among the choices, which the contest also states")
        else:
            self._votes(element, _name(element), {"contest": title, "measure": measure})

    def _choice(self, element: Element, title: str, place: int, name: str) -> None:
        party = element.get("party", "").strip() or None
        if not name:
            self._builder.reject(self._name, element.sourceline, "a choice has a name", column="text", value=title)
            return
        self._builder.add("choices", contest=title, choice=name, key=element.get("key"), party=party,
                          kind=kind_of(_name(element)), place=place)  # fmt: skip
        self._votes(element, name, {"contest": title, "choice": name, "party": party, "measure": "votes"})

    def _votes(self, element: Element, name: str, key: dict[str, str | None]) -> None:
        """Take the figures of a choice: its total, and those by way of voting and by unit."""
        self._figure("reported", element, "totalVotes", **self._place(element), **key)
        for kind in element.iterfind("{*}VoteType"):
            way = kind.get("name", "").strip()
            group = None if measure_of(way) == "votes" else re.sub(r"\s+votes?$", "", way, flags=re.IGNORECASE) or None
            if group is not None:
                self._figure("reported", kind, "votes", **self._place(kind), **key, counting_group=group)
            elif kind.get("votes") != element.get("totalVotes"):
                rule = "a choice's total votes are the votes of type `Total Votes`"
                found = f"{key['contest']} | {name}: {element.get('totalVotes')} and {kind.get('votes')}"
                self._builder.reject(self._name, kind.sourceline, rule, column="votes", value=found)
            for one in kind:
                self._figure("reported", one, "votes", **self._place(one), **key, counting_group=group)

    def _place(self, element: Element) -> dict[str, str | None]:
        tag, name = local_name(element.tag), element.get("name", "").strip() or None
        if tag == "County":
            return {"jurisdiction": name}
        jurisdiction = (self._region or None) if self._of_county else None
        return {"jurisdiction": jurisdiction, "precinct": name if tag == "Precinct" else None}

    def _figure(self, table: str, element: Element, attribute: str, **key: object) -> None:
        """Add one figure; an attribute that the file leaves out states nothing."""
        text = element.get(attribute)
        if text is None:
            return
        count = figure_of(text)
        if count is None:
            found = " | ".join(str(v) for v in (repr(text), *key.values()) if v is not None)
            rule = "a figure is a whole number"
            self._builder.reject(self._name, element.sourceline, rule, column=attribute, value=found)
            return
        self.rows += 1
        self._builder.add(table, **key, count=count, claim="reported", row=element.sourceline)


def _name(choice: Element) -> str:
    return str(choice.get("text", "")).strip()


READER = Reader(
    name="clarity-detail-xml",
    title="Clarity detail.xml",
    source="detail.xml of Colorado's general election of 2024; the parser openelections/clarify",
    gives=("reported", "turnout", "contests", "choices", "files", "facts", "rejected"),
    recognise=recognise,
    plan=one_part,  # one document
    read=read,
)
