"""The shape of a reader: it recognises a format by its content, plans the work, and reads part by part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from faircount.model import Batch
from faircount.read.export import Export


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
    """Plan an export that is read in one go: all its files, in name order."""
    return (Part(0, export.names, sum(export.size(name) for name in export.names)),)
