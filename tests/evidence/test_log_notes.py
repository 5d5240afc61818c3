"""Signed notes, checkpoints, cosignatures: published examples, and what is malformed or forged."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from faircount.evidence.log.checkpoint import Checkpoint, cosign, signed_checkpoint
from faircount.evidence.log.merkle import EMPTY_ROOT
from faircount.evidence.log.note import COSIGNATURE, ED25519, Note, SigningKey, VerifierKey, cosigned, to_base64
from faircount.model import BadInputError, TamperError

# The example of Go's golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

LOG = SigningKey.from_seed("example.org/log", b"\x01" * 32)
WITNESS = SigningKey.from_seed("example.org/witness", b"\x02" * 32, COSIGNATURE)
HEAD = Checkpoint("example.org/log", 0, EMPTY_ROOT)


def test_the_example_of_go_verifies() -> None:
    key, note = VerifierKey.parse(PETER), Note.parse(SAYING)
    assert str(key) == PETER
    assert list(note.verified([key])) == [key]
    assert bytes(note) == SAYING


def test_signing_is_the_inverse_of_verifying() -> None:
    note = Note("Text.\n\nMore.\n").signed(LOG.sign("Text.\n\nMore.\n"))
    assert Note.parse(bytes(note)) == note
    assert list(note.verified([WITNESS.verifier, LOG.verifier])) == [LOG.verifier]


@given(st.integers(0, len(SAYING) * 8 - 1))
def test_no_flipped_bit_of_a_note_passes(bit: int) -> None:
    flipped = bytearray(SAYING)
    flipped[bit // 8] ^= 1 << bit % 8
    try:
        assert not Note.parse(bytes(flipped)).verified([VerifierKey.parse(PETER)])
    except (BadInputError, TamperError):
        pass


def test_an_unknown_key_counts_nothing_even_with_a_known_name_or_id() -> None:
    stranger = SigningKey.from_seed(LOG.verifier.name, b"\x09" * 32)
    note = Note("Text.\n").signed(stranger.sign("Text.\n"))
    assert note.verified([LOG.verifier]) == {}


def test_a_wrong_line_of_a_known_key_spoils_the_note_even_beside_a_right_one() -> None:
    right, wrong = LOG.sign("Text.\n"), LOG.sign("Another text.\n")
    for note in (Note("Text.\n", (wrong,)), Note("Text.\n", (right, wrong)), Note("Text.\n", (wrong, right))):
        with pytest.raises(TamperError, match="/log does not fit"):
            note.verified([LOG.verifier])


def test_a_key_counts_once() -> None:
    right = LOG.sign("Text.\n")
    assert len(Note("Text.\n", (right, right)).verified([LOG.verifier])) == 1
    assert Note("Text.\n").signed(right, right).signed(right).signatures == (right,)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"text\n", b"text\n\n", b"text\n\n\n", SAYING[:-1], SAYING + b"\n", SAYING + b"\nmore\n",
        b"\xff" + SAYING,
        b"\t" + SAYING, b"\r" + SAYING, SAYING.replace("—".encode(), b"-"),
        SAYING.replace(b"PeterNeumann ", b"Peter+Neumann "),
        SAYING.replace(b"AM=", b"AN="), SAYING.replace(b"AM=", b"AM"), SAYING.replace(b"PeterNeumann ", b" "),
        b"a\n\n" + "— x AAAA\n".encode(), b"a\n\n" + "— x AAAAAAAA\n".encode() * 101,
    ],
    ids=range(18),
)  # fmt: skip
def test_a_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(BadInputError):
        Note.parse(data)


@pytest.mark.parametrize(
    "vkey",
    [
        "", "PeterNeumann", PETER.replace("c74f20a3", "c74f20a4"), PETER.replace("c74f20a3", "C74F20A3"), PETER[:-1],
        PETER.replace("+ARpc", "+AhpC"), "Peter Neumann" + PETER.removeprefix("PeterNeumann"),
        PETER + "AAAA", "a+00000000+",
    ],
)  # fmt: skip
def test_a_malformed_key_is_refused(vkey: str) -> None:
    with pytest.raises(BadInputError):
        VerifierKey.parse(vkey)


def test_a_secret_key_survives_the_file_and_is_not_shown() -> None:
    for key in (LOG, WITNESS, SigningKey.generate("new")):
        again = SigningKey.parse(key.secret())
        assert again.verifier == key.verifier
        assert again.sign("Text.\n", 7) == key.sign("Text.\n", 7)
    assert to_base64(b"\x01" * 32)[:20] not in repr(LOG) + str(LOG)
    with pytest.raises(BadInputError) as refused:
        SigningKey.parse(LOG.secret().replace("PRIVATE", "PUBLIC"))
    assert LOG.secret()[-20:] not in str(refused.value)


# ---- points of small order: checked against the curve itself ---------------------
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def doubled(point: tuple[int, int]) -> tuple[int, int]:
    x, y = point
    product = D * x * x * y * y
    return 2 * x * y * pow(1 + product, -1, P) % P, (y * y + x * x) * pow(1 - product, -1, P) % P


def x_of(y: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return None if (x * x - square) % P else x


def test_the_refused_points_are_those_of_small_order() -> None:
    from faircount.evidence.log.note import _SMALL_ORDER

    for encoded in _SMALL_ORDER:
        y = int.from_bytes(encoded, "little") % P
        x = x_of(y)
        assert x is not None
        assert doubled(doubled(doubled((x, y)))) == (0, 1)
        for sign in (0, 0x80):
            with pytest.raises(BadInputError, match="small order"):
                VerifierKey("key", ED25519, encoded[:31] + bytes([encoded[31] | sign]))


def test_a_signature_has_one_form() -> None:
    # Malleability: S + L verifies in the equation, and must not verify (RFC 8032, section 5.1.7).
    order = 2**252 + 27742317777372353535851937790883648493
    signature = LOG.sign("Text.\n").signature
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert LOG.verifier.verifies("Text.\n", signature)
    assert not LOG.verifier.verifies("Text.\n", other)
    assert not LOG.verifier.verifies("Text.\n", signature[:-1])


# ---- checkpoints ------------------------------------------------------------------
def test_the_example_of_the_specification_is_read_and_written() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.text) == ("example.com/behind-the-sofa", 20852163, text)
    extended = Checkpoint.parse(text + "one\ntwo\n")
    assert extended.extensions == ("one", "two") and extended.text == text + "one\ntwo\n"


ROOT = to_base64(EMPTY_ROOT)


@pytest.mark.parametrize(
    "text",
    [
        f"o\n0\n{ROOT}", "o\n0\n", f"\n0\n{ROOT}\n", f"o\n00\n{ROOT}\n", f"o\n-1\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n", f"o\n1 \n{ROOT}\n",
        f"o\n{2**63}\n{ROOT}\n", f"o\n١\n{ROOT}\n", f"o\n0\n{ROOT[:-4]}\n", f"o\n0\n{ROOT}\n\n", f"o\n0\n{ROOT}\n\nx\n",
        f"o\n0\n{ROOT} \n", f"o\n0\n{ROOT[:-2]}F=\n", f"o\n0\n{to_base64(b'x' * 33)}\n", f"o\n{'1' * 5000}\n{ROOT}\n",
    ],
    ids=range(16),
)  # fmt: skip
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        Checkpoint.parse(text)


def test_a_checkpoint_is_believed_by_its_own_logs_key_only() -> None:
    note = HEAD.signed(LOG)
    assert signed_checkpoint(Note.parse(bytes(note)), LOG.verifier) == HEAD
    other = SigningKey.from_seed("example.org/other", b"\x03" * 32)
    with pytest.raises(TamperError, match="of that name"):
        HEAD.signed(other)
    misplaced = Note(HEAD.text).signed(other.sign(HEAD.text))
    with pytest.raises(TamperError, match="no signature of a known key of that log"):
        signed_checkpoint(misplaced, other.verifier, LOG.verifier)


def test_keys_rotate() -> None:
    new = SigningKey.from_seed(LOG.verifier.name, b"\x04" * 32)
    both = HEAD.signed(LOG).signed(new.sign(HEAD.text))
    for keys in ([LOG.verifier], [new.verifier], [LOG.verifier, new.verifier]):
        assert signed_checkpoint(both, *keys) == HEAD


# ---- cosignatures -----------------------------------------------------------------
def test_a_cosignature_is_what_the_specification_says() -> None:
    note = cosign(HEAD.signed(LOG), WITNESS, 1679315147)
    signature = note.signatures[1]
    message = b"cosignature/v1\ntime 1679315147\nexample.org/log\n0\n" + ROOT.encode() + b"\n"
    assert cosigned(HEAD.text, 1679315147) == message
    private = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
    assert signature.signature == (1679315147).to_bytes(8, "big") + private.sign(message)
    assert signature.time == 1679315147
    assert list(note.verified([WITNESS.verifier])) == [WITNESS.verifier]


def test_the_time_is_part_of_what_is_signed() -> None:
    signature = cosign(Note(HEAD.text), WITNESS, 1000).signatures[0].signature
    assert not WITNESS.verifier.verifies(HEAD.text, (1001).to_bytes(8, "big") + signature[8:])
    assert not WITNESS.verifier.verifies(HEAD.text, signature[8:])
    late = WITNESS.sign(HEAD.text, 2**63).signature
    assert not WITNESS.verifier.verifies(HEAD.text, late), "a time must not exceed 2^63 − 1"


def test_one_key_under_two_types_is_two_keys() -> None:
    plain = SigningKey.from_seed(WITNESS.verifier.name, b"\x02" * 32)
    assert plain.verifier.id != WITNESS.verifier.id
    assert HEAD.text and Note(HEAD.text).signed(plain.sign(HEAD.text)).verified([WITNESS.verifier]) == {}
