"""A time-stamping authority made by hand: RFC 3161 and RFC 5652 in DER, with whatever clock and faults a test wants."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def der(tag: int, *parts: bytes) -> bytes:
    """Return one value with its length (X.690, 8.1)."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def several(*parts: bytes) -> bytes:
    return der(0x31, *sorted(parts))


def number(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    out = bytes([40 * first + second])
    for arc in rest:
        parts = [arc & 0x7F]
        while arc := arc >> 7:
            parts.append(0x80 | arc & 0x7F)
        out += bytes(reversed(parts))
    return der(0x06, out)


SHA256, SHA1 = sequence(oid("2.16.840.1.101.3.4.2.1"), der(0x05)), sequence(oid("1.3.14.3.2.26"), der(0x05))
TST_INFO, SIGNED_DATA = oid("1.2.840.113549.1.9.16.1.4"), oid("1.2.840.113549.1.7.2")
ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))


@dataclass(frozen=True)
class Authority:
    """A root, and a certificate below it that stamps. `valid`: from when to when the latter is."""

    root: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(
        cls, name: str = "Example Time", since: datetime = NOW - timedelta(days=30),
        until: datetime = NOW + timedelta(days=30), use: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING,
    ) -> "Authority":  # fmt: skip
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} Root")])
        leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        root = _signed(root_name, root_name, root_key.public_key(), root_key, NOW - timedelta(days=3650),
                       NOW + timedelta(days=3650), None)  # fmt: skip
        leaf = _signed(leaf_name, root_name, key.public_key(), root_key, since, until, use)
        return cls(root, leaf, key)

    @property
    def pem(self) -> bytes:
        """The root as others pin it."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    def answer(self, text: bytes, at: datetime = NOW, algorithm: bytes = SHA256, spoil: bool = False) -> bytes:
        """Stamp `text` as of `at`; with `spoil`, put other content under the signature."""
        digest = hashlib.sha256(text).digest() if algorithm == SHA256 else hashlib.sha1(text).digest()
        imprint = sequence(algorithm, der(0x04, digest))
        clock = der(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())
        info = sequence(number(1), oid("1.2.3.4"), imprint, number(7), clock)
        signed = hashlib.sha256(info + b"x" * spoil).digest()
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        ess = sequence(sequence(sequence(der(0x04, hashlib.sha256(certificate).digest()))))
        attributes = [
            sequence(oid("1.2.840.113549.1.9.3"), several(TST_INFO)),
            sequence(oid("1.2.840.113549.1.9.4"), several(der(0x04, signed))),
            sequence(oid("1.2.840.113549.1.9.16.2.47"), several(ess)),
        ]
        made = self.key.sign(several(*attributes), ec.ECDSA(hashes.SHA256()))
        issuer = sequence(self.certificate.issuer.public_bytes(), number(self.certificate.serial_number))
        signer = sequence(number(1), issuer, SHA256, der(0xA0, *sorted(attributes)), ECDSA_SHA256, der(0x04, made))
        content = sequence(TST_INFO, der(0xA0, der(0x04, info)))
        data = sequence(number(3), several(SHA256), content, der(0xA0, certificate), several(signer))
        return sequence(sequence(number(0)), sequence(SIGNED_DATA, der(0xA0, data)))


def rejection(words: str) -> bytes:
    """Return the answer of an authority that stamps nothing."""
    return sequence(sequence(number(2), sequence(der(0x0C, words.encode()))))


def _signed(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, key: ec.EllipticCurvePrivateKey,
    since: datetime, until: datetime, use: x509.ObjectIdentifier | None,
) -> x509.Certificate:  # fmt: skip
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
    builder = builder.add_extension(x509.BasicConstraints(use is None, None), critical=True)
    if use is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=True)
    return builder.sign(key, hashes.SHA256())
