"""What follows from several areas together: sums, seats shared out over all of them, electors."""
