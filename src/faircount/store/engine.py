"""The only door to the database of votes: DuckDB in this process, over the workspace's Parquet files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from faircount.model import TABLES, Answer, TamperError, UsageError
from faircount.model.names import FOLDED
from faircount.store.names import MAPPED, name_table, names_of
from faircount.store.names import VIEWS as NAME_VIEWS
from faircount.store.workspace import Election, Workspace, short

VIEWS = """
create view votes as
  select v.source, v.card, p.contest, v.pattern from votes_by_pattern v join patterns p using (pattern);
create view superseded as
  select s.source, s.card, p.contest, s.pattern, s.version
    from superseded_by_pattern s join patterns p using (pattern);
"""
"""Views that a stranger can make again over the published files."""


def _name_key_macro() -> str:
    """Return the SQL that mirrors model/names.py: equal for text in characters that this Python's Unicode tables know.

    Most names are ASCII and few hold a character of `FOLDED`; asking first makes the macro six times as fast.
    """
    plain = "lower(strip_accents(replace(name, chr(0), ' ')))"  # strip_accents ends at a NUL
    single = {old: new for old, new in FOLDED.items() if len(new) == 1}
    folded = f"translate({plain}, '{''.join(single)}', '{''.join(single.values())}')"
    for old, new in FOLDED.items():
        if old not in single:
            folded = f"replace({folded}, '{old}', '{new}')"
    return f"""
create macro name_key(name) as coalesce(nullif(trim(regexp_replace(
  case when strlen(name) = length(name) then lower(name)
       when regexp_matches({plain}, '[{"".join(FOLDED)}]') then {folded} else {plain} end,
  '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')), ''), trim(name, ' '));"""


NAME_KEY = _name_key_macro()
"""The macro that mirrors model/names.py."""

RECOUNTED = """
create temp table unit_votes as
  select v.pattern, c.jurisdiction, c.precinct, c.counting_group, {count} as n
  from votes_by_pattern v join cards c using (card) group by all;
create temp table recounted as
  with held as (select u.*, r.* exclude (pattern) from unit_votes u join residue r using (pattern))
  select contest, choice, measure, jurisdiction, precinct, counting_group, sum(n)::{type} as count from (
    select i.contest, i.choice, 'votes' as measure, u.jurisdiction, u.precinct, u.counting_group, u.n * i.votes as n
      from unit_votes u join interpreted i using (pattern)
    union all select contest, null, 'undervotes', jurisdiction, precinct, counting_group, n * undervotes from held
    union all select contest, null, 'overvotes', jurisdiction, precinct, counting_group, n * overvotes from held
    union all select contest, null, 'cards', jurisdiction, precinct, counting_group, n from held)
  group by all;
