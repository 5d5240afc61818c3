"""Room, not yet furnished: the same use cases over HTTP."""
