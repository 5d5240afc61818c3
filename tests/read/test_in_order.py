"""Texts in order: what is sorted on disk is what would be sorted in memory."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.read.syntax import in_order as module
from faircount.read.syntax.in_order import InOrder, in_order

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=60)


@pytest.fixture(autouse=True)
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a run of a few texts, and a block of fewer."""
    monkeypatch.setattr(module, "BYTES_IN_MEMORY", 600)
    monkeypatch.setattr(module, "BLOCK_BYTES", 150)


@given(TEXTS)
def test_texts_come_back_sorted_and_none_is_lost(texts: list[str]) -> None:
    assert list(in_order(iter(texts))) == sorted(texts)


def test_most_of_many_texts_are_on_disk() -> None:
    found = InOrder()
    for number in range(1_000):
        found.add(f"{number * 7919 % 1_000:04}")
    assert len(found._held) < 10 < len(found._runs)
    assert list(found) == [f"{number:04}" for number in range(1_000)]


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
