"""An audit in an election's folder: its log, the files that acts name, and the state that the acts amount to.

Everything that happens to an audit happens here: an act is first judged by the fold, then written, and only then told.
"""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faircount import __version__
from faircount.audit.acts import IN_FILE
from faircount.audit.state import FORMAT, Audit
from faircount.evidence.log.canonical import canonical, parse_canonical
from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.note import Note, SigningKey, VerifierKey
from faircount.evidence.log.policy import Policy
from faircount.evidence.log.store import Log, Pen, Receipt
from faircount.evidence.log.tiles import LARGEST_ENTRY
from faircount.model import Act, BadInputError, FaircountError, Person, TamperError, UsageError
from faircount.store import Workspace
from faircount.store.workspace import sync_folder, write_durably

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """An act that is in the log and on the disk."""

    act: Act
    receipt: Receipt


class HeldAudit:
    """The audit of one election's folder. Several processes may hold it; acts come one after the other."""

    def __init__(self, space: Workspace, url: str = "", clock: Clock = now) -> None:
        """Open the audit. `url`: where its log is kept, by default in the folder.

        Raises `UsageError` where none was begun, `TamperError` where log or files are not what was written.
        """
        self.space, self._clock = space, clock
        self.folder = space.root / "log"
        self._one_thread = threading.RLock()
        self.log = Log(url or self.folder / "log.sqlite")
        self._begin()
        try:
            self._catch_up()
        except BaseException:
            self.log.close()
            raise

    def _begin(self) -> None:
        self.audit, self.acts, self._spelled = Audit(self.file), list[Act](), dict[str, str]()

    @classmethod
    def create(
        cls, space: Workspace, by: Person, *, origin: str = "", witnesses: Iterable[str] = (), quorum: int = 0,
        url: str = "", clock: Clock = now, key: SigningKey | None = None, called: tuple[str, str] = ("", ""),
    ) -> "HeldAudit":  # fmt: skip
        """Begin the audit's log with its first act. Raises `UsageError` where one was begun already.

        `called` is the election's name and date where election.json does not say them.
        """
        with space.writing():  # two that begin at once would make two keys
            return cls._create(space, by, origin, witnesses, quorum, url, clock, key, called)

    @classmethod
    def _create(
        cls, space: Workspace, by: Person, origin: str, witnesses: Iterable[str], quorum: int, url: str, clock: Clock,
        key: SigningKey | None, called: tuple[str, str],
    ) -> "HeldAudit":  # fmt: skip
        folder = space.root / "log"
        election = space.election()
        if (folder / "key").exists():
            # A beginning that was cut off before its first act is taken up again, with the key that it made.
            key = SigningKey.parse((folder / "key").read_text(encoding="ascii").strip())
            origin = key.verifier.name
        named = hashlib.sha256(f"{election.name}\n{election.date}\n{clock().isoformat()}".encode()).hexdigest()[:16]
        origin = origin or f"faircount.local/{named}"
        key = key or SigningKey.generate(origin)
        keys = tuple(VerifierKey.parse(text) for text in witnesses)
        Policy.of(key.verifier, keys, quorum)
        (folder / "files").mkdir(parents=True, exist_ok=True)
        if not (folder / "key").exists():
            write_durably(folder / "key", key.secret().encode(), private=True)
        sync_folder(space.root)
        Log(url or folder / "log.sqlite", origin=origin).close()
        held = cls(space, url, clock)
        try:
            if held.acts:
                raise UsageError(f"{folder} holds an audit's log already; its state: faircount audit")
            held.do("open", by, {
                "election": {"date": election.date or called[1], "name": election.name or called[0]}, "format": FORMAT,
                "log_key": str(key.verifier), "origin": origin, "quorum": quorum,
                "software": f"faircount {__version__}", "witnesses": [str(one) for one in keys],
            })  # fmt: skip
        except BaseException:
            held.close()
            raise
        return held

    def close(self) -> None:
        """Give back the log."""
        self.log.close()

    def __enter__(self) -> "HeldAudit":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def key(self) -> SigningKey:
        """The key that signs the log's checkpoints. Raises `UsageError` where this folder does not have it."""
        path = self.folder / "key"
        if not path.is_file():
            raise UsageError(f"{path} is not here: only who holds the log's key can sign its checkpoints")
        return SigningKey.parse(path.read_text(encoding="ascii").strip())

    @property
    def policy(self) -> Policy:
        """Who must have signed a checkpoint: the log, and so many of the witnesses."""
        body = self.audit.policy
        witnesses = tuple(VerifierKey.parse(text) for text in body["witnesses"])
        return Policy.of(VerifierKey.parse(body["log_key"]), witnesses, body["quorum"])

    def file(self, digest: str) -> bytes:
        """Return a file that an act names. Raises `TamperError` where it is missing or changed."""
        path = self.folder / "files" / digest
        try:
            data = path.read_bytes()
        except OSError as error:
            raise TamperError(f"{path}: an act names this file, and it cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise TamperError(f"{path}: the file is not the one that an act names; its SHA-256 differs")
        return data

    def keep(self, name: str, data: bytes) -> dict[str, Any]:
        """Keep a file durably and return how an act names it: by a number and a dash first where the name is taken.

        What a name of the bundle may not hold becomes a dash: `Late Ballots.CSV` is `late-ballots.csv` there.
        """
        name = re.sub("[^a-z0-9._-]+", "-", name.lower()).lstrip("._-")[-90:].lstrip("._-") or "file"
        digest = hashlib.sha256(data).hexdigest()
        path = self.folder / "files" / digest
        with self._one_thread:  # two threads would write to one temporary file
            if path.exists():
                sync_folder(path.parent)  # whoever wrote it may have been killed before its name was durable
            else:
                write_durably(path, data)
        number, free = 1, name
        while self.audit.names.get(free, digest) != digest:
            number += 1
            free = f"{number}-{name}"
        return {"bytes": len(data), "name": free, "sha256": digest}

    def refresh(self) -> None:
        """Take the acts that other processes have written since."""
        with self._one_thread:
            self._catch_up()

    def do(self, act: str, by: Person, body: Mapping[str, Any], key: str | None = None) -> Done:
        """Judge an act, write it, and return it with its receipt: once this returns, the act is on the disk.

        `key` names the request: sent again with the same content, it returns the first receipt and does nothing more;
        with other content it is refused. Raises what the fold raises for an act that may not come now.
        """
        with self._one_thread:
            ahead = False
            try:
                with self.log.appending() as pen:
                    self._catch_up(pen)
                    by = replace(by, name=self.known_as(by.name))
                    # A request of before the audit began again is another one, whatever a program calls it.
                    key = None if key is None else f"{self.audit.began}:{key}"
                    if key is not None and (earlier := pen.earlier(key)) is not None:
                        return self._again(earlier, act, by, body)
                    data, ahead = self._entry(Act(len(self.acts), act, self._time(), by, body)), True
                    try:
                        made = self.audit.take(_act(data))
                    except FaircountError:
                        ahead = False
                        raise
                    receipt = pen.append(data, key=key)
                    self.acts.append(made)
                    self._spelled.setdefault(_key(by.name), by.name)
            except BaseException:
                if ahead:
                    # The fold has taken what could not be written: it is made again from what is written.
                    self._begin()
                    with suppress(FaircountError):
                        self._catch_up()
                raise
        return Done(made, receipt)

    def _entry(self, act: Act) -> bytes:
        """Return an act as an entry of the log; a body that is too long for one is kept as a file."""
        data = _bytes(act)
        if len(data) <= LARGEST_ENTRY or act.act == "open":
            return data
        return _bytes(replace(act, body={IN_FILE: self.keep(f"act-{act.n}.json", canonical(dict(act.body)))}))

    def _again(self, index: int, act: str, by: Person, body: Mapping[str, Any]) -> Done:
        earlier = self.acts[index]
        if (earlier.act, earlier.by, canonical(dict(earlier.body))) != (act, by, canonical(dict(body))):
            raise UsageError(f"this request was made before with other content; it is act {index}")
        return Done(earlier, self.log.receipt(index))

    def known_as(self, name: str) -> str:
        """Return a person's name as the log has it already, where it was typed in other case or with other blanks.

        Else one person in a hurry would be two: `ada vale` signs what `Ada Vale` has signed.
        """
        plain = " ".join(name.split())
        return self._spelled.get(_key(plain), plain)

    @property
    def seconds(self) -> int:
        """Now, in seconds since 1970."""
        return int(self._clock().timestamp())

    def _time(self) -> str:
        told = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if told < self.audit.at:
            raise UsageError(f"the clock says {told}, and the last act was at {self.audit.at}: set the clock right")
        return told

    def _catch_up(self, pen: Pen | None = None) -> None:
        """Take the acts that others have written since."""
        end = pen.size if pen is not None else None
        for data in self.log.entries(len(self.acts), end):
            act = _act(data)
            try:
                self.acts.append(self.audit.take(act))
            except FaircountError as error:
                raise TamperError(f"act {act.n} of the log may not stand there: {error}") from error
            self._spelled.setdefault(_key(act.by.name), act.by.name)

    def checkpoint(self) -> tuple[Checkpoint, Note]:
        """Sign the log as it is now, and return what was signed."""
        note = self.log.sign(self.key)
        return Checkpoint.parse(note.text), note


def person(name: str, role: str) -> Person:
    """Return who acts. Raises `UsageError` where nobody is named."""
    if not name.strip():
        raise UsageError("every act says who did it: --by NAME")
    return Person(name.strip(), role)


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _bytes(act: Act) -> bytes:
    by = {"name": act.by.name, "role": act.by.role}
    return canonical({"act": act.act, "at": act.at, "body": dict(act.body), "by": by, "n": act.n})


def _act(data: bytes) -> Act:
    value = parse_canonical(data)
    try:
        by = Person(value["by"]["name"], value["by"]["role"])
        return Act(value["n"], value["act"], value["at"], by, value["body"])
    except (KeyError, TypeError) as error:
        raise BadInputError("log", "an entry is an act", f"{type(error).__name__}: {error}") from error


def is_begun(space: Workspace, url: str = "") -> bool:
    """Tell whether an audit was begun here and has its first act; `HeldAudit.create` takes up one that was cut off."""
    if not (space.root / "log" / "key").exists():
        return False
    try:
        with Log(url or space.root / "log" / "log.sqlite") as log:
            return log.head().size > 0
    except UsageError:
        return False


def opened_audit(root: Path, url: str = "") -> HeldAudit:
    """Open the audit of an election's folder. Raises `UsageError` where there is none."""
    space = Workspace.open(root)
    if not (space.root / "log").is_dir():
        raise UsageError(f"no audit was begun in {root}: faircount commit")
    return HeldAudit(space, url)
