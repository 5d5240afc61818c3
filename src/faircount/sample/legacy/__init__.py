"""Draws that only repeat what other programs drew; nothing else here imports them and no new audit uses them."""
