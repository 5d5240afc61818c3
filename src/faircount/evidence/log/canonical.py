"""Canonical JSON: one value, one sequence of bytes, so that a hash of an act means the act.

RFC 8785 (JCS), restricted: no number with a fraction or exponent exists here. Rationals travel as text "p/q", decimals
as text.
"""

import json
from typing import Any

from faircount.model import BadInputError

LARGEST = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2)."""
DEEPEST = 64
"""Levels of lists and objects within one another; a deeper value is refused on every Python alike."""

PLACE = "canonical JSON"


def canonical(value: Any) -> bytes:
    """Return the canonical UTF-8 bytes of `value`, made of dict, list, tuple, str, int, bool, None (RFC 8785, 3.2).

    Keys are sorted by UTF-16 code units. BadInputError for a float, an integer beyond ±(2^53 − 1), a lone surrogate, a
    key that is no text, any other type, or more than 64 levels.
    """
    return json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":")).encode()


def parse_canonical(data: bytes) -> Any:
    """Return the value of `data`, if `data` is exactly its canonical form; else BadInputError (RFC 8785).

    Refuses duplicate keys, spaces, a byte order mark, other escapes, other orders: whatever would give one value two
    hashes.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_distinct,
            parse_int=_integer,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except (ValueError, RecursionError) as error:
        raise BadInputError(PLACE, "must be JSON text in UTF-8", str(error) or type(error).__name__) from error
    if canonical(value) != data:
        raise BadInputError(
            PLACE, "must be in canonical form (RFC 8785)", repr(data), "write it with sorted keys, no spaces"
        )
    return value


def _ordered(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise BadInputError(PLACE, f"at most {DEEPEST} levels within one another")
    kind = type(value)
    if kind is dict:
        if any(type(key) is not str for key in value):
            raise BadInputError(PLACE, "keys are text", repr(next(key for key in value if type(key) is not str)))
        return {key: _ordered(value[key], depth + 1) for key in sorted(value, key=_utf16)}
    if kind is list or kind is tuple:
        return [_ordered(item, depth + 1) for item in value]
    if kind is str:
        _utf16(value)
    elif kind is int:
        if abs(value) > LARGEST:
            raise BadInputError(
                PLACE, "integers lie within ±(2^53 − 1)", f"{value:#x}", 'write it as text: "p/q" or digits'
            )
    elif kind is not bool and value is not None:
        raise BadInputError(
            PLACE, f"{kind.__name__} has no exact form here", repr(value), 'write it as text: "p/q" or digits'
        )
    return value


def _utf16(text: str) -> bytes:
    """Return what keys are sorted by; big-endian, so that bytes compare as code units do (RFC 8785, section 3.2.3)."""
    try:
        return text.encode("utf-16-be")
    except UnicodeEncodeError as error:
        raise BadInputError(PLACE, "text must be valid Unicode, without lone surrogates", ascii(text)) from error


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadInputError(PLACE, "a key stands once in an object", ascii(twice))
    return found


def _integer(digits: str) -> int:
    if len(digits) > len(str(-LARGEST)):  # before int(): its time grows with the square of the digits
        raise BadInputError(PLACE, "integers lie within ±(2^53 − 1)", digits)
    return int(digits)


def _no_float(digits: str) -> Any:
    raise BadInputError(PLACE, "numbers are integers", digits, 'write it as text: "p/q" or digits')
