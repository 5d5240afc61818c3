"""Small tables in which a person states something for one run: names that are one list, accounts, electors by area."""

import csv
from collections.abc import Iterator
from pathlib import Path

from faircount.model import BadInputError, UsageError

MAX_BYTES = 16 << 20
"""What people write by hand is small; a larger file is another one, given by mistake."""


def stated_rows(
    path: Path, columns: tuple[str, ...], may: tuple[str, ...] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, cells by column) of a CSV in UTF-8 whose first line names `columns`; those of `may` can be absent.

    Blanks around cells are removed, columns of other names passed over, and cells of `columns` are never empty. Raises
    `BadInputError` for anything else, `UsageError` for what is no file, and nothing before the first row is asked for.
    """
    if not path.is_file():
        raise UsageError(f"{path} is not a file; it should be a CSV with the columns {', '.join(columns)}")
    if path.stat().st_size > MAX_BYTES:
        raise BadInputError(str(path), f"a table of {', '.join(columns)} is small", f"{path.stat().st_size:,} bytes")
    try:
        reader = csv.reader(path.read_text("utf-8-sig").splitlines(), strict=True)
        names = [cell.strip().lower() for cell in next(reader, [])]
        if any(names.count(column) != 1 for column in columns) or any(names.count(column) > 1 for column in may):
            rule = f"the first line names each of these columns once: {', '.join(columns)}"
            raise BadInputError(f"{path}, line 1", rule, ", ".join(names) or "nothing")
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            place = f"{path}, line {reader.line_num}"
            if len(row) != len(names):
                raise BadInputError(place, f"a line has {len(names)} cells, as the first has", f"{len(row)} cells")
            cells = {name: cell.strip() for name, cell in zip(names, row, strict=True)}
            empty = [column for column in columns if not cells[column]]
            if empty:
                raise BadInputError(place, f"a line has a cell for each of {', '.join(columns)}", f"no {empty[0]}")
            yield reader.line_num, {column: cells.get(column, "") for column in (*columns, *may)}
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(str(path), "the file is a CSV in UTF-8", str(error)) from error


def whole_number(text: str, place: str, what: str) -> int:
    """Return digits, with or without thousands commas, as a number; raises `BadInputError` for anything else."""
    digits = text.replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise BadInputError(place, f"{what} is a whole number", repr(text))
    return int(digits)
