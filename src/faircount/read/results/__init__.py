"""Results as published: totals by unit, rounds of a count, protocols."""
