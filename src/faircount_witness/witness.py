"""What a witness does: it cosigns a checkpoint that continues the last one it cosigned, and never anything else.

So nobody can show two histories of a log, or take entries back, without its refusal (c2sp.org/tlog-witness v1.0.0).
"""

import base64
import hashlib
import json
import os
import re
import secrets
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from faircount_witness.keys import NAME, WITNESS, Key, Trouble, key_of, public, sign, unbase64, verified

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

EMPTY = hashlib.sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962, section 2.1)."""


def continues(old: int, new: int, old_root: bytes, new_root: bytes, proof: "list[bytes]") -> bool:
    """Return whether the proof shows that the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if old in (0, new):
        return not proof and old_root == (new_root if old == new else EMPTY)
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    if old > new or not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = (hashlib.sha256(b"\x01" + one + node).digest() for node in (older, newer))
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            newer = hashlib.sha256(b"\x01" + newer + one).digest()
        at, last = at >> 1, last >> 1
    return last == 0 and (older, newer) == (old_root, new_root)


class Refusal(Exception):
    """Why a request is not cosigned: the HTTP status, words, and of a 409 what was cosigned last: size and root."""

    def __init__(self, status: int, words: str, seen: "tuple[int, bytes] | None" = None) -> None:
        super().__init__(words)
        self.status, self.seen = status, seen


class Request(NamedTuple):
    """What a log asks: cosign this checkpoint, which continues the tree of `old` leaves that you know."""

    old: int
    proof: "list[bytes]"
    text: str  # what the log signed
    origin: str
    size: int
    root: bytes
    lines: "list[tuple[str, bytes]]"  # signatures: name of the key, and its id followed by the signature
    note: str


def parsed(body: bytes) -> Request:
    """Read a request. Raises `Refusal` 400 where it is malformed."""
    try:
        ask, _, note = body.decode("utf-8").partition("\n\n")
        old, *proof = ask.split("\n")
        text, _, lines = note.rpartition("\n\n")
        origin, size, root, *more = text.split("\n")
        rows = [re.fullmatch(rf"\u2014 ({NAME}) (\S+)", line) for line in lines.split("\n")[:-1]]
        if not old.startswith("old ") or len(proof) > 63:
            raise ValueError("it begins with 'old' and a size, and at most 63 hashes")
        if not origin or "" in more or re.search(r"[\x00-\x09\x0b-\x1f]", text):
            raise ValueError("a checkpoint is three lines: origin, size, root")
        if not lines.endswith("\n") or not all(rows) or not 1 <= len(rows) <= 100:
            raise ValueError("it ends in 1 to 100 lines '— name base64'")
        made = [(row[1], unbase64(row[2], 5)) for row in rows if row]
        hashes = [unbase64(line, 32) for line in (root, *proof)]
        if any(len(one) != 32 for one in hashes):
            raise ValueError("a hash has 32 bytes")
        return Request(_size(old[4:]), hashes[1:], text + "\n", origin, _size(size), hashes[0], made, note)
    except ValueError as error:
        raise Refusal(400, f"The request cannot be read: {error}.") from None


def _size(text: str) -> int:
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text) or int(text) >= 2**63:
        raise ValueError(f"{text!a} is not a number of entries")
    return int(text)


