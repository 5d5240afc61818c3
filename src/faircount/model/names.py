"""When are two spellings the same name? One definition, in Python and as the SQL that mirrors it."""

import re
import unicodedata
from dataclasses import dataclass

_NOT_WORD = re.compile(r"[\W_]+")

FOLDED = {
    **{"ß": "ss", "ς": "σ", "ſ": "s", "ı": "i", "ª": "a", "º": "o", "№": "no"},
    **{"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"},
    **{chr(0xFF10 + n): str(n) for n in range(10)},  # full-width digits
    **{chr(0xFF41 + n): chr(0x61 + n) for n in range(26)},  # full-width letters
}
"""Lower-case characters that are another way of writing others; the store's SQL macro is made from the same table."""
_FOLDS = str.maketrans(FOLDED)


def name_key(name: str) -> str:
    """Return `name` without case, accents, punctuation and runs of blanks: equal keys, probably one name.

    A name without any letter or digit is its own key, so that "+" and "-" stay apart. All combining marks are taken
    for accents: vowel signs of Indic scripts go too, so two names of one list may share a key. The SQL macro
    `name_key` gives the same key for every text in characters that this Python's Unicode tables know; for younger
    characters the two may differ.
    """
    if name.isascii():  # without accents and folds, as most are: a manifest asks it of every cell
        plain = name.lower()
    else:
        bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.category(c).startswith("M"))
        plain = unicodedata.normalize("NFC", bare.lower().translate(_FOLDS))
    return _NOT_WORD.sub(" ", plain).strip(" ") or name.strip(" ")


def batch_label(*parts: str | None) -> str:
    """Join what identifies a batch or card for a person: `Adams · 108 · 12`; parts not stated are left out."""
    return " · ".join(p for p in parts if p)


@dataclass(frozen=True, slots=True)
class NameDecision:
    """A line of an election's map of names: that `name`, as exported, may mean, means or does not mean `means`."""

    kind: str
    """`contest` or `choice`."""
    contest: str
    """For a choice: the title of the contest it stands in, as already decided; for a contest: empty."""
    name: str
    means: str
    status: str
    """`proposed` (no effect), `same` (read as `means` everywhere), or `different` (not to be proposed again)."""
    confidence: int = 0
    """Of the proposal, 0 to 100, to sort by; 0 for a line that a person wrote."""
    why: str = ""
    sources: str = ""
    """Names of the sources that use `name`, for the person who decides."""


NAME_STATUSES = ("proposed", "same", "different")
