"""Canonical tables, written and read again: every row and column, and every way in which files do not fit together."""

import contextlib
import csv
import hashlib
import io
import json
import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from store.making import batch, put
from write.elections import made
from write.rereading import reread, written

from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.model import TABLES, BadInputError
from faircount.read import READERS, Export
from faircount.read.canonical import joining, parquet, slices
from faircount.store import Workspace

FORMS = ("csv", "parquet")
IDS = ("card", "ballot", "pattern")
PLACE = ("source", "file", "record", "filename")
"""Where a row was read: another file now."""


def rows_of(opened: Opened, table: str) -> list[dict[str, Any]]:
    """Return every row of a table of one source, ids counted from the source's first."""
    found: list[dict[str, Any]] = []
    for path in opened.engine.space.table_files(table):
        found += pq.read_table(path).to_pylist()
    for row in found:
        for column in PLACE if table != "rejected" else ("source",):
            row.pop(column, None)
        for column in IDS:
            if column in row:
                row[column] &= (1 << 32) - 1
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("seed", "more"), [(1, {}), (2, {"odd": True}), (3, {"odd": True, "flags": True}), (4, {"weights": True})]
)
def test_every_row_comes_back(
    tmp_path: Path, form: str, seed: int, more: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In slices of 20 cards, so that ballots and votes lie across them."""
    for module in (joining, slices):
        monkeypatch.setattr(module, "CARDS_PER_BATCH", 20)
    election = made(tmp_path / "e", seed, **more)  # type: ignore[arg-type]
    written(election, form, tmp_path / "out", allow_loss=False)
    again = reread(tmp_path / "out", tmp_path / "a", "canonical")
    for table in TABLES:
        if table not in ("files", "facts"):
            assert rows_of(again, table) == rows_of(election, table), table
    assert rows_of(election, "cards") and rows_of(election, "votes")


@pytest.mark.parametrize("form", FORMS)
def test_what_was_written_again_is_the_same(tmp_path: Path, form: str) -> None:
    """The other form in between: nothing is lost by either."""
    election = made(tmp_path / "e", 5, odd=True, flags=True)
    between = FORMS[form == "csv"]
    written(election, between, tmp_path / "one")
    first = reread(tmp_path / "one", tmp_path / "a", "canonical")
    written(first, form, tmp_path / "two")
    second = reread(tmp_path / "two", tmp_path / "b", "canonical")
    for table in ("cards", "votes", "patterns", "marks", "contests", "choices"):
        assert rows_of(second, table) == rows_of(election, table), table


@pytest.mark.parametrize("form", FORMS)
def test_several_sources_and_superseded_readings(tmp_path: Path, form: str) -> None:
    """Source numbers do not follow the order of files; ballots of two cards, and a card without any vote."""
    space = Workspace.create(tmp_path / "e")
    ada, bo = ("Mayor", ("Ada",)), ("Mayor", ("Bo",))
    for at in range(4):
        rows = [({"ballot": 0}, [ada]), ({"ballot": 0}, []), ({"ballot": 2}, [bo if at else ada])]
        put(space, [[batch(rows, [(2, ada)])], [batch(rows)]], f"s{at}.json")
    election = Opened(tmp_path / "e")
    written(election, form, tmp_path / "out")
    again = reread(tmp_path / "out", tmp_path / "a", "canonical")
    for table, column in (("cards", "ballot"), ("votes", "card"), ("superseded", "card")):
        query = f"select count(*), count(distinct {column}) from {table}"
        assert again.engine.ask(query).rows == election.engine.ask(query).rows, table
    assert [r.transcript.rounds for r in recount(again)[0]] == [r.transcript.rounds for r in recount(election)[0]]


def out(tmp_path: Path, form: str = "csv") -> Path:
    written(made(tmp_path / "e", 7, odd=True, flags=True), form, tmp_path / "out")
    return tmp_path / "out"


def read(folder: Path) -> None:
    """Read to the end what is known for what it is."""
    reader, export = READERS["canonical"], Export(folder)
    assert reader.recognise(export)
    for part in reader.plan(export):
        list(reader.read(export, part))


def refused(folder: Path) -> str:
    """Return why it cannot be read."""
    with pytest.raises(BadInputError) as error:
        read(folder)
    return str(error.value)


def lines_of(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines(keepends=True)


@pytest.mark.parametrize("table", ["cards", "votes", "patterns", "choices", "marks"])
@pytest.mark.parametrize("cut", [True, False])
def test_a_row_too_few_or_too_many_is_refused(tmp_path: Path, table: str, cut: bool) -> None:
    folder = out(tmp_path)
    lines = lines_of(folder / f"{table}.csv")
    (folder / f"{table}.csv").write_text("".join(lines[:-1] if cut else [*lines, lines[-1]]), "utf-8")
    why = refused(folder)
    assert f"{table}.csv" in why or "patterns" in why or "votes.csv" in why, why


@pytest.mark.parametrize("table", ["cards", "votes", "patterns"])
def test_a_file_that_is_cut_short_is_never_read_in_silence(tmp_path: Path, table: str) -> None:
    """At every percent, and in the last cell, where the row would still be one."""
    folder = out(tmp_path)
    whole = (folder / f"{table}.csv").read_bytes()
    for size in (*(len(whole) * percent // 100 for percent in range(100)), len(whole) - 1, len(whole) - 2):
        (folder / f"{table}.csv").write_bytes(whole[:size])
        refused(folder)


@pytest.mark.parametrize("table", ["cards", "votes"])
def test_rows_in_another_order_are_refused(tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards at once, what follows them where it would have to be looked for: more cards than are read together."""
    for module in (joining, slices):
        monkeypatch.setattr(module, "CARDS_PER_BATCH", 20)
    folder = out(tmp_path)
    header, *lines = lines_of(folder / f"{table}.csv")
    random.Random(1).shuffle(lines)
    (folder / f"{table}.csv").write_text(header + "".join(lines), "utf-8")
    assert "order" in refused(folder)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("cards", "weight", "x"), ("cards", "adjudicated", "maybe"), ("cards", "sheet", "99999"),
        ("patterns", "marks", '[{"choice":"Ada"}]'), ("patterns", "marks", "[1]"), ("patterns", "conditions", "{}"),
        ("patterns", "undervotes", "1.5"), ("choices", "place", ""), ("contests", "votes_allowed", "many"),
    ],
)  # fmt: skip
def test_a_bad_cell_rejects_its_row_and_those_that_point_to_it(
    tmp_path: Path, table: str, column: str, value: str
) -> None:
    folder = out(tmp_path)
    rows = list(csv.reader(io.StringIO((folder / f"{table}.csv").read_text("utf-8"), newline="")))
    at = 2
    key = rows[at][rows[0].index(table[:-1])] if table in ("cards", "patterns") else ""
    rows[at][rows[0].index(column)] = value
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    (folder / f"{table}.csv").write_text(text.getvalue(), "utf-8")
    pointing = 0
    for name in ("votes", "marks") if key else ():
        found = list(csv.reader(io.StringIO((folder / f"{name}.csv").read_text("utf-8"), newline="")))
        place = found[0].index(table[:-1])
        pointing += sum(row[place] == key for row in found[1:])
    done = ingest(Workspace.create(tmp_path / "a"), [folder], jobs=1)
    [one] = done.taken
    assert one.rejected == 1 + pointing and (pointing > 0 or not key)
    first = Opened(tmp_path / "a").engine.ask('select file, row, "column", value from rejected order by row').rows
    assert (f"{table}.csv", at + 1, column, value) in first


