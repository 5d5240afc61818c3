"""JSON read strictly: one clear refusal for what a lenient parser would let pass."""

import json
import re
from typing import Any

from faircount.model import BadInputError

BOM = b"\xef\xbb\xbf"
"""Byte-order mark that some exports carry before UTF-8."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape that is half of a character; two stand for one beyond U+FFFF, one alone is no text."""


def without_mark(data: bytes, place: str) -> bytes:
    """Return `data` without its byte-order mark. Raises `BadInputError` for UTF-16 and for an empty file."""
    if not data.strip():
        raise BadInputError(place, "a JSON file is not empty", f"{len(data)} bytes", "ask for the file again")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInputError(place, "JSON is written in UTF-8", "UTF-16", "save the file as UTF-8")
    return data.removeprefix(BOM)


def strict_loads(data: bytes, place: str) -> Any:
    """Return the value of a small JSON file.

    Raises `BadInputError` for bytes that are not UTF-8, syntax errors (with line and column), repeated keys, NaN and
    infinities, half characters (lone surrogates), and nesting too deep to read.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                raise BadInputError(place, "a key stands once in an object", f"{key!r} twice", "ask for the file again")
            found[key] = value
        return found

    def constant(text: str) -> Any:
        raise BadInputError(place, "numbers are finite", text)

    try:
        text = without_mark(data, place).decode("utf-8")
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value
    except UnicodeEncodeError as error:
        raise BadInputError(
            place, "text is whole characters", f"one half of one, {error.object[error.start]!a}",
            "the program that wrote the file cut a text in two: ask for it again",
        ) from error  # fmt: skip
    except UnicodeDecodeError as error:
        raise BadInputError(
            place, "JSON is written in UTF-8", f"byte 0x{data[error.start]:02x} at offset {error.start:,}",
            "export the file again as UTF-8",
        ) from error  # fmt: skip
    except json.JSONDecodeError as error:
        raise BadInputError(
            place, "the file is valid JSON", f"{error.msg} at line {error.lineno}, column {error.colno}",
            "the copy may be cut short: fetch it again",
        ) from error  # fmt: skip
    except RecursionError as error:
        raise BadInputError(place, "JSON nests at most a few dozen levels", "far more") from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise BadInputError(place, "numbers are of a usual size", str(error)) from error
