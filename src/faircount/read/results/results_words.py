"""What a cell of a results file says: a title, a measure, a unit. Nothing here knows a format."""

import functools

from faircount.model import name_key
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import candidates


def contest_title(office: str, district: str) -> str:
    """Return `State Senate District 12`; `Governor` where the district is empty or the whole state."""
    if name_key(district) in ("", "statewide"):
        return office
    return f"{office} {district}" if "district" in district.lower() else f"{office} District {district}"


@functools.lru_cache(1 << 14)
def measure_of(text: str) -> str | None:
    """Return the measure that stands where a choice or an office should: `Under Votes` → `undervotes`; else None.

    Two answers are no measures of the tables, see `NO_MEASURE`.
    """
    return _MEASURES.get(name_key(text).replace(" ", ""))


_MEASURES = {
    **dict.fromkeys(
        (
            "undervote",
            "undervotes",
            "under",
            "undervotestotal",
            "blankundervotes",
            "undervoted",
            "totalundervotes",
            "numberofundervotes",
            "blank",
            "blanks",
            "blankvote",
            "blankvotes",
        ),
        "undervotes",
    ),
    **dict.fromkeys(
        ("overvote", "overvotes", "over", "overvotestotal", "overvoted", "totalovervotes", "numberofovervotes"),
        "overvotes",
    ),
    **dict.fromkeys(("registeredvoters", "registeredvoterstotal", "registered", "voterregistration"), "registered"),
    **dict.fromkeys(("ballotscast", "ballotscasttotal", "totalballotscast", "timescast"), "ballots_cast"),
    **dict.fromkeys(("total", "totals", "totalvotes", "totalvotescast", "contesttotal", "contesttotals"), "votes"),
    **dict.fromkeys(("ballotscastblank", "blankballots", "blankballotscast"), "blank"),
}

NO_MEASURE = {
    "votes": "a total of the contest's candidates stands as a candidate",
    "blank": "ballots cast blank are no measure of the tables",
}
"""What a line may state that no table holds → why it is left out."""


def file_said(export: Export, name: str) -> str:
    """Return what stands in front of a note on one file: `north.csv: `, nothing where no other file is read."""
    return f"{name}: " if len(candidates(export)) > 1 else ""


_TOTAL_UNITS = {"total", "totals", "county total", "county totals", "grand total", "state total", "statewide total"}


@functools.lru_cache(1 << 14)
def unit_of(text: str) -> str | None:
    """Return the name of a precinct or county; None where the cell is empty or says that the row is a total."""
    return None if name_key(text) in _TOTAL_UNITS | {""} else text
