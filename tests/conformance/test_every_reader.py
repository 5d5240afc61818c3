"""Every reader of the catalog: its fixtures read as expected, in canonical tables, and nobody else claims them."""

import json
from pathlib import Path
from typing import Any

import pytest
from read.reading import FIXTURES, is_export, read_all, summary

from faircount.app.sniffing import sniff
from faircount.model import TABLES
from faircount.read import READERS, Export, Reader

CASES = sorted((name, path) for name in READERS for path in (FIXTURES / name).glob("**/export*") if is_export(path))


def test_every_reader_has_a_fixture() -> None:
    made_by_the_simulator = {"dominion-json"}  # simulate/ writes its exports; tests/simulate read them back
    assert {name for name, _ in CASES} | made_by_the_simulator == set(READERS)


@pytest.mark.parametrize(("name", "path"), CASES, ids=lambda v: v if isinstance(v, str) else v.parent.name)
def test_a_fixture_is_claimed_by_its_reader_alone(name: str, path: Path) -> None:
    found = sniff(path)
    assert found.reader is not None and found.reader.name == name, found
    claims = sorted((c.confidence for r in READERS.values() if (c := r.recognise(Export(path)))), reverse=True)
    assert len(claims) == 1 or claims[0] > claims[1]


@pytest.mark.parametrize(("name", "path"), CASES, ids=lambda v: v if isinstance(v, str) else v.parent.name)
def test_a_fixture_reads_as_expected(name: str, path: Path) -> None:
    reader = READERS[name]
    tables = read_all(reader, path)
    filled = {table for table, rows in tables.items() if rows}
    assert filled <= set(reader.gives) | {"files", "rejected", "facts"}, "a reader says what it gives"
    expected = json.loads((path.parent / "expected.json").read_text("utf-8"))
    expected.pop("rows", None)  # tests/read look at every row of readers of results
    assert summary(tables) == expected


@pytest.mark.parametrize("name", READERS)
def test_a_reader_says_what_it_is(name: str) -> None:
    reader: Reader = READERS[name]
    assert reader.title and reader.source and set(reader.gives) <= set(TABLES)


def test_no_foreign_file_is_claimed(tmp_path: Path) -> None:
    foreign: dict[str, Any] = {
        "note.txt": b"Dear all, the meeting is moved to Tuesday.\n", "data.csv": b"a,b\n1,2\n3,4\n", "x.json": b"{}",
        "list.json": b"[1, 2]", "page.xml": b"<html><body>hello</body></html>", "zero.bin": bytes(1000),
        "prices.csv": b"date,price\n2026-01-01,1.50\n", "numbers.txt": b"1 2 3\n4 5 6\n", "empty-list.json": b"[]",
    }  # fmt: skip
    for name, data in foreign.items():
        path = tmp_path / name
        path.write_bytes(data)
        found = sniff(path)
        assert found.reader is None, f"{name} is claimed by {found.reader and found.reader.name}"
        assert "no reader" in found.problem
