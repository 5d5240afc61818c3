"""Lines of a text, looked at a block at a time: what holds of most lines is asked once of thousands."""

import io
import itertools
from collections.abc import Iterable, Iterator
from typing import TextIO

from faircount.model import BadInputError

MAX_RECORD_CHARACTERS = 16 << 20
"""A header of 3,000 columns has 0.3 million; a row that never ends is a quote that was never closed."""
MAX_COLUMNS = 50_000
"""The widest cast vote record export seen has about 5,000."""
SAVE_AS_CSV = "open it in the program that made it and save it as CSV UTF-8"
_BLOCK = 1 << 16


class LineBlocks:
    """Lines with their ends, as `\\n`, `\\r` or both end them. Iterate once; `recoded` is complete at the end.

    The text is UTF-8 decoded with `surrogateescape`; lines that are not UTF-8 are read as Windows-1252 (Latin-1 where
    that has no such character). Whoever makes rows of the lines sets `pending`, the characters read since the last
    row, to 0 at each. Raises `BadInputError` naming `place` for NUL bytes, for a line of more than `MAX_COLUMNS`
    columns, and once a row is sure to have more than `MAX_RECORD_CHARACTERS`: a block more of them may pass.
    """

    def __init__(self, text: TextIO, place: str, delimiter: str) -> None:
        self.text, self.place, self.delimiter = text, place, delimiter
        self.pending = self.recoded = 0

    def __iter__(self) -> Iterator[str]:
        return itertools.chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[Iterable[str]]:
        number, begun = 0, list[str]()
        while block := self.text.read(_BLOCK):
            self.pending += len(block)
            if self.pending > MAX_RECORD_CHARACTERS + _BLOCK:
                raise BadInputError(
                    f"{self.place}, line {number + 1}",
                    f"a row has at most {MAX_RECORD_CHARACTERS:,} characters",
                    "a longer one",
                    "look for a quotation mark that is never closed, or a file that is not a table",
                )
            after = begun[-1][-1:] if begun else ""
            begun.append(block)
            if after != "\r" and "\n" not in block and "\r" not in block:
                continue  # joined once its line has ended: again and again would take the square of its length
            text = "".join(begun)
            lines = io.StringIO(text, newline="").readlines()
            begun = [] if text.endswith("\n") else [lines.pop()]  # a `\r` at the end may be half of a line's end
            yield self._checked(text, lines, number)
            number += len(lines)
        if rest := "".join(begun):
            yield self._checked(rest, [rest], number)

    def _checked(self, text: str, lines: list[str], before: int) -> Iterable[str]:
        """Return lines of `text`, numbered from `before` + 1, as text that is fit to be read."""
        if "\0" in text or text.count(self.delimiter) > MAX_COLUMNS or not _is_utf8(text):
            return itertools.starmap(self._one, enumerate(lines, before + 1))
        return lines

    def _one(self, number: int, line: str) -> str:
        if line.count(self.delimiter) > MAX_COLUMNS:
            raise too_wide(self.place, number, line.count(self.delimiter) + 1)
        if not line.isascii():
            line = self._as_text(line)
        if "\0" in line:
            raise BadInputError(f"{self.place}, line {number}", "a table of text has no NUL bytes", "one", SAVE_AS_CSV)
        return line

    def _as_text(self, line: str) -> str:
        """Return the line, read again as Windows-1252 where it is not UTF-8.

        Line by line, because joined files mix encodings: one stray byte must not turn every name of the file to noise.
        """
        if _is_utf8(line):
            return line
        self.recoded += 1
        raw = line.encode("utf-8", "surrogateescape")
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            return raw.decode("latin-1")


def _is_utf8(text: str) -> bool:
    """Say whether a text that was decoded with `surrogateescape` was UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def too_wide(place: str, row: int, width: int) -> BadInputError:
    """Return the refusal of a row of so many columns."""
    return BadInputError(
        f"{place}, row {row}", f"a row has at most {MAX_COLUMNS:,} columns", f"{width:,}", "this is not such a table"
    )
