"""Signed notes: a text, and lines by which known keys vouch for it.

c2sp.org/signed-note v1.0.0; cosignatures of witnesses by c2sp.org/tlog-cosignature v1.0.1.
"""

import base64
import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from faircount.model import BadInputError, TamperError

ED25519, COSIGNATURE = 0x01, 0x04
"""Signature types: plain Ed25519 over the text; time-stamped Ed25519 of a witness."""
MOST_SIGNATURES = 100
"""Signature lines read in one note; the specification asks for at least 16."""
_DASH = "— "
_SMALL_ORDER = {
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
}
"""Public keys, without sign bit, under which one signature fits many texts: points of order ≤ 8 (RFC 8032, 5.1)."""


def to_base64(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, place: str, size: int | None = None) -> bytes:
    """Return the bytes of `text`; BadInputError unless it is their one spelling, of `size` bytes if asked."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:  # covers UnicodeEncodeError and binascii.Error
        raise BadInputError(place, "must be standard base64 (RFC 4648, section 4)", ascii(text)) from error
    if to_base64(data) != text:
        raise BadInputError(place, "must be base64 without stray bits", ascii(text))
    if size is not None and len(data) != size:
        raise BadInputError(place, f"must be {size} bytes", f"{len(data)} bytes")
    return data


def from_decimal(text: str, place: str) -> int:
    """Return a number below 2^63 written in ASCII digits without leading zeroes; else BadInputError at `place`."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19) or str(int(text)) != text or int(text) >= 2**63:
        raise BadInputError(place, "must be a number below 2^63 in digits without leading zeroes", ascii(text))
    return int(text)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name. `str(key)` is its vkey, `name+id+base64(type ‖ public key)` (c2sp.org/signed-note)."""

    name: str
    algorithm: int
    """`ED25519` or `COSIGNATURE`."""
    public: bytes
    """32 bytes (RFC 8032, section 5.1.5)."""

    def __post_init__(self) -> None:
        if not _fair_name(self.name):
            raise BadInputError("key", "a name has no spaces, no plus sign and no control characters", ascii(self.name))
        if self.algorithm not in (ED25519, COSIGNATURE):
            raise BadInputError(f"key {self.name}", "signature type must be 1 or 4", str(self.algorithm))
        if len(self.public) != 32:
            raise BadInputError(f"key {self.name}", "an Ed25519 key has 32 bytes", f"{len(self.public)} bytes")
        if self.public[:31] + bytes([self.public[31] & 0x7F]) in _SMALL_ORDER:
            raise BadInputError(
                f"key {self.name}", "a point of small order is no key: one signature would fit many texts"
            )

    @property
    def id(self) -> bytes:
        """First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key): tells keys apart, proves nothing."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.algorithm]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> "VerifierKey":
        """Read a vkey; BadInputError if it is none, of another type, or its id is not its own."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise BadInputError("verifier key", "has the form name+id+base64", ascii(vkey))
        data = from_base64(parts[2], f"verifier key {parts[0]!a}")
        key = cls(parts[0], data[0] if data else 0, data[1:])
        if key.id.hex() != parts[1]:
            raise BadInputError(f"verifier key {key.name}", f"its id must be {key.id.hex()}", ascii(parts[1]))
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether `signature`, without the key id, is this key's over the note text `text`."""
        message = text.encode()
        if self.algorithm == COSIGNATURE:
            if len(signature) != 8 + 64 or signature[0] & 0x80:  # a time of 2^63 or later is none
                return False
            message = cosigned(text, int.from_bytes(signature[:8], "big"))
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key under a name. Never logged, never in a bundle; `repr` does not show it."""

    verifier: VerifierKey
    _private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"SigningKey({self.verifier})"

    @classmethod
    def from_seed(cls, name: str, seed: bytes, algorithm: int = ED25519) -> "SigningKey":
        """Return the key of a 32-byte secret seed (RFC 8032, section 5.1.5)."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(VerifierKey(name, algorithm, private.public_key().public_bytes_raw()), private)

    @classmethod
    def generate(cls, name: str, algorithm: int = ED25519) -> "SigningKey":
        """Return a new key from the operating system's entropy."""
        return cls.from_seed(name, Ed25519PrivateKey.generate().private_bytes_raw(), algorithm)

    @classmethod
    def parse(cls, secret: str) -> "SigningKey":
        """Read what `secret` wrote: `PRIVATE+KEY+name+id+base64(type ‖ seed)`. Errors never show it."""
        parts = secret.split("+", 4)
        if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
            raise BadInputError("signing key", "has the form PRIVATE+KEY+name+id+base64")
        try:
            data = base64.b64decode(parts[4].encode("ascii"), validate=True)
        except ValueError:
            data = b""
        if len(data) != 33:
            raise BadInputError("signing key", "must hold 33 bytes in base64: type and seed")
        key = cls.from_seed(parts[2], data[1:], data[0])
        if key.verifier.id.hex() != parts[3]:
            raise BadInputError("signing key", f"its id must be {key.verifier.id.hex()}", ascii(parts[3]))
        return key

    def secret(self) -> str:
        """Return the text to keep in a file that only its owner can read; the form of Go's note package."""
        key = self.verifier
        body = to_base64(bytes([key.algorithm]) + self._private.private_bytes_raw())
        return f"PRIVATE+KEY+{key.name}+{key.id.hex()}+{body}"

    def sign(self, text: str, time: int = 0) -> "Signature":
        """Sign the note text `text`. `time`, POSIX seconds, is part of a cosignature and of nothing else."""
        if self.verifier.algorithm == COSIGNATURE:
            signature = time.to_bytes(8, "big") + self._private.sign(cosigned(text, time))
        else:
            signature = self._private.sign(text.encode())
        return Signature(self.verifier.name, self.verifier.id, signature)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `signature` is without the key id; says nothing until a known key verifies it."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line without its newline: em dash, name, base64(key id ‖ signature)."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.signature)}"

    @property
    def time(self) -> int:
        """POSIX seconds of a cosignature: its first eight bytes (c2sp.org/tlog-cosignature)."""
        return int.from_bytes(self.signature[:8], "big")

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """Read a signature line without its newline."""
        name, _, body = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not _fair_name(name):
            raise BadInputError("signature line", "has the form '— name base64'", ascii(line))
        data = from_base64(body, "signature line")
        if len(data) < 5:
            raise BadInputError("signature line", "holds a key id of four bytes and a signature", ascii(line))
        return cls(name, data[:4], data[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text ending in a newline, and its signatures. `bytes(note)` is the file."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.endswith("\n"):
            raise BadInputError("note", "its text ends in a newline", ascii(self.text[-40:]))
        if any(ord(character) < 0x20 and character != "\n" for character in self.text):
            raise BadInputError("note", "has no control characters but newlines", ascii(self.text))
        if len(self.signatures) > MOST_SIGNATURES:
            raise BadInputError("note", f"carries at most {MOST_SIGNATURES} signatures", str(len(self.signatures)))

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(f"{signature.line}\n" for signature in self.signatures)).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Note":
        """Read a signed note: the last empty line parts text and signatures. BadInputError if it is malformed."""
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadInputError("note", "must be UTF-8", str(error)) from error
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise BadInputError("note", "is text, an empty line, and signature lines that end in a newline")
        return cls(text + "\n", parse_signatures(lines))

    def signed(self, *signatures: Signature) -> "Note":
        """Return the note with further signatures; a line it already has is not repeated."""
        fresh = [signature for signature in dict.fromkeys(signatures) if signature not in self.signatures]
        return replace(self, signatures=(*self.signatures, *fresh))

    def verified(self, keys: Iterable[VerifierKey]) -> dict[VerifierKey, Signature]:
        """Return which of `keys` signed, each once, in the order of the keys. Lines of unknown keys are ignored.

        TamperError if a line of a known key does not verify, even beside one that does (signed-note, Signatures).
        """
        found: dict[VerifierKey, Signature] = {}
        for key in keys:
            for signature in self.signatures:
                if (signature.name, signature.key_id) == (key.name, key.id):
                    if not key.verifies(self.text, signature.signature):
                        raise TamperError(f"The signature of {key.name} does not fit the note it stands under.")
                    found.setdefault(key, signature)
        return found


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Read signature lines, each ending in a newline: the end of a note, or a witness's answer."""
    if not lines.endswith("\n"):
        raise BadInputError("signature lines", "end in a newline", ascii(lines[-40:]))
    rows = lines[:-1].split("\n")
    if len(rows) > MOST_SIGNATURES:
        raise BadInputError("note", f"carries at most {MOST_SIGNATURES} signatures", str(len(rows)))
    return tuple(Signature.parse(row) for row in rows)


def cosigned(text: str, time: int) -> bytes:
    """Return the message that a witness signs over a checkpoint's text (c2sp.org/tlog-cosignature)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _fair_name(name: str) -> bool:
    return bool(name) and not any(c == "+" or c.isspace() or unicodedata.category(c) in {"Cc", "Zs"} for c in name)
