"""Room, not yet furnished: canonical tables → exchange formats."""
