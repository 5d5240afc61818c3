"""Texts in order: what is sorted on disk is what would be sorted in memory."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.model import MissingToolError
from faircount.read.syntax import in_order as module
from faircount.read.syntax.in_order import InOrder, in_order

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=60)


@pytest.fixture(autouse=True)
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a run of a few texts, and a block of fewer."""
    monkeypatch.setattr(module, "BYTES_IN_MEMORY", 600)
    monkeypatch.setattr(module, "BLOCK_BYTES", 150)
    monkeypatch.setattr(module, "RUNS_PER_LEVEL", 3)


@given(TEXTS)
def test_texts_come_back_sorted_and_none_is_lost(texts: list[str]) -> None:
    assert list(in_order(iter(texts))) == sorted(texts)


def test_most_of_many_texts_are_on_disk_in_few_files() -> None:
    found = InOrder()
    for number in range(1_000):
        text = f"{number * 7919 % 1_000:04}"
        found.add(text) if number % 2 else found.take([text])
        assert len(found._held) < 10 and all(len(runs) < 3 for runs in found._levels)
    assert len(found._levels) == 5, "81 runs and more are one of the fifth level"
    assert list(found) == [f"{number:04}" for number in range(1_000)]


def test_equal_texts_come_back_as_often_as_they_came() -> None:
    texts = ["b"] * 500 + ["a", "c"] * 100
    found = InOrder()
    found.take(iter(texts[:350]))
    found.add("c")
    found.take(iter(texts[350:]))
    assert list(found) == sorted([*texts, "c"])


def test_a_full_disk_is_told_and_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings are errors here, and a file that is left open is one."""

    def full(_texts: object) -> bytes:
        raise OSError(28, "No space left on device")

    found = InOrder()
    found.take(map(str, range(200)))
    monkeypatch.setattr(module.msgspec.msgpack, "encode", full)
    with pytest.raises(MissingToolError, match=r"temporary files is full.*TMPDIR"):
        found.take(map(str, range(200)))
    del found
    gc.collect()


def test_two_are_read_side_by_side() -> None:
    one, two = in_order(map(str, range(100))), in_order(map(str, range(100, 200)))
    assert list(zip(one, two, strict=True)) == list(
        zip(sorted(map(str, range(100))), sorted(map(str, range(100, 200))), strict=True)
    )


def test_a_file_that_is_not_read_to_its_end_is_closed() -> None:
    """Warnings are errors here, and a file that is left open is one."""
    started = in_order(map(str, range(100)))
    assert next(started) == "0"
    del started
    gc.collect()
