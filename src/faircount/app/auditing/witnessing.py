"""Witnesses of an audit's log: what to ask them, by file or by HTTP, and what their answers mean.

The protocol is c2sp.org/tlog-witness v1.0.0. An answer is believed for the cosignature in it; a refusal is not signed,
so it accuses nobody by itself, but whoever gets one that tells of another history must look before going on.
"""

import http.client
import socket
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from faircount.app.auditing.acting import witness
from faircount.app.auditing.held import Done, HeldAudit
from faircount.audit.acts import COMMITTED
from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.note import VerifierKey, from_decimal, parse_signatures
from faircount.evidence.log.policy import UnwitnessedError
from faircount.evidence.log.witness import SIZE, Request, accept
from faircount.model import BadInputError, Person, TamperError, UsageError

LONGEST = 1 << 16
"""Bytes of an answer at most."""
PATIENCE, WHOLE = 20.0, 60.0
"""Seconds that a witness may be silent, and that one exchange may take."""
REFUSED = "refused "
"""How the file of a refusal begins; after it come the HTTP status and the witness's name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for one witness, as the bytes of a file."""

    witness: VerifierKey
    old: int
    """Entries that this witness is known to have cosigned."""
    checkpoint: Checkpoint
    body: bytes

    @property
    def file_name(self) -> str:
        """Name of the file; the answer's ends in `.answer`."""
        plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in self.witness.name)
        return f"{plain}-{self.witness.id.hex()}.request"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one answer. `alarm`: the witness knows another history of this log than the one here."""

    who: str
    outcome: str
    """`cosigned`, `refused` or `not reached`."""
    size: int | None = None
    """Entries: cosigned now, or by what the witness says."""
    words: str = ""
    alarm: bool = False


def witnesses_of(held: HeldAudit) -> tuple[VerifierKey, ...]:
    """Return the keys of the audit's witnesses. Raises `UsageError` where its policy names none."""
    keys = tuple(held.policy.witnesses.values())
    if not keys:
        raise UsageError("this audit has no witnesses; they are named with its first commit: --witness VKEY")
    return keys


def known_sizes(held: HeldAudit) -> dict[VerifierKey, int]:
    """Return how many entries each witness is known to have cosigned at most; 0 for none."""
    sizes = dict.fromkeys(witnesses_of(held), 0)
    for size, note in held.log.checkpoints().items():
        for key in note.verified(sizes):
            sizes[key] = max(sizes[key], size)
    return sizes


def requests(held: HeldAudit, told: Mapping[str, int] | None = None) -> list[Asked]:
    """Sign the log as it is now and return a request for each witness. `told`: sizes that witnesses named themselves.

    Raises `TamperError` where such a size is above the log's, `UsageError` for a witness that the audit does not have.
    """
    known = known_sizes(held)
    sizes = {key.name: size for key, size in known.items()} | dict(told or {})
    if strange := sorted(sizes.keys() - {key.name for key in known}):
        raise UsageError(f"{strange[0]!r} is no witness of this audit; they are {', '.join(k.name for k in known)}")
    checkpoint, _ = held.checkpoint()
    asked = []
    for key in known:
        if (old := sizes[key.name]) > checkpoint.size:
            raise TamperError(_rolled_back(key.name, old, checkpoint.size))
        asked.append(Asked(key, old, checkpoint, _request(held, old, checkpoint.size)))
    return asked


def _request(held: HeldAudit, old: int, size: int) -> bytes:
    return bytes(Request(old, tuple(held.log.consistency(old, size)), held.log.checkpoints()[size]))


