"""Rows that could not be read: kept in a table, shown together, the first thousand and their number."""

import pyarrow as pa

from faircount.app.opened import Opened
from faircount.model import Answer, RejectedRow

MAX_SHOWN = 1_000
"""A file of another kind read by force has as many errors as rows; nobody reads more than this."""
COLUMNS = ("file", "row", "column", "value", "rule", "fix")


def rows_of_rejected(table: pa.Table) -> tuple[RejectedRow, ...]:
    """Return rows of the canonical table `rejected` as tuples, in order."""
    return tuple(tuple(row[name] for name in COLUMNS) for row in table.to_pylist())


def rejected(opened: Opened, limit: int = MAX_SHOWN) -> tuple[Answer, int]:
    """Return the first `limit` rejected rows of a workspace, by source, file and row, and how many there are."""
    total = opened.engine.ask("select count(*) from rejected").rows[0][0]
    found = opened.engine.ask(
        """select s.name as source, file, "row", "column", value, rule, fix
        from rejected r left join sources s using (source) order by 1, 2, 3, 4 nulls first, 6, 5 limit ?""",
        [limit],
    )
    return found, total
