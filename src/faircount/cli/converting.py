"""convert: any export, or an election's folder, in a format that others read."""

from pathlib import Path

import click

from faircount.cli.console import Console
from faircount.cli.options import speaking

FORMATS = (
    "parquet, csv, plain-csv, cdf-json, cdf-xml, results-cdf, xlsx, raire, blt, preflib, colorado-cvr, "
    "colorado-manifest, arlo-cvr, arlo-manifest"
)
"""What can be written, spelt out so that --help need not load the writers; a test holds it against the catalog."""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="IN…")
@click.option("--to", "target", required=True, metavar="FORMAT", help=f"The format to write: {FORMATS}.")
@click.option("-o", "--output", required=True, metavar="OUT", help="A new folder; a file, if the format makes one.")
@click.option("--contest", "titles", multiple=True, metavar="TITLE", help="Only contests whose title is or holds this.")
@click.option("--date", default="", help="The election's day, YYYY-MM-DD, where no source says it.")
@click.option("--as", "named", default="", metavar="FORMAT", help="The format to read, if it is not recognised.")
@click.option("--allow-loss", is_flag=True, help="Write even where votes cannot be held; what is lost is told.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Processes that read; default: one a core.")
@speaking
def convert(
    paths: tuple[str, ...], target: str, output: str, titles: tuple[str, ...], date: str, named: str, allow_loss: bool,
    jobs: int, console: Console,
) -> int:  # fmt: skip
    """Write exports, or an election's folder, in another format, and tell what that format does not hold.

    Where votes themselves could not be represented, nothing is written unless --allow-loss says so. Exit 1 if votes
    were lost that way, or a file was not read.

    \b
    Examples: faircount convert CVR_Export.zip --to cdf-json -o cvr.json --date 2026-11-03
              faircount convert county-2026 --to blt --contest Mayor -o mayor.blt
    """
    from faircount.app.converting import LostVotesError, Wanted
    from faircount.app.converting import convert as write

    try:
        wanted = Wanted(target, titles, date, allow_loss)
        received = [Path(path) for path in paths]
        done = write(received, wanted, Path(output), named=named, jobs=jobs, progress=console.progress())
    except LostVotesError as error:
        if console.machine:
            console.document({"written": False, "lost": [_loss(one) for one in error.losses]})
        raise
    unread = done.ingested.unread if done.ingested else ()
    grave = any(loss.grave for loss in done.losses)
    if console.machine:
        console.document(
            {
                "written": True, "format": done.writer.name,
                "files": [{"path": str(path), "bytes": path.stat().st_size} for path in done.files],
                "lost": [_loss(one) for one in done.losses],
                "cards_without_the_contests": done.left_out,
                "not_read": [{"path": str(path), "reason": why} for path, why in unread],
            }
        )  # fmt: skip
        return 1 if grave or unread else 0
    for path in done.files:
        console.out(f"wrote {path} ({path.stat().st_size:,} bytes)")
    if done.left_out:
        console.say(f"{done.left_out:,} cards hold none of the chosen contests and are not written")
    for loss in done.losses:
        console.say(f"{'VOTES NOT HELD' if loss.grave else 'not held'}: {loss.what} ({loss.count:,})")
    for path, why in unread:
        console.say(f"NOT READ: {path}: {why.removeprefix(f'{path}: ')}")
    return 1 if grave or unread else 0


def _loss(loss: object) -> dict[str, object]:
    from faircount.write import Loss

    if not isinstance(loss, Loss):
        return {}
    return {"what": loss.what, "count": loss.count, "votes": loss.grave}
