"""The files of a Hart export: one archive or folder of sheets, or a folder of several archives, one a vDrive."""

import csv
import io
import re
import weakref
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa

from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.hart.signature import SUFFIX, public_key

SHEETS_PER_PART = 4_000
"""About a second of work: hundreds of thousands of sheets keep every core busy."""
MAX_KEY_BYTES = 1 << 16
_SHEET = re.compile(r"(?:^|/)(?:([1ep])_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.xml$", re.IGNORECASE)
_ARCHIVE = re.compile(r"CVRArchive_(\d{1,9})_(\d{1,9})_(\d{1,9})_", re.IGNORECASE)
_KEY_FILE = (".pem", ".key", ".txt", ".xml")


class Scanned(NamedTuple):
    """What the companion "Scanned Ballot Information" says of one sheet."""

    workstation: str
    identifier: str
    voting_type: str


class Drives:
    """Names, bytes and places of the files of a Hart export, those inside several archives as `drive.zip/1_….xml`.

    Raises `BadInputError` for an archive inside an archive: it would have to be unpacked to be read.
    """

    def __init__(self, export: Export) -> None:
        self.export = export
        self.archives: dict[str, Export] = {}
        for name in export.names:
            if name.lower().endswith(".zip"):
                if export.kind != "folder":
                    raise BadInputError(
                        export.place(name), "a Hart export is one archive, or a folder of archives", "a zip in a zip",
                        "unpack the outer zip into a folder and read the folder",
                    )  # fmt: skip
                self.archives[name] = Export(export.path / name)
        inside = [f"{a}/{name}" for a, found in self.archives.items() for name in found.names]
        self.names = tuple(sorted([n for n in export.names if n not in self.archives] + inside))
        self.sheets = tuple(name for name in self.names if is_sheet(name))
        self._signatures = frozenset(name for name in self.names if name.lower().endswith(SUFFIX))

    def signature_of(self, name: str) -> str | None:
        """Return the name of the file that holds the signature of `name`, if there is one."""
        return name + SUFFIX if name + SUFFIX in self._signatures else None

    def size(self, name: str) -> int:
        """Return the size that a file declares."""
        export, inner = self._at(name)
        return export.size(inner)

    def whole(self, name: str, limit: int) -> bytes:
        """Return all of a file, at most `limit` bytes; raises `BadInputError` for more."""
        export, inner = self._at(name)
        return export.whole(inner, limit)

    def place(self, name: str) -> str:
        """Return how an error names a file."""
        return self.export.place(name)

    def at(self, name: str) -> tuple[Export, str]:
        """Return the export that holds a file, an inner archive or the whole, and its name there."""
        return self._at(name)

    def _at(self, name: str) -> tuple[Export, str]:
        if self.archives:
            end = name.lower().find(".zip/")
            archive = name[: end + 4]
            if end >= 0 and archive in self.archives:
                return self.archives[archive], name[end + 5 :]
        return self.export, name

    def drive(self, name: str) -> str | None:
        """Return the name of the vDrive that holds a file, where the export has several."""
        if len(self.archives) < 2:
            return None
        end = name.lower().find(".zip/")
        return name[:end].rsplit("/", 1)[-1] if end >= 0 else None

    def stated(self) -> Iterator[tuple[str, tuple[int, int, int], tuple[int, int, int]]]:
        """Yield (archive, stated, found) counts of CVRs, first sheets and electronic ballots, by the archive's name."""
        own = [(self.export.path.name, "")] if self.export.kind == "zip" else []
        for archive, prefix in [*own, *((a.rsplit("/", 1)[-1], f"{a}/") for a in self.archives)]:
            if said := _ARCHIVE.match(archive):
                kinds = [_kind(n) for n in self.sheets if n.startswith(prefix)]
                yield archive, (int(said[1]), int(said[2]), int(said[3])), (
                    len(kinds), kinds.count("1"), kinds.count("e")
                )  # fmt: skip


class Beside(NamedTuple):
    """What lies beside the sheets and is needed to read them."""

    keys: tuple[rsa.RSAPublicKey, ...]
    scanned: dict[str, Scanned]
    """CVR id, in small letters → what its scan says."""
    problems: tuple[str, ...]


