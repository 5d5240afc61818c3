"""All forgeries, in the order of their steps."""

from gallery import (
    forged_bodies,
    forged_ceremony,
    forged_files,
    forged_log,
    forged_order,
    forged_outcomes,
    forged_paper,
    forged_records,
    forged_witnesses,
)
from gallery.catalog import CATALOG, Forgery

from faircount_verifier.forms import CODES

MODULES = (
    forged_files, forged_log, forged_witnesses, forged_order, forged_paper, forged_outcomes, forged_records,
    forged_bodies, forged_ceremony,
)  # fmt: skip
"""Where they are written down."""
FORGERIES: tuple[Forgery, ...] = tuple(sorted(CATALOG.values(), key=lambda one: (CODES.index(one.codes[0]), one.name)))
"""Every forgery, by the step that refuses it."""
