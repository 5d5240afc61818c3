"""NIST SP 1500-100 version 2: results by contest, choice and unit, as JSON."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from faircount.model import Choice, Contest, name_key
from faircount.write.cdf import as_json
from faircount.write.cdf_report import HELD_KINDS
from faircount.write.features import about
from faircount.write.writer import Figure, Loss, Material, Terms, Writer, kinds_lost

Object = dict[str, Any]
SCOPE, PROGRAM = "scope", "faircount"
_TYPES = {
    "election day": "election-day", "polls": "election-day", "in person": "election-day",
    "vote by mail": "absentee-mail", "mail": "absentee-mail", "by mail": "absentee-mail", "absentee": "absentee",
    "absentee by mail": "absentee-mail", "early": "early", "early voting": "early", "early vote": "early",
    "advance": "early", "advance in person": "early", "provisional": "provisional", "uocava": "uocava",
}  # fmt: skip
"""Name of a counting group, as its key → NIST's word for it."""
_RESIDUE = {"undervotes": "Undervotes", "overvotes": "Overvotes"}
_Unit = tuple[str | None, str | None]


class _Report:
    """Gathers the figures of a report: they are few, a contest's choices times its units."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.units: dict[_Unit, str] = {(None, None): SCOPE}
        self.groups: dict[str, tuple[str, str]] = {}
        self.votes: dict[tuple[str, str], list[Figure]] = {}
        self.residue: dict[str, dict[_Unit, dict[str, int | Fraction]]] = {}
        for figure in material.figures():
            unit = self._unit(figure.jurisdiction, figure.precinct)
            if figure.measure == "votes" and figure.choice is not None:
                self.votes.setdefault((figure.contest, figure.choice), []).append(figure)
            elif figure.measure in _RESIDUE:
                found = self.residue.setdefault(figure.contest, {}).setdefault(unit, {})
                field = _RESIDUE[figure.measure]
                found[field] = found.get(field, 0) + figure.count  # the format has no counting groups here
            if figure.counting_group and figure.counting_group not in self.groups:
                self.groups[figure.counting_group] = self._type(figure.counting_group)

    def _unit(self, jurisdiction: str | None, precinct: str | None) -> _Unit:
        unit = (jurisdiction, precinct)
        for one in ((jurisdiction, None), unit):
            if one not in self.units:
                self.units[one] = f"unit-{len(self.units)}"
        return unit

    def _type(self, group: str) -> tuple[str, str]:
        """Return NIST's word for a counting group, or `other` and the group's own name."""
        word = _TYPES.get(name_key(group), "")
        taken = {kind for kind, _ in self.groups.values()}
        return (word, "") if word and word not in taken else ("other", group)

    def document(self) -> Object:
        """Return the report."""
        material = self.material
        status = "unofficial-complete" if material.complete else "unofficial-partial"
        issuer = material.jurisdiction or "not stated"
        source = "counted from cast vote records" if material.recounted else "as reported in the sources"
        contests = [self._contest(number, terms) for number, terms in enumerate(material.contests, 1)]
        choices = [(n, at, c) for n, t in enumerate(material.contests, 1) for at, c in enumerate(t.contest.choices, 1)]
        parties = dict.fromkeys(choice.party for _, _, choice in choices if choice.party)
        self.parties = {party: f"party-{n}" for n, party in enumerate(parties, 1)}
        election: Object = {
            "@type": "ElectionResults.Election", "Name": _text(material.name or "not stated"), "Type": "other",
            "OtherType": "not stated", "StartDate": material.date, "EndDate": material.date, "ElectionScopeId": SCOPE,
            "Candidate": [self._candidate(n, at, c) for n, at, c in choices if c.kind != "write-in"],
            "Contest": contests,
        }  # fmt: skip
        return {
            "@type": "ElectionResults.ElectionReport",
            "Format": "precinct-level" if any(precinct for _, precinct in self.units) else "summary-contest",
            "GeneratedDate": f"{material.date}T00:00:00Z",
            "Issuer": issuer, "IssuerAbbreviation": issuer, "SequenceStart": 1, "SequenceEnd": 1, "Status": status,
            "VendorApplicationId": PROGRAM, "Notes": f"Figures {source}; written by faircount.",
            "GpUnit": list(self._gp_units()),
            "Party": [{"@id": key, "@type": "ElectionResults.Party", "Name": _text(party)}
                      for party, key in self.parties.items()],
            "Election": [election],
        }  # fmt: skip

    def _gp_units(self) -> Iterator[Object]:
        composing = [key for (jurisdiction, precinct), key in self.units.items() if key != SCOPE and not precinct]
        composing += [key for (jurisdiction, precinct), key in self.units.items() if precinct and not jurisdiction]
        for (jurisdiction, precinct), key in self.units.items():
            unit: Object = {"@id": key, "@type": "ElectionResults.ReportingUnit"}
            if key == SCOPE:
                unit |= {"Type": "other", "OtherType": "election", "ComposingGpUnitIds": composing}
                if self.material.jurisdiction:
                    unit["Name"] = _text(self.material.jurisdiction)
            elif precinct:
                unit |= {"Type": "precinct", "Name": _text(precinct)}
            else:
                inside = [k for (j, p), k in self.units.items() if p and j == jurisdiction]
                unit |= {"Type": "county", "Name": _text(jurisdiction or ""), "ComposingGpUnitIds": inside}
            yield unit

    def _candidate(self, number: int, at: int, choice: Choice) -> Object:
        made = {"@id": f"candidate-{number}-{at}", "@type": "ElectionResults.Candidate",
                "BallotName": _text(choice.name)}  # fmt: skip
        return made | ({"PartyId": self.parties[choice.party]} if choice.party else {})

    def _contest(self, number: int, terms: Terms) -> Object:
        contest = terms.contest
        made: Object = {
            "@id": f"contest-{number}", "@type": "ElectionResults.CandidateContest", "Name": contest.title,
            "ElectionDistrictId": SCOPE, "VotesAllowed": contest.votes_allowed, "SequenceOrder": number,
            "VoteVariation": "rcv" if contest.ranks else "n-of-m" if contest.votes_allowed > 1 else "plurality",
            "ContestSelection": [self._selection(number, at, contest) for at in range(len(contest.choices))],
        }  # fmt: skip
        if terms.seats_stated:
            made["NumberElected"] = contest.seats
        counts = [
            {"@type": "ElectionResults.OtherCounts", "GpUnitId": self.units[unit]}
            | {name: _number(n) for name, n in found.items()}
            for unit, found in self.residue.get(contest.title, {}).items()
        ]
        return made | ({"OtherCounts": counts} if counts else {})

    def _selection(self, number: int, at: int, contest: Contest) -> Object:
        choice = contest.choices[at]
        made: Object = {"@id": f"choice-{number}-{at + 1}", "@type": "ElectionResults.CandidateSelection",
                        "SequenceOrder": at + 1}  # fmt: skip
        if choice.kind != "write-in":
            made["CandidateIds"] = [f"candidate-{number}-{at + 1}"]
        if choice.kind.endswith("write-in"):
            made["IsWriteIn"] = True
        counts = [self._count(figure) for figure in self.votes.get((contest.title, choice.name), ())]
        return made | ({"VoteCounts": counts} if counts else {})

    def _count(self, figure: Figure) -> Object:
        kind, other = self.groups[figure.counting_group] if figure.counting_group else ("total", "")
        made = {"@type": "ElectionResults.VoteCounts", "GpUnitId": self.units[figure.jurisdiction, figure.precinct],
                "Type": kind, "Count": _number(figure.count)}  # fmt: skip
        return made | ({"OtherType": other} if other else {})


def _text(text: str) -> Object:
    """Return a text of which nobody says in which language it is."""
    string = {"@type": "ElectionResults.LanguageString", "Content": text, "Language": "und"}
    return {"@type": "ElectionResults.InternationalizedText", "Text": [string]}


def _number(count: int | Fraction) -> int | float:
    """Return a count as a number of JSON; a fraction that has no exact one is refused by `_more`."""
    return count.numerator if count.denominator == 1 else count.numerator / count.denominator


def write(material: Material, folder: Path) -> None:
    """Write results.json."""
    (folder / "results.json").write_text(as_json(_Report(material).document()) + "\n", "utf-8")


def _more(material: Material) -> Iterator[Loss]:
    report = _Report(material)
    split = {(f.contest, f.measure) for f in material.figures() if f.measure in _RESIDUE and f.counting_group}
    if split:
        yield Loss("under- and overvotes by counting group: the format adds them up by unit", len(split))
    if named := [group for group, (kind, _) in report.groups.items() if kind != "other"]:
        yield Loss(f"the names of counting groups, written as NIST's types: {', '.join(named)}", len(named))
    other = sorted({f.measure for f in material.figures() if f.measure != "votes" and f.measure not in _RESIDUE})
    if other:
        yield Loss(f"figures of contests that the format has no place for: {', '.join(other)}", len(other))
    if kinds := sum(1 for jurisdiction, precinct in report.units if jurisdiction and not precinct):
        yield Loss("of which kind each jurisdiction is: county is written", kinds)
    unknown = {f.contest for f in material.figures()} - {t.contest.title for t in material.contests}
    if unknown:
        yield Loss(f"results of contests without a definition: {', '.join(sorted(unknown))}", len(unknown), grave=True)
    if inexact := sum(Fraction(_number(f.count)) != f.count for f in material.figures()):
        yield Loss("fractions of votes that no number of JSON states exactly", inexact, grave=True)
    unstated = sum(not terms.votes_stated for terms in material.contests)
    if unstated:
        yield Loss("that how many votes a contest allows is not known: the format asks for it, 1 is written", unstated)
    renamed = [c for t in material.contests for c in t.contest.choices if c.kind == "write-in" and c.name != "Write-in"]
    if renamed:
        yield Loss("what the ballot calls its line for write-ins", len(renamed))
    yield from kinds_lost(material, HELD_KINDS)


WRITER = Writer(
    name="results-cdf",
    title="NIST election results (SP 1500-100 version 2) as JSON",
    source="NIST SP 1500-100r2, Election Results Common Data Format, version 2",
    needs=("cards", "reported"),
    holds=about("contests", without=("contest_key", "choice_key", "district", "ranks", "no_cards")),
    page="write-results",
    write=write,
    dated=True,
    more=_more,
    suffixes=(".json",),
)
