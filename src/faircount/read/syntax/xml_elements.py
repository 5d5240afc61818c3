"""XML as a stream of elements: nothing outside the file is ever fetched, no entity expanded, memory stays flat."""

import functools
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from faircount.model import BadInputError

MAX_BLOCKS = 256
"""Blocks of 256 kB without the end of an element that is looked for."""
MAX_DEPTH = 64
"""NIST's deepest report has 9 levels."""
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


@functools.lru_cache(maxsize=256)
def local_name(tag: Any) -> str:
    """Return the name of an element without its namespace; empty for comments and processing instructions."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def root_of(head: bytes) -> tuple[str, str, dict[str, str]] | None:
    """Return (local name, namespace, attributes) of the first element in the first bytes of a file; else None.

    Never raises: it is asked about any file. A file with a document type is nobody's: see `elements`.
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start != b"<" and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    parser: Any = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    try:
        parser.feed(head)
        events = list(parser.read_events())
    except etree.XMLSyntaxError:
        events = list(parser.read_events())
    for _, element in events:
        namespace, _, name = element.tag.rpartition("}")
        return name, namespace.removeprefix("{"), dict(element.attrib)
    return None


def elements(stream: BinaryIO, place: str, wanted: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Yield (path, element) for every element whose local name is `wanted`, when it ends, in document order.

    `path` joins the local names from the root, `/ElectionResult/Contest/Choice`. A wanted element is emptied after
    the caller is done with it, and so is every other element that is not inside a wanted one: keep values, not
    elements. Raises `BadInputError` with the line for XML that is not well-formed, for any document type or entity
    declaration (bombs and files from elsewhere need one), and for more than 64 levels.
    """
    path: list[str] = []
    inside = 0
    parser: Any = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    for _ in _fed(parser, stream, place):
        for event, element in parser.read_events():
            name = local_name(element.tag)
            if event == "start":
                path.append(name)
                inside += name in wanted
                if len(path) > MAX_DEPTH:
                    rule = f"elements stand at most {MAX_DEPTH} levels deep"
                    raise BadInputError(f"{place}, line {element.sourceline}", rule, "more")
                continue
            if name in wanted:
                yield "/" + "/".join(path), element
                inside -= 1
            path.pop()
            if not inside:
                element.clear(keep_tail=False)
                while element.getprevious() is not None:
                    del element.getparent()[0]


def leaves(stream: BinaryIO, place: str, tag: str, within: str) -> Iterator[Any]:
    """Yield every element `tag` inside the first element `within`, fast: for tables of a million equal rows.

    Both are names without namespace. Only ends of these elements are looked at; what comes after `within` is read and
    not parsed. Emptied like those of `elements`; raises like it, and when one element has more than 64 MB.
    """
    parser: Any = etree.XMLPullParser(
        events=("end",), tag=(f"{{*}}{tag}", f"{{*}}{within}"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    blocks_without = 0
    for _ in _fed(parser, stream, place):
        blocks_without += 1
        for _, element in parser.read_events():
            blocks_without = 0
            if local_name(element.tag) == within:
                while stream.read(1 << 20):
                    pass
                return
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        if blocks_without > MAX_BLOCKS:
            raise BadInputError(place, "an element has at most 64 MB", "more")
    raise BadInputError(place, f"the document has an element {within!r}", "none")


def _fed(parser: Any, stream: BinaryIO, place: str) -> Iterator[None]:
    """Feed the file block by block; the parser holds the events of one block when this yields."""
    tail = b""
    try:
        while block := stream.read(1 << 18):
            text = tail + block
            if b"<!" in text and (found := _DOCTYPE.search(text)):
                word = found[0].decode("ascii", "replace")
                raise BadInputError(
                    place, "an export's XML has no document type and declares no entities", f"{word!r}",
                    "ask for the file as the voting system wrote it",
                )  # fmt: skip
            tail = block[-16:]
            parser.feed(block)
            yield
        parser.close()
        yield
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise BadInputError(
            f"{place}, line {line}", "the XML is well-formed", str(error), "the file may be cut short: fetch it again"
        ) from error
