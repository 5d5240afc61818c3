"""Is this machine ready? Versions, memory, disk, and the exact command that mends what is missing."""

import importlib.metadata
import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing looked at: what it is, what was found, whether it will do, and what mends it if not."""

    name: str
    found: str
    good: bool
    mend: str = ""


_NEEDED = {
    "duckdb": "2.0", "pyarrow": "26", "msgspec": "0.22", "lxml": "6.1", "numpy": "2.2", "rapidfuzz": "3.14",
    "click": "8.5", "rich": "15", "xlsxwriter": "3.3", "cryptography": "50", "sqlalchemy": "2.1", "alembic": "1.20",
}  # fmt: skip
_FOR_REPORTS = {"jinja2": "3.1.6", "babel": "2.18"}


def examine(folder: Path) -> tuple[Ailment, ...]:
    """Look at this machine, with `folder` as the place where elections are kept. Reads only."""
    found = [
        Ailment("python", platform.python_version(), True),
        Ailment("system", f"{platform.system()} {platform.release()}, {platform.machine()}", True),
        Ailment("cores", str(os.cpu_count()), True),
        _memory(),
        _disk(folder),
    ]
    found += [_package(name, least, "reinstall: rm -rf .venv && ./faircount doctor") for name, least in _NEEDED.items()]
    found += [_package(name, least, "pip install 'faircount[report]'") for name, least in _FOR_REPORTS.items()]
    writable = os.access(_nearest(folder), os.W_OK)
    found.append(Ailment("can write here", str(folder), writable, "" if writable else "choose a folder of your own"))
    return tuple(found)


def _memory() -> Ailment:
    free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Ailment("memory", f"{free / 2**30:.1f} GiB", free >= 2 << 30, "large elections want 2 GiB or more")


def _disk(folder: Path) -> Ailment:
    free = shutil.disk_usage(_nearest(folder)).free
    return Ailment("free disk", f"{free / 2**30:.1f} GiB", free >= 1 << 30, f"make room near {folder}")


def _nearest(folder: Path) -> Path:
    here = folder.resolve()
    while not here.exists():
        here = here.parent
    return here


def _package(name: str, least: str, mend: str) -> Ailment:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Ailment(name, "not installed", False, mend)
    good = _numbers(version) >= _numbers(least)
    return Ailment(name, version, good, "" if good else mend)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
