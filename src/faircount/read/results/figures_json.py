"""Figures typed in from notices as JSON: one contest counted more than once, or by more than one standard.

An object with a title (`contest`, `proposal`, `incident` or `title`) and

- `stages`: a list of counts of the same ballots, one after the other, each with `votes` (choice → whole number) and
  perhaps `when`, `status` and `ballots_cast`; each is a claim, and claims are held against one another; or
- `tallies`: standard → choice → whole number: the same ballots counted by other laws; each is a contest of its own,
  because none of them is wrong; or
- `votes` and `ballots_cast` of a single count.

Whatever else the object says, at any depth, is kept as facts named after their place: `stages[1].note`.
"""

import json
from collections.abc import Iterator
from typing import Any

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder
from faircount.read.export import Export
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.json_strict import strict_loads

MAX_BYTES = 1 << 20
"""What a person types."""
MAX_COUNT = 10**12
MAX_FACT_DEPTH = 12
TITLES = ("contest", "proposal", "incident", "title")
"""Keys that name what was counted; the first that the object has."""
NOT_CHOICES = ("ballots_cast", "broker_non_votes")
"""Keys of a tally that state something else than votes for a choice; a share that no broker votes is no vote."""
_SIGNS = (b'"stages"', b'"tallies"', b'"votes"', b'"ballots_cast"')


def recognise(export: Export) -> Recognition | None:
    """Claim small objects of this shape."""
    names = candidates(export)
    found = set()
    for name in names:
        try:
            head = export.head(name, MAX_BYTES + 1)
            if not 0 < len(head) <= MAX_BYTES or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
                return None
            if not any(sign in head for sign in _SIGNS):
                return None
            shape = _shape(strict_loads(head, name))
        except BadInputError:
            return None
        if not shape:
            return None
        found.add(shape)
    if not found:
        return None
    return Recognition(60, "", f"typed-in figures: {' and '.join(sorted(found))} of a contest that they name")


def _shape(value: Any) -> str:
    """Return which of the shapes this is, empty if none."""
    if not isinstance(value, dict) or not _title(value):
        return ""
    stages, tallies = value.get("stages"), value.get("tallies")
    if isinstance(stages, list) and stages and all(isinstance(s, dict) and _votes(s.get("votes")) for s in stages):
        return "stages"
    if isinstance(tallies, dict) and tallies and all(_votes(t, some=True) for t in tallies.values()):
        return "tallies"
    if _votes(value.get("votes")) or ("incident" in value and _is_count(value.get("ballots_cast"))):
        return "a count"
    return ""


def _title(value: dict[str, Any]) -> str:
    return next((str(value[key]).strip() for key in TITLES if isinstance(value.get(key), str)), "")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_COUNT


def _votes(value: Any, some: bool = False) -> bool:
    """Say whether this is choice → whole number, for all keys or, where a tally says more, for some."""
    if not isinstance(value, dict) or not value:
        return False
    counts = [_is_count(count) for count in value.values()]
    return any(counts) if some else all(counts)


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the counts as `reported`; `row` is the number of the stage or tally.

    Raises `BadInputError` for JSON of another shape.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        place = export.place(name)
        value = strict_loads(export.whole(name, MAX_BYTES), place)
        if not _shape(value):
            rule = "figures are an object with a title, and `stages`, `tallies` or `votes`"
            raise BadInputError(place, rule, "something else", "see docs/formats/figures-json.md")
        builder.add_companion(export, number, name, _figures(builder, place, value))
    yield builder.finish(export, export.names)


def _figures(builder: BatchBuilder, place: str, value: dict[str, Any]) -> int:
    """Add what one file says; return how many counts it holds."""
    title, shape = _title(value), _shape(value)
    rest = {key: content for key, content in value.items() if content != title or key not in TITLES}
    builder.tell("election_name", title)
    records = 1
    if shape == "stages":
        records = len(value["stages"])
        del rest["stages"]
        for number, stage in enumerate(value["stages"], 1):
            claim = ", ".join(str(stage[key]) for key in ("when", "status") if stage.get(key)) or f"stage {number}"
            left = _add(builder, title, claim, number, stage)
            left = {key: content for key, content in left.items() if key not in ("when", "status")}
            _facts(builder, place, f"stages[{number}]", left)
    elif shape == "tallies":
        records = len(value["tallies"])
        del rest["tallies"]
        for number, (standard, tally) in enumerate(value["tallies"].items(), 1):
            contest = f"{title} ({standard.replace('_', ' ')})"
            own = {key: count for key, count in tally.items() if key in NOT_CHOICES or not _is_count(count)}
            # A percentage is a whole number too, but not of votes.
            stated = {key: count for key, count in tally.items() if key not in own and "percent" not in key}
            own |= {key: count for key, count in tally.items() if "percent" in key}
            _facts(
                builder,
                place,
                f"tallies.{standard}",
                _add(builder, contest, "reported", number, own | {"votes": stated}),
            )
    rest = _add(builder, title, "reported", 1, rest)
    _facts(builder, place, "", rest)
    return records


def _add(builder: BatchBuilder, contest: str, claim: str, row: int, count: dict[str, Any]) -> dict[str, Any]:
    """Add the votes and ballots of one count; return what is left of it."""
    left = dict(count)
    if _votes(count.get("votes")):
        for choice, votes in left.pop("votes").items():
            builder.add("reported", contest=contest, choice=choice.strip() or choice, measure="votes", count=votes,
                        claim=claim, row=row)  # fmt: skip
    for measure in NOT_CHOICES:
        if _is_count(count.get(measure)):
            builder.add("reported", contest=contest, measure=measure, count=left.pop(measure), claim=claim, row=row)
    return left


def _facts(builder: BatchBuilder, place: str, path: str, value: Any, depth: int = 0) -> None:
    """Add every leaf of what is left as a fact named after its place."""
    if depth > MAX_FACT_DEPTH:
        raise BadInputError(place, f"figures nest at most {MAX_FACT_DEPTH} levels", f"more at {path}")
    if isinstance(value, dict):
        for key, content in value.items():
            _facts(builder, place, f"{path}.{key}" if path else key, content, depth + 1)
    elif isinstance(value, list):
        for number, content in enumerate(value, 1):
            _facts(builder, place, f"{path}[{number}]", content, depth + 1)
    else:
        builder.tell(path, value if isinstance(value, str) else json.dumps(value))


READER = Reader(
    name="figures-json",
    title="typed-in figures (JSON)",
    source="this project: figures of the same ballots at several times or by several standards, with their sources",
    gives=("reported", "files", "facts", "rejected"),
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
