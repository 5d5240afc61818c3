"""Plain CSV: what a cell of choices says, cards in slices, tables known by their headers."""

import gc
import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.model import MissingToolError
from faircount.read import reader as shape
from faircount.read.export import Export
from faircount.read.manifests import manifest_csv
from faircount.read.plain import plain_csv
from faircount.read.plain.plain_cards import marks_of
from faircount.read.syntax import seen_names
from faircount.read.syntax.seen_names import SeenNames
from read.reading import FIXTURES, read_all

FIXTURE = FIXTURES / "plain-csv" / "export"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("", ()), ("Ada", ((1, "Ada"),)), ("Bo | Ada", ((1, "Ada"), (1, "Bo"))), ("Ada>Bo", ((1, "Ada"), (2, "Bo"))),
        ("Ada=Bo>Cy", ((1, "Ada"), (1, "Bo"), (2, "Cy"))), ("Ada>>Bo", ((1, "Ada"), (3, "Bo"))),
        (">Ada", ((2, "Ada"),)), ("Ada>>", ((1, "Ada"),)), ("Ada>Ada", ((1, "Ada"), (2, "Ada"))),
        (r"A\|B\>C\=D\\E", ((1, r"A|B>C=D\E"),)), (r"Yes \| Oui|No", ((1, "No"), (1, "Yes | Oui"))),
    ],
)  # fmt: skip
def test_choices_of_a_card(text: str, marks: tuple[tuple[int, str], ...]) -> None:
    assert marks_of(text) == (marks, "")


@pytest.mark.parametrize("text", ["A|B>C", "A||B", "|A", "A|", "A=", "=A>B", "A>=B", "A|A", "A=A", "A\\", r"A\n"])
def test_choices_that_say_nothing_clear_are_refused(text: str) -> None:
    marks, rule = marks_of(text)
    assert marks == () and rule


def test_plain_cards_keep_ballots_weights_and_blank_contests() -> None:
    tables = read_all(plain_csv.READER, FIXTURE)
    cards = {row["imprinted_id"]: row for row in tables["cards"]}
    assert list(cards) == ["c1", "c2", "c3", "c4", "c6"]
    assert cards["c1"]["ballot"] == cards["c2"]["ballot"] != cards["c3"]["ballot"]
    assert (str(cards["c3"]["weight"]), cards["c1"]["sheet"], cards["c4"]["style"]) == ("2.500000", 1, "1")
    ways = {
        row["pattern"]: (row["contest"], [(m["rank"], m["choice"]) for m in row["marks"]]) for row in tables["patterns"]
    }
    votes = [(vote["card"], *ways[vote["pattern"]]) for vote in tables["votes"]]
    assert (cards["c3"]["card"], "Mayor", []) in votes
    assert (cards["c2"]["card"], "Mayor", [(1, "Ada"), (1, "Bo"), (3, "Cy > Di")]) in votes
    assert not [vote for vote in votes if vote[0] == cards["c4"]["card"]]
    file = Export(FIXTURE).names.index("cards.csv")
    rejected = [(r["row"], r["column"]) for r in tables["rejected"] if r["file"] == "cards.csv"]
    assert {row["file"] for row in tables["cards"]} == {file}
    assert rejected == [(8, "card"), (9, "weight"), (10, "card"), (12, "contest"), (13, "batch"), (14, "choices")]


def test_plain_cards_come_in_slices_that_end_between_ballots(tmp_path: Path) -> None:
    rows = [f"c{n},b{n // 3},Mayor,{'Ada' if n % 2 else 'Bo'}" for n in range(60_000)]
    path = written(tmp_path, "cards.csv", "card,ballot,contest,choices\n" + "\n".join(rows))
    export = Export(path)
    cards, ballots, slices = 0, 0, 0
    for batch in plain_csv.READER.read(export, plain_csv.READER.plan(export)[0]):
        held = batch.table("cards").to_pydict()
        if held["card"]:
            slices += 1
            assert held["card"] == list(range(len(held["card"]))), "ids begin at 0 in every slice"
            assert min(held["ballot"]) == 0, "and so do those of ballots"
            assert all(n == 3 for n in Counter(held["ballot"]).values()), "a ballot is not torn apart"
            assert set(batch.table("votes").to_pydict()["pattern"]) == {0, 1}
            cards, ballots = cards + len(held["card"]), ballots + len(set(held["ballot"]))
    assert (cards, ballots) == (60_000, 20_000) and slices > 1


