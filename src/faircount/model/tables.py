"""The canonical tables: Arrow schemas that every reader yields and the store keeps. Version 2.

Ids (`card`, `ballot`, `pattern`, `file`) are local to a `Batch` when a reader yields it, 0 first; the store turns
them into ids that are unique in a workspace and depend on nothing but the content of the source.
"""

from dataclasses import dataclass, field

import pyarrow as pa

VERSION = 2
"""Version of these schemas. It changes when a column is added, removed or changes its meaning."""

_WORD = pa.dictionary(pa.int32(), pa.string())
"""Text that repeats: kept once, pointed to."""

WEIGHT = pa.decimal128(18, 6)
"""What a card counts for. Exact; up to 10^12 with six decimals."""

MARK = pa.struct(
    [
        pa.field("choice", pa.string(), nullable=False),
        pa.field("rank", pa.int16(), nullable=False),
        pa.field("score", pa.int32()),
        pa.field("is_vote", pa.bool_()),
        pa.field("is_ambiguous", pa.bool_(), nullable=False),
        pa.field("conditions", pa.list_(pa.string()), nullable=False),
    ]
)

CARDS = pa.schema(
    [
        pa.field("card", pa.int64(), nullable=False),
        pa.field("ballot", pa.int64(), nullable=False),  # cards of one ballot (one voter) share it
        pa.field("jurisdiction", _WORD),
        pa.field("tabulator", _WORD),
        pa.field("batch", _WORD),
        pa.field("position", pa.int32()),  # in the batch, as exported; null where withheld
        pa.field("imprinted_id", pa.string()),
        pa.field("sheet", pa.int16()),  # which card of the ballot, as exported
        pa.field("style", _WORD),
        pa.field("precinct", _WORD),
        pa.field("portion", _WORD),
        pa.field("counting_group", _WORD),
        pa.field("session_type", _WORD),
        pa.field("adjudicated", pa.bool_(), nullable=False),  # a person changed the reading; both are kept
        pa.field("weight", WEIGHT, nullable=False),
        pa.field("file", pa.int32(), nullable=False),  # which file of the source
        pa.field("record", pa.int32(), nullable=False),  # which record in that file, 1 first
    ]
)

VOTES = pa.schema([pa.field("card", pa.int64(), nullable=False), pa.field("pattern", pa.int64(), nullable=False)])
"""One row a (card, contest on it): the reading that is current. The contest is the pattern's."""

SUPERSEDED = VOTES.append(pa.field("version", _WORD))
"""Other readings of the same contest on the same card: a machine's before adjudication, an audit board's of the paper;
`version` says whose. Never counted, never lost."""

PATTERNS = pa.schema(
    [
        pa.field("pattern", pa.int64(), nullable=False),
        pa.field("contest", pa.string(), nullable=False),
        pa.field("marks", pa.list_(MARK), nullable=False),
        pa.field("undervotes", pa.int16()),
        pa.field("overvotes", pa.int16()),
        pa.field("overvoted_ranks", pa.list_(pa.int16()), nullable=False),  # overvoted, and the export names nobody
        pa.field("conditions", pa.list_(pa.string()), nullable=False),
    ]
)

MARKS = pa.schema(
    [
        pa.field("card", pa.int64(), nullable=False),
        pa.field("pattern", pa.int64(), nullable=False),
        pa.field("mark", pa.int16(), nullable=False),  # index into the pattern's marks, 0 first
        pa.field("density", pa.int16()),
        pa.field("write_in_density", pa.int16()),
        pa.field("write_in", pa.string()),  # text, or the vendor's index of its image
    ]
)
"""Only what would blow patterns up, one row a mark that has any of it."""

CONTESTS = pa.schema(
    [
        pa.field("contest", pa.string(), nullable=False),  # its title as exported, blanks trimmed
        pa.field("key", pa.string()),  # the source's own id
        pa.field("votes_allowed", pa.int32()),
        pa.field("ranks", pa.int32()),  # 0: not ranked
        pa.field("seats", pa.int32()),
        pa.field("district", pa.string()),
        pa.field("place", pa.int32(), nullable=False),  # order in the source, 0 first
    ]
)

