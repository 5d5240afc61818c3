"""Parts of a source: read once, numbered by content, the same tables whatever the order and the killing."""

import hashlib
import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from store.making import Vote, batch, files, one_table, prepared, put

from faircount.model import BadInputError, Batch
from faircount.store import Engine, Workspace, free_number, rows_of, source_digest, stage

CONTENTS: list[Vote] = [
    ("Mayor", ("Ada",)),
    ("Mayor", ("Bo",)),
    ("Mayor", ()),
    ("Board", ("Zoë", "Ünal")),
    ('Board\'s "best"', ("Ada",)),
]


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "e")


def cards(*at: int) -> Batch:
    return batch([({}, [CONTENTS[i]]) for i in at])


# ---- staging ---------------------------------------------------------------
def test_a_part_that_is_whole_is_not_read_again(tmp_path: Path) -> None:
    read = []

    def reading(number: int) -> Iterator[Batch]:
        read.append(number)
        yield cards(0, 1)
        yield cards(1)

    first = [stage(tmp_path, n, reading(n)) for n in range(3)]
    again = [stage(tmp_path, n, reading(n)) for n in range(3)]
    assert read == [0, 1, 2]
    assert first == again == [rows_of(tmp_path, n) for n in range(3)]
    assert (first[0]["cards"], first[0]["ballots"], first[0]["patterns"]) == (3, 3, 2)


def test_a_part_that_broke_is_not_there_and_is_read_again(tmp_path: Path) -> None:
    def breaking() -> Iterator[Batch]:
        yield cards(0)
        raise BadInputError("x", "a rule")

    with pytest.raises(BadInputError):
        stage(tmp_path, 0, breaking())
    assert not (tmp_path / "part-00000").exists()
    assert stage(tmp_path, 0, [cards(0)])["cards"] == 1


def test_a_folder_that_cannot_be_renamed_is_an_error_and_not_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        stage(tmp_path, 0, [cards(0)])


def test_a_vote_for_a_pattern_that_its_batch_does_not_have_is_refused(tmp_path: Path) -> None:
    sound = cards(0, 1, 2)
    holed = Batch({**sound.tables, "patterns": sound.table("patterns").take(pa.array([0, 2]))})
    with pytest.raises(ValueError, match="a pattern that its batch does not have"):
        stage(tmp_path, 0, [holed])


# ---- patterns and ids ------------------------------------------------------
def votes(space: Workspace) -> list[tuple[Any, ...]]:
    """Return the votes by content, whatever the ids."""
    return list(
        Engine(space, 1)
        .ask("""
        select contest, list_transform(marks, lambda m: m.choice), count(*)
          from votes join patterns using (pattern, contest) group by all order by all""")
        .rows
    )


def test_patterns_are_numbered_by_content_whatever_the_order_of_parts(tmp_path: Path) -> None:
    facts = one_table("facts", {"name": "version", "value": "5"})
    parts = [[cards(3, 0)], [cards(1, 1), cards(4)], [cards(0, 2, 1)], [facts]]
    seen = set()
    for run, order in enumerate(itertools.islice(itertools.permutations(range(len(parts))), 0, None, 3)):
        space = Workspace.create(tmp_path / str(run))
        put(space, [parts[n] for n in order])
        [path] = (space.tables / "patterns").iterdir()
        seen.add(hashlib.sha256(path.read_bytes()).hexdigest())
        assert votes(space) == [
            ("Board", ["Zoë", "Ünal"], 1),
            ('Board\'s "best"', ["Ada"], 1),
            ("Mayor", [], 1),
            ("Mayor", ["Ada"], 2),
            ("Mayor", ["Bo"], 3),
        ]
    assert len(seen) == 1


def test_how_a_source_is_cut_into_batches_changes_nothing(tmp_path: Path) -> None:
    one, many = Workspace.create(tmp_path / "one"), Workspace.create(tmp_path / "many")
    order = random.Random(1).choices(range(len(CONTENTS)), k=40)
    put(one, [[cards(*order)]])
    put(many, [[cards(*order[:7]), cards(*order[7:8]), Batch(), cards(*order[8:])]])
    kept = {name: data for name, data in files(one.root).items() if not name.startswith("tables/cards")}
    assert {name: data for name, data in files(many.root).items() if not name.startswith("tables/cards")} == kept
    question = "select card, ballot from cards order by card"
    assert Engine(one, 1).ask(question) == Engine(many, 1).ask(question)


