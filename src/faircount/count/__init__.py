"""Counting rules: `Profile` → `Transcript`. To add one: a file in the folder of its ballots, a line in `RULES`."""

from faircount.count.condorcet import copeland, kemeny, minimax, ranked_pairs, schulze, smith_instant_runoff
from faircount.count.lists import highest_averages, largest_remainder
from faircount.count.marks import majority_or_runoff, plurality, threshold, top_n
from faircount.count.points import cumulative, score, star
from faircount.count.positional import borda, dowdall
from faircount.count.ranked import bottoms_up, final_n_instant_runoff, instant_runoff, sequential_instant_runoff
from faircount.count.rule import Option, Reading, Rule
from faircount.count.shares import proposal
from faircount.count.stv import cambridge, gregory, irish, meek, senate
from faircount.model import Catalog

OTHER_WORDS = {
    "irv": "'instant-runoff'", "rcv": "'instant-runoff'", "ranked-choice": "'instant-runoff'",
    "alternative-vote": "'instant-runoff'", "hare": "'instant-runoff'",
    "fptp": "'plurality'", "first-past-the-post": "'plurality'", "majority": "'majority-or-runoff' or 'threshold'",
    "approval": "'plurality' with --votes-allowed, as many as there are choices",
    "supermajority": "'threshold' with -O threshold=2/3", "measure": "'threshold'", "two-round": "'majority-or-runoff'",
    "single-transferable-vote": "'stv'", "condorcet": "'schulze', 'ranked-pairs', 'minimax' or 'copeland'",
    "tideman": "'ranked-pairs'", "range": "'score'",
    "dhondt": "'highest-averages'", "jefferson": "'highest-averages'",
    "sainte-lague": "'highest-averages' with -O divisor=sainte-lague", "hamilton": "'largest-remainder'",
}  # fmt: skip
"""Other word for a rule → what to type."""

RULES: Catalog[Rule] = Catalog(
    "counting rule",
    plurality.RULE,
    threshold.RULE,
    majority_or_runoff.RULE,
    top_n.RULE,
    proposal.RULE,
    cumulative.RULE,
    score.RULE,
    star.RULE,
    instant_runoff.RULE,
    final_n_instant_runoff.RULE,
    sequential_instant_runoff.RULE,
    bottoms_up.RULE,
    gregory.RULE,
    highest_averages.RULE,
    largest_remainder.RULE,
    senate.RULE,
    irish.RULE,
    cambridge.RULE,
    meek.RULE,
    schulze.RULE,
    ranked_pairs.RULE,
    minimax.RULE,
    copeland.RULE,
    smith_instant_runoff.RULE,
    kemeny.RULE,
    borda.RULE,
    dowdall.RULE,
    called=OTHER_WORDS,
)

__all__ = ["OTHER_WORDS", "RULES", "Option", "Reading", "Rule"]
