"""Options that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from faircount.cli.console import Console

Command = TypeVar("Command", bound=Callable[..., Any])
FORMS = ("table", "csv", "json", "ndjson", "md")


def speaking(command: Command) -> Command:
    """Add the options of form, colour and progress; the command gets a `console`."""

    def wrapped(
        *args: Any, as_json: bool, form: str | None, no_color: bool, quiet: bool, progress: str, **rest: Any
    ) -> Any:
        shared = click.get_current_context().obj or {}
        chosen = form or ("json" if as_json or shared.get("json") else "table")
        rest["console"] = Console(chosen, False if no_color else None, quiet, progress)
        return command(*args, **rest)

    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    wrapped.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option("--json", "as_json", is_flag=True, help="JSON on stdout: short for --format json."),
        click.option("--format", "form", type=click.Choice(FORMS), help="Form of the data on stdout."),
        click.option("--no-color", is_flag=True, help="No colour; NO_COLOR works too."),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors."),
        click.option(
            "--progress", type=click.Choice(["auto", "json", "none"]), default="auto", help="Progress on stderr."
        ),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]


def in_workspace(command: Command) -> Command:
    """Add `-w`; the command gets `workspace`, the election's folder."""

    def wrapped(*args: Any, workspace: str | None, **rest: Any) -> Any:
        shared = click.get_current_context().obj or {}
        chosen = workspace or shared.get("workspace") or os.environ.get("FAIRCOUNT_WORKSPACE") or "."
        return command(*args, workspace=Path(chosen), **rest)

    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    wrapped.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    add = click.option("-w", "--workspace", metavar="DIR", help="The election's folder; default: here.")
    return add(wrapped)  # type: ignore[return-value]


threads = click.option("--threads", type=click.IntRange(1), help="Threads for questions; default: all cores.")
exit_zero = click.option("--exit-zero", is_flag=True, help="Exit 0 even when there are findings.")
