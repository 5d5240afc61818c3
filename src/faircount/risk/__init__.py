"""Room, not yet furnished: values → p-values."""
