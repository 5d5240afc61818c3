"""Configurations of RCTab, the tabulator that many offices use: read unchanged, counted here, reported in its form."""
