"""The syntax of PrefLib files: headers old and new, and lines of orders and categories."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from faircount.model import BadInputError
from faircount.read.rankings.counted_rankings import MAX_CHOICES, Ranking, whole_number

KINDS = ("soc", "soi", "toc", "toi", "cat")
"""Strict or with ties, complete or incomplete orders; categories."""
_KEY = re.compile(r"#\s*([A-Z][A-Z ]*?)(?:\s+(\d{1,9}))?\s*:(.*)")
_GROUP = re.compile(r"\s*(?:\{([^{}]*)\}|([^,{}]*))\s*(,|$)")
_OLD_SUMS = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*", re.ASCII)
_CUT = "the file may be cut short or edited: fetch it again"
Line = tuple[int, str]


@dataclass(slots=True)
class Header:
    """What a file says before its lines of preferences."""

    kind: str = ""
    title: str = ""
    old: bool = False
    voters: str = ""
    distinct: str = ""
    alternatives: dict[str, str] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)
    first: Line | None = None
    """The first line of preferences, read to find the header's end."""


def is_headed(lines: Iterable[str]) -> bool:
    """Say whether a file names alternatives as headers since 2022 do, and goes on with lines that may be PrefLib's."""
    named = False
    for line in lines:
        if not line.startswith("#"):
            return named and ">" not in line and "=" not in line
        shape = _KEY.fullmatch(line.strip())
        named = named or (shape is not None and shape[1] == "ALTERNATIVE NAME")
    return named


def header_of(lines: Iterable[Line], place: str, name: str) -> Header:
    """Read the header and the line after it. Raises `BadInputError` where it is none or contradicts itself."""
    numbered = iter(lines)
    row, text = next(((r, t) for r, t in numbered if t.strip()), (1, ""))
    return _new(row, text, numbered, place, name) if text.startswith("#") else _old(row, text, numbered, place, name)


def _new(row: int, text: str, lines: Iterator[Line], place: str, name: str) -> Header:
    header = Header()
    said: dict[str, str] = {}
    while text.startswith("#") or not text.strip():
        shape = _KEY.fullmatch(text.strip())
        key, number, value = (shape[1], shape[2], shape[3].strip()) if shape else ("", None, "")
        if key == "ALTERNATIVE NAME" and number:
            if number in header.alternatives:
                raise BadInputError(f"{place}, row {row}", "an alternative is named once", f"{number} twice")
            header.alternatives[number] = value
        elif key == "CATEGORY NAME" and number:
            header.categories.append(value)
        elif key:
            said[key] = value
        row, text = next(lines, (0, ""))
        if not row:
            break
    header.first = (row, text) if row else None
    header.title = said.get("TITLE", "")
    header.kind = said.get("DATA TYPE", "").lower() or _suffix(said.get("FILE NAME", "")) or _suffix(name)
    header.voters = said.get("NUMBER VOTERS", "")
    header.distinct = said.get("NUMBER UNIQUE ORDERS", "") or said.get("NUMBER UNIQUE PREFERENCES", "")
    _check(header, said.get("NUMBER ALTERNATIVES", ""), said.get("NUMBER CATEGORIES", ""), place)
    return header


