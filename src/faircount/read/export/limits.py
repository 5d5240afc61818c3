"""What an archive or folder may hold before anything in it is read: limits, and names that are refused."""

import re
import unicodedata

from faircount.model import BadInputError

MAX_FILES = 500_000
"""More entries than any election's export; a larger archive is refused before it is read."""
MAX_RATIO = 400
"""Uncompressed over compressed bytes. Real JSON exports reach 30, zeros reach 1,000: above this it is a bomb."""
RATIO_FREE_BYTES = 64 << 20
"""Up to this size a file may compress as well as it likes."""
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2")
"""Endings of files that hold files. An archive inside an archive is listed as one file and not opened."""
_DRIVE = re.compile(r"[A-Za-z]:")


class Members:
    """The files of one archive on the way into a listing: each is looked at before it is taken."""

    def __init__(self, archive: str, kind: str) -> None:
        self.archive, self.kind = archive, kind
        self.sizes: dict[str, int] = {}
        self._twins: dict[str, str] = {}
        self._size = self._packed = 0

    def add(self, name: str, size: int, packed: int) -> None:
        """Take a file of `size` bytes, `packed` bytes in the archive (0 where that is not known for one file).

        What operating systems leave behind is passed over. Raises `BadInputError` for a name that leads out of the
        archive, a name's twin, and absurd compression.
        """
        place = f"{self.archive}: {name!r}"
        refuse_name(place, name, self.kind)
        if is_litter(name):
            return
        twin = self._twins.setdefault(_folded(name), name)
        if twin != name or name in self.sizes:
            # On a disk that folds case or accents one would overwrite the other.
            raise BadInputError(
                self.archive, f"every entry of a {self.kind} has its own name", f"{twin!r} and {name!r}",
                "ask for an archive whose names differ in more than case or accents",
            )  # fmt: skip
        if packed:
            refuse_ratio(place, size, packed)
        self._size += size
        self._packed += packed
        self.sizes[name] = size

    def finish(self, packed: int = 0) -> dict[str, int]:
        """Return name → size, after a look at all together: `packed` bytes, or the sum of the parts."""
        refuse_ratio(self.archive, self._size, packed or self._packed)
        return self.sizes


def _folded(name: str) -> str:
    """Return what a name becomes on a disk that knows neither case nor ways to write an accent, nor `./` and `//`."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", "/".join(parts)).casefold())


def refuse_name(place: str, name: str, kind: str) -> None:
    """Raise `BadInputError` for a name of an archive's entry that is none, or that leads out of the archive."""
    if "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
        raise BadInputError(place, f"names inside a {kind} are text", "a NUL or bytes that are no text")
    if name.startswith(("/", "\\")) or _DRIVE.match(name) or ".." in name.replace("\\", "/").split("/"):
        raise BadInputError(place, f"names inside a {kind} stay inside it", "a path that leads out")


def refuse_ratio(place: str, size: int, packed: int) -> None:
    """Raise `BadInputError` where `size` bytes are said to be in `packed`, and no election's files pack so well."""
    if size > RATIO_FREE_BYTES and size > MAX_RATIO * max(packed, 1):
        raise BadInputError(
            place,
            f"a file unpacks to at most {MAX_RATIO} times its packed size",
            f"{size:,} bytes declared from {packed:,}",
        )


def refuse_many(archive: str, kind: str, entries: int) -> None:
    """Raise `BadInputError` for more entries than an export has."""
    if entries > MAX_FILES:
        raise BadInputError(archive, f"a {kind} has at most {MAX_FILES:,} entries", f"{entries:,}")


def is_litter(name: str) -> bool:
    """Say whether an entry is what operating systems leave behind: hidden files, `__MACOSX`."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".")
