"""What the dictionary beside canonical tables states: in which form they are, and how many rows each has."""

from dataclasses import dataclass
from typing import Any

from faircount.model import TABLES, BadInputError
from faircount.model.tables import VERSION
from faircount.read.export import Export
from faircount.read.syntax.json_strict import strict_loads

DICTIONARY = "dictionary.json"
SCHEMA = "faircount canonical tables"
LARGEST = 1 << 20
FORMS = ("csv", "parquet")
_AGAIN = "write the tables again: faircount convert --to csv or parquet"


@dataclass(frozen=True, slots=True)
class Stated:
    """Tables with a file each, all in one form."""

    form: str
    """`csv` or `parquet`."""
    files: dict[str, str]
    """Table → its file in the export, in the order of `TABLES`."""
    rows: dict[str, int]
    """Table → rows that the dictionary states."""
    digests: dict[str, str]
    """Table → SHA-256 of its file, where the dictionary states it: of Parquet always."""


def is_dictionary(export: Export) -> bool:
    """Say whether an export holds the dictionary of canonical tables, of whatever version. Never raises."""
    name = export.base_names().get(DICTIONARY)
    if name is None or export.size(name) > LARGEST:
        return False
    try:
        found = strict_loads(export.whole(name, LARGEST), DICTIONARY)
    except BadInputError:
        return False
    return isinstance(found, dict) and found.get("schema") == SCHEMA


def stated(export: Export) -> Stated:
    """Return what the dictionary of an export states.

    Raises `BadInputError` where it is of another version, names tables that no file or two files hold, or where the
    files are not all of one form.
    """
    name = export.base_names().get(DICTIONARY)
    if name is None:
        raise BadInputError(str(export), f"canonical tables have a {DICTIONARY} beside them", "none", _AGAIN)
    place = export.place(name)
    found = strict_loads(export.whole(name, LARGEST), place)
    version = found.get("version") if isinstance(found, dict) else None
    if version != VERSION:
        raise BadInputError(place, f"canonical tables of version {VERSION} are read", repr(version), _AGAIN)
    rows = dict(_rows(one, place) for one in _list(found.get("tables"), place))
    if len(rows) != len(found["tables"]):
        raise BadInputError(place, "a table is described once", "one is twice", _AGAIN)
    files: dict[str, str] = {}
    forms: set[str] = set()
    for table in TABLES:
        here = [form for form in FORMS if f"{table}.{form}" in export.base_names()]
        if table in rows and len(here) != 1:
            wanted = " or ".join(f"{table}.{form}" for form in FORMS)
            raise BadInputError(
                str(export), f"each table of {DICTIONARY} has one file", f"{len(here)} of {wanted}", _AGAIN
            )
        if table in rows:
            files[table] = export.base_names()[f"{table}.{here[0]}"]
            forms.update(here)
        elif here:
            raise BadInputError(
                export.place(export.base_names()[f"{table}.{here[0]}"]),
                f"each table is in {DICTIONARY}",
                "it is not",
                _AGAIN,
            )
    if len(forms) > 1:
        raise BadInputError(str(export), "all tables have one form", " and ".join(sorted(forms)), _AGAIN)
    digests = {str(one["table"]): str(one["sha256"]) for one in found["tables"] if "sha256" in one}
    return Stated(forms.pop() if forms else "csv", files, rows, digests)


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadInputError(place, "`tables` is a list", type(value).__name__, _AGAIN)
    return value


def _rows(entry: Any, place: str) -> tuple[str, int]:
    """Return table and rows of an entry of the dictionary."""
    table, rows = (entry.get("table"), entry.get("rows")) if isinstance(entry, dict) else (None, None)
    if not isinstance(table, str) or table not in TABLES or not isinstance(rows, int) or rows < 1:
        raise BadInputError(place, "an entry has a known table and its rows, 1 or more", f"{table!r}, {rows!r}", _AGAIN)
    return table, rows
