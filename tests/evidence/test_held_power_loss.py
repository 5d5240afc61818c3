"""The power fails at every step of an audit's life: files, log and all. An act is never there without its files."""

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence import apsw_dbapi
from evidence.audit_life import KINDS, live, opened, telling
from evidence.power_loss import WAYS, Cut, Entry, Recorder, Step, Sync, SyncFolder, Trace, cuts, watch
from sqlalchemy import create_engine

from faircount.app.auditing.held import HeldAudit
from faircount.evidence.log import sqlite as sqlite_log
from faircount.model import FaircountError
from faircount.store import Workspace


@pytest.fixture(autouse=True)
def with_a_rollback_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))


def recorded(folder: Path, patch: pytest.MonkeyPatch) -> tuple[list[Step], list[bytes]]:
    """Let an audit live in `folder`; return what was asked of the disk, and its entries."""
    Workspace.create(folder, name="Small")
    trace = Trace(folder)
    recorder = Recorder(trace)
    with patch.context() as patched:
        watch(trace, patched)
        patched.setattr(apsw_dbapi, "VFS", [recorder.name])
        patched.setattr(sqlite_log, "create_engine", lambda *a, **k: create_engine(*a, **k, module=apsw_dbapi))
        patched.setattr(HeldAudit, "do", telling(HeldAudit.do, lambda done: trace.tell(done.act.n + 1)))
        entries = live(folder)
    recorder.unregister()
    return trace.steps, entries


def near_files(steps: list[Step]) -> set[int]:
    """Return the places within three steps of what happens to folders of the audit, or to files that Python writes."""
    hot = [
        at for at, step in enumerate(steps)
        if isinstance(step, SyncFolder | Entry) and "-journal" not in step.path and step.path != "log"
    ]  # fmt: skip
    return {near for at in hot for near in range(at - 3, at + 4)}


def faults(steps: list[Step], entries: list[bytes], folder: Path, share: float, seed: int = 1) -> Iterator[str]:
    """Yield what is wrong after cuts near files and a share of the others; every 20th lives on to the end."""
    rng, hot = random.Random(seed), near_files(steps)
    for number, cut in enumerate(one for one in cuts(steps, seed) if one.at in hot or rng.random() < share):
        Workspace.create(folder, name="Small")
        try:
            cut.restore(folder)
            fault = wrong(cut, entries, folder, number % 20 == 0)
        except FaircountError as error:
            fault = f"it does not open: {error}"
        shutil.rmtree(folder)
        if fault:
            yield f"cut before step {cut.at}, un-synced {cut.way}: {fault}"


def wrong(cut: Cut, entries: list[bytes], folder: Path, to_the_end: bool) -> str | None:
    """Open what is left, which reads every file that an act names, and say what is wrong."""
    if cut.told:
        with HeldAudit(Workspace.open(folder)) as held:
            found = list(held.log.entries())
    else:
        with opened(folder) as held:  # cut off while it began, and begun again
            found = list(held.log.entries())
    if found != entries[: len(found)] or not cut.told <= len(found) <= max(1, cut.told + 1):
        return f"{cut.told} acts were acknowledged, and {len(found)} are there"
    if to_the_end and live(folder) != entries:
        return "it cannot go on to the same end"
    return None


def test_no_cut_takes_back_an_act_or_a_file_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps, entries = recorded(tmp_path / "live", monkeypatch)
    assert len(entries) >= 20 and sum(isinstance(step, Sync) for step in steps) > 60
    assert all(f'"act":"{kind}"'.encode() in b"".join(entries) for kind in KINDS)
    assert {one.way for one in cuts(steps, 1)} == set(WAYS)
    assert list(faults(steps, entries, tmp_path / "left", 0.03)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("FAIRCOUNT_POWER_CUTS", "1"))))
def test_no_cut_at_any_step_takes_back_an_act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    steps, entries = recorded(tmp_path / "live", monkeypatch)
    assert list(faults(steps, entries, tmp_path / "left", 1, seed)) == []


@pytest.mark.parametrize("careless", ["fsync of the file", "fsync of the folder"])
def test_a_file_that_is_not_synced_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, careless: str) -> None:
    steps, entries = recorded(tmp_path / "live", monkeypatch)
    files = {step.file for step in steps if isinstance(step, Entry) and step.path.startswith("log/files/")}
    worse = [
        step for step in steps
        if not (isinstance(step, Sync) and step.file in files if careless == "fsync of the file"
                else isinstance(step, SyncFolder) and step.path == "log/files")
    ]  # fmt: skip
    assert len(worse) < len(steps)
    assert any("an act names this file" in fault or "SHA-256 differs" in fault
               for fault in faults(worse, entries, tmp_path / "left", 0))  # fmt: skip
