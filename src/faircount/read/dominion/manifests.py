"""The manifests of a Dominion JSON export: what the numbers in its cast vote records mean."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from faircount.model import BadInputError, rows_to_table
from faircount.model.tables import Batch
from faircount.read.dominion.configuration import left_out, remarks
from faircount.read.export import Export
from faircount.read.syntax.json_strict import strict_loads

REQUIRED = ("BallotType", "Candidate", "Contest", "CountingGroup", "PrecinctPortion", "Tabulator")
"""Manifests that every export since 4.21 holds; without one, names would have to be guessed."""

CVR_FILE = re.compile(r"(?:^|/)CvrExport(?:_[\w-]{1,40})?\.json$", re.IGNORECASE)
MANIFEST_FILE = re.compile(r"(?:^|/)(\w+)Manifest\.json$")

OLDEST, NEWEST = (4, 21), (5, 17)
"""Versions, as (major, minor), between which samples were read."""
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.\d{1,9}){0,4}")

CONDITIONS = {
    0: "ambiguous",
    1: "write-in",
    2: "blank-ballot",
    4: "undervote",
    5: "overvote",
    6: "blank-contest",
    7: "invalid-contest",
    9: "overvoted-ranking",
    10: "inconsistent-ranking",
    11: "skipped-ranking",
    12: "duplicated-choice",
    13: "unvoted-ranked-contest",
    14: "unused-ranking",
}
"""OutstackConditionManifest of 5.10 and 5.17, by our names. The numbers have not changed between versions."""

KINDS = {
    "regular": "regular",
    "writein": "write-in",
    "qualifiedwritein": "qualified-write-in",
    "nopreference": "no-preference",
}


def known_version(version: str, place: str) -> str:
    """Return `version` if its layout may be known: 4.21 and later of 4, and all of 5. Raises `BadInputError` otherwise.

    A version of 5 that no sample shows is read, and said, if its records have the fields they have here: see
    `version_note`. Another first number is another generation of the system, whose fields may mean something else.
    """
    numbers = _VERSION.fullmatch(version)
    found = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    if not OLDEST <= found < (6, 0):
        raise BadInputError(
            place, "versions 4.21 to 5.x of the Dominion JSON export are known", f"version {version[:40]!r}",
            "its fields may mean something else; ask for a reader of this version",
        )  # fmt: skip
    return version


def version_note(version: str) -> str:
    """Return what to say of a version that no sample shows; empty for 4.21 to 5.17.

    A later version may give old fields a new meaning, as 5.10.50 did with IsVote: whoever counts should know.
    """
    numbers = _VERSION.fullmatch(version)
    if numbers is None or OLDEST <= (int(numbers[1]), int(numbers[2])) <= NEWEST:
        return ""
    return (
        f"version {version} is not among the samples this reader was written from (4.21 to 5.17): fields of the same "
        "name were read with the meaning that they have there"
    )


@dataclass(slots=True)
class Names:
    """What the export's numbers mean. Missing numbers are named after themselves, loudly, and never dropped."""

    version: str = ""
    contests: dict[int, str] = field(default_factory=dict)
    votes_allowed: dict[int, int] = field(default_factory=dict)
    ranks: dict[int, int] = field(default_factory=dict)
    choices: dict[int, str] = field(default_factory=dict)
    contest_of: dict[int, int] = field(default_factory=dict)
    """Choice → the contest that the manifest puts it in."""
    styles: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    portions: dict[int, str] = field(default_factory=dict)
    precincts: dict[int, str] = field(default_factory=dict)
    """Portion id → precinct name: PrecinctPortionManifest is the only link from a record to a precinct."""
    jurisdiction: str | None = None

    def contest(self, number: int) -> str:
        """Return the contest's title."""
        return self.contests.get(number) or f"contest {number} (not in the manifest)"

    def choice(self, number: int) -> str:
        """Return the choice's name."""
        return self.choices.get(number) or f"choice {number} (not in the manifest)"


@lru_cache(maxsize=4)
def names_of(export: Export) -> Names:
    """Return the names of `export`; read once per process."""
    return _Manifests(export).names


def manifest_batch(export: Export, files: dict[str, Any], facts: Iterable[dict[str, object]]) -> Batch:
    """Return contests, choices, styles and facts of `export`, with `files` as the rows of its files table.

    `facts` are more of them, about the records.
    """
    manifests = _Manifests(export)
    rows = {**manifests.tables(), "files": list(files.values())}
    rows["facts"] = [*rows["facts"], *facts]
    return Batch({name: rows_to_table(name, found) for name, found in rows.items() if found})


