"""apsw spoken to as if it were Python's own `sqlite3`: the log's engine runs unchanged on a watched disk.

A module as SQLAlchemy wants one (PEP 249). Only what SQLAlchemy and the log's own code ask for is here.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import apsw

apilevel, paramstyle, threadsafety = "2.0", "qmark", 1
sqlite_version_info = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
sqlite_version = apsw.sqlite_lib_version()
Error = apsw.Error
Binary = bytes


class DatabaseError(Exception):
    """Never raised: SQLAlchemy looks for the names."""


InterfaceError = InternalError = OperationalError = ProgrammingError = DataError = IntegrityError = (
    NotSupportedError
) = DatabaseError

VFS = [""]
"""Name of the apsw VFS that new connections use."""


class Cursor:
    """The rows of one statement, all fetched at once, as `sqlite3` gives them."""

    arraysize, lastrowid = 1, None

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.description: tuple[Any, ...] | None = None
        self.rowcount = -1
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "Cursor":
        cursor, columns = self._connection.cursor(), list[Any]()

        def note(running: apsw.Cursor, _: str, __: object) -> bool:
            columns[:] = running.get_description()  # after the last row apsw no longer tells
            return True

        cursor.exec_trace = note
        self._rows = list(cursor.execute(sql, tuple(values)))
        self.description = tuple((name, None, None, None, None, None, None) for name, _ in columns) or None
        self.rowcount = self._connection.changes()
        cursor.close()
        return self

    def executemany(self, sql: str, many: Iterable[Sequence[Any]]) -> "Cursor":
        for values in many:
            self.execute(sql, values)
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        found, self._rows = self._rows[:size], self._rows[size:]
        return found

    def fetchall(self) -> list[tuple[Any, ...]]:
        found, self._rows = self._rows, []
        return found

    def close(self) -> None:
        self._rows = []


class Connection:
    """One connection; `isolation_level` is None and stays so: nothing begins a transaction but the log."""

    isolation_level: None = None

    def __init__(self, path: str, timeout: float) -> None:
        self._connection = apsw.Connection(path, vfs=VFS[0])
        self._connection.set_busy_timeout(int(timeout * 1000))

    def cursor(self) -> Cursor:
        return Cursor(self._connection)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        return self.cursor().execute(sql, values)

    def create_function(self, name: str, arity: int, call: Callable[..., Any], deterministic: bool = False) -> None:
        self._connection.create_scalar_function(name, call, arity, deterministic=deterministic)

    def commit(self) -> None:
        if self._connection.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()


def connect(path: str, timeout: float = 5, **_: object) -> Connection:
    """Open `path`, with the VFS that is set."""
    return Connection(path, timeout)
