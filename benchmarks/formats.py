"""Every reader, one process, against a bare parse: megabytes a second beside a parse of the same bytes and no more.

Run: python benchmarks/formats.py [--megabytes 20] [--only ess blt …] [--times 3]. Makes an export of each format
(tests/read/growing.py), then reads it (recognise, plan, all parts) and parses it with the fastest library for its
syntax, by turns, and prints the best of each: pyarrow.csv for tables, Python's csv for rows of different widths, a
split of every line, msgspec for JSON, lxml or expat for XML, whichever is faster, python-calamine for workbooks,
pyarrow.parquet for Parquet. Archives are unpacked by both. `limit-xlsx` and `limit-json` are the two named limits: an
ES&S workbook of 105,928 rows on one core, and a Dominion export of 1.4 GB, ingested on two.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import msgspec  # noqa: E402
import pyarrow.csv  # noqa: E402
import pyarrow.parquet  # noqa: E402
import python_calamine  # noqa: E402
from ingest import repeated, zipped  # noqa: E402
from lxml import etree  # noqa: E402
from read.growing import Growing, Made, delimiter, everything, made  # noqa: E402

from faircount.read import READERS, Export  # noqa: E402

XLSX_ROWS, XLSX_SECONDS = 105_928, 4.0
JSON_BYTES, JSON_SECONDS = 1.4e9, 40.0
LIMITS = ("limit-xlsx", "limit-json")


def read(name: str, path: Path) -> int:
    """Read an export as an ingest does, in one process; return its rows."""
    reader, export = READERS[name], Export(path)
    reader.recognise(export)
    return sum(
        table.num_rows for part in reader.plan(export) for batch in reader.read(export, part)
        for table in batch.tables.values()
    )  # fmt: skip


def streams(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, or of every file of an archive."""
    if path.suffix != ".zip":
        yield path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield archive.read(name)


def parse_table(growing: Growing, path: Path) -> None:
    """Parse a table into columns on one thread."""
    options = pyarrow.csv.ReadOptions(
        use_threads=False, autogenerate_column_names=True, skip_rows=growing.head(1).count("\n")
    )
    syntax = pyarrow.csv.ParseOptions(delimiter=delimiter(growing))
    pyarrow.csv.read_csv(path, options, syntax)


def parse_ragged(growing: Growing, path: Path) -> None:
    """Parse rows of different widths."""
    with path.open(encoding="utf-8", newline="") as stream:
        for _ in csv.reader(stream):
            pass


def parse_lines(growing: Growing, path: Path) -> None:
    """Split every line at its blanks."""
    with path.open("rb") as stream:
        for line in stream:
            line.split()


def parse_json(growing: Growing, path: Path) -> None:
    """Parse into Python's values."""
    for data in streams(path):
        msgspec.json.decode(data)


def parse_lxml(growing: Growing, path: Path) -> None:
    """Parse element by element, each let go when it ends."""
    import io

    for data in streams(path):
        for _, element in etree.iterparse(io.BytesIO(data)):
            element.clear()


def parse_expat(growing: Growing, path: Path) -> None:
    """Parse into calls for elements and texts."""
    for data in streams(path):
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: None
        parser.EndElementHandler = lambda name: None
        parser.CharacterDataHandler = lambda text: None
        parser.Parse(data, True)


def parse_workbook(growing: Growing, path: Path) -> None:
    """Parse the first sheet's rows."""
    with path.open("rb") as stream:
        for _ in python_calamine.load_workbook(stream).get_sheet_by_index(0).iter_rows():
            pass


def parse_parquet(growing: Growing, path: Path) -> None:
    """Decode every column on one thread."""
    for _ in pyarrow.parquet.ParquetFile(path).iter_batches(use_threads=False):
        pass


BARE: dict[str, tuple[tuple[str, Callable[[Growing, Path], None]], ...]] = {
    "csv": (("pyarrow.csv", parse_table),),
    "ragged": (("csv", parse_ragged),),
    "lines": (("split", parse_lines),),
    "json": (("msgspec", parse_json),),
    "xml": (("lxml", parse_lxml), ("expat", parse_expat)),
    "xlsx": (("calamine", parse_workbook),),
    "parquet": (("pyarrow", parse_parquet),),
}


