"""ES&S: ranked tables, records with ballots, counted rows, New York's parts."""

from faircount.read.ess.reading import READER

__all__ = ["READER"]
