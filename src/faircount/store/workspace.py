"""The workspace: an election is a folder. Every path in it is spelt here and nowhere else (docs/record.md)."""

import contextlib
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


@dataclass(frozen=True, slots=True)
class Election:
    """What election.json says. A source counts only when it is listed here: this file is the commit point.

    `decisions` maps a contest's title to what a person has decided about it: rule, seats, votes_allowed, options.
    """

    name: str = ""
    date: str = ""
    sources: tuple[Source, ...] = ()
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)

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
        if date and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
            raise UsageError(f"a date is written YYYY-MM-DD, found {date!r}")
        try:
            root.mkdir(parents=True, exist_ok=True)
            for folder in (space.tables, space.sources):
                folder.mkdir(mode=0o700 if folder == space.sources else 0o755, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot make {root}: {error.strerror}") from error
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
            return Election(document["name"], document["date"], sources, document["decisions"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
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
        }
        write_durably(self.election_file, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")

    def received(self) -> dict[str, str]:
        """Return digest of what was handed over → digest of its source. Only a memory: without it, files are read
        again and then known by their content.
        """
        try:
            known: dict[str, str] = json.loads((self.root / ".received.json").read_text(encoding="utf-8"))
            return known
        except (OSError, ValueError):
            return {}

    def remember(self, received: str, digest: str) -> None:
        """Note that what was handed over held the source `digest`."""
        known = {**self.received(), received: digest}
        write_durably(self.root / ".received.json", json.dumps(known, indent=1, sort_keys=True).encode())

    def decide(self, title: str, **decision: Any) -> None:
        """Record a person's decision about one contest; values of None are left as they are."""
        election = self.election()
        made = {**election.decisions.get(title, {}), **{k: v for k, v in decision.items() if v is not None}}
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

    def table_files(self, table: str) -> list[Path]:
        """Return the Parquet files of `table` that belong to listed sources, in name order."""
        known = {short(source.digest) for source in self.election().sources}
        folder = self.tables / table
        found = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
        return [path for path in found if path.name.split("-")[0] in known]

    def sweep(self, keep: str = "") -> None:
        """Remove what a killed ingest left: staged parts other than `keep`, and files of sources never listed."""
        election = self.election()
        known = {short(source.digest) for source in election.sources}
        if self.staging.is_dir():
            for entry in self.staging.iterdir():
                if entry.name != keep:
                    shutil.rmtree(entry, ignore_errors=True)
        for table in TABLES:
            folder = self.tables / table
            for path in folder.glob("*.parquet") if folder.is_dir() else ():
                if path.name.split("-")[0] not in known:
                    path.unlink()
        for path in self.sources.iterdir() if self.sources.is_dir() else ():
            if path.name not in {source.digest for source in election.sources}:
                shutil.rmtree(path, ignore_errors=True)


def short(digest: str) -> str:
    """Return the first twelve digits of a digest: how a source is called in tables and file names."""
    return digest[:12]


def write_durably(path: Path, data: bytes) -> None:
    """Write `path` so that a crash leaves the old bytes or the new, never a mixture."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` durable, or the bytes of a file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
