"""Canonical tables → formats that others use. Add a format: one file here, one line in `WRITERS`."""

from faircount.model import Catalog
from faircount.write import blt, canonical, cdf, manifests, plain_csv, preflib, raire, results_cdf, vote_grid, workbook
from faircount.write.features import FEATURES, Feature
from faircount.write.writer import Figure, Loss, Material, Terms, Way, Writer

WRITERS: Catalog[Writer] = Catalog(
    "format",
    canonical.PARQUET,
    canonical.CSV,
    plain_csv.WRITER,
    cdf.JSON,
    cdf.XML,
    results_cdf.WRITER,
    workbook.WRITER,
    raire.WRITER,
    blt.WRITER,
    preflib.WRITER,
    vote_grid.COLORADO,
    manifests.COLORADO,
    vote_grid.ARLO,
    manifests.ARLO,
)

__all__ = ["FEATURES", "WRITERS", "Feature", "Figure", "Loss", "Material", "Terms", "Way", "Writer"]
