"""One report of NIST SP 1500-103 as a file: its definitions at once, its records as a stream, from JSON or XML."""

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import msgspec

from faircount.model import BadInputError
from faircount.read.cdf.records import LENIENT, STRICT
from faircount.read.cdf.shapes import ContestRecord, Definitions, Record
from faircount.read.cdf.xml_shapes import converted, shape_of, take
from faircount.read.export import Export
from faircount.read.syntax.json_elements import JsonElements
from faircount.read.syntax.json_strict import strict_loads
from faircount.read.syntax.xml_elements import elements, root_of

ROOT = "CastVoteRecordReport"
_RECORDS = frozenset({"CVR"})
_RECORD = msgspec.json.Decoder(list[Record])
_JSON_SIGN = re.compile(rb'"CVR\.[A-Z]\w{2,}"|"CVRSnapshot"\s*:\s*\[')
_OTHER_JSON = (b'"castVoteRecordRootHash"', b'"castVoteRecordReportMetadata"')
"""What VxSuite writes around a report."""
_TOP = frozenset(field.encode_name for field in msgspec.structs.fields(Definitions)) - _RECORDS


@dataclass(frozen=True, slots=True)
class Document:
    """A report whose definitions are read; `records` reads it again, from the front."""

    place: str
    definitions: Definitions
    sha256: str
    bytes: int
    records: Callable[[], Iterator[Record]]
    decoder: "msgspec.json.Decoder[ContestRecord]"


def looks_like(head: bytes) -> str:
    """Return `json` or `xml` where the first bytes of a file may be a report; else empty."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"{":
        return "json" if _JSON_SIGN.search(head) and not any(sign in head for sign in _OTHER_JSON) else ""
    root = _root(head)
    return "xml" if root is not None and root[0] == ROOT else ""


def _root(head: bytes) -> tuple[str, str, dict[str, str]] | None:
    """Return what `root_of` says of the first element; None where its name has a prefix that nothing declares."""
    try:
        return root_of(head)
    except ValueError:
        return None


def document_of(export: Export, name: str) -> Document:
    """Read the definitions of a file. Raises `BadInputError` for one that is no report, or defines no election."""
    is_xml = _root(export.head(name)) is not None
    document = _xml(export, name) if is_xml else _json(export, name)
    if not document.definitions.Election:
        raise BadInputError(
            document.place, f"a {ROOT} defines its Election, with the contests that its records use", "none",
            "ask for the export with its definitions",
        )  # fmt: skip
    return document


def definitions_of(value: Any, place: str) -> Definitions:
    """Return the definitions in a decoded report. Raises `BadInputError` naming the field that does not fit."""
    kind = str(value.get("@type", ROOT)) if isinstance(value, dict) else "no object"
    if not kind.endswith(ROOT):
        raise BadInputError(place, f"the file is a {ROOT}", repr(kind), "is this another kind of file?")
    try:
        return msgspec.convert(value, Definitions)
    except msgspec.ValidationError as error:
        version = f"version {value.get('Version', 'unknown')}: {error}"
        raise BadInputError(place, "the report has the fields of NIST SP 1500-103 version 1", version) from error


def _json(export: Export, name: str) -> Document:
    place = export.place(name)
    with export.open(name) as stream:
        elements_of = JsonElements(stream, place, _RECORDS, skim=True)
        for _ in elements_of:
            pass
        said = strict_loads(elements_of.rest, f"{place} (without its CVR)")

    def records() -> Iterator[Record]:
        with export.open(name) as stream:
            for group in JsonElements(stream, place, _RECORDS):
                yield from group.decode(_RECORD)

    return Document(place, definitions_of(said, place), elements_of.sha256(), elements_of.bytes, records, STRICT)


def _xml(export: Export, name: str) -> Document:
    place = export.place(name)
    root = _root(export.head(name))
    if root is None or root[0] != ROOT:
        found = repr(root[0]) if root else "something else"
        raise BadInputError(place, f"the file is a {ROOT}", found, "is this another kind of file?")
    said: dict[str, Any] = {}
    with export.open(name) as stream:
        digested = Digested(stream)
        for path, element in elements(cast(BinaryIO, digested), place, _TOP):
            if path.count("/") == 2:
                take(said, element, Definitions, place)
    definitions = converted(said, Definitions, place)

    def records() -> Iterator[Record]:
        with export.open(name) as stream:
            for path, element in elements(stream, place, _RECORDS):
                if path == f"/{ROOT}/CVR":
                    yield shape_of(element, Record, place)

    return Document(place, definitions, digested.digest.hexdigest(), digested.count, records, LENIENT)


class Digested(io.RawIOBase):
    """A stream whose bytes are counted and hashed as they are read."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.digest, self.count = stream, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        block = self.stream.read(size)
        self.digest.update(block)
        self.count += len(block)
        return block
