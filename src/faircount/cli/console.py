"""What a command shows: data on stdout in the form asked for, everything else on stderr."""

import atexit
import json
import os
import re
import sys
import time
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

from faircount.model import Answer, Status

_ODD = re.compile(r"[^\n\t\x20-\x7e]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Letters and marks that draw nothing, and the bracket that we write ourselves: it must not be forged.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0⟦")

STATUS_STYLE = {Status.PASS: "bold", Status.NOT_CHECKED: "dim", Status.FAIL: "bold reverse"}
"""How a status looks on a terminal; its word is always there too."""


def visible(text: object) -> str:
    """Return text with control, bidirectional and zero-width characters spelt out, so that a name cannot steer a
    terminal.
    """
    return _ODD.sub(lambda found: f"⟦U+{ord(found[0]):04X}⟧" if _is_unseen(found[0]) else found[0], str(text))


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in _UNSEEN or char in _BLANK or "\ufe00" <= char <= "\ufe0f"


def _escaped(text: str) -> str:
    """Return JSON with such characters as its own escapes: the same document, and no terminal is steered by it."""
    return _ODD.sub(lambda found: json.dumps(found[0])[1:-1] if _is_unseen(found[0]) else found[0], text)


class Console:
    """Where a command speaks. `form` is table, csv, json, ndjson or md."""

    def __init__(self, form: str = "table", color: bool | None = None, quiet: bool = False, progress: str = "auto"):
        self.form, self.quiet, self.progress_form = form, quiet, progress
        self.color = color

    def rich(self, stderr: bool = False) -> Any:
        """Return a rich console; colour only on a terminal, and as NO_COLOR and FORCE_COLOR say."""
        from rich.console import Console as Rich

        class Console(Rich):
            """A console that leaves a closed pipe to `main`: rich itself would exit 1, our code for findings."""

            def on_broken_pipe(self) -> None:
                raise

        forced = bool(os.environ.get("FORCE_COLOR")) or None
        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() else 200
        return Console(file=stream, color_system=None if self.plain else "auto", force_terminal=forced, highlight=False,
                       soft_wrap=False, width=width, emoji=False, markup=False)  # fmt: skip

    @property
    def plain(self) -> bool:
        """Whether no escape code may be written: neither colour nor bold nor a bar that moves."""
        return self.color is False or bool(os.environ.get("NO_COLOR"))

    def say(self, text: str) -> None:
        """Say something on stderr: a step done, a warning, a hint."""
        if not self.quiet:
            print(visible(text), file=sys.stderr)

    def out(self, text: str) -> None:
        """Write one line of data to stdout."""
        print(visible(text))

    def raw(self, text: str) -> None:
        """Write data to stdout: as it is for a program, visible for a terminal."""
        sys.stdout.write(_escaped(text) if self.machine else visible(text) if sys.stdout.isatty() else text)

    def document(self, value: Any) -> None:
        """Write a JSON document to stdout."""
        print(_escaped(json.dumps(value, ensure_ascii=False, indent=1)))

    @property
    def machine(self) -> bool:
        """Whether a program reads stdout."""
        return self.form in ("json", "ndjson")

    def rows(self, answer: Answer, title: str = "", styles: dict[str, str] | None = None) -> None:
        """Write rows in the form asked for; as a table, text wraps at the width of the terminal."""
        if self.form != "table":
            from faircount.app.exporting import FORMATS

            self.raw(FORMATS[self.form](answer))
            return
        self.table(answer, title, styles or {})

    def table(self, answer: Answer, title: str = "", styles: dict[str, str] | None = None) -> None:
        """Draw a table on stdout. Columns that hold only numbers stand to the right."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        from faircount.app.exporting import shown

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for at, name in enumerate(answer.columns):
            numbers = all(isinstance(r[at], (int, Fraction)) or r[at] is None for r in answer.rows)
            table.add_column(visible(name), justify="right" if numbers and answer.rows else "left", overflow="fold")
        for row in answer.rows:
            cells = [exact(v) if isinstance(v, (int, Fraction)) else visible(shown(v)) for v in row]
            style = next((styles[str(v)] for v in row if styles and str(v) in styles), "")
            table.add_row(*[Text(cell) for cell in cells], style=style)
        rich = self.rich()
        if title:
            rich.print(Text(visible(title), style="bold"))
        rich.print(table)

    def progress(self) -> Any:
        """Return a watcher for long work: a bar on a terminal, a line every five seconds on a pipe, or NDJSON."""
        if self.progress_form == "json":
            return JsonLines()
        if self.quiet or self.progress_form == "none":
            from faircount.app.progress import Silent

            return Silent()
        moving = sys.stderr.isatty() and not os.environ.get("CI") and not self.plain
        return Bar(self) if moving else Lines()


def exact(value: int | Fraction) -> str:
    """Return a count for a person, never rounded: `2,650.5`, or `1,000/3` where no decimal is exact."""
    if isinstance(value, bool) or value.denominator == 1:
        return str(value) if isinstance(value, bool) else f"{value.numerator:,}"
    places = next((n for n in range(1, 10) if (value * 10**n).denominator == 1), 0)
    return (
        f"{Decimal(value.numerator) / value.denominator:,.{places}f}"
        if places
        else f"{value.numerator:,}/{value.denominator:,}"
    )


def amount(units: float, unit: str) -> str:
    """Return an amount for a person: bytes as kB, MB or GB."""
    if unit != "bytes":
        return f"{units:,.0f} {unit}"
    for name, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if units >= size:
            return f"{units / size:.1f} {name}"
    return f"{units:.0f} bytes"


class Lines:
    """Progress as a line every five seconds, for logs."""

    every = 5.0

    def start(self, label: str, total: int, unit: str = "bytes") -> None:
        """A task begins."""
        self.label, self.total, self.unit, self.done = label, total, unit, 0
        self.began = self.last = time.monotonic()

    def advance(self, done: int) -> None:
        """Say how far, how fast and how long still, if five seconds have gone by."""
        self.done += done
        now = time.monotonic()
        if now - self.last >= self.every:
            self.last = now
            speed = self.done / (now - self.began)
            left = (self.total - self.done) / speed if speed else 0
            share = 100 * self.done // max(self.total, 1)
            print(f"{visible(self.label)}: {share} %, {amount(speed, self.unit)} a second, about {left:.0f} s left",
                  file=sys.stderr)  # fmt: skip

    def finish(self) -> None:
        """Say how long it took, if that was long."""
        took = time.monotonic() - self.began
        if took >= self.every:
            print(f"{visible(self.label)}: done, {amount(self.done, self.unit)} in {took:.0f} s", file=sys.stderr)


class JsonLines:
    """Progress as NDJSON events on stderr, for programs."""

    def start(self, label: str, total: int, unit: str = "bytes") -> None:
        """A task begins."""
        self.label, self.done = label, 0
        self._event(event="start", total=total, unit=unit)

    def advance(self, done: int) -> None:
        """More is done."""
        self.done += done
        self._event(event="advance", done=self.done)

    def finish(self) -> None:
        """The task has ended."""
        self._event(event="finish", done=self.done)

    def _event(self, **fields: Any) -> None:
        print(json.dumps({"task": self.label, **fields}, ensure_ascii=False), file=sys.stderr, flush=True)


class Bar:
    """Progress as a bar with speed and time left."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.bar: Any = None

    def start(self, label: str, total: int, unit: str = "bytes") -> None:
        """A task begins."""
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )  # fmt: skip

        amounts = [DownloadColumn(), TransferSpeedColumn()] if unit == "bytes" else [MofNCompleteColumn()]
        self.bar = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), *amounts, TimeRemainingColumn(compact=True),
            console=self.console.rich(stderr=True), transient=True,
        )  # fmt: skip
        self.bar.start()
        atexit.register(self.finish)  # an interrupted bar would leave the terminal without its cursor
        self.task = self.bar.add_task(visible(label), total=max(total, 1))

    def advance(self, done: int) -> None:
        """More is done."""
        if self.bar is not None:
            self.bar.advance(self.task, done)

    def finish(self) -> None:
        """The task has ended."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
