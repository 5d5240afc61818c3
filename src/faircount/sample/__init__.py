"""Room, not yet furnished: seed → order of cards or batches."""
