"""Rows, elements and cells: what CSV, JSON, XML and Excel files say before any format is known."""
