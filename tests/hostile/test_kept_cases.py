"""What fuzzing once found, replayed: every case is now read or refused in one clear sentence."""

import shutil
from pathlib import Path

import pytest

from faircount.read import READERS
from hostile.outcome import outcome

KEPT = sorted(p for p in (Path(__file__).parent / "cases").glob("*/*"))


@pytest.mark.parametrize("case", KEPT, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_case_that_once_broke_a_reader(case: Path, tmp_path: Path) -> None:
    path = tmp_path / case.name.partition("-")[2]
    if case.is_dir():
        shutil.copytree(case, path)
    else:
        shutil.copyfile(case, path)
    outcome(READERS[case.parent.name], path, forced=True)
    for reader in READERS.values():
        outcome(reader, path)
