"""Assertions of instant-runoff contests: which claims cut off every order of exclusion with another winner."""
