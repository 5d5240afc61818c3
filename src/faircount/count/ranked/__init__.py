"""Rules for ballots on which voters rank choices."""
