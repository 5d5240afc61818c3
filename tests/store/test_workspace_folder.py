"""election.json is the commit point: what it lists is whole, what it does not list does not exist."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from store.making import batch, files, prepared, put

from faircount.model import BadInputError, UsageError
from faircount.store import Election, Engine, Workspace
from faircount.store.workspace import write_durably

CARD: Any = ({}, [("Mayor", ("Ada",))])


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "e", "General", "2026-11-03")


# ---- create and open -------------------------------------------------------
def test_a_new_workspace_opens_as_it_was_made(space: Workspace) -> None:
    again = Workspace.open(space.root)
    assert again.election() == Election("General", "2026-11-03")
    assert space.sources.stat().st_mode & 0o077 == 0, "raw files are private"
    assert Engine(again).ask("select count(*) from cards").rows == ((0,),)


def test_a_folder_that_holds_something_is_refused(space: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="already is"):
        Workspace.create(space.root)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    with pytest.raises(UsageError, match="not empty"):
        Workspace.create(tmp_path / "mine")
    with pytest.raises(UsageError, match="cannot make"):
        Workspace.create(tmp_path / "mine" / "notes.txt" / "e")
    assert files(tmp_path / "mine") == {"notes.txt": b"keep me"}


@pytest.mark.parametrize("date", ["3.11.2026", "20261103", "2026-11-3", "2026-13-01", "2026-02-30", "soon"])
def test_a_date_that_is_none_is_refused(tmp_path: Path, date: str) -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        Workspace.create(tmp_path / "e", date=date)
    assert not (tmp_path / "e").exists()


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no election\.json; make one: faircount init") as refused:
        Workspace.open(tmp_path)
    assert refused.value.exit_code == 2


# ---- election.json ---------------------------------------------------------
@pytest.mark.parametrize(("key", "value"), [("faircount", 2), ("tables", 1), ("faircount", "1"), ("tables", None)])
def test_another_format_is_refused_with_both_versions(space: Workspace, key: str, value: object) -> None:
    document = json.loads(space.election_file.read_text())
    space.election_file.write_text(json.dumps({**document, key: value}))
    with pytest.raises(BadInputError, match=f"written by this version .*found .*{value}.*use the faircount") as refused:
        Workspace.open(space.root)
    assert refused.value.exit_code == 3


@pytest.mark.parametrize(
    "change",
    [
        {"sources": [{"digest": "x"}]},
        {"sources": None},
        {"sources": [1]},
        {"name": 5},
        {"decisions": []},
        {"decisions": {"Mayor": "plurality"}},
        {"decisions": {"Mayor": {"seats": "two"}}},
        {"decisions": {"Mayor": {"seats": 0}}},
        {"decisions": {"Mayor": {"seats": True}}},
        {"decisions": {"Mayor": {"options": ["tie=lot"]}}},
        {"decisions": {"Mayor": {"Rule": "plurality"}}},
    ],
)
def test_a_slip_of_the_hand_in_election_json_is_one_clear_error(space: Workspace, change: dict[str, object]) -> None:
    document = json.loads(space.election_file.read_text())
    space.election_file.write_text(json.dumps({**document, **change}))
    with pytest.raises(BadInputError, match=r"election\.json: election\.json can be read; found \w+Error: ") as refused:
        Workspace.open(space.root)
    assert refused.value.exit_code == 3


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("name", -1, "a source's name is a text, found -1"),
        ("name", "\ud800", "surrogates not allowed"),
        ("bytes", "x", "a source's bytes is a whole number"),
        ("bytes", 10**20, "a source's bytes is a whole number"),
        ("files", None, "a source's files is a whole number"),
        ("rows", {"cards": "2"}, "a source's rows of cards is a whole number"),
    ],
)
def test_a_slip_in_a_source_is_one_clear_error(space: Workspace, key: str, value: object, found: str) -> None:
    put(space, [[batch([CARD])]])
    document = json.loads(space.election_file.read_text())
    document["sources"][0][key] = value
    space.election_file.write_text(json.dumps(document))
    with pytest.raises(BadInputError, match=found):
        Workspace.open(space.root)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"faircount": 1}', b"\xff\xfe{}", b"[" * 100_000])
def test_a_corrupt_election_json_is_one_clear_error(space: Workspace, data: bytes) -> None:
    space.election_file.write_bytes(data)
    with pytest.raises(BadInputError, match="can be read"):
        Workspace.open(space.root)


def test_a_digest_that_is_a_path_is_refused(space: Workspace) -> None:
    put(space, [[batch([CARD])]])
    text = space.election_file.read_text()
    digest = space.election().sources[0].digest
    space.election_file.write_text(text.replace(digest, "../../../somewhere/else"))
    with pytest.raises(BadInputError, match="64 hexadecimal digits"):
        space.election()


# ---- commit ----------------------------------------------------------------
def test_a_crash_before_the_rename_leaves_the_old_state(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(space.root)

    def crash(*_: object) -> None:
        raise OSError("power failure")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", crash)
        patched.setattr(Path, "replace", crash)
        with pytest.raises(OSError, match="power failure"):
            space.commit(Election("Another"))
    assert files(space.root) == before
    assert space.election().name == "General"
    assert list(space.root.glob(".election.json.*")) == [], "no litter after an error that was survived"


def test_a_crash_at_any_rename_of_a_publication_leaves_nothing_half_listed(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crash at the first rename, the second, … and each time look, sweep, and go on."""
    put(space, [[batch([CARD])]], "first.json")
    before, known = files(space.root), space.election().sources
    real = Path.replace
    crashes = 0
    for allowed in range(50):
        commit, source = prepared(space, [[batch([CARD, CARD])]], "second.json", "again")
        left = iter(range(allowed))

        def limited(path: Path, target: Path, left: Any = left) -> Path:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return real(path, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", limited)
            try:
                commit.publish(source, space.election(), space.staging / "again" / "raw")
                break
            except KeyboardInterrupt:
                crashes += 1
        assert space.election().sources == known
        assert Engine(space).ask("select count(*) from cards").rows == ((1,),)
        space.sweep()
        assert files(space.root) == before
    assert crashes >= 5
    assert Engine(space).ask("select count(*) from cards").rows == ((3,),)


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path: Path) -> None:
    """As root, a report written to a device must not put a file in its place."""
    (tmp_path / "real.html").write_bytes(b"old")
    (tmp_path / "link.html").symlink_to("real.html")
    write_durably(tmp_path / "link.html", b"new")
    assert (tmp_path / "link.html").is_symlink() and (tmp_path / "real.html").read_bytes() == b"new"
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_durably(tmp_path / "pipe", b"through")
    assert os.read(reader, 100) == b"through"
    assert (tmp_path / "pipe").is_fifo()
    os.close(reader)


