"""The tree: published vectors, the RFC's definition written out naively, and pymerkle as a second implementation."""

import hashlib
import time

import pymerkle  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.evidence.log.merkle import (
    EMPTY_ROOT,
    CompactRange,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from faircount.evidence.log.tables import hash_number

# Reference leaves of Certificate Transparency (its merkletree tests), and the roots of 0 … 8 of them.
CT_LEAVES = [
    bytes.fromhex(data)
    for data in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEFT, RIGHT = (
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
CT_INCLUSION = {
    (0, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", LEFT, RIGHT],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        CT_ROOTS[4],
    ],
}
CT_CONSISTENCY = {
    (1, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", LEFT, RIGHT],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        CT_ROOTS[4],
    ],
    (2, 5): [LEFT, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
    (2, 8): [LEFT, RIGHT],
}


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = half(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def half(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return []
    k = half(len(leaves))
    return [*path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], known: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2, as it is written there."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = half(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def grown(leaves: list[bytes]) -> Tree:
    return Tree(map(leaf_hash, leaves))


LEAVES = [b"leaf %d" % n for n in range(70)]
SIZES = st.integers(0, 70)


def test_roots_and_proofs_are_those_of_certificate_transparency() -> None:
    tree = grown(CT_LEAVES)
    assert [tree.root(size).hex() for size in range(9)] == CT_ROOTS
    assert {at: [h.hex() for h in inclusion_proof(*at, tree.node)] for at in CT_INCLUSION} == CT_INCLUSION
    assert {at: [h.hex() for h in consistency_proof(*at, tree.node)] for at in CT_CONSISTENCY} == CT_CONSISTENCY


def test_every_proof_of_every_small_tree_is_what_the_rfc_defines_and_verifies() -> None:
    tree, roots = grown(LEAVES[:34]), [mth(LEAVES[:size]) for size in range(35)]
    for size in range(35):
        assert tree.root(size) == roots[size]
        for index in range(size):
            proof = inclusion_proof(index, size, tree.node)
            assert proof == path(index, LEAVES[:size])
            assert verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, roots[size])
        for old in range(size + 1):
            proof = consistency_proof(old, size, tree.node)
            assert proof == (subproof(old, LEAVES[:size], True) if old else [])
            assert verify_consistency(old, size, roots[old], roots[size], proof)


@given(SIZES, st.data())
def test_pymerkle_agrees(size: int, data: st.DataObject) -> None:
    theirs = pymerkle.InmemoryTree("sha256")
    for leaf in LEAVES[:size]:
        theirs.append_entry(leaf)
    assert theirs.get_root() == grown(LEAVES).root(size)
    if size:
        index = data.draw(st.integers(0, size - 1))
        assert (
            inclusion_proof(index, size, grown(LEAVES).node)
            == [bytes.fromhex(h) for h in theirs.prove_inclusion(index + 1, size).serialize()["path"]][1:]
        )


@given(st.integers(1, 70), st.data())
def test_a_changed_proof_shows_nothing(size: int, data: st.DataObject) -> None:
    tree, index = grown(LEAVES), data.draw(st.integers(0, size - 1))
    proof, leaf = inclusion_proof(index, size, tree.node), leaf_hash(LEAVES[index])
    root = tree.root(size)
    assert not verify_inclusion(leaf, index, size, [*proof, root], root), "too long"
    assert not verify_inclusion(leaf_hash(b"other"), index, size, proof, root)
    assert not verify_inclusion(leaf, index, size, proof, tree.root(size - 1))
    assert not verify_inclusion(leaf, size, size, proof, root)
    assert not verify_inclusion(leaf, -1, size, proof, root)
    for at in range(len(proof)):
        assert not verify_inclusion(leaf, index, size, proof[:at] + proof[at + 1 :], root), "too short"
        wrong = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not verify_inclusion(leaf, index, size, [*proof[:at], wrong, *proof[at + 1 :]], root)
    for other in range(size):
        assert other == index or not verify_inclusion(leaf, other, size, proof, root)


@given(st.integers(1, 70), st.data())
def test_a_tree_that_does_not_continue_is_not_shown_to(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    tree, fork = grown(LEAVES), grown([b"other", *LEAVES[1:]])
    proof = consistency_proof(old, new, tree.node)
    older, newer = tree.root(old), tree.root(new)
    assert not verify_consistency(old, new, fork.root(old), newer, proof)
    assert not verify_consistency(old, new, older, fork.root(new), proof)
    assert not verify_consistency(old, new, fork.root(old), newer, consistency_proof(old, new, fork.node))
    assert not verify_consistency(old, new, older, newer, [*proof, newer])
    assert not verify_consistency(new + 1, new, older, newer, proof)
    for at in range(len(proof)):
        assert not verify_consistency(old, new, older, newer, proof[:at] + proof[at + 1 :])
        wrong = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not verify_consistency(old, new, older, newer, [*proof[:at], wrong, *proof[at + 1 :]])


def test_the_empty_tree_is_continued_by_all_and_shows_nothing() -> None:
    root = grown(LEAVES).root()
    assert verify_consistency(0, 70, EMPTY_ROOT, root, [])
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not verify_consistency(0, 70, root, root, [])
    assert not verify_consistency(0, 70, EMPTY_ROOT, root, [root])
    assert root_from_inclusion(root, 0, 0, []) is None


def test_a_proof_of_the_wrong_length_leads_nowhere() -> None:
    tree = grown(LEAVES)
    for size in range(1, 20):
        for index in range(size):
            proof = inclusion_proof(index, size, tree.node)
            assert root_from_inclusion(tree.node(0, index), index, size, [*proof, EMPTY_ROOT]) is None
            assert not proof or root_from_inclusion(tree.node(0, index), index, size, proof[:-1]) is None


@pytest.mark.parametrize(("old", "new"), [(1, 2), (4, 8), (8, 9), (64, 70)])
def test_one_root_is_not_that_of_two_sizes(old: int, new: int) -> None:
    root = grown(LEAVES).root(old)
    assert not verify_consistency(old, new, root, root, [])


def test_a_node_is_no_leaf() -> None:
    # Second preimage: the two hashes below a root, offered as one leaf, would be a tree of size 1 with the same root.
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right) == mth([b"a", b"b"])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, grown(LEAVES).node)
    with pytest.raises(ValueError, match="does not continue"):
        consistency_proof(4, 3, grown(LEAVES).node)


@given(SIZES)
def test_the_right_edge_alone_knows_the_root(size: int) -> None:
    edge, tree, stored = CompactRange(), grown(LEAVES), list[bytes]()
    for leaf in LEAVES[:size]:
        stored += edge.append(leaf_hash(leaf))
    assert edge.root() == root_of(size, tree.node)
    assert len(edge.peaks) == size.bit_count()
    # Where a database finds a subtree again.
    assert len(stored) == 2 * size - size.bit_count()
    for level in range(size.bit_length()):
        for position in range(size >> level):
            assert stored[hash_number(level, position)] == tree.node(level, position)


@pytest.mark.slow
def test_a_million_appends_take_seconds() -> None:
    edge, started = CompactRange(), time.process_time()
    for number in range(1_000_000):
        edge.append(leaf_hash(b"%d" % number))
    assert time.process_time() - started < 60, "quadratic?"
    assert edge.size == 1_000_000 and len(edge.peaks) == (1_000_000).bit_count()
