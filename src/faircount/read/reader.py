"""The shape of a reader: it recognises a format by its content, plans the work, and reads part by part."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from faircount.model import Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import candidates, files_to_read

FILES_PER_PART = 64
BYTES_PER_PART = 8 << 20


@dataclass(frozen=True, slots=True)
class Recognition:
    """A reader's claim to a file: how sure it is, which version of the format, and why it thinks so."""

    confidence: int
    """1 to 100. Two readers never claim one file with equal confidence."""
    version: str
    why: str
    """A short clause for a person: `ContestManifest.json and 251 CvrExport files, version 5.10.11.24`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the work on one export, small enough for memory. Picklable.

    Parts depend on the export alone, never on the number of workers: the same export gives the same parts.
    """

    number: int
    members: tuple[str, ...]
    """Files of the export that this part reads, in order."""
    weight: int
    """Bytes to read, for progress."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Recognises and reads one format."""

    name: str
    """The word a user types after `--as`."""
    title: str
    """What it is called in a sentence: `Dominion JSON export`."""
    source: str
    """The specification or the samples that it was written from."""
    gives: tuple[str, ...]
    """The canonical tables it fills."""
    recognise: Callable[[Export], Recognition | None]
    """Look at the names and the first bytes; None if it is not this format. Never raises on foreign files."""
    plan: Callable[[Export], tuple[Part, ...]]
    """Cut the work into parts, in the order in which their rows belong."""
    read: Callable[[Export, Part], Iterator[Batch]]
    """Yield one part as canonical tables. Raises `BadInputError` naming file, place, rule and fix."""


def one_part(export: Export) -> tuple[Part, ...]:
    """Plan an export that is read in one go: all its files, in name order.

    For one document, and where a file cannot be read without the rows of all others.
    """
    return (Part(0, export.names, sum(export.size(name) for name in export.names)),)


def parts_of_files(export: Export) -> tuple[Part, ...]:
    """Plan files that are read without one another: each in one part, in name order; small ones share a part.

    Files that lie beside the export are in no part: see `add_companions`. Raises `BadInputError` when there is no file
    to read.
    """
    return parts_of(export, files_to_read(export))


def parts_of(export: Export, names: Sequence[str]) -> tuple[Part, ...]:
    """Cut `names`, at least one, into parts, in their order.

    A part has at most `FILES_PER_PART` files, and at most `BYTES_PER_PART` bytes unless it is one file.
    """
    parts: list[Part] = []
    members: list[str] = []
    size = 0
    for name in names:
        if members and (len(members) == FILES_PER_PART or size + export.size(name) > BYTES_PER_PART):
            parts.append(Part(len(parts), tuple(members), size))
            members, size = [], 0
        members.append(name)
        size += export.size(name)
    return (*parts, Part(len(parts), tuple(members), size))


def numbered_members(export: Export, part: Part, first: int = 0) -> list[tuple[int, str]]:
    """Return (number in the export, name) of the files of a part; `first` is the number of the export's first file."""
    numbers = {name: number for number, name in enumerate(export.names, first)}
    return [(numbers[name], name) for name in part.members]


def add_companions(builder: BatchBuilder, export: Export, part: Part, first: int = 0) -> None:
    """Record the files that hold no rows, once: with the first part. `first` is as in `numbered_members`."""
    if part.number == 0:
        readable = set(candidates(export))
        for number, name in enumerate(export.names, first):
            if name not in readable:
                builder.add_companion(export, number, name)
