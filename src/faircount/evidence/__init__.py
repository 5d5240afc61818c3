"""Evidence: the log of acts, envelopes, and the bundle that strangers check."""
