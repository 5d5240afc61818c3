"""Signatures of a Hart export: detached XML signatures (RSA, SHA-256) and the public keys that lie beside."""

import base64
import binascii
import hashlib
import re
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from faircount.read.hart.sheet import SheetError, root_of_sheet, tag_of

SUFFIX = ".sig.xml"
FITS = "fits"
VERIFIED = "verified"
NOT_CHECKED = "not checked"
_ALGORITHMS = {
    "CanonicalizationMethod": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "SignatureMethod": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "DigestMethod": "http://www.w3.org/2001/04/xmlenc#sha256",
}
_KEY = re.compile(rb"<RSAKeyValue[^>]*>.*?</RSAKeyValue>", re.DOTALL)
_PART = re.compile(rb"<(Modulus|Exponent)>([^<]*)</")


def public_key(data: bytes) -> rsa.RSAPublicKey | None:
    """Return the RSA public key in a file, as `RSAKeyValue` or PEM; None if it holds none."""
    try:
        if b"BEGIN PUBLIC KEY" in data:
            loaded = serialization.load_pem_public_key(data)
            return loaded if isinstance(loaded, rsa.RSAPublicKey) else None
        found = _KEY.search(data)
        if found is None or b"SignatureValue" in data:
            return None
        parts = {name: int.from_bytes(base64.b64decode(text)) for name, text in _PART.findall(found[0])}
        return rsa.RSAPublicNumbers(parts[b"Exponent"], parts[b"Modulus"]).public_key()
    except (ValueError, KeyError, binascii.Error):
        return None


def verdict(name: str, digest: bytes, signature: bytes, keys: tuple[rsa.RSAPublicKey, ...]) -> str:
    """Hold a file, by its name and SHA-256, against its signature file.

    Returns `VERIFIED` where a key verifies it, `FITS` where no key is known and only the digest was compared, and
    `NOT_CHECKED` for algorithms other than Hart's. Raises `SheetError` when name, digest or signature do not fit.
    """
    root = root_of_sheet(signature, f"{name}{SUFFIX}")
    said: dict[str, Any] = {tag_of(element): element for element in root.iter()}
    if any(tag in said and said[tag].get("Algorithm") != known for tag, known in _ALGORITHMS.items()):
        return NOT_CHECKED
    try:
        signed_name = re.split(r"[/\\]", said["Reference"].get("URI") or "")[-1]
        expected = base64.b64decode(said["DigestValue"].text or "")
        value = base64.b64decode("".join((said["SignatureValue"].text or "").split()))
    except (KeyError, binascii.Error) as error:
        raise _broken(name, "the signature file has a reference, a digest and a signature value") from error
    if signed_name and signed_name != name.rsplit("/", 1)[-1]:
        raise _broken(name, f"the signature is of this file, not of {signed_name!r}")
    if expected != digest:
        raise _broken(name, "the file is the one that was signed: its SHA-256 is the signed one")
    if not keys:
        return FITS
    # .NET, which writes these files, signs SignedInfo with the namespace that it inherits from Signature. It is read
    # again on its own, because lxml writes the elements inside a part of a document with an empty namespace.
    text = etree.tostring(etree.fromstring(etree.tostring(said["SignedInfo"], with_tail=False)), method="c14n")
    for key in keys:
        try:
            key.verify(value, text, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            continue
        return VERIFIED
    raise _broken(name, "the signature verifies with the public key that lies beside")


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of `data`, as bytes."""
    return hashlib.sha256(data).digest()


def _broken(name: str, rule: str) -> SheetError:
    return SheetError("signature", f"{name}{SUFFIX}", rule, "ask the election office for the file as it was signed")
