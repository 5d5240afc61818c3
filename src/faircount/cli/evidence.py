"""log, bundle, verify, publish: evidence for people who trust nobody."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faircount.cli.audit_options import acting, log_url
from faircount.cli.console import Console, visible
from faircount.cli.options import in_workspace, speaking
from faircount.cli.witnessing import accept, request, stamp, submit
from faircount.model import Answer, Status

if TYPE_CHECKING:
    from faircount.app.auditing.receipts import Held


@click.group()
def log() -> None:
    """Show the log of an audit, check it, give receipts.

    \b
    Examples: faircount log show
              faircount log verify
              faircount log receipt 17 -o act-17.tlog-proof
              faircount log checkpoint
              faircount log request -o /media/stick
    """


for _command in (request, accept, submit, stamp):
    log.add_command(_command)


@log.command("show")
@click.option("--act", "kind", metavar="NAME", help="Only acts of this kind.")
@click.option("--number", type=click.IntRange(0), help="One act, whole.")
@log_url
@in_workspace
@speaking
def show_log(kind: str | None, number: int | None, url: str, workspace: Path, console: Console) -> None:
    """List the acts, or show one whole.

    \b
    Examples: faircount log show --act correct
              faircount log show --number 17
    """
    from faircount.app.auditing.held import opened_audit
    from faircount.app.auditing.telling import act_document, act_rows

    with opened_audit(workspace, url) as held:
        if number is not None:
            console.document(act_document(held, number))
        else:
            console.rows(act_rows(held, kind or ""))


@log.command("verify")
@log_url
@in_workspace
@speaking
def verify_log(url: str, workspace: Path, console: Console) -> None:
    """Recompute the log from its entries, take every act again, and look at every file that an act names.

    \b
    Example: faircount log verify
    """
    from faircount.app.auditing.held import opened_audit

    with opened_audit(workspace, url) as held:
        head = held.log.verify()
        for digest in held.audit.names.values():
            held.file(digest)
        console.rows(Answer(("origin", "acts", "files", "root", "status"), (
            (head.origin, head.size, len(held.audit.names), head.root.hex(), "PASS"),)))  # fmt: skip


@log.command()
@log_url
@in_workspace
@speaking
def checkpoint(url: str, workspace: Path, console: Console) -> None:
    """Sign the log as it is now; whoever keeps the text can show later that nothing was taken away.

    \b
    Example: faircount log checkpoint > checkpoint-2026-11-22
    """
    from faircount.app.auditing.held import opened_audit

    with opened_audit(workspace, url) as held:
        made, note = held.checkpoint()
        if console.machine:
            console.document({"origin": made.origin, "size": made.size, "root": made.root.hex(),
                              "note": bytes(note).decode()})  # fmt: skip
        else:
            console.raw(bytes(note).decode())


@log.command()
@click.argument("number", type=click.IntRange(0))
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it.")
@log_url
@in_workspace
@speaking
def receipt(number: int, out: Path | None, url: str, workspace: Path, console: Console) -> None:
    """Give the receipt of act NUMBER: one file that proves, without a network, that the act stands in the log.

    \b
    Example: faircount log receipt 17 -o act-17.tlog-proof
    """
    from faircount.app.auditing.held import opened_audit

    with opened_audit(workspace, url) as held:
        made, _ = held.checkpoint()
        proof = held.log.proof(number, made.size)
        target = out or Path(f"act-{number}.tlog-proof")
        target.write_bytes(bytes(proof))
        console.rows(Answer(("act", "of", "receipt"), ((number, made.size, str(target)),)))


@click.group()
def bundle() -> None:
    """Write the evidence of an audit as one folder or zip that strangers can check.

    \b
    Examples: faircount bundle build evidence.zip
              faircount bundle inspect evidence.zip
    """


@bundle.command()
@click.argument("target", type=click.Path(path_type=Path))
@log_url
@in_workspace
@speaking
def build(target: Path, url: str, workspace: Path, console: Console) -> None:
    """Write the bundle to TARGET: a new folder, or a file ending in .zip. Unfinished audits can be bundled, too.

    \b
    Example: faircount bundle build evidence.zip
    """
    from faircount.app.auditing.bundling import write
    from faircount.app.auditing.held import opened_audit

    with opened_audit(workspace, url) as held:
        parts = write(held, target)
        size = sum(map(len, parts.values()))
        console.rows(Answer(("bundle", "files", "bytes"), ((str(target), len(parts), size),)))


@bundle.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@speaking
def inspect(path: Path, console: Console) -> None:
    """List the files of a bundle with their SHA-256. Nothing is checked by this: faircount verify does that.

    \b
    Example: faircount bundle inspect evidence.zip
    """
    from faircount.app.auditing.telling import files_of_bundle

    console.rows(files_of_bundle(path))


@click.command()
@click.argument("path", metavar="BUNDLE", type=click.Path(path_type=Path, exists=True))
@click.option("--key", metavar="VKEY", help="The log's key, as its owner publishes it elsewhere.")
@click.option("--receipt", "receipts", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              metavar="FILE", help="A receipt that the log gave: whether its act still stands there.")  # fmt: skip
@speaking
def verify(path: Path, key: str | None, receipts: tuple[Path, ...], console: Console) -> int:
    """Check a BUNDLE, all of it, by a second program that shares no code with this one. Exits 0 only for PASS.

    With --receipt, this program besides holds a receipt that you were given against the bundle's log: its act must
    still stand there, and the log must not have been rolled back or rewritten since.

    \b
    Examples: faircount verify evidence.zip
              faircount verify evidence --key "example.org/2026+1a2b3c4d+AZ…"
              faircount verify evidence.zip --receipt act-17.tlog-proof
    """
    from faircount.app.auditing import verifying
    from faircount.app.auditing.receipts import hold

    held = [hold(path, one, key) for one in receipts]
    done = verifying.verify(path, key, console.machine)
    whole = max((Status(done.verdict), *(one.status for one in held)), key=list(Status).index)
    console.raw(_with_receipts(done.out, held, whole, console.machine) if held else done.out)
    if done.err:
        console.say(done.err.rstrip())
    return {Status.PASS: 0, Status.NOT_CHECKED: 1}.get(whole, 4)


def _with_receipts(report: str, held: "list[Held]", whole: Status, machine: bool) -> str:
    """Return the verifier's report with receipts before its end, which is the status of the whole."""
    if machine:
        told = json.loads(report or "{}") | {"receipts": [one.document for one in held], "result": whole}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"
    lines = report.split("\n")[:-2] + [visible(f"receipt {one.name} | {one.status} | {one.words}") for one in held]
    return "".join(f"{line}\n" for line in (*lines, whole))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@acting("official")
@click.option("--draft", is_flag=True, help="Write the pages of an audit that is not finished; nothing is sealed.")
@log_url
@in_workspace
@speaking
def publish(folder: Path, by: str, role: str, draft: bool, url: str, workspace: Path, console: Console) -> None:
    """Seal the audit, and write its public pages with the bundle into FOLDER: a static site that needs no server.

    \b
    Examples: faircount publish site --by "Ada Vale"
              faircount publish site --draft --by "Ada Vale"
    """
    from faircount.app.auditing.held import opened_audit, person
    from faircount.app.auditing.publishing import publish as write_site

    with opened_audit(workspace, url) as held:
        made = write_site(held, folder, by=None if draft else person(by, role))
        console.rows(Answer(("page", "bytes"), tuple(sorted((name, size) for name, size in made.items()))))
