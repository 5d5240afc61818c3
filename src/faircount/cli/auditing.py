"""audit: what the paper has shown so far, and what is decided."""

from pathlib import Path
from typing import Any

import click

from faircount.cli.audit_options import acting, log_url
from faircount.cli.console import Console
from faircount.cli.options import exit_zero, in_workspace, speaking
from faircount.model import Answer, UsageError


@click.group(invoke_without_command=True)
@exit_zero
@log_url
@in_workspace
@speaking
@click.pass_context
def audit(ctx: click.Context, exit_zero: bool, url: str, workspace: Path, console: Console) -> int:
    """Show where an audit stands, close a round, count by hand, sign.

    Exits 0 when every audited contest is confirmed or counted by hand, 1 while one is not.

    \b
    Examples: faircount audit
              faircount audit close --by "Ada Vale"
              faircount audit hand-count mayor totals.csv --by "Ada Vale"
              faircount audit sign "We saw it." --by "Ada Vale"
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from faircount.app.auditing.held import opened_audit

    with opened_audit(workspace, url) as held:
        return show_state(console, held, exit_zero)


def show_state(console: Console, held: Any, exit_zero: bool = False) -> int:
    """Show an audit as it stands; return 0 when all is decided, else 1."""
    from faircount.app.auditing.standing import standing

    found = standing(held)
    if console.machine:
        console.document(found.document)
    else:
        console.out(found.words)
        if found.contests.rows:
            console.rows(found.contests)
        for line in found.remarks:
            console.say(line)
    return 0 if found.decided or exit_zero else 1


def _act(console: Console, workspace: Path, url: str, act: str, who: tuple[str, str], body: dict[str, Any]) -> int:
    """Do one act of a person (name, role), and show where the audit stands."""
    from faircount.app.auditing.held import opened_audit, person

    with opened_audit(workspace, url) as held:
        held.do(act, person(*who), body)
        return show_state(console, held, True)


@audit.command()
@exit_zero
@acting("official")
@log_url
@in_workspace
@speaking
def close(exit_zero: bool, by: str, role: str, url: str, workspace: Path, console: Console) -> int:
    """Close the round: measure the risk of every contest, and decide.

    \b
    Example: faircount audit close --by "Ada Vale"
    """
    from faircount.app.auditing import acting as acts
    from faircount.app.auditing.held import opened_audit, person

    with opened_audit(workspace, url) as held:
        acts.close(held, person(by, role))
        return show_state(console, held, exit_zero)


@audit.command("hand-count")
@click.argument("contest")
@click.argument("table", type=click.Path(path_type=Path))
@acting("official")
@log_url
@in_workspace
@speaking
def hand_count(contest: str, table: Path, by: str, role: str, url: str, workspace: Path, console: Console) -> int:
    """Enter the full hand count of CONTEST: a table with the columns said and cards.

    \b
    Example: faircount audit hand-count mayor mayor.csv --by "Ada Vale"
    """
    from faircount.app.auditing.hand_counts import enter_hand_count
    from faircount.app.auditing.held import opened_audit, person

    with opened_audit(workspace, url) as held:
        words = enter_hand_count(held, person(by, role), contest, table)
        console.say(words)
        return show_state(console, held, True)


@audit.command()
@click.argument("words")
@acting("official")
@log_url
@in_workspace
@speaking
def sign(words: str, by: str, role: str, url: str, workspace: Path, console: Console) -> int:
    """Sign the audit off, with WORDS of your own; two different persons do.

    \b
    Example: faircount audit sign "We saw it." --by "Ada Vale"
    """
    return _act(console, workspace, url, "sign-off", (by, role), {"words": words})


@audit.command()
@click.argument("what", type=click.Choice(["late-ballots", "replaced-file", "second-upload"]))
@click.argument("words")
@click.option("--with", "files", multiple=True, type=click.Path(path_type=Path, exists=True), metavar="FILE")
@acting("official")
@log_url
@in_workspace
@speaking
def late(
    what: str, words: str, files: tuple[Path, ...], by: str, role: str, url: str, workspace: Path, console: Console
) -> int:
    """Say that records changed after they were fixed: the audit begins again from its commitment.

    \b
    Example: faircount audit late late-ballots "14 ballots from abroad" --by "Ada Vale"
    """
    from faircount.app.auditing.held import opened_audit, person

    with opened_audit(workspace, url) as held:
        named = [held.keep(path.name.lower(), path.read_bytes()) for path in files]
        held.do("late", person(by, role), {"files": named, "what": what, "words": words})
        return show_state(console, held, True)


@audit.command()
@click.argument("reason")
@acting("official")
@log_url
@in_workspace
@speaking
def restart(reason: str, by: str, role: str, url: str, workspace: Path, console: Console) -> int:
    """Begin again from the commitment, for a REASON; what was drawn and entered stays in the log and counts no more.

    \b
    Example: faircount audit restart "a party did not reveal" --by "Ada Vale"
    """
    if not reason.strip():
        raise UsageError("to begin again needs a reason")
    return _act(console, workspace, url, "restart", (by, role), {"reason": reason})


@audit.command()
@click.argument("words")
@acting("observer")
@log_url
@in_workspace
@speaking
def note(words: str, by: str, role: str, url: str, workspace: Path, console: Console) -> None:
    """Put a note into the log: an objection, an observation.

    \b
    Example: faircount audit note "Box 12 was unsealed when we came." --by "Cy Moor"
    """
    from faircount.app.auditing.held import opened_audit, person

    with opened_audit(workspace, url) as held:
        done = held.do("note", person(by, role), {"words": words})
        console.rows(Answer(("act", "root"), ((done.act.n, done.receipt.root.hex()),)))
