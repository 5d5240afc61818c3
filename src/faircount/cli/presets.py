"""recount --presets, --preset: laws by name."""

from typing import TYPE_CHECKING, Any

import click

from faircount.cli.console import Console
from faircount.model import Answer

if TYPE_CHECKING:
    from faircount.app.opened import RuleChange


def show_presets(console: Console) -> int:
    """List the presets with what they decide, then the laws that have none; return the exit code."""
    from faircount.count.presets import NOT_COVERED, PRESETS

    rows: list[tuple[Any, ...]] = []
    for one in PRESETS.values():
        options = ", ".join(f"{name}={value}" for name, value in one.options)
        rows.append((one.name, one.title, one.rule, options, one.seats, one.years, one.law, one.note, one.held_against))
    columns = ("preset", "elects", "rule", "decisions", "seats", "years", "law", "note", "held against")
    if console.form != "table":
        console.rows(Answer(columns, tuple(rows)))
        return 0
    console.rows(Answer(("preset", "elects", "rule", "law"), tuple((r[0], r[1], r[2], r[6]) for r in rows)))
    console.table(Answer(("not covered", "why"), NOT_COVERED), "Laws without a preset")
    return 0


def law_of(
    preset: str, rule: str | None, seats: int | None, options: tuple[tuple[str, str], ...]
) -> tuple[str, int | None, tuple[tuple[str, str], ...]]:
    """Return the rule, seats and decisions of a preset, with what is said beside it in place of its own."""
    from faircount.count.presets import PRESETS

    if rule:
        raise click.UsageError("say --preset or --rule: a preset is a rule with its decisions")
    one = PRESETS[preset]
    return one.rule, seats or one.seats, tuple(sorted({**dict(one.options), **dict(options)}.items()))


def changed(rule: str, preset: str, seats: int | None, options: tuple[tuple[str, str], ...]) -> "RuleChange | None":
    """Return what the user says of the counting; None where nothing is said."""
    from faircount.app.opened import RuleChange

    if preset:
        rule, seats, options = law_of(preset, rule, seats, options)
    return RuleChange(rule, seats or 0, options) if rule or seats or options else None
