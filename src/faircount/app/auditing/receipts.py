"""A receipt held against a bundle: whoever was given one can see whether its act was taken out again, or put back."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faircount.evidence.log.checkpoint import signed_checkpoint
from faircount.evidence.log.merkle import Tree, leaf_hash
from faircount.evidence.log.note import VerifierKey
from faircount.evidence.log.proof import Proof
from faircount.evidence.log.tiles import tile_path, unbundle
from faircount.model import BadInputError, TamperError

ENTRIES = "log/tile/entries/"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a receipt shows: the act that it is for, and how long the log was then and is in the bundle."""

    act: dict[str, Any]
    then: int
    now: int
    key: str
    """The log's key, by which receipt and bundle are signed."""


def held_against(bundle: Path, receipt: Path, key: str | None = None) -> Standing:
    """Return what a receipt shows of a bundle, a folder or a zip. `key`: the log's key as it is known from elsewhere.

    Raises `TamperError` where the bundle's log is not the one, grown longer, that gave the receipt; `BadInputError`
    for a file that is no receipt or no bundle. The bundle itself is checked by `faircount verify`.
    """
    proof = Proof.parse(receipt.read_bytes())
    entries = [entry for data in _entry_tiles(bundle) for entry in unbundle(data)]
    signer = VerifierKey.parse(key) if key is not None else _stated_key(entries, bundle)
    told = signed_checkpoint(proof.checkpoint, signer)
    if told.size > len(entries):
        raise TamperError(
            f"{receipt.name} is of a log of {told.size:,} acts, and {bundle.name} has {len(entries):,}: THE LOG WAS "
            "ROLLED BACK to an older state, or the bundle is older than the receipt"
        )
    if Tree(map(leaf_hash, entries)).root(told.size) != told.root:
        raise TamperError(
            f"the first {told.size:,} acts of {bundle.name} are not those of the log that gave {receipt.name}: an act "
            "was taken out, changed or put in since"
        )
    if proof.index >= told.size or not proof.includes(entries[proof.index], told):
        raise TamperError(f"{receipt.name} does not show act {proof.index} of its own log")
    return Standing(json.loads(entries[proof.index]), told.size, len(entries), str(signer))


def _entry_tiles(bundle: Path) -> list[bytes]:
    """Return the tiles of entries, in the order of the log."""
    try:
        if bundle.is_dir():
            found = {one.relative_to(bundle).as_posix(): one for one in bundle.rglob("*") if one.is_file()}
            tiles = {name: path.read_bytes() for name, path in found.items() if ENTRIES in name}
        else:
            with zipfile.ZipFile(bundle) as archive:
                tiles = {name: archive.read(name) for name in archive.namelist() if ENTRIES in name}
    except (OSError, zipfile.BadZipFile, RuntimeError) as error:
        raise BadInputError(str(bundle), "a bundle is a folder or a zip", str(error)) from error
    if not tiles:
        raise BadInputError(str(bundle), "a bundle holds the tiles of a log", "none")
    plain = {name.partition(ENTRIES)[2].partition(".p/")[0]: data for name, data in tiles.items()}
    names = (tile_path("entries", number).removeprefix("tile/entries/") for number in range(len(plain)))
    return [plain[name] for name in names if name in plain]


def _stated_key(entries: list[bytes], bundle: Path) -> VerifierKey:
    try:
        return VerifierKey.parse(json.loads(entries[0])["body"]["log_key"])
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise BadInputError(str(bundle), "its first act states the log's key", type(error).__name__) from error
