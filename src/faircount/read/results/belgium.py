"""Belgian federal elections from the interior ministry's site: a JSON file a constituency, a CSV of the kingdom.

Each constituency is a contest of its own: its seats are shared out among its own lists. So the kingdom's totals are
another contest, and sums over constituencies, whose lists write their names in several ways, are left to people.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates, figure_of, files_to_read
from faircount.read.syntax.json_strict import strict_loads
from faircount.read.syntax.named_rows import Cells, header, read_named

KINGDOM = "Kingdom"
MAX_BYTES = 64 << 20
"""The largest constituency, of 24 seats, has 0.15 MB."""
_SIGNS = (b'"NrOfEligibleVoters"', b'"ElectionLists"', b'"NisCode"')
_CSV = ("parti", "nombre_de_sièges", "nombre_de_voix")
_TURNOUT = {
    "NrOfEligibleVoters": ("registered", None), "NrOfSubscribedVotersBB": ("registered", "BB"),
    "NrOfSubscribedVotersE1E2": ("registered", "E1E2"), "NrOfSubscribedVotersE3E4": ("registered", "E3E4"),
    "NrOfSubscribedVotersE5": ("registered", "E5"), "NrOfTotalVotesBbE1E2": ("ballots_cast", "BbE1E2"),
    "NrOfTotalVotesE3E4": ("ballots_cast", "E3E4"), "NrOfTotalVotesE5": ("ballots_cast", "E5"),
    "NrOfValidVotes": ("ballots_valid", None), "NrOfBlankVotes": ("ballots_blank_or_invalid", None),
    "NrOfBlankVotesBbE1E2E5": ("ballots_blank_or_invalid", "BbE1E2E5"),
    "NrOfBlankVotesE3E4": ("ballots_blank_or_invalid", "E3E4"),
}  # fmt: skip
"""Figure of a constituency → measure and the group of voters: in Belgium and abroad, by E1 to E5, the way they vote."""
_OF_LIST = {
    "NrOfVotes": "votes", "NrOfSeats": "seats", "B_BallotsWithListVote": "ballots_with_list_vote",
    "C_BallotsWithCandidateVotesOnly": "ballots_with_candidate_votes_only",
    "D_BallotsWithCandidateAndSuccessorVotes": "ballots_with_candidate_and_successor_votes",
    "E_BallotsWithSuccessorVotesOnly": "ballots_with_successor_votes_only", "G_ElectionNumber": "votes_to_be_eligible",
}  # fmt: skip
_OF_CANDIDATE = {
    "NrOfVotes": "votes", "I_BallotsAllotedForEligibility": "list_votes_allotted",
    "II_VotesObtainedAfterDevolution": "votes_after_devolution", "III_BallotsRemaingForDistribution": "list_votes_left",
    "IV_CandidateOrder": "order_of_election",
}  # fmt: skip
_LIST_NUMBER = "list_number"
_NO_FIGURES = frozenset(("Id", "ElectionId", "NisCode", "Labels", "Description", "ElectionType", "ElectionDate",
                         "ElectionLists", "NrOfSeats", "Color", "LanguageGroup", "ElectionLevelId", "PartyId",
                         "PartyLabel", "HasCandidateData", "Candidates", "FullName", "NrOnList", "IsSuccessor",
                         "ElectionListId", "ListNumber", "A_SeatsForList"))  # fmt: skip
"""Keys that are names, numbers of records, or say again what another says; others that are not read are noted."""

Object = dict[str, Any]


def recognise(export: Export) -> Recognition | None:
    """Claim constituencies by the keys at their head, and the kingdom's table by its columns."""
    kinds = []
    for name in candidates(export):
        kind = _kind(export, name)
        if not kind and not name.lower().endswith(".txt"):
            return None
        kinds.append(kind)
    found = [f"{kinds.count(kind)} {words}" for kind, words in _KINDS.items() if kind in kinds]
    return Recognition(95, "", " and ".join(found)) if found else None


_KINDS = {"json": "constituencies in JSON", "csv": "table of the kingdom"}


def _kind(export: Export, name: str) -> str:
    try:
        if all(sign in export.head(name) for sign in _SIGNS):
            return "json"
    except BadInputError:
        return ""
    return "csv" if header(export, name) == _CSV else ""


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield lists with votes and seats, candidates with theirs, and turnout; `row` counts lists, then candidates.

    Raises `BadInputError` for a constituency that lacks what makes it one.
    """
    builder = BatchBuilder()
    said: dict[tuple[str, str], None] = {}
    for number, name in numbered_members(export, part):
        kind = _kind(export, name)
        if kind == "csv":
            yield from read_named(export, name, builder, partial(_take_kingdom, name, builder))
        elif kind == "json":
            place = export.place(name)
            one = _Constituency(builder, name, place, strict_loads(export.whole(name, MAX_BYTES), place))
            builder.add_companion(export, number, name, one.take())
            said |= one.said
            for figure in sorted(one.unread):
                said["note", f"figures not read: {figure}"] = None
            yield builder.build()
    for fact in said:
        builder.tell(*fact)
    known = [name for name in files_to_read(export) if _kind(export, name)] if part.number == 0 else export.names
    yield builder.finish(export, known)


def _take_kingdom(name: str, builder: BatchBuilder, row: int, cells: Cells) -> int:
    """Take a line of the kingdom's table; return 1 if it became rows."""
    party, seats, votes = cells[_CSV[0]], figure_of(cells[_CSV[1]]), figure_of(cells[_CSV[2]])
    if not party or seats is None or votes is None:
        rule = "a line names a party, its seats and its votes"
        builder.reject(name, row, rule, value=" | ".join(cells.values()))
        return 0
    for measure, count in (("votes", votes), ("seats", seats)):
        builder.add("reported", contest=KINGDOM, choice=party, party=party, measure=measure, count=count,
                    claim="reported", row=row)  # fmt: skip
    return 1