# ---- sweep -----------------------------------------------------------------
def test_a_sweep_removes_what_is_not_listed_and_only_this(space: Workspace) -> None:
    put(space, [[batch([CARD])]])
    digest = space.election().sources[0].digest
    kept = {
        **files(space.root),
        "tables/cards/my notes.parquet": b"n",
        "tables/cards/readme.txt": b"n",
        "sources/where they came from.txt": b"n",
        "sources/letters/from the county.txt": b"n",
        f"sources/{digest}/beside.txt": b"n",
        "report/report.html": b"n",
    }
    swept = ["tables/cards/0123456789ab-00000.parquet", "tables/facts/0123456789ab-said.parquet",
             f"sources/{'0' * 64}/x.json", "staging/old/part-00000/rows.json", ".election.json.123"]  # fmt: skip
    for name in [*kept, *swept, "staging/mine/part-00000/rows.json"]:
        (space.root / name).parent.mkdir(parents=True, exist_ok=True)
        if name not in files(space.root):
            (space.root / name).write_bytes(b"n")
    space.sweep(keep="mine")
    assert files(space.root) == kept
    assert [name for name in swept if (space.root / name).exists()] == []
    assert (space.staging / "mine" / "part-00000").is_dir()


def test_files_of_a_source_that_is_not_listed_are_not_there(space: Workspace) -> None:
    put(space, [[batch([CARD])]])
    stray = space.tables / "cards" / "0123456789ab-00000.parquet"
    stray.write_bytes(next((space.tables / "cards").iterdir()).read_bytes())
    assert stray not in space.table_files("cards")
    assert Engine(space).ask("select count(*) from cards").rows == ((1,),)


# ---- decisions and the lock ------------------------------------------------
def test_decisions_add_up_and_another_rule_begins_anew(space: Workspace) -> None:
    space.decide("Measure A", rule="threshold", options={"threshold": "2/3"}, seats=None)
    space.decide("Measure A", votes_allowed=1, options={"reach": "at least"})
    assert space.election().decisions["Measure A"] == {
        "rule": "threshold", "votes_allowed": 1, "options": {"threshold": "2/3", "reach": "at least"},
    }  # fmt: skip
    space.decide("Measure A", rule="plurality")
    assert space.election().decisions["Measure A"] == {"rule": "plurality", "votes_allowed": 1}


def test_a_decision_is_not_lost_beside_an_ingest(space: Workspace) -> None:
    """An ingest commits the decisions it found when it began: one made meanwhile would vanish."""
    with space.writing(), pytest.raises(UsageError, match="another faircount is writing"):
        space.decide("Mayor", seats=2)
    space.decide("Mayor", seats=2)
    put(space, [[batch([CARD])]])
    assert space.election().decisions == {"Mayor": {"seats": 2}}


def test_what_was_received_is_a_memory_that_may_be_lost(space: Workspace) -> None:
    space.remember("a", "b")
    space.remember("c", "d")
    assert space.received() == {"a": "b", "c": "d"}
    (space.root / ".received.json").write_text("{")
    assert space.received() == {}


def test_a_source_whose_short_name_is_taken_is_refused(space: Workspace) -> None:
    """Twelve digits can be forged; the second source would overwrite the first one's tables."""
    first = put(space, [[batch([CARD])]])
    before = files(space.root)
    commit, source = prepared(space, [[batch([CARD, CARD])]], "second.json")
    twin = commit.write(replace(source, digest=first.digest[:12] + "0" * 52))  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match="first twelve digits"):
        commit.publish(twin, space.election(), space.staging / "s" / "raw")
    assert files(space.root) == before
