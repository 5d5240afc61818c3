"""recount --rctab: count as a configuration of RCTab says."""

from collections.abc import Mapping
from pathlib import Path

from faircount.cli.console import Console


def show_rctab(console: Console, config: Path, folder: Path | None, changes: Mapping[str, str]) -> int:
    """Print the summary, a list of them where each seat is counted by itself, and write all reports to `folder`."""
    from faircount.app.rctab.tabulating import tabulate, write_reports

    done = tabulate(config, changes)
    for note in done.notes:
        console.say(note)
    console.document(done.summaries[0] if len(done.summaries) == 1 else list(done.summaries))
    if folder is not None:
        written = write_reports(done, folder)
        console.say(f"{len(written)} {'file' if len(written) == 1 else 'files'} written to {folder}")
    return 0
