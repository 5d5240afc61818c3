"""Hart Verity and Vanguard: one small XML file a sheet, in an archive, a folder, or a folder of vDrive archives."""

from collections.abc import Iterator
from typing import NamedTuple

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.hart.drives import (
    SHEETS_PER_PART,
    Beside,
    Drives,
    beside,
    card_kind,
    drives_of,
    has_guid_name,
    is_information,
    is_sheet,
)
from faircount.read.hart.sheet import (
    MAX_SHEET_BYTES,
    NAMESPACE,
    ContestRecord,
    OptionRecord,
    Sheet,
    SheetError,
    contest_of,
    root_of_sheet,
    sheet_of,
)
from faircount.read.hart.signature import NOT_CHECKED, VERIFIED, sha256, verdict
from faircount.read.hart.survey import Seen, Survey, survey_of
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.syntax.csv_rows import is_companion
from faircount.read.syntax.xml_elements import root_of

WRITE_IN = "Write-in"
"""The choice that pools write-ins whom nobody has named."""
MAX_ENTRIES = 100_000
"""Distinct contests-as-marked that are kept for look-up; it bounds memory."""
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".pdf")
_BESIDE = (".pem", ".key", ".txt", ".log", ".csv", *_PICTURES)
_LOOKED_AT = 20


def recognise(export: Export) -> Recognition | None:
    """Claim exports whose XML files have the root `Cvr` of Hart, and that hold nothing which is another format."""
    others = [n for n in export.names if not n.lower().endswith((".xml", ".zip")) and not is_companion(n)]
    if any(not n.lower().endswith(_BESIDE) for n in others[:5_000]):
        return None
    try:
        tables = [n for n in others if n.lower().endswith(".csv")]
        if len(tables) > _LOOKED_AT or not all(is_information(export.head(n, 64)) for n in tables):
            return None
        archives = [n for n in export.names if n.lower().endswith(".zip")]
        loose = [n for n in export.names if is_sheet(n)]
        versions = _versions(export, loose)
        if archives and export.kind == "folder":
            for archive in archives:
                inner = Export(export.path / archive)
                versions |= _versions(inner, [n for n in inner.names if is_sheet(n)]) or {""}
    except (BadInputError, OSError):
        return None
    if not versions or "" in versions:
        return None
    version = " and ".join(sorted(versions))
    what = f"{len(archives):,} archives" if archives else f"{len(loose):,} XML files"
    return Recognition(97, version, f"{what} of cast vote records, root element Cvr")


def _versions(export: Export, names: list[str]) -> set[str]:
    """Return the shapes of the first sheets, and of those not named as sheets are; `{""}` if any is no sheet."""
    strange = [name for name in names if not has_guid_name(name)]
    found = set()
    for name in [*names[:3], *strange[:_LOOKED_AT]]:
        root = root_of(export.head(name, 1 << 12))
        if root is None or root[0] != "Cvr" or root[1] not in (NAMESPACE, ""):
            return {""}
        found.add("Verity" if root[1] else "Vanguard")
    return found


def plan(export: Export) -> tuple[Part, ...]:
    """Cut the sheets into parts of 4,000, each with its signatures; what lies beside them comes last."""
    drives = drives_of(export)
    if not drives.sheets:
        raise BadInputError(str(export), "a Hart export holds XML files of sheets", "none", "check the path")
    parts: list[Part] = []
    taken = set(drives.sheets)
    for start in range(0, len(drives.sheets), SHEETS_PER_PART):
        members: list[str] = []
        for name in drives.sheets[start : start + SHEETS_PER_PART]:
            members.append(name)
            if signature := drives.signature_of(name):
                members.append(signature)
        taken.update(members)
        parts.append(Part(len(parts), tuple(members), sum(map(drives.size, members))))
    rest = sorted([name for name in drives.names if name not in taken] + list(drives.archives))
    for start in range(0, len(rest), SHEETS_PER_PART):
        members = rest[start : start + SHEETS_PER_PART]
        parts.append(Part(len(parts), tuple(members), sum(_size(drives, name) for name in members)))
    return tuple(parts)


