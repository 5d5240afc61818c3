"""Hold every record against every other: put each check's question to the store and let it judge the answer."""

from dataclasses import dataclass

from faircount.app.opened import Opened
from faircount.app.progress import Progress, Silent
from faircount.model import Finding, Report
from faircount.reconcile import CHECKS


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Findings in the order of their numbers, and the contests that no rule could read, in words."""

    report: Report
    unreadable: tuple[str, ...]


def reconcile(opened: Opened, names: tuple[str, ...] = (), progress: Progress | None = None) -> Reconciled:
    """Run all checks, or those named or numbered in `names`. Raises `UsageError` for a name that no check has."""
    progress = progress or Silent()
    numbered = {check.number.casefold(): check for check in CHECKS.values()}
    chosen = [numbered.get(name.casefold()) or CHECKS[name] for name in names] or list(CHECKS.values())
    unreadable = opened.interpreted
    findings: list[Finding] = []
    progress.start("reconciling", len(chosen), "checks")
    for check in chosen:
        findings.append(check.judge(opened.engine.ask(check.query)))
        progress.advance(1)
    progress.finish()
    return Reconciled(Report(tuple(findings)), unreadable)
