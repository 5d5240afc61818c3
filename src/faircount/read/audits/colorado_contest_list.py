"""Colorado's lists of contests: the canonical names of contests and choices, and which contest is in which county."""

from collections.abc import Iterator

from faircount.model import BadInputError, Batch, name_key
from faircount.read.audits.colorado_rows import read_claimed
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, one_part
from faircount.read.syntax.named_rows import Cells, claimed

CANONICAL = ("countyname", "contestname", "contestchoices")
BY_COUNTY = ("county_id", "county_name", "contest_name", "contest_id")
MAX_TEXT = 8 << 20
"""Characters of a list, which is held in memory; Colorado's has 200,000."""
_SUFFIXES = frozenset(["jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "m.d.", "md", "ph.d.", "phd", "esq", "esq."])
"""Ends of a name that stand behind a comma: the list separates choices by commas and does not quote them."""


def _is_ours(header: tuple[str, ...]) -> bool:
    return header in (CANONICAL, BY_COUNTY)


def recognise(export: Export) -> Recognition | None:
    """Claim files whose columns are exactly those of the canonical list, or of the contests by county."""
    names = claimed(export, _is_ours)
    return Recognition(90, "", "columns of Colorado's canonical list or of its contests by county") if names else None


class _Lists:
    """Contests and choices of all rows, each once."""

    def __init__(self, export: Export, builder: BatchBuilder) -> None:
        self.export, self.builder = export, builder
        self.counties: dict[str, dict[str, None]] = {}
        self.keys: dict[str, set[str]] = {}
        self.choices: dict[str, dict[str, None]] = {}
        self._held = 0

    def take(self, name: str, row: int, cells: Cells) -> int:
        """Add a row; return 1, or 0 where it names no county or no contest and was kept as rejected."""
        self._held += sum(map(len, cells.values()))
        if self._held > MAX_TEXT:
            rule = f"a list of contests has at most {MAX_TEXT:,} characters"
            raise BadInputError(
                f"{self.export.place(name)}, row {row}", rule, "more", "read the counties in several parts"
            )
        county = cells.get("countyname", cells.get("county_name", ""))
        title = cells.get("contestname", cells.get("contest_name", ""))
        if not county or not title:
            rule = "a row names a county and a contest"
            self.builder.reject(name, row, rule, "name them", value="; ".join(cells.values()))
            return 0
        key = cells.get("contest_id", "")
        self.counties.setdefault(title, {})[county] = None
        self.keys.setdefault(title, set()).add(key)
        self.choices.setdefault(title, {}).update(dict.fromkeys(choices_of(cells.get("contestchoices", ""))))
        self.builder.tell("contest in a county", f"{county}: {title}{f' (id {key})' if key else ''}")
        return 1

    def finish(self) -> None:
        """Add the contests, in the order of their first row, and their choices in the order of the list."""
        for place, (title, counties) in enumerate(self.counties.items()):
            keys = self.keys[title]
            self.builder.add(
                "contests", contest=title, key=(next(iter(keys)) or None) if len(keys) == 1 else None,
                district=next(iter(counties)) if len(counties) == 1 else None, place=place,
            )  # fmt: skip
            for at, choice in enumerate(self.choices[title]):
                kind = "write-in" if name_key(choice).replace(" ", "") in ("writein", "writeins") else "regular"
                self.builder.add("choices", contest=title, choice=choice, kind=kind, place=at)


def choices_of(text: str) -> tuple[str, ...]:
    """Return the choices in `Ada Li, Bo Ode, Jr., Cy`: a part that only ends a name belongs to the one before it."""
    found: list[str] = []
    for part in filter(None, map(str.strip, text.split(","))):
        if found and part.casefold() in _SUFFIXES:
            found[-1] += f", {part}"
        else:
            found.append(part)
    return tuple(found)


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield contests and choices, and as facts which contest is in which county.

    `district` is the county of a contest that only one has; `key` the state's id where it has one only. Raises
    `BadInputError` when no file has the columns, and for a list of more than `MAX_TEXT` characters.
    """
    builder = BatchBuilder()
    lists = _Lists(export, builder)
    rule = "a list of contests has the columns " + ", ".join(CANONICAL)
    yield from read_claimed(export, builder, _is_ours, rule, lists.take)
    lists.finish()
    yield builder.build()


READER = Reader(
    name="colorado-contest-list",
    title="Colorado list of contests",
    source="Colorado Department of State, canonicalTitleCase.csv and contests_by_county.csv of November 2020",
    gives=("contests", "choices", "files", "rejected", "facts"),
    recognise=recognise,
    plan=one_part,  # the counties of a contest are those of both files
    read=read,
)
