"""The power fails at every step of the log's life: whoever was told has not been lied to, and nothing half-done opens.

The log runs as it is, by SQLAlchemy, on SQLite as apsw has it; only the disk is watched. What a cut leaves is opened by
the log on Python's own SQLite.
"""

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from evidence import apsw_dbapi
from evidence.power_loss import Cut, Recorder, Step, Sync, SyncFolder, Told, Trace, Write, cuts
from sqlalchemy import create_engine

from faircount.evidence.log import sqlite as sqlite_log
from faircount.evidence.log.note import SigningKey
from faircount.evidence.log.store import Log
from faircount.model import FaircountError

ORIGIN = "example.org/log"
KEY = SigningKey.from_seed(ORIGIN, b"\x01" * 32)
Journal = str
State = tuple[tuple[bytes, ...], tuple[int, ...]]
"""Entries, and the sizes of the checkpoints that were signed."""
SOUND = {"wal": (3, 51, 3), "delete": (3, 40, 1)}


@pytest.fixture(params=SOUND)
def journal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """Each of the two journals that the log may use, as with an SQLite for which it is the safe one."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", SOUND[request.param])
    return str(request.param)


def recorded(
    folder: Path, patch: pytest.MonkeyPatch, *, appends: int = 10, size: int = 30
) -> tuple[Trace, list[State]]:
    """Let a log live in `folder`; return its trace and every state that it went through: told n means state n."""
    folder.mkdir()
    trace, states = Trace(folder), list[State]()
    entries, signed = list[bytes](), list[int]()

    def done() -> None:
        states.append((tuple(entries), tuple(signed)))
        trace.tell(len(states) - 1)

    states.append(((), ()))  # which nobody was told of
    with on_a_watched_disk(trace, patch):
        for life in range(2):
            with Log(folder / "log.sqlite", origin=ORIGIN) as log:
                for turn in range(appends // 2):
                    entries.append(f"{life}/{turn}/".encode() * size)
                    assert log.append(entries[-1], key=f"{life}/{turn}").index == len(entries) - 1
                    done()
                with log.appending() as pen:
                    entries += [b"together %d" % life, b"or not at all"]
                    pen.append(entries[-2])
                    pen.append(entries[-1])
                done()
                note = log.sign(KEY)
                signed.append(int(note.text.split("\n")[1]))
                done()
    return trace, states


@contextmanager
def on_a_watched_disk(trace: Trace, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have every log that is opened here run on apsw, with its disk written down."""
    recorder = Recorder(trace)
    with patch.context() as patched:
        patched.setattr(apsw_dbapi, "VFS", [recorder.name])
        patched.setattr(sqlite_log, "create_engine", lambda *a, **k: create_engine(*a, **k, module=apsw_dbapi))
        yield
    recorder.unregister()


def faults(
    steps: list[Step], states: list[State], folder: Path, *, seed: int = 1, ways: int = 1, start: int = 0
) -> Iterator[str]:
    """Yield what is wrong after a cut, for each cut from step `start` on after which something is."""
    for cut in cuts(steps, seed, ways):
        if cut.at < start:
            continue
        folder.mkdir()
        try:
            cut.restore(folder)
            fault = wrong(cut, states, folder / "log.sqlite")
        except FaircountError as error:
            fault = f"it does not open: {error}"
        shutil.rmtree(folder)
        if fault:
            yield f"cut before step {cut.at}, un-synced {cut.way}: {fault}"


def wrong(cut: Cut, states: list[State], path: Path) -> str | None:
    """Open what is left (which recomputes all of it), take up the work again, and say what is wrong."""
    with Log(path, origin=ORIGIN) as log:
        found = tuple(log.entries()), tuple(log.checkpoints())
        if found not in states[cut.told : cut.told + 2]:
            held = [number for number, state in enumerate(states) if state == found]
            return f"state {cut.told} was acknowledged, and it is {held or 'none that ever was'}"
        if (at := log.append(b"the work goes on").index) != len(found[0]):
            return f"the next entry gets number {at}"
    return None


def test_no_cut_at_any_step_takes_back_what_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    trace, states = recorded(tmp_path / "live", monkeypatch)
    kinds = Counter(type(step) for step in trace.steps)
    assert kinds[Write] > 100 and kinds[Sync] > 14 and kinds[Told] == len(states) - 1 == 14
    assert kinds[SyncFolder] >= {"delete": 28, "wal": 2}[journal]
    assert list(faults(trace.steps, states, tmp_path / "left")) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("FAIRCOUNT_POWER_CUTS", "1"))))
def test_no_cut_of_a_longer_life_takes_back_what_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: Journal, seed: int
) -> None:
    trace, states = recorded(tmp_path / "live", monkeypatch, appends=20, size=2000)
    assert list(faults(trace.steps, states, tmp_path / "left", seed=seed, ways=3)) == []


@pytest.mark.parametrize(
    ("journal", "synchronous"),
    [("delete", "OFF"), ("delete", "FULL"), ("wal", "OFF"), ("wal", "NORMAL")],
    indirect=["journal"],
)
def test_a_weaker_setting_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: Journal, synchronous: str
) -> None:
    monkeypatch.setitem(sqlite_log.SYNCHRONOUS, journal, synchronous)
    trace, states = recorded(tmp_path / "live", monkeypatch, appends=4)
    found = next(
        (fault for fault in faults(trace.steps, states, tmp_path / "left") if "was acknowledged" in fault), None
    )
    assert found is not None


@pytest.mark.slow
def test_no_second_cut_while_the_log_recovers_takes_back_what_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: Journal
) -> None:
    trace, states = recorded(tmp_path / "live", monkeypatch, appends=4)
    recovered = 0
    for number, cut in enumerate(cuts(trace.steps, 1)):
        journals = [data for path, data in cut.left.items() if path.endswith(("-journal", "-wal"))]
        if number % 6 or not cut.told or not any(journals):
            continue
        folder = tmp_path / f"cut-{number}"
        folder.mkdir()
        cut.restore(folder)
        second = Trace.after(folder, cut.left)
        before = len(second.steps)
        with on_a_watched_disk(second, monkeypatch):
            Log(folder / "log.sqlite", origin=ORIGIN).close()
        recovered += any(isinstance(step, Write) for step in second.steps[before:])
        told: list[Step] = [*second.steps[:before], Told(cut.told), *second.steps[before:]]
        assert list(faults(told, states, tmp_path / "left", start=before + 1)) == []
    assert recovered >= 5
