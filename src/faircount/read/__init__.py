"""Vendor exports → canonical tables. Add a format: one file here, one line in `READERS`."""

from faircount.model import Catalog
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition

READERS: Catalog[Reader] = Catalog("format")

__all__ = ["READERS", "Export", "Part", "Reader", "Recognition"]
