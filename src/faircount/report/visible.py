"""Nothing hides: characters that cannot be seen, or that reorder what is seen, are written out."""

import unicodedata
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Letters and marks that draw nothing (Unicode's Default_Ignorable_Code_Point outside Cf), the blank of Braille, and
# the bracket that we write ourselves: it must not be forged, and two names must never become one.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0⟦")
_MARKS_IN_A_ROW = 4  # more combining marks than any orthography stacks would paint over the lines above


def _is_hidden(char: str) -> bool:
    """Say whether `char` leaves no trace of its own on a page. Not by `Cn`: that set changes with each Python."""
    point = ord(char)
    return (
        char in _HIDDEN
        or unicodedata.category(char) in _HIDDEN_CATEGORIES
        or 0xFE00 <= point <= 0xFE0F  # variation selectors
        or 0xE0000 <= point <= 0xE0FFF
        or 0xFDD0 <= point <= 0xFDEF  # noncharacters
        or point & 0xFFFE == 0xFFFE
    )


def visible(text: str, keep: str = "") -> str:
    """Return `text` with controls, bidi controls and zero-width characters as ⟦U+202E⟧; distinct texts stay distinct.

    Joiners that Persian and Indic names use are written out too: here, two names that differ must look different.
    Characters in `keep` stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    shown_text, stacked = [], 0
    for char in text:
        stacked = stacked + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if char not in keep and (_is_hidden(char) or stacked > _MARKS_IN_A_ROW):
            shown_text.append(f"⟦U+{ord(char):04X}⟧")
        else:
            shown_text.append(char)
    return "".join(shown_text)


def shown(value: T) -> T:
    """Return `value` (a noun of the model, a tuple, a text) with every text in it made `visible`, at any depth."""
    return _shown(value)  # type: ignore[no-any-return]


def _shown(value: Any) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, tuple):
        return tuple(_shown(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _shown(getattr(value, f.name)) for f in fields(value)})
    return value
