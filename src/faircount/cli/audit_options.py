"""Options that the commands of an audit share."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import click

from faircount.cli.options import Command

_DESIGN = "comparison: card by card; polling: cards without records; batch: whole batches."


def fraction(_: click.Context, __: click.Parameter, text: str) -> Fraction:
    """Return a share that is typed: 5%, 0.05 or 1/20."""
    try:
        return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise click.BadParameter(f"a risk limit is written 5%, 0.05 or 1/20, found {text!r}") from error


def _settings(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        try:
            float(value)
        except ValueError:
            equals = ""
        if not equals or not name:
            raise click.BadParameter(f"a setting is written name=number, found {pair!r}")
        found[name] = value
    return tuple(sorted(found.items()))


def designing(command: Command) -> Command:
    """Add what decides an audit; the command gets `design`, `risk_limit`, `risk_function`, `settings`, `pool`."""
    for option in (
        click.option("--pool", multiple=True, metavar="GROUP", help="A counting group whose cards cannot be matched "
                     "one by one: its batches become pools (ONEAudit)."),
        click.option("-S", "--setting", "settings", multiple=True, callback=_settings, metavar="NAME=NUMBER",
                     help="A number of the risk function."),
        click.option("--risk-function", default="", metavar="NAME", help="How risk is measured; each design has one "
                     "by default."),
        click.option("--risk-limit", default="5%", callback=fraction, metavar="SHARE", help="Default: 5%."),
        click.option("--design", default="comparison", type=click.Choice(["comparison", "polling", "batch"]),
                     help=_DESIGN),
    ):  # fmt: skip
        command = option(command)
    return command


def acting(role: str) -> Callable[[Command], Command]:
    """Add `--by` and `--role`; the command gets `by` and `role`. Every act of an audit says who did it."""

    def add(command: Command) -> Command:
        for option in (
            click.option("--role", default=role, show_default=True, help="As what."),
            click.option("--by", required=True, metavar="NAME", help="Who does this; it stands in the log."),
        ):
            command = option(command)
        return command

    return add


log_url = click.option(
    "--log", "url", default="", envvar="FAIRCOUNT_LOG", metavar="URL",
    help="Where the log is kept: a path, or postgresql://…; default: in the folder.",
)  # fmt: skip


def wish_of(options: dict[str, Any], contests: tuple[str, ...]) -> Any:
    """Return what these options decide."""
    from faircount.app.auditing.preparing import Wish
    from faircount.model import Design

    return Wish(
        Design(options["design"]), contests, options.get("also", ()), options["risk_limit"],
        options["risk_function"], options["settings"], options["pool"],
    )  # fmt: skip
