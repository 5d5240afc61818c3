"""commit, seed: what is fixed before the seed, and the seed, which nobody chooses."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from faircount.cli.audit_options import acting, designing, log_url, wish_of
from faircount.cli.console import Console
from faircount.cli.options import in_workspace, speaking, threads
from faircount.model import Answer, UsageError

if TYPE_CHECKING:
    from faircount.store import Workspace


@click.command()
@click.argument("contests", nargs=-1, metavar="[CONTEST…]")
@designing
@click.option("--also", multiple=True, metavar="CONTEST", help="A contest to read on the cards drawn for others: "
              "measured, and not decided.")  # fmt: skip
@click.option("--double-entry", is_flag=True, help="Two people enter each card, neither seeing the other's entry.")
@click.option("--witness", "witnesses", multiple=True, metavar="VKEY", help="A witness's key; with the first commit.")
@click.option("--quorum", type=click.IntRange(0), help="How many of the witnesses must cosign; default: all of them.")
@click.option("--with", "further", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              metavar="FILE", help="A further file to fix and publish.")  # fmt: skip
@acting("official")
@log_url
@threads
@in_workspace
@speaking
def commit(
    contests: tuple[str, ...], double_entry: bool, witnesses: tuple[str, ...], quorum: int | None,
    further: tuple[Path, ...], by: str, role: str, url: str, threads: int | None, workspace: Path, console: Console,
    **options: Any,
) -> None:  # fmt: skip
    """Fix contests, records, claims and methods of an audit, before anybody knows the seed.

    \b
    Examples: faircount commit mayor governor --by "Ada Vale"
              faircount commit --design polling --risk-limit 10% --by "Ada Vale"
              faircount commit mayor --pool "Election Day" --double-entry --by "Ada Vale"
    """
    from faircount.app.auditing import acting as acts
    from faircount.app.auditing.annexes import annexes
    from faircount.app.auditing.held import HeldAudit, is_begun, person
    from faircount.app.auditing.preparing import prepare
    from faircount.app.opened import Opened
    from faircount.app.reporting import title_of

    opened, who = Opened(workspace, threads), person(by, role)
    begun = is_begun(opened.space, url)
    if begun:
        _refuse_late(opened.space, url)
        if witnesses or quorum is not None:
            raise UsageError("the witnesses of an audit are named when its log begins, and stay")
    prepared = prepare(opened, wish_of(options, contests), console.progress())
    wanted = len(witnesses) if quorum is None else quorum
    held = HeldAudit(opened.space, url) if begun else HeldAudit.create(
        opened.space, who, witnesses=witnesses, quorum=wanted, url=url, called=title_of(opened))  # fmt: skip
    with held:
        files = {path.name.lower(): path.read_bytes() for path in further} | annexes(opened, console.progress())
        acts.commit(held, who, prepared, double=double_entry, further=files)
        checkpoint, note = held.checkpoint()
        if not held.audit.policy["quorum"]:
            acts.witness(held, who, note)
        if console.machine:
            console.document(
                {
                    "origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex(),
                    "witnessed": not held.audit.policy["quorum"], "log_key": held.audit.policy["log_key"],
                    "contests": [one.contest.title for one in prepared.commitment.audited],
                    "remarks": list(prepared.remarks),
                }
            )  # fmt: skip
            return
        names = ", ".join(one.contest.title for one in prepared.commitment.audited)
        console.out(f"Committed: {names}, by {prepared.commitment.design}.")
        for remark in prepared.remarks:
            console.say(remark)
        console.out(f"Read this aloud, and let everybody write it down: {checkpoint.root.hex()}")
        if held.audit.policy["quorum"]:
            console.say("Next: let the witnesses cosign: faircount log request, then faircount log accept")
        else:
            console.say("NOT CHECKED by any witness: the log's own signature is all that shows when this was fixed")
            console.say("Next: roll dice in public: faircount seed dice DIGITS --by NAME, by two people")


def _refuse_late(space: "Workspace", url: str) -> None:
    """Raise `UsageError` where `commit` may not come: before the work of hours, not after it."""
    from faircount.app.auditing.held import HeldAudit
    from faircount.audit.acts import DRAFT, PUBLISHED

    with HeldAudit(space, url) as held:
        if (stage := held.audit.stage) != DRAFT:
            hint = (
                "a new one needs a log of its own" if stage == PUBLISHED else "to begin again: faircount audit restart"
            )
            raise UsageError(f"`commit` may come when the audit is {DRAFT}; it is: {stage}; {hint}")


@click.group()
def seed() -> None:
    """Set the seed: dice that two people enter, and numbers that parties promised.

    \b
    Examples: faircount seed dice 31415926535897932384 --by "Ada Vale"
              faircount seed promise Greens 5f3a… --by "Ada Vale"
              faircount seed reveal Greens --nonce 77 --value 12345 --by "Ada Vale"
              faircount seed show
    """


def _tell(console: Console, held: Any) -> None:
    made = held.audit.ceremony
    if console.machine:
        console.document({"seed": made.seed or None, "dice": len(made.dice), "promised": sorted(made.promises),
                          "revealed": sorted(made.revealed)})  # fmt: skip
    elif made.seed:
        console.out(f"The seed is {made.seed}")
        console.say("Next: faircount sample draw --by NAME")
    else:
        waiting = sorted(made.promises.keys() - made.revealed.keys())
        parts = ["what is committed and promised is witnessed (faircount log request)"] * (not made.size)
        parts += [f"{2 - len(made.dice)} more enter the dice"] * (len(made.dice) < 2)
        parts += [f"{party} reveals what was promised" for party in waiting]
        console.out("There is no seed yet: " + "; ".join(parts))


@seed.command()
@click.argument("digits")
@acting("official")
@log_url
@in_workspace
@speaking
def dice(digits: str, by: str, role: str, url: str, workspace: Path, console: Console) -> None:
    """Enter the DIGITS that the dice show; a second person enters them again.

    \b
    Example: faircount seed dice 31415926535897932384 --by "Ada Vale"
    """
    from faircount.app.auditing import acting as acts
    from faircount.app.auditing.held import opened_audit, person

    with opened_audit(workspace, url) as held:
        acts.roll(held, person(by, role), digits)
        _tell(console, held)


@seed.command()
@click.argument("party")
@click.argument("sha256")
@acting("official")
@log_url
@in_workspace
@speaking
def promise(party: str, sha256: str, by: str, role: str, url: str, workspace: Path, console: Console) -> None:
    """Note the SHA256 by which PARTY binds itself to a value, before the dice.

    \b
    Example: faircount seed promise Greens 5f3a… --by "Ada Vale"
    """
    from faircount.app.auditing import acting as acts
    from faircount.app.auditing.held import opened_audit, person

    with opened_audit(workspace, url) as held:
        acts.make_promise(held, person(by, role), party, sha256)
        _tell(console, held)


@seed.command()
@click.argument("party")
@click.option("--nonce", required=True, help="The nonce of the promise.")
@click.option("--value", required=True, help="The value that was promised.")
@acting("official")
@log_url
@in_workspace
@speaking
def reveal(party: str, nonce: str, value: str, by: str, role: str, url: str, workspace: Path, console: Console) -> None:
    """Reveal what PARTY promised, after the dice.

    \b
    Example: faircount seed reveal Greens --nonce 77 --value 12345 --by "Ada Vale"
    """
    from faircount.app.auditing import acting as acts
    from faircount.app.auditing.held import opened_audit, person

    with opened_audit(workspace, url) as held:
        acts.reveal(held, person(by, role), party, nonce, value)
        _tell(console, held)


@seed.command()
@log_url
@in_workspace
@speaking
def show(url: str, workspace: Path, console: Console) -> None:
    """Show the seed, or what it waits for.

    \b
    Example: faircount seed show
    """
    from faircount.app.auditing.held import opened_audit

    with opened_audit(workspace, url) as held:
        _tell(console, held)


@seed.command()
@click.argument("party")
@click.argument("value")
@click.option("--nonce", help="Default: a new one from this machine.")
@speaking
def bind(party: str, value: str, nonce: str | None, console: Console) -> None:
    """Print what PARTY gives out before the dice, to be bound to VALUE; keep the nonce and the value to yourself.

    \b
    Example: faircount seed bind Greens 12345
    """
    import secrets

    from faircount.audit.ceremony import promise as digest

    nonce = nonce or secrets.token_hex(16)
    made = {"party": party, "nonce": nonce, "value": value, "sha256": digest(party, nonce, value)}
    if console.machine:
        console.document(made)
    else:
        console.rows(Answer(("keep or give out", "text"), (
            ("keep: nonce", nonce), ("keep: value", value), ("give out: SHA-256", made["sha256"]))))  # fmt: skip
