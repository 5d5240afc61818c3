"""demo: the whole path on an election made up from a seed."""

from pathlib import Path
from typing import Any

import click

from faircount.cli.console import Console
from faircount.cli.options import speaking


@click.command()
@click.option("--size", default="county", help="town, county or state.")
@click.option("--seed", default=2026, help="Another seed, another election.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Plant a fault, to see it found; see --faults.")
@click.option("--faults", "list_faults", is_flag=True, help="List the faults that can be planted, and stop.")
@click.option("--dir", "folder", default="demo-election", metavar="DIR", help="Where to put it all.")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Processes that read; default: one a core.")
@speaking
def demo(
    size: str, seed: int, faults: tuple[str, ...], list_faults: bool, folder: str, jobs: int, console: Console
) -> int:
    """Make up an election, hand its files over as a county would, and take them all the way to a report.

    \b
    Examples: faircount demo
              faircount demo --size town --fault vote-moved
    """
    if list_faults:
        return _faults(console)
    from faircount.app.demonstrating import demonstrate
    from faircount.app.reporting import finding_json, result_json
    from faircount.cli.reporting import summary

    done = demonstrate(Path(folder), size, seed, faults, jobs, console.progress())
    if console.machine:
        console.document(
            {
                "received": str(done.received), "workspace": str(done.workspace), "report": str(done.report),
                "status": done.page.findings.status.value,
                "contests": [result_json(one) for one in done.page.results],
                "findings": [finding_json(one) for one in done.page.findings.findings],
                "audit": _audit(done.audit),
            }
        )  # fmt: skip
        return 0
    summary(done.page, console)
    if isinstance(done.audit, str):
        console.out(f"  audit      NOT REHEARSED: {done.audit}")
    else:
        told = [f"{row[0]}: {row[1]}" for row in done.audit.contests.rows if row[1] != "NOT CHECKED"]
        console.out(f"  audit      rehearsed with invented people: {'; '.join(told)}")
        console.out(f"  evidence   the verifier says {done.audit.verdict}: {done.audit.bundle}")
    console.out(f"report: {done.report}")
    console.say(f"the files as a county would hand them over: {done.received}")
    console.say(f"now try: faircount -w {done.workspace} recount mayor")
    console.say(f"         faircount -w {done.workspace} reconcile")
    return 0


def _audit(found: Any) -> dict[str, Any]:
    if isinstance(found, str):
        return {"rehearsed": False, "reason": found}
    heads = found.contests.columns
    return {"rehearsed": True, "bundle": str(found.bundle), "verdict": found.verdict,
            "contests": [dict(zip(heads, row, strict=True)) for row in found.contests.rows]}  # fmt: skip


def _faults(console: Console) -> int:
    from faircount.model import Answer
    from faircount.simulate import FAULTS

    rows = tuple((fault.name, fault.check, fault.sentence) for fault in FAULTS.values())
    console.rows(Answer(("fault", "found by", "what is wrong"), rows))
    return 0