def _size(drives: Drives, name: str) -> int:
    return drives.export.size(name) if name in drives.archives else drives.size(name)


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the sheets of a part as cards, in the order of their names, and then its contests and choices.

    A sheet that breaks the format, or whose signature does not fit it, is rejected; a file that is not well-formed
    XML raises `BadInputError`, because a cut file may have been cut for others too.
    """
    reading = Reading(export, part)
    if part.number == 0:
        reading.say_once()
    for offset, name in enumerate(part.members):
        reading.take(name, part.number * 2 * SHEETS_PER_PART + offset)
        if reading.builder.full:
            yield reading.build()
    reading.finish()
    yield reading.build()


class _Entry(NamedTuple):
    """A contest as marked: everything that a pattern is made of, and the write-ins at its marks."""

    title: str
    marks: tuple[ExportedMark, ...]
    undervotes: int | None
    conditions: tuple[str, ...]
    overvoted_ranks: tuple[int, ...]
    write_ins: tuple[tuple[int, str], ...]


class Reading:
    """One part on its way to batches."""

    def __init__(self, export: Export, part: Part) -> None:
        self.drives: Drives = drives_of(export)
        self.survey: Survey = survey_of(export)
        self.beside: Beside = beside(export)
        self.members = frozenset(part.members)
        self.builder = BatchBuilder()
        self.entries: dict[bytes, _Entry] = {}
        self.patterns: dict[bytes, int] = {}
        self.contests: dict[str, tuple[str, Seen]] = {}
        self.choices: dict[tuple[str, str], tuple[str, str]] = {}
        self.counts: dict[str, int] = {}
        self.digests: dict[str, str] = {}

    def build(self) -> Batch:
        """Return what gathered; pattern ids are valid for one batch only."""
        self.patterns.clear()
        return self.builder.build()

    def say_once(self) -> None:
        """State what is true of the whole export."""
        facts = [
            ("note", "the format does not say which sheets belong to one ballot: each sheet is a ballot of its own"),
            *(("note", problem) for problem in self.beside.problems[:100]),
        ]
        for archive, stated, found in self.drives.stated():
            words = "{} CVRs, {} first sheets, {} electronic"
            if stated != found:
                facts.append(
                    ("partial", f"{archive}: its name states {words.format(*stated)}; it holds {words.format(*found)}")
                )
        for key, seen in sorted(self.survey.contests.items()):
            if seen.cumulative:
                facts.append(
                    ("note", f"{seen.title} ({key[:8]}): cumulative votes, the score of a mark is its votes; "
                             "NOT CHECKED by rules that count a mark as one vote")
                )  # fmt: skip
        self.builder.add_facts(facts)

    def count(self, what: str) -> None:
        """Count something that is told at the end of the part."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def take(self, name: str, number: int) -> None:
        """Read one file of the part: a sheet, or a file that lies beside."""
        if not is_sheet(name) or name in self.drives.archives:
            self._beside(name, number)
            return
        data = self.drives.whole(name, MAX_SHEET_BYTES)
        digest = sha256(data)
        place = self.drives.place(name)
        records = 0
        try:
            root = root_of_sheet(data, place)
            sheet = sheet_of(root, data, place)
            # Every contest is decoded before anything is kept: a sheet is read whole or rejected whole.
            entries = [self._entry(key, element) for key, element in zip(sheet.keys, sheet.contests, strict=True)]
            _refuse_twice(entries)
            self._check_signature(name, digest)
            self._card(sheet, entries, name, number)
            records = 1
        except SheetError as error:
            self.builder.reject(name, 1, error.rule, error.fix, column=error.column, value=error.value)
        self.builder.add("files", file=number, name=name, sha256=digest.hex(), bytes=len(data), records=records)

    def _beside(self, name: str, number: int) -> None:
        """List a file that holds no sheet; an archive is held against its signature."""
        export, inner = (self.drives.export, name) if name in self.drives.archives else self.drives.at(name)
        digest, size = export.sha256(inner), export.size(inner)
        self.builder.add("files", file=number, name=name, sha256=digest, bytes=size, records=0)
        if name in self.drives.archives:
            try:
                self._check_signature(name, bytes.fromhex(digest))
            except SheetError as error:
                self.builder.reject(name, 1, error.rule, error.fix, column=error.column, value=error.value)

    def _check_signature(self, name: str, digest: bytes) -> None:
        signature = self.drives.signature_of(name)
        if signature is None:
            self.count("no signature")
            return
        data = self.drives.whole(signature, MAX_SHEET_BYTES)
        self.count(verdict(name, digest, data, self.beside.keys))

    def _entry(self, key: bytes, element: object) -> tuple[bytes, _Entry]:
        """Return a contest as marked, decoded when it is first met."""
        entry = self.entries.get(key)
        if entry is None:
            if len(self.entries) >= MAX_ENTRIES:
                self.entries.clear()
            record = contest_of(element)
            entry = self.entries[key] = self._made(record)
        return key, entry

    def _made(self, record: ContestRecord) -> _Entry:
        title = self.survey.title(record)
        known = self.survey.contests.get(record.key)
        other, seen = self.contests.setdefault(title, (record.key, known or Seen()))
        if other != record.key:
            self.count(f"contest {title!r} stands for more than one GUID ({other[:8]}, {record.key[:8]})")
        if known is None:
            seen.add(record)
            seen.cumulative = False  # decided by the survey alone, or marks before and after would differ
        for unknown in record.unknown:
            self.count(f"element {unknown} of a contest is not known and was not read")
        marks: list[tuple[ExportedMark, str | None]] = []
        for option in record.options:
            choice, kind = _choice(option, self.survey.choice(record, option))
            before, its_kind = self.choices.get((title, choice), (option.key, kind))
            if its_kind == kind == "regular" and before != option.key:  # beyond the survey; see `Survey.choice`
                self.count(f"choice {choice!r} of {title!r} stands for more than one GUID")
            if kind == "regular" or (title, choice) not in self.choices:
                self.choices[title, choice] = (option.key if choice != WRITE_IN else "", kind)
            marks += [(mark, option.write_in) for mark in _marks(option, choice, seen)]
        marks.sort(key=lambda pair: (pair[0].rank, pair[0].choice, str(pair[0]), pair[1] or ""))
        pooled = [mark.rank for mark, _ in marks if mark.choice == WRITE_IN]
        # Two pooled write-ins at one rank are two people: without this the rank would look like one choice.
        twice = tuple(sorted({rank for rank in pooled if pooled.count(rank) > 1})) if seen.ranked else ()
        return _Entry(
            title, tuple(mark for mark, _ in marks), record.undervotes, record.conditions, twice,
            tuple((at, text) for at, (_, text) in enumerate(marks) if text),
        )  # fmt: skip

    def _card(self, sheet: Sheet, entries: list[tuple[bytes, _Entry]], name: str, number: int) -> None:
        fields = sheet.fields
        guid = fields["CvrGuid"]
        scan = self.beside.scanned.get(guid.lower())
        if self.beside.scanned and scan is None:
            self.count("sheet without scanned ballot information")
        if has_guid_name(name) and guid.lower() not in name.lower():
            self.count("file whose name is not the GUID inside")
        for unknown in sheet.unknown:
            self.count(f"element {unknown} of a sheet is not known and was not read")
        position, page = _number(fields, "BatchSequence"), _number(fields, "SheetNumber")
        split = fields.get("PrecinctSplit") or None
        card = self.builder.add_card(
            file=number, record=1, imprinted_id=(scan.identifier if scan else "") or guid,
            tabulator=self.drives.drive(name) or (scan.workstation if scan else "")
            or fields.get("DeviceSerialNumber") or None,
            batch=fields.get("BatchNumber") or None, position=position, sheet=page, precinct=split, portion=split,
            style=fields.get("Party") or None, counting_group=(scan.voting_type if scan else "") or None,
            session_type=card_kind(name, fields.get("IsElectronic", "")),
        )  # fmt: skip
        for key, entry in entries:
            pattern = self.patterns.get(key)
            if pattern is None:
                pattern = self.patterns[key] = self.builder.pattern(
                    entry.title, entry.marks, entry.undervotes, None, entry.conditions, entry.overvoted_ranks
                )
            self.builder.add_vote(card, pattern)
            for at, text in entry.write_ins:
                self.builder.add("marks", card=card, pattern=pattern, mark=at, write_in=text)

    def finish(self) -> None:
        """State the contests and choices met in this part, and what was counted on the way."""
        for title, (key, seen) in sorted(self.contests.items()):
            self.builder.add(
                "contests", contest=title, key=key, votes_allowed=seen.votes_allowed,
                ranks=seen.positions if seen.ranked else 0, place=0,
            )  # fmt: skip
        for (title, choice), (key, kind) in sorted(self.choices.items()):
            # Every part sees other choices: order by kind and then by name is the same in all.
            self.builder.add(
                "choices", contest=title, choice=choice, key=key or None, kind=kind, place=int(kind != "regular")
            )
        self.builder.add_facts(sorted(_told(self.counts, bool(self.beside.keys))))


