"""Rules that fill several seats by transfers of surpluses."""
