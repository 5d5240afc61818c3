"""The four tables of a log.

Says again what `tables.py` says: a migration stays as it was, whatever becomes of the tables later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of an empty log."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "log_head",
        sa.Column(
            "id", number, sa.CheckConstraint("id = 1", name="log_head_is_one"), primary_key=True, autoincrement=False
        ),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("size", number, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "log_leaf",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("request", sa.Text, nullable=True, unique=True),
        sqlite_strict=True,
    )
    op.create_table(
        "log_hash",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", number, primary_key=True, autoincrement=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Refuse: a log is never made to forget."""
    raise NotImplementedError("A log has no way back: its tables are only ever added to.")