_DRIVES: weakref.WeakKeyDictionary[Export, Drives] = weakref.WeakKeyDictionary()
_BESIDE: weakref.WeakKeyDictionary[Export, Beside] = weakref.WeakKeyDictionary()
"""By export, for the life of the export: a worker reads many parts of one, and lists its files once."""


def drives_of(export: Export) -> Drives:
    """Return the files of an export, listed once."""
    if export not in _DRIVES:
        _DRIVES[export] = Drives(export)
    return _DRIVES[export]


def beside(export: Export) -> Beside:
    """Return the public keys and the scanned ballot information of an export, read once."""
    if export not in _BESIDE:
        _BESIDE[export] = _read_beside(drives_of(export))
    return _BESIDE[export]


def is_sheet(name: str) -> bool:
    """Say whether a file of this name should hold a sheet: an XML file that is no signature and no key."""
    last = name.rsplit("/", 1)[-1].lower()
    return last.endswith(".xml") and not last.endswith(SUFFIX) and not ("key" in last and not _SHEET.search(name))


def has_guid_name(name: str) -> bool:
    """Say whether a file is named as Verity names its sheets."""
    return bool(_SHEET.search(name))


def _kind(name: str) -> str:
    found = _SHEET.search(name)
    return (found[1] or "").lower() if found else ""


def card_kind(name: str, electronic: str) -> str:
    """Return how a card came to be, by its file's prefix and its element IsElectronic: paper, electronic, provisional.

    A second sheet of paper has no prefix; which of them are provisional the format does not say.
    """
    kind = _kind(name)
    if kind == "p":
        return "provisional"
    return "electronic" if kind == "e" or electronic.lower() in ("true", "1") else "paper"


def is_information(head: bytes) -> bool:
    """Say whether a file begins as the companion "Scanned Ballot Information" does."""
    return head.lstrip(b"\xef\xbb\xbf").startswith(b"#FormatVersion")


def _read_beside(drives: Drives) -> Beside:
    keys: list[rsa.RSAPublicKey] = []
    scanned: dict[str, Scanned] = {}
    problems: list[str] = []
    for name in drives.names:
        last = name.lower()
        export, inner = drives.at(name)
        if last.endswith(".csv") and is_information(export.head(inner, 64)):
            with export.open(inner) as stream, io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="") as text:
                _read_information(text, name, scanned, problems)
        elif last.endswith(_KEY_FILE) and not is_sheet(name) and not last.endswith(SUFFIX):
            if drives.size(name) <= MAX_KEY_BYTES and (key := public_key(drives.whole(name, MAX_KEY_BYTES))):
                keys.append(key)
    return Beside(tuple(keys), scanned, tuple(problems))


def _read_information(text: io.TextIOWrapper, name: str, scanned: dict[str, Scanned], problems: list[str]) -> None:
    """Read scanned ballot information: `#FormatVersion 1`, a header that begins with `#`, a row a page."""
    version = text.readline().strip()
    if version != "#FormatVersion 1":
        problems.append(f"{name}: {version[:40]!r} read as #FormatVersion 1")
    rows = csv.reader(text)
    header = [cell.strip().lstrip("#") for cell in next(rows, [])]
    missing = {"Workstation", "UniqueIdentifier", "CvrId"} - set(header)
    if missing:
        raise BadInputError(
            name, "scanned ballot information has the columns Workstation, UniqueIdentifier and CvrId",
            f"no {', '.join(sorted(missing))}", "export it again, or move it elsewhere",
        )  # fmt: skip
    at = {column: index for index, column in enumerate(header)}
    voting = at.get("VotingType", -1)
    with suppress(csv.Error):
        for number, row in enumerate(rows, 3):
            if not row:
                continue
            if len(row) <= max(at["Workstation"], at["UniqueIdentifier"], at["CvrId"]):
                problems.append(f"{name}, row {number}: too few cells")
                continue
            one = Scanned(
                row[at["Workstation"]].strip(), row[at["UniqueIdentifier"]].strip(),
                row[voting].strip() if 0 <= voting < len(row) else "",
            )  # fmt: skip
            card = row[at["CvrId"]].strip().lower()
            if card and scanned.setdefault(card, one) != one:
                problems.append(f"{name}, row {number}: other values for CVR {card} than before; the first are used")
        return
    problems.append(f"{name}: a row that cannot be read; the rows after it are not used")
