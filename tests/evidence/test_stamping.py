"""Time-stamps of a checkpoint: one that holds is kept, every other is refused with the reason."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cli.running import Here
from cryptography.x509.oid import ExtendedKeyUsageOID
from evidence.committed_audit import ADA
from evidence.stamp_authority import NOW, SHA1, Authority, rejection

from faircount.app.auditing import stamping
from faircount.app.auditing.held import HeldAudit
from faircount.model import BadInputError, FaircountError, TamperError, UsageError
from faircount.store import Workspace


@pytest.fixture
def town(tmp_path: Path) -> Path:
    space = Workspace.create(tmp_path / "town", name="Smallville")
    HeldAudit.create(space, ADA).close()
    return space.root


@pytest.fixture
def held(town: Path) -> Iterator[HeldAudit]:
    with HeldAudit(Workspace.open(town)) as held:
        yield held


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make()


def text_of(held: HeldAudit) -> bytes:
    return held.checkpoint()[1].text.encode()


def test_a_stamp_is_asked_for_verified_and_kept(
    town: Path, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Here(capsys)
    asked = here("-w", town, "log", "stamp", "--request", tmp_path / "now.tsq", "--json")
    with HeldAudit(Workspace.open(town)) as held:
        text = text_of(held)
    assert asked.code == 0 and hashlib.sha256(text).digest() in (tmp_path / "now.tsq").read_bytes()
    stamp = authority.answer(text)
    (tmp_path / "now.tsr").write_bytes(stamp)
    (tmp_path / "root.pem").write_bytes(authority.pem)
    answer = ["log", "stamp", "--accept", tmp_path / "now.tsr", "--tsa", tmp_path / "root.pem"]
    told = here("-w", town, *answer, "--json")
    assert told.code == 0
    (row,) = told.document
    assert (row["entries"], row["time"], row["authority"]) == (1, NOW.isoformat(), "CN=Example Time")
    assert [path.read_bytes() for path in (town / "log" / "timestamps").iterdir()] == [stamp]
    assert here("-w", town, *answer).code == 0 and len(list((town / "log" / "timestamps").iterdir())) == 1
    for wrong in (["log", "stamp"], answer[:4], ["log", "stamp", "--request", "a", "--tsa", tmp_path / "root.pem"]):
        assert here("-w", town, *wrong).code == 2


def test_a_stamp_may_come_after_the_log_has_grown(held: HeldAudit, authority: Authority) -> None:
    text = text_of(held)
    held.do("note", ADA, {"words": "meanwhile"})
    held.checkpoint()
    assert stamping.accept(held, "a.tsr", authority.answer(text), authority.pem).size == 1


def refused(held: HeldAudit, data: bytes, roots: bytes, kind: type[FaircountError], words: str) -> None:
    with pytest.raises(kind, match=words):
        stamping.accept(held, "a.tsr", data, roots)
    assert not (held.folder / "timestamps").exists()


def test_an_authority_that_nobody_trusts(held: HeldAudit, authority: Authority) -> None:
    other = Authority.make()
    refused(held, other.answer(text_of(held)), authority.pem, TamperError, "does not hold against these root")


def test_another_hash(held: HeldAudit, authority: Authority) -> None:
    text = text_of(held)
    refused(held, authority.answer(text + b"x"), authority.pem, TamperError, "no checkpoint that this log signed")
    refused(held, authority.answer(text, algorithm=SHA1), authority.pem, BadInputError, "sha256")


def test_a_certificate_counts_as_of_the_time_that_is_stamped(held: HeldAudit) -> None:
    text, month = text_of(held), timedelta(days=30)
    expired = Authority.make(since=NOW - 3 * month, until=NOW - 2 * month)
    refused(held, expired.answer(text), expired.pem, TamperError, "does not hold")
    refused(held, expired.answer(text, NOW - 4 * month), expired.pem, TamperError, "does not hold")
    made = stamping.accept(held, "a.tsr", expired.answer(text, NOW - 2 * month - timedelta(days=9)), expired.pem)
    assert made.time == NOW - 2 * month - timedelta(days=9), "it has expired since, and was good when it stamped"


def test_a_signature_over_something_else(held: HeldAudit, authority: Authority) -> None:
    refused(held, authority.answer(text_of(held), spoil=True), authority.pem, TamperError, "does not hold")
    good = authority.answer(text_of(held))
    changed = good.replace(
        NOW.strftime("%Y%m%d%H%M%SZ").encode(), (NOW + timedelta(1)).strftime("%Y%m%d%H%M%SZ").encode()
    )
    assert changed != good
    refused(held, changed, authority.pem, TamperError, "does not hold")


def test_a_certificate_for_another_use(held: HeldAudit) -> None:
    server = Authority.make(use=ExtendedKeyUsageOID.SERVER_AUTH)
    refused(held, server.answer(text_of(held)), server.pem, TamperError, "does not hold")


def test_what_is_no_stamp_at_all(held: HeldAudit, authority: Authority) -> None:
    good = authority.answer(text_of(held))
    for data in (b"", b"hello", good[:-1], good[:200]):
        refused(held, data, authority.pem, BadInputError, "the answer of a time-stamping authority")
    refused(held, rejection("come back tomorrow"), authority.pem, BadInputError, "come back tomorrow")
    refused(held, good, b"no certificate", UsageError, "PEM")


def test_no_flipped_byte_is_accepted_for_another_time(held: HeldAudit, authority: Authority) -> None:
    good = authority.answer(text_of(held))
    step = 7  # every byte would take a minute; the signed part is dense enough to be met
    for at in range(0, len(good), step):
        data = bytearray(good)
        data[at] ^= 0x01
        try:
            made = stamping.accept(held, "a.tsr", bytes(data), authority.pem)
        except FaircountError:
            continue
        assert (made.time, made.size) == (NOW, 1), f"byte {at}"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="NOT CHECKED: the openssl command is not here")
def test_openssl_reads_our_request_and_verifies_what_we_verify(
    held: HeldAudit, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "text").write_bytes(text_of(held))
    (tmp_path / "root.pem").write_bytes(authority.pem)
    (tmp_path / "a.tsr").write_bytes(authority.answer(text_of(held)))
    (tmp_path / "a.tsq").write_bytes(stamping.request(held)[1])
    shown = _openssl(tmp_path, "ts", "-query", "-in", "a.tsq", "-text")
    assert "sha256" in shown and "Certificate required: yes" in shown and "Nonce: unspecified" in shown
    at = str(int(NOW.timestamp()))
    told = _openssl(tmp_path, "ts", "-verify", "-data", "text", "-in", "a.tsr", "-CAfile", "root.pem", "-attime", at)
    assert "Verification: OK" in told
    assert stamping.accept(held, "a.tsr", (tmp_path / "a.tsr").read_bytes(), authority.pem).time == NOW


def _openssl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
