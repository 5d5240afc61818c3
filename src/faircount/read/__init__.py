"""Vendor exports → canonical tables. Add a format: one file here, one line in `READERS`."""

from faircount.model import Catalog
from faircount.read import (
    batch_comparison,
    bulgaria,
    county_table,
    dominion_csv,
    dominion_json,
    manifest_csv,
    manifest_xlsx,
    medsl,
    openelections,
    plain_csv,
    raire,
    sf_summary,
)
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition

READERS: Catalog[Reader] = Catalog(
    "format",
    dominion_json.READER,
    dominion_csv.READER,
    raire.READER,
    manifest_csv.READER,
    manifest_xlsx.READER,
    batch_comparison.READER,
    sf_summary.READER,
    openelections.READER,
    medsl.READER,
    county_table.READER,
    bulgaria.READER,
    plain_csv.READER,
)

__all__ = ["READERS", "Export", "Part", "Reader", "Recognition"]
