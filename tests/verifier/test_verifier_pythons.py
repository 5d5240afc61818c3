"""The verifier says the same, byte for byte, on every Python that is here, in any locale, time zone and hash seed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from faircount_verifier import single_file
from verifier.bundle_by_hand import comparison, seal
from verifier.checking import write

SUPPORTED = tuple(f"python3.{minor}" for minor in range(10, 16))


def pythons() -> list[str]:
    """Return one interpreter of each supported version: those on the path, and those of pyenv."""
    found = {name: path for name in SUPPORTED if (path := shutil.which(name)) and "shims" not in path}
    for one in sorted(Path.home().glob(".pyenv/versions/*/bin/python3.*")):
        if one.name in SUPPORTED:
            found[one.name] = str(one)
    return [sys.executable, *(found[name] for name in SUPPORTED if name in found)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pythons")
    (folder / "verify.py").write_text(single_file(), encoding="utf-8")
    return folder / "verify.py", write(seal(comparison()), folder / "bundle")


def run(python: str, told: tuple[Path, Path], **more: str) -> bytes:
    # Not isolated (-I): that would have Python look away from its own variables.
    command = [python, "-B", str(told[0]), str(told[1]), "--json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, capture_output=True, check=False, env={**kept, **more})
    assert done.returncode == 0 and not done.stderr
    return done.stdout


def test_every_python_that_is_here_says_the_same(told: tuple[Path, Path]) -> None:
    found = pythons()
    assert len({run(python, told) for python in found}) == 1
    if len(found) < 3:
        pytest.skip(f"NOT CHECKED on other versions: only {sys.version.split()[0]} is here")


@pytest.mark.parametrize("more", [
    {"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8"}, {"TZ": "Asia/Kathmandu"}, {"PYTHONHASHSEED": "1"},
    {"PYTHONHASHSEED": "77"}, {"PYTHONOPTIMIZE": "2"}, {"PYTHONUTF8": "0", "LC_ALL": "POSIX"},
])  # fmt: skip
def test_no_setting_of_the_machine_changes_a_byte(told: tuple[Path, Path], more: dict[str, str]) -> None:
    assert run(sys.executable, told, **more) == run(sys.executable, told)
