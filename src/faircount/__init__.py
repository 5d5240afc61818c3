"""Evidence that a vote was counted fairly."""

__version__ = "0.1.0"