def _told(counts: dict[str, int], has_keys: bool) -> Iterator[tuple[str, str]]:
    """Put what was counted into words."""
    signed = sum(counts.get(kind, 0) for kind in (VERIFIED, "fits", NOT_CHECKED))
    for what, times in counts.items():
        if what == VERIFIED:
            yield "signatures", f"{times:,} files: the signature verifies with the public key beside"
        elif what == "fits":
            yield "signatures", f"{times:,} files: SHA-256 as signed; signature NOT CHECKED: no public key lies beside"
        elif what == NOT_CHECKED:
            yield "signatures", f"{times:,} files: NOT CHECKED: signed by an algorithm that is not known here"
        elif what == "no signature":
            if signed or has_keys:
                yield "signatures", f"{times:,} files: NOT CHECKED: without a signature"
        else:
            yield "note", f"{times:,} × {what}"


def _refuse_twice(entries: list[tuple[bytes, _Entry]]) -> None:
    """Raise `SheetError` where a sheet lists a contest twice: which of the two the voter's is, nobody can say."""
    titles = [entry.title for _, entry in entries]
    if twice := sorted({title for title in titles if titles.count(title) > 1}):
        raise SheetError("Contests", "; ".join(twice), "a contest stands once on a sheet", "ask for this sheet again")


