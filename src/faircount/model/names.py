"""When are two spellings the same name? One definition, in Python and as the SQL that mirrors it."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """Return `name` without case, accents, punctuation and runs of blanks: equal keys, probably one name.

    A name without any letter or digit is its own key, so that "+" and "-" stay apart.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain.casefold()).strip() or name.strip()


def batch_label(*parts: str | None) -> str:
    """Join what identifies a batch or card for a person: `Adams · 108 · 12`; parts not stated are left out."""
    return " · ".join(p for p in parts if p)
