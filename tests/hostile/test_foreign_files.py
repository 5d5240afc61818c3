"""Every reader, made to read files that are not its own: refused in one clear sentence, in bounded memory and time."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from faircount.app.sniffing import sniff
from faircount.read import READERS
from hostile.foreign import FOREIGN
from hostile.outcome import outcome

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 3 << 30
"""Address space of a process that meets a bomb, libraries included; Arrow and lxml reserve 1 GB of it."""


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All foreign files in one folder, made once."""
    folder = tmp_path_factory.mktemp("foreign")
    for name, made in FOREIGN.items():
        (folder / name).write_bytes(made())
    return folder


@pytest.mark.parametrize("name", READERS)
def test_a_reader_survives_every_foreign_file(name: str, foreign: Path) -> None:
    for file in sorted(foreign.iterdir()):
        try:
            outcome(READERS[name], file, forced=True)
        except Exception as error:
            raise AssertionError(f"{name}, {file.name}: {type(error).__name__}: {str(error)[:500]}") from error


@pytest.mark.parametrize(
    "name", sorted(n for n in FOREIGN if "bomb" in n or n.startswith(("laughs", "quadratic", "far")))
)
def test_a_bomb_is_refused_in_bounded_memory(name: str, foreign: Path, tmp_path: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    where = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    space = tmp_path / "w"
    for arguments in (["init", space], ["-w", space, "ingest", "--jobs", "1", foreign / name]):
        done = subprocess.run([sys.executable, "-m", "faircount", *map(str, arguments)], env=where, capture_output=True,
                              text=True, timeout=120, preexec_fn=limited, check=False)  # fmt: skip
    assert done.returncode == 3, done.stderr[-2000:]
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not any((space / "tables").iterdir())


def test_no_hostile_file_is_anybodys(foreign: Path) -> None:
    """None is claimed and then read: what is claimed at all is refused with a reason."""
    for file in sorted(foreign.iterdir()):
        found = sniff(file)
        if found.reader is not None:
            outcome(found.reader, file)
        else:
            assert found.problem, file.name
