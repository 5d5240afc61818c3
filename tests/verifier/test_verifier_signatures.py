"""Ed25519 against RFC 8032 § 7.1 and signatures that a lax verifier takes; trees against RFC 6962; notes."""

import hashlib
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faircount_verifier.bundle import tiles, tree_hash
from faircount_verifier.forms import StepError
from faircount_verifier.keys import L, P, decoded, key_of, note_of, signers, verified
from verifier.bundle_by_hand import LOG, ORIGIN, WITNESSES, note, root_of

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]  # fmt: skip
SMALL_ORDER = [
    (1).to_bytes(32, "little"),  # neutral
    (P - 1).to_bytes(32, "little"),  # order 2
    bytes(32),  # order 4
    (1 << 255).to_bytes(32, "little"),  # order 4, the other sign
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),  # order 8
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),  # order 8
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_rfc(public: str, message: str, signature: str) -> None:
    key, text, made = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verified(key, text, made)
    assert not verified(key, text + b"x", made)
    for place in range(64):
        assert not verified(key, text, made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :])


def test_a_signature_has_one_s() -> None:
    public, message, made = (bytes.fromhex(part) for part in RFC_8032[1])
    s = int.from_bytes(made[32:], "little")
    for other in (s + L, s + 2 * L, L, 2**256 - 1):
        assert not verified(public, message, made[:32] + other.to_bytes(32, "little"))
    for wrong in (made[:63], made + b"\0", b""):
        assert not verified(public, message, wrong)
    assert not verified(public[:31], message, made) and not verified(public + b"\0", message, made)


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_keys_and_commitments_of_small_order_bind_nobody(point: bytes) -> None:
    assert decoded(point) is None
    # With A neutral and R neutral, S = 0 would verify for every message.
    assert not verified(point, b"anything", point + bytes(32))
    public = bytes.fromhex(RFC_8032[0][0])
    assert not verified(public, b"", point + bytes.fromhex(RFC_8032[0][2])[32:])


def test_a_point_is_written_in_one_way() -> None:
    for y in range(2, 19):
        sign = 1 << 255
        assert decoded((P + y).to_bytes(32, "little")) is None, "y is not below p"
        assert decoded((P + y | sign).to_bytes(32, "little")) is None
    assert decoded((1 | 1 << 255).to_bytes(32, "little")) is None, "x = 0 has no sign"
    no_point = [y for y in range(2, 40) if decoded(y.to_bytes(32, "little")) is None]
    assert no_point and len(no_point) < 38


def test_it_agrees_with_another_implementation_and_is_quick() -> None:
    started = time.process_time()
    for n in range(20):
        private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(bytes([n])).digest())
        public, made = private.public_key().public_bytes_raw(), private.sign(b"m" * n)
        assert verified(public, b"m" * n, made) and not verified(public, b"n" + b"m" * n, made)
    assert time.process_time() - started < 4


def test_trees_of_rfc_6962() -> None:
    """The eight leaves of the reference implementation of Certificate Transparency."""
    texts = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [hashlib.sha256(b"\0" + bytes.fromhex(text)).digest() for text in texts]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        assert tree_hash(leaves, 0, size).hex() == root
    for size in range(300):
        many = [hashlib.sha256(str(n).encode()).digest() for n in range(size)]
        assert tree_hash(many, 0, size) == root_of(many)


def test_tiles_have_the_names_of_the_specification() -> None:
    assert sorted(tiles(0, [b"x"] * 513)) == ["log/tile/0/000", "log/tile/0/001", "log/tile/0/002.p/1"]
    assert "log/tile/entries/x001/234" in tiles("entries", [b""] * (256 * 1235))


def test_notes() -> None:
    leaves = [hashlib.sha256(b"\0" + bytes([n])).digest() for n in range(5)]
    text = note(leaves, [LOG, *WITNESSES])
    read = note_of(text.encode(), "here")
    assert read[:3] == (ORIGIN, 5, root_of(leaves))
    log, witnesses = key_of(LOG.vkey, 1), [key_of(witness.vkey, 4) for witness in WITNESSES]
    assert signers(read, [log], False) == ({log[2]}, [])
    assert signers(read, witnesses, True) == ({witness[2] for witness in witnesses}, [])
    later = note_of(text.replace(f"{ORIGIN}\n5", f"{ORIGIN}\n6").encode(), "here")
    assert signers(later, witnesses, True) == (set(), [witness[0] for witness in witnesses])
    assert signers(later, [log], False) == (set(), [ORIGIN])


@pytest.mark.parametrize("odd", ["\n05\n", "\n-5\n", "\n5 \n", "\n5\nextra\n"])
def test_a_note_has_three_lines(odd: str) -> None:
    text = note([b"x" * 32] * 5, [LOG])
    with pytest.raises(StepError):
        note_of(text.replace("\n5\n", odd).encode(), "here")


def test_a_key_is_held_against_its_hash() -> None:
    name, short, coded = LOG.vkey.split("+", 2)
    for odd in (f"{name}x+{short}+{coded}", f"{name}+00000000+{coded}", f"{name}+{short}+{coded[:-4]}"):
        with pytest.raises((StepError, ValueError)):
            key_of(odd, 1)
    with pytest.raises(StepError):
        key_of(LOG.vkey, 4)