CHOICES = pa.schema(
    [
        pa.field("contest", pa.string(), nullable=False),
        pa.field("choice", pa.string(), nullable=False),
        pa.field("key", pa.string()),
        pa.field("party", pa.string()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("place", pa.int32(), nullable=False),
    ]
)

STYLES = pa.schema([pa.field("style", pa.string(), nullable=False), pa.field("contest", pa.string(), nullable=False)])
"""Which contests a card or ballot style should hold, as the source states it."""

MANIFEST = pa.schema(
    [
        pa.field("jurisdiction", pa.string()),
        pa.field("container", pa.string()),
        pa.field("tabulator", pa.string()),
        pa.field("batch", pa.string(), nullable=False),
        pa.field("cards", pa.int64(), nullable=False),
        pa.field("claim", pa.string(), nullable=False),  # who counted: `manifest`, or e.g. `CVR count by the state`
        pa.field("row", pa.int32(), nullable=False),  # in its file, 1 first
    ]
)

REPORTED = pa.schema(
    [
        pa.field("contest", pa.string(), nullable=False),
        pa.field("choice", pa.string()),  # null unless measure is `votes`
        pa.field("party", pa.string()),
        pa.field("jurisdiction", pa.string()),  # null: all
        pa.field("precinct", pa.string()),  # null: all
        pa.field("counting_group", pa.string()),  # null: all
        # votes, undervotes, overvotes, ballots_cast, registered; other words are kept and compared with nothing:
        # `sampled_votes` of an audit's batch, `votes, round 3` of a published count.
        pa.field("measure", pa.string(), nullable=False),
        pa.field("count", pa.int64(), nullable=False),
        pa.field("claim", pa.string(), nullable=False),  # `reported`, or whose figure it is
        pa.field("row", pa.int32(), nullable=False),
    ]
)

TURNOUT = pa.schema(
    [
        pa.field("jurisdiction", pa.string()),
        pa.field("precinct", pa.string()),
        pa.field("counting_group", pa.string()),
        pa.field("measure", pa.string(), nullable=False),  # registered, checked_in, ballots_cast, cards_cast
        pa.field("count", pa.int64(), nullable=False),
        pa.field("claim", pa.string(), nullable=False),
        pa.field("row", pa.int32(), nullable=False),
    ]
)

FILES = pa.schema(
    [
        pa.field("file", pa.int32(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("records", pa.int64(), nullable=False),  # cards, or rows that became rows of a table
    ]
)

REJECTED = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("fix", pa.string()),
    ]
)
"""Rows that could not be read as what they should be: counted, kept, never dropped in silence."""

FACTS = pa.schema([pa.field("name", pa.string(), nullable=False), pa.field("value", pa.string(), nullable=False)])
"""What a source says of itself: election name, version, jurisdiction, export filters."""

TABLES: dict[str, pa.Schema] = {
    "cards": CARDS,
    "votes": VOTES,
    "superseded": SUPERSEDED,
    "patterns": PATTERNS,
    "marks": MARKS,
    "contests": CONTESTS,
    "choices": CHOICES,
    "styles": STYLES,
    "manifest": MANIFEST,
    "reported": REPORTED,
    "turnout": TURNOUT,
    "files": FILES,
    "rejected": REJECTED,
    "facts": FACTS,
}
"""Every canonical table, by name. In the store each also has a first column `source`."""


@dataclass(frozen=True)
class Batch:
    """A slice of an export as canonical tables, so that no export must fit in memory.

    `tables` maps a name of `TABLES` to a `pa.Table` in that schema; a table that is absent is empty. Ids are local to
    the batch: `votes.card` points into this batch's `cards`, `votes.pattern` into its `patterns`.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, table in self.tables.items():
            if table.schema != TABLES[name]:
                raise TypeError(f"{name}: expected {TABLES[name]}, found {table.schema}")

    def table(self, name: str) -> pa.Table:
        """Return the table `name`, empty if this batch has none."""
        return self.tables[name] if name in self.tables else TABLES[name].empty_table()


def rows_to_table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    """Return `rows` as the canonical table `name`; keys that are missing become null."""
    return pa.Table.from_pylist(rows, schema=TABLES[name])