def seconds(work: Callable[..., Any], *arguments: Any) -> float:
    """Return how long one call takes."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def measured(growing: Growing, export: Made, times: int) -> tuple[float, float, str]:
    """Return (best seconds of the reader, of the bare parse, its name), measured by turns."""
    grown = [export.path / growing.file if export.path.is_dir() else export.path]
    if growing.writes:
        grown = sorted(export.path.glob(f"*{grown[0].suffix}"))
    ours, bare, named = [], [], ""
    for _ in range(times):
        ours.append(seconds(read, growing.reader, export.path))
        for name, parse in BARE[growing.syntax]:
            spent = sum(seconds(parse, growing, path) for path in grown)
            named = name if not bare or spent < min(bare) else named
            bare.append(spent)
    return min(ours), min(bare), named


def ingest(export: Path, folder: Path, cores: set[int]) -> float:
    """Return how long `faircount ingest` takes on these cores, its start included."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "faircount"]
    election = folder / "election"
    subprocess.run([*command, "init", str(election), "-q"], check=True, env=environment, stdout=subprocess.DEVNULL)

    def pinned() -> None:
        os.sched_setaffinity(0, cores)

    began = time.perf_counter()
    subprocess.run(
        [*command, "-w", str(election), "ingest", str(export), "-q"], check=True, env=environment,
        stdout=subprocess.DEVNULL, preexec_fn=pinned,
    )  # fmt: skip
    return time.perf_counter() - began


def limit_xlsx(times: int) -> None:
    """Time the ES&S workbook on one core: the reader, the bare parse, and the whole ingest."""
    growing = everything()["ess-counted-xlsx"]
    core = {min(os.sched_getaffinity(0))}
    with tempfile.TemporaryDirectory() as temporary:
        export = made(growing, Path(temporary, "export"), 0, XLSX_ROWS)
        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, core)
        ours, bare, _ = measured(growing, export, times)
        os.sched_setaffinity(0, everywhere)
        whole = ingest(export.path, Path(temporary), core)
    print(f"ES&S workbook of {export.records:,} rows, {export.bytes / 1e6:.1f} MB unpacked, one core:")
    print(f"  reader {ours:.2f} s (limit {XLSX_SECONDS:g} s), bare parse {bare:.2f} s, whole ingest {whole:.2f} s")


def limit_json(_times: int) -> None:
    """Time the ingest of a Dominion export of 1.4 GB on two cores, as a folder and as a zip."""
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "export")
        folder.mkdir()
        cards, size = repeated(folder, 10_000)
        cards, size = repeated(folder, int(cards * JSON_BYTES / size))
        export = zipped(folder, Path(temporary, "export.zip"))
        whole = ingest(export, Path(temporary), cores)
    print(f"Dominion JSON of {cards:,} cards, {size / 1e6:,.0f} MB in a zip, {len(cores)} cores:")
    print(f"  whole ingest {whole:.1f} s (limit {JSON_SECONDS:g} s), {size / whole / 1e6:.0f} MB/s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=[*everything(), *LIMITS], metavar="FORMAT")
    wanted = parser.parse_args()
    formats = [growing for name, growing in everything().items() if not wanted.only or name in wanted.only]
    if formats:
        print(f"{'format':24}{'MB':>8}{'reader MB/s':>14}{'bare MB/s':>12}{'ratio':>8}  bare parse, records a second")
    for growing in formats:
        with tempfile.TemporaryDirectory() as temporary:
            export = made(growing, Path(temporary, "export"), int(wanted.megabytes * 1e6))
            ours, bare, named = measured(growing, export, wanted.times)
        size = export.bytes / 1e6
        print(
            f"{growing.name:24}{size:8.1f}{size / ours:14.1f}{size / bare:12.1f}{ours / bare:8.1f}  {named:12}"
            f"{export.records / ours:12,.0f}", flush=True,
        )  # fmt: skip
    for name, limit in zip(LIMITS, (limit_xlsx, limit_json), strict=True):
        if not wanted.only or name in wanted.only:
            limit(wanted.times)


if __name__ == "__main__":
    main()