def test_other_versions_and_forms_are_refused(tmp_path: Path) -> None:
    folder = out(tmp_path)
    said = json.loads((folder / "dictionary.json").read_text("utf-8"))
    for change, words in (
        ({"version": 99}, "version"),
        ({"tables": 3}, "`tables` is a list"),
        ({"tables": [{"table": "x"}]}, "known table"),
        ({"tables": said["tables"] * 2}, "once"),
        ({"tables": said["tables"][1:]}, "each table is in dictionary.json"),
    ):
        (folder / "dictionary.json").write_text(json.dumps({**said, **change}), "utf-8")
        assert words in refused(folder)
    (folder / "dictionary.json").write_text(json.dumps(said), "utf-8")
    (folder / "votes.csv").rename(folder / "votes.parquet")
    assert "one form" in refused(folder)


def put_hash(folder: Path, table: str) -> None:
    """State the SHA-256 of what is there, as whoever damages a file on purpose does."""
    said = json.loads((folder / "dictionary.json").read_text("utf-8"))
    digest = hashlib.sha256((folder / f"{table}.parquet").read_bytes()).hexdigest()
    next(one for one in said["tables"] if one["table"] == table)["sha256"] = digest
    (folder / "dictionary.json").write_text(json.dumps(said), "utf-8")


def test_damaged_parquet_is_refused_wherever_it_is_cut_or_changed(tmp_path: Path) -> None:
    folder = out(tmp_path, "parquet")
    whole = (folder / "votes.parquet").read_bytes()
    for percent in range(100):
        at = len(whole) * percent // 100
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            (folder / "votes.parquet").write_bytes(data)
            assert "votes.parquet: a Parquet file has the SHA-256" in refused(folder)


def test_parquet_that_ends_the_decoder_ends_no_reading(tmp_path: Path) -> None:
    """Some damage makes pyarrow end its process: read or refused, with the name of the table."""
    folder = out(tmp_path, "parquet")
    whole = (folder / "votes.parquet").read_bytes()
    for at in (4, 60, len(whole) - 300, len(whole) - 40, len(whole) - 8):
        (folder / "votes.parquet").write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        put_hash(folder, "votes")
        with contextlib.suppress(BadInputError):
            read(folder)
    (folder / "votes.parquet").write_bytes((folder / "choices.parquet").read_bytes())
    put_hash(folder, "votes")
    assert "its columns are source, card, pattern" in refused(folder)


def test_whatever_ends_the_decoder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = out(tmp_path, "parquet")
    ends = tmp_path / "ends.py"
    ends.write_text("import os, sys; open(sys.argv[1] + '/now', 'w').write('votes'); os.abort()", "utf-8")
    monkeypatch.setattr(parquet, "_UNPACKING", ends)
    assert "votes.parquet: it is a Parquet file with the columns of votes; found it ends the program" in refused(folder)