def _suffix(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return suffix if suffix in KINDS else ""


def _check(header: Header, alternatives: str, categories: str, place: str) -> None:
    if not header.alternatives or whole_number(alternatives) != len(header.alternatives):
        found = f"{len(header.alternatives)} named, {alternatives or 'nothing'} stated"
        raise BadInputError(place, "NUMBER ALTERNATIVES is how many are named", found, _CUT)
    if len(header.alternatives) > MAX_CHOICES:
        raise BadInputError(place, f"a file has at most {MAX_CHOICES:,} alternatives", alternatives)
    if whole_number(header.voters) is None:
        raise BadInputError(place, "NUMBER VOTERS is a number", repr(header.voters))
    if header.kind == "cat" and (not header.categories or whole_number(categories) != len(header.categories)):
        found = f"{len(header.categories)} named, {categories or 'nothing'} stated"
        raise BadInputError(place, "NUMBER CATEGORIES is how many are named", found, _CUT)


def _old(row: int, text: str, lines: Iterator[Line], place: str, name: str) -> Header:
    """Read the older header: the number of alternatives, their names, then voters, sum of counts, lines."""
    header = Header(old=True)
    size = whole_number(text)
    rule = "an older PrefLib file begins with the number of alternatives and a line `i,name` for each"
    if size is None or not 0 < size <= MAX_CHOICES:
        raise BadInputError(f"{place}, row {row}", rule, repr(text[:80]))
    for _ in range(size):
        row, text = next(lines, (row, ""))
        key, comma, value = text.partition(",")
        if not comma or whole_number(key) is None or key.strip() in header.alternatives:
            raise BadInputError(f"{place}, row {row}", rule, repr(text[:80]), _CUT)
        label = value.strip()
        if len(label) > 1 and label[0] == label[-1] == '"':
            label = label[1:-1].replace('""', '"')
        header.alternatives[key.strip()] = label
    row, text = next(lines, (row, ""))
    sums = _OLD_SUMS.fullmatch(text)
    if sums is None:
        raise BadInputError(f"{place}, row {row}", "then come voters, sum of counts, lines", repr(text[:80]), _CUT)
    header.voters, header.distinct = sums[2], sums[3]
    header.first = next(lines, None)
    header.kind = _suffix(name)
    if not header.kind:
        header.kind = "toi"  # the loosest form: every other is one
    return header


def orders(lines: Iterator[Line], header: Header, place: str) -> Iterator[tuple[int, str, Ranking]]:
    """Yield (row, count as written, alternatives by rank or category) of the lines of preferences.

    Raises `BadInputError` naming the line for alternatives that are unknown or stand twice, ties in strict orders,
    orders that leave out an alternative where they are complete, and more categories than named.
    """
    index = {key: at for at, key in enumerate(header.alternatives)}
    if header.first:
        row, text = header.first
        yield from _order(row, text, header, index, place)
    for row, text in lines:
        yield from _order(row, text, header, index, place)


def _order(
    row: int, text: str, header: Header, index: dict[str, int], place: str
) -> Iterator[tuple[int, str, Ranking]]:
    if not text.strip():
        return
    at = f"{place}, row {row}"
    count, mark, rest = text.partition("," if header.old else ":")
    if not mark:
        raise BadInputError(at, "a line is `count: preferences`", repr(text[:80]), _CUT)
    groups = _groups(rest.strip().rstrip(",") if header.kind != "cat" else rest.strip(), index, at)
    if header.kind != "cat":
        groups = [group for group in groups if group]
    held = [alternative for group in groups for alternative in group]
    if len(set(held)) != len(held):
        raise BadInputError(at, "an alternative stands once in a line", repr(text[:80]))
    if header.kind.startswith("s") and any(len(group) > 1 for group in groups):
        raise BadInputError(at, f"a file of type {header.kind} has no ties", repr(text[:80]))
    if header.kind in ("soc", "toc") and len(held) != len(index):
        found = f"{len(held)} of {len(index)} alternatives"
        raise BadInputError(at, f"a line of type {header.kind} ranks every alternative", found)
    if header.kind == "cat" and len(groups) > len(header.categories):
        raise BadInputError(at, f"a line has at most {len(header.categories)} categories", repr(text[:80]))
    yield row, count.strip(), tuple(tuple(group) for group in groups)


def _groups(text: str, index: dict[str, int], at: str) -> list[list[int]]:
    groups: list[list[int]] = []
    position = 0
    if "{" not in text and "}" not in text:
        words = text.split(",")
        if not words[-1]:
            words.pop()  # a comma that ends the line begins nothing
        return [_members([word], index, at) for word in words]
    while position < len(text):
        shape = _GROUP.match(text, position)
        if shape is None:
            raise BadInputError(at, "ties are in braces, closed and not nested", repr(text[position:][:80]))
        groups.append(_members(shape[1].split(",") if shape[1] is not None else [shape[2]], index, at))
        position = shape.end()
        if shape[3] == "":
            break
    return groups


def _members(words: list[str], index: dict[str, int], at: str) -> list[int]:
    """Return the alternatives that stand at one place; none where there is nothing."""
    try:
        return [index[key] for word in words if (key := word.strip())]
    except KeyError as unknown:
        raise BadInputError(at, "alternatives are those of the header", f"{unknown.args[0][:40]!r}", _CUT) from unknown
