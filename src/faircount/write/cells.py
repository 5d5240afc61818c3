"""Text as cells and lines: no spreadsheet runs it, no reader loses it."""

import re
import unicodedata
from collections.abc import Iterable

from faircount.model import Contest

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_QUOTED = re.compile('[",\r\n]')
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_RUN = re.compile(r"\s+")


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: `="…"` around text that begins like one.

    A spreadsheet shows such a cell as the text in it, and readers of exports, ours too, take the wrapping off: some
    vendors write it around ids. A number keeps its sign. All CSV that leaves here, formats and answers, has this form.
    """
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return '="' + text.replace('"', '""') + '"'
    return text


def restored(cell: str) -> str:
    """Return the text that `harmless` wrapped."""
    if len(cell) >= 3 and cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1].replace('""', '"')
    return cell


def csv_row(cells: Iterable[str]) -> str:
    """Return one row of CSV, made harmless. A lone carriage return is quoted: readers begin a new row at a bare one."""
    made = []
    for cell in map(harmless, cells):
        made.append('"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell)
    return ",".join(made) + "\n" if made != [""] else '""\n'


def visible(text: str) -> str:
    """Return `text` with control, bidirectional and zero-width characters as ⟦U+202E⟧, for files that people read."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"⟦U+{ord(c):04X}⟧" if unicodedata.category(c) in _HIDDEN or c == "⟦" else c for c in text)


def one_line(text: str) -> str:
    """Return `text` with blanks trimmed and runs of them, line breaks too, as one blank: how grids hold a name."""
    return _RUN.sub(" ", text).strip()


def file_name(number: int, contest: Contest, suffix: str) -> str:
    """Return a file's name for one of several contests: its number, and what of its title every system takes."""
    plain = unicodedata.normalize("NFKD", contest.title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:60].strip("-").lower()
    return f"{number:03}-{words}.{suffix}" if words else f"{number:03}.{suffix}"
