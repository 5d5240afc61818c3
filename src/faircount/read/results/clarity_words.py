"""What the Clarity (SOE) results sites say in their files, alike in XML and CSV: titles, choices, dates."""

import re

from faircount.model import name_key

_VOTE_FOR = re.compile(r"\s*\(\s*vote for\D{0,20}(\d{1,4})\s*\)\s*$", re.IGNORECASE)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_WRITE_INS = {"write in", "write ins", "writein", "writeins", "write in votes", "write in totals"}


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
