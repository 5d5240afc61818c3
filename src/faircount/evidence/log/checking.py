"""Whether a stored log adds up: every hash, every checkpoint and the head recomputed from the entries."""

from collections.abc import Iterator

from sqlalchemy import Column, Connection, select

from faircount.evidence.log.checkpoint import Checkpoint
from faircount.evidence.log.merkle import CompactRange, leaf_hash
from faircount.evidence.log.note import Note
from faircount.evidence.log.tables import CHECKPOINT, HASH, LEAF
from faircount.model import TamperError

ROWS = 1000
"""Fetched at a time."""


def check_everything(connection: Connection, head: Checkpoint) -> Checkpoint:
    """Return `head` if entries, subtrees and checkpoints agree with it; else TamperError with the first that does not.

    It cannot see an older state put back whole: for that there are witnesses, and receipts in other hands.
    """
    hashes, edge, signed = _hashes(connection), CompactRange(), _signed(connection, head.origin)
    _compare(signed, edge)
    for number, data in _rows(connection, LEAF.c.number, LEAF.c.data):
        if number != edge.size:
            raise TamperError(f"The log {head.origin} has lost entry {edge.size}.")
        for expected in edge.append(leaf_hash(data)):
            if next(hashes, None) != expected:
                raise TamperError(f"Entry {number} of {head.origin} is not the one that was recorded.")
        _compare(signed, edge)
    if next(hashes, None) is not None:
        raise TamperError(f"The log {head.origin} has lost entries: {edge.size} are left.")
    if (edge.size, edge.root()) != (head.size, head.root):
        raise TamperError(
            f"The head of {head.origin}, at size {head.size}, is not that of the {edge.size} entries kept."
        )
    if signed:
        raise TamperError(f"The log {head.origin} has {head.size} entries, but signed a checkpoint of {max(signed)}.")
    return head


def _hashes(connection: Connection) -> Iterator[bytes]:
    for expected, (number, found) in enumerate(_rows(connection, HASH.c.number, HASH.c.hash)):
        if number != expected:
            raise TamperError(f"The log has lost hash {expected} of its tree.")
        yield found


def _rows(connection: Connection, number: Column[int], data: Column[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield all rows in order, by pages: whoever finds a fault and stops leaves no cursor open."""
    query, last = select(number, data).order_by(number).limit(ROWS), -1
    while page := connection.execute(query.where(number > last)).all():
        yield from ((at, bytes(found)) for at, found in page)
        last = page[-1][0]


def _signed(connection: Connection, origin: str) -> dict[int, bytes]:
    """Return size → root of every checkpoint that was signed. Signatures are for those who hold the keys to judge."""
    roots = {}
    for size, note in _rows(connection, CHECKPOINT.c.size, CHECKPOINT.c.note):
        checkpoint = Checkpoint.parse(Note.parse(note).text)
        if (checkpoint.origin, checkpoint.size) != (origin, size):
            raise TamperError(
                f"The checkpoint of {origin} at size {size} is another's: {checkpoint.origin}, {checkpoint.size}."
            )
        roots[size] = checkpoint.root
    return roots


def _compare(signed: dict[int, bytes], edge: CompactRange) -> None:
    if signed.pop(edge.size, None) not in (None, edge.root()):
        raise TamperError(f"The first {edge.size} entries are not those under the checkpoint that was signed.")
