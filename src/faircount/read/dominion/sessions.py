"""The typed shape of a CvrExport file, and its sessions in blocks that fit memory.

Fields that no table holds (ManifestationId, KeyInId, PartyId of a mark) are left in the raw file, which is kept.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta

from faircount.model import BadInputError
from faircount.read.syntax.json_strict import strict_loads, without_mark

BLOCK = 64 << 20
"""A file up to this size is decoded whole; a larger one is cut between sessions."""


Small = Annotated[int, Meta(ge=-(1 << 15), lt=1 << 15)]
"""What the tables keep in 16 bits: ranks, densities, votes of one card."""
Number = Annotated[int, Meta(ge=-(1 << 31), lt=1 << 31)]
"""An id or a position."""
Image = Annotated[int, Meta(ge=-1, lt=1 << 20)]
"""The number of a write-in's picture."""


class Mark(msgspec.Struct, gc=False, frozen=True):
    """One mark; Rank is 1 where the contest is not ranked. Densities are percentages."""

    CandidateId: Number
    Rank: Small
    IsAmbiguous: bool
    IsVote: bool
    MarkDensity: Small = -1
    WriteinDensity: Small = -1
    WriteinIndex: Image = -1
    OutstackConditionIds: tuple[Number, ...] = ()


class ContestRecord(msgspec.Struct, gc=False, frozen=True):
    """One contest on one card. Up to version 5.2 it has only its number and marks."""

    Id: Number
    Marks: tuple[Mark, ...]
    Undervotes: Small | None = None
    Overvotes: Small | None = None
    OutstackConditionIds: tuple[Number, ...] = ()


class CardRecord(msgspec.Struct, gc=False):
    """One card of a session, from version 5.4 on. PaperIndex 0 is its first sheet."""

    Contests: list[ContestRecord]
    PaperIndex: Small = -1
    OutstackConditionIds: tuple[Number, ...] = ()


class Reading(msgspec.Struct, gc=False):
    """One reading of a session: the machine's, or a person's."""

    PrecinctPortionId: Number
    BallotTypeId: Number
    IsCurrent: bool
    Cards: list[CardRecord] | None = None
    Contests: list[ContestRecord] | None = None

    def sheets(self) -> list[tuple[list[ContestRecord], int]]:
        """Return (contests, sheet number or -1) per card; before 5.4 a session is one card."""
        if self.Cards is not None:
            return [(card.Contests, card.PaperIndex) for card in self.Cards]
        return [(self.Contests or [], -1)]


class Session(msgspec.Struct, gc=False):
    """What a voter fed at once. RecordId is "X" where the export withholds it."""

    TabulatorId: Number
    BatchId: Number
    RecordId: Number | str
    CountingGroupId: Number
    Original: Reading
    Modified: Reading | None = None
    ImageMask: str = ""
    SessionType: str = ""
    UniqueVotingIdentifier: str = ""


class Document(msgspec.Struct):
    """A CvrExport file."""

    Version: str
    ElectionId: str
    Sessions: list[Session]


_DOCUMENT = msgspec.json.Decoder(Document)
_VERSION = re.compile(rb'"Version"\s*:\s*"([^"]{1,40})"')
_START = re.compile(rb'"Sessions"\s*:\s*\[')
_NEXT = re.compile(rb'\}\s*,\s*\{\s*"TabulatorId"\s*:')
"""Where one session ends and the next begins. A quote inside a JSON string is escaped, so this cannot be text."""


@dataclass(frozen=True, slots=True)
class Block:
    """Sessions that were decoded together, and the JSON bytes that they came from."""

    version: str
    sessions: list[Session]
    data: bytes


def blocks_of(stream: BinaryIO, place: str, seen: Callable[[bytes], None], expected: int = BLOCK) -> Iterator[Block]:
    """Yield the sessions of a file in blocks; `seen` gets every byte in order, for a digest and a size.

    `expected` is the size that the file declares. Raises `BadInputError` for anything that is not a CvrExport file,
    naming the session and field.
    """
    data = stream.read(min(expected + 1, BLOCK))
    if len(data) > expected:
        data += stream.read(max(BLOCK - len(data), 0))
    seen(data)
    if len(data) < BLOCK:
        data = without_mark(data, place)
        document = _decode(data, place)
        yield Block(document.Version, document.Sessions, data)
        return
    start = _START.search(data)
    if start is None:
        raise BadInputError(place, 'a CvrExport file names its "Sessions" near its start', "none in 64 MB")
    version = _decode(without_mark(data[: start.end()], place) + b"]}", place).Version
    rest = data[start.end() :]
    while True:
        cut = _last(rest)
        if cut:
            yield _some(version, rest[: cut + 1], b"]}", place)
            rest = rest[rest.index(b"{", cut + 1) :]
        more = stream.read(BLOCK // 4)
        seen(more)
        if not more:
            break
        if len(rest) > 8 * BLOCK:
            raise BadInputError(place, 'a session begins with "TabulatorId"', "512 MB without a new session")
        rest += more
    yield _some(version, rest, b"", place)


def _some(version: str, piece: bytes, end: bytes, place: str) -> Block:
    whole = b'{"Version":"","ElectionId":"","Sessions":[' + piece + end
    return Block(version, _decode(whole, place).Sessions, whole)


def _last(data: bytes) -> int:
    """Return the offset of the last brace that ends a session with another behind it; 0 if there is none."""
    at = len(data)
    while (at := data.rfind(b'"TabulatorId"', 0, at)) > 0:
        window = max(at - 64, 0)
        found = list(_NEXT.finditer(data, window, at + 64))
        if found:
            return found[-1].start()
    return 0


def _decode(data: bytes, place: str) -> Document:
    try:
        return _DOCUMENT.decode(data)
    except msgspec.ValidationError as error:
        named = _VERSION.search(data[:4096])
        version = f" (version {named[1].decode('ascii', 'replace')})" if named else ""
        raise BadInputError(
            place, "the file has the fields of a CvrExport file", f"{error}{version}", "is this another kind of file?"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        strict_loads(data, place)  # says line and column where it can
        raise BadInputError(place, "the file is valid JSON", str(error)) from error
    except RecursionError as error:
        raise BadInputError(place, "JSON nests at most a few dozen levels", "far more") from error
