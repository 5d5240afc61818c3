"""Receipts: one text file that shows, offline, that an entry stands in the log (c2sp.org/tlog-proof@v1)."""

from dataclasses import dataclass

from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.merkle import leaf_hash, verify_inclusion
from faircount.evidence.log.note import Note, from_base64, from_decimal, to_base64
from faircount.evidence.log.policy import Policy, Witnessed
from faircount.model import BadInputError, TamperError

FIRST_LINE = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
"""What the name of a receipt's file ends in."""
LONGEST_PATH = 63
"""Hashes in a proof at most: a tree has fewer than 2^63 leaves."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A receipt. `bytes(proof)` is the file."""

    index: int
    """Of the entry in the log, from 0."""
    path: tuple[bytes, ...]
    """From the leaf's sibling up to the root's child (RFC 6962, section 2.1.1)."""
    checkpoint: Note
    """As the log signed it, with whatever cosignatures it had gathered."""
    extra: bytes | None = None
    """Opaque and not authenticated: never to be believed."""

    def __bytes__(self) -> bytes:
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines += [f"index {self.index}", *map(to_base64, self.path)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + bytes(self.checkpoint)

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """Read a receipt; BadInputError if it is malformed. Believe nothing in it before `verify`."""
        head, blank, note = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise BadInputError("receipt", "is ASCII above its checkpoint", str(error)) from error
        if lines.pop(0) != FIRST_LINE or not blank:
            raise BadInputError("receipt", f"begins with {FIRST_LINE} and holds a checkpoint after an empty line")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "), "receipt, extra")
        if not lines or not lines[0].startswith("index "):
            raise BadInputError("receipt", "says index and a number before its hashes", ascii(lines[:1]))
        index = from_decimal(lines.pop(0).removeprefix("index "), "receipt, index")
        if len(lines) > LONGEST_PATH:
            raise BadInputError("receipt", f"holds at most {LONGEST_PATH} hashes", str(len(lines)))
        path = tuple(from_base64(line, f"receipt, hash {number}", 32) for number, line in enumerate(lines, 1))
        return cls(index, path, Note.parse(note), extra)

    def verify(self, entry: bytes, policy: Policy) -> Witnessed:
        """Show that `entry`, byte for byte, stands at `index` of a log that satisfies `policy`; return its checkpoint.

        TamperError if it does not; UnwitnessedError if too few witnesses vouch for the checkpoint.
        """
        witnessed = policy.check(self.checkpoint)
        if not self.includes(entry, witnessed.checkpoint):
            raise TamperError(
                f"The receipt does not show this entry at index {self.index} of {witnessed.checkpoint.origin} "
                f"at size {witnessed.checkpoint.size}."
            )
        return witnessed

    def includes(self, entry: bytes, checkpoint: Checkpoint) -> bool:
        """Tell whether the path leads from `entry` to the root of `checkpoint`; looks at no signature."""
        return verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.path, checkpoint.root)
