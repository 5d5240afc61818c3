"""One sheet of a Hart Verity or Vanguard export: what stands in its XML, with nothing interpreted."""

import re
from typing import Any, NamedTuple

from lxml import etree

from faircount.model import BadInputError

NAMESPACE = "http://tempuri.org/CVRDesign.xsd"
MAX_SHEET_BYTES = 8 << 20
"""The largest sheet seen has 6 KB; a ballot of 200 contests has about 100 KB."""
MAX_POSITIONS = 256
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_CONTEST = re.compile(rb"<Contest>.*?</Contest>", re.DOTALL)
_BITS = re.compile(r"[01]+")

FLAGS = {
    "Overvoted": "overvote",
    "NoVote": "no-vote",
    "InvalidVote": "invalid-contest",
    "InvalidStraightPartyVote": "invalid-straight-party",
}
"""Empty elements of a contest, by our names. `InvalidVote`: contests of several parties marked in an open primary."""
_NOT_KEPT = frozenset({"RetrievalCode", "ProvisionalCode", "IsBlank"})
"""Codes that a voter was handed would tie a card to a person: they are never read. IsBlank follows from the rest."""
_OF_SHEET = frozenset(
    {"Contests", "BatchSequence", "SheetNumber", "PrecinctSplit", "Party", "BatchNumber", "IsElectronic",
     "DeviceSerialNumber", "CvrGuid"}
)  # fmt: skip
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)


class SheetError(Exception):
    """A sheet that breaks the format: kept as a rejected row; `column` is the element."""

    def __init__(self, column: str, value: str, rule: str, fix: str) -> None:
        super().__init__(column, value, rule, fix)
        self.column, self.value, self.rule, self.fix = column, value, rule, fix


class OptionRecord(NamedTuple):
    """A marked option: `name` is empty for write-ins, `value` is the bits of its positions."""

    name: str
    key: str
    value: str
    write_in: str | None
    """Text of a write-in, or `image <id>`; None where the option is no write-in."""
    status: str
    """Unresolved, Resolved or Rejected, for a write-in of which the export says so."""
    text: str
    by_rule: bool
    """Marked by a rule of the election, such as a straight-party vote, and not by the voter."""


class ContestRecord(NamedTuple):
    """A contest on a sheet, as exported."""

    key: str
    title: str
    options: tuple[OptionRecord, ...]
    undervotes: int | None
    conditions: tuple[str, ...]
    unknown: tuple[str, ...]
    """Elements that this reader does not know."""

    @property
    def positions(self) -> int:
        """The length of the bit strings: 1 where voters mark, more where they rank or cumulate; 0 if nothing says."""
        return max((len(option.value) for option in self.options), default=0)


class Sheet(NamedTuple):
    """The parts of a sheet that are not its contests, and its contests as elements with a key for each."""

    fields: dict[str, str]
    """Text by element; `PrecinctSplit` and `Party` by their names."""
    contests: list[Any]
    keys: list[bytes]
    """Bytes of each contest: contests of equal bytes say the same."""
    unknown: tuple[str, ...]


