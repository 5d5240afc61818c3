"""Receipts and the policies that they are judged by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.evidence.log.checkpoint import Checkpoint, cosign
from faircount.evidence.log.merkle import Tree, inclusion_proof, leaf_hash
from faircount.evidence.log.note import COSIGNATURE, Note, SigningKey
from faircount.evidence.log.policy import Policy, UnwitnessedError
from faircount.evidence.log.proof import Proof
from faircount.model import BadInputError, TamperError

LOG = SigningKey.from_seed("example.org/log", b"\x01" * 32)
WITNESSES = [
    SigningKey.from_seed(f"example.org/{name}", bytes([9, number]) * 16, COSIGNATURE)
    for number, name in enumerate(["league", "press", "university"])
]
ENTRIES = [b"entry %d" % number for number in range(13)]
TREE = Tree(map(leaf_hash, ENTRIES))
RENAMED = SigningKey.from_seed("renamed", bytes([9, 1]) * 16, COSIGNATURE).verifier
"""The key of the press under another name."""
TWO_OF_THREE = Policy.of(LOG.verifier, [key.verifier for key in WITNESSES], 2)


def note(*witnesses: SigningKey) -> Note:
    made = Checkpoint("example.org/log", 13, TREE.root()).signed(LOG)
    for number, witness in enumerate(witnesses):
        made = cosign(made, witness, 1_700_000_000 + number)
    return made


def receipt(index: int, *witnesses: SigningKey, extra: bytes | None = None) -> Proof:
    return Proof(index, tuple(inclusion_proof(index, 13, TREE.node)), note(*witnesses), extra)


@pytest.mark.parametrize("index", range(13))
def test_a_receipt_is_verified_offline(index: int) -> None:
    data = bytes(receipt(index, *WITNESSES[:2], extra=b"for the board"))
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nextra Zm9yIHRoZSBib2FyZA==\nindex %d\n" % index)
    read = Proof.parse(data)
    assert bytes(read) == data
    found = read.verify(ENTRIES[index], TWO_OF_THREE)
    assert found.checkpoint.size == 13
    assert found.times == (("example.org/league", 1_700_000_000), ("example.org/press", 1_700_000_001))


def test_a_receipt_of_the_only_entry_has_no_hashes() -> None:
    alone = Tree([leaf_hash(b"x")])
    data = bytes(Proof(0, (), Checkpoint("example.org/log", 1, alone.root()).signed(LOG)))
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nexample.org/log\n1\n")
    Proof.parse(data).verify(b"x", Policy.of(LOG.verifier))


def test_a_receipt_is_for_one_entry_at_one_place() -> None:
    proof = receipt(5, *WITNESSES)
    with pytest.raises(TamperError, match="does not show this entry at index 5"):
        proof.verify(b"another entry", TWO_OF_THREE)
    with pytest.raises(TamperError, match="index 6"):
        Proof(6, proof.path, proof.checkpoint).verify(ENTRIES[5], TWO_OF_THREE)
    with pytest.raises(TamperError, match="does not show"):
        Proof(5, (*proof.path, b"\0" * 32), proof.checkpoint).verify(ENTRIES[5], TWO_OF_THREE)


DATA = bytes(receipt(5, *WITNESSES[:2]))


@given(st.integers(0, len(DATA) * 8 - 1))
def test_no_flipped_bit_of_a_receipt_passes(bit: int) -> None:
    flipped = bytearray(DATA)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises((BadInputError, TamperError, UnwitnessedError)):
        Proof.parse(bytes(flipped)).verify(ENTRIES[5], TWO_OF_THREE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"), (b"index 5", b"index 05"), (b"index 5", b"index -5"), (b"index 5\n", b""),
        (b"index 5", b"Index 5"),
        (b"index 5\n", b"index 5\nAAAA\n"), (b"index 5\n", b"index 5\nindex 5\n"), (b"@v1\n", b"@v1\nextra ?\n"),
        (b"\n\n", b"\n"), (b"index 5\n", b"index 5\n" + (b"A" * 43 + b"=\n") * 64), (b"index 5\n", b"index 5\r\n"),
        (b"@v1\n", b"@v1\n\n"),
    ],
)  # fmt: skip
def test_a_malformed_receipt_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(BadInputError):
        Proof.parse(DATA.replace(old, new))


def test_an_empty_extra_is_kept() -> None:
    assert Proof.parse(bytes(receipt(1, extra=b""))).extra == b""


# ---- policies ---------------------------------------------------------------------
def test_two_of_three_are_two_different_ones() -> None:
    league, press, university = WITNESSES
    for good in ([league, press], [press, university], [university, league], WITNESSES):
        TWO_OF_THREE.check(note(*good))
    for few in ([], [press], [press, press]):
        with pytest.raises(UnwitnessedError, match="2 of example"):
            TWO_OF_THREE.check(note(*few))


def test_strangers_count_nothing() -> None:
    strangers = [SigningKey.from_seed(f"example.org/{n}", bytes([n]) * 32, COSIGNATURE) for n in (7, 8)]
    namesake = SigningKey.from_seed("example.org/press", b"\x55" * 32, COSIGNATURE)
    with pytest.raises(UnwitnessedError, match=r"cosigned by example\.org/league;"):
        TWO_OF_THREE.check(note(WITNESSES[0], *strangers, namesake))


def test_witnesses_do_not_replace_the_log() -> None:
    text = note().text
    unsigned = Note(text)
    for witness in WITNESSES:
        unsigned = cosign(unsigned, witness, 1)
    with pytest.raises(TamperError, match="no signature of a known key of that log"):
        TWO_OF_THREE.check(unsigned)
    with pytest.raises(TamperError, match="does not fit"):
        TWO_OF_THREE.check(unsigned.signed(LOG.sign("other\n")))


def test_one_wrong_cosignature_is_not_outvoted() -> None:
    wrong = WITNESSES[2].sign("example.org/log\n1\n", 5)
    with pytest.raises(TamperError, match="university does not fit"):
        TWO_OF_THREE.check(note(*WITNESSES[:2]).signed(wrong))


def text_of(quorum: str, *groups: str) -> str:
    lines = ["# who we trust", f"log {LOG.verifier} https://log.example.org", ""]
    lines += [f"witness\t{name} {key.verifier}" for name, key in zip("ABC", WITNESSES, strict=True)]
    return "\n".join([*lines, *groups, f"quorum {quorum}", ""])


def test_a_policy_is_read_from_text() -> None:
    policy = Policy.parse(text_of("G", "group G 2 A B C"))
    policy.check(note(*WITNESSES[1:]))
    with pytest.raises(UnwitnessedError, match="2 of A, B, C"):
        policy.check(note(WITNESSES[1]))
    both = Policy.parse(text_of("both", "group either any A B", "group both all either C"))
    both.check(note(*WITNESSES[1:]))
    with pytest.raises(UnwitnessedError):
        both.check(note(*WITNESSES[:2]))
    Policy.parse(text_of("none")).check(note())
    with pytest.raises(UnwitnessedError, match="asks for B"):
        Policy.parse(text_of("B")).check(note(WITNESSES[0]))


@pytest.mark.parametrize(
    ("quorum", "groups"),
    [
        ("G", ["group G 0 A B"]), ("G", ["group G 3 A B"]), ("G", ["group G any"]), ("G", ["group G 1 A A"]), ("X", []),
        ("G", ["group G 1 X"]), ("G", ["group G 1 G"]), ("G", ["group G 1 none"]), ("A", ["group A 1 B"]),
        ("G", ["group F 1 A", "group G 2 A F"]), ("G", ["group G 1 F", "group F 1 A"]), ("A", ["quorum B"]),
        ("A", ["witness none " + str(SigningKey.from_seed("n", b"n" * 32, COSIGNATURE).verifier)]),
        ("A", [f"witness D {WITNESSES[0].verifier}"]), ("A", ["what is this"]), ("A", [f"log {LOG.verifier}"]),
        ("A", [f"log {SigningKey.from_seed('l', b'l' * 32, COSIGNATURE).verifier}"]),
        ("A", [f"witness D {SigningKey.from_seed('l', b'l' * 32).verifier}"]),
        ("A", ["witness D"]), ("A", ["quorum"]),
        ("A", [f"witness D {RENAMED}"]),
    ],
)  # fmt: skip
def test_a_policy_that_could_mislead_is_refused(quorum: str, groups: list[str]) -> None:
    with pytest.raises(BadInputError):
        Policy.parse(text_of(quorum, *groups))


def test_a_log_is_no_witness_of_itself() -> None:
    myself = SigningKey.from_seed("myself", b"\x01" * 32, COSIGNATURE).verifier
    with pytest.raises(BadInputError, match="no log witnesses itself"):
        Policy.of(LOG.verifier, [myself], 1)
    with pytest.raises(BadInputError, match="different names"):
        Policy.of(LOG.verifier, [WITNESSES[0].verifier, WITNESSES[0].verifier], 2)
