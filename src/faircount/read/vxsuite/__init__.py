"""VotingWorks VxSuite: one folder a card, under one hash."""

from faircount.read.vxsuite.reading import READER

__all__ = ["READER"]
