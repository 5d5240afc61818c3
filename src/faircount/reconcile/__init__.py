"""Do the records agree? Twenty numbered questions to the canonical tables, each with the judge of its answer."""

from faircount.model import Catalog, Check
from faircount.reconcile.batches import BATCH_CLAIMS, BATCH_ONCE, MANIFEST_V_CARDS, NO_GAPS
from faircount.reconcile.cards import CARD_ONCE, CARDS_V_BALLOTS, MARKS_BALANCE, STYLE_CONTESTS
from faircount.reconcile.files import FILE_ONCE, REJECTED_ROWS, WHOLE_EXPORT
from faircount.reconcile.names import SPELLING
from faircount.reconcile.official import PARTS_V_TOTAL, POSSIBLE_NUMBERS, RESULTS_BALANCE, SOURCE_V_SOURCE
from faircount.reconcile.results import CONTESTS_COVERED, RECOUNT_V_REPORTED, UNDERVOTES_OVERVOTES
from faircount.reconcile.turnout import BALLOTS_V_VOTERS

CHECKS: Catalog[Check] = Catalog(
    "check",
    MANIFEST_V_CARDS,
    CARDS_V_BALLOTS,
    CARD_ONCE,
    BATCH_ONCE,
    FILE_ONCE,
    NO_GAPS,
    STYLE_CONTESTS,
    RECOUNT_V_REPORTED,
    UNDERVOTES_OVERVOTES,
    BALLOTS_V_VOTERS,
    PARTS_V_TOTAL,
    SOURCE_V_SOURCE,
    SPELLING,
    POSSIBLE_NUMBERS,
    MARKS_BALANCE,
    REJECTED_ROWS,
    WHOLE_EXPORT,
    BATCH_CLAIMS,
    RESULTS_BALANCE,
    CONTESTS_COVERED,
)
"""Every check, in the order of its number."""

__all__ = ["CHECKS"]
