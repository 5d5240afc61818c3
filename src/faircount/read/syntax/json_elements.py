"""A JSON file of any size as groups of the elements of its large arrays: memory stays flat, nothing is decoded here.

Some exports are one JSON object with an array of millions of records between a few small definitions, in any order.
`JsonElements` finds where the elements begin and end (quotes, escapes and brackets, block by block, vectorised) and
hands them over as raw JSON arrays of a megabyte or so, for a typed decoder; what is left of the object is small.

    with export.open(name) as stream:
        document = JsonElements(stream, export.place(name), frozenset({"CVR"}))
        for group in document:
            records = group.decode(decoder)    # msgspec.json.Decoder(list[Record])
        rest = strict_loads(document.rest, place)    # the object, "CVR" an empty list

What a lenient decoder would let pass is refused: keys that stand twice in an object, bytes that are not UTF-8, more
than 64 levels, a file that ends early.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from faircount.model import BadInputError
from faircount.read.syntax.json_strict import BOM, strict_loads, without_mark

BLOCK = 1 << 20
"""Bytes looked at together: small enough for a processor's cache."""
MAX_ELEMENT = 128 << 20
"""A record with two embedded images has a few megabytes; one that never ends is a missing bracket."""
MAX_REST = 256 << 20
"""Definitions of the largest election have a few megabytes."""
MAX_DEPTH = 64
_CUT_SHORT = "the copy may be cut short: fetch it again"
_BLANKS = b" \t\r\n"
_KEY_BEFORE = re.compile(rb'("(?:[^"\\]|\\.)*")\s*:\s*\Z')
_INDEX = re.compile(r"\$\[(\d+)\]")
_QUOTE, _COLON, _OPEN, _CLOSE, _ESCAPE = 0x22, 0x3A, 0x7B, 0x7D, 0x5C

_Ints = npt.NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group:
    """Some elements of one array, whole: `data` is a JSON array by itself.

    `first` is the number of its first element in the array, 0 first; `offset` the place of its first byte in the file
    (byte-order mark included), so that an error can be found again.
    """

    place: str
    array: str
    first: int
    offset: int
    data: bytes

    def decode(self, decoder: "msgspec.json.Decoder[list[T]]") -> list[T]:
        """Return the elements. Raises `BadInputError` naming the element, or the byte of the file, that is wrong."""
        try:
            return decoder.decode(self.data)
        except msgspec.ValidationError as error:
            rule = f'the elements of "{self.array}" have the fields of their format'
            raise BadInputError(self._element(str(error)), rule, _without_index(str(error))) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            found = re.sub(
                r"\(byte (\d+)\)", lambda m: f"(byte {self.offset + int(m[1]) - 1:,} of the file)", str(error)
            )
            raise BadInputError(self.place, "the file is valid JSON", found, _CUT_SHORT) from error
        except RecursionError as error:
            raise BadInputError(self.place, f"JSON nests at most {MAX_DEPTH} levels", "more") from error

    def _element(self, message: str) -> str:
        index = _INDEX.search(message)
        return f"{self.place}, {self.array} {self.first + int(index[1]) + 1:,}" if index else self.place


def _without_index(message: str) -> str:
    return _INDEX.sub("$", message)


