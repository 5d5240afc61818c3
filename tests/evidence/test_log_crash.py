"""Programs that are killed, many at once, a full disk, a file that may only be read: no acknowledged entry is lost."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli.unprivileged import unprivileged

from faircount.evidence.log.refusal import Conflict, UnwritableError
from faircount.evidence.log.store import Log

ORIGIN = "example.org/log"
SOURCE = Path(__file__).parent.parent.parent / "src"

APPENDER = """
import sys
from faircount.evidence.log.store import Log
with Log(sys.argv[1], origin="example.org/log") as log:
    for turn in range(int(sys.argv[3])):
        entry = f"{sys.argv[2]}/{turn}"
        receipt = log.append(entry.encode(), key=entry)
        print(receipt.index, entry, flush=True)
"""


def appender(url: str, name: str, turns: int) -> "subprocess.Popen[bytes]":
    """A program that says what it got a receipt for."""
    command = [sys.executable, "-c", APPENDER, url, name, str(turns)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def acknowledged(output: bytes) -> dict[int, bytes]:
    """Index → entry of every receipt in `output`; a line cut off by a kill is none."""
    return {int(line.split()[0]): line.split()[1] for line in output.split(b"\n")[:-1]}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'log.sqlite'}"


def test_a_killed_program_loses_no_acknowledged_entry(url: str) -> None:
    told: dict[int, bytes] = {}
    for kill in range(5):
        process = appender(url, f"run{kill}", 100_000)
        assert process.stdout and process.stderr
        lines = [process.stdout.readline() for _ in range(3 + 7 * kill)]
        process.send_signal(signal.SIGKILL)
        rest, complaints = process.communicate()
        assert process.returncode == -signal.SIGKILL, complaints
        told |= acknowledged(b"".join(lines) + rest)
        with Log(url) as log:
            kept = dict(enumerate(log.entries()))
            assert told.items() <= kept.items()
    assert len(told) >= 5 * 3 + 7 * 10


def test_eight_programs_append_at_once(url: str) -> None:
    programs = [appender(url, f"board{number}", 12) for number in range(8)]
    told: dict[int, bytes] = {}
    for program in programs:
        output, complaints = program.communicate(timeout=300)
        assert program.returncode == 0, complaints
        receipts = acknowledged(output)
        assert len(receipts) == 12 and not receipts.keys() & told.keys()
        told |= receipts
    with Log(url) as log:
        assert dict(enumerate(log.entries())) == told
        assert log.head().size == 96


def test_a_killed_server_leaves_its_place(tmp_path: Path) -> None:
    serving = APPENDER.replace('origin="example.org/log"', 'origin="example.org/log", serving=True')
    command = [sys.executable, "-c", serving, str(tmp_path / "log.sqlite"), "server", "100000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(SOURCE)})
    assert process.stdout and process.stdout.readline()
    with pytest.raises(Conflict, match="Another server already serves"):
        Log(tmp_path / "log.sqlite", serving=True)
    process.kill()
    process.communicate()
    Log(tmp_path / "log.sqlite", serving=True).close()


def test_a_full_disk_is_a_clear_refusal(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Log(path, origin=ORIGIN) as log:
        log.append(b"kept")
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40_000, limits[1]))
            with pytest.raises(UnwritableError, match="No receipt was given"):
                for number in range(50):
                    log.append(bytes([number]) * 20_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        kept = log.verify().size
        assert log.append(b"after the disk was freed").index == kept
    with Log(path) as log:
        assert next(log.entries()) == b"kept" and log.head().size == kept + 1 < 10


@pytest.mark.parametrize("allowance", [0, 3_000, 9_000, 20_000, 33_000])
def test_a_disk_that_fills_while_the_log_is_made_leaves_none_or_a_whole_one(tmp_path: Path, allowance: int) -> None:
    path = tmp_path / "log.sqlite"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (allowance, limits[1]))
        with pytest.raises(UnwritableError), Log(path, origin=ORIGIN) as log:
            for _ in range(20):
                log.append(b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with Log(path, origin=ORIGIN) as log:
        assert log.append(b"entry").index == log.head().size - 1


READER = """
import sys
from faircount.evidence.log.store import Log
with Log(sys.argv[1]) as log:
    assert list(log.entries()) == [b"entry"]
    try:
        log.append(b"another")
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_a_file_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    with Log(tmp_path / "log.sqlite", origin=ORIGIN) as log:
        log.append(b"entry")
    (tmp_path / "log.sqlite").chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        done = unprivileged(READER, tmp_path / "log.sqlite")
    finally:
        tmp_path.chmod(0o755)
    assert done.code == 0, done.err
    assert done.out.startswith("UnwritableError The log sqlite:")
    assert "readonly" in done.out and "No receipt was given" in done.out
    with Log(tmp_path / "log.sqlite") as log:
        assert log.head().size == 1
