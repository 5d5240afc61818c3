"""The log in SQLite and in a real PostgreSQL: appends, requests repeated, and what was changed behind its back."""

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from faircount.evidence.log import postgres
from faircount.evidence.log import sqlite as sqlite_log
from faircount.evidence.log.merkle import EMPTY_ROOT, Tree, leaf_hash, verify_consistency
from faircount.evidence.log.note import COSIGNATURE, SigningKey
from faircount.evidence.log.policy import Policy
from faircount.evidence.log.proof import Proof
from faircount.evidence.log.refusal import Conflict, UnwritableError
from faircount.evidence.log.store import Log
from faircount.evidence.log.tiles import tiles, verify_tiles
from faircount.evidence.log.witness import Request, Seen, answer
from faircount.model import BadInputError, MissingToolError, TamperError, UsageError

ORIGIN = "example.org/log"
KEY = SigningKey.from_seed(ORIGIN, b"\x01" * 32)
WITNESS = SigningKey.from_seed("example.org/witness", b"\x02" * 32, COSIGNATURE)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'log.sqlite'}"


@pytest.fixture
def log(url: str) -> Iterator[Log]:
    with Log(url, origin=ORIGIN) as opened:
        yield opened


def change(url: str, *statements: str) -> None:
    """What somebody with the database's password does."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_what_is_appended_is_there_after_reopening(url: str) -> None:
    entries = [b"", b"\x00\xff", *(b"entry %d" % number for number in range(20))]
    tree = Tree(map(leaf_hash, entries))
    with Log(url, origin=ORIGIN) as log:
        assert (log.head().size, log.head().root) == (0, EMPTY_ROOT)
        for number, entry in enumerate(entries):
            receipt = log.append(entry)
            assert (receipt.index, receipt.leaf, receipt.root) == (number, leaf_hash(entry), tree.root(number + 1))
    with Log(url) as log:
        assert log.origin == ORIGIN and log.head() == log.verify()
        assert list(log.entries()) == entries
        assert list(log.entries(3, 7)) == entries[3:7] and list(log.entries(22)) == []
        for old in range(23):
            assert log.root_at(old) == tree.root(old)
            assert verify_consistency(old, 22, tree.root(old), tree.root(22), log.consistency(old, 22))
        files = dict(tiles(22, log.node, log.entries))
        verify_tiles(files.get, 22, tree.root())


def test_a_replayed_request_returns_its_first_receipt(log: Log) -> None:
    first = log.append(b"entry", key="request-1")
    log.append(b"another")
    assert log.append(b"entry", key="request-1") == first
    assert log.append(b"entry", key="request-1", expected_size=0) == first, "a replay asks nothing of the log"
    with pytest.raises(Conflict, match="request-1 was used before, for another entry, which is number 0"):
        log.append(b"entry, changed", key="request-1")
    assert log.append(b"entry", key="request-2").index == 2
    assert log.append(b"entry").index == 3
    assert log.verify().size == 4


@pytest.mark.parametrize("key", ["", "ä", "a\nb", "x" * 201])
def test_a_key_is_short_and_printable(log: Log, key: str) -> None:
    with pytest.raises(BadInputError, match="idempotency key"):
        log.append(b"entry", key=key)


def test_an_expected_size_is_a_precondition(log: Log) -> None:
    log.append(b"a", expected_size=0)
    with pytest.raises(Conflict, match="has 1 entries by now, not 0"):
        log.append(b"b", expected_size=0)
    assert log.append(b"b", expected_size=1).index == 1


def test_several_entries_are_kept_all_or_none(log: Log) -> None:
    with log.appending() as pen:
        assert [pen.append(b"%d" % number).index for number in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(BadInputError, match="65,535 bytes"), log.appending() as pen:
        pen.append(b"kept?", key="k")
        pen.append(b"x" * 65_536)
    assert log.verify().size == 5
    assert log.append(b"other", key="k").index == 5, "the key of what was not kept is free"


def test_rows_of_the_callers_own_share_the_transaction(url: str, log: Log) -> None:
    change(url, "CREATE TABLE board (name TEXT)")
    with log.appending() as pen:
        pen.connection.execute(text("INSERT INTO board VALUES ('one')"))
        pen.append(b"one")
    with pytest.raises(UnwritableError), log.appending() as pen:
        pen.append(b"two")
        pen.connection.execute(text("INSERT INTO nowhere VALUES ('two')"))
    assert log.verify().size == 1


def test_an_append_while_reading_waits_for_nobody(log: Log) -> None:
    with log.appending() as pen:
        for number in range(1500):
            pen.append(b"%d" % number)
    for number, entry in enumerate(log.entries()):
        assert entry == b"%d" % number
        if number == 3:
            log.append(b"meanwhile")
    assert log.head().size == 1501


def test_fifty_threads_append_at_once(log: Log) -> None:
    receipts: list[int] = []

    def board(number: int) -> None:
        for turn in range(4):
            receipts.append(log.append(b"%d/%d" % (number, turn), key=f"{number}/{turn // 2}/{turn}").index)

    threads = [threading.Thread(target=board, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receipts) == list(range(200))
    assert sorted(log.entries()) == sorted(b"%d/%d" % (n, t) for n in range(50) for t in range(4))
    assert log.verify().size == 200


def test_one_server_at_a_time(url: str) -> None:
    with Log(url, origin=ORIGIN, serving=True) as log:
        with pytest.raises(Conflict, match="Another server already serves"):
            Log(url, serving=True)
        with Log(url) as reader:
            log.append(b"entry")
            assert reader.head().size == 1
    with Log(url, serving=True) as log:
        assert log.head().size == 1


# ---- checkpoints ------------------------------------------------------------------
def test_checkpoints_cosignatures_and_receipts(log: Log) -> None:
    policy = Policy.of(KEY.verifier, [WITNESS.verifier], 1)
    log.append(b"commit")
    log.append(b"seed")
    note = log.sign(KEY)
    found, _ = answer(bytes(Request(0, (), note)), {}, {ORIGIN: (KEY.verifier,)}, WITNESS, 1000)
    cosigned = log.cosigned(2, found.body, WITNESS.verifier)
    log.append(b"later")
    assert log.sign(KEY).text.split("\n")[1] == "3"
    assert {size: len(kept.signatures) for size, kept in log.checkpoints().items()} == {2: 2, 3: 1}
    receipt = bytes(log.proof(1, 2))
    assert Proof.parse(receipt).verify(b"seed", policy).times == (("example.org/witness", 1000),)
    assert policy.check(cosigned).checkpoint.root == log.root_at(2)
    with pytest.raises(UsageError, match="does not cover entry 2"):
        log.proof(2, 2)
    with pytest.raises(UsageError, match="No checkpoint of size 1"):
        log.proof(0, 1)
    with pytest.raises(TamperError, match="of that name"):
        log.sign(SigningKey.from_seed("example.org/other", b"\x01" * 32))
    with pytest.raises(TamperError, match="does not fit"):
        log.cosigned(3, found.body, WITNESS.verifier)


def test_signing_again_keeps_the_cosignatures(log: Log) -> None:
    log.append(b"entry")
    found, _ = answer(bytes(Request(0, (), log.sign(KEY))), {}, {ORIGIN: (KEY.verifier,)}, WITNESS, 1000)
    cosigned = log.cosigned(1, found.body, WITNESS.verifier)
    assert log.sign(KEY) == cosigned == log.cosigned(1, found.body, WITNESS.verifier)


# ---- what does not add up ---------------------------------------------------------
CHANGES: dict[str, tuple[str, ...]] = {
    "entry 2 of example.org/log is not the one": (
        "UPDATE log_leaf SET data = (SELECT data FROM log_leaf WHERE number = 1) WHERE number = 2",
    ),
    "has lost entry 3": ("DELETE FROM log_leaf WHERE number = 3",),
    "has lost entry 0": ("UPDATE log_leaf SET number = number + 10",),
    "has lost entries: 5 are left": ("DELETE FROM log_leaf WHERE number = 5",),
    "lost hash 8": ("DELETE FROM log_hash WHERE number = 8",),
    "lost hash 4": ("DELETE FROM log_hash WHERE number = 4",),
    "at size 5, is not that of the 6": ("UPDATE log_head SET size = 5",),
    "at size 6, is not that of the 6": ("UPDATE log_head SET root = (SELECT hash FROM log_hash WHERE number = 0)",),
    "has lost its head": ("DELETE FROM log_head",),
    "signed a checkpoint of 6": (
        "DELETE FROM log_leaf WHERE number >= 4", "DELETE FROM log_hash WHERE number >= 7",
        "UPDATE log_head SET size = 4, root = (SELECT hash FROM log_hash WHERE number = 6)",
    ),
    "at size 6 is another's": ("UPDATE log_head SET origin = 'example.org/other'",),
    "at size 5 is another's": ("UPDATE log_checkpoint SET size = 5",),
}  # fmt: skip


@pytest.mark.parametrize(("found", "statements"), CHANGES.items())
def test_a_changed_log_never_opens(url: str, found: str, statements: tuple[str, ...]) -> None:
    with Log(url, origin=ORIGIN) as log:
        for number in range(6):
            log.append(b"entry %d" % number)
        log.sign(KEY)
    change(url, *statements)
    with pytest.raises(TamperError, match=f"(?i){found}"):
        Log(url)
    with pytest.raises(TamperError):
        Log(url, origin=ORIGIN)


def test_a_log_changed_while_open_takes_no_entry(url: str, log: Log) -> None:
    log.append(b"a")
    log.append(b"b")
    change(url, "UPDATE log_hash SET hash = (SELECT hash FROM log_hash WHERE number = 0)")
    with pytest.raises(TamperError, match="not the root of its entries"):
        log.append(b"b")


def test_a_history_that_was_written_anew_contradicts_the_signed_checkpoint(tmp_path: Path) -> None:
    with Log(tmp_path / "one", origin=ORIGIN) as log, Log(tmp_path / "other", origin=ORIGIN) as other:
        log.append(b"as it was")
        note = bytes(log.sign(KEY))
        other.append(b"as somebody would rather have it")
        with other.appending() as pen:
            pen.connection.execute(text("INSERT INTO log_checkpoint VALUES (1, :note)"), {"note": note})
    with pytest.raises(TamperError, match="first 1 entries are not those under the checkpoint"):
        Log(tmp_path / "other")


def test_an_older_state_put_back_is_seen_by_the_witness(tmp_path: Path) -> None:
    """The one thing that a log cannot see by itself."""
    path = tmp_path / "log.sqlite"
    seen: Any = {}
    with Log(path, origin=ORIGIN) as log:
        log.append(b"a")
        backup = path.read_bytes()
        log.append(b"b")
        found, seen = answer(bytes(Request(0, (), log.sign(KEY))), seen, {ORIGIN: (KEY.verifier,)}, WITNESS, 1)
    path.write_bytes(backup)
    with Log(path) as log:
        log.append(b"c")
        refused, _ = answer(bytes(Request(2, (), log.sign(KEY))), seen, {ORIGIN: (KEY.verifier,)}, WITNESS, 2)
    assert (found.status, refused.status, seen[ORIGIN].size) == (200, 409, 2)
    assert isinstance(seen[ORIGIN], Seen)


def test_every_byte_of_the_file_is_looked_at(tmp_path: Path) -> None:
    """A flipped byte is refused, or lies where it changes nothing: then all entries and the head are as they were."""
    path = tmp_path / "log.sqlite"
    with Log(path, origin=ORIGIN) as log:
        for number in range(30):
            log.append(b"entry %d" % number * 20)
        head, entries = log.head(), list(log.entries())
    good, refused = path.read_bytes(), 0
    for at in range(17, len(good), 97):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
        try:
            with Log(path) as log:
                assert (log.head(), list(log.entries())) == (head, entries)
        except (TamperError, UnwritableError, UsageError, BadInputError):
            refused += 1
    assert refused > 50


# ---- where a log is ---------------------------------------------------------------
def test_another_origin_is_refused(url: str, log: Log) -> None:
    with pytest.raises(TamperError, match=r"is example\.org/log, not example\.org/other"):
        Log(url, origin="example.org/other")


def test_tables_of_the_future_are_left_alone(url: str, log: Log) -> None:
    change(url, "UPDATE log_version SET version_num = '9999'")
    with pytest.raises(UsageError, match="newer faircount"):
        Log(url)


def test_no_log_is_made_by_looking(tmp_path: Path, postgres_url: str) -> None:
    with pytest.raises(UsageError, match="There is no log"):
        Log(tmp_path / "nothing.sqlite")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match="There is no log"):
        Log(postgres_url)


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///x", "http://x", "://"]
)
def test_other_places_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"^A log "):
        Log(url, origin=ORIGIN)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("This is no database, but it is long enough to be looked at.\n" * 20)
    with pytest.raises(TamperError, match="damaged: file is not a database"):
        Log(tmp_path / "text", origin=ORIGIN)


def test_the_password_is_not_told() -> None:
    with pytest.raises(UnwritableError) as refused:
        Log("postgresql://clerk:secret@localhost:1/nowhere", origin=ORIGIN)
    assert "secret" not in str(refused.value)


def test_without_psycopg_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingToolError, match="pip install"):
        Log("postgresql://localhost/nowhere", origin=ORIGIN)


# ---- what makes a commit durable ---------------------------------------------------
@pytest.mark.parametrize(
    ("version", "journal", "synchronous"), [((3, 51, 2), "delete", 3), ((3, 51, 3), "wal", 2), ((4, 0, 0), "wal", 2)]
)
def test_sqlite_is_told_to_reach_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], journal: str, synchronous: int
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert sqlite_log.journal() == journal
    with Log(tmp_path / "log.sqlite", origin=ORIGIN) as log, log.appending() as pen:
        ask: Callable[[str], Any] = lambda name: pen.connection.exec_driver_sql(f"PRAGMA {name}").scalar()  # noqa: E731
        assert (ask("journal_mode"), ask("synchronous")) == (journal, synchronous)
        assert pen.append(b"entry").index == 0


def test_sqlite_tables_keep_their_types(tmp_path: Path) -> None:
    Log(tmp_path / "log.sqlite", origin=ORIGIN).close()
    connection = sqlite3.connect(tmp_path / "log.sqlite")
    strict = {row[1]: row[5] for row in connection.execute("PRAGMA table_list") if row[1].startswith("log_")}
    connection.close()
    assert strict == {"log_head": 1, "log_leaf": 1, "log_hash": 1, "log_checkpoint": 1, "log_version": 0}


def test_the_migrations_make_the_tables_that_are_asked(log: Log) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from faircount.evidence.log.tables import METADATA, VERSIONS

    with log.appending() as pen:
        context = MigrationContext.configure(pen.connection, opts={"version_table": VERSIONS, "compare_type": True})
        assert compare_metadata(context, METADATA) == []


class WithoutFsync:
    """A session of a server that runs with fsync off, in all else real: only its configuration can turn it off."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def execute(self, statement: Any, *values: Any) -> Any:
        asked = str(statement)
        return self._session.execute(text("SELECT 'off'") if asked == "SHOW fsync" else statement, *values)


def test_postgres_without_fsync_gives_no_receipt(postgres_url: str) -> None:
    engine = create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as session:
        assert session.execute(text("SHOW fsync")).scalar_one() == "on"
        postgres.lock_for_appending(session)
    with engine.begin() as session, pytest.raises(UsageError, match="fsync=off"):
        postgres.lock_for_appending(WithoutFsync(session))  # type: ignore[arg-type]
    engine.dispose()


def test_a_session_that_is_cut_off_loses_what_had_no_receipt_and_no_more(postgres_url: str) -> None:
    import psycopg

    with Log(postgres_url, origin=ORIGIN) as log:
        log.append(b"kept", key="one")
        with pytest.raises(UnwritableError, match="No receipt was given"), log.appending() as pen:
            pen.append(b"lost", key="two")
            session = pen.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with psycopg.connect(postgres_url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (session,))
            pen.append(b"lost too")
        assert log.verify().size == 1
        assert log.append(b"lost", key="two").index == 1, "the request is repeated safely"
