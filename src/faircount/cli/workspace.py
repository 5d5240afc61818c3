"""init, sniff, ingest: an election's folder and what goes into it."""

from pathlib import Path

import click

from faircount.cli.console import Console, amount
from faircount.cli.options import in_workspace, speaking


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--name", default="", help="What the election is called; default: what its files say.")
@click.option("--date", default="", help="Its day, YYYY-MM-DD; default: what its files say.")
@speaking
def init(folder: str, name: str, date: str, console: Console) -> None:
    """Make a folder for one election.

    \b
    Example: faircount init county-2026 --name "General election" --date 2026-11-03
    """
    from faircount.store import Workspace

    space = Workspace.create(Path(folder), name, date)
    if console.machine:
        console.document({"workspace": str(space.root)})
    else:
        console.out(f"made {space.root}")
        console.say(f"next: faircount -w {space.root} ingest FILE…")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@speaking
def sniff(paths: tuple[str, ...], console: Console) -> int:
    """Say what format each file is, how sure that is, and what would be read. Exit 3 if one is unknown.

    A folder that is no export as a whole is looked through as ingest does, file by file.

    \b
    Examples: faircount sniff CVR_Export.zip summary.xml
              faircount sniff received
    """
    from faircount.app.sniffing import sniff_each
    from faircount.model import Answer

    found = [one for path in paths for one in sniff_each(Path(path))]
    columns = ("file", "format", "sure", "version", "why", "gives")
    rows = []
    for one in found:
        if one.reader and one.recognition:
            claim = one.recognition
            rows.append((str(one.path), one.reader.name, f"{claim.confidence} %", claim.version, claim.why,
                         ", ".join(one.reader.gives)))  # fmt: skip
        else:
            rows.append((str(one.path), "unknown", "", "", one.problem.removeprefix(f"{one.path}: "), ""))
    console.rows(Answer(columns, tuple(rows)))
    return 3 if any(one.reader is None for one in found) else 0


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@click.option("--as", "named", default="", metavar="FORMAT", help="The format, if it is not recognised.")
@click.option("--jurisdiction", default="", help="Whose export this is, where it does not say so itself.")
@click.option("--partial", default="", metavar="REASON", help="Why this is only a part of the whole, in words.")
@click.option("--strict", is_flag=True, help="Refuse an export in which any row is rejected: --max-errors 0.")
@click.option("--max-errors", type=click.IntRange(0), help="Refuse an export with more rejected rows than this.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Processes that read; default: one a core.")
@in_workspace
@speaking
def ingest(
    paths: tuple[str, ...], named: str, jurisdiction: str, partial: str, strict: bool, max_errors: int | None,
    jobs: int, workspace: Path, console: Console,
) -> int:  # fmt: skip
    """Read exports into the election's folder: files, zips, or folders of them.

    The same file twice is one source. A run that was killed leaves nothing half-read; run it again and it goes on.
    Rows that cannot be read are kept aside: faircount rejected. With --strict or --max-errors, an export with more of
    them is refused, and the first thousand are listed.

    \b
    Example: faircount -w county-2026 ingest CVR_Export.zip manifest.csv summary.xml
    """
    from faircount.app.ingest import ingest as take
    from faircount.model import RejectedRowsError
    from faircount.store import Workspace

    if strict and max_errors:
        raise click.UsageError("--strict allows no rejected row, --max-errors some: say one of them")
    try:
        done = take(
            Workspace.open(workspace), [Path(path) for path in paths], named=named, jurisdiction=jurisdiction,
            partial=partial, max_errors=0 if strict else max_errors, jobs=jobs, progress=console.progress(),
        )  # fmt: skip
    except RejectedRowsError as error:
        from faircount.app.rejected import COLUMNS
        from faircount.model import Answer

        console.rows(Answer(COLUMNS, error.rows), "rejected rows" + _of(len(error.rows), error.total))
        raise
    rejected = sum(one.rejected for one in done.taken)
    if console.machine:
        console.document(
            {
                "taken": [
                    {"path": str(one.path), "source": one.source.digest, "format": one.source.format,
                     "version": one.source.version, "new": not one.known_as, "known_as": one.known_as,
                     "rejected": one.rejected, "beside": list(one.beside), "rows": dict(one.source.rows)}
                    for one in done.taken
                ],
                "not_read": [{"path": str(path), "reason": why} for path, why in done.unread],
            }
        )  # fmt: skip
    else:
        for one in done.taken:
            if one.known_as:
                console.out(f"{one.path}: already here as {one.known_as}; nothing was added")
            else:
                console.out(f"{one.path}: {_received(one.source)}")
            for note in one.beside:
                console.say(f"NOT READ in {one.path}: {note.partition(': ')[2]}; if they hold figures, ingest them too")
            if one.rejected:
                console.say(f"{one.path}: {one.rejected:,} rows rejected and kept: faircount rejected")
        for path, why in done.unread:
            console.say(f"NOT READ: {path}: {why.removeprefix(f'{path}: ')}")
    return 1 if rejected or done.unread else 0


@click.command()
@click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="List at most so many.")
@in_workspace
@speaking
def rejected(limit: int, workspace: Path, console: Console) -> int:
    """List the rows that could not be read: file, row, column, value, the rule they break, and what to do.

    Exit 1 if there are any. They are kept in the table `rejected`, with all their values.

    \b
    Example: faircount -w county-2026 rejected --format csv > rows-to-correct.csv
    """
    from faircount.app.opened import Opened
    from faircount.app.rejected import rejected as look

    found, total = look(Opened(workspace), limit)
    console.rows(found)
    if total:
        console.say(f"{total:,} rows were rejected" + _of(len(found.rows), total))
    else:
        console.say("every row was read")
    return 1 if total else 0


def _of(shown: int, total: int) -> str:
    return "" if shown == total else f": the first {shown:,} of {total:,}"


def _received(source: object) -> str:
    from faircount.model import Source

    if not isinstance(source, Source):
        return ""
    words = {"cards": "cards", "ballots": "ballots", "manifest": "batches", "reported": "reported figures",
             "turnout": "turnout figures"}  # fmt: skip
    parts = [f"{source.rows_of(table):,} {word}" for table, word in words.items() if source.rows_of(table)]
    size = amount(source.bytes, "bytes")
    return f"{source.format} {source.version}".strip() + f", {source.files:,} files, {size}: " + ", ".join(parts)