class JsonElements:
    """Groups of elements of the top-level `arrays` of one JSON object. Iterate once; then `rest` and `sha256()` hold.

    Elements must be objects or arrays. With `skim` the elements are passed over and nothing is yielded: the way to
    `rest` where the definitions come after the records. Raises `BadInputError` with the place in the file for anything
    that is not such a JSON object.
    """

    def __init__(self, stream: BinaryIO, place: str, arrays: frozenset[str], *, skim: bool = False) -> None:
        self.place, self.arrays, self.skim = place, arrays, skim
        self.bytes = 0
        self._stream, self._digest = stream, hashlib.sha256()
        self._data, self._offset = b"", 0
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._seen: set[str] = set()

    @property
    def rest(self) -> bytes:
        """The object without the elements of `arrays`, for `strict_loads`. Complete at the end of the iteration."""
        return b"".join(self._rest)

    def sha256(self) -> str:
        """Return the SHA-256 of the bytes of the file. Complete at the end of the iteration."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Group]:
        while self._more() and (len(self._data) < len(BOM) or not self._data.removeprefix(BOM).strip(_BLANKS)):
            if len(self._data) > MAX_REST:
                break  # blanks and nothing else: refused below
        before = len(self._data)
        self._data = without_mark(self._data, self.place)
        self._offset = before - len(self._data)
        if self._data.lstrip(_BLANKS)[:1] != b"{":
            raise BadInputError(self.place, "the file is one JSON object", repr(self._data[:40]))
        depth = 0
        while True:
            name, depth = self._until_array(depth)
            if not name:
                return
            if name in self._seen:
                raise BadInputError(self.place, "a key stands once in an object", f"{name!r} twice")
            self._seen.add(name)
            yield from self._elements(name)

    def _more(self) -> bool:
        """Read on, more at a time the longer nothing was found; say whether there was anything."""
        block = self._stream.read(max(BLOCK, len(self._data)))
        self._digest.update(block)
        self.bytes += len(block)
        self._data += block
        return bool(block)

    def _drop(self, size: int) -> bytes:
        """Take `size` bytes from the front of what is held."""
        taken, self._data = self._data[:size], self._data[size:]
        self._offset += size
        return taken

    def _keep(self, piece: bytes) -> None:
        self._rest.append(piece)
        self._rest_size += len(piece)
        if self._rest_size + len(self._data) > MAX_REST + 2 * BLOCK:
            names = ", ".join(sorted(self.arrays))
            raise BadInputError(self.place, f"a file has at most {MAX_REST:,} bytes beside its {names}", "more")

    def _until_array(self, depth: int) -> tuple[str, int]:
        """Keep everything up to and with the next `[` of a wanted array; return its key and the depth there.

        At the end of the file the key is empty.
        """
        while True:
            scan = Structure(self._data, depth)
            for at in scan.brackets[(scan.depths == 2) & (scan.steps > 0)].tolist():
                key = _key_before(self._data, at) if self._data[at] == 0x5B else ""
                if key in self.arrays:
                    self._keep(self._drop(at + 1))
                    return key, 2
            if len(scan.brackets):
                depth = int(scan.depths[-1])
                self._keep(self._drop(int(scan.brackets[-1]) + 1))
            else:
                self._keep(b"")
            if not self._more():
                self._keep(self._drop(len(self._data)))
                return "", depth

    def _elements(self, name: str) -> Iterator[Group]:
        """Yield the elements of the array whose `[` was just passed, and stop before its `]`."""
        first = 0
        while True:
            scan = Structure(self._data, 0)
            out = np.flatnonzero(scan.depths < 0)
            end = int(out[0]) if len(out) else len(scan.brackets)
            closing = np.flatnonzero((scan.depths[:end] == 0) & (scan.steps[:end] < 0))
            if len(closing):
                last = int(scan.brackets[closing[-1]])
                start = int(scan.brackets[0])
                self._check_between(self._data[:start], name, first)
                scan.check(self.place, name, first, start, last + 1, self.skim)
                group = Group(self.place, name, first, self._offset + start, b"[" + self._data[start : last + 1] + b"]")
                first += len(closing)
                if len(out):
                    self._check_end(self._data[last + 1 : int(scan.brackets[end])], name, first)
                    last = int(scan.brackets[end]) - 1
                self._drop(last + 1)
                if not self.skim:
                    _check_text(group)
                    yield group
            elif len(out):
                self._check_end(self._data[: int(scan.brackets[end])], name, first)
                self._drop(int(scan.brackets[end]))
            if len(out):
                return
            if len(self._data) > MAX_ELEMENT:
                raise BadInputError(
                    f"{self.place}, {name} {first + 1:,}", f"an element has at most {MAX_ELEMENT:,} bytes", "more"
                )
            if not self._more():
                raise BadInputError(
                    f"{self.place}, {name} {first + 1:,}", f'the file goes on until "{name}" ends', "its end",
                    _CUT_SHORT,
                )  # fmt: skip

    def _check_between(self, text: bytes, name: str, first: int) -> None:
        if text.strip(_BLANKS) != (b"," if first else b""):
            self._refuse(text, name, first)

    def _check_end(self, text: bytes, name: str, first: int) -> None:
        if text.strip(_BLANKS):
            self._refuse(text, name, first)

    def _refuse(self, text: bytes, name: str, first: int) -> None:
        rule = f'the elements of "{name}" are objects with one comma between them'
        raise BadInputError(f"{self.place}, {name} {first + 1:,}", rule, repr(text[:40]))


def check_keys(data: bytes, place: str) -> None:
    """Refuse, in a small file that is to be decoded whole, what a typed decoder lets pass.

    Raises `BadInputError` as `strict_loads` does, and for more than 64 levels.
    """
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH and int(Structure(data, 0).depths.max(initial=0)) > MAX_DEPTH:
        raise BadInputError(place, f"JSON nests at most {MAX_DEPTH} levels", "more")
    strict_loads(data, place)


class Structure:
    """Where the brackets outside strings are in `data`, which begins outside a string at depth `depth`.

    `brackets` are their offsets, `steps` +1 for one that opens and -1 for one that closes, `depths` the depth after
    each.
    """

    def __init__(self, data: bytes, depth: int) -> None:
        self.data = data
        raw = np.frombuffer(data, dtype=np.uint8)
        upper = raw | 0x20  # [ and ] become { and }
        marked = (upper == _OPEN) | (upper == _CLOSE) | (raw == _QUOTE) | (raw == _COLON)
        self.has_escapes = b"\\" in data
        if self.has_escapes:
            marked |= raw == _ESCAPE
        at = np.flatnonzero(marked)
        kind = upper[at]
        quotes = raw[at] == _QUOTE
        if self.has_escapes:
            at, kind, quotes = _without_escaped(at, kind, quotes)
        inside = (np.cumsum(quotes, dtype=np.int32) & 1).astype(np.bool_)
        outside = ~(inside | quotes)
        self._at, self._quotes, self._inside, self._outside = at, quotes, inside, outside
        self._kind = kind
        found = outside & (kind != _COLON)
        self.brackets: _Ints = at[found]
        self.steps: _Ints = np.where(kind[found] == _OPEN, 1, -1)
        self.depths: _Ints = depth + np.cumsum(self.steps)

    def check(self, place: str, name: str, first: int, start: int, end: int, skim: bool) -> None:
        """Hold the elements in `data[start:end]` to the depth allowed and, unless skimmed, to distinct keys."""
        begin, stop = np.searchsorted(self.brackets, [start, end])
        depths = self.depths[begin:stop]
        if int(depths.max()) > MAX_DEPTH:
            raise BadInputError(
                f"{place}, {name} from {first + 1:,} on", f"JSON nests at most {MAX_DEPTH} levels", "more"
            )
        if not skim and self._may_repeat_keys(begin, stop, start, end):
            strict_loads(b"[" + self.data[start:end] + b"]", f"{place}, {name} from {first + 1:,} on")

    def _may_repeat_keys(self, begin: Any, stop: Any, start: int, end: int) -> bool:
        """Say whether an object may have a key twice. Keys are compared by a hash: a collision is a false alarm."""
        low, high = np.searchsorted(self._at, [start, end])
        at, kind = self._at[low:high], self._kind[low:high]
        colons = np.flatnonzero(self._outside[low:high] & (kind == _COLON))
        if not len(colons):
            return False
        ends = at[colons - 1]  # a colon outside strings follows the quote that ends a key, or the file is no JSON
        starts = at[np.maximum(colons - 2, 0)]
        if self.has_escapes and b"\\" in self.data[start:end]:
            # Escapes inside a key are tokens no longer: a key that holds a backslash is left to the strict reading.
            slashes = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == _ESCAPE)
            if (np.searchsorted(slashes, starts) != np.searchsorted(slashes, ends)).any():
                return True
        container = _containers(self.brackets[begin:stop], self.steps[begin:stop], self.depths[begin:stop])
        owner = container[np.searchsorted(self.brackets[begin:stop], ends) - 1]
        mixed = _hash(self.data, starts + 1, ends) ^ (owner.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
        mixed.sort()
        return bool((mixed[1:] == mixed[:-1]).any())


def _containers(brackets: _Ints, steps: _Ints, depths: _Ints) -> _Ints:
    """Return, for each bracket, the index of the bracket that opened what is open after it."""
    # The innermost open container after a bracket at depth d is the last one opened at depth d: sort by depth, keeping
    # the order, and carry the last opening forward.
    order = np.argsort(depths.astype(np.int16), kind="stable")
    last = np.maximum.accumulate(np.where(steps[order] > 0, np.arange(len(order)), 0))
    found = np.empty_like(order)
    found[order] = order[last]
    return found


def _hash(data: bytes, starts: _Ints, ends: _Ints) -> npt.NDArray[np.uint64]:
    """Hash the texts between `starts` and `ends`: their length, first and last eight bytes, mixed."""
    padded = b"\0" * 8 + data + b"\0" * 8
    words = np.ndarray((len(padded) - 7,), dtype="<u8", buffer=padded, strides=(1,))
    length = (ends - starts).astype(np.uint64)
    spare = (np.uint64(8) - np.minimum(length, np.uint64(8))) * np.uint64(8)
    shift = np.minimum(spare, np.uint64(63))  # by 64 is undefined; an empty text has no bytes to keep
    some = length > 0
    head = np.where(some, words[starts + 8] << shift, np.uint64(0))
    tail = np.where(some, words[ends] >> shift, np.uint64(0))
    mixed = (head * np.uint64(0xBF58476D1CE4E5B9)) ^ (tail * np.uint64(0x94D049BB133111EB)) ^ length
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    return mixed ^ (mixed >> np.uint64(32))


def _without_escaped(at: _Ints, kind: Any, quotes: Any) -> tuple[_Ints, Any, Any]:
    """Leave out backslashes, and quotes behind an odd number of them."""
    slash = kind == (_ESCAPE | 0x20)
    behind = np.r_[False, slash[:-1]] & (np.r_[-2, at[:-1]] == at - 1)  # directly behind a backslash
    run = np.maximum.accumulate(np.where(slash & ~behind, at, -1))  # where the backslashes began
    escaped = quotes & behind & (((at - np.r_[-1, run[:-1]]) & 1) == 1)
    kept = ~(slash | escaped)
    return at[kept], kind[kept], quotes[kept]


def _key_before(data: bytes, at: int) -> str:
    """Return the key whose value begins at `at`; empty where there is none."""
    found = _KEY_BEFORE.search(data, max(0, at - 400), at)
    if found is None:
        return ""
    try:
        return str(json.loads(found[1]))
    except ValueError:
        return ""


def _check_text(group: Group) -> None:
    """Refuse bytes that are not UTF-8: a typed decoder does not look at fields that it skips."""
    if not group.data.isascii():
        try:
            group.data.decode("utf-8")
        except UnicodeDecodeError as error:
            where = group.offset + error.start - 1
            found = f"byte 0x{group.data[error.start]:02x} at offset {where:,}"
            raise BadInputError(
                group.place, "JSON is written in UTF-8", found, "export the file again as UTF-8"
            ) from error
