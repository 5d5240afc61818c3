"""Canonical JSON: one value, one spelling; a second opinion by the library rfc8785."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from faircount.evidence.log.canonical import DEEPEST, LARGEST, canonical, parse_canonical
from faircount.model import BadInputError

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_and_the_library_agrees(value: Any) -> None:
    data = canonical(value)
    assert data == rfc8785.dumps(value)
    assert parse_canonical(data) == value


def test_keys_are_sorted_as_rfc_8785_shows() -> None:
    # RFC 8785, section 3.2.3: UTF-16 code units put the emoji before U+FB33, code points would not.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    found = list(json.loads(canonical(dict.fromkeys(keys, 0))))
    assert found == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_text_is_escaped_as_rfc_8785_shows() -> None:
    # Section 3.2.2.2, the string of its example.
    assert canonical('€$\u000f\nA\'B"\\\\"/') == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        *[
            1.0,
            0.5,
            float("nan"),
            float("inf"),
            2**53,
            -(2**53),
            "\ud800",
            {"\udfff": 1},
            {1: 2},
            {None: 0},
            b"bytes",
            {1},
        ],
        *[nested(DEEPEST + 1), nested(100_000)],
    ],
    ids=lambda value: ascii(value)[:20] if not isinstance(value, list) else "deep",
)
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    with pytest.raises(BadInputError, match="canonical JSON"):
        canonical(value)


def test_the_deepest_value_passes() -> None:
    assert parse_canonical(canonical(nested(DEEPEST))) == nested(DEEPEST)
    assert parse_canonical(b"9007199254740991") == LARGEST


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"a": 1}', b" 1", b"1\n", b"1.0", b"1e2", b"-0", b"01", b"NaN",
        b"Infinity",
        b"9007199254740992", b"1" * 5000, b'"\\u0041"', b'"\\/"', b'"\\ud800"', b'"\xff"', b"\xef\xbb\xbf1",
        b"", b"[1,]",
        b'"\\uD83D\\uDE00"', b'"\\u000F"', b"[" * 100_000, b"[" * 70 + b"]" * 70, b"'a'", b"1 2", b'"\x00"',
    ],
    ids=lambda data: ascii(data)[:24],
)  # fmt: skip
def test_another_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(BadInputError, match="canonical JSON"):
        parse_canonical(data)


def test_composed_and_decomposed_text_are_two_values() -> None:
    assert canonical("é") != canonical("e\u0301")
