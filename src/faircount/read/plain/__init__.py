"""Our own plain CSV for every table, and for shareholders' positions."""
