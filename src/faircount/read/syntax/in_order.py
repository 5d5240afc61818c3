"""Texts in order, however many: sorted in memory up to a few megabytes, and beyond that in temporary files.

For formats whose rows of one ballot or account stand apart. The files have no names and vanish with the process.
"""

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO

import msgspec

from faircount.read.syntax.temporary import written

BYTES_IN_MEMORY = 24 << 20
"""What the texts of one run take in memory, before they are written out."""
BLOCK_BYTES = 32 << 10
"""What the texts of a block take in memory: of each run one is held while runs are merged."""
RUNS_PER_LEVEL = 16
"""Runs that are merged into one of the next level; 24 MB a run, three levels are 100 gigabytes."""
_SIZE = 8
"""Bytes before each block that say how long it is."""
_BLOCK = msgspec.msgpack.Decoder(list[str])


class InOrder:
    """Takes texts in any order and gives them back sorted by their code points, equal ones as often as they came.

    Memory is that of one run and of a block of each of some dozens of runs, whatever the number of texts: whenever a
    level has `RUNS_PER_LEVEL` they become one run of the next. Iterate once, after the last `add`.
    """

    def __init__(self) -> None:
        self._held: list[str] = []
        self._bytes = 0
        self._levels: list[list[IO[bytes]]] = []

    def __del__(self) -> None:
        for file in chain.from_iterable(self._levels):
            file.close()

    def add(self, text: str) -> None:
        """Take a text."""
        self._held.append(text)
        self._bytes += sys.getsizeof(text) + 8  # and its place in the list
        if self._bytes > BYTES_IN_MEMORY:
            self._write_held()

    def take(self, texts: Iterable[str]) -> None:
        """Take texts one after the other, as `add` does."""
        held, size, size_of = self._held, self._bytes, sys.getsizeof
        for text in texts:
            held.append(text)
            size += size_of(text) + 8
            if size > BYTES_IN_MEMORY:
                self._bytes = size
                self._write_held()
                held, size = self._held, 0
        self._bytes = size

    def __iter__(self) -> Iterator[str]:
        self._held.sort()
        if not self._levels:
            return iter(self._held)
        return self._all()

    def _all(self) -> Iterator[str]:
        """Yield what is held and what was written out. It holds `self`, so that files stay open until the end."""
        runs = [_blocks_of(file) for level in self._levels for file in level]
        for block in _merged([iter([self._held]), *runs]):
            yield from block

    def _write_held(self) -> None:
        """Write out what is held as a run of the first level."""
        self._held.sort()
        held, step = self._held, max(1, BLOCK_BYTES * len(self._held) // self._bytes)
        self._add_run(written(_framed(held[first : first + step] for first in range(0, len(held), step))), 0)
        self._held, self._bytes = [], 0

    def _add_run(self, file: IO[bytes], level: int) -> None:
        """Keep a run, and make one of those of its level where they are enough."""
        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(file)
        if len(runs) >= RUNS_PER_LEVEL:
            merged = written(_framed(_merged([_blocks_of(run) for run in runs])))
            for run in runs:
                run.close()
            runs.clear()
            self._add_run(merged, level + 1)


def _framed(blocks: Iterable[list[str]]) -> Iterator[bytes]:
    """Yield what a file holds of these blocks: of each its size, and its texts."""
    for block in blocks:
        data = msgspec.msgpack.encode(block)
        yield len(data).to_bytes(_SIZE, "little")
        yield data


def _blocks_of(file: IO[bytes]) -> Iterator[list[str]]:
    """Yield the blocks of a file from its first."""
    file.seek(0)
    while size := file.read(_SIZE):
        yield _BLOCK.decode(file.read(int.from_bytes(size, "little")))


def _merged(runs: Iterable[Iterator[list[str]]]) -> Iterator[list[str]]:
    """Merge runs of sorted blocks into one, a block at a time.

    Of what is in memory all texts up to the least last one of a block are next: whatever a run has behind its block is
    no less. They are put together and sorted, which is fast for what is sorted in parts.
    """
    ahead = [(block, 0, run) for run in runs if (block := next(run, []))]
    while ahead:
        bound = min(block[-1] for block, _, _ in ahead)
        texts: list[str] = []
        left = []
        for block, start, run in ahead:
            end = bisect_right(block, bound, start)
            texts += block[start:end]
            if end == len(block):
                block, end = next(run, []), 0
            if block:
                left.append((block, end, run))
        ahead = left
        texts.sort()
        yield texts


def in_order(texts: Iterable[str]) -> Iterator[str]:
    """Return `texts` sorted by their code points, as `InOrder` does."""
    found = InOrder()
    found.take(texts)
    return iter(found)
