"""Hart Verity: one XML a sheet, drives, signatures."""

from faircount.read.hart.reading import READER

__all__ = ["READER"]
