"""Is the workspace itself sound? Lint for an election's folder; a code from FC101 on never changes its meaning."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from faircount.app.opened import Opened
from faircount.app.progress import Progress, Silent
from faircount.model import TABLES, Answer, BadInputError, Finding, Report, Source, Status, UsageError
from faircount.model.tables import FILES
from faircount.read import Export
from faircount.store import source_digest

SMALL_GROUP = 10
"""Fewer cards than this that can be told apart by precinct, group and style may show how somebody voted."""

_UNIQUE = """
select 'card' as id, count(*) - count(distinct card) as twice from cards
union all select 'pattern', count(*) - count(distinct pattern) from patterns order by 1
"""
_ORPHANS = """
select 'votes without their card' as what, count(*) as n from votes_by_pattern anti join cards using (card)
union all select 'votes without their pattern', count(*) from votes_by_pattern anti join patterns using (pattern)
union all select 'marks without their card', count(*) from marks anti join cards using (card)
union all select 'replaced readings without their card', count(*)
  from superseded_by_pattern anti join cards using (card)
union all select 'replaced readings without their pattern', count(*)
  from superseded_by_pattern anti join patterns using (pattern)
 order by 1
"""
_UNLISTED = """
with marked as (
  select distinct source, contest, unnest(list_transform(marks, lambda m: m.choice)) as choice from patterns)
select m.contest, m.choice from marked m
  where exists (select 1 from choices c where c.source = m.source)
    and not exists (select 1 from choices c where c.source = m.source and c.contest = m.contest and c.choice = m.choice)
 order by 1, 2
"""
_SMALL = """
select precinct, counting_group, style, count(*) as cards from cards
 group by all having count(*) < {small} order by cards, 1, 2, 3
