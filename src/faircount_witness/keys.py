"""Ed25519 written out (RFC 8032, section 5.1), and keys as people exchange them (c2sp.org/signed-note).

The arithmetic takes time that depends on the key: never sign where strangers can measure it, as on a machine that they
use, too.
"""

import base64
import hashlib
import re
from typing import NamedTuple

LOG, WITNESS = 1, 4
"""Kinds of keys: plain Ed25519 of a log, time-stamped Ed25519 of a witness."""
NAME = r"[^\s+\x00-\x1f\x7f]+"
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z


def added(p: Point, q: Point) -> Point:
    """Return p + q (section 5.1.4; the formula is complete, so it also doubles)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """Return scalar · point."""
    found = (0, 1, 1, 0)
    for bit in f"{scalar:b}":
        found = added(found, found)
        found = added(found, point) if bit == "1" else found
    return found


def encoded(point: Point) -> bytes:
    """Return the 32 bytes of a point (section 5.1.2)."""
    x, y = (n * pow(point[2], P - 2, P) % P for n in point[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decoded(data: bytes) -> "Point | None":
    """Return the point of 32 bytes (section 5.1.3); None if they are none, or it binds nobody: it is of small order."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    x = x if v * x * x % P == u else x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x % 2 != sign else x
    point = (x, y, 1, x * y % P)
    good = len(data) == 32 and y < P and x < P and v * x * x % P == u
    return point if good and encoded(times(8, point)) != encoded((0, 1, 1, 0)) else None


BASE = decoded(bytes([0x58] + [0x66] * 31)) or (0, 1, 1, 0)


def digest(*parts: bytes) -> int:
    """Return SHA-512 as a number."""
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def public(seed: bytes) -> bytes:
    """Return the public key of a secret seed of 32 bytes (section 5.1.5)."""
    return encoded(times(digest(seed) & (2**254 - 8) | 2**254, BASE))


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the signature, 64 bytes, always the same for the same message (section 5.1.6)."""
    r = digest(hashlib.sha512(seed).digest()[32:], message) % ORDER
    point = encoded(times(r, BASE))
    s = (r + digest(point, public(seed), message) * (digest(seed) & (2**254 - 8) | 2**254)) % ORDER
    return point + s.to_bytes(32, "little")


def verified(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature holds, strictly: S below the order, no point of small order (section 5.1.7)."""
    a, r, s = decoded(key), decoded(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or len(signature) != 64 or s >= ORDER:
        return False
    k = digest(signature[:32], key, message) % ORDER
    return encoded(times(s, BASE)) == encoded(added(r, times(k, a)))


class Trouble(Exception):
    """What keeps the program from working; the message is for the person before it."""


class Key(NamedTuple):
    """A public key under a name; kind 1 signs logs, kind 4 cosigns with the time."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys apart, and prove nothing."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


def unbase64(text: str, size: int) -> bytes:
    """Return the bytes of Base64 that could be written in no other way, `size` or more. Raises `ValueError`."""
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode() != text or len(data) < size:
        raise ValueError(f"{text!a} is not Base64 of {size} bytes")
    return data


def key_of(text: str) -> Key:
    """Read the key of a log. Raises `Trouble` where it is none."""
    try:
        name, short, coded = text.split("+", 2)
        data = unbase64(coded, 33)
    except ValueError:
        raise Trouble(f"a key is written name+id+base64, found {text!a}") from None
    key = Key(name, data[0], data[1:])
    if not re.fullmatch(NAME, name) or key.id.hex() != short or key.kind != LOG or not decoded(key.public):
        raise Trouble(f"{text!a} is not the key of a log: ask its owner for it again")
    return key
