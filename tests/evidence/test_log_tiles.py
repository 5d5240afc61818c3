"""Tiles: the paths of the specification's examples, sizes around every border, and files that were changed."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faircount.evidence.log.merkle import Tree, consistency_proof, inclusion_proof, leaf_hash, verify_inclusion
from faircount.evidence.log.tiles import (
    LARGEST_ENTRY,
    TileTree,
    bundle,
    read_folder,
    tile_path,
    tiles,
    unbundle,
    verify_tiles,
    widths,
    write_folder,
)
from faircount.model import BadInputError, TamperError

MOST = 65_537


def entry(number: int) -> bytes:
    return b"entry %d" % number


@cache
def tree() -> Tree:
    return Tree(leaf_hash(entry(number)) for number in range(MOST))


@cache
def files(size: int, since: int = 0) -> dict[str, bytes]:
    return dict(tiles(size, tree().node, lambda start, end: map(entry, range(start, end)), since))


def test_paths_are_those_of_the_specification() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(3, 0, 1) == "tile/3/000.p/1"
    assert tile_path("entries", 1000, 17) == "tile/entries/x001/000.p/17"


def test_a_tree_of_70_000_has_the_tiles_of_the_specification() -> None:
    numbers = [list(widths(level, 70_000)) for level in range(4)]
    assert [len(found) for found in numbers] == [274, 2, 1, 0]
    assert (numbers[0][-1], numbers[1], numbers[2]) == ((273, 112), [(0, 256), (1, 17)], [(0, 1)])


@pytest.mark.parametrize(
    ("size", "ends"),
    [
        (0, []),
        (1, ["tile/entries/000.p/1", "tile/0/000.p/1"]),
        (255, ["tile/entries/000.p/255", "tile/0/000.p/255"]),
        (256, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]),
        (257, ["tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
    ],
)
def test_the_files_of_a_tree(size: int, ends: list[str]) -> None:
    assert list(files(size)) == ends
    verify_tiles(files(size).get, size, tree().root(size))


def test_the_third_level_begins_at_65_536() -> None:
    found = files(MOST)
    assert [path for path in found if path[:6] in ("tile/1", "tile/2")] == ["tile/1/000", "tile/2/000.p/1"]
    assert found["tile/2/000.p/1"] == tree().root(65_536) == Tree([tree().node(16, 0)]).root()
    assert {len(data) for path, data in found.items() if "entries" not in path and ".p" not in path} == {8192}
    verify_tiles(found.get, MOST, tree().root())


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 700, MOST])
def test_proofs_from_tiles_are_those_from_the_tree(size: int) -> None:
    tiled = TileTree(files(size).get, size)
    for index in {0, 1, size // 3, size - 2, size - 1} & set(range(size)):
        proof = inclusion_proof(index, size, tiled.node)
        assert proof == inclusion_proof(index, size, tree().node)
        assert verify_inclusion(leaf_hash(entry(index)), index, size, proof, tree().root(size))
        assert consistency_proof(index, size, tiled.node) == consistency_proof(index, size, tree().node)
        assert list(tiled.entries(index, min(index + 300, size))) == [
            entry(number) for number in range(index, min(index + 300, size))
        ]


@settings(max_examples=30)
@given(st.integers(0, 1200), st.integers(0, 1200))
def test_what_is_new_completes_what_was_there(one: int, other: int) -> None:
    old, new = sorted((one, other))
    both = {**files(old), **files(new, old)}
    assert files(new).items() <= both.items()
    verify_tiles(both.get, new, tree().root(new))
    verify_tiles(both.get, old, tree().root(old))  # an old checkpoint stays good


def test_full_tiles_may_replace_partial_ones() -> None:
    kept = {**files(512), "tile/1/000.p/1": files(300)["tile/1/000.p/1"]}
    verify_tiles(kept.get, 300, tree().root(300))
    assert list(TileTree(kept.get, 300).entries(290, 300)) == [entry(number) for number in range(290, 300)]


@pytest.mark.parametrize("size", [1, 3, 257])
def test_every_byte_of_every_file_is_covered(size: int) -> None:
    good, root = files(size), tree().root(size)
    for path, data in good.items():
        for at in range(0, len(data), max(1, len(data) // 300)):
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            with pytest.raises(TamperError):
                verify_tiles({**good, path: changed}.get, size, root)
        for changed in (data[:-1], data + b"\0", data + b"\0\0", b""):
            with pytest.raises(TamperError, match="tile/"):
                verify_tiles({**good, path: changed}.get, size, root)
        with pytest.raises(TamperError, match=f"{path} is missing"):
            verify_tiles({other: good[other] for other in good if other != path}.get, size, root)


def test_the_wrong_root_or_size_is_refused() -> None:
    with pytest.raises(TamperError, match="root of the checkpoint"):
        verify_tiles(files(257).get, 257, tree().root(256))
    with pytest.raises(TamperError, match="missing"):
        verify_tiles(files(257).get, 258, tree().root(258))


def test_a_node_beyond_a_short_tile_is_refused() -> None:
    short = {**files(257), "tile/0/000": files(257)["tile/0/000"][:-1]}
    with pytest.raises(TamperError, match="fewer hashes"):
        TileTree(short.get, 257).node(0, 255)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles_are_read_as_written(entries: list[bytes]) -> None:
    assert unbundle(bundle(entries)) == entries


def test_the_longest_entry_fits_and_a_longer_one_is_refused() -> None:
    assert unbundle(bundle([b"x" * LARGEST_ENTRY])) == [b"x" * LARGEST_ENTRY]
    with pytest.raises(BadInputError, match="65,535 bytes"):
        bundle([b"x" * (LARGEST_ENTRY + 1)])


def test_a_folder_is_written_once_and_never_changed(tmp_path: Path) -> None:
    write_folder(tmp_path, files(257))
    write_folder(tmp_path, files(600, 257))
    verify_tiles(read_folder(tmp_path), 600, tree().root(600))
    verify_tiles(read_folder(tmp_path), 257, tree().root(257))
    assert not list(tmp_path.rglob("*.draft"))
    (tmp_path / "tile/0/000").write_bytes(b"changed")
    with pytest.raises(TamperError, match="tile/0/000 was published with other bytes"):
        write_folder(tmp_path, files(257))