@pytest.mark.parametrize(
    ("columns", "table"),
    [
        ("batch,cards", "manifest"), ("Batch,Cards,Claim,row", "manifest"), ("contest,choice,count", "reported"),
        ("measure,count", "turnout"), ("contest,choice", "choices"), ("style,contest", "styles"),
        ("contest,votes_allowed", "contests"), ("card,contest,choices", "cards"), ("contest", None),
        ("batch,cards,colour", None), ("contest,choice,votes", None), ("batch", None),
        ("measure,count,contest,x", None),
    ],
)  # fmt: skip
def test_a_plain_table_is_known_by_its_header(columns: str, table: str | None, tmp_path: Path) -> None:
    found = plain_csv.READER.recognise(Export(written(tmp_path, "any.txt", columns + "\n")))
    assert (found.why if found else None) == (table and f"the columns of {table}, in 1 CSV")


def test_a_lone_plain_manifest_is_claimed_more_surely_than_by_the_reader_of_any_manifest() -> None:
    export = Export(FIXTURE / "manifest.csv")
    plain, any_manifest = plain_csv.READER.recognise(export), manifest_csv.READER.recognise(export)
    assert plain and any_manifest and plain.confidence > any_manifest.confidence


def test_official_totals_typed_in(tmp_path: Path) -> None:
    text = "jurisdiction;contest;choice;count\nMaine;President;DEM;435072\n"
    rows = read_all(plain_csv.READER, written(tmp_path, "official.csv", text))["reported"]
    assert [(r["jurisdiction"], r["choice"], r["count"], r["claim"], r["precinct"], r["row"]) for r in rows] == [
        ("Maine", "DEM", 435_072, "reported", None, 2)
    ]


def test_files_are_parts_and_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for county in ("north", "south"):
        written(tmp_path, f"{county}.csv", f"card,jurisdiction,contest,choices\nc1,{county},Mayor,Ada\n")
    written(tmp_path, "styles.csv", "style,contest\n1,Mayor\n")
    written(tmp_path, "note.txt", "Two counties.\n")
    whole = read_all(plain_csv.READER, tmp_path)
    monkeypatch.setattr(shape, "FILES_PER_PART", 1)
    assert len(plain_csv.READER.plan(Export(tmp_path))) == 4
    found = read_all(plain_csv.READER, tmp_path)
    for table in ("cards", "styles", "files", "rejected"):
        assert found[table] == whole[table]
    assert [row["value"] for row in found["facts"]] == ["not read: note.txt"]
    assert len(found["cards"]) == len(found["votes"]) == 2


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=2)))
def test_names_that_were_seen(names: list[str]) -> None:
    seen, known = SeenNames(), set()
    for name in names:
        assert (name in seen) == (name in known)
        seen.add(name)
        known.add(name)


@pytest.mark.parametrize("runs", [2, 4])
def test_names_that_were_seen_and_lie_on_disk(monkeypatch: pytest.MonkeyPatch, runs: int) -> None:
    monkeypatch.setattr(seen_names, "IN_MEMORY", 20)
    monkeypatch.setattr(seen_names, "_SHELF_BYTES", 1)
    monkeypatch.setattr(seen_names, "RUNS_PER_LEVEL", runs)
    seen, known, chance = SeenNames(), set(), random.Random(runs)
    for name in (f"c{chance.randrange(4_000)}" for _ in range(8_000)):
        assert (name in seen) == (name in known)
        assert seen.add(name) == (name not in known)
        known.add(name)
        assert seen._kept <= 20 and all(len(level) < runs for level in seen._levels)
    assert all(name in seen for name in known) and len(seen) == len(known) > 3_000
    assert sum(map(len, seen._levels)) <= 8, "runs are put together"


def test_a_full_disk_is_told_where_names_are_kept_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings are errors here, and a file that is left open is one; what was taken before is still known."""
    monkeypatch.setattr(seen_names, "IN_MEMORY", 20)
    seen = SeenNames()
    assert all(seen.add(f"c{n}") for n in range(50))

    def full(_run: object, _shelves: object) -> Iterator[bytes]:
        raise OSError(28, "No space left on device")
        yield b""

    monkeypatch.setattr(seen_names._Run, "_noted", full)
    with pytest.raises(MissingToolError, match=r"temporary files is full.*TMPDIR"):
        for n in range(50, 80):
            seen.add(f"c{n}")
    assert "c3" in seen and "c49" in seen
    del seen
    gc.collect()


def test_half_a_character_is_a_name_too() -> None:
    seen = SeenNames()
    assert seen.add("\ud800") and not seen.add("\ud800") and "\ud801" not in seen and len(seen) == 1


def test_a_name_is_not_found_across_two_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_names, "DIGEST_BYTES", 3)
    monkeypatch.setattr(seen_names, "_SHELF_BYTES", 1)
    seen, names = SeenNames(), [f"c{n}" for n in range(30_000)]
    of = {name: hashlib.blake2b(name.encode(), digest_size=3).digest() for name in names}
    once = {digest: name for name, digest in of.items()}
    for name in once.values():
        assert name not in seen
        seen.add(name)
    assert all(name in seen for name in names)
