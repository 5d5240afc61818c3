"""report: the page for people."""

from pathlib import Path

import click

from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking, threads
from faircount.model import ElectionPage, Status


@click.command()
@click.option("-o", "--output", metavar="FILE", help="Where to write it; default: report/report.html in the folder.")
@click.option("--language", default="en", help="Language of the page.")
@threads
@in_workspace
@speaking
def report(output: str | None, language: str, threads: int | None, workspace: Path, console: Console) -> int:
    """Recount and reconcile everything and write one HTML page that stands alone.

    \b
    Example: faircount -w county-2026 report -o county-2026.html
    """
    from faircount.app.opened import Opened
    from faircount.app.reporting import finding_json, gather, result_json, write_report

    opened = Opened(workspace, threads)
    page = gather(opened, console.progress())
    target = write_report(page, Path(output) if output else workspace / "report" / "report.html", language)
    if console.machine:
        console.document(
            {
                "report": str(target),
                "status": page.findings.status.value,
                "contests": [result_json(one) for one in page.results],
                "not_counted": [{"contest": one.title, "reason": one.reason} for one in page.not_counted],
                "findings": [finding_json(one) for one in page.findings.findings],
                "not_checked": list(page.not_checked),
            }
        )
    else:
        summary(page, console)
        console.out(f"report: {target}")
    return 0


def summary(page: ElectionPage, console: Console) -> None:
    """Say in a few lines what the page says."""
    counts = {status: sum(f.status is status for f in page.findings.findings) for status in Status}
    console.out(f"{page.name} {page.date}".strip())
    console.out(f"  received   {len(page.sources)} sources, {page.ballots:,} ballots on {page.cards:,} cards")
    console.out(f"  counted    {len(page.results)} contests; not counted: {len(page.not_counted)}")
    console.out(
        f"  records    {counts[Status.PASS]} checks PASS, {counts[Status.FAIL]} FAIL, "
        f"{counts[Status.NOT_CHECKED]} NOT CHECKED"
    )
    for finding in page.findings.findings:
        if finding.status is Status.FAIL:
            console.out(f"  FAIL       {finding.number} {finding.check}: {finding.found}")
    console.out("  paper      NOT CHECKED: only looking at paper ballots can show what voters marked")