def test_ids_are_unique_over_sources_and_each_vote_keeps_its_card(space: Workspace) -> None:
    put(space, [[batch([({"imprinted_id": "a0"}, [CONTENTS[0]]), ({"imprinted_id": "a1"}, [CONTENTS[1]])])],
                [batch([({"imprinted_id": "a2"}, [CONTENTS[1]])])]], "a.json")  # fmt: skip
    put(space, [[batch([({"imprinted_id": "b0"}, [CONTENTS[1]]), ({"imprinted_id": "b1"}, [CONTENTS[0]])])]], "b.json")
    engine = Engine(space, 1)
    for table, column in (("cards", "card"), ("cards", "ballot"), ("patterns", "pattern")):
        [(rows, different)] = engine.ask(f"select count(*), count(distinct {column}) from {table}").rows
        assert rows == different == (5 if table == "cards" else 4)
    question = """select imprinted_id, marks[1].choice
        from votes join cards using (card) join patterns using (pattern) order by 1"""
    assert engine.ask(question).rows == (("a0", "Ada"), ("a1", "Bo"), ("a2", "Bo"), ("b0", "Bo"), ("b1", "Ada"))
    assert engine.ask("select count(*) from votes v join cards c using (card) where v.source <> c.source").rows == (
        (0,),
    )


def test_cards_of_one_ballot_keep_their_ballot(space: Workspace) -> None:
    two_cards = batch([({"ballot": b, "sheet": s}, [CONTENTS[b]]) for b in range(3) for s in (1, 2)])
    put(space, [[two_cards, cards(0)], [two_cards]])
    question = "select ballot, count(*), list(sheet order by sheet) from cards group by 1 order by 1"
    found = Engine(space, 1).ask(question).rows
    assert [row[1:] for row in found] == [(2, [1, 2])] * 3 + [(1, [None])] + [(2, [1, 2])] * 3


def test_replaced_readings_are_kept_and_never_counted(space: Workspace) -> None:
    put(space, [[cards(2)], [batch([({"adjudicated": True}, [CONTENTS[0]])], superseded=[(0, CONTENTS[1])])]])
    engine = Engine(space, 1)
    question = """select contest, marks[1].choice, version, adjudicated
        from superseded join patterns using (pattern, contest) join cards using (card)"""
    assert engine.ask(question).rows == (("Mayor", "Bo", "Original", True),)
    assert [row[1] for row in votes(space)] == [[], ["Ada"]]


# ---- digests and numbers ---------------------------------------------------
def listing(*pairs: tuple[str, str]) -> pa.Table:
    return pa.table({"name": [name for name, _ in pairs], "sha256": [sha for _, sha in pairs]})


def test_a_source_is_known_by_its_content() -> None:
    a, b = ("a.json", "1" * 64), ("b.json", "2" * 64)
    assert source_digest(listing(a, b), False) == source_digest(listing(b, a), False)
    assert (
        source_digest(listing(a, b), False) == hashlib.sha256(f"{a[1]}  a.json\n{b[1]}  b.json\n".encode()).hexdigest()
    )
    assert source_digest(listing(a, ("c.json", b[1])), False) != source_digest(listing(a, b), False)
    assert source_digest(listing(a), True) == source_digest(listing(("another name", a[1])), True) == a[1]
    assert source_digest(listing(a), False) != a[1]


def test_a_number_that_is_taken_gives_the_next_window_of_the_digest() -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    first = free_number(digest, set())
    assert first == int(digest[:8], 16) >> 1 < 2**31
    second = free_number(digest, {first})
    assert second == int(digest[1:9], 16) >> 1 != first
    assert free_number(digest, {first, second}) not in {first, second}
    with pytest.raises(BadInputError, match="number is free"):
        free_number("0" * 64, {0})


def test_two_sources_whose_numbers_collide_still_have_ids_of_their_own(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(space, [[cards(0, 1)]], "a.json")
    taken = space.election().sources[0].number
    monkeypatch.setattr(
        "store.making.free_number", lambda digest, numbers: free_number(f"{taken << 1:08x}" + digest, numbers)
    )
    second = put(space, [[cards(0, 1)]], "b.json")
    assert second.number != taken
    assert Engine(space, 1).ask("select count(distinct card) from cards").rows == ((4,),)


def test_the_rows_of_a_source_are_those_that_were_written(space: Workspace) -> None:
    _, source = prepared(space, [[cards(0, 1, 0)], [one_table("facts", {"name": "version", "value": "5"})]], "a.json")
    assert {name: source.rows_of(name) for name in ("cards", "ballots", "votes", "patterns", "facts", "marks")} == {
        "cards": 3, "ballots": 3, "votes": 3, "patterns": 2, "facts": 1, "marks": 0,
    }  # fmt: skip