"""


def check(opened: Opened, select: tuple[str, ...] = (), progress: Progress | None = None) -> Report:
    """Run the workspace checks, or those whose codes are selected. Raises `UsageError` for an unknown code."""
    progress = progress or Silent()
    unknown = [code for code in select if code.upper() not in CODES]
    if unknown:
        raise UsageError(f"no check has the code {unknown[0]!r}; known: {', '.join(CODES)}")
    chosen = [code for code in CODES if not select or code in {s.upper() for s in select}]
    progress.start("checking the workspace", len(chosen), "checks")
    findings = []
    for code in chosen:
        findings.append(CODES[code](opened))
        progress.advance(1)
    progress.finish()
    return Report(tuple(findings))


def _finding(
    code: str, name: str, statement: str, looked_at: int, bad: Answer, found: str, why: tuple[str, ...] = ()
) -> Finding:
    status = Status.FAIL if bad.rows else Status.PASS if looked_at else Status.NOT_CHECKED
    return Finding(code, name, statement, status, found, bad, len(bad.rows), why)


def _raw_bytes(opened: Opened) -> Finding:
    """FC101: the raw files kept are those that were read, byte for byte."""
    recorded: dict[str, dict[str, str]] = {}
    for source, name, sha in opened.engine.ask("select source, name, sha256 from files order by all").rows:
        recorded.setdefault(source, {})[name] = sha
    bad = []
    files = 0
    for source in opened.election.sources:
        kept = opened.space.sources / source.digest
        names = recorded.get(source.digest[:12], {})
        files += source.files
        try:
            changed = _changed(kept, source, names)
        except BadInputError as error:  # a damaged zip does not even open
            changed = [(source.name, str(error))]
        bad += [(source.name, name, problem) for name, problem in changed]
    return _finding(
        "FC101", "raw-bytes", "The raw files kept in sources/ are those that were read, byte for byte.", files,
        Answer(("source", "file", "problem"), tuple(bad)),
        f"{len(bad):,} of {files:,} files differ from what was read." if files else "No source has been read.",
        ("A file in sources/ was opened and saved by another program.", "The folder was copied incompletely."),
    )  # fmt: skip


def _changed(kept: Path, source: Source, names: dict[str, str]) -> list[tuple[str, str]]:
    columns = pa.schema([FILES.field("name"), FILES.field("sha256")])
    listed = pa.table({"name": list(names), "sha256": list(names.values())}, columns)
    if source.digest not in (source_digest(listed, single=True), source_digest(listed, single=False)):
        # What the files are compared with stands in a table; the digest in election.json vouches for that table.
        return [(source.name, "the list of its files in tables/files is not the one that was written")]
    entries = sorted(kept.iterdir()) if kept.is_dir() else []
    if not entries:
        return [(source.name, "the raw files are not here")]
    single = len(entries) == 1 and entries[0].is_file() and entries[0].name == source.name
    export = Export(entries[0] if single else kept)
    found = []
    for name, sha in sorted(names.items()):
        if name not in export.names:
            if len(names) == 1 and len(export.names) == 1:
                name_there = export.names[0]
            else:
                found.append((name, "missing"))
                continue
        else:
            name_there = name
        if export.sha256(name_there) != sha:
            found.append((name, "other bytes"))
    return found


def _schemas(opened: Opened) -> Finding:
    """FC102: every table has the columns of this version."""
    bad = []
    for table, schema in TABLES.items():
        name = {"votes": "votes_by_pattern", "superseded": "superseded_by_pattern"}.get(table, table)
        columns = opened.engine.ask(f"select * from {name} limit 0").columns  # noqa: S608 - our own table names
        if columns != ("source", *schema.names):
            bad.append((table, ", ".join(columns)))
    return _finding(
        "FC102", "table-columns", "Every table has the columns of this version.", len(TABLES),
        Answer(("table", "columns"), tuple(bad)), f"{len(bad)} of {len(TABLES)} tables differ.",
        ("The folder was written by another version of faircount.",),
    )  # fmt: skip


def _row_counts(opened: Opened) -> Finding:
    """FC103: the tables hold as many rows as election.json recorded when they were written."""
    bad = []
    compared = 0
    for table in TABLES:
        name = {"votes": "votes_by_pattern", "superseded": "superseded_by_pattern"}.get(table, table)
        counts = dict(opened.engine.ask(f"select source, count(*) from {name} group by 1").rows)  # noqa: S608
        for source in opened.election.sources:
            compared += 1
            expected, there = source.rows_of(table), counts.get(source.digest[:12], 0)
            if expected != there:
                bad.append((source.name, table, expected, there))
    return _finding(
        "FC103", "row-counts", "Every table holds as many rows as were written.", compared,
        Answer(("source", "table", "written", "found"), tuple(bad)),
        f"{len(bad):,} of {compared:,} counts differ." if compared else "No source has been read.",
        ("A file of tables/ is missing or was added by hand.",),
    )  # fmt: skip


def _ids(opened: Opened) -> Finding:
    """FC104: ids are unique, and every vote points to a card and a pattern that exist."""
    rows = [r for r in opened.engine.ask(_UNIQUE).rows if r[1]]
    orphans = [r for r in opened.engine.ask(_ORPHANS).rows if r[1]]
    votes = opened.engine.ask("select count(*) from votes_by_pattern").rows[0][0]
    bad = Answer(("what", "rows"), (*((f"{what} ids that stand twice", n) for what, n in rows), *orphans))
    return _finding(
        "FC104", "ids", "Every card and pattern has its own id, and every vote has its card and its pattern.", votes,
        bad, f"{votes:,} votes looked at." if votes else "No cast vote records have been read.",
        ("A file of tables/ is missing.",),
    )  # fmt: skip


def _unlisted(opened: Opened) -> Finding:
    """FC105: every choice marked on a card is on the source's own list of choices."""
    answer = opened.engine.ask(_UNLISTED)
    listed = opened.engine.ask("select count(*) from choices").rows[0][0]
    return _finding(
        "FC105", "listed-choices", "Every choice marked on a card is on its source's list of choices.", listed, answer,
        f"{len(answer.rows):,} marked choices are not among {listed:,} listed."
        if listed else "No source lists choices.",
        ("The list was exported before a write-in candidate was added.",),
    )  # fmt: skip


def _small_groups(opened: Opened) -> Finding:
    """FC106: no group of cards is so small that publishing its cards could show how somebody voted."""
    answer = opened.engine.ask(_SMALL.format(small=SMALL_GROUP))
    groups = opened.engine.ask("select count(*) from (select 1 from cards group by precinct, counting_group, style)")
    return _finding(
        "FC106", "small-groups",
        f"No precinct, counting group and style together have fewer than {SMALL_GROUP} cards.", groups.rows[0][0],
        answer, f"{len(answer.rows):,} of {groups.rows[0][0]:,} groups are smaller. Before you publish records card by "
        "card, merge or withhold these." if groups.rows[0][0] else "No cast vote records have been read.",
        ("Small precincts and rare styles are usual; this is about publication, not about the count.",),
    )  # fmt: skip


CODES: dict[str, Callable[[Opened], Finding]] = {
    "FC101": _raw_bytes,
    "FC102": _schemas,
    "FC103": _row_counts,
    "FC104": _ids,
    "FC105": _unlisted,
    "FC106": _small_groups,
}
"""Code → check, in order."""
