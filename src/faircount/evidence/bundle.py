"""The bundle: every byte that a claim of an audit rests on, under one signed statement, the same bytes every time."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from faircount.evidence.envelope import envelope, statement
from faircount.evidence.log.note import Note, SigningKey
from faircount.evidence.log.store import Log
from faircount.evidence.log.tiles import tiles
from faircount.model import UsageError

STATEMENT_FILE = "statement.dsse.json"
CHECKPOINT_FILE = "log/checkpoint"
FORMAT = "faircount/1"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member of a zip: the earliest that the form can say, so that equal bundles are equal bytes."""


def bundle(
    log: Log, note: Note, key: SigningKey, files: Mapping[str, bytes], words: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the bundle by path. `note` is the signed checkpoint of the log as it is now.

    `files` are those that acts name, `words` what lies at the top: README.md and the verifiers. Raises `UsageError`
    where the log has grown since the note was signed.
    """
    head = log.head()
    lines = note.text.split("\n")
    if lines[1] != str(head.size):
        raise UsageError("the log has grown since its checkpoint was signed; sign it again")
    found = {f"log/{path}": data for path, data in tiles(head.size, log.node, log.entries)}
    found[CHECKPOINT_FILE] = bytes(note)
    found |= {f"files/{name}": data for name, data in files.items()} | dict(words)
    about = {"format": FORMAT, "log": {"origin": head.origin, "root": head.root.hex(), "size": head.size}}
    found[STATEMENT_FILE] = envelope(statement(found, about), key)
    return dict(sorted(found.items()))


def write_folder(parts: Mapping[str, bytes], folder: Path) -> None:
    """Write a bundle as a folder. Raises `UsageError` where the folder holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} holds something already; a bundle gets a folder of its own")
    for path, data in parts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def zip_bytes(parts: Mapping[str, bytes]) -> bytes:
    """Return a bundle as a zip: stored, in the order of paths, without times or names of a machine."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(parts.items()):
            member = zipfile.ZipInfo(path, _EPOCH)
            member.external_attr, member.create_system = 0o644 << 16, 3
            archive.writestr(member, content)
    return data.getvalue()
