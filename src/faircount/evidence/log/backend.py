"""What a database must do to keep a log. `sqlite` and `postgres` are the two that do."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine


class Backend(Protocol):
    """A module with these names; nothing else in this room knows which database it speaks to."""

    READING: Mapping[str, Any]
    """Options of a transaction that sees one state of all tables."""
    APPENDING: Mapping[str, Any]
    """Options of a transaction that sees what the appender before it left."""

    def engine(self, url: URL) -> Engine:
        """Return connections to the database at `url`."""
        ...

    def lock_for_appending(self, connection: Connection) -> None:
        """Be the only appender until the transaction ends, and have its commit reach the disk."""
        ...

    def be_the_server(self, made: Engine) -> Callable[[], None]:
        """Be the only server until the returned function is called; Conflict if there is one."""
        ...
