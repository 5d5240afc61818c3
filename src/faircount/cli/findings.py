"""check, reconcile: findings, in words and with their evidence."""

from pathlib import Path

import click

from faircount.cli.console import STATUS_STYLE, Console
from faircount.cli.options import exit_zero, in_workspace, speaking, threads
from faircount.model import Answer, Report, Status


def _show(report: Report, console: Console, rows: int) -> None:
    """Print findings: one line each, and the first evidence rows of those that fail."""
    overview = Answer(
        ("number", "check", "status", "found"),
        tuple((f.number, f.check, f.status.value, f.found) for f in report.findings),
    )
    console.rows(overview, styles={status.value: style for status, style in STATUS_STYLE.items()})
    if console.form != "table":
        return
    for finding in report.findings:
        if finding.status is Status.FAIL and rows:
            shown = Answer(finding.evidence.columns, finding.evidence.rows[:rows])
            more = finding.disagreements - len(shown.rows)
            console.table(shown, f"{finding.number} {finding.check}: {finding.disagreements:,} disagree")
            if more > 0:
                console.out(f"  … and {more:,} more: --rows, or --json for the first 1,000")
            console.out("  could be: " + " ".join(finding.innocent_explanations))
    counts = {status: sum(f.status is status for f in report.findings) for status in Status}
    console.out(
        f"{counts[Status.PASS]} PASS, {counts[Status.NOT_CHECKED]} NOT CHECKED, {counts[Status.FAIL]} FAIL: "
        f"on the whole {report.status.value}"
    )


def _finish(report: Report, zero: bool) -> int:
    """Return 1 if anything fails, and if nothing at all could be checked: 0 would say that all is good."""
    checked = any(finding.status is Status.PASS for finding in report.findings)
    return 0 if zero or (checked and report.status is not Status.FAIL) else 1


@click.command()
@click.argument("checks", nargs=-1, metavar="[CHECK…]")
@click.option("--rows", type=click.IntRange(0), default=5, help="Evidence rows to show for each check that fails.")
@click.option("--explain", metavar="CHECK", help="Say what a check asks, its SQL and its innocent explanations.")
@exit_zero
@threads
@in_workspace
@speaking
def reconcile(
    checks: tuple[str, ...], rows: int, explain: str | None, exit_zero: bool, threads: int | None, workspace: Path,
    console: Console,
) -> int:  # fmt: skip
    """Hold every record against every other: manifests, cast vote records, results, turnout. Exit 1 if any disagree.

    \b
    Examples: faircount reconcile
              faircount reconcile R01 R08 --rows 20
              faircount reconcile --explain R08
    """
    if explain:
        return _explain(explain, console)
    from faircount.app.opened import Opened
    from faircount.app.reconciling import reconcile as hold
    from faircount.app.reporting import finding_json

    done = hold(Opened(workspace, threads), checks, console.progress())
    if console.machine:
        console.document(
            {"status": done.report.status.value, "findings": [finding_json(f) for f in done.report.findings],
             "unreadable": list(done.unreadable)}
        )  # fmt: skip
    else:
        _show(done.report, console, rows)
        for words in done.unreadable:
            console.say(f"NOT READ: {words}")
    return _finish(done.report, exit_zero)


def _explain(name: str, console: Console) -> int:
    from faircount.reconcile import CHECKS

    numbered = {check.number.casefold(): check for check in CHECKS.values()}
    check = numbered.get(name.casefold()) or CHECKS[name]
    if console.machine:
        console.document(
            {"number": check.number, "check": check.name, "statement": check.statement, "source": check.source,
             "query": check.query, "innocent_explanations": list(check.innocent_explanations)}
        )  # fmt: skip
        return 0
    console.out(f"{check.number} {check.name}\n\n{check.statement}\n\nWhy: {check.source}\n")
    console.out("If it fails, it could be:")
    for words in check.innocent_explanations:
        console.out(f"  - {words}")
    console.out(f"\nIts question:\n{check.query}")
    return 0


@click.command()
@click.option("--select", multiple=True, metavar="CODE", help="Only these codes.")
@click.option("--rows", type=click.IntRange(0), default=5, help="Evidence rows to show for each check that fails.")
@exit_zero
@threads
@in_workspace
@speaking
def check(
    select: tuple[str, ...], rows: int, exit_zero: bool, threads: int | None, workspace: Path, console: Console
) -> int:
    """Look whether the election's folder is sound: raw bytes unchanged, tables whole, nothing too small to publish.

    \b
    Example: faircount check --select FC101
    """
    from faircount.app.checking import check as look
    from faircount.app.opened import Opened
    from faircount.app.reporting import finding_json

    report = look(Opened(workspace, threads), select, console.progress())
    if console.machine:
        console.document({"status": report.status.value, "findings": [finding_json(f) for f in report.findings]})
    else:
        _show(report, console, rows)
    return _finish(report, exit_zero)