class _Constituency:
    """One JSON file."""

    def __init__(self, builder: BatchBuilder, file: str, place: str, value: Any) -> None:
        rule = "a constituency is an object with `Labels`, `ElectionType` and `ElectionLists`"
        if not isinstance(value, dict) or not isinstance(value.get("ElectionLists"), list):
            raise BadInputError(place, rule, "something else", "ask for the file as published")
        labels = value.get("Labels")
        named = {
            str(one.get("Language")): one.get("Label")
            for one in (labels if isinstance(labels, list) else [])
            if isinstance(one, dict)
        }
        label = named.get("English") or next((text for text in named.values() if text), None)
        if not isinstance(label, str) or not label.strip():
            raise BadInputError(place, rule, "no label", "ask for the file as published")
        self._builder, self._file, self._value = builder, file, value
        self._where = label.strip()
        self._contest = ", ".join(filter(None, (str(value.get("ElectionType") or ""), self._where)))
        self._row = 0
        self.unread: set[str] = set()
        self.said = {
            ("election_name", str(value.get("ElectionType") or "")): None,
            ("election_date", str(value.get("ElectionDate") or "")[:10]): None,
        }
        """What the file says of the election, to be told once for all constituencies."""

    def take(self) -> int:
        """Add everything; return how many lists became rows."""
        value, builder = self._value, self._builder
        for key, (measure, group) in _TURNOUT.items():
            count = self._count(value, key)
            if count is not None:
                builder.add("turnout", jurisdiction=self._where, counting_group=group, measure=measure, count=count,
                            claim="reported", row=1)  # fmt: skip
        self._note_unread(value, _TURNOUT)
        return sum(self._list(one) for one in value["ElectionLists"])

    def _list(self, one: Any) -> int:
        self._row += 1
        party = one.get("PartyLabel") if isinstance(one, dict) else None
        if not isinstance(party, str) or not party.strip():
            rule = "a list has a PartyLabel"
            self._builder.reject(self._file, self._row, rule, value=json.dumps(one, ensure_ascii=False)[:200])
            return 0
        party = party.strip()
        for key, measure in {**_OF_LIST, "ListNumber": _LIST_NUMBER}.items():
            self._report(one, key, measure, self._contest, party, party)
        self._note_unread(one, _OF_LIST)
        if isinstance(one.get("A_SeatsForList"), int) and one["A_SeatsForList"] != one.get("NrOfSeats"):
            self._report(one, "A_SeatsForList", "seats_for_list", self._contest, party, party)
        candidates = one.get("Candidates") or []
        if not isinstance(candidates, list):
            self._builder.reject(self._file, self._row, "candidates are a list", value=str(candidates)[:200])
            return 1
        for candidate in candidates:
            self._candidate(candidate, party)
        return 1

    def _candidate(self, candidate: Any, party: str) -> None:
        self._row += 1
        name = candidate.get("FullName") if isinstance(candidate, dict) else None
        if not isinstance(name, str) or not name.strip():
            value = json.dumps(candidate, ensure_ascii=False)[:200]
            self._builder.reject(self._file, self._row, "a candidate has a FullName", value=value)
            return
        # A person may stand as candidate and as successor of one list, with votes as each.
        role = "successors" if candidate.get("IsSuccessor") else "candidates"
        for key, measure in _OF_CANDIDATE.items():
            self._report(candidate, key, measure, f"{self._contest}, {party}: {role}", name.strip(), party)
        self._note_unread(candidate, _OF_CANDIDATE)

    def _report(self, one: Object, key: str, measure: str, contest: str, choice: str, party: str) -> None:
        count = self._count(one, key)
        if count is not None:
            self._builder.add("reported", contest=contest, choice=choice, party=party, jurisdiction=self._where,
                              measure=measure, count=count, claim="reported", row=self._row)  # fmt: skip

    def _count(self, one: Object, key: str) -> int | None:
        """Return a figure; None where the file has none, and the figure among the rejected where it is no number."""
        value = one.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**12:
            rule = "a figure is a whole number"
            self._builder.reject(self._file, max(1, self._row), rule, column=key, value=str(value)[:200])
            return None
        return value

    def _note_unread(self, one: Object, read: dict[str, Any]) -> None:
        self.unread |= one.keys() - read.keys() - _NO_FIGURES


READER = Reader(
    name="belgium-results",
    title="Belgian election results",
    source="chamber of representatives, 9 June 2024: 11 constituencies in JSON and the kingdom's CSV",
    gives=("reported", "turnout", "files", "facts", "rejected"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
