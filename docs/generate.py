"""Writes the pages of docs/ that only repeat what a catalog says: python docs/generate.py, after a change to a catalog.

tests/test_docs.py fails while a page differs from what this would write.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "src"))

NOTE = "<!-- Written by docs/generate.py from the catalog {catalog}: change the entry there, not this page. -->\n"


def catalog(room: str, name: str) -> dict[str, Any]:
    """Return the catalog `name` of a room, in its own order; empty where the room has none yet."""
    return dict(getattr(importlib.import_module(f"faircount.{room}"), name, {}))


def sentence(text: str) -> str:
    """Return `text` on one line, ended by a full stop."""
    line = " ".join(text.split())
    return line if line.endswith((".", "?", "!")) else line + "."


def cell(text: str) -> str:
    """Return `text` fit for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def formats() -> str:
    """Return the page of every format that can be read."""
    lines = [NOTE.format(catalog="faircount.read.READERS"), "# Formats that faircount reads\n"]
    lines.append(
        "A format is recognised by its content, never by its name alone. Where two could be meant: `--as NAME`. "
        "Folders, zips and single files (plain, `.xz`, `.gz`) are read alike.\n"
    )
    for name, reader in catalog("read", "READERS").items():
        lines += [f"## `{name}`\n", f"{sentence(reader.title)}\n"]
        lines.append("Fills the tables " + ", ".join(f"`{table}`" for table in reader.gives) + ".\n")
        lines.append(f"Written from: {sentence(reader.source)}\n")
    return "\n".join(lines)


def rules() -> str:
    """Return the page of every counting rule, with its named decisions."""
    lines = [NOTE.format(catalog="faircount.count.RULES"), "# Counting rules\n"]
    lines.append(
        "A contest names its rule and the decisions of that rule. What is not stated takes its default, and the "
        "transcript prints every decision in force.\n"
    )
    for name, rule in catalog("count", "RULES").items():
        lines += [f"## `{name}`\n", f"Law: {sentence(rule.law)}\n"]
        if rule.options:
            lines += ["| Decision | Values | Default | Meaning |", "| --- | --- | --- | --- |"]
            for option in rule.options:
                values = ", ".join(f"`{value}`" for value in option.values)
                lines.append(
                    f"| `{option.name}` | {cell(values)} | `{cell(option.default)}` | {cell(option.meaning)} |"
                )
            lines.append("")
    return "\n".join(lines)


def checks() -> str:
    """Return the page of every check, with the question that it asks."""
    lines = [NOTE.format(catalog="faircount.reconcile.CHECKS"), "# Checks\n"]
    lines.append(
        "Each check is one question in SQL and one judgement of its answer. It says PASS, FAIL or NOT CHECKED; a "
        "number never changes its meaning. You can ask the same question yourself: `faircount sql`.\n"
    )
    for _, check in sorted(catalog("reconcile", "CHECKS").items(), key=lambda entry: entry[1].number):
        lines += [f"## {check.number} `{check.name}`\n", f"**{sentence(check.statement)}**\n"]
        lines.append(f"Why it is asked: {sentence(check.source)}\n")
        lines.append("What else can look like a failure:\n")
        lines += [f"- {sentence(reason)}" for reason in check.innocent_explanations]
        lines += ["", "```sql", check.query.strip(), "```", ""]
    return "\n".join(lines)


def commands() -> str:
    """Return the page of every command, as its own --help says it."""
    cli = importlib.import_module("faircount.cli")
    lines = [NOTE.format(catalog="faircount.cli.COMMANDS"), "# Commands\n"]
    told = {"terminal_width": 100, **cli.program.context_settings}
    whole = click.Context(cli.program, info_name="./faircount", **told)
    lines += ["```text", cli.program.get_help(whole), "```\n"]
    for name in cli.COMMANDS:
        command = cli.program.get_command(whole, name)
        context = click.Context(command, info_name=name, parent=whole, **told)
        lines += [f"## `{name}`\n", "```text", command.get_help(context), "```\n"]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "formats.md": formats,
    "rules.md": rules,
    "checks.md": checks,
    "commands.md": commands,
}
"""File in docs/ → what it must say."""

if __name__ == "__main__":
    for page, text in PAGES.items():
        (DOCS / page).write_text(text(), "utf-8")