"""

INTERPRETED = pa.schema(
    [("pattern", pa.int64()), ("contest", pa.string()), ("choice", pa.string()), ("votes", pa.int64())]
)
RESIDUE = pa.schema(
    [
        ("pattern", pa.int64()), ("contest", pa.string()), ("votes_allowed", pa.int64()), ("undervotes", pa.int64()),
        ("overvotes", pa.int64()), ("invalid", pa.int64()),
    ]
)  # fmt: skip

_RENAMED = {"votes": "votes_by_pattern", "superseded": "superseded_by_pattern"}
_QUESTIONS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)
_DEEDS = frozenset({b"copy", b"create", b"delete", b"export", b"insert", b"merge", b"update"})
"""Words of SQL that change something; `with x as (copy …) select` parses as a SELECT, and a PIVOT may hide in any."""


class Engine:
    """A read-only session over one workspace. One per unit of work; not shared between threads."""

    def __init__(self, space: Workspace, threads: int | None = None) -> None:
        self.space = space
        self._held: list[pa.Table] = []
        self._db = duckdb.connect()
        self._db.execute("set preserve_insertion_order = true")
        self._db.execute("set python_enable_replacements = false")  # a table's name never means a Python variable
        if threads:
            self._db.execute(f"set threads = {int(threads)}")
        election = space.election()
        renamed = name_table(names_of(space))
        suffix = "_as_exported" if renamed.num_rows else ""
        try:
            for name, schema in TABLES.items():
                view = _RENAMED.get(name, name) + (suffix if name in MAPPED else "")
                self._make(view, space.table_files(name, election), schema)
            if suffix:
                self._register("name_map", renamed)
                self._db.execute(NAME_VIEWS)
            self._sources(election)
            self._db.execute(VIEWS + NAME_KEY)
            self.weighted = any(source.rows_of("weighted") for source in election.sources)
        except duckdb.Error as error:
            raise self._damaged(error) from error

    def ask(self, query: str, parameters: Iterable[Any] = ()) -> Answer:
        """Return the answer to a read-only question. Raises `UsageError` with the engine's words when it has none."""
        try:
            self._refuse_deeds(query)
            cursor = self._db.execute(query, list(parameters))
            columns = tuple(column[0] for column in cursor.description or ())
            return Answer(columns, tuple(cursor.fetchall()))
        except duckdb.IOException as error:
            raise self._damaged(error) from error
        except (duckdb.Error, UnicodeError) as error:
            raise UsageError(f"the question cannot be answered: {error}") from error

    def table(self, query: str) -> pa.Table:
        """Return the answer to a read-only question as an Arrow table."""
        try:
            self._refuse_deeds(query)
            return self._db.sql(query).to_arrow_table()
        except (duckdb.Error, UnicodeError) as error:
            raise UsageError(f"the question cannot be answered: {error}") from error

    def interpret(self, interpreted: pa.Table, residue: pa.Table) -> None:
        """Add what the contests' rules make of each pattern, and the recount by unit that follows from it.

        `interpreted` is in schema `INTERPRETED`, `residue` in `RESIDUE`. Makes the table `recounted`.
        """
        self._register("interpreted", interpreted)
        self._register("residue", residue)
        count = ("sum(c.weight)", "decimal(38,6)") if self.weighted else ("count(*)", "bigint")
        self._db.execute(RECOUNTED.format(count=count[0], type=count[1]))

    def lock(self) -> None:
        """Let no later question read or write any file outside the workspace's tables."""
        self._db.execute(f"set allowed_directories = ['{_quoted(self.space.tables.resolve())}/']")
        self._db.execute("set enable_external_access = false")
        self._db.execute("set lock_configuration = true")

    def _damaged(self, error: duckdb.Error) -> TamperError:
        return TamperError(
            f"{self.space.tables} is no longer as it was written: {error}; make the folder again from its sources"
        )

    def _refuse_deeds(self, query: str) -> None:
        """Raise `UsageError` unless `query` is one question that changes nothing, on disk or in this session."""
        text = query.encode()  # first of all: a lone surrogate is no text
        statements = self._db.extract_statements(query)
        tokens = duckdb.tokenize(query)
        ends = [at for at, _ in tokens[1:]] + [len(text)]
        words = [text[at:end].strip().lower() for (at, kind), end in zip(tokens, ends, strict=False)
                 if kind == duckdb.token_type.keyword]  # fmt: skip
        if len(statements) != 1 or statements[0].type not in _QUESTIONS or not _DEEDS.isdisjoint(words):
            raise UsageError(
                "the question cannot be answered: nothing can be changed here, so it is one SELECT; "
                'a column whose name is a word of SQL stands in "double quotes"'
            )

    def _make(self, view: str, files: list[Path], schema: pa.Schema) -> None:
        if files:
            listing = ", ".join(f"'{_quoted(path.resolve())}'" for path in files)
            # Without the option, a folder above us called `year=2026` would become a column.
            read = f"read_parquet([{listing}], hive_partitioning = false)"
            self._db.execute(f"create view {view} as select * from {read}")
            return
        columns = pa.schema([pa.field("source", pa.string()), *schema])
        self._register(view, columns.empty_table())

    def _sources(self, election: Election) -> None:
        sources = sorted(election.sources, key=lambda s: s.digest)
        columns = ("name", "format", "version", "jurisdiction", "bytes", "files")
        table = {"source": pa.array([short(s.digest) for s in sources], pa.string())}
        for name in columns:
            kind = pa.int64() if name in ("bytes", "files") else pa.string()
            table[name] = pa.array([getattr(s, name) for s in sources], kind)
        self._register("sources", pa.table(table))

    def _register(self, name: str, table: pa.Table) -> None:
        self._held.append(table)
        self._db.register(name, table)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
