"""Time-stamps of a checkpoint (RFC 3161): an authority's word that the log had this root at that time.

Stamped is the text of the checkpoint, its three lines: what the log signs and witnesses cosign. Nothing here uses a
network: the request is a file, the answer is a file, and the authority's root certificate is the reader's own.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from faircount.app.auditing.held import HeldAudit
from faircount.evidence.log.checkpoint import Checkpoint
from faircount.model import BadInputError, TamperError, UsageError
from faircount.store.workspace import write_durably

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import MessageImprint, TimeStampResponse

_HASHES = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time-stamp that holds: which checkpoint, when by the authority's clock, whose, and the file that is kept."""

    size: int
    time: datetime
    """With the zone UTC."""
    authority: str
    path: Path


def request(held: HeldAudit) -> tuple[Checkpoint, bytes]:
    """Sign the log as it is now; return its checkpoint and the request for an authority (DER, RFC 3161, 2.4.1).

    It asks for SHA-256 and for the authority's certificate, and has no nonce: an older stamp of the same checkpoint
    would only prove more.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    checkpoint, _ = held.checkpoint()
    asked = TimestampRequestBuilder(checkpoint.text.encode(), HashAlgorithm.SHA256, nonce=False, cert_req=True).build()
    return checkpoint, bytes(asked.as_bytes())


def accept(held: HeldAudit, place: str, data: bytes, roots: bytes) -> Stamp:
    """Verify an answer against pinned root certificates (PEM), and keep it in `log/timestamps`.

    Certificates are looked at as of the time that is stamped. Raises `BadInputError` for what is no time-stamp or no
    certificate, or was not granted; `TamperError` for one that does not hold, or stamps nothing that this log signed.
    """
    from rfc3161_client import PKIStatus, VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        answer = decode_timestamp_response(data)
        if answer.status != PKIStatus.GRANTED:
            said = "; ".join(answer.status_string) or f"status {answer.status}"
            raise BadInputError(place, "the authority has granted the time-stamp", said)
        told = answer.tst_info
    except ValueError as error:
        raise BadInputError(place, "is the answer of a time-stamping authority (RFC 3161)", str(error)) from error
    checkpoint = _stamped(held, place, told.message_imprint)
    verifier = VerifierBuilder(roots=_certificates(roots)).build()
    try:
        verifier.verify_message(answer, checkpoint.text.encode())
    except VerificationError as error:
        raise TamperError(f"{place}: the time-stamp does not hold against these root certificates: {error}") from error
    folder = held.folder / "timestamps"
    folder.mkdir(exist_ok=True)
    path = folder / f"{checkpoint.size}-{hashlib.sha256(data).hexdigest()[:16]}.tsr"
    write_durably(path, data)
    return Stamp(checkpoint.size, told.gen_time, _signer(answer), path)


def _stamped(held: HeldAudit, place: str, imprint: "MessageImprint") -> Checkpoint:
    """Return the checkpoint whose text was stamped."""
    name = _HASHES.get(imprint.hash_algorithm.dotted_string)
    if name is None:
        known = ", ".join(_HASHES.values())
        raise BadInputError(place, f"a time-stamp is over {known}", imprint.hash_algorithm.dotted_string)
    for note in held.log.checkpoints().values():
        if hashlib.new(name, note.text.encode()).digest() == imprint.message:
            return Checkpoint.parse(note.text)
    raise TamperError(
        f"{place}: what is stamped is no checkpoint that this log signed: it belongs to another log, or this one was "
        "put back to an older state"
    )


def _signer(answer: "TimeStampResponse") -> str:
    """Return the subject of the certificate that signed; only of an answer that is verified."""
    from cryptography.x509 import load_der_x509_certificate

    numbers = {one.serial_number for one in answer.signed_data.signer_infos}
    certificates = map(load_der_x509_certificate, answer.signed_data.certificates)
    return "; ".join(sorted(one.subject.rfc4514_string() for one in certificates if one.serial_number in numbers))


def _certificates(pem: bytes) -> "list[Certificate]":
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(pem)
    except ValueError as error:
        raise UsageError(f"--tsa names root certificates in PEM form: {error}") from error
