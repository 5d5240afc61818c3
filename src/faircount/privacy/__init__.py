"""Room, not yet furnished: what a publication would reveal."""