def _choice(option: OptionRecord, name: str) -> tuple[str, str]:
    """Return the choice of an option called `name` and its kind; a write-in resolved to a text is that text's."""
    if name:
        return name, "regular" if option.write_in is None else "qualified-write-in"
    if option.status == "Resolved" and option.text:
        return option.text, "qualified-write-in"
    return WRITE_IN, "write-in"


def _marks(option: OptionRecord, choice: str, seen: Seen) -> list[ExportedMark]:
    """Return the marks of an option: one, one a rank, or one with the number of its cumulative votes."""
    is_vote = False if option.status == "Rejected" else None
    conditions: tuple[str, ...] = ("generated-by-rule",) if option.by_rule else ()
    if option.status in ("Rejected", "Unresolved"):
        conditions += (f"{option.status.lower()}-write-in",)
    votes = option.value.count("1")
    if seen.cumulative and votes:
        return [ExportedMark(choice, score=votes, is_vote=is_vote, conditions=conditions)]
    ranks = [at for at, bit in enumerate(option.value, 1) if bit == "1"]
    return [ExportedMark(choice, rank, is_vote=is_vote, conditions=conditions) for rank in ranks]


def _number(fields: dict[str, str], name: str) -> int | None:
    """Return a number of a sheet; None where it is absent."""
    text = fields.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < (5 if name == "SheetNumber" else 10)):
        raise SheetError(name, text[:80], f"{name} is a number", "ask for this sheet again")
    return int(text)


READER = Reader(
    name="hart",
    title="Hart Verity export",
    source="Hart InterCivic, Verity CVR structure, as told in RCTab's manual, section 26; RCTab's archive; Arlo #2381",
    gives=("cards", "votes", "patterns", "marks", "contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=plan,
    read=read,
)
