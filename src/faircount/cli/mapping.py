"""map: what the columns of a table mean that no reader knows."""

import sys
from pathlib import Path

import click

from faircount.cli.console import Console
from faircount.cli.options import speaking


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--contest", default="", help="The contest that the file is about, where no column says.")
@click.option("--like", metavar="MAPPING", help="Take this mapping, made for a file with the same columns.")
@click.option("--yes", is_flag=True, help="The proposal is right: confirm it without asking.")
@speaking
def map(file: str, contest: str, like: str | None, yes: bool, console: Console) -> int:
    """Propose what the columns of a CSV or Excel table mean, and keep what you confirm beside it.

    The mapping is a small JSON file, FILE.mapping.json: edit it where the proposal is wrong. Once it is confirmed,
    ingest reads the table by it and keeps both. Exit 1 while it is not confirmed.

    \b
    Examples: faircount map turnout-by-town.xlsx
              faircount map mayor.csv --contest Mayor --yes
    """
    from faircount.app.mapping import confirm, keep_proposal, proposed
    from faircount.model import Answer

    found = proposed(Path(file), contest, Path(like) if like else None)
    mapping = found.mapping
    columns = ("column", "header", "means", "contest", "choice", "rank", "first cells", "why")
    rows = tuple(
        (c.number, c.header, c.means, c.contest, c.choice, c.rank or "", " | ".join(first), c.why)
        for c, first in zip(mapping.columns, found.first, strict=True)
    )
    title = f"{file}: read as {mapping.table}, header in row {mapping.header_row}"
    title += "".join(f", {name} {value!r} in every row" for name, value in mapping.everywhere)
    if console.machine:
        listed = [dict(zip(columns, row, strict=True)) for row in rows]
        told = {"file": file, "mapping": str(found.file), "table": mapping.table, "confirmed": mapping.confirmed or yes}
        console.document({**told, "columns": listed})
    else:
        console.rows(Answer(columns, rows), title)
    confirmed = mapping.confirmed
    if not confirmed:
        ask = sys.stdin.isatty() and sys.stderr.isatty() and not console.machine
        confirmed = yes or (ask and click.confirm("Read it so?", default=False, err=True))
        kept = confirm(found) if confirmed else keep_proposal(found)
        console.say(f"{'confirmed' if confirmed else 'proposed, not confirmed'}: {kept}")
    if not confirmed:
        console.say(f"edit it, then: faircount map {file} --yes")
        return 1
    console.say(f"next: faircount ingest {file}")
    return 0
