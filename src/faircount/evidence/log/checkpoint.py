"""Checkpoints: a log's signed word that its tree has this size and this root (c2sp.org/tlog-checkpoint v1.0.0)."""

from dataclasses import dataclass

from faircount.evidence.log.note import Note, SigningKey, VerifierKey, from_base64, from_decimal, to_base64
from faircount.model import BadInputError, TamperError


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head. `text` is what the log signs and witnesses cosign."""

    origin: str
    """Unique name of the log; also the name of its key."""
    size: int
    """Number of leaves."""
    root: bytes
    """32 bytes."""
    extensions: tuple[str, ...] = ()
    """Further lines, not auditable; we write none."""

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line:
                raise BadInputError("checkpoint", "origin and extensions are lines that are not empty", ascii(line))

    @property
    def text(self) -> str:
        """The note text: origin, size, base64 root, extension lines."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note text; BadInputError if it is not precisely that of a checkpoint."""
        lines = text.removesuffix("\n").split("\n")
        if not text.endswith("\n") or len(lines) < 3:
            raise BadInputError("checkpoint", "has three lines or more: origin, size, root", ascii(text))
        size, root = from_decimal(lines[1], "checkpoint, size"), from_base64(lines[2], "checkpoint, root", 32)
        return cls(lines[0], size, root, tuple(lines[3:]))

    def signed(self, key: SigningKey) -> Note:
        """Return the checkpoint as a note signed by the log. TamperError if the key's name is not the log's origin."""
        if key.verifier.name != self.origin:
            raise TamperError(
                f"A checkpoint of {self.origin} is signed by the key of that name, not of {key.verifier.name}."
            )
        return Note(self.text).signed(key.sign(self.text))


def signed_checkpoint(note: Note, *keys: VerifierKey) -> Checkpoint:
    """Return the checkpoint in `note` if one of the log's `keys` signed it, named as its origin; else TamperError.

    Several keys are those of one log before and after a rotation.
    """
    checkpoint = Checkpoint.parse(note.text)
    if not note.verified(key for key in keys if key.name == checkpoint.origin):
        raise TamperError(f"The checkpoint of {checkpoint.origin} bears no signature of a known key of that log.")
    return checkpoint


def cosign(note: Note, witness: SigningKey, time: int) -> Note:
    """Return `note` with the cosignature of `witness` at POSIX `time` (c2sp.org/tlog-cosignature).

    Says: of this log, this is the largest consistent tree the witness had seen at that time. It checks nothing itself:
    `witness.answer` does, and is the only caller that may sign for a real witness.
    """
    return note.signed(witness.sign(note.text, time))
