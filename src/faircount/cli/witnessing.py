"""log request, log accept, log submit, log stamp: what others, with keys of their own, say of a log."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faircount.cli.audit_options import acting, log_url
from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking
from faircount.model import Answer, Person, UsageError

if TYPE_CHECKING:
    from faircount.app.auditing.held import HeldAudit
    from faircount.app.auditing.witnessing import Heard

_A_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def _sizes(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for pair in pairs:
        name, _equals, size = pair.rpartition("=")
        if not name or not (size.isascii() and size.isdigit()):
            raise click.BadParameter(f"is written NAME=ENTRIES, found {pair!r}")
        found[name] = int(size)
    return found


@click.command()
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Where the files go: a stick.")  # fmt: skip
@click.option("--old", "told", multiple=True, callback=_sizes, metavar="NAME=ENTRIES",
              help="How many entries this witness says it has cosigned, if it says so.")  # fmt: skip
@log_url
@in_workspace
@speaking
def request(out: Path, told: dict[str, int], url: str, workspace: Path, console: Console) -> None:
    """Write a file for each witness that asks it to cosign the log as it is now. Let the log rest until it is back.

    \b
    Example: faircount log request -o /media/stick
    """
    from faircount.app.auditing.held import opened_audit
    from faircount.app.auditing.witnessing import requests

    with opened_audit(workspace, url) as held:
        asked = requests(held, told)
        out.mkdir(parents=True, exist_ok=True)
        for one in asked:
            (out / one.file_name).write_bytes(one.body)
        console.rows(Answer(("witness", "from", "to", "file"), tuple(
            (one.witness.name, one.old, one.checkpoint.size, str(out / one.file_name)) for one in asked)))  # fmt: skip
        console.say(f"Read this aloud, and let everybody compare: {asked[0].checkpoint.root.hex()}")
        console.say(
            f"A witness that does not watch this log yet: trust {held.log.origin} {held.audit.policy['log_key']}"
        )
        console.say("Next, with the answers: faircount log accept FILE… --by NAME")


@click.command()
@click.argument("files", nargs=-1, required=True, type=_A_FILE)
@acting("official")
@log_url
@in_workspace
@speaking
def accept(files: tuple[Path, ...], by: str, role: str, url: str, workspace: Path, console: Console) -> int:
    """Take the answers of witnesses; once enough of them cosigned what was committed, that goes into the log.

    \b
    Example: faircount log accept /media/stick/*.answer --by "Ada Vale"
    """
    from faircount.app.auditing.held import opened_audit, person
    from faircount.app.auditing.witnessing import LONGEST, hear

    with opened_audit(workspace, url) as held:
        heard = []
        for path in files:
            with path.open("rb") as stream:
                heard.append(hear(held, str(path), stream.read(LONGEST + 1)))
        return _told(console, held, person(by, role), heard)


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL…")
@acting("official")
@log_url
@in_workspace
@speaking
def submit(urls: tuple[str, ...], by: str, role: str, url: str, workspace: Path, console: Console) -> int:
    """Ask witnesses by HTTP to cosign the log as it is now, and take their answers.

    \b
    Example: faircount log submit https://witness.example.org http://127.0.0.1:8700 --by "Ada Vale"
    """
    from faircount.app.auditing.held import opened_audit, person
    from faircount.app.auditing.witnessing import submit as ask

    with opened_audit(workspace, url) as held:
        return _told(console, held, person(by, role), ask(held, urls))


def _told(console: Console, held: "HeldAudit", by: Person, heard: Sequence["Heard"]) -> int:
    from faircount.app.auditing.witnessing import settle, standing

    words = standing(held, [one.size for one in heard if one.outcome == "cosigned"])
    console.rows(Answer(("witness", "outcome", "entries", "what it means"), tuple(
        (one.who, one.outcome, one.size, one.words) for one in heard)))  # fmt: skip
    console.say(words)
    if settle(held, by, heard):
        console.say("The commitment is witnessed. Next: faircount seed dice DIGITS --by NAME, by two people")
    return 0 if all(one.outcome == "cosigned" for one in heard) else 1


@click.command()
@click.option("--request", "asked", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.tsq",
              help="Write the request for an authority.")  # fmt: skip
@click.option(
    "--accept", "answer", type=_A_FILE, metavar="FILE.tsr", help="Verify the authority's answer, and keep it."
)
@click.option("--tsa", type=_A_FILE, metavar="ROOT.pem", help="The root certificate that you trust, from elsewhere.")
@log_url
@in_workspace
@speaking
def stamp(
    asked: Path | None, answer: Path | None, tsa: Path | None, url: str, workspace: Path, console: Console
) -> None:
    """Have the log's checkpoint time-stamped (RFC 3161), by files and without a network.

    \b
    Examples: faircount log stamp --request now.tsq
              faircount log stamp --accept now.tsr --tsa root.pem
    """
    from faircount.app.auditing import stamping
    from faircount.app.auditing.held import opened_audit

    if (asked is None) == (answer is None) or (answer is None) != (tsa is None):
        raise UsageError("either --request FILE.tsq, or --accept FILE.tsr with --tsa ROOT.pem")
    with opened_audit(workspace, url) as held:
        if asked is not None:
            checkpoint, data = stamping.request(held)
            asked.write_bytes(data)
            console.rows(Answer(("entries", "request"), ((checkpoint.size, str(asked)),)))
        elif answer is not None and tsa is not None:
            made = stamping.accept(held, str(answer), answer.read_bytes(), tsa.read_bytes())
            console.rows(Answer(("entries", "time", "authority", "kept as"), (
                (made.size, made.time.isoformat(), made.authority, str(made.path)),)))  # fmt: skip
