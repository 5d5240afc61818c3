"""Ballot manifests: which batches there are, and who counted their cards."""
