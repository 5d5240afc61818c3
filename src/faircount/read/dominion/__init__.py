"""Dominion Democracy Suite: JSON export, CSV export, RCR table."""
