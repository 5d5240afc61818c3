"""A log in one SQLite file: what makes its commits durable, and its writers one at a time."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from faircount.evidence.log.refusal import Conflict
from faircount.model import UsageError

WAL_IS_SOUND = (3, 51, 3)
"""First SQLite without the WAL-reset fault, by which two connections could lose commits (sqlite.org/wal.html)."""
PATIENCE = 60
"""Seconds to wait for another process's commit."""

READING: Mapping[str, Any] = {}
APPENDING: Mapping[str, Any] = {"appending": True}
SYNCHRONOUS = {"wal": "FULL", "delete": "EXTRA"}
"""Commit returns when the entry is on the disk. With a rollback journal that takes EXTRA: with FULL, its removal may
not be durable yet, and a power cut would roll an acknowledged commit back (sqlite.org/pragma.html, synchronous)."""


def journal() -> str:
    """Return the journal mode that is safe with the SQLite this Python is linked to."""
    return "wal" if sqlite3.sqlite_version_info >= WAL_IS_SOUND else "delete"


def engine(url: URL) -> Engine:
    """Return an engine whose transactions are SQLite's own: `BEGIN IMMEDIATE` where the option `appending` is set."""
    if not url.database or url.database == ":memory:" or "mode=memory" in str(url):
        raise UsageError("A log in memory is no evidence: name a file.")
    made = create_engine(url, connect_args={"timeout": PATIENCE}, pool_timeout=PATIENCE)
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # else Python would begin transactions of its own, and never before a SELECT
    for statement in ("PRAGMA trusted_schema=OFF", "PRAGMA foreign_keys=ON", "PRAGMA cell_size_check=ON"):
        connection.execute(statement)
    (mode,) = connection.execute(f"PRAGMA journal_mode={journal()}").fetchone()
    if mode != journal():
        raise UsageError(
            f"The log's file is in journal mode {mode}, which SQLite {sqlite3.sqlite_version} does not keep safe; "
            f"close every program that has it open, then try again."
        )
    connection.execute(f"PRAGMA synchronous={SYNCHRONOUS[mode]}")


def _begin(connection: Connection) -> None:
    appending = connection.get_execution_options().get("appending")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if appending else "BEGIN")


def lock_for_appending(connection: Connection) -> None:
    """Nothing more to do: `BEGIN IMMEDIATE` has locked the file."""


def be_the_server(made: Engine) -> Callable[[], None]:
    """Take the place of the one server on this file until the returned function is called, or this process dies.

    The lock is an open transaction on a second, empty database beside the first: as reliable as SQLite's own locks, on
    every system. Conflict if another server has it.
    """
    place = sqlite3.connect(f"{made.url.database}.server", isolation_level=None, timeout=0, check_same_thread=False)
    try:
        place.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        place.close()
        if "locked" not in str(error):
            raise
        raise Conflict(f"Another server already serves {made.url.database}; stop it first.") from error
    return place.close
