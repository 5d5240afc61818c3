"""Elements of the XML form of NIST SP 1500-103 as the shapes of its JSON form."""

import types
import typing
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from faircount.model import BadInputError
from faircount.read.cdf.shapes import ContestRecord
from faircount.read.syntax.xml_elements import local_name

T = TypeVar("T", bound=msgspec.Struct)
_RULE = "elements have the fields of NIST SP 1500-103 version 1"


@dataclass(frozen=True, slots=True)
class _Field:
    """How a child element is read: many of them or one, a structure or a text."""

    many: bool
    inner: type[msgspec.Struct] | None


_FIELDS: dict[type[msgspec.Struct], dict[str, _Field]] = {}


def shape_of(element: Any, shape: type[T], place: str) -> T:
    """Return an element as a `shape`. Raises `BadInputError` naming the line and the field that does not fit."""
    found: dict[str, Any] = {}
    if (identifier := element.get("ObjectId")) is not None:
        found["@id"] = identifier
    for child in element:
        take(found, child, shape, place)
    try:
        # By way of JSON, because contests are left as bytes there.
        return msgspec.json.decode(msgspec.json.encode(found), type=shape, strict=False)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise BadInputError(f"{place}, line {element.sourceline}", _RULE, str(error)) from error


def converted(found: dict[str, Any], shape: type[T], place: str) -> T:
    """Return what was taken as a `shape`. Raises `BadInputError` naming the field that does not fit."""
    try:
        return msgspec.convert(found, shape, strict=False)
    except msgspec.ValidationError as error:
        raise BadInputError(place, _RULE, str(error)) from error


def take(found: dict[str, Any], element: Any, parent: type[msgspec.Struct], place: str) -> None:
    """Take a child of an element that is a `parent` into `found`, as JSON would have it.

    Raises `BadInputError` with the line where a second one stands and the format has one.
    """
    name = local_name(element.tag)
    field = (_FIELDS.get(parent) or _fields(parent)).get(name)
    if field is None:
        return
    value: Any = " ".join((element.text or "").split())
    if field.inner is not None:
        identifier = element.get("ObjectId")
        value = {} if identifier is None else {"@id": identifier}
        for child in element:
            take(value, child, field.inner, place)
    if field.many:
        found.setdefault(name, []).append(value)
    elif name in found:
        raise BadInputError(f"{place}, line {element.sourceline}", f"there is one {name} here", "a second one")
    elif value != "":
        found[name] = value


def _fields(shape: type[msgspec.Struct]) -> dict[str, _Field]:
    """Return element name → how it is read, from the annotations of `shape`."""
    fields = {}
    hints = typing.get_type_hints(shape)
    for info in msgspec.structs.fields(shape):
        hint = hints[info.name]
        many = typing.get_origin(hint) is tuple
        parts = typing.get_args(hint) if many or isinstance(hint, types.UnionType) else (hint,)
        parts = tuple(ContestRecord if part is msgspec.Raw else part for part in parts)
        inner = next((p for p in parts if isinstance(p, type) and issubclass(p, msgspec.Struct)), None)
        fields[info.encode_name] = _Field(many, inner)
    return _FIELDS.setdefault(shape, fields)
