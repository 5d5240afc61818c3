"""The log in a database: a receipt means the entry is on the disk, and what does not add up never opens.

One transaction writes the entry, the subtrees it completes and the new tree head. The tables say nothing that cannot be
recomputed from the entries, and opening recomputes all of it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from sqlalchemy import URL, Connection, insert, make_url, select, update
from sqlalchemy.exc import ArgumentError

from faircount.evidence.log import postgres, sqlite
from faircount.evidence.log.backend import Backend
from faircount.evidence.log.checking import ROWS, check_everything
from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.merkle import (
    EMPTY_ROOT,
    CompactRange,
    NodeOf,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    peaks_of,
    root_of,
)
from faircount.evidence.log.note import Note, SigningKey, VerifierKey
from faircount.evidence.log.proof import Proof
from faircount.evidence.log.refusal import Conflict, told_plainly
from faircount.evidence.log.tables import CHECKPOINT, HASH, HEAD, LEAF, hash_number
from faircount.evidence.log.tiles import fitting
from faircount.evidence.log.upgrading import is_current, upgrade
from faircount.evidence.log.witness import accept
from faircount.model import BadInputError, TamperError, UsageError

LONGEST_KEY = 200
"""Characters of an idempotency key at most."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an append returns once the entry is durable. A replayed request gets the same one."""

    index: int
    leaf: bytes
    """Hash of the entry (`merkle.leaf_hash`)."""
    root: bytes
    """Of the tree that ends with this entry: its size is index + 1."""


