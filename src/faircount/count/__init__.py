"""Counting rules: `Profile` → `Transcript`. To add one: a file in the folder of its ballots, a line in `RULES`."""

from faircount.count.marks import majority_or_runoff, plurality, threshold
from faircount.count.ranked import instant_runoff
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
