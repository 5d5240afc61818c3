"""Numbered lines of a text file that is no table: encoding, limits and digest as for rows of a table."""

import contextlib
from collections.abc import Iterator
from typing import BinaryIO

from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.syntax.csv_rows import CsvRows, not_text

_NEVER = "\0"
"""Stands for the delimiter, so that the limit on columns never applies: no text that passes holds it."""


class TextLines(CsvRows):
    """Lines of one file, read once; `sha256()`, `bytes` and `recoded_lines` are complete at the end."""

    def __init__(self, stream: BinaryIO, place: str) -> None:
        super().__init__(stream, place, _NEVER)

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Yield (line number, line without its end), 1 first. Raises `BadInputError` as `CsvRows` does."""
        for number, line in enumerate(self._lines, 1):
            self._lines.pending = 0
            yield number, line.rstrip("\r\n")


@contextlib.contextmanager
def open_lines(export: Export, name: str) -> Iterator[TextLines]:
    """Open `name` as lines of text. Raises `BadInputError` when its first bytes are not text."""
    place = export.place(name)
    if what := not_text(export.head(name, 4096)):
        raise BadInputError(place, "this format is text", what, "give the text file itself")
    with export.open(name) as stream:
        yield TextLines(stream, place)


def head_lines(export: Export, name: str, size: int = 1 << 14) -> tuple[list[str], bool]:
    """Return the complete lines in the first bytes of `name`, and whether they are the whole file.

    Never raises: it is asked about any file, and whatever cannot be read is nobody's.
    """
    try:
        head = export.head(name, size)
    except (BadInputError, OSError):
        return [], True
    if not_text(head):
        return [], True
    lines = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines()
    if len(head) == size and len(lines) > 1:
        lines.pop()  # probably cut in its middle
    return lines, len(head) < size
