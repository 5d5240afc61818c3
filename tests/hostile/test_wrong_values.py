"""Every value of every JSON and XML fixture, one at a time put to something of another kind: read, or refused clearly.

Each value gets two of the replacements, by turns, so that over a document all of them are tried at every depth.
"""

import copy
import itertools
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from read.reading import FIXTURES, is_export

from faircount.read import READERS
from hostile.outcome import READ, REFUSED, outcome

VALUES: list[Any] = [
    None, -1, True, 1.5, "x", "", [], {}, [1], [None], [[]], {"a": 1}, 10**20, ["x"], {"Id": []}, "2020-13-45",
    "1" * 30, "\ud800", "a\0b",
]  # fmt: skip
WORDS = ("", "x", "-1", "1.5", "9" * 30, "true", " ", "2030-13-45", "é")
EACH = 2
"""Replacements that each value gets."""
LARGEST = 200_000
CASES = sorted((name, path) for name in READERS for path in (FIXTURES / name).glob("**/export*") if is_export(path))


def _members(path: Path, suffix: str) -> list[Path]:
    files = sorted(path.rglob(f"*{suffix}")) if path.is_dir() else [path] * (path.suffix == suffix)
    return [file for file in files if file.stat().st_size < LARGEST]


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where values stand: all keys, and the first two elements of every list."""
    yield place
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(min(2, len(value))):
            yield from _places(value[key], (*place, key))


def _put(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    changed = copy.copy(value)
    changed[place[0]] = _put(value[place[0]], place[1:], new)
    return changed


def _json_changes(data: bytes) -> Iterator[tuple[str, bytes]]:
    document, replacements = json.loads(data), itertools.cycle(VALUES)
    for place in _places(document):
        for new in itertools.islice(replacements, EACH):
            yield f"{place} = {new!r}", json.dumps(_put(document, place, new)).encode()


def _xml_changes(data: bytes) -> Iterator[tuple[str, bytes]]:
    words = itertools.cycle(WORDS)
    size = sum(1 for _ in Xml.fromstring(data).iter())
    for at in range(0, size, max(1, size // 60)):
        attributes = list(next(itertools.islice(Xml.fromstring(data).iter(), at, None)).attrib)
        changes = [("text", next(words)) for _ in range(EACH)] + [
            (a, w) for a in attributes for w in (None, next(words))
        ]
        for what, new in [*changes, ("without", ""), ("twice", ""), ("child", "")]:
            tree = Xml.fromstring(data)
            _change(tree, list(tree.iter())[at], what, new)
            yield f"element {at}: {what} {new!r}", Xml.tostring(tree, encoding="utf-8", xml_declaration=True)


def _change(tree: Xml.Element, element: Xml.Element, what: str, new: str | None) -> None:
    above = next((one for one in tree.iter() if element in list(one)), None)
    if what == "text":
        element.text = new
    elif what == "child":
        Xml.SubElement(element, "Odd").text = "1"
    elif what in ("without", "twice"):
        if above is not None:
            above.remove(element) if what == "without" else above.append(copy.deepcopy(element))
    elif new is None:
        del element.attrib[what]
    else:
        element.attrib[what] = new


@pytest.mark.parametrize(("suffix", "changes"), [(".json", _json_changes), (".xml", _xml_changes)], ids=["json", "xml"])
def test_a_value_of_another_kind_is_read_or_refused(suffix: str, changes: Any, tmp_path: Path) -> None:
    cases = [(name, path, member) for name, path in CASES for member in _members(path, suffix)]
    assert len({name for name, _, _ in cases}) > 3
    for name, path, member in cases:
        broken = tmp_path / name / path.name
        shutil.rmtree(broken.parent, ignore_errors=True)
        broken.parent.mkdir()
        if path.is_dir():
            shutil.copytree(path, broken)
        target, seen = broken / member.relative_to(path), Counter[str]()
        for what, data in changes(member.read_bytes()):
            target.write_bytes(data)
            try:
                seen[outcome(READERS[name], broken)] += 1
            except Exception as error:
                raise AssertionError(f"{name}, {member.name}, {what}: {type(error).__name__}: {error}") from error
        assert seen[READ] + seen[REFUSED], f"{name}, {member.name}: nothing was read"
