"""Every writer of the catalog: it says what it is, writes what it says, streams, and never depends on the clock."""

import csv
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from write.elections import made
from write.rereading import written

from faircount.app.opened import Opened
from faircount.model import TABLES
from faircount.store.streams import rows_in_order, schema_of
from faircount.write import FEATURES, WRITERS, Writer
from faircount.write.cells import restored

DOCS = Path(__file__).resolve().parents[2] / "docs" / "formats"
MADE_OF_CARDS = [name for name in WRITERS if "cards" in WRITERS[name].needs]


@pytest.fixture(scope="module")
def election(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return made(tmp_path_factory.mktemp("e") / "e", 8, odd=True, flags=True)


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_says_what_it_is(name: str) -> None:
    writer: Writer = WRITERS[name]
    assert writer.title and writer.source and writer.suffixes
    assert set(writer.needs) <= set(TABLES) and writer.needs
    owed = {feature.name for feature in writer.owed}
    assert owed <= set(FEATURES) and writer.holds <= owed, "it holds what it could hold"
    assert set(writer.cannot) == {FEATURES[name].words for name in owed - writer.holds}
    assert (DOCS / f"{writer.page}.md").is_file()
    assert writer.level in ("cards", "profiles", "figures", "tables")


@pytest.mark.parametrize("name", MADE_OF_CARDS)
def test_a_writer_writes_files_of_its_suffixes_and_tells_what_is_lost(
    election: Opened, tmp_path: Path, name: str
) -> None:
    done = written(election, name, tmp_path / "out")
    beside = {".md", ".json"} if name in ("parquet", "csv", "raire") else set()
    assert done.files and {path.suffix for path in done.files} <= set(WRITERS[name].suffixes) | beside
    assert all(path.stat().st_size for path in done.files)
    if name not in ("parquet", "csv"):
        assert done.losses, "no other format holds everything"
    assert all(loss.count > 0 and loss.what for loss in done.losses)


@pytest.mark.parametrize("name", MADE_OF_CARDS)
def test_no_file_knows_the_time(election: Opened, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written(election, name, tmp_path / "now")
    later = time.time() + 10**8
    monkeypatch.setattr(time, "time", lambda: later)
    written(election, name, tmp_path / "later")
    for path in (tmp_path / "now").iterdir():
        data = path.read_bytes()
        assert data == (tmp_path / "later" / path.name).read_bytes()
        assert path.suffix in (".xlsx", ".parquet") or b"\r\n" not in data or b'"' in data


@pytest.mark.parametrize("name", [n for n in MADE_OF_CARDS if WRITERS[n].level == "cards" and not WRITERS[n].whole])
def test_a_writer_of_cards_reads_slice_by_slice(
    election: Opened, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cut must not show: no writer needs two cards of one slice, or all of them."""
    from faircount.app import gathering
    from faircount.store.streams import cards_in_order

    written(election, name, tmp_path / "whole")
    monkeypatch.setattr(gathering, "cards_in_order", lambda engine: cards_in_order(engine, 1))
    written(election, name, tmp_path / "cut")
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "cut" / path.name).read_bytes()


def test_parquet_holds_every_row_of_every_table(election: Opened, tmp_path: Path) -> None:
    done = written(election, "parquet", tmp_path / "out", allow_loss=False)
    assert done.losses == ()
    for name in TABLES:
        wanted = [row for table in rows_in_order(election.engine, name) for row in table.to_pylist()]
        path = tmp_path / "out" / f"{name}.parquet"
        assert path.exists() == bool(wanted)
        if wanted:
            assert pq.read_table(path).to_pylist() == wanted
            assert pq.read_schema(path).names == schema_of(name).names


def test_csv_holds_every_row_of_every_table(election: Opened, tmp_path: Path) -> None:
    import json

    written(election, "csv", tmp_path / "out", allow_loss=False)
    for name in TABLES:
        wanted = [row for table in rows_in_order(election.engine, name) for row in table.to_pylist()]
        path = tmp_path / "out" / f"{name}.csv"
        assert path.exists() == bool(wanted)
        if wanted:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            assert len(rows) == len(wanted)
            for row, held in zip(rows, wanted, strict=True):
                for column, value in held.items():
                    cell = restored(row[column])
                    if isinstance(value, list):
                        assert json.loads(cell) == value
                    elif isinstance(value, bool):
                        assert cell == str(value).lower()
                    else:
                        assert cell == ("" if value is None else str(value).removesuffix(".000000"))
    dictionary = json.loads((tmp_path / "out" / "dictionary.json").read_text("utf-8"))
    rows = {name: sum(t.num_rows for t in rows_in_order(election.engine, name)) for name in TABLES}
    assert {table["table"]: table["rows"] for table in dictionary["tables"]} == {n: r for n, r in rows.items() if r}
