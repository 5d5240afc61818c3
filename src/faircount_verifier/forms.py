"""What a bundle is written in (canonical JSON, tables, fractions), and the list of findings."""

import contextlib
import csv
import io
import json
import operator
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

CODES = [f"{s}.{n + 1}" for s, k in enumerate([3, 3, 5, 2, 3, 2, 2, 3, 2, 1, 3, 1, 2, 1], 1) for n in range(k)]
NAME, LINE, SUM = r"(?s).*\S.*", r"(?=.*\S)[^\x00-\x1f\x7f]+", r"[0-9a-f]{64}"
FRACTION, DECIMAL = r"-?[0-9]{1,300}(/[0-9]{1,300})?", r"-?[0-9]{1,30}(\.[0-9]{1,30})?"
TIME, UNSEEN = r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z", r"[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
order_key = operator.methodcaller("encode", "utf-16-be")  # texts are sorted by UTF-16 code units


class StepError(Exception):
    """A step fails or cannot be done: (status, place, found, expected)."""


def must(ok: object, place: str, found: Any, expected: Any) -> None:
    """Raise a failure unless `ok`."""
    if not ok:
        raise StepError("FAIL", place, shown(found), shown(expected))


def known(ok: object, place: str, reason: str) -> None:
    """Raise that something is NOT CHECKED unless `ok`."""
    if not ok:
        raise StepError("NOT CHECKED", place, reason, "")


class Findings:
    """What was looked at; every failure and gap as (code, status, place, found, expected); remarks."""

    def __init__(self) -> None:
        self.rows, self.remarks, self.seen = dict[tuple[str, ...], None](), list[str](), set[str]()

    @contextlib.contextmanager
    def step(self, code: str, place: str) -> Iterator[None]:
        """Turn whatever goes wrong inside into a finding of step `code`: hostile bytes never end the program."""
        self.seen.add(code)
        try:
            yield
        except StepError as error:
            self.rows[(code, *error.args)] = None
        except Exception:  # its words differ between versions, and are not shown
            self.rows[code, "FAIL", place, "something that cannot be worked with", "what the page describes"] = None

    def need(self, ok: object, code: str, place: str, found: Any, expected: Any) -> bool:
        """Note that step `code` was looked at, and a failure unless `ok`; return whether it is."""
        with self.step(code, place):
            must(ok, place, found, expected)
        return bool(ok)

    def remark(self, so: object, words: str) -> None:
        """Note what a reader should know, where it is `so`, and that is no failure."""
        self.remarks += [words] if so else []

    def status(self, code: str) -> str:
        """Return PASS, FAIL or NOT CHECKED for one step; one that was never reached is NOT CHECKED."""
        kinds = {row[1] for row in self.rows if row[0] == code}
        return "FAIL" if "FAIL" in kinds else "NOT CHECKED" if kinds or code not in self.seen else "PASS"


def dumped(value: Any) -> str:
    """Return `value` as JSON without spaces; keys stay in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def shown(value: Any) -> str:
    """Return `value` as a short text that is the same on every machine."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, Fraction) else dumped(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def canonical(data: bytes, place: str) -> Any:
    """Return the value of canonical JSON (RFC 8785 without floats, at most 64 deep)."""

    def ascending(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fair = all(order_key(a) < order_key(b) for (a, _), (b, _) in pairwise(pairs))
        must(fair, place, [key for key, _ in pairs], "keys in their order")
        return dict(pairs)

    text, depth = data.decode("utf-8"), 0  # a string that nothing closes is a token, or each quote is tried anew
    for token in re.findall(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]|[^\s",:\[\]{}]+', text):
        depth += (token in "[{") - (token in "]}")
        good = token[0] in '"[]{}tfn' or (re.fullmatch("-?[0-9]{1,16}", token) and abs(int(token)) < 2**53)
        must(good and depth <= 64, place, token, "a whole number below 2^53, and at most 64 levels")
    value = json.loads(text, object_pairs_hook=ascending)
    must(dumped(value).encode("utf-8") == data, place, "the same, written otherwise", "canonical JSON")
    return value


def fits(value: Any, shape: Any) -> bool:
    """Return whether a value is an `int` from 0, `object`, pattern, [items], (list,), {exact or "*" keys}, {one of}."""
    if isinstance(shape, str):
        return isinstance(value, str) and re.fullmatch(shape, value) is not None
    if isinstance(shape, dict):
        each = dict.fromkeys(value, shape["*"]) if "*" in shape and isinstance(value, dict) else shape
        return isinstance(value, dict) and value.keys() == each.keys() and all(fits(value[k], each[k]) for k in each)
    if isinstance(shape, set | frozenset):
        return any(fits(value, one) for one in shape)
    if isinstance(shape, list | tuple):
        items = shape * len(value) if isinstance(shape, list) and isinstance(value, list) else shape
        return isinstance(value, list) and len(value) == len(items) and all(map(fits, value, items))
    return shape is object or value is shape is None or (type(value) is shape and (shape is not int or value >= 0))


def fraction(text: Any) -> Fraction:
    """Return the number of a text in lowest terms, `3/4` or `7`."""
    must(fits(text, FRACTION) and str(Fraction(text)) == text, "fraction", text, "a fraction in lowest terms")
    return Fraction(text)


def csv_text(rows: list[list[str]]) -> str:
    """Return rows as the specification writes tables: quoted only where needed, each row ended."""
    quoted = ([f'"{c}"'.replace('"', '""')[1:-1] if re.search('[,"\r\n]', c) else c for c in row] for row in rows)
    return "".join(",".join(row) + "\n" for row in quoted)


def table(data: bytes, place: str, header: str) -> list[list[str]]:
    """Return the rows below the `header` of a table that is written exactly as the specification says."""
    text = data.decode("utf-8")
    rows = [] if "\0" in text else list(csv.reader(io.StringIO(text, newline=""), strict=True))
    good = rows and rows[0] == header.split(",") and len({*map(len, rows)}) == 1 and csv_text(rows) == text
    must(good, place, text[:80], f"a table of {header}")
    return rows[1:]
