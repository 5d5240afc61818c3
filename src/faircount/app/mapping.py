"""Tables that no reader knows: propose what their columns mean, and keep what a person confirms beside the file."""

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

from faircount.model import BadInputError, UsageError
from faircount.read import Export
from faircount.read.export import MAPPING
from faircount.read.mapping import Mapping, mapping_from, propose
from faircount.read.mapping.guess import LOOKED_AT
from faircount.read.syntax.tables import Table
from faircount.store.workspace import write_durably

HEADERS = 40
"""Rows above and at the header that are looked at beside the sample."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A mapping, the file it is kept in, and the first cells of each column for the person who looks at it."""

    mapping: Mapping
    file: Path
    first: tuple[tuple[str, ...], ...]
    """Column → its first cells below the header, at most three."""


def mapping_file(path: Path) -> Path:
    """Return where the mapping of a table is kept: beside it."""
    return path.with_name(path.name + MAPPING)


def is_mapping(path: Path) -> bool:
    """Say whether a file is the mapping of a table beside it."""
    return path.name.endswith(MAPPING) and path.with_name(path.name.removesuffix(MAPPING)).is_file()


def proposed(path: Path, contest: str = "", like: Path | None = None) -> Proposed:
    """Return the mapping that lies beside `path`, or that of `like`, or a proposal.

    `contest`: what the votes are of, where no column says. Raises `BadInputError` when the file is no table, or its
    columns look like nothing that is known.
    """
    if path.is_dir():
        raise UsageError(f"a mapping is of one file; {path} is a folder: name the file")
    rows = first_rows(path)
    file = mapping_file(path)
    kept = like or (file if file.exists() and not contest else None)
    if kept is not None:
        mapping = replace(_kept(kept), confirmed=_kept(kept).confirmed and like is None)
    else:
        mapping = propose(rows, contest)
    below = rows[mapping.header_row : mapping.header_row + 3]
    first = tuple(tuple(row[c.number - 1] for row in below if len(row) >= c.number) for c in mapping.columns)
    return Proposed(mapping, file, first)


def _kept(path: Path) -> Mapping:
    try:
        return mapping_from(path.read_bytes(), str(path))
    except OSError as error:
        raise BadInputError(str(path), "the mapping can be read", error.strerror or str(error)) from error


def first_rows(path: Path) -> list[list[str]]:
    """Return the first rows of a CSV file or of a workbook's first sheet. Raises `BadInputError` for other files."""
    export = Export(path)
    name = next((n for n in export.names if not n.endswith(MAPPING)), "")
    if export.kind not in ("single", "mapped") or not name:
        raise BadInputError(str(path), "a table is one CSV file or Excel workbook", f"a {export.kind}", "unpack it")
    return [cells for _, cells in itertools.islice(Table(export, name).rows(), LOOKED_AT + HEADERS)]


def confirm(found: Proposed) -> Path:
    """Keep the mapping beside its table as confirmed; from now on `ingest` reads the table by it."""
    write_durably(found.file, replace(found.mapping, confirmed=True).to_json())
    return found.file


def keep_proposal(found: Proposed) -> Path:
    """Keep the mapping beside its table, open, for a person to edit."""
    write_durably(found.file, replace(found.mapping, confirmed=False).to_json())
    return found.file
