"""What contests a Hart export holds: decided once from a spread of its sheets, so that all parts read alike.

The format lists only marked options and says neither how many votes a contest allows, nor whether a string of bits is
a ranking or cumulative votes, nor that two cities elect a "Mayor". All three follow from the sheets themselves.
"""

import weakref
from dataclasses import dataclass, field

from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.hart.drives import Drives, drives_of
from faircount.read.hart.sheet import (
    MAX_SHEET_BYTES,
    ContestRecord,
    OptionRecord,
    SheetError,
    contest_of,
    root_of_sheet,
    sheet_of,
)

SURVEYED = 2_000
"""Sheets looked at, evenly spread over the export; an export of fewer is looked at whole."""


@dataclass(slots=True)
class Seen:
    """What sheets say of one contest."""

    title: str = ""
    positions: int = 0
    totals: set[int] = field(default_factory=set)
    """Marks and undervotes added up, on sheets where nothing else takes votes away: the votes allowed."""
    cumulative: bool = False
    states_undervotes: bool = False
    options: dict[str, set[str]] = field(default_factory=dict)
    """Name → GUIDs of the options called so: two people may bear one name."""

    def add(self, record: ContestRecord) -> None:
        """Take one sheet's contest into account."""
        self.title = self.title or record.title
        self.positions = max(self.positions, record.positions)
        self.states_undervotes |= record.undervotes is not None
        for option in record.options:
            if option.name and option.key and option.write_in is None:
                self.options.setdefault(option.name, set()).add(option.key)
        if record.conditions or any(option.status == "Rejected" for option in record.options):
            return
        marked = [at for option in record.options for at, bit in enumerate(option.value) if bit == "1"]
        total = len(marked) + (record.undervotes or 0)
        if total:
            self.totals.add(total)
        # Voters who cumulate may give two options their first vote; voters who rank would have overvoted the rank,
        # and the ranks left empty would be more than the string has room for.
        if record.positions > 1 and len(set(marked)) < len(marked) and total == record.positions:
            self.cumulative = True

    @property
    def ranked(self) -> bool:
        """Whether the positions of a value are ranks."""
        return self.positions > 1 and not self.cumulative

    @property
    def votes_allowed(self) -> int | None:
        """Votes a voter has, None where the sheets contradict one another or do not tell."""
        if self.ranked:
            return 1
        if self.positions > 1:
            return self.positions
        return next(iter(self.totals)) if len(self.totals) == 1 else None


class Survey:
    """Contests by their GUID, as far as the surveyed sheets hold them."""

    def __init__(self) -> None:
        self.contests: dict[str, Seen] = {}
        self._titles: dict[str, set[str]] = {}

    def add(self, record: ContestRecord) -> None:
        """Take one sheet's contest into account."""
        self.contests.setdefault(record.key, Seen()).add(record)
        self._titles.setdefault(record.title, set()).add(record.key)

    def title(self, record: ContestRecord) -> str:
        """Return the title of a contest, with the start of its GUID where several contests have the same.

        The answer depends on the survey alone, not on what a part has read before.
        """
        seen = self.contests.get(record.key)
        title = seen.title if seen else record.title
        known = self._titles.get(title, set())
        return f"{title} ({record.key[:8]})" if known - {record.key} else title

    def choice(self, record: ContestRecord, option: OptionRecord) -> str:
        """Return the name of an option, with the start of its GUID, or all of it, where others of the contest share it.

        As with titles, the answer depends on the survey alone. Empty for write-ins without a name.
        """
        seen = self.contests.get(record.key)
        others = seen.options.get(option.name, set()) - {option.key} if seen else set()
        if not others or not option.key or option.write_in is not None:
            return option.name
        short = option.key[:8]
        return f"{option.name} ({option.key if any(other.startswith(short) for other in others) else short})"


_SURVEYS: weakref.WeakKeyDictionary[Export, Survey] = weakref.WeakKeyDictionary()


def survey_of(export: Export) -> Survey:
    """Return the survey of an export, made once."""
    if export not in _SURVEYS:
        _SURVEYS[export] = survey(drives_of(export))
    return _SURVEYS[export]


def survey(drives: Drives) -> Survey:
    """Look at up to `SURVEYED` sheets. What cannot be read is left for the reading proper to say."""
    found = Survey()
    count = len(drives.sheets)
    for number in range(min(count, SURVEYED)):
        name = drives.sheets[number * count // min(count, SURVEYED)]
        try:
            data = drives.whole(name, MAX_SHEET_BYTES)
            for element in sheet_of(root_of_sheet(data, name), data, name).contests:
                found.add(contest_of(element))
        except (BadInputError, SheetError):
            continue
    for seen in found.contests.values():
        # Where no sheet counts undervotes, marks that fill the string by chance prove nothing: it is a ranking.
        seen.cumulative &= seen.states_undervotes
    return found
