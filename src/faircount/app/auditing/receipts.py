"""A receipt held against a bundle: whoever was given one can see whether its act was taken out again, or put back."""

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faircount.app.auditing.saying import many
from faircount.evidence.log.checkpoint import signed_checkpoint
from faircount.evidence.log.merkle import Tree, leaf_hash
from faircount.evidence.log.note import VerifierKey
from faircount.evidence.log.proof import Proof
from faircount.evidence.log.tiles import tile_path, unbundle
from faircount.model import BadInputError, Status, TamperError

ENTRIES = "log/tile/entries/"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a receipt shows: the act that it is for, and how long the log was then and is in the bundle."""

    act: dict[str, Any]
    number: int
    """Of the act in the log, from 0."""
    then: int
    now: int
    key: str
    """The log's key, by which receipt and bundle are signed."""


@dataclass(frozen=True, slots=True)
class Held:
    """What became of one receipt that was held against a bundle."""

    name: str
    status: Status
    words: str
    shown: Standing | None = None
    """What it shows; None unless it holds."""

    @property
    def document(self) -> dict[str, Any]:
        """The same for a program; `act` is the whole act as the bundle has it, null unless the receipt holds."""
        shown = self.shown
        return {
            "receipt": self.name, "status": self.status, "words": self.words, "act": shown and shown.act,
            "number": shown and shown.number, "acts_then": shown and shown.then, "acts_now": shown and shown.now,
        }  # fmt: skip


def hold(bundle: Path, receipt: Path, key: str | None = None) -> Held:
    """Return in words what `held_against` finds: FAIL where the log is not the one that gave the receipt, NOT CHECKED
    where the bundle cannot be read. Raises `BadInputError` for a file that is no receipt.
    """
    try:
        Proof.parse(receipt.read_bytes())
    except BadInputError as error:
        fix = "a receipt is what `faircount log receipt` wrote"
        raise BadInputError(str(receipt), f"{error.place} {error.rule}", error.found, fix) from error
    try:
        shown = held_against(bundle, receipt, key)
    except TamperError as error:
        return Held(str(receipt), Status.FAIL, str(error))
    except BadInputError as error:
        return Held(str(receipt), Status.NOT_CHECKED, str(error))
    what, by = shown.act.get("act"), shown.act.get("by")
    name = by.get("name") if isinstance(by, dict) else by
    words = (
        f"act {shown.number}, {what} by {name}, stands in this log as it stood when the receipt was given; the log had "
        f"{many(shown.then, 'act')} then, unchanged since, and has {shown.now:,} here"
    )
    return Held(str(receipt), Status.PASS, words, shown)


def held_against(bundle: Path, receipt: Path, key: str | None = None) -> Standing:
    """Return what a receipt shows of a bundle, a folder or a zip. `key`: the log's key as it is known from elsewhere.

    Raises `TamperError` where the bundle's log is not the one, grown longer, that gave the receipt; `BadInputError`
    for a file that is no receipt or no bundle. The bundle itself is checked by `faircount verify`.
    """
    proof = Proof.parse(receipt.read_bytes())
    entries = [entry for data in _entry_tiles(bundle) for entry in unbundle(data)]
    signer = VerifierKey.parse(key) if key is not None else _stated_key(entries, bundle)
    try:
        told = signed_checkpoint(proof.checkpoint, signer)
    except TamperError as error:
        raise TamperError(f"{receipt.name} was not given by the log of {bundle.name}: {error}") from error
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
    try:
        act = json.loads(entries[proof.index])
    except (ValueError, RecursionError) as error:
        raise BadInputError(str(bundle), f"act {proof.index} is JSON", type(error).__name__) from error
    return Standing(act if isinstance(act, dict) else {}, proof.index, told.size, len(entries), str(signer))


def _entry_tiles(bundle: Path) -> list[bytes]:
    """Return the tiles of entries, in the order of the log.

    They lie where the verifier reads them and nowhere else: another log beside them would let a receipt hold that the
    verified one does not know.
    """
    try:
        if bundle.is_dir():
            found = {one.relative_to(bundle).as_posix(): one for one in bundle.rglob("*") if one.is_file()}
            tiles = {name: path.read_bytes() for name, path in found.items() if name.startswith(ENTRIES)}
        else:
            with zipfile.ZipFile(bundle) as archive:
                tops = {name.partition("/")[0] for name in archive.namelist()}
                top = f"{min(tops)}/" if len(tops) == 1 else ""  # where a folder was packed whole
                tiles = {
                    name.removeprefix(top): archive.read(name)
                    for name in archive.namelist() if name.startswith(top + ENTRIES)
                }  # fmt: skip
    except (OSError, zipfile.BadZipFile, RuntimeError, EOFError, zlib.error) as error:
        raise BadInputError(str(bundle), "a bundle is a folder or a zip", str(error)) from error
    if not tiles:
        raise BadInputError(str(bundle), "a bundle holds the tiles of a log", "none")
    plain = {name.partition(ENTRIES)[2].partition(".p/")[0]: data for name, data in tiles.items()}
    names = (tile_path("entries", number).removeprefix("tile/entries/") for number in range(len(plain)))
    return [plain[name] for name in names if name in plain]


def _stated_key(entries: list[bytes], bundle: Path) -> VerifierKey:
    try:
        return VerifierKey.parse(json.loads(entries[0])["body"]["log_key"])
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadInputError(str(bundle), "its first act states the log's key", type(error).__name__) from error
