"""Room, not yet furnished: action log, hashes, signatures, bundle."""
