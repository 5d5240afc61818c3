"""Room, not yet furnished: outcome → assertions."""
