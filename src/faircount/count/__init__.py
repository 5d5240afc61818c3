"""Counting rules: `Profile` → `Transcript`. To add a rule: one file here, one line in `RULES`."""

from faircount.count import instant_runoff, majority_or_runoff, plurality, threshold
from faircount.count.rule import Option, Reading, Rule
from faircount.model import Catalog

RULES: Catalog[Rule] = Catalog(
    "counting rule",
    plurality.RULE,
    threshold.RULE,
    majority_or_runoff.RULE,
    instant_runoff.RULE,
)

__all__ = ["RULES", "Option", "Reading", "Rule"]
