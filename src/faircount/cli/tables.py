"""sql, export: the tables, for everybody's own questions."""

from pathlib import Path

import click

from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking, threads


@click.command()
@click.argument("question")
@click.option(
    "-o", "--output", metavar="FILE", help="Write there; its suffix says the form (csv, json, parquet, xlsx)."
)
@threads
@in_workspace
@speaking
def sql(question: str, output: str | None, threads: int | None, workspace: Path, console: Console) -> None:
    """Ask the tables a question in SQL (DuckDB's). Nothing can be changed.

    \b
    Examples: faircount sql "select precinct, count(*) from cards group by 1 order by 1"
              faircount sql "from recounted where measure = 'votes'" -o votes.csv
    """
    from faircount.app.exporting import write_answer
    from faircount.app.opened import Opened
    from faircount.model import Answer

    opened = Opened(workspace, threads)
    if any(word in question.lower() for word in ("recounted", "interpreted", "residue")):
        _ = opened.interpreted
    opened.engine.lock()
    if not output:
        console.rows(opened.engine.ask(question))
        return
    if output.lower().endswith(".parquet"):
        table = opened.engine.table(question)
        count = table.num_rows
        write_answer(Answer((), ()), table, Path(output))
    else:
        answer = opened.engine.ask(question)
        count = len(answer.rows)
        write_answer(answer, None, Path(output))
    if console.machine:
        console.document({"file": output, "rows": count})
    else:
        console.say(f"wrote {output}")


@click.command()
@click.argument("tables", nargs=-1, metavar="[TABLE…]")
@click.option("--to", "folder", required=True, metavar="DIR", help="Folder to write into.")
@click.option("--as", "suffix", type=click.Choice(["csv", "json", "ndjson", "md", "parquet", "xlsx"]), default="csv",
              help="Form of the files.")  # fmt: skip
@threads
@in_workspace
@speaking
def export(
    tables: tuple[str, ...], folder: str, suffix: str, threads: int | None, workspace: Path, console: Console
) -> None:
    """Write the canonical tables, all or those named, as files that other programs read.

    \b
    Example: faircount export cards recounted --to out --as parquet
    """
    from faircount.app.exporting import export as write
    from faircount.app.opened import Opened
    from faircount.model import Answer

    written = write(Opened(workspace, threads), tables, Path(folder), suffix)
    rows = tuple((name, f"{folder}/{name}.{suffix}", count) for name, count in written.items())
    console.rows(Answer(("table", "file", "rows"), rows))
