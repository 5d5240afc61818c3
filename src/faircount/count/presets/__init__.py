"""Presets: laws of jurisdictions as a rule and its named decisions. To add one: an entry in the file of its kind."""

from faircount.count.presets import instant_runoffs, marks, party_lists, transferable_votes
from faircount.count.presets.preset import Preset
from faircount.model import Catalog

PRESETS: Catalog[Preset] = Catalog(
    "preset",
    *instant_runoffs.PRESETS,
    *transferable_votes.PRESETS,
    *party_lists.PRESETS,
    *marks.PRESETS,
)

NOT_COVERED: tuple[tuple[str, str], ...] = (
    *instant_runoffs.NOT_COVERED,
    *transferable_votes.NOT_COVERED,
    *party_lists.NOT_COVERED,
)
"""(jurisdiction, why): laws for which no decisions of our rules give what the law says, or nobody could look."""

__all__ = ["NOT_COVERED", "PRESETS", "Preset"]
