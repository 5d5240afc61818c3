"""names.csv: the election's reviewed map of names. A person may edit it; nothing is read as another name without it."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import pyarrow as pa

from faircount.model import NAME_STATUSES, BadInputError, NameDecision
from faircount.store.workspace import Workspace, write_durably

FILE = "names.csv"
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""A name that a spreadsheet would compute is written with a quote mark before it, which is taken off again.

Other tables of ours wrap such a cell as `="…"`. This one is edited in spreadsheets, and they save what they show: the
wrapping would be gone and the formula there, while a quote mark in a CSV file stays where it is.
"""
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
    """Return the lines of the election's names.csv, none where there is no such file; raises as `numbered_names`."""
    return tuple(one for _, one in numbered_names(space))


def numbered_names(space: Workspace) -> tuple[tuple[int, NameDecision], ...]:
    """Return (row, line) of the election's names.csv, none where there is no such file; its head is row 1.

    Raises `BadInputError` with the row for a file that is not such a table, for a pair of names that stands twice, for
    a name that means two things, and for a meaning that itself means something else.
    """
    path = space.root / FILE
    if not path.exists():
        return ()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(str(path), "the map of names is a CSV file in UTF-8", str(error), _FIX) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        place = f"{path}, line {reader.line_num}"
        raise BadInputError(place, "the map of names is a CSV file", str(error), _FIX) from error
    if not rows or tuple(cell.strip().lower() for cell in rows[0]) != COLUMNS:
        found = repr(",".join(rows[0])) if rows else "no row"
        raise BadInputError(f"{path}, row 1", f"the map's columns are {','.join(COLUMNS)}", found, _FIX)
    made = tuple((at, _decision(str(path), at, cells)) for at, cells in enumerate(rows[1:], 2) if any(cells))
    _refuse_contradictions(path, made)
    return made


def keep_names(space: Workspace, decisions: tuple[NameDecision, ...]) -> Path:
    """Write the map: contests first, then choices by contest, each by name; the same map gives the same bytes."""
    order = sorted(decisions, key=lambda d: (d.kind != "contest", d.contest, d.name, d.means))
    _refuse_contradictions(space.root / FILE, tuple(enumerate(order, 2)))
    out = io.StringIO()
    plain = csv.writer(out, lineterminator="\n")
    quoted = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow(COLUMNS)
    for one in order:
        cells = [_guarded(getattr(one, column)) for column in COLUMNS]
        # Python's own writer leaves a lone carriage return bare, and readers begin a new row at it.
        (quoted if any("\r" in cell for cell in cells) else plain).writerow(cells)
    write_durably(space.root / FILE, out.getvalue().encode())
    return space.root / FILE


def name_table(decisions: tuple[NameDecision, ...]) -> pa.Table:
    """Return the lines that have an effect as the table `name_map`."""
    same = [d for d in decisions if d.status == "same"]
    columns = ("kind", "contest", "name", "means")
    return pa.table({name: pa.array([getattr(d, name) for d in same], pa.string()) for name in columns})


def _guarded(value: str | int) -> str:
    cell = str(value)
    return "'" + cell if _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    """Return the text that `_guarded` guarded, or that another table of ours or a spreadsheet wrapped as `="…"`."""
    if cell.startswith("'") and _FORMULA.match(cell):
        return cell[1:]
    if len(cell) > 2 and cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1].replace('""', '"')
    return cell


def _decision(path: str, row: int, cells: list[str]) -> NameDecision:
    place = f"{path}, row {row}"
    if len(cells) != len(COLUMNS):
        raise BadInputError(place, f"a line has {len(COLUMNS)} cells", f"{len(cells)}", _FIX)
    cells = [_plain(cell) if cell.startswith(("'", "=")) else cell for cell in cells]
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


def _refuse_contradictions(path: Path, lines: Sequence[tuple[int, NameDecision]]) -> None:
    """Raise `BadInputError` with the first row that says again, or otherwise, what an earlier row or the map says."""
    pairs: dict[tuple[str, str, frozenset[str]], int] = {}
    meaning: dict[tuple[str, str, str], str] = {}
    for row, one in lines:
        earlier = pairs.setdefault((one.kind, one.contest, frozenset((one.name, one.means))), row)
        if earlier != row:
            found = f"{one.name!r} and {one.means!r} in row {earlier} too"
            raise BadInputError(
                f"{path}, row {row}", "a pair of names has one row", found, "remove one of the two rows"
            )
        if one.status == "same":
            known = meaning.setdefault((one.kind, one.contest, one.name), one.means)
            if known != one.means:
                found = f"{one.name!r} means {known!r} and {one.means!r}"
                raise BadInputError(f"{path}, row {row}", "a name means one thing", found, _FIX)
    for row, one in lines:
        if one.status != "proposed" and (denied := _denied(one, meaning)):
            raise BadInputError(f"{path}, row {row}", *denied, _FIX)


def _denied(line: NameDecision, meaning: Mapping[tuple[str, str, str], str]) -> tuple[str, str] | None:
    """Return (rule, what was found) where the map as a whole denies one decision."""
    title = meaning.get(("contest", "", line.contest))
    end = meaning.get((line.kind, line.contest, line.means))
    if line.status == "different":
        if meaning.get((line.kind, line.contest, line.name), line.name) == (end or line.means):
            return "names that are different do not mean one thing", f"{line.name!r} and {line.means!r}"
    elif line.name == line.means:
        return "what a name means is another name", repr(line.name)
    elif end:
        return (
            "what a name means is a name that means nothing else",
            f"{line.name!r} means {line.means!r} means {end!r}",
        )
    elif title:
        rule = "a choice stands in a contest by the title that holds after the map"
        return rule, f"{line.name!r} in {line.contest!r}, which means {title!r}"
    return None