class Log:
    """One append-only log. Threads and processes may share it; each append waits for the one before."""

    def __init__(self, url: str | Path, *, origin: str | None = None, serving: bool = False) -> None:
        """Open the log at `url`: a path, `sqlite:///path` or `postgresql://…`; if none is there, make it for `origin`.

        With `serving`, be the only server on it. TamperError if what is stored does not add up, or has another
        origin; Conflict if another server is there; UsageError if there is no log and no `origin`.
        """
        address = _address(url)
        self._backend: Backend = sqlite if address.drivername.startswith("sqlite") else postgres
        self.name = address.render_as_string(hide_password=True)
        self._one_thread = threading.Lock()
        self._engine = self._backend.engine(address)
        self._readers = self._engine.execution_options(**self._backend.READING)
        self._writers = self._engine.execution_options(**self._backend.APPENDING)
        self._leave: Callable[[], None] = lambda: None
        try:
            with told_plainly(self.name):
                self._enter(origin, serving)
        except BaseException:
            self.close()
            raise

    def _enter(self, origin: str | None, serving: bool) -> None:
        if origin is not None:
            Checkpoint(origin, 0, EMPTY_ROOT)  # refuses an origin that is no line
        path = self._engine.url.database if self._backend is sqlite else None
        if path and origin is None and not Path(path).exists():
            raise UsageError(f"There is no log at {path}.")
        if serving:
            self._leave = self._backend.be_the_server(self._engine)
        with self._readers.connect() as connection:
            current = is_current(connection)
        if not current:
            if origin is None:
                raise UsageError(f"There is no log of this version at {self.name}.")
            with self._appending() as connection:
                upgrade(connection)  # another process may have been first: then this does nothing
                if connection.execute(select(HEAD.c.id)).first() is None:
                    connection.execute(insert(HEAD).values(id=1, origin=origin, size=0, root=EMPTY_ROOT))
        head = self.verify()
        if origin not in (None, head.origin):
            raise TamperError(f"The log at {self.name} is {head.origin}, not {origin}.")
        self.origin = head.origin

    def __enter__(self) -> "Log":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the file or the connections, and the place of the server."""
        self._leave()
        self._leave = lambda: None
        self._engine.dispose()

    # ---- appending -------------------------------------------------------------
    def append(self, entry: bytes, *, key: str | None = None, expected_size: int | None = None) -> Receipt:
        """Add `entry` at the end; return when it is durable.

        `key` names the request: repeated with the same entry it returns the first receipt, with another it is a
        Conflict. With `expected_size`, Conflict unless the log still has that many entries. UnwritableError if
        nothing could be kept.
        """
        with self.appending() as pen:
            return pen.append(entry, key=key, expected_size=expected_size)

    @contextmanager
    def appending(self) -> Iterator["Pen"]:
        """Append several entries, and rows of the caller's own by `pen.connection`, in one transaction: all or none.

        Receipts are true only after the block has ended without an error.
        """
        with told_plainly(self.name), self._appending() as connection:
            yield Pen(connection)

    @contextmanager
    def _appending(self) -> Iterator[Connection]:
        # Threads queue here in fair order rather than poll for the file.
        with self._one_thread, self._writers.begin() as connection:
            self._backend.lock_for_appending(connection)
            yield connection

    # ---- reading ---------------------------------------------------------------
    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with told_plainly(self.name), self._readers.connect() as connection:
            yield connection

    def head(self) -> Checkpoint:
        """Return origin, size and root as of now."""
        with self._reading() as connection:
            return _head(connection)

    def verify(self) -> Checkpoint:
        """Recompute everything stored from the entries; return the head, or TamperError saying what does not add up."""
        with self._reading() as connection:
            return check_everything(connection, _head(connection))

    def entries(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield entries [start, end) in order; to the end as of now, if none is given."""
        end = self.head().size if end is None else end
        for first in range(start, end, ROWS):  # by pages, so that a slow reader never holds up an appender
            page = select(LEAF.c.data).where(LEAF.c.number >= first, LEAF.c.number < min(first + ROWS, end))
            with self._reading() as connection:
                found = connection.execute(page.order_by(LEAF.c.number)).scalars().all()
            yield from map(bytes, found)

    def node(self, level: int, position: int) -> bytes:
        """Return the hash of a perfect subtree (a `merkle.NodeOf`), as `tiles.tiles` asks for it."""
        with self._reading() as connection:
            return _node_of(connection)(level, position)

    def root_at(self, size: int) -> bytes:
        """Return the root when the log had `size` entries."""
        with self._reading() as connection:
            return root_of(size, _node_of(connection))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the log of `new` entries continues that of `old` (RFC 6962, section 2.1.2)."""
        with self._reading() as connection:
            return consistency_proof(old, new, _node_of(connection))

    def receipt(self, index: int) -> Receipt:
        """Return what the append of entry `index` returned. Raises `UsageError` where there is no such entry."""
        with self._reading() as connection:
            data = connection.execute(select(LEAF.c.data).where(LEAF.c.number == index)).scalar()
            if data is None:
                raise UsageError(f"The log has no entry {index}.")
            return Receipt(index, leaf_hash(bytes(data)), root_of(index + 1, _node_of(connection)))

    # ---- checkpoints -----------------------------------------------------------
    def sign(self, key: SigningKey) -> Note:
        """Sign the head as of now and keep the note; return it with any cosignatures it has from before."""
        with told_plainly(self.name), self._appending() as connection:
            head = _head(connection)
            return _keep(connection, head, head.signed(key))

    def cosigned(self, size: int, answer: bytes, *witnesses: VerifierKey) -> Note:
        """Add a witness's answer (status 200) to the checkpoint of `size`; TamperError if it does not fit."""
        with told_plainly(self.name), self._appending() as connection:
            note = accept(_checkpoint(connection, size), answer, witnesses)
            return _keep(connection, Checkpoint.parse(note.text), note)

    def checkpoints(self) -> dict[int, Note]:
        """Return every checkpoint that was signed, by size."""
        with self._reading() as connection:
            rows = connection.execute(select(CHECKPOINT.c.size, CHECKPOINT.c.note).order_by(CHECKPOINT.c.size))
            return {size: Note.parse(note) for size, note in rows}

    def proof(self, index: int, size: int) -> Proof:
        """Return the receipt, as a file, of entry `index` under the signed checkpoint of `size`."""
        with self._reading() as connection:
            note = _checkpoint(connection, size)
            if not 0 <= index < size:
                raise UsageError(f"The checkpoint of size {size} does not cover entry {index}.")
            return Proof(index, tuple(inclusion_proof(index, size, _node_of(connection))), note)


