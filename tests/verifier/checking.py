"""Writing bundles to a folder and asking the verifier about them."""

from collections.abc import Callable
from pathlib import Path

from faircount_verifier.command import report, verify
from verifier.bundle_by_hand import Files


def write(files: Files, folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def failures(path: Path, key: str | None = None) -> set[str]:
    return {row[0] for row in verify(str(path), key).rows if row[1] == "FAIL"}


def result(path: Path, key: str | None = None) -> str:
    return report(verify(str(path), key), False)[0]


Change = Callable[[Files], None]
