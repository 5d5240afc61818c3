"""An audit that is held in memory: the engine's own acts and fold, a Merkle tree, and a bundle, without a disk."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from faircount.app.auditing.held import HeldAudit
from faircount.audit.state import FORMAT
from faircount.evidence.bundle import bundle
from faircount.evidence.log.canonical import canonical, parse_canonical
from faircount.evidence.log.checkpoint import Checkpoint, cosign
from faircount.evidence.log.merkle import Tree, leaf_hash
from faircount.evidence.log.note import COSIGNATURE, Note, SigningKey
from faircount.model import Act, Person, TamperError

ORIGIN = "gallery.example/audit"
START = datetime(2030, 11, 12, 9, tzinfo=UTC)
COSIGNED = 1_920_000_000
README = b"# An audit with invented people\n"


def key_of(name: str, algorithm: int = 1) -> SigningKey:
    """Return the key that a test knows by its name."""
    return SigningKey.from_seed(name, hashlib.sha256(f"gallery {name}".encode()).digest(), algorithm)


LOG = key_of(ORIGIN)
WITNESSES = tuple(key_of(f"witness.example/{name}", COSIGNATURE) for name in ("east", "north", "west"))


class MemoryLog:
    """As much of a log as a bundle is made from."""

    def __init__(self, origin: str) -> None:
        self.origin, self.data, self.tree = origin, list[bytes](), Tree()

    def append(self, data: bytes) -> None:
        """Add an entry."""
        self.data.append(data)
        self.tree.append(leaf_hash(data))

    def head(self) -> Checkpoint:
        """Return origin, size and root."""
        return Checkpoint(self.origin, len(self.data), self.tree.root())

    def node(self, level: int, position: int) -> bytes:
        """Return the hash of a perfect subtree."""
        return self.tree.node(level, position)

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """Yield entries in order."""
        yield from self.data[start:end]

    def note(self, key: SigningKey, witnesses: tuple[SigningKey, ...] = ()) -> Note:
        """Return the log as it is, signed, and cosigned by these."""
        found = self.head().signed(key)
        for witness in witnesses:
            found = cosign(found, witness, COSIGNED)
        return found

    def bundle(
        self, key: SigningKey, files: Mapping[str, bytes], words: Mapping[str, bytes],
        witnesses: tuple[SigningKey, ...] = (),
    ) -> dict[str, bytes]:  # fmt: skip
        """Return the bundle of the log as it is."""
        return bundle(self, self.note(key, witnesses), key, files, words)  # type: ignore[arg-type]


class InMemory(HeldAudit):
    """A held audit whose log and files are in memory: `faircount.app.auditing.acting` works on it unchanged."""

    def __init__(self, quorum: int = 0, pace: int = 7) -> None:
        self.kept = dict[str, bytes]()
        self.log = MemoryLog(ORIGIN)  # type: ignore[assignment]
        self.witnesses = WITNESSES if quorum else ()
        self.pace = pace
        self._begin()
        election = {"date": "2030-11-05", "name": "Gallery"}
        self.do("open", Person("Ada Vale", "official"), {
            "election": election, "format": FORMAT, "log_key": str(LOG.verifier), "origin": ORIGIN, "quorum": quorum,
            "software": "faircount", "witnesses": [str(one.verifier) for one in self.witnesses],
        })  # fmt: skip

    @property
    def key(self) -> SigningKey:
        """The log's key."""
        return LOG

    def file(self, digest: str) -> bytes:
        """Return a file that an act names."""
        if digest not in self.kept:
            raise TamperError(f"{digest} is not there")
        return self.kept[digest]

    def keep(self, name: str, data: bytes) -> dict[str, Any]:
        """Keep a file and return how an act names it."""
        digest, number, free = hashlib.sha256(data).hexdigest(), 1, name
        self.kept[digest] = data
        while self.audit.names.get(free, digest) != digest:
            number += 1
            free = f"{number}-{name}"
        return {"bytes": len(data), "name": free, "sha256": digest}

    def refresh(self) -> None:
        """Do nothing: nobody else writes."""

    def do(self, act: str, by: Person, body: Mapping[str, Any], key: str | None = None) -> Any:
        """Judge an act by the engine's fold, and append it. A body passes through its bytes, as on a disk."""
        at = (START + timedelta(seconds=self.pace * len(self.acts))).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = {"act": act, "at": at, "body": dict(body), "by": {"name": by.name, "role": by.role}, "n": len(self.acts)}
        data = canonical(said)
        made = Act(len(self.acts), act, at, by, parse_canonical(data)["body"])
        self.audit.take(made)
        self.log.append(data)
        self.acts.append(made)

    def checkpoint(self) -> tuple[Checkpoint, Note]:
        """Return the log as it is, signed by its key and its witnesses."""
        note = self.log.note(LOG, self.witnesses)  # type: ignore[attr-defined]
        return self.log.head(), note

    def witnessed(self, by: Person) -> None:
        """Put the witnessed checkpoint into the log."""
        _, note = self.checkpoint()
        self.policy.check(note)
        self.do("witness", by, {"checkpoint": bytes(note).decode()})

    def bundled(self, further: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
        """Return the bundle of the audit as it is."""
        files = {name: self.file(digest) for name, digest in sorted(self.audit.names.items())}
        words = {"README.md": README, **(further or {})}
        return self.log.bundle(LOG, files, words, self.witnesses)  # type: ignore[attr-defined, no-any-return]
