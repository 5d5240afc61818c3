"""names.csv: the election's reviewed map of names. A person may edit it; nothing is read as another name without it."""

import csv
import io
import re
from dataclasses import astuple, fields
from pathlib import Path

import pyarrow as pa

from faircount.model import NAME_STATUSES, BadInputError, NameDecision
from faircount.store.workspace import Workspace, write_durably

FILE = "names.csv"
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""A name that a spreadsheet would compute is written with a quote mark before it, which is taken off again."""
COLUMNS = tuple(field.name for field in fields(NameDecision))
_FIX = "correct the line, or move the file away and run: faircount names"

VIEWS = """
create view contest_names as select name, means from name_map where kind = 'contest';
create view choice_names as
  select contest, map_from_entries(list({k: name, v: means} order by name)) as meanings
    from name_map where kind = 'choice' group by contest;
create view contests as
  select e.* replace (coalesce(n.means, e.contest) as contest)
    from contests_as_exported e left join contest_names n on e.contest = n.name;
create view styles as
  select e.* replace (coalesce(n.means, e.contest) as contest)
    from styles_as_exported e left join contest_names n on e.contest = n.name;
create view choices as
  select e.* replace (coalesce(n.means, e.contest) as contest, coalesce(c.meanings[e.choice], e.choice) as choice)
    from choices_as_exported e left join contest_names n on e.contest = n.name
    left join choice_names c on c.contest = coalesce(n.means, e.contest);
create view reported as
  select e.* replace (coalesce(n.means, e.contest) as contest, coalesce(c.meanings[e.choice], e.choice) as choice)
    from reported_as_exported e left join contest_names n on e.contest = n.name
    left join choice_names c on c.contest = coalesce(n.means, e.contest);
create view patterns as
  select e.* replace (
      coalesce(n.means, e.contest) as contest,
      case when c.meanings is null then e.marks else list_transform(e.marks, lambda m: struct_pack(
        choice := coalesce(c.meanings[m.choice], m.choice), rank := m.rank, score := m.score, is_vote := m.is_vote,
        is_ambiguous := m.is_ambiguous, conditions := m.conditions)) end as marks)
    from patterns_as_exported e left join contest_names n on e.contest = n.name
    left join choice_names c on c.contest = coalesce(n.means, e.contest);
"""
"""Tables that hold names, read through the map; as exported they are `…_as_exported`."""
MAPPED = ("contests", "styles", "choices", "reported", "patterns")


def names_of(space: Workspace) -> tuple[NameDecision, ...]:
    """Return the lines of the election's names.csv, none where there is no such file.

    Raises `BadInputError` with the line for a file that is not such a table, for a name that means two things, and for
    a meaning that itself means something else.
    """
    path = space.root / FILE
    if not path.exists():
        return ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(str(path), "the map of names is a CSV file in UTF-8", str(error), _FIX) from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise BadInputError(str(path), "the map of names is a CSV file", str(error), _FIX) from error
    if not rows or tuple(cell.strip().lower() for cell in rows[0]) != COLUMNS:
        raise BadInputError(f"{path}, row 1", f"its columns are {', '.join(COLUMNS)}", str(rows[:1]), _FIX)
    made = [_decision(path, at, cells) for at, cells in enumerate(rows[1:], 2) if any(cells)]
    _refuse_contradictions(path, made)
    return tuple(made)


def keep_names(space: Workspace, decisions: tuple[NameDecision, ...]) -> Path:
    """Write the map: contests first, then choices by contest, each by name; the same map gives the same bytes."""
    _refuse_contradictions(space.root / FILE, list(decisions))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    order = sorted(decisions, key=lambda d: (d.kind != "contest", d.contest, d.name, d.means))
    writer.writerows(tuple(map(_guarded, astuple(one))) for one in order)
    write_durably(space.root / FILE, out.getvalue().encode())
    return space.root / FILE


def name_table(decisions: tuple[NameDecision, ...]) -> pa.Table:
    """Return the lines that have an effect as the table `name_map`."""
    same = [d for d in decisions if d.status == "same"]
    columns = ("kind", "contest", "name", "means")
    return pa.table({name: pa.array([getattr(d, name) for d in same], pa.string()) for name in columns})


def _guarded(cell: object) -> str:
    return "'" + str(cell) if _FORMULA.match(str(cell)) else str(cell)


def _decision(path: Path, row: int, cells: list[str]) -> NameDecision:
    place = f"{path}, row {row}"
    if len(cells) != len(COLUMNS):
        raise BadInputError(place, f"a line has {len(COLUMNS)} cells", f"{len(cells)}", _FIX)
    cells = [cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell for cell in cells]
    kind, contest, name, means, status, confidence, why, sources = (cell.strip() for cell in cells)
    if kind not in ("contest", "choice") or status not in NAME_STATUSES or not name or not means:
        rule = f"kind is contest or choice, status is {', '.join(NAME_STATUSES)}, name and means are not empty"
        raise BadInputError(place, rule, repr(cells[:5]), _FIX)
    if (kind == "choice") != bool(contest):
        raise BadInputError(place, "a choice stands in a contest, a contest in none", repr(contest), _FIX)
    if not (confidence.isdecimal() and len(confidence) <= 3):
        raise BadInputError(place, "confidence is a number from 0 to 100", repr(confidence), _FIX)
    # Names are as exported, blanks and all: only what frames them is trimmed.
    return NameDecision(kind, cells[1] if contest else "", cells[2], cells[3], status, int(confidence), why, sources)


def _refuse_contradictions(path: Path, made: list[NameDecision]) -> None:
    meaning: dict[tuple[str, str, str], str] = {}
    for one in made:
        if one.status != "same":
            continue
        key = (one.kind, one.contest, one.name)
        if meaning.setdefault(key, one.means) != one.means:
            raise BadInputError(
                str(path), "a name means one thing", f"{one.name!r} means {meaning[key]!r} and {one.means!r}", _FIX
            )
    for (kind, contest, name), means in meaning.items():
        if name == means or (kind, contest, means) in meaning:
            raise BadInputError(
                str(path), "what a name means is a name that means nothing else", f"{name!r} means {means!r}", _FIX
            )
    renamed = {name for kind, _, name in meaning if kind == "contest"}
    for kind, contest, name in meaning:
        if kind == "choice" and contest in renamed:
            raise BadInputError(
                str(path), "a choice stands in a contest by the title that holds after the map",
                f"{name!r} in {contest!r}, which means another title", _FIX,
            )  # fmt: skip
