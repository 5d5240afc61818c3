"""names: which names mean the same, decided by a person."""

from pathlib import Path

import click

from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking


@click.command()
@click.option("--same", "same", multiple=True, type=click.IntRange(1), metavar="LINE", help="This line is right.")
@click.option("--different", multiple=True, type=click.IntRange(1), metavar="LINE", help="This line is wrong.")
@click.option("--reopen", multiple=True, type=click.IntRange(1), metavar="LINE", help="This line is open again.")
@click.option("--same-from", type=click.IntRange(60, 100), metavar="N",
              help="All open lines of this confidence or more are right.")  # fmt: skip
@in_workspace
@speaking
def names(
    same: tuple[int, ...], different: tuple[int, ...], reopen: tuple[int, ...], same_from: int | None, workspace: Path,
    console: Console,
) -> int:  # fmt: skip
    """Propose which contests and choices of different files mean the same, and record what you decide.

    The map is names.csv in the election's folder: read it, edit it, or decide here by the number of a line. Until a
    line says `same`, its names stay two. Decide contests first: their choices are compared after that. Exit 1 while
    lines are open.

    \b
    Examples: faircount -w county-2026 names
              faircount -w county-2026 names --same 2 --same 3 --different 4
    """
    from faircount.app.naming import decide_names, propose
    from faircount.model import Answer, UsageError

    found = propose(workspace)
    made = found.lines
    wanted = [(line, word) for lines, word in ((same, "same"), (different, "different"), (reopen, "proposed"))
              for line in lines]  # fmt: skip
    for line, _ in wanted:
        if not 2 <= line <= len(made) + 1:
            raise UsageError(f"names.csv has lines 2 to {len(made) + 1}, found {line}: see faircount names")
    if same_from is not None:
        wanted += [(at, "same") for at, one in enumerate(made, 2)
                   if one.status == "proposed" and one.confidence >= same_from]  # fmt: skip
    if wanted:
        decide_names(workspace, [(made[line - 2], word) for line, word in wanted])
        found = propose(workspace)
        made = found.lines
    columns = ("line", "status", "kind", "contest", "name", "means", "confidence", "why", "sources")
    rows = [(at, d.status, d.kind, d.contest, d.name, d.means, d.confidence, d.why, d.sources)
            for at, d in enumerate(made, 2)]  # fmt: skip
    console.rows(Answer(columns, tuple(rows)))
    if found.unheld:
        console.say(f"{_lines(found.unheld)}: no file holds such a name, or not in that contest; kept, without effect")
    if found.refusal:
        raise found.refusal
    waiting = sum(one.status == "proposed" for one in made)
    if waiting:
        console.say(f"{waiting:,} lines are open: names --same LINE, or edit {workspace / 'names.csv'}")
    elif not made:
        console.say("no two names of different files look like one")
    return 1 if waiting else 0


def _lines(rows: tuple[int, ...]) -> str:
    """Return the first ten rows, and how many more there are."""
    more = f" and {len(rows) - 10:,} more" if len(rows) > 10 else ""
    return f"{'line' if len(rows) == 1 else 'lines'} {', '.join(map(str, rows[:10]))}{more}"
