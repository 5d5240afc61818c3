"""A statement of which bytes belong together, signed: in-toto Statement v1 in a DSSE envelope.

Sources: https://github.com/in-toto/attestation, spec v1, Statement; https://github.com/secure-systems-lab/dsse,
protocol v1: what is signed is `DSSEv1`, the type and the payload, each with its length, so that nothing can be moved
between them.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from faircount.evidence.log.canonical import canonical
from faircount.evidence.log.note import SigningKey, to_base64

PAYLOAD = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://faircount.org/bundle/v1"


def statement(files: Mapping[str, bytes], predicate: Mapping[str, Any]) -> bytes:
    """Return the statement that these files, by path, are what the predicate says; subjects in the order of paths."""
    subjects = [
        {"digest": {"sha256": hashlib.sha256(data).hexdigest()}, "name": path} for path, data in sorted(files.items())
    ]
    return canonical(
        {"_type": STATEMENT, "predicate": dict(predicate), "predicateType": PREDICATE, "subject": subjects}
    )


def signed_bytes(kind: str, payload: bytes) -> bytes:
    """Return what a DSSE signature is over (pre-authentication encoding)."""
    name = kind.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def envelope(payload: bytes, key: SigningKey) -> bytes:
    """Return the payload, which is text, in a signed envelope. `keyid` is the key's name and four-byte hash."""
    signature = key.sign(signed_bytes(PAYLOAD, payload).decode())
    return canonical(
        {
            "payload": to_base64(payload),
            "payloadType": PAYLOAD,
            "signatures": [
                {"keyid": f"{key.verifier.name}+{key.verifier.id.hex()}", "sig": to_base64(signature.signature)}
            ],
        }
    )
