"""Small files of counted rankings, written and read by the tests of their formats."""

from collections import Counter
from pathlib import Path
from typing import Any

from faircount.read import READERS
from read.reading import read_all

Tables = dict[str, list[dict[str, Any]]]


def reading(tmp_path: Path, name: str, content: str | bytes, reader: str) -> Tables:
    """Write `content` to a file of this name and read it."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_all(READERS[reader], path)


def ways(tables: Tables) -> Counter[tuple[tuple[str, int], ...]]:
    """(choice, rank) of each way of voting → cards."""
    of = {p["pattern"]: tuple((m["choice"], m["rank"]) for m in p["marks"]) for p in tables["patterns"]}
    return Counter(of[v["pattern"]] for v in tables["votes"])


def rejected(tables: Tables) -> list[tuple[int, str | None]]:
    """(row, column) of the rows that were rejected."""
    return [(r["row"], r["column"]) for r in tables["rejected"]]
