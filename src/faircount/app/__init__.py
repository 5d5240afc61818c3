"""Use cases: the only room that joins the edges to the core."""
