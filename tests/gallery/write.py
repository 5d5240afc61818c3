"""Writes the whole gallery as folders and zips, for people who write a verifier of their own: write.py OUT.

OUT/good/NAME are bundles that pass, OUT/forged/NAME those that must not, and OUT/forgeries.csv says why. The key of the
log, known from elsewhere than the bundles, is in OUT/key.
"""

import csv
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2] / "src"), str(Path(__file__).parents[1])]

from gallery.forgeries import FORGERIES
from gallery.good import MADE, case, played
from gallery.in_memory import LOG
from gallery.resealing import Disk, Files, zipped

COLUMNS = ("name", "made from", "who could", "steps that refuse it", "what is forged", "why the page does not see it")


def lay(made: Files | bytes | Disk, target: Path) -> Path:
    """Write a bundle as a folder, or as a zip where it is one, and return where it is.

    A name that would leave the folder, or that a disk cannot hold, is written as a zip: no such file is made here.
    """
    if isinstance(made, bytes):
        return _written(target.with_name(f"{target.name}.zip"), made)
    files = made.files if isinstance(made, Disk) else made
    for name, data in files.items():
        _written(target / name, data)
    for name, points in (made.links if isinstance(made, Disk) else {}).items():
        (target / name).symlink_to(points)
    target.mkdir(parents=True, exist_ok=True)
    return target


def _written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def write(out: Path) -> None:
    """Write everything below `out`."""
    for name in MADE:
        lay(played(name).files, out / "good" / name)
    for one in FORGERIES:
        made = one.made(case(one.base))
        if isinstance(made, dict) and one.codes[0] == "1.1" and any(map(_is_odd, made)):
            made = zipped(sorted(made.items()))
        lay(made, out / "forged" / one.name)
    _written(out / "key", f"{LOG.verifier}\n".encode())
    with (out / "forgeries.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows((one.name, one.base, one.who, " ".join(one.codes), one.words, one.unseen) for one in FORGERIES)


def _is_odd(name: str) -> bool:
    return ".." in name or name.startswith("/") or any(c in name for c in "\\:\n") or name == "Readme.md"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]))
