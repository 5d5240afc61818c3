"""How Alembic runs the migrations of a log: on the connection, and in the transaction, of whoever opens it."""

from alembic import context

from faircount.evidence.log.tables import METADATA, VERSIONS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSIONS,
    render_as_batch=True,
)
context.run_migrations()
