"""Questions read and change nothing: no file beside the tables is opened, none is written."""

import hashlib
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from store.making import files

from faircount.model import TABLES, TamperError, UsageError
from faircount.store import Engine, Workspace


@pytest.fixture(scope="module")
def locked(town: Workspace) -> Engine:
    engine = Engine(town, threads=1)
    engine.lock()
    return engine


def digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files(folder).items()}


# ---- a strange path --------------------------------------------------------
def test_a_path_with_all_that_breaks_quoting_is_a_path(engine: Engine) -> None:
    """Its folder is called `year=2026`: read as Hive does, every table would have a column `year`."""
    for table, schema in TABLES.items():
        name = {"votes": "votes_by_pattern", "superseded": "superseded_by_pattern"}.get(table, table)
        assert engine.ask(f"select * from {name} limit 0").columns == ("source", *schema.names)
    assert engine.ask("select count(*) from cards").rows == ((cards_in(engine.space),),)


def cards_in(space: Workspace) -> int:
    return sum(source.rows_of("cards") for source in space.election().sources)


def test_the_same_questions_are_answered_behind_the_lock(engine: Engine, locked: Engine) -> None:
    for table in (*TABLES, "sources"):
        question = f"select * from {table} order by all"
        assert locked.ask(question) == engine.ask(question)
        assert locked.table(question).num_rows == len(engine.ask(question).rows)


# ---- nothing else is read --------------------------------------------------
def test_no_other_file_can_be_read(locked: Engine, town: Workspace, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (town.root / "secret.csv").write_text("a\n1\n")
    pq.write_table(Engine(town, 1).table("select 1 as a"), tmp_path / "secret.parquet")
    reading = [
        f"from '{tmp_path}/secret.csv'",
        f"from read_csv('{tmp_path}/secret.csv')",
        f"from '{tmp_path}/secret.parquet'",
        f"from read_text('{quoted(town.election_file)}')",
        f"from read_blob('{quoted(next(town.sources.rglob('*.zip')))}')",
        f"from read_text('{quoted(town.tables)}/../secret.csv')",
        f"from glob('{tmp_path}/*') where file like '%secret%'",
        "from read_csv('/etc/hostname')",
        "from read_csv('https://example.org/x.csv')",
        "from sniff_csv('/etc/hostname')",
        "from parquet_metadata('" + str(tmp_path / "secret.parquet") + "')",
        "select * from query('from read_text(''/etc/hostname'')')",
    ]
    for question in reading:
        try:
            rows = locked.ask(question).rows
        except (UsageError, TamperError):
            continue
        assert rows == (), question
    (town.root / "secret.csv").unlink()


def quoted(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")


# ---- nothing is changed ----------------------------------------------------
DEEDS = [
    "copy (select 1 as a) to '{}/cards/new.parquet'",
    "COPY cards TO '{}/votes/0123456789ab-00000.parquet' (format parquet)",
    "with x as (copy (select 1 as a) to '{}/cards/new.csv') select 1",
    "with é as (/* */ cOpY /* */ (select 1 as a) to '{}/cards/new.csv') from é",
    "from (with x as (copy (select 1 as a) to '{}/cards/new.csv') select 1)",
    "select * from query('with x as (copy (select 1 as a) to ''{}/cards/new.csv'') select 1')",
    "copy (pivot (from cards) on precinct using count(*)) to '{}/cards/new.csv'",
    "explain analyze copy (select 1 as a) to '{}/cards/new.csv'",
    "export database '{}/cards/new'",
    "attach '{}/cards/new.db'",
    "attach '{}/cards/new.db' as other; create table other.x as select 1",
    "install httpfs",
    "load httpfs",
    "install spatial from community",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "reset allowed_directories",
    "set allowed_directories = ['/']",
    "set temp_directory = '{}/cards/new'",
    "pragma enable_profiling",
    "call enable_logging(storage = 'file', storage_path = '{}/cards/new')",
    "from enable_logging(storage = 'file', storage_path = '{}/cards/new')",
    "create table mine as select 1",
    "create or replace view cards as select 1 as card",
    "drop view cards",
    "drop view votes cascade",
    "delete from sources",
    "insert into sources select * from sources",
    "update sources set name = 'x'",
    "with x as (insert into sources select * from sources returning *) select * from x",
    "select 1; drop view cards",
    "select 1; select 2",
    "checkpoint",
    "use memory",
    "begin",
    "prepare x as select 1",
    "",
    "-- nothing",
]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("door", ["ask", "table"])
def test_no_question_changes_anything(town: Workspace, locked: Engine, deed: str, door: str) -> None:
    before = digests(town.root)
    with pytest.raises(UsageError, match="the question cannot be answered"):
        getattr(locked, door)(deed.format(quoted(town.tables)))
    assert digests(town.root) == before
    assert locked.ask("select count(*) from cards").rows == ((cards_in(town),),)
    assert locked.ask("select count(*) from sources").rows == ((6,),)


@pytest.mark.parametrize(
    "question",
    [
        "select 'copy (select 1) to ''x''' as \"copy\"",
        "-- copy\nselect /* insert */ $$ delete $$ as text",
        "from cards limit 1",
        "with x as (select 1 as a) from x;",
        "values (1)",
        "describe cards",
        "show tables",
        "summarize cards",
        "explain from cards",
        "pivot (select precinct, counting_group from cards) on counting_group using count(*)",
        "with x as (select precinct, sheet from cards) from (pivot x on sheet using count(*)) order by 1",
        "unpivot (select 1 as a, 2 as b) on a, b",
        "from cards select precinct, replace(precinct, 'a', 'b'), update_time: 1 limit 1",
    ],
)
def test_a_question_is_answered_however_it_is_put(locked: Engine, question: str) -> None:
    assert locked.ask(question).rows


def test_a_table_is_never_a_python_variable(locked: Engine) -> None:
    tokens = Engine  # a name of ours that a question might hit by chance
    for name in ("tokens", "query", "self", "TABLES", "pq"):
        with pytest.raises(UsageError, match=f"Table with name {name} does not exist"):
            locked.ask(f"from {name}")
    assert tokens is Engine


def test_what_cannot_be_answered_is_said_in_the_engines_words(locked: Engine) -> None:
    with pytest.raises(UsageError, match="colour") as refused:
        locked.ask("select colour from cards")
    assert refused.value.exit_code == 2
    with pytest.raises(UsageError, match="syntax error"):
        locked.table("sel ect 1")
    with pytest.raises(UsageError, match="surrogates not allowed"):
        locked.ask("select '\udcff'")


# ---- damage ----------------------------------------------------------------
@pytest.mark.parametrize("data", [b"", b"PAR1 no longer PAR1", None])
def test_a_damaged_table_is_a_tamper_error_that_names_the_file(
    town: Workspace, tmp_path: Path, data: bytes | None
) -> None:
    space = Workspace(tmp_path / "copy")
    shutil.copytree(town.root, space.root)
    [path] = (space.tables / "cards").iterdir()
    path.write_bytes(path.read_bytes()[:-2000] if data is None else data)
    with pytest.raises(TamperError, match=path.name) as found:
        Engine(space, 1).ask("select max(position) from cards")
    assert found.value.exit_code == 4
