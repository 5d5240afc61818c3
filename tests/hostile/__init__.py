"""Broken and hostile files, made by us, that every reader must survive (docs/hostile.md)."""
