"""Clear Ballot: one column an oval."""

from faircount.read.clear_ballot.reading import READER

__all__ = ["READER"]
