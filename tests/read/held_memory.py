"""What a reader holds of an export: the peak of Python's memory while it is read, in pieces made small."""

import gc
import tracemalloc
from pathlib import Path

import pytest

from faircount.read import batch_builder
from faircount.read.export import Export
from faircount.read.reader import Reader
from faircount.read.syntax import in_order, json_elements
from read.growing import everything, made


def small_pieces(patch: pytest.MonkeyPatch) -> None:
    """Let batches be of 300 rows, and blocks and sorted runs of some kilobytes, so that a small export has many."""
    patch.setattr(batch_builder, "CARDS_PER_BATCH", 300)
    patch.setattr(in_order, "BYTES_IN_MEMORY", 400_000)
    patch.setattr(in_order, "BLOCK_BYTES", 4_000)
    patch.setattr(json_elements, "BLOCK", 20_000)


def held(reader: Reader, path: Path) -> int:
    """Return the bytes that Python held at most while the export was read and its batches thrown away."""
    export = Export(path)
    gc.collect()
    tracemalloc.start()
    try:
        for part in reader.plan(export):
            for batch in reader.read(export, part):
                del batch
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def growth(reader: Reader, name: str, folder: Path, small: int, large: int) -> float:
    """Return by how many bytes more is held for each byte that the export `name` of `growing` is larger.

    Files are read in blocks of up to 1 MB, JSON, or 256 kB, CSV: a file smaller than that is held whole.
    """
    first, last = (made(everything()[name], folder / str(size), size) for size in (small, large))
    held(reader, first.path)  # what is imported and compiled at the first use is held once
    return (held(reader, last.path) - held(reader, first.path)) / (last.bytes - first.bytes)
