"""The workspace: an election is a folder. Every path in it is spelt here and nowhere else (docs/record.md)."""

import contextlib
import datetime
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from faircount.model import TABLES, BadInputError, Digest, Source, UsageError
from faircount.model.tables import VERSION

FORMAT = 1
"""Version of election.json."""
_DIGEST = re.compile("[0-9a-f]{64}")
_TABLE_FILE = re.compile(r"[0-9a-f]{12}-(\d{5,}|said)\.parquet")
_HALF_WRITTEN = re.compile(r"\.(election|\.received)\.json\.\d+")


@dataclass(frozen=True, slots=True)
class Election:
    """What election.json says. A source counts only when it is listed here: this file is the commit point.

    `decisions` maps a contest's title to what a person has decided about it: rule, seats, votes_allowed, cards (the
    most that hold it), options.
    """

    name: str = ""
    date: str = ""
    sources: tuple[Source, ...] = ()
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    unread: tuple[tuple[str, str], ...] = ()
    """(file name, reason) of what was handed over and could not be read."""

    def source_of(self, digest: str) -> Source | None:
        """Return the source with this digest, or None."""
        return next((s for s in self.sources if s.digest == digest), None)


class Workspace:
    """The folder of one election. Opening it reads election.json; it holds no open files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.election_file = root / "election.json"
        self.tables = root / "tables"
        self.sources = root / "sources"
        self.staging = root / "staging"

    @classmethod
    def open(cls, root: Path) -> "Workspace":
        """Open an existing workspace. Raises `UsageError` where there is none."""
        space = cls(root)
        if not space.election_file.is_file():
            raise UsageError(
                f"{root} is not an election's folder: it has no election.json; make one: faircount init {root}"
            )
        space.election()
        return space

    @classmethod
    def create(cls, root: Path, name: str = "", date: str = "") -> "Workspace":
        """Make a new, empty workspace. Raises `UsageError` where the folder already holds something."""
        space = cls(root)
        if space.election_file.exists():
            raise UsageError(f"{root} already is an election's folder")
        if root.is_dir() and any(root.iterdir()):
            raise UsageError(f"{root} is not empty: an election gets a folder of its own")
        if date and not _is_date(date):
            raise UsageError(f"a date is written YYYY-MM-DD, found {date!r}")
        try:
            root.mkdir(parents=True, exist_ok=True)
            for folder in (space.tables, space.sources):
                folder.mkdir(mode=0o700 if folder == space.sources else 0o755, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot make {root}: {error.strerror}") from error
        (root / ".lock").touch()
        space.commit(Election(name=name, date=date))
        return space

    def election(self) -> Election:
        """Return what election.json says. Raises `BadInputError` when it is not ours or not readable."""
        place = str(self.election_file)
        try:
            document = json.loads(self.election_file.read_text(encoding="utf-8"))
            if document["faircount"] != FORMAT or document["tables"] != VERSION:
                raise BadInputError(
                    place, f"written by this version (format {FORMAT}, tables {VERSION})",
                    f"format {document['faircount']}, tables {document['tables']}", "use the faircount that wrote it",
                )  # fmt: skip
            sources = tuple(
                Source(**{**entry, "digest": Digest(entry["digest"]), "rows": tuple(sorted(entry["rows"].items()))})
                for entry in document["sources"]
            )
            _refuse_odd(document, sources)
            unread = tuple(sorted(document["unread"].items()))
            return Election(document["name"], document["date"], sources, document["decisions"], unread)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadInputError(place, "election.json can be read", f"{type(error).__name__}: {error}") from error

    def commit(self, election: Election) -> None:
        """Replace election.json at once and durably: before this call the old state holds, after it the new."""
        document = {
            "faircount": FORMAT,
            "tables": VERSION,
            "name": election.name,
            "date": election.date,
            "sources": [
                {**asdict(source), "rows": dict(sorted(source.rows))}
                for source in sorted(election.sources, key=lambda s: s.digest)
            ],
            "decisions": dict(sorted(election.decisions.items())),
            "unread": dict(sorted(election.unread)),
        }
        write_durably(self.election_file, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")

    def received(self) -> dict[str, str]:
        """Return digest of what was handed over → digest of its source. Only a memory: without it, files are read
        again and then known by their content.
        """
        try:
            known = json.loads((self.root / ".received.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def remember(self, received: str, digest: str) -> None:
        """Note that what was handed over held the source `digest`."""
        known = {**self.received(), received: digest}
        write_durably(self.root / ".received.json", json.dumps(known, indent=1, sort_keys=True).encode())

    def decide(self, title: str, **decision: Any) -> None:
        """Record a person's decision about one contest; values of None are left as they are.

        Options are added to those decided before; another rule drops those of the last. Raises `UsageError` while
        another process writes: an ingest commits the decisions that it found when it began.
        """
        with self.writing():
            election = self.election()
            before = election.decisions.get(title, {})
            made = {**before, **{k: v for k, v in decision.items() if v is not None}}
            kept = {} if made.get("rule") != before.get("rule") else before.get("options", {})
            if options := {**kept, **(decision.get("options") or {})}:
                made["options"] = options
            else:
                made.pop("options", None)
            self.commit(replace(election, decisions={**election.decisions, title: made}))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the workspace for writing. Raises `UsageError` while another process does."""
        with (self.root / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UsageError(f"another faircount is writing to {self.root}; wait for it to end") from error
            yield

    def table_files(self, table: str, election: Election | None = None) -> list[Path]:
        """Return the Parquet files of `table` that belong to the sources that `election` lists, in name order."""
        known = {short(source.digest) for source in (election or self.election()).sources}
        folder = self.tables / table
        found = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
        return [path for path in found if path.name.split("-")[0] in known]

    def sweep(self, keep: str = "") -> None:
        """Remove what a killed ingest left: staged parts other than `keep`, and files of sources never listed.

        Only what bears a name that we give: a person's own notes in these folders stay.
        """
        election = self.election()
        known = {short(source.digest) for source in election.sources}
        if self.staging.is_dir():
            for entry in self.staging.iterdir():
                if entry.name != keep:
                    shutil.rmtree(entry, ignore_errors=True)
        for table in TABLES:
            folder = self.tables / table
            for path in folder.glob("*.parquet") if folder.is_dir() else ():
                if _TABLE_FILE.fullmatch(path.name) and path.name.split("-")[0] not in known:
                    path.unlink()
        for path in self.sources.iterdir() if self.sources.is_dir() else ():
            if _DIGEST.fullmatch(path.name) and election.source_of(path.name) is None:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.root.glob(".*.json.*"):
            if _HALF_WRITTEN.fullmatch(path.name):
                path.unlink()


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _refuse_odd(document: dict[str, Any], sources: tuple[Source, ...]) -> None:
    """Raise `ValueError` for what a hand at election.json can get wrong and JSON cannot see."""
    for source in sources:
        if not _DIGEST.fullmatch(source.digest):
            raise ValueError(f"a source's digest is 64 hexadecimal digits, found {source.digest!r}")
        said = {**asdict(source), **{f"rows of {table}": rows for table, rows in source.rows}}
        for name, value in said.items():
            whole = name in ("number", "bytes", "files") or name.startswith("rows of ")
            if name != "rows" and not (_is_count(value) if whole else isinstance(value, str)):
                kind = "a whole number" if whole else "a text"
                raise ValueError(f"a source's {name} is {kind}, found {value!r}")
    if not all(isinstance(why, str) for why in document["unread"].values()):
        raise ValueError("unread files have a reason, a text")
    json.dumps(document, ensure_ascii=False).encode()  # half of a character is a UnicodeEncodeError, a ValueError
    if not isinstance(document["name"], str) or not isinstance(document["date"], str):
        raise ValueError("name and date are texts")
    if not isinstance(document["decisions"], dict):
        raise ValueError("decisions are objects by contest")
    kinds: dict[str, type] = {"rule": str, "seats": int, "votes_allowed": int, "cards": int, "options": dict}
    for title, decision in document["decisions"].items():
        for name, value in decision.items():
            if name not in kinds or type(value) is not kinds[name] or (isinstance(value, int) and value < 1):
                raise ValueError(
                    "a decision is a rule (text), seats, votes_allowed or cards (whole number from 1) or options "
                    f"(object), found {name} {value!r} for {title!r}"
                )


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def short(digest: str) -> str:
    """Return the first twelve digits of a digest: how a source is called in tables and file names."""
    return digest[:12]


def write_durably(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write `path` so that a crash leaves the old bytes or the new, never a mixture. A link stays a link.

    With `private`, nobody but its owner can read it, at no moment. A pipe or a device is written to as it is: it must
    never be replaced by a file.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb", opener=lambda name, how: os.open(name, how, 0o600 if private else 0o666)) as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable, or the bytes of a file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
