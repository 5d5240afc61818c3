"""The four tables of a log, alike in SQLite and PostgreSQL. `migrations` makes them; this says how they are asked."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, LargeBinary, MetaData, Table, Text

NEWEST = "0001"
"""Version of the tables that this program writes: the last migration."""
VERSIONS = "log_version"
"""Table that says which migrations have been made."""

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
METADATA = MetaData()

HEAD = Table(
    "log_head",
    METADATA,
    Column("id", NUMBER, CheckConstraint("id = 1", name="log_head_is_one"), primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),
    Column("size", NUMBER, nullable=False),
    Column("root", LargeBinary, nullable=False),
    sqlite_strict=True,
)
"""One row: name of the log, number of its entries, root of their tree."""

LEAF = Table(
    "log_leaf",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    Column("request", Text, nullable=True, unique=True),
    sqlite_strict=True,
)
"""An entry: its index, its bytes, and the idempotency key of the request that brought it."""

HASH = Table(
    "log_hash",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    sqlite_strict=True,
)
"""Perfect subtrees in the order in which appending completes them: see `hash_number`. Only ever added to."""

CHECKPOINT = Table(
    "log_checkpoint",
    METADATA,
    Column("size", NUMBER, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    sqlite_strict=True,
)
"""Every checkpoint that was signed, with the cosignatures gathered so far."""


def hash_number(level: int, position: int) -> int:
    """Return where the perfect subtree (`level`, `position`) stands in `HASH`.

    After m leaves there are 2m − popcount(m) perfect subtrees; a leaf and the subtrees it completes follow, by level.
    """
    last = ((position + 1) << level) - 1
    return 2 * last - last.bit_count() + level
