"""Room, not yet furnished: leads, never verdicts."""
