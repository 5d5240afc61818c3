"""Vendor exports → canonical tables. Add a format: one file here, one line in `READERS`."""

from faircount.model import Catalog
from faircount.read import batch_comparison, dominion_csv, dominion_json, manifest_csv, manifest_xlsx, raire
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
)

__all__ = ["READERS", "Export", "Part", "Reader", "Recognition"]
