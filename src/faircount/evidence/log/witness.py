"""Witnesses: people with a key of their own who cosign a log's checkpoint if it continues the last they saw.

c2sp.org/tlog-witness v1.0.0, as functions of bytes. The same bytes travel by HTTP or as files on a USB stick: the
request is one file, the answer to status 200 another. A witness needs no more memory than (origin → size, root).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from faircount.evidence.log.canonical import canonical, parse_canonical
from faircount.evidence.log.checkpoint import Checkpoint, cosign
from faircount.evidence.log.merkle import EMPTY_ROOT, verify_consistency
from faircount.evidence.log.note import (
    Note,
    SigningKey,
    VerifierKey,
    from_base64,
    from_decimal,
    parse_signatures,
    to_base64,
)
from faircount.model import BadInputError, TamperError

PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
"""Content types of an answer: of signature lines and refusals; of a 409, which says what size the witness knows."""
MOST_HASHES = 63
"""Consistency proof lines in a request at most."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest tree of a log that the witness cosigned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Request:
    """The body of `add-checkpoint`. `bytes(request)` is it, and also the file that is carried to a witness."""

    old: int
    """Size of the tree the witness saw last; 0 for a first meeting, or to be told."""
    proof: tuple[bytes, ...]
    """Consistency from `old` to the checkpoint (RFC 6962, section 2.1.2)."""
    checkpoint: Note

    def __bytes__(self) -> bytes:
        lines = [f"old {self.old}", *map(to_base64, self.proof)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + bytes(self.checkpoint)

    @classmethod
    def parse(cls, body: bytes) -> "Request":
        """Read a request; BadInputError if it is malformed."""
        head, blank, note = body.partition(b"\n\n")
        first, *hashes = head.decode("ascii", "replace").split("\n")
        if not first.startswith("old ") or not blank:
            raise BadInputError("request", "is 'old' and a size, hashes, an empty line and a checkpoint", ascii(first))
        if len(hashes) > MOST_HASHES:
            raise BadInputError("request", f"holds at most {MOST_HASHES} hashes", str(len(hashes)))
        old = from_decimal(first.removeprefix("old "), "request, old size")
        return cls(old, tuple(from_base64(line, "request, hash", 32) for line in hashes), Note.parse(note))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness says: an HTTP status, a body, the body's type. Only 200 carries signatures."""

    status: int
    body: bytes
    content_type: str = PLAIN


def answer(
    body: bytes, seen: Mapping[str, Seen], logs: Mapping[str, tuple[VerifierKey, ...]], key: SigningKey, time: int
) -> tuple[Answer, Mapping[str, Seen]]:
    """Answer the request `body` at POSIX `time`; return the answer and what the witness has seen from now on.

    `logs` are the trusted keys by origin, `key` is the witness's own (type `COSIGNATURE`). The caller must make the
    new memory durable before it hands out the answer, and must let nobody read the old one in between, or a log could
    be rolled back.

    200 cosigned; 400 malformed, or old size above the checkpoint's; 403 no signature of a trusted key; 404 unknown
    log; 409 old size is not what was seen (the body says what was), or another root of the same size: a split view;
    422 not a continuation.
    """
    try:
        request = Request.parse(body)
        checkpoint = Checkpoint.parse(request.checkpoint.text)
    except BadInputError as error:
        return _refused(400, str(error)), seen
    known = seen.get(checkpoint.origin, Seen())
    refusal = _trusted(request, checkpoint, logs) or _continued(request, checkpoint, known)
    if refusal:
        return refusal, seen
    line = cosign(Note(request.checkpoint.text), key, time).signatures[0].line
    now = {**seen, checkpoint.origin: Seen(checkpoint.size, checkpoint.root)}
    return Answer(200, f"{line}\n".encode()), now


def _trusted(request: Request, checkpoint: Checkpoint, logs: Mapping[str, tuple[VerifierKey, ...]]) -> Answer | None:
    keys = logs.get(checkpoint.origin)
    if keys is None:
        return _refused(404, f"This witness does not know the log {checkpoint.origin}.")
    try:
        if request.checkpoint.verified(keys):
            return None
    except TamperError as error:
        return _refused(403, str(error))
    return _refused(403, f"No trusted key of {checkpoint.origin} signed this checkpoint.")


def _continued(request: Request, checkpoint: Checkpoint, known: Seen) -> Answer | None:
    if request.old > checkpoint.size:
        return _refused(400, f"The old size {request.old} is above the checkpoint's, {checkpoint.size}.")
    if request.old != known.size or (checkpoint.size == known.size and checkpoint.root != known.root):
        return Answer(409, f"{known.size}\n".encode(), SIZE)
    if not verify_consistency(request.old, checkpoint.size, known.root, checkpoint.root, request.proof):
        return _refused(
            422, f"The checkpoint is not shown to continue the tree of size {known.size} that was cosigned last."
        )
    return None


def _refused(status: int, why: str) -> Answer:
    return Answer(status, f"{why}\n".encode())


def accept(note: Note, answer_body: bytes, witnesses: Iterable[VerifierKey]) -> Note:
    """Return the log's `note` with the cosignatures from a witness's answer; lines of unknown keys are left behind.

    For the log's side. TamperError if a known witness's line does not fit, or if no line is of a known witness.
    """
    try:
        lines = parse_signatures(answer_body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadInputError("cosignature", "must be UTF-8", str(error)) from error
    fresh = Note(note.text, lines).verified(witnesses)
    if not fresh:
        raise TamperError("The answer holds no cosignature of a witness that is known here.")
    return note.signed(*fresh.values())


def memory_to_bytes(seen: Mapping[str, Seen]) -> bytes:
    """Return a witness's whole memory as canonical JSON, to be kept in one file: {origin: [size, base64 root]}."""
    return canonical({origin: [tree.size, to_base64(tree.root)] for origin, tree in seen.items()})


def memory_from_bytes(data: bytes) -> dict[str, Seen]:
    """Read what `memory_to_bytes` wrote. BadInputError if it is anything else: a witness never starts from a guess."""
    kept = parse_canonical(data)
    place = "memory of a witness"
    if type(kept) is not dict:
        raise BadInputError(place, "is an object by origin", type(kept).__name__)
    seen = {}
    for origin, tree in kept.items():
        match tree:
            case [int(size), str(root)] if type(size) is int and size >= 0:
                seen[origin] = Seen(size, from_base64(root, place, 32))
            case _:
                raise BadInputError(place, "holds [size, root] of each log", ascii(tree))
    return seen
