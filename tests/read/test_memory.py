"""Readers take no more memory for a larger file: measured in processes of their own, on exports that are made up."""

from pathlib import Path

import pytest

from faircount.app.sniffing import sniff
from faircount.read import READERS, Export
from read.growing import Growing, everything, made
from read.growing_peak import peak

MEGABYTE = 10**6
SMALL, LARGE = MEGABYTE, 4 * MEGABYTE
CARDS = 500
"""In a batch, so that the smaller file is more than one."""
ALLOWED = 3
"""Bytes that the peak may grow by for each byte that the file does; a reader that keeps its rows takes 7 to 40."""
SAMPLE = (
    "dominion-csv", "dominion-json", "blt", "cdf-json", "cdf-xml", "hart", "medsl-csv",
)  # fmt: skip
"""One of each way to read: rows, lines, elements of JSON and XML, archives of small files."""


def grown(growing: Growing, folder: Path, keep: bool = False, times: int = 1) -> float:
    """Return by how many bytes the peak grows for each byte that the file grows by."""
    small, large = made(growing, folder / "small", times * SMALL), made(growing, folder / "large", times * LARGE)
    peaks = [peak(growing.reader, export.path, CARDS, keep) for export in (small, large)]
    return (peaks[1] - peaks[0]) / (large.bytes - small.bytes)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_memory_does_not_grow_with_the_file(name: str, tmp_path: Path) -> None:
    assert grown(everything()[name], tmp_path) < ALLOWED


@pytest.mark.slow
def test_memory_does_not_grow_with_our_own_parquet(tmp_path: Path) -> None:
    # A file that is mapped, and not read, grows by the one byte a byte that it has.
    assert grown(everything()["canonical-parquet"], tmp_path, times=40) < 0.4


BOUNDED = {
    "belgium-results": "files of at most 64 MB", "rcv-report-json": "a file of at most 64 MB",
    "figures-json": "a file of at most 1 MB", "round-table": "a table of at most 20,000 lines",
    "colorado-contest-list": "a list of at most 8 million characters",
    "colorado-report": "a workbook's million rows", "georgia-comparison": "a workbook's million rows",
}  # fmt: skip
"""Readers without an export that grows here, each with what bounds it."""


def test_every_reader_is_measured_or_bounded() -> None:
    measured = {growing.reader for growing in everything().values()}
    assert measured | BOUNDED.keys() == set(READERS) and not measured & BOUNDED.keys()


@pytest.mark.slow
def test_the_measure_sees_a_reader_that_keeps_its_rows(tmp_path: Path) -> None:
    assert grown(everything()["raire"], tmp_path, keep=True) > ALLOWED


@pytest.mark.parametrize("name", everything())
def test_a_made_up_export_is_read_whole(name: str, tmp_path: Path) -> None:
    growing = everything()[name]
    export = made(growing, tmp_path / "export", 30_000)
    found = sniff(export.path)
    assert found.reader is not None and found.reader.name == growing.reader, found
    reader, opened = READERS[growing.reader], Export(export.path)
    rows: dict[str, int] = {}
    for part in reader.plan(opened):
        for batch in reader.read(opened, part):
            for table, held in batch.tables.items():
                rows[table] = rows.get(table, 0) + held.num_rows
    assert "rejected" not in rows
    if growing.counts:
        table, each = growing.counts
        assert rows[table] == each * export.records
