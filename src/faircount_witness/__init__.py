"""Cosigns the logs of audits, with a key of its own. Standard library; imports nothing from faircount."""
