"""What the Clarity (SOE) results sites say in their files, alike in XML and CSV: titles, choices, dates."""

import re
from collections import Counter
from collections.abc import Sequence

from faircount.model import name_key

_VOTE_FOR = re.compile(r"\s*\(\s*vote for\D{0,20}(\d{1,4})\s*\)\s*$", re.IGNORECASE)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_WRITE_INS = {"write in", "write ins", "writein", "writeins", "write in votes", "write in totals"}
ONE_NAME = (
    "choices of one name in one contest are told apart by party or number: where they are one person's lines for "
    "several parties, their votes belong together"
)


def title_of(text: str) -> tuple[str, int | None]:
    """Return the contest's title without `(Vote For 2)` at its end, and that number; None where it is not there."""
    found = _VOTE_FOR.search(text)
    return (text[: found.start()].strip(), int(found[1]) or None) if found else (text.strip(), None)


def kind_of(choice: str) -> str:
    """Return `write-in` for the line of pooled write-ins, else `regular`."""
    return "write-in" if name_key(choice) in _WRITE_INS else "regular"


def date_of(text: str) -> str:
    """Return `11/5/2024` as `2024-11-05`; other texts as they are."""
    found = _US_DATE.fullmatch(text.strip())
    return f"{found[3]}-{int(found[1]):02d}-{int(found[2]):02d}" if found else text.strip()


def told_apart(choices: Sequence[tuple[str, str, str]]) -> list[str]:
    """Return the names of a contest's choices, given (name, party, number) of each, so that no two people have one.

    Those who share a name are followed by their party, `John Smith (DEM)`, or by their number where a party does not
    tell them apart. Lines of pooled write-ins stay one.
    """
    bearers = Counter(name for name, _, _ in choices)
    of_party = Counter((name, party) for name, party, _ in choices)
    labels = []
    for name, party, number in choices:
        if bearers[name] == 1 or not name or kind_of(name) == "write-in":
            labels.append(name)
        else:
            labels.append(f"{name} ({party if party and of_party[name, party] == 1 else number})")
    return labels
