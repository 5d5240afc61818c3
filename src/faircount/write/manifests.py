"""Ballot manifests: which batches there are and how many cards each holds, for Colorado's software and for Arlo.

Written from a manifest alone. A manifest counted from the cast vote records would agree with them whatever they say.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from faircount.model import UsageError
from faircount.model.tables import MANIFEST
from faircount.write.cells import csv_row, one_line
from faircount.write.writer import Loss, Material, Writer

CLAIM = "manifest"
_Row = dict[str, Any]


def _rows(material: Material) -> Iterator[_Row]:
    for table in material.rows("manifest"):
        for row in table.select(MANIFEST.names).to_pylist():
            if row["claim"] == CLAIM:
                yield {name: one_line(value) if isinstance(value, str) else value for name, value in row.items()}


def _write(material: Material, path: Path, header: tuple[str, ...], cells: Callable[[_Row], tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_row(header))
        for row in _rows(material):
            file.write(csv_row("" if value is None else str(value) for value in cells(row)))


def write_colorado(material: Material, folder: Path) -> None:
    """Write manifest.csv in Colorado's columns, which are read by their position."""

    def cells(row: _Row) -> tuple[Any, ...]:
        return (row["jurisdiction"] or material.jurisdiction, row["tabulator"], row["batch"], row["cards"],
                row["container"])  # fmt: skip

    header = ("CountyID", "ScannerID", "BatchID", "NumBallots", "StorageLocation")
    _write(material, folder / "manifest.csv", header, cells)


def write_arlo(material: Material, folder: Path) -> None:
    """Write manifest.csv in Arlo's columns; Container and Tabulator only where the manifest names any."""
    held = {name: any(row[name] for row in _rows(material)) for name in ("container", "tabulator")}
    optional = [(n, h) for n, h in (("container", "Container"), ("tabulator", "Tabulator")) if held[n]]
    names = (*(n for n, _ in optional), "batch", "cards")
    header = (*(h for _, h in optional), "Batch Name", "Number of Ballots")
    _write(material, folder / "manifest.csv", header, lambda row: tuple(row[name] for name in names))


def _refuse_claims_alone(material: Material) -> None:
    """Raise `UsageError` where every count of a batch is somebody else's claim: the file would hold no batch at all."""
    if next(_rows(material), None) is None:
        claims = {claim for table in material.rows("manifest") for claim in table.column("claim").to_pylist()}
        raise UsageError(
            f"there is no ballot manifest: all counts of batches are claims of others ({', '.join(sorted(claims))})"
        )


def _unnamed(material: Material) -> Iterator[Loss]:
    _refuse_claims_alone(material)
    missing = sum(row["tabulator"] is None for row in _rows(material))
    if missing:
        yield Loss("the tabulator of batches, which this format asks for, is not known", missing, grave=True)


def _twice(material: Material) -> Iterator[Loss]:
    _refuse_claims_alone(material)
    seen: set[tuple[Any, Any]] = set()
    again = 0
    for row in _rows(material):
        key = (row["tabulator"], row["batch"])
        again += key in seen
        seen.add(key)
    if again:
        yield Loss("batches that bear the name of another batch: Arlo refuses the file", again, grave=True)


COLORADO = Writer(
    name="colorado-manifest",
    title="ballot manifest for Colorado's audit software",
    source="Colorado RLA software, ballot manifest of its sample elections",
    needs=("manifest",),
    holds=frozenset({"manifest", "manifest_county", "manifest_container", "manifest_tabulator"}),
    page="write-cvr-csv",
    write=write_colorado,
    whole=True,
    named=one_line,
    more=_unnamed,
    suffixes=(".csv",),
)
ARLO = Writer(
    name="arlo-manifest",
    title="ballot manifest for Arlo",
    source="VotingWorks, Arlo, api/ballot_manifest.py",
    needs=("manifest",),
    holds=frozenset({"manifest", "manifest_container", "manifest_tabulator"}),
    page="write-cvr-csv",
    write=write_arlo,
    whole=True,
    named=one_line,
    more=_twice,
    suffixes=(".csv",),
)
