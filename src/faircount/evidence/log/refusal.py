"""What a log refuses, told apart so that a caller can act: ask again, or free the disk."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from faircount.model import FaircountError, TamperError


class Conflict(FaircountError):
    """The log is not in the state that the request takes for granted: look again, then decide again."""


class UnwritableError(FaircountError):
    """The log could not be read or written: disk full, read-only, connection lost. Nothing of the entry was kept,
    unless the connection broke during the commit itself: a request with a key can be repeated safely.
    """


_DAMAGED = ("malformed", "not a database", "corrupt")


@contextmanager
def told_plainly(log: str) -> Iterator[None]:
    """Turn a database's complaint within the block into one sentence about the log named `log`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = str(error.orig if isinstance(error, DBAPIError) else error).strip().split("\n")[0]
        if any(sign in cause for sign in _DAMAGED):
            raise TamperError(f"The log {log} is damaged: {cause}.") from error
        raise UnwritableError(
            f"The log {log} cannot be used: {cause}. No receipt was given: free the disk or mend access, and repeat."
        ) from error
