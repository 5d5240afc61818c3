"""Read an export whole, the way a test wants it: every table as a list of rows, ids distinct over all batches."""

from pathlib import Path
from typing import Any

from faircount.model import TABLES
from faircount.read.export import Export
from faircount.read.reader import Reader

OFFSETS = {
    "cards": {"card": "cards", "ballot": "ballots"},
    "votes": {"card": "cards", "pattern": "patterns"},
    "superseded": {"card": "cards", "pattern": "patterns"},
    "patterns": {"pattern": "patterns"},
    "marks": {"card": "cards", "pattern": "patterns"},
}
"""Columns that are ids local to a batch, and what they number."""
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
"""Real elections, where they lie beside the project; tests that need them skip without."""
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "read"


def is_export(path: Path) -> bool:
    """Say whether a path below `FIXTURES` is an export: not a part of one, nor a mapping beside one."""
    return path.parent.name != "export" and not path.name.endswith(".mapping.json")


def read_all(reader: Reader, path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return every canonical table of the export at `path` as rows, ids offset so that batches do not collide."""
    export = Export(path)
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    next_id = {"cards": 0, "ballots": 0, "patterns": 0}
    for part in reader.plan(export):
        for batch in reader.read(export, part):
            rows = {name: batch.table(name).to_pylist() for name in TABLES}
            for name, columns in OFFSETS.items():
                for row in rows[name]:
                    for column, kind in columns.items():
                        row[column] += next_id[kind]
            for name in TABLES:
                tables[name] += rows[name]
            for kind, column, table in (
                ("cards", "card", "cards"), ("ballots", "ballot", "cards"), ("patterns", "pattern", "patterns"),
            ):  # fmt: skip
                next_id[kind] = max([next_id[kind], *(row[column] + 1 for row in rows[table])])
    return tables


def summary(tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return what `expected.json` of a fixture states, computed from `read_all`'s tables; empty parts left out."""
    contest_of = {row["pattern"]: row["contest"] for row in tables["patterns"]}
    way_of = {
        row["pattern"]: (str(row["marks"]), row["undervotes"], row["overvotes"], str(row["conditions"]))
        for row in tables["patterns"]
    }
    contests: dict[str, dict[str, Any]] = {
        row["contest"]: {"cards": set(), "patterns": set()} for row in tables["contests"]
    }
    for vote in tables["votes"]:
        found = contests[contest_of[vote["pattern"]]]
        found["cards"].add(vote["card"])
        found["patterns"].add(way_of[vote["pattern"]])
    counts: dict[str, Any] = {
        "cards": len(tables["cards"]),
        "ballots": len({row["ballot"] for row in tables["cards"]}),
        "votes": len(tables["votes"]),
        "contests": {title: {kind: len(v) for kind, v in found.items()} for title, found in contests.items()},
        "manifest_rows": len(tables["manifest"]),
        "manifest_cards": sum(row["cards"] for row in tables["manifest"]),
    }
    return {name: n for name, n in counts.items() if n} | {"rejected": len(tables["rejected"])}


def facts(tables: dict[str, list[dict[str, Any]]], name: str) -> list[str]:
    """Return the values of the facts of this name, in order."""
    return [row["value"] for row in tables["facts"] if row["name"] == name]
