"""Ed25519 written out (RFC 8032 § 5.1), verifier keys, signed notes and cosignatures (C2SP)."""

import base64
import functools
import hashlib
import re

from faircount_verifier.forms import must

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z
Key = tuple[str, bytes, bytes]  # name, the hash of four bytes that tells it apart, 32 bytes
Note = tuple[str, int, bytes, bytes, list[Key]]  # origin, size, root; the text that is signed; signatures like keys


def added(p: Point, q: Point) -> Point:
    """Return p + q (RFC 8032 § 5.1.4; complete, so it also doubles)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def decoded(data: bytes) -> Point | None:
    """Return the point of 32 bytes (RFC 8032 § 5.1.3); None for none, y not below p, or a point of small order."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    x = x * pow(2, (P - 1) // 4, P) % P if v * x * x % P == -u % P else x
    x = P - x if x % 2 != sign else x
    point = (x, y, 1, x * y % P)
    eight = functools.reduce(lambda two, _: added(two, two), range(3), point)
    small = eight[0] == 0 and eight[1] == eight[2]  # 8 times it is neutral: such a key or commitment binds nobody
    return None if len(data) != 32 or y >= P or v * x * x % P != u or x == P or small else point


def verified(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature holds, without cofactor and strictly: S below L, A and R as `decoded` wants them."""
    a, r, s = decoded(public), decoded(signature[:32]), int.from_bytes(signature[32:], "little")
    base = decoded(bytes([0x58] + [0x66] * 31))
    if not a or not r or not base or len(signature) != 64 or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus_a, found = (P - a[0], a[1], 1, P - a[3]), (0, 1, 1, 0)
    sums = {(0, 1): minus_a, (1, 0): base, (1, 1): added(base, minus_a), (0, 0): found}
    for bit in range(252, -1, -1):  # S·B − k·A, both at once bit by bit
        found = added(added(found, found), sums[s >> bit & 1, k >> bit & 1])
    return (found[0] - r[0] * found[2]) % P == 0 and (found[1] - r[1] * found[2]) % P == 0


def unbase64(text: str) -> bytes:
    """Return the bytes of Base64 that could be written in no other way."""
    data = base64.b64decode(text, validate=True)
    must(base64.b64encode(data).decode() == text, "Base64", text, "Base64 with padding")
    return data


def key_of(text: str, kind: int) -> Key:
    """Return the key of `name+hash+base64(kind ‖ key)`; kind 1 signs logs, kind 4 cosigns."""
    name, short, coded = text.split("+", 2)
    data = unbase64(coded)
    digest = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    good = re.fullmatch(r"[^\s+]+", name) and len(data) == 33 and data[0] == kind and digest.hex() == short
    must(good, "key", text, f"a key of kind {kind}, with its hash")
    return name, digest, data[1:]


def note_of(data: bytes, place: str) -> Note:
    """Return the checkpoint of a signed note: origin, size and root, an empty line, signatures."""
    coded, text = "[A-Za-z0-9+/=]+", data.decode("utf-8")
    lines = re.findall(rf"\u2014 ([^\s+]+) ({coded})\n", text.partition("\n\n")[2])
    head = re.match(rf"([^\x00-\x1f]+)\n(0|[1-9][0-9]{{0,15}})\n({coded})\n", text)
    again = (head[0] if head else "") + "\n" + "".join(f"\u2014 {name} {made}\n" for name, made in lines)
    must(head and lines and again == text, place, text, "a signed note of three lines")
    origin, size, root = head.groups() if head else ("", "", "")
    must(len(unbase64(root)) == 32, place, root, "a root of 32 bytes")
    signed, made = text.partition("\n\n")[0].encode() + b"\n", [(name, unbase64(one)) for name, one in lines]
    return origin, int(size), unbase64(root), signed, [(name, one[:4], one[4:]) for name, one in made]


def signers(note: Note, keys: list[Key], cosigned: bool, latest: float = 2**64) -> tuple[set[bytes], list[str]]:
    """Return who signed, or cosigned (cosignature/v1) up to `latest`: public keys; and known names with bad lines."""
    good, bad = set[bytes](), list[str]()
    for name, short, made in note[4]:
        for public in (key[2] for key in keys if key[:2] == (name, short)):
            time = int.from_bytes(made[:8], "big") if cosigned else 0
            head = b"cosignature/v1\ntime %d\n" % time if cosigned else b""
            fair = time <= latest and verified(public, head + note[3], made[8 * cosigned :])
            good, bad = good | ({public} if fair else set()), bad + ([] if fair else [name])
    return good, bad
