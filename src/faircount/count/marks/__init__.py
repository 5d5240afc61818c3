"""Rules for ballots on which voters mark choices and do not rank them."""
