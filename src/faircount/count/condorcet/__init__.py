"""Rules that compare choices two at a time, on ballots on which voters rank them."""