def tag_of(element: Any) -> str:
    """Return the name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def root_of_sheet(data: bytes, place: str) -> Any:
    """Return the root element of a sheet's XML; raise `BadInputError` when it is not well-formed or has a DTD."""
    if found := _DOCTYPE.search(data):
        raise BadInputError(
            place, "an export's XML has no document type and declares no entities",
            repr(found[0].decode("ascii", "replace")), "ask for the file as the voting system wrote it",
        )  # fmt: skip
    try:
        root: Any = etree.fromstring(data, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise BadInputError(
            f"{place}, line {line}", "the XML is well-formed", str(error) or "an empty file",
            "the file may be cut short: fetch it again",
        ) from error  # fmt: skip
    if root.getroottree().docinfo.doctype:
        raise BadInputError(place, "an export's XML has no document type", repr(root.getroottree().docinfo.doctype))
    return root


def sheet_of(root: Any, data: bytes, place: str) -> Sheet:
    """Take a sheet apart. Raises `BadInputError` when the root is not `Cvr`, `SheetError` without contests or GUID."""
    if tag_of(root) != "Cvr":
        raise BadInputError(
            place, "every XML file of a Hart export has the root element Cvr", f"<{tag_of(root)}>",
            "move files that are no cast vote records elsewhere",
        )  # fmt: skip
    fields: dict[str, str] = {}
    contests: list[Any] | None = None
    unknown: list[str] = []
    for child in root:
        name = tag_of(child)
        if name == "Contests":
            contests = [c for c in child if tag_of(c) == "Contest"]
            unknown += [tag_of(c) for c in child if tag_of(c) != "Contest"]
        elif name in ("PrecinctSplit", "Party"):
            fields[name] = next((_text(c) for c in child if tag_of(c) == "Name"), "")
        elif name in _OF_SHEET:
            fields[name] = _text(child)
        elif name not in _NOT_KEPT:
            unknown.append(name)
    if contests is None:
        raise SheetError("Contests", "", "a sheet has its contests", "the file may be of another version")
    if not fields.get("CvrGuid"):
        raise SheetError("CvrGuid", "", "a sheet has its GUID", "the file may be of another version")
    keys = _CONTEST.findall(data) if b"<!" not in data else []
    if len(keys) != len(contests):
        keys = [etree.tostring(c) for c in contests]
    return Sheet(fields, contests, keys, tuple(unknown))


def contest_of(element: Any) -> ContestRecord:
    """Decode one contest. Write-ins are found inside `Options` (Verity) and outside (Vanguard).

    Raises `SheetError` for a contest without name, a value that is no bits, or undervotes that are no number.
    """
    title, key, undervotes = "", "", None
    options: list[OptionRecord] = []
    stray: list[OptionRecord] = []
    conditions: list[str] = []
    unknown: list[str] = []
    for child in element:
        name = tag_of(child)
        if name == "Name":
            title = _text(child)
        elif name == "Id":
            key = _text(child)
        elif name == "Undervotes":
            undervotes = _number(child)
        elif name in FLAGS:
            conditions.append(FLAGS[name])
        else:
            _options_in(child, "1", options, stray, unknown)
    if not title:
        raise SheetError("Name", key, "a contest has a name", "the file may be of another version")
    return ContestRecord(
        key, title, tuple(_with_write_ins(options, stray)), undervotes, tuple(sorted(set(conditions))), tuple(unknown)
    )


def _options_in(
    element: Any, value: str, options: list[OptionRecord], stray: list[OptionRecord], unknown: list[str]
) -> None:
    """Gather the options and the write-ins without option in an element, whatever it is called."""
    name = tag_of(element)
    if name == "Option":
        options.append(_option(element))
        return
    if name == "WriteInData":
        write_in, status, text = _write_in(element)
        stray.append(OptionRecord("", "", value, write_in, status, text, by_rule=False))
        return
    children = list(element)
    if not children and name != "Options":
        unknown.append(name)
    value = next((_bits(c) for c in children if tag_of(c) == "Value"), value)
    for child in children:
        if tag_of(child) not in ("Value", "Id"):
            _options_in(child, value, options, stray, unknown)


def _with_write_ins(options: list[OptionRecord], stray: list[OptionRecord]) -> list[OptionRecord]:
    """Give write-ins that stand outside to the nameless options, in order; those left are marks of their own."""
    rest = list(stray)
    joined = []
    for option in options:
        if not option.name and option.write_in is None:
            other = rest.pop(0) if rest else option._replace(write_in="")
            option = option._replace(write_in=other.write_in or "", status=other.status, text=other.text)
        joined.append(option)
    return joined + rest


def _option(element: Any) -> OptionRecord:
    name = key = status = text = ""
    value: str | None = None
    write_in: str | None = None
    by_rule = False
    for child in element:
        tag = tag_of(child)
        if tag == "Name":
            name = _text(child)
        elif tag == "Id":
            key = _text(child)
        elif tag == "Value":
            value = _bits(child)
        elif tag == "Rules":
            by_rule = True
        elif tag == "WriteInData":
            write_in, status, text = _write_in(child)
    if value is None:
        raise SheetError("Value", name or key, "a marked option has a value", "the file may be of another version")
    return OptionRecord(name, key, value, write_in, status, text, by_rule)


def _write_in(element: Any) -> tuple[str, str, str]:
    """Return (what to keep of a write-in, its status, its text)."""
    said = {tag_of(child): _text(child) for child in element}
    image = said.get("ImageId") or said.get("ImageID") or ""
    text = said.get("Text", "")
    return text or (f"image {image}" if image else ""), said.get("WriteInDataStatus", ""), text


def _text(element: Any) -> str:
    """Return the text of an element, runs of blanks made one: one export writes one title with one blank and two."""
    return " ".join((element.text or "").split())


def _bits(element: Any) -> str:
    text = _text(element)
    if not _BITS.fullmatch(text) or len(text) > MAX_POSITIONS:
        raise SheetError(
            "Value", text[:80], f"a value is 1, or up to {MAX_POSITIONS} digits 0 and 1", "ask for this sheet again"
        )
    return text


def _number(element: Any) -> int:
    text = _text(element)
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise SheetError("Undervotes", text[:80], "undervotes are a number below 10,000", "ask for this sheet again")
    return int(text)