class Pen:
    """The right to append, held by one transaction at a time; from `Log.appending`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        head, node = _head(connection), _node_of(connection)
        self._edge = CompactRange(head.size, (node(*peak) for peak in peaks_of(head.size)))
        if self._edge.root() != head.root:
            raise TamperError(f"The head of {head.origin} at size {head.size} is not the root of its entries.")

    def append(self, entry: bytes, *, key: str | None = None, expected_size: int | None = None) -> Receipt:
        """Add one entry; see `Log.append`. The receipt is true once the transaction has ended."""
        fitting(entry)
        if key is not None:
            if not (key.isascii() and key.isprintable() and 0 < len(key) <= LONGEST_KEY):
                raise BadInputError("idempotency key", f"is 1 to {LONGEST_KEY} printable ASCII characters", ascii(key))
            if first := self._first(entry, key):
                return first
        index, leaf = self._edge.size, leaf_hash(entry)
        if expected_size not in (None, index):
            raise Conflict(f"The log has {index} entries by now, not {expected_size}: somebody else was first.")
        number, completed = hash_number(0, index), self._edge.append(leaf)
        root = self._edge.root()
        self.connection.execute(insert(LEAF).values(number=index, data=entry, request=key))
        self.connection.execute(
            insert(HASH), [{"number": number + level, "hash": subtree} for level, subtree in enumerate(completed)]
        )
        self.connection.execute(update(HEAD).values(size=self._edge.size, root=root))
        return Receipt(index, leaf, root)

    @property
    def size(self) -> int:
        """How many entries the log has, those of this transaction included."""
        return self._edge.size

    def earlier(self, key: str) -> int | None:
        """Return the number of the entry that an earlier request with this key made; None where there was none."""
        number: int | None = self.connection.execute(select(LEAF.c.number).where(LEAF.c.request == key)).scalar()
        return number

    def _first(self, entry: bytes, key: str) -> Receipt | None:
        """Return the receipt of an earlier request with this key; Conflict if it brought another entry."""
        row = self.connection.execute(select(LEAF.c.number, LEAF.c.data).where(LEAF.c.request == key)).first()
        if row is None:
            return None
        if row.data != entry:
            raise Conflict(f"The request {key} was used before, for another entry, which is number {row.number}.")
        return Receipt(row.number, leaf_hash(entry), root_of(row.number + 1, _node_of(self.connection)))


def _address(url: str | Path) -> URL:
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(url))
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise UsageError("A log is at a path, at sqlite:///path or at postgresql://….") from error
    if address.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return address.set(drivername="postgresql+psycopg")
    if address.drivername != "sqlite":
        raise UsageError(f"A log is kept in SQLite or PostgreSQL, not by {address.drivername}.")
    return address


def _head(connection: Connection) -> Checkpoint:
    row = connection.execute(select(HEAD.c.origin, HEAD.c.size, HEAD.c.root)).first()
    if row is None:
        raise TamperError("The log has lost its head.")
    return Checkpoint(row.origin, row.size, row.root)


def _node_of(connection: Connection) -> NodeOf:
    query = select(HASH.c.hash)

    def node(level: int, position: int) -> bytes:
        found = connection.execute(query.where(HASH.c.number == hash_number(level, position))).scalar()
        if found is None:
            raise TamperError(f"The log has no hash for subtree {position} of level {level}.")
        return bytes(found)

    return node


def _checkpoint(connection: Connection, size: int) -> Note:
    kept = connection.execute(select(CHECKPOINT.c.note).where(CHECKPOINT.c.size == size)).scalar()
    if kept is None:
        raise UsageError(f"No checkpoint of size {size} was signed.")
    return Note.parse(kept)


def _keep(connection: Connection, checkpoint: Checkpoint, note: Note) -> Note:
    """Write a checkpoint's note, joined with what was kept of it before."""
    kept = connection.execute(select(CHECKPOINT.c.note).where(CHECKPOINT.c.size == checkpoint.size)).scalar()
    if kept is None:
        connection.execute(insert(CHECKPOINT).values(size=checkpoint.size, note=bytes(note)))
        return note
    joined = Note.parse(kept).signed(*note.signatures)
    connection.execute(update(CHECKPOINT).where(CHECKPOINT.c.size == checkpoint.size).values(note=bytes(joined)))
    return joined
