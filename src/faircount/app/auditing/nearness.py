"""How few cards would have to be different for another outcome, in sentences; NOT CHECKED where nothing is known."""

from faircount.app.closeness import near
from faircount.app.opened import Opened
from faircount.app.recounting import recount
from faircount.count.closeness import Closeness
from faircount.model import FaircountError
from faircount.model.explained import Near

EXAMPLES = 8
"""Changes that are told; a close contest may need hundreds of kinds."""


def near_of(opened: Opened, title: str) -> Near:
    """Return how few cards could change the outcome of one contest of an election's folder."""
    try:
        results, missing = recount(opened, (title,))
        exact = [one for one in results if one.title == title]
        if not exact:
            return Near("NOT CHECKED", next((one.reason for one in missing), "it was not counted"))
        if title not in opened.profiles:
            return Near("NOT CHECKED", "no cast vote records are here: only totals were reported")
        found = near(opened, exact[0])
    except FaircountError as error:
        return Near("NOT CHECKED", str(error))
    words = _words(found.found)
    more = len(found.example) - EXAMPLES
    examples = (*found.example[:EXAMPLES], *((f"and {more:,} more kinds of change",) if more > 0 else ()))
    return Near("KNOWN" if words else "NOT CHECKED", words or found.found.how, examples if words else ())


def _words(found: Closeness) -> str:
    """Return the bounds as sentences; nothing where they say no more than that something must be different."""
    unit, whole = found.unit, f"{found.cards:,}"
    if found.is_beyond_change:
        return f"No change of any of the {whole} {unit} gives another outcome."
    if found.upper == 0:
        return "The outcome hangs on a tie: no card needs to be different for another one."
    if found.lower == found.upper:
        return f"If {found.lower:,} of {whole} {unit} said otherwise, the outcome could be another; fewer cannot do it."
    if found.upper is not None:
        return (
            f"{found.upper:,} of {whole} {unit} that said otherwise could give another outcome; fewer than "
            f"{found.lower:,} cannot. What lies between is not known."
        )
    if found.lower > 1:
        return f"Fewer than {found.lower:,} of {whole} {unit} cannot give another outcome; how many can is not known."
    return ""
