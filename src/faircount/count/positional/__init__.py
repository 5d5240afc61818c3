"""Rules that give points by place, on ballots on which voters rank choices."""
