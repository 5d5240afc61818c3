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
sys.path[:0] = [str(DOCS.parent / "src"), str(DOCS.parent / "tests")]

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
        if (DOCS / "formats" / f"{name}.md").exists():
            lines.append(f"What such a file looks like, its traps, and what is not read: [{name}](formats/{name}.md)\n")
    return "\n".join(lines)


def writers() -> str:
    """Return the page of every format that can be written."""
    lines = [NOTE.format(catalog="faircount.write.WRITERS"), "# Formats that faircount writes\n"]
    lines.append(
        "`faircount convert IN… --to NAME -o OUT` reads any export and writes it in one of these. What a format cannot "
        "hold is said; votes that it cannot hold are refused.\n"
    )
    for name, writer in catalog("write", "WRITERS").items():
        lines += [f"## `{name}`\n", f"{sentence(writer.title)}\n"]
        lines.append(f"Written from: {sentence(writer.source)}\n")
        lines += [f"- cannot hold: {sentence(what)}" for what in writer.cannot] + [""]
        lines.append(f"Its form, and what becomes of each thing: [{writer.page}](formats/{writer.page}.md)\n")
    return "\n".join(lines)


def samples() -> str:
    """Return the table of real exports on which the readers were tried, from the list that tests/elections checks."""
    listed = importlib.import_module("elections.samples").SAMPLES
    lines = [
        "<!-- Written by docs/generate.py from tests/elections/samples: change the entry there, not this page. -->\n",
        "# Real exports that were read\n",
        "The files are public records and lie outside this project; tests/elections reads each, asks that no other "
        "reader claims it as surely, and holds it against the figures named. Where the files are absent, those tests "
        "are skipped and say so.\n",
        "| Format | Version | Sample | Cards | Verified against |", "| --- | --- | --- | ---: | --- |",
    ]  # fmt: skip
    for one in sorted(listed, key=lambda s: (s.format, s.path)):
        cards = f"{one.cards:,}" if one.cards else "—"
        lines.append(f"| `{one.format}` | {cell(one.version)} | {cell(one.path)} | {cards} | {cell(one.verified)} |")
    return "\n".join(lines) + "\n"


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


def presets() -> str:
    """Return the page of every preset, the law it is read from, and the laws that have none."""
    lines = [NOTE.format(catalog="faircount.count.presets.PRESETS"), "# Presets: laws by name\n"]
    lines.append(
        "A preset is a [counting rule](rules.md) with the decisions of one law: `faircount decide CONTEST --preset "
        "NAME` records it, `faircount recount CONTEST --preset NAME` tries it. Decisions that are not named take the "
        "rule's default. Where nothing says what a preset was held against, no official count was at hand.\n"
    )
    for name, one in catalog("count.presets", "PRESETS").items():
        lines += [f"## `{name}`\n", f"{sentence(one.title)}\n", f"Law: {sentence(one.law)}\n"]
        decided = ", ".join(f"`{option}={value}`" for option, value in one.options) or "the defaults"
        seats = f", {one.seats} seats" if one.seats else ""
        lines.append(f"Rule `{one.rule}`{seats}: {decided}.\n")
        lines += [f"In force: {one.years}.\n"] if one.years else []
        lines += [f"Not reproduced, or open: {sentence(one.note)}\n"] if one.note else []
        lines += [f"Held against: {sentence(one.held_against)}\n"] if one.held_against else []
    lines += ["## Laws without a preset\n", "| Law | Why |", "| --- | --- |"]
    missing = importlib.import_module("faircount.count.presets").NOT_COVERED
    lines += [f"| {cell(law)} | {cell(why)} |" for law, why in missing]
    return "\n".join(lines) + "\n"


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
        for part in getattr(command, "commands", {}):
            inside = click.Context(command.commands[part], info_name=part, parent=context, **told)
            lines += [f"### `{name} {part}`\n", "```text", command.commands[part].get_help(inside), "```\n"]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


def forgeries() -> str:
    """Return the page of every forgery that both verifiers refuse."""
    return str(importlib.import_module("gallery.told").page())


PAGES: dict[str, Callable[[], str]] = {
    "formats.md": formats,
    "writers.md": writers,
    "samples.md": samples,
    "rules.md": rules,
    "presets.md": presets,
    "checks.md": checks,
    "commands.md": commands,
    "forgeries.md": forgeries,
}
"""File in docs/ → what it must say."""

if __name__ == "__main__":
    for page, text in PAGES.items():
        (DOCS / page).write_text(text(), "utf-8")
