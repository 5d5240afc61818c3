"""The Merkle tree of an append-only log: hashes, roots, proofs and how a stranger checks them (RFC 6962, section 2.1).

Everything is asked of *perfect subtrees*: `node(level, position)` is the hash over the 2^level leaves from
position·2^level on. A list in memory, a database and a folder of tiles can all answer that, so one text of each
algorithm serves them all.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

NodeOf = Callable[[int, int], bytes]
"""(level, position) → hash of the perfect subtree over leaves [position·2^level, (position + 1)·2^level)."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962, section 2.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ data): what the tree knows of an entry (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right). A node is never taken for a leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The right edge of a growing tree: the roots of its perfect subtrees, largest first, and nothing else.

    Enough to append and to know the root; at most 64 hashes, and about two hash computations a leaf.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size, self.peaks = size, list(peaks)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add the leaf hash `leaf`; return the subtrees it completes, of level 0 (the leaf itself), 1, 2, …"""
        completed, position = [leaf], self.size
        while position & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            completed.append(leaf)
            position >>= 1
        self.peaks.append(leaf)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree so far (RFC 6962, section 2.1)."""
        if not self.peaks:
            return EMPTY_ROOT
        *larger, root = self.peaks
        for peak in reversed(larger):
            root = node_hash(peak, root)
        return root


class Tree:
    """A whole tree in memory, from hashes of leaves: every perfect subtree, by level."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._edge = CompactRange()
        self._levels: list[list[bytes]] = []
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return self._edge.size

    def append(self, leaf: bytes) -> None:
        """Add the leaf hash `leaf` at the end."""
        for level, completed in enumerate(self._edge.append(leaf)):
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(completed)

    def node(self, level: int, position: int) -> bytes:
        """Return the hash of a perfect subtree; IndexError where the tree has none."""
        return self._levels[level][position]

    def root(self, size: int | None = None) -> bytes:
        """Return the root, or the root at an earlier `size`."""
        return root_of(len(self) if size is None else size, self.node)


def peaks_of(size: int) -> list[tuple[int, int]]:
    """Return (level, position) of the perfect subtrees of `size` leaves, largest first: the bits of `size`."""
    return [(level, (size >> level) - 1) for level in reversed(range(size.bit_length())) if size >> level & 1]


def root_of(size: int, node: NodeOf) -> bytes:
    """Return the root of the first `size` leaves (RFC 6962, section 2.1)."""
    return CompactRange(size, (node(*peak) for peak in peaks_of(size))).root()


def inclusion_proof(index: int, size: int, node: NodeOf) -> list[bytes]:
    """Return PATH(index, D[size]): siblings from the leaf's up to the root's child (RFC 6962, section 2.1.1).

    ValueError unless 0 ≤ index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    start, end, siblings = 0, size, []
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            siblings.append(_span(middle, end, node))
            end = middle
        else:
            siblings.append(_span(start, middle, node))
            start = middle
    return siblings[::-1]


def consistency_proof(old: int, new: int, node: NodeOf) -> list[bytes]:
    """Return PROOF(old, D[new]): that the first `old` leaves are still the same (RFC 6962, section 2.1.2).

    Empty for old = new, and for old = 0, which every tree continues. ValueError unless 0 ≤ old ≤ new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not continue one of {old}")
    start, end, hashes = 0, new, []
    while old not in (0, end):
        middle = start + _half(end - start)
        if old <= middle:
            hashes.append(_span(middle, end, node))
            end = middle
        else:
            hashes.append(_span(start, middle, node))
            start = middle
    if start > 0:  # the old root itself is known to whoever asks, an inner subtree is not
        hashes.append(_span(start, end, node))
    return hashes[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root `proof` leads to from the leaf hash `leaf`; None if too long or short (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `proof` shows the leaf hash `leaf` at `index` of the tree (`size`, `root`) (RFC 9162, 2.1.3.2)."""
    return root_from_inclusion(leaf, index, size, proof) == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether `proof` shows (`new`, `new_root`) to continue (`old`, `old_root`) (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new or old == 0:
        known = old_root == new_root if old == new else old_root == EMPTY_ROOT
        return known and not proof
    path = list(proof)
    if old & (old - 1) == 0:  # a power of two: the old tree is one subtree of the new
        path.insert(0, old_root)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


def _half(size: int) -> int:
    """Return the largest power of two smaller than `size`: where RFC 6962 splits a tree."""
    return 1 << (size - 1).bit_length() - 1


def _span(start: int, end: int, node: NodeOf) -> bytes:
    """Return the hash over leaves [start, end), a subtree that splitting a tree as RFC 6962 does can meet."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _half(size)
    return node_hash(_span(start, middle, node), _span(middle, end, node))
