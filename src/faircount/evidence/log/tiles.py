"""The log as static files that any web server or USB stick can carry (c2sp.org/tlog-tiles v0.1.0).

A *tile* holds up to 256 neighbouring hashes of every eighth level of the tree; an *entry bundle* holds up to 256
entries.
"""

import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from faircount.evidence.log.merkle import CompactRange, NodeOf, leaf_hash, node_hash
from faircount.model import BadInputError, TamperError

HEIGHT, WIDTH = 8, 256
ENTRIES = "entries"
LARGEST_ENTRY = 0xFFFF
"""Bytes of an entry at most: its length is written as uint16. Log hashes, not files."""

Read = Callable[[str], bytes | None]
"""Path of a tile or bundle → its bytes; None where there is none. `dict.get` is one, `read_folder(folder)` another."""


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Return `tile/<L>/<N>[.p/<W>]`; index 1234067 is written x001/x234/067 (c2sp.org/tlog-tiles, Merkle Tree).

    `level` is 0 to 7, or `ENTRIES` for a bundle.
    """
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def widths(level: int, size: int, since: int = 0) -> Iterator[tuple[int, int]]:
    """Yield (number, width) of the tiles of `level` in a tree of `size`, the last perhaps partial.

    With `since`, an earlier size, only those that a tree of that size did not have.
    """
    hashes, before = size >> HEIGHT * level, since >> HEIGHT * level
    if hashes > before:
        for number in range(before // WIDTH, -(-hashes // WIDTH)):
            yield number, min(WIDTH, hashes - number * WIDTH)


def tiles(
    size: int, node: NodeOf, entries: Callable[[int, int], Iterable[bytes]], since: int = 0
) -> Iterator[tuple[str, bytes]]:
    """Yield (path, bytes) of all tiles and bundles of a tree of `size`, bundles first; with `since`, only the new ones.

    `entries(start, end)` gives leaf data in order. BadInputError for an entry that is too long for a bundle.
    """
    for number, width in widths(0, size, since):
        start = number * WIDTH
        yield tile_path(ENTRIES, number, width), bundle(entries(start, start + width))
    level = 0
    while size >> HEIGHT * level:
        for number, width in widths(level, size, since):
            hashes = (node(HEIGHT * level, number * WIDTH + place) for place in range(width))
            yield tile_path(level, number, width), b"".join(hashes)
        level += 1


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries, each after its length as big-endian uint16 (c2sp.org/tlog-tiles, Log entries)."""
    return b"".join(struct.pack(">H", len(fitting(entry))) + entry for entry in entries)


def fitting(entry: bytes) -> bytes:
    """Return `entry`; BadInputError if it is longer than a bundle can say."""
    if len(entry) > LARGEST_ENTRY:
        raise BadInputError(
            "log entry", f"has at most {LARGEST_ENTRY:,} bytes", f"{len(entry):,}", "log the file's SHA-256 instead"
        )
    return entry


def unbundle(data: bytes, path: str = "entry bundle") -> list[bytes]:
    """Return the entries of a bundle; TamperError if its lengths do not fit its bytes."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise TamperError(f"{path} breaks off within entry {len(entries)}.")
        entries.append(entry)
        at += 2 + length
    return entries


class TileTree:
    """A tree of a given size behind a reader of tiles: answers `node` and `entry`, and keeps the tiles it has read.

    It believes the tiles. Proofs made from them are checked by whoever gets them; `verify_tiles` checks the tiles
    themselves.
    """

    def __init__(self, read: Read, size: int) -> None:
        self.size, self._read = size, read
        self._kept: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, position: int) -> bytes:
        """Return the hash of a perfect subtree (a `merkle.NodeOf`); TamperError where a tile is missing or short."""
        stored, above = divmod(level, HEIGHT)
        number, place = divmod(position << above, WIDTH)
        tile = self._tile(stored, number)
        hashes = [tile[32 * at : 32 * at + 32] for at in range(place, place + (1 << above))]
        if len(hashes[-1]) != 32:
            raise TamperError(f"{tile_path(stored, number)} holds fewer hashes than a tree of {self.size} needs.")
        while len(hashes) > 1:
            hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """Yield entries [start, end); TamperError where a bundle is missing, or holds more or fewer than it should."""
        for number in range(start // WIDTH, -(-end // WIDTH)):
            width = min(WIDTH, self.size - number * WIDTH)
            found = unbundle(self._file(ENTRIES, number, width), tile_path(ENTRIES, number, width))[:width]
            if len(found) < width:
                raise TamperError(f"{tile_path(ENTRIES, number, width)} holds {len(found)} entries, not {width}.")
            first = number * WIDTH
            yield from found[max(start - first, 0) : end - first]

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self._kept:
            width = min(WIDTH, (self.size >> HEIGHT * level) - number * WIDTH)
            self._kept[level, number] = self._file(level, number, width)[: 32 * max(width, 0)]
        return self._kept[level, number]

    def _file(self, level: int | str, number: int, width: int) -> bytes:
        """Return a partial tile, or the full one that has replaced it (c2sp.org/tlog-tiles, Partial Tiles)."""
        path = tile_path(level, number, width)
        data = self._read(path)
        if data is None and width < WIDTH:
            data = self._read(tile_path(level, number))
        if data is None:
            raise TamperError(f"{path} is missing.")
        return data


def verify_tiles(read: Read, size: int, root: bytes) -> None:
    """Recompute all tiles and bundles of the tree (`size`, `root`) from its entries; TamperError names the first wrong.

    Every byte of every file that belongs to this size is covered: a bundle by its entries' hashes and its own spelling.
    """
    tree, edge = TileTree(read, size), CompactRange()
    stored: dict[int, bytearray] = {}
    for number, width in widths(0, size):
        path = tile_path(ENTRIES, number, width)
        entries = list(tree.entries(number * WIDTH, number * WIDTH + width))
        if (kept := read(path)) is not None and kept != bundle(entries):
            raise TamperError(f"{path} holds more than its {width} entries.")
        for entry in entries:
            for level, completed in enumerate(edge.append(leaf_hash(entry))):
                if level % HEIGHT == 0:
                    stored.setdefault(level // HEIGHT, bytearray()).extend(completed)
    for level, hashes in stored.items():
        for number, width in widths(level, size):
            path, start = tile_path(level, number, width), 32 * WIDTH * number
            kept = read(path)
            if kept is None and width < WIDTH:
                kept = (read(tile_path(level, number)) or b"")[: 32 * width]
            if kept != bytes(hashes[start : start + 32 * width]):
                raise TamperError(f"{path} {'is missing' if not kept else 'is not what the entries hash to'}.")
    if edge.root() != root:
        raise TamperError(f"The {size} entries do not hash to the root of the checkpoint.")


def read_folder(folder: Path) -> Read:
    """Return a reader of the static files under `folder`."""

    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError:
            return None

    return read


def write_folder(folder: Path, files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> None:
    """Write tiles and bundles under `folder`, each whole and durable before the next; existing ones must be the same.

    TamperError if a file that is never to change would. Write the checkpoint after this returns: it promises these
    files.
    """
    for path, data in files.items() if isinstance(files, Mapping) else files:
        target = folder / path
        if target.exists():
            if target.read_bytes() != data:
                raise TamperError(f"{path} was published with other bytes; a published tile never changes.")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.draft")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
