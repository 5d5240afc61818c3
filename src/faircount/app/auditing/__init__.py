"""Audits: from an election's folder to what is committed, from acts to their log, from the log to a bundle."""
