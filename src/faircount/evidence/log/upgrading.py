"""Making the tables of a log, and bringing older ones up to date, within one transaction (Alembic)."""

from sqlalchemy import Connection, inspect, text

from faircount.evidence.log.tables import NEWEST, VERSIONS
from faircount.model import UsageError

KNOWN = {NEWEST}
"""Versions that this program can open or upgrade."""


def is_current(connection: Connection) -> bool:
    """Tell whether the tables are there and of this version; UsageError if they are of one unknown to it."""
    if not inspect(connection).has_table(VERSIONS):
        return False
    version = connection.execute(text("SELECT version_num FROM log_version")).scalar()
    if version not in {None, *KNOWN}:
        raise UsageError(f"The log was written by a newer faircount (tables {version}); open it with that one.")
    return version == NEWEST


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the transaction of `connection`, which the caller commits."""
    from alembic import command  # half a second to import, and needed once in a log's life
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "faircount.evidence.log:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