# ---- answers ------------------------------------------------------------------------------------------------------
def hear(held: HeldAudit, place: str, data: bytes) -> Heard:
    """Take an answer that came as a file: keep its cosignatures, or say what the refusal means.

    Raises `BadInputError` where it is neither, or cosigns no checkpoint that this log has signed.
    """
    if len(data) > LONGEST:
        raise BadInputError(place, f"an answer has at most {LONGEST} bytes", f"{len(data)} bytes")
    if data.startswith(REFUSED.encode()):
        return _refusal(held, place, data.decode("utf-8", "replace"))
    try:
        lines = parse_signatures(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadInputError(place, "must be UTF-8", str(error)) from error
    keys = witnesses_of(held)
    if not any((line.name, line.key_id) == (key.name, key.id) for line in lines for key in keys):
        raise BadInputError(place, "is an answer of a witness of this audit", ", ".join(line.name for line in lines))
    for size, note in sorted(held.log.checkpoints().items(), reverse=True):
        try:
            accept(note, data, keys)
        except TamperError:
            continue
        return _cosigned(held, size, data)
    rule = "cosigns a checkpoint that this log has signed"
    raise BadInputError(place, rule, "none of them", "it answers for another log, or this one was put back")


def _cosigned(held: HeldAudit, size: int, data: bytes, old: int | None = None) -> Heard:
    known = known_sizes(held)
    held.log.cosigned(size, data, *known)
    lines = {(line.name, line.key_id) for line in parse_signatures(data.decode("utf-8"))}
    keys = [key for key in known if (key.name, key.id) in lines]
    words = "; ".join(_forgotten(key.name, old, known[key]) for key in keys if old is not None and old < known[key])
    return Heard(", ".join(key.name for key in keys), "cosigned", size, words)


def _refusal(held: HeldAudit, place: str, text: str) -> Heard:
    first, _, words = text.partition("\n")
    status, _, name = first.removeprefix(REFUSED).partition(" ")
    if status != "409":
        return _meaning(held, name, status, words)
    numbers, _, words = words.partition("\n")
    told, _, root = numbers.partition(" ")
    size, head = from_decimal(told, f"{place}, size"), held.log.head().size
    if size > head:
        return _alarm(name, size, _rolled_back(name, size, head))
    if root != held.log.root_at(size).hex():
        return _alarm(name, size, _two_histories(name, size))
    known = {key.name: most for key, most in known_sizes(held).items()}.get(name, 0)
    words = _forgotten(name, size, known) if size < known else f"it has cosigned {size} entries"
    return Heard(name, "refused", size, f"{words}; ask again: faircount log request -o FOLDER --old {name}={size}")


def _meaning(held: HeldAudit, who: str, status: str, words: str, old: int = 0) -> Heard:
    words = " ".join(words.split())[:300]
    if status == "422":
        return _alarm(who, None, _two_histories(who, old))
    trust = f"python3 -m faircount_witness trust {held.log.origin} {held.audit.policy['log_key']}"
    says = {
        "404": f"it does not watch this log yet; its owner types: {trust}",
        "403": f"it does not know the key that signs here; if it is the right one, its owner types: {trust}",
    }
    return Heard(who, "refused", None, says.get(status, f"status {status}: {words}"))


def _alarm(who: str, size: int | None, words: str) -> Heard:
    return Heard(who, "refused", size, words, alarm=True)


def _rolled_back(who: str, told: int, size: int) -> str:
    return (
        f"{who} has cosigned {told} entries of this log, and here it has {size}: THE LOG WAS ROLLED BACK to an older "
        "state, or entries were taken away"
    )


def _forgotten(who: str, size: int, known: int) -> str:
    return f"{who} remembers {size} entries and had cosigned {known}: IT HAS FORGOTTEN, and could be shown anything"


def _two_histories(who: str, size: int) -> str:
    where = f"the first {size} entries" if size else "entries"
    return (
        f"{who} has cosigned another history: {where} of this log are not what it saw. THE LOG WAS ROLLED BACK and "
        "went on differently, or shows different people different histories"
    )


# ---- by HTTP ------------------------------------------------------------------------------------------------------
def submit(held: HeldAudit, urls: Iterable[str]) -> list[Heard]:
    """Ask witnesses, by their submission prefixes, to cosign the log as it is now, and keep their cosignatures.

    Raises `UsageError` for what is no address, before anybody is asked.
    """
    places = [(url, _place(url)) for url in urls]
    return [_submit(held, url, place) for url, place in places]


def _submit(held: HeldAudit, url: str, place: SplitResult) -> Heard:
    checkpoint, _ = held.checkpoint()
    old = 0  # whose address this is only the answer tells; a witness that knows the log says at which size
    for _ in range(2):
        try:
            status, kind, body = _post(place, _request(held, old, checkpoint.size))
        except (OSError, http.client.HTTPException) as error:
            return Heard(url, "not reached", None, str(error) or type(error).__name__)
        if status == 200:
            return _answered(held, url, checkpoint.size, body, old)
        if status != 409 or kind != SIZE:
            return _meaning(held, url, str(status), body.decode("utf-8", "replace"), old)
        try:
            told = from_decimal(body.decode("ascii", "replace").removesuffix("\n"), f"{url}, size")
        except BadInputError as error:
            return Heard(url, "refused", None, str(error))
        if told > checkpoint.size:
            return _alarm(url, told, _rolled_back(url, told, checkpoint.size))
        if told == old:
            return _alarm(url, told, _two_histories(url, told))
        old = told
    return Heard(url, "refused", old, "it named two sizes in a row; somebody else asks it at the same time: try again")


def _answered(held: HeldAudit, url: str, size: int, body: bytes, old: int) -> Heard:
    try:
        return _cosigned(held, size, body, old)
    except (TamperError, BadInputError) as error:
        return Heard(url, "refused", None, f"its answer is not one: {error}")


def _place(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.username:
        raise UsageError(f"a witness is at http://… or https://…, found {url!r}")
    return parts


def _post(parts: SplitResult, body: bytes) -> tuple[int, str, bytes]:
    """Return status, content type and body of the answer. Follows no redirection and asks no proxy."""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    watch = threading.Timer(WHOLE, _cut, (connection,))
    watch.start()
    try:
        connection.request("POST", f"{parts.path.rstrip('/')}/add-checkpoint", body, {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        data = answer.read(LONGEST + 1)
        if len(data) > LONGEST:
            raise http.client.HTTPException(f"its answer has more than {LONGEST} bytes")
        if answer.length:
            raise http.client.HTTPException("its answer broke off")
        return answer.status, answer.headers.get("Content-Type", ""), data
    finally:
        watch.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    # A timeout starts anew with every byte; whoever sends one now and then would hold us for ever.
    with suppress(OSError):
        if isinstance(connection.sock, socket.socket):
            connection.sock.shutdown(socket.SHUT_RDWR)


# ---- what follows -------------------------------------------------------------------------------------------------
def settle(held: HeldAudit, by: Person, heard: Sequence[Heard]) -> Done | None:
    """Put the witnessed checkpoint into the log once the policy is met and the commitment waits for it; else None.

    Raises `TamperError` where a witness knows another history: nothing goes on before people have looked at that.
    """
    if alarms := [one.words for one in heard if one.alarm]:
        raise TamperError("; ".join(alarms))
    note = held.log.checkpoints().get(len(held.acts))
    if note is None or held.audit.stage != COMMITTED or held.audit.ceremony.size:
        return None
    try:
        return witness(held, by, note)
    except UnwitnessedError:
        return None


def standing(held: HeldAudit, sizes: Iterable[int | None] = ()) -> str:
    """Return in words how many witnesses vouch for the log as it is, or for the latest of `sizes` that it had."""
    head = held.log.head().size
    size = max((one for one in sizes if one is not None and one <= head), default=head)
    notes, keys = held.log.checkpoints(), witnesses_of(held)
    found = len(notes[size].verified(keys)) if size in notes else 0
    words = f"log + {found} of {len(keys)} witnesses vouch for {size} entries; the policy asks for log + "
    words += f"{held.audit.policy['quorum']}"
    return words if size == head else f"{words}. The log has {head} entries by now"
