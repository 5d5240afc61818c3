"""A log in PostgreSQL: what makes its commits durable, and its writers one at a time."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, text

from faircount.evidence.log.refusal import Conflict
from faircount.model import MissingToolError, UsageError

READING: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ"}
APPENDING: Mapping[str, Any] = {"isolation_level": "READ COMMITTED"}
"""An appender waits for its lock in its first statement; only the statements after it may fix what it sees."""
APPENDER, SERVER = 0x666169726C6F6701, 0x666169726C6F6702
"""Advisory locks, per database: held for one append; held as long as a server runs."""


def engine(url: URL) -> Engine:
    """Return an engine on PostgreSQL by psycopg. MissingToolError where psycopg is not installed."""
    try:
        return create_engine(url, pool_pre_ping=True)
    except ImportError as error:
        raise MissingToolError("PostgreSQL needs psycopg: pip install 'faircount[postgres]'") from error


def lock_for_appending(connection: Connection) -> None:
    """Wait for other appenders, until the end of this transaction; ask that its commit reaches the disk.

    UsageError if the server runs with fsync off: then no setting of a session can make a receipt true.
    """
    connection.execute(text("SET LOCAL synchronous_commit = on"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPENDER})
    if connection.execute(text("SHOW fsync")).scalar_one() != "on":
        raise UsageError("PostgreSQL runs with fsync=off, so a receipt could outlive its entry; set fsync=on.")


def be_the_server(made: Engine) -> Callable[[], None]:
    """Take the place of the one server on this database until the returned function is called, or the session dies.

    Conflict if another server has it.
    """
    connection = made.connect()
    taken = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": SERVER}).scalar_one()
    connection.commit()  # the lock is the session's, not the transaction's
    if not taken:
        connection.close()
        raise Conflict(f"Another server already serves the database {made.url.database}; stop it first.")

    def leave() -> None:
        connection.invalidate()  # ends the session: back in the pool it would keep the lock
        connection.close()

    return leave