def durable(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, so that a crash leaves the old bytes or the new, and these stay."""
    temporary = path.with_name(f".{path.name}.new")
    with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)
    if sys.platform != "win32":  # there a folder cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def own_key(folder: Path) -> "tuple[Key, bytes]":
    """Return the key of the witness in a folder, and its secret seed. Raises `Trouble` where there is none."""
    try:
        name, seed = (folder / "key").read_text("utf-8").split()
        return Key(name, WITNESS, public(bytes.fromhex(seed))), bytes.fromhex(seed)
    except FileNotFoundError:
        raise Trouble(f"there is no witness in {folder}: first init NAME") from None
    except ValueError:
        raise Trouble(f"{folder / 'key'} is damaged") from None


class Witness:
    """The folder of one witness: its key, the logs that it watches, what it cosigned last. One process at a time."""

    def __init__(self, folder: Path, begin: bool = False) -> None:
        self.folder, self._turn = folder, threading.Lock()
        if begin:
            folder.mkdir(parents=True, exist_ok=True)
        else:
            own_key(folder)
        self._lock = (folder / "lock").open("a")
        try:
            if sys.platform == "win32":
                msvcrt.locking(self._lock.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise Trouble(f"another process is using {folder}: two that sign could sign two histories") from None

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def begin(self, name: str) -> None:
        """Make a key under a name, and an empty memory. Raises `Trouble` where there is a key already."""
        if not re.fullmatch(NAME, name):
            raise Trouble("a name has no blanks and no plus sign: example.org/witness-of-ada")
        if (self.folder / "key").exists():
            raise Trouble(f"{self.folder} holds a key already; a key is never replaced")
        self._remember({"logs": {}, "seen": {}})
        durable(self.folder / "key", f"{name} {secrets.token_bytes(32).hex()}\n".encode())

    def memory(self) -> "dict[str, Any]":
        """Return the logs that are watched, and what was cosigned of each. Raises `Trouble`: it never guesses."""
        try:
            kept: dict[str, Any] = json.loads((self.folder / "memory.json").read_bytes())
            good = [seen["size"] >= 0 and len(bytes.fromhex(seen["root"])) == 32 for seen in kept["seen"].values()]
            if all(good) and isinstance(kept["logs"], dict):
                return kept
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            pass
        words = "is lost or damaged, and with it what was cosigned: give this key up, begin with a new one elsewhere"
        raise Trouble(f"{self.folder / 'memory.json'} {words}")

    def _remember(self, memory: "dict[str, Any]") -> None:
        durable(self.folder / "memory.json", json.dumps(memory, indent=1, sort_keys=True).encode() + b"\n")

    def trust(self, origin: str, key: Key) -> None:
        """Watch a log: whatever its key signs under this origin. A second key is one that it changed to."""
        memory = self.memory()
        memory["logs"][origin] = list(dict.fromkeys([*memory["logs"].get(origin, []), str(key)]))
        self._remember(memory)

    def answer(self, body: bytes) -> bytes:
        """Cosign what a request asks for, and return the signature line. Raises `Refusal`.

        The memory is on the disk before the signature exists: whatever happens then, no other history is cosigned.
        """
        request = parsed(body)
        with self._turn:
            memory, (key, seed) = self.memory(), own_key(self.folder)
            self._check_signed(request, [key_of(text) for text in memory["logs"].get(request.origin, [])])
            seen = memory["seen"].get(request.origin, {"size": 0, "root": EMPTY.hex()})
            self._check_continued(request, seen["size"], bytes.fromhex(seen["root"]), body)
            now_seen = {"note": request.note, "root": request.root.hex(), "size": request.size}
            memory["seen"][request.origin] = now_seen
            self._remember(memory)
        now = int(time.time())
        made = now.to_bytes(8, "big") + sign(seed, f"cosignature/v1\ntime {now}\n{request.text}".encode())
        return f"\u2014 {key.name} {base64.b64encode(key.id + made).decode()}\n".encode()

    def _check_signed(self, request: Request, keys: "list[Key]") -> None:
        if not keys:
            raise Refusal(404, f"I do not watch the log {request.origin}.")
        message = request.text.encode()
        names = {(key.name, key.id): key.public for key in keys}
        known = [(names[name, made[:4]], made[4:]) for name, made in request.lines if (name, made[:4]) in names]
        good = [verified(key, message, signature) for key, signature in known]
        if not good or not all(good):
            raise Refusal(403, f"No key that I know of {request.origin} signed this checkpoint.")

    def _check_continued(self, request: Request, size: int, root: bytes, body: bytes) -> None:
        if request.old > request.size:
            raise Refusal(400, f"The old size {request.old} is above the checkpoint's, {request.size}.")
        if request.old != size:
            raise Refusal(409, f"I cosigned this log last at size {size}, not {request.old}.", (size, root))
        no = Refusal(422, f"This is not shown to continue the history that I cosigned last, at size {size}.")
        if request.size == size and request.root != root:
            no = Refusal(409, f"I cosigned another history of this log, of the same size {size}.", (size, root))
        elif continues(size, request.size, root, request.root, request.proof):
            return
        # Whoever holds two checkpoints that exclude each other, both signed by the log, can prove what it did.
        (self.folder / "refused").mkdir(exist_ok=True)
        durable(self.folder / "refused" / f"{hashlib.sha256(request.text.encode()).hexdigest()}.request", body)
        raise no
