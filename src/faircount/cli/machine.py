"""doctor, completion: this machine and this shell."""

import os
from pathlib import Path

import click

from faircount.cli.console import Console
from faircount.cli.options import speaking


@click.command()
@click.argument("folder", default=".", metavar="[DIR]")
@speaking
def doctor(folder: str, console: Console) -> int:
    """Look whether this machine is ready, and say what mends what is missing. Exit 5 if something is.

    \b
    Example: faircount doctor
    """
    from faircount.app.doctor import examine
    from faircount.model import Answer

    found = examine(Path(folder))
    rows = tuple((o.name, o.found, "good" if o.good else "not good", "" if o.good else o.mend) for o in found)
    if console.form == "table":  # drawn by hand: what draws the other tables may be what is missing
        width = max(len(row[0]) for row in rows)
        for name, words, verdict, mend in rows:
            console.out(f"{name:{width}}  {verdict:8}  {words}" + (f"  mend it: {mend}" if mend else ""))
    else:
        console.rows(Answer(("what", "found", "verdict", "what mends it"), rows))
    return 0 if all(one.good for one in found) else 5


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), required=False)
@click.pass_context
def completion(ctx: click.Context, shell: str | None) -> None:
    """Print what lets your shell complete commands.

    \b
    Example: eval "$(faircount completion bash)"
    """
    from click.shell_completion import get_completion_class

    from faircount.cli import program

    name = shell or Path(os.environ.get("SHELL", "bash")).name
    kind = get_completion_class(name)
    if kind is None:
        raise click.UsageError(f"no completion for the shell {name!r}; known: bash, zsh, fish")
    script = kind(program, {}, "faircount", "_FAIRCOUNT_COMPLETE").source()
    if (ctx.obj or {}).get("json"):
        Console("json").document({"shell": name, "script": script})
    else:
        click.echo(script)
