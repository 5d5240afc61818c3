"""Exports of any size, made up: a head, a record again and again with running numbers, a tail.

Every format that is read line by line or element by element has one here, shaped after its fixture, so that its speed
(benchmarks/formats.py) and its memory (benchmarks/memory.py, tests/read/test_memory.py) can be measured at any size.
"""

import random
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = 4_000
"""Records that are put together before they are written."""
WAYS = 9973
"""Ways to rank, prime, so that records which take them in turn seldom agree in everything."""
SHARED = 200_000
"""Rows of a workbook up to which its texts are shared."""


def nothing(_records: int) -> str:
    """The head or tail of a format that has none."""
    return ""


@dataclass(frozen=True, slots=True)
class Growing:
    """How to make an export of one format, of any size. Every record is readable: nothing of it is to be rejected."""

    name: str
    reader: str
    syntax: str
    """csv, ragged (rows of different widths), lines, json, xml, xlsx or parquet: how the bytes are parsed."""
    file: str
    """The file that grows; for many files, the archive they lie in."""
    record: Callable[[int], str] = nothing
    """The text of a record, by its number from 0; of a workbook, its cells with tabs between them."""
    head: Callable[[int], str] = nothing
    tail: Callable[[int], str] = nothing
    beside: Mapping[str, str] = field(default_factory=dict)
    """Other files of the export."""
    member: Callable[[int], str] | None = None
    """The name of the nth file where an archive of many files grows."""
    together: int = 1
    """Records in each of those files; `between` them."""
    between: str = ""
    counts: tuple[str, int] | None = None
    """(table, rows that every record gives), where that is fixed."""
    most: int = 2**31 - 1
    """Records that such an export can have: a workbook's rows, an archive's files, ballots that counts may state."""
    writes: Callable[[Path, int], int] | None = None
    """Where several files grow: what writes so many records into a folder and returns the bytes before packing."""
    holds: str = ""
    """What the reader holds in memory for the whole file, where it must hold something."""


@dataclass(frozen=True, slots=True)
class Made:
    """An export that was made: where it is, its bytes after unpacking, its records."""

    path: Path
    bytes: int
    records: int


def made(growing: Growing, folder: Path, size: int, records: int = 0) -> Made:
    """Make an export of about `size` bytes before packing, or of so many records, in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    records = records or max(growing.together, min(growing.most, int(size / _bytes_each(growing, folder))))
    path = folder / growing.file
    if growing.writes:
        return Made(folder, growing.writes(folder, records), records)
    for name, text in growing.beside.items():
        if growing.member is None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    if growing.syntax == "xlsx":
        return Made(path, _workbook(growing, path, records), records)
    if growing.member is not None:
        return Made(path, *_archive(growing, path, records))
    with path.open("wb") as stream:
        for text in _texts(growing, records):
            stream.write(text.encode())
    return Made(folder if growing.beside else path, path.stat().st_size, records)


def _texts(growing: Growing, records: int) -> Iterator[str]:
    yield growing.head(records)
    for first in range(0, records, BLOCK):
        block = range(first, min(first + BLOCK, records))
        text = growing.between.join([growing.record(n) for n in block])
        yield text + (growing.between if block.stop < records else "")
    yield growing.tail(records)


def _archive(growing: Growing, path: Path, records: int) -> tuple[int, int]:
    """Write many files of `together` records each, and return (bytes before packing, records)."""
    size, files = 0, -(-records // growing.together)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in growing.beside.items():
            archive.writestr(name, text)
        for number in range(files):
            first = number * growing.together
            texts = [growing.record(n) for n in range(first, first + growing.together)]
            data = (growing.head(number) + growing.between.join(texts) + growing.tail(number)).encode()
            archive.writestr(growing.member(number) if growing.member else str(number), data)
            size += len(data)
    return size, files * growing.together


def _workbook(growing: Growing, path: Path, records: int) -> int:
    """Write a workbook row by row and return the bytes of its sheet before packing."""
    import xlsxwriter

    # Texts are shared, as Excel writes them, where the writer can hold them.
    with xlsxwriter.Workbook(path, {"constant_memory": records > SHARED, "strings_to_numbers": True}) as book:
        sheet = book.add_worksheet()
        for row, text in enumerate([growing.head(records), *map(growing.record, range(records))]):
            for column, cell in enumerate(text.split("\t")):
                sheet.write(row, column, cell)
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def _bytes_each(growing: Growing, folder: Path) -> float:
    """Return the bytes of a record, as a small export, or some early and some late, have them."""
    if growing.writes:
        return growing.writes(folder, 10_000) / 10_000
    if growing.syntax == "xlsx":
        return _workbook(growing, folder / growing.file, 1_000) / 1_000
    sample = [growing.record(n) for n in (*range(200), *range(10**6, 10**6 + 200))]
    return sum(len(text.encode()) + len(growing.between) for text in sample) / len(sample)


def delimiter(growing: Growing) -> str:
    """Return what stands between the cells of a table."""
    return max(",\t;", key=growing.record(0).count)


def rankings(choices: int, ranks: int, seed: int) -> list[tuple[int, ...]]:
    """Return `WAYS` rankings, choices by rank, 1 first, some short; half of them are among the first hundred."""
    chance = random.Random(seed)
    rare = [tuple(chance.sample(range(1, choices + 1), chance.randint(1, ranks))) for _ in range(WAYS)]
    return [rare[at * 7 % 100] if at % 2 else ranking for at, ranking in enumerate(rare)]


def padded(values: Sequence[object], width: int, blank: str = "") -> list[str]:
    """Return `values` as text, filled up to `width` cells."""
    return [*map(str, values), *[blank] * (width - len(values))]


def everything() -> dict[str, Growing]:
    """Return every export that can be made, by name."""
    from read import growing_canonical, growing_cards, growing_counted, growing_records, growing_results

    rooms = (growing_canonical, growing_cards, growing_counted, growing_records, growing_results)
    return {one.name: one for room in rooms for one in room.GROWING}
