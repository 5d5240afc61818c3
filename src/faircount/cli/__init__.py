"""The command line: argument → use case → words. The only room that prints and exits."""

import difflib
import errno
import importlib
import io
import os
import sys
from typing import Any, cast

import click

COMMANDS = {
    "demo": ("demo", "Make up an election and take it all the way to a report."),
    "init": ("workspace", "Make a folder for one election."),
    "sniff": ("workspace", "Say what format a file is, and how sure that is."),
    "map": ("mapping", "Say what the columns of a table mean that no reader knows."),
    "ingest": ("workspace", "Read exports of voting systems into the election's folder."),
    "rejected": ("workspace", "List the rows that could not be read, and why."),
    "names": ("naming", "Decide which names of different files mean the same."),
    "check": ("findings", "Look whether the election's folder is sound."),
    "recount": ("counting", "Count contests from the cast vote records."),
    "seats": ("seats", "Share seats out over districts, from cards or totals."),
    "electors": ("seats", "Sum the Electoral College up from votes by state."),
    "meeting": ("meeting", "Show a meeting of shareholders, proposal by proposal."),
    "committees": ("committees", "Elect committees from approval ballots, by abcvoting."),
    "explain-results": ("explaining", "Say which settings of a count give the published figures."),
    "reconcile": ("findings", "Hold every record against every other."),
    "assertions": ("planning", "Print what an audit would claim, and what that implies."),
    "plan": ("planning", "Compare ways to audit: cards, people, hours."),
    "commit": ("ceremony", "Fix records and rules of an audit, before the seed."),
    "seed": ("ceremony", "Set the seed: dice that two people enter."),
    "sample": ("sampling", "Draw the cards or batches to look at, and list them."),
    "enter": ("sampling", "Enter what was found on paper."),
    "audit": ("auditing", "Show where an audit stands; close a round; sign."),
    "explain": ("explain", "Show how an audit came to its answer, card by card."),
    "log": ("evidence", "Show the log of an audit, check it, give receipts."),
    "bundle": ("evidence", "Write the evidence as one folder or zip."),
    "verify": ("evidence", "Check a bundle by a program that shares no code."),
    "publish": ("evidence", "Seal an audit, and write its public pages."),
    "report": ("reporting", "Write the page for people: one HTML file."),
    "decide": ("counting", "Record how a contest is decided: its rule, seats, options."),
    "sql": ("tables", "Ask the tables a question of your own."),
    "export": ("tables", "Write the tables as CSV, JSON, Parquet or XLSX."),
    "convert": ("converting", "Write exports or an election in a format that others read."),
    "doctor": ("machine", "Look whether this machine is ready, and say what mends it."),
    "completion": ("machine", "Print what lets your shell complete commands."),
}
"""Command → (module in this room, one line). The modules are loaded only when their command is used."""


class ReaderLeft(Exception):
    """Whoever read our output has gone: click would take a BrokenPipeError for a good end."""


class Commands(click.Group):
    """The commands, loaded when used; a misspelt one gets the nearest names."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a closed pipe is told to `main`."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Load the module of `name`."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"faircount.cli.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], COMMANDS, n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(f"{error.message.rstrip('.')}.{hint}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from faircount import __version__

    if "--json" in sys.argv:
        import platform

        click.echo(f'{{"faircount": "{__version__}", "python": "{platform.python_version()}"}}')
    else:
        click.echo(f"faircount {__version__}")
    ctx.exit()


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all good · 1 done, with findings · 2 wrong use · 3 bad input · 4 tampered · "
    "5 this machine lacks something · 130 interrupted (run it again to go on).",
)
@click.option("-w", "--workspace", metavar="DIR", help="The election's folder; default: here, or $FAIRCOUNT_WORKSPACE.")
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Print the version."
)
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout, for any command.")
@click.pass_context
def program(ctx: click.Context, workspace: str | None, as_json: bool) -> None:
    """Evidence that a vote was counted fairly.

    \b
    A first look:      faircount demo
    Your own election: faircount init county-2026
                       faircount -w county-2026 ingest CVR_Export.zip manifest.csv summary.xml
                       faircount -w county-2026 report
    """
    ctx.obj = {"workspace": workspace, "json": as_json}


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and exit with its code. A fault of ours exits 70 with a traceback, never 1: a program that
    broke has found nothing.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of any script, whatever the locale; odd paths spelt out
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    _buffer_output()
    try:
        code = program.main(args=arguments, prog_name="faircount", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("faircount: interrupted; nothing is half-done, run it again to go on", err=True)
        sys.exit(130)
    except (BrokenPipeError, ReaderLeft):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the flush at exit has somewhere to go
        sys.exit(141)  # as every program that a pipe ends; 0 would say that all is good
    except Exception as error:
        words, exit_code = _explained(error)
        if not words:
            sys.excepthook(type(error), error, error.__traceback__)
            words = "this is a fault of faircount itself: please report it with the lines above"
        click.echo(f"faircount: {words}", err=True)
        sys.exit(exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _buffer_output() -> None:
    """Put a buffer under stdout where PYTHONUNBUFFERED took it away: without one, Python takes a part of a long text
    that a pipe accepted for the whole, and drops the rest in silence.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        at_once = sys.stdout.isatty()
        raw = cast(io.RawIOBase, sys.stdout.detach())
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=at_once
        )


def _explained(error: Exception) -> tuple[str, int]:
    """Return what to tell a person about `error`, and the exit code; no words where the fault is ours."""
    from faircount.cli.console import visible
    from faircount.model import FaircountError

    if isinstance(error, FaircountError):
        return visible(error), error.exit_code
    if isinstance(error, MemoryError):
        return "this machine has not enough memory for it; try --jobs 1", 5
    if isinstance(error, ImportError) and (error.name or "").partition(".")[0] not in ("", "faircount"):
        return f"{visible(error)}: a library is missing; see what mends it: faircount doctor", 5
    if isinstance(error, OSError) and error.strerror:
        where = f"{visible(error.filename)}: " if error.filename else ""
        lacking = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENOMEM, errno.EIO)
        return f"{where}{error.strerror}", 5 if lacking else 2
    return "", 70