class _Manifests:
    def __init__(self, export: Export) -> None:
        self.export = export
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.places: dict[str, str] = {}
        self._digests: dict[str, bytes] = {}
        versions = {}
        for name in export.names:
            if found := MANIFEST_FILE.search(name):
                place, data = export.place(name), export.whole(name, 256 << 20)
                if found[1] in self.lists:
                    self._refuse_other(found[1], data, place)
                    continue
                document = strict_loads(data, place)
                if not isinstance(document, dict) or not isinstance(document.get("List"), list):
                    raise BadInputError(place, 'a manifest is {"Version", "List"}', "something else")
                for entry in document["List"]:
                    if not isinstance(entry, dict):
                        raise BadInputError(place, "every entry of the list is an object", repr(entry)[:80])
                versions[known_version(str(document.get("Version")), place)] = place
                self.lists[found[1]], self.places[found[1]] = document["List"], place
                self._digests[found[1]] = hashlib.sha256(data).digest()
        if len(versions) > 1:
            raise BadInputError(
                str(export), "all manifests are of one version", ", ".join(f"{v} ({p})" for v, p in versions.items())
            )
        self.names = self._names(next(iter(versions), ""))

    def _refuse_other(self, manifest: str, data: bytes, place: str) -> None:
        """Refuse a second manifest of one kind: an export in several folders repeats the same bytes in each."""
        if hashlib.sha256(data).digest() != self._digests[manifest]:
            raise BadInputError(
                str(self.export), f"one export holds one {manifest}Manifest.json",
                f"{self.places[manifest]} and, with other content, {place}", "give each export by itself",
            )  # fmt: skip

    def by_id(self, manifest: str, field_name: str = "Description") -> dict[int, str]:
        """Return Id → text of one manifest; texts that repeat get their number, so that each is one thing."""
        rows = {self.number(manifest, row, "Id"): str(row.get(field_name) or "").strip() for row in self.of(manifest)}
        counts: dict[str, int] = {}
        for text in rows.values():
            counts[text] = counts.get(text, 0) + 1
        return {i: text if text and counts[text] == 1 else f"{text} ({i})".strip() for i, text in rows.items()}

    def of(self, manifest: str) -> list[dict[str, Any]]:
        """Return the entries of one manifest; none where the export has no such file."""
        return self.lists.get(manifest, [])

    def number(self, manifest: str, row: dict[str, Any], key: str) -> int:
        """Return a whole number of an entry, or refuse."""
        value = row.get(key) if isinstance(row, dict) else None
        if not isinstance(value, int) or isinstance(value, bool) or not -(1 << 31) <= value < 1 << 31:
            raise BadInputError(self.places[manifest], f"every entry has a number {key}", repr(value))
        return value

    def number_or_none(self, manifest: str, row: dict[str, Any], key: str) -> int:
        """Return a whole number that older versions leave out, 0 where it is not there; or refuse."""
        return self.number(manifest, row, key) if row.get(key) else 0

    def _names(self, version: str) -> Names:
        precincts = self.by_id("Precinct")
        portions = self.by_id("PrecinctPortion")
        event = (self.of("ElectionEvent") or [{}])[0]
        return Names(
            version=version,
            contests=self.by_id("Contest"),
            votes_allowed={self.number("Contest", r, "Id"): self.number("Contest", r, "VoteFor")
                           for r in self.of("Contest")},
            ranks={self.number("Contest", r, "Id"): self.number_or_none("Contest", r, "NumOfRanks")
                   for r in self.of("Contest")},
            choices=self._choices(),
            contest_of={self.number("Candidate", r, "Id"): self.number("Candidate", r, "ContestId")
                        for r in self.of("Candidate") if r.get("ContestId") is not None},
            styles=self.by_id("BallotType"),
            groups=self.by_id("CountingGroup"),
            portions=portions,
            precincts={
                self.number("PrecinctPortion", r, "Id"): precincts.get(
                    self.number_or_none("PrecinctPortion", r, "PrecinctId"),
                    portions[self.number("PrecinctPortion", r, "Id")],
                )
                for r in self.of("PrecinctPortion")
            },
            jurisdiction=str(event.get("Jurisdiction") or "").strip() or None,
        )  # fmt: skip

    def _choices(self) -> dict[int, str]:
        """Name choices; the same name twice in one contest gets its number."""
        rows = self.of("Candidate")
        names = {
            self.number("Candidate", r, "Id"): (repr(r.get("ContestId")), str(r.get("Description") or "").strip())
            for r in rows
        }
        seen: dict[tuple[Any, str], int] = {}
        for key in names.values():
            seen[key] = seen.get(key, 0) + 1
        return {i: key[1] if key[1] and seen[key] == 1 else f"{key[1]} ({i})".strip() for i, key in names.items()}

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Return rows of the contests, choices, styles and facts tables."""
        names = self.names
        districts = self.by_id("District")
        contests = [
            {"contest": names.contest(row["Id"]), "key": str(row["Id"]),
             "votes_allowed": names.votes_allowed[row["Id"]], "ranks": names.ranks[row["Id"]],
             "district": _name_of(row.get("DistrictId"), districts), "place": place}
            for place, row in enumerate(self.of("Contest"))
        ]  # fmt: skip
        parties = self.by_id("Party")
        choices = []
        for place, row in enumerate(self.of("Candidate")):
            party = _parties(row.get("Affiliations"), parties)
            kind = KINDS.get(str(row.get("Type", "Regular")).lower().replace("-", ""), "regular")
            choices.append(
                {"contest": names.contest(self.number("Candidate", row, "ContestId")),
                 "choice": names.choice(row["Id"]), "key": str(row["Id"]), "party": party, "kind": kind, "place": place}
            )  # fmt: skip
        styles = [
            {"style": _name_of(row.get("BallotTypeId"), names.styles) or str(row.get("BallotTypeId")),
             "contest": names.contest(self.number("BallotTypeContest", row, "ContestId"))}
            for row in self.of("BallotTypeContest")
        ]  # fmt: skip
        return {"contests": contests, "choices": choices, "styles": styles, "facts": self._facts()}

    def _facts(self) -> list[dict[str, str]]:
        facts = {"version": self.names.version}
        for event in self.of("ElectionEvent")[:1]:
            facts["election_name"] = str(event.get("Description") or "").strip()
            facts["jurisdiction"] = str(event.get("Jurisdiction") or "").strip()
            day = str(event.get("ElectionDate") or "")
            facts["election_date"] = f"{day[:4]}-{day[4:6]}-{day[6:]}" if re.fullmatch(r"\d{8}", day) else day
        rows = [{"name": name, "value": value} for name, value in facts.items() if value]
        settings = self._settings()
        rows += [{"name": "partial", "value": reason} for reason in left_out(settings)]
        notes = [version_note(self.names.version), *remarks(settings), *self._disabled()]
        return rows + [{"name": "note", "value": note} for note in notes if note]

    def _disabled(self) -> Iterator[str]:
        """Yield which contests and choices are switched off (5.10.50 and later); their marks are read all the same."""
        if names := [self.names.contest(row["Id"]) for row in self.of("Contest") if row.get("Disabled")]:
            yield f"ContestManifest.json: disabled contests: {'; '.join(names)}"
        gone = [f"{self.names.choice(row['Id'])} in {self.names.contest(self.number('Candidate', row, 'ContestId'))}"
                for row in self.of("Candidate") if row.get("Disabled")]  # fmt: skip
        if gone:
            yield f"CandidateManifest.json: disabled choices: {'; '.join(gone)}"

    def _settings(self) -> dict[str, Any]:
        name = self.export.base_names().get("Configuration.json")
        if name is None:
            return {}
        settings = strict_loads(self.export.whole(name, 16 << 20), self.export.place(name))
        if not isinstance(settings, dict):
            raise BadInputError(self.export.place(name), "Configuration.json is an object", type(settings).__name__)
        listed = settings.get("List")  # as in every manifest, where an export wraps its settings so
        for entry in listed if isinstance(listed, list) else ():
            settings = settings | entry if isinstance(entry, dict) else settings
        return settings


def _name_of(number: object, names: dict[int, str]) -> str | None:
    """Return the name behind a number, the number itself where no manifest names it, None where there is none."""
    return names.get(number, str(number)) if isinstance(number, int) else None


def _parties(affiliations: object, parties: dict[int, str]) -> str | None:
    """Return the parties that a choice is affiliated with: a list of their ids in 5.17."""
    ids = affiliations if isinstance(affiliations, list) else []
    found = [one.get("PartyId", one.get("Id")) if isinstance(one, dict) else one for one in ids]
    names = [parties.get(one, f"party {one}") if isinstance(one, int) else str(one) for one in found if one is not None]
    return "; ".join(names) or None
