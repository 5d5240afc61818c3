"""Rules that share seats out among lists in proportion to their votes, and what they rest on."""
