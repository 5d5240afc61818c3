"""Cards as a stream: in order, whole, the same however they are cut."""

from pathlib import Path

import pyarrow as pa
import pytest
from store.making import batch, put
from write.elections import made

from faircount.app.opened import Opened
from faircount.model import TABLES
from faircount.store import Engine, Workspace
from faircount.store.streams import cards_in_order, rows_in_order, schema_of, survey


@pytest.mark.parametrize("at_a_time", [1, 7, 1_000])
def test_the_cut_changes_nothing(tmp_path: Path, at_a_time: int) -> None:
    engine = made(tmp_path / "e", 3, flags=True).engine
    whole = pa.concat_tables(cards_in_order(engine))
    parts = list(cards_in_order(engine, at_a_time))
    assert all(part.num_rows <= at_a_time for part in parts)
    assert pa.concat_tables(parts).to_pylist() == whole.to_pylist()
    assert len(parts) == -(-whole.num_rows // at_a_time)


def test_every_vote_and_mark_is_on_its_card(tmp_path: Path) -> None:
    engine = made(tmp_path / "e", 4, flags=True).engine
    rows = pa.concat_tables(cards_in_order(engine, 11)).to_pylist()
    assert [row["card"] for row in rows] == sorted(row["card"] for row in rows)
    votes = sorted((row["card"], pattern) for row in rows for pattern in row["patterns"] or ())
    assert votes == list(engine.ask("select card, pattern from votes_by_pattern order by all").rows)
    marks = sorted(
        (row["card"], one["pattern"], one["mark"], one["density"]) for row in rows for one in row["marked"] or ()
    )
    assert marks == list(engine.ask("select card, pattern, mark, density from marks order by all").rows)
    assert marks


def test_sources_stand_one_after_the_other_and_superseded_readings_with_their_card(tmp_path: Path) -> None:
    space = Workspace.create(tmp_path / "e")
    first = [({}, [("Mayor", ("Ada",))]), ({}, []), ({}, [("Mayor", ("Bo",)), ("Board", ())])]
    put(space, [[batch(first, superseded=[(2, ("Mayor", ("Ada",)))])]], "a.json")
    put(space, [[batch([({}, [("Mayor", ("Ada",))])])]], "b.json")
    rows = pa.concat_tables(cards_in_order(Engine(space), 2)).to_pylist()
    assert len(rows) == 4
    sources = [row["source"] for row in rows]
    assert sources == sorted(sources, key=sources.index), "a source's cards stand together"
    [changed] = [row for row in rows if row["superseded"]]
    assert [one["version"] for one in changed["superseded"]] == ["Original"] and len(changed["patterns"]) == 2
    [empty] = [row for row in rows if row["patterns"] is None]
    assert empty["source"] == changed["source"]


def test_tables_stream_with_the_schema_that_they_announce(tmp_path: Path) -> None:
    engine = made(tmp_path / "e", 5, flags=True).engine
    for name in TABLES:
        parts = list(rows_in_order(engine, name, 10))
        assert all(part.schema == schema_of(name) and part.num_rows <= 10 for part in parts), name
        assert sum(part.num_rows for part in parts) == survey(engine)[name]


def test_the_survey_counts(tmp_path: Path) -> None:
    opened: Opened = made(tmp_path / "e", 6, weights=True)
    found = survey(opened.engine)
    cards = opened.engine.ask("select count(*), count(distinct ballot) from cards").rows[0]
    assert found["cards"] == cards[0] and found["ballots"] == cards[0] - cards[1] > 0
    assert found["weight"] == opened.engine.ask("select count(*) from cards where weight <> 1").rows[0][0] > 0
    assert (found["places_shared"], found["imprints_shared"], found["twice"], found["same_place"]) == (0, 0, 0, 0)
    assert found["kind"] == 2 and found["party"] == 4 and found["no_cards"] == 0
