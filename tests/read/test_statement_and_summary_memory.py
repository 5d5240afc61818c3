"""Statements of votes and Clarity's summaries: rows that wait for others wait in a file, and none is held in memory."""

import random
from pathlib import Path

import pytest

from faircount.read.reader import Reader
from faircount.read.results import clarity_summary, statement_of_votes
from read.growing import everything, made
from read.held_memory import growth, small_pieces
from read.reading import read_all

SUMMARY, STATEMENT = clarity_summary.READER, statement_of_votes.READER


@pytest.mark.parametrize(("reader", "table", "least"), [(SUMMARY, "contests", 600), (STATEMENT, "reported", 7_000)])
def test_what_waits_in_a_file_is_what_waits_in_memory(
    reader: Reader, table: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(everything()[reader.name], tmp_path / "export", 200_000).path
    head, *rows = path.read_text("utf-8").splitlines(keepends=True)
    random.Random(1).shuffle(rows)
    path.write_text(head + "".join(rows), "utf-8")
    whole = read_all(reader, path)
    small_pieces(monkeypatch)
    assert len(whole[table]) > least and read_all(reader, path) == whole


@pytest.mark.slow
@pytest.mark.parametrize("reader", [SUMMARY, STATEMENT])
def test_no_row_no_contest_and_no_precinct_is_held(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    assert growth(reader, reader.name, tmp_path, 300_000, 900_000) < 0.3
