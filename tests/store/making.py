"""Sources of a few cards, put into a workspace by the store's own doors and by no reader."""

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from faircount.model import Batch, Contest, Digest, Source, rows_to_table
from faircount.store import Commit, Engine, Workspace, contests_of, free_number, stage

Vote = tuple[str, tuple[str, ...]]
"""A contest's title and the choices marked."""


def batch(cards: Sequence[tuple[dict[str, Any], Sequence[Vote]]], superseded: Sequence[tuple[int, Vote]] = ()) -> Batch:
    """Return cards with their votes as a reader would yield them: ids local, patterns in order of appearance."""
    numbers: dict[Vote, int] = {}
    made: dict[str, list[dict[str, Any]]] = {"cards": [], "votes": [], "superseded": []}
    for at, (columns, votes) in enumerate(cards):
        plain = {"card": at, "ballot": at, "adjudicated": False, "weight": Decimal(1), "file": 0, "record": at + 1}
        made["cards"].append({**plain, **columns})
        made["votes"] += [{"card": at, "pattern": numbers.setdefault(vote, len(numbers))} for vote in votes]
    for card, vote in superseded:
        number = numbers.setdefault(vote, len(numbers))
        made["superseded"].append({"card": card, "pattern": number, "version": "Original"})
    made["patterns"] = [
        {
            "pattern": number,
            "contest": title,
            "conditions": [],
            "overvoted_ranks": [],
            "marks": [mark(name) for name in names],
        }
        for (title, names), number in numbers.items()
    ]
    return Batch({name: rows_to_table(name, rows) for name, rows in made.items() if rows})


def mark(choice: str) -> dict[str, Any]:
    return {"choice": choice, "rank": 1, "is_ambiguous": False, "conditions": []}


def one_table(name: str, *rows: dict[str, Any]) -> Batch:
    return Batch({name: rows_to_table(name, list(rows))})


def prepared(
    space: Workspace, parts: Sequence[Iterable[Batch]], name: str, staging: str = "s"
) -> tuple[Commit, Source]:
    """Stage and write a source without publishing it."""
    folder = space.staging / staging
    for number, batches in enumerate(parts):
        stage(folder, number, batches)
    commit = Commit(space, folder, len(parts))
    digest = Digest(hashlib.sha256(name.encode()).hexdigest())
    taken = {source.number for source in space.election().sources}
    source = Source(digest, free_number(digest, taken), name, "made", "", "", 1, 1, ())
    raw = folder / "raw"
    raw.mkdir(exist_ok=True)
    (raw / name).write_bytes(b"x")
    return commit, commit.write(source)


def put(space: Workspace, parts: Sequence[Iterable[Batch]], name: str = "made.json") -> Source:
    """Stage, write and publish a source made of `parts`."""
    commit, source = prepared(space, parts, name)
    commit.publish(source, space.election(), space.staging / "s" / "raw")
    return source


def contest_of(engine: Engine, title: str) -> Contest:
    return contests_of(engine, {})[0][title]


def files(folder: Path) -> dict[str, bytes]:
    """Return everything below `folder` that is not hidden, staging left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and "staging" not in path.parts
    }
