"""Run the command line as people do: in a process of its own, with a terminal or without, or quickly in this one."""

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from faircount.cli import main

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "faircount"]


@dataclass(frozen=True)
class Ran:
    """How a run ended, and what it said on stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """stdout as one JSON document, and nothing else beside it."""
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "CI", "FAIRCOUNT_WORKSPACE")}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm-256color", **more}


def start(*arguments: object, folder: Path | None = None, **more: str) -> "subprocess.Popen[bytes]":
    """Begin a run in a process of its own and in a group of its own."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)], env=environment(**more), cwd=folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def process(*arguments: object, folder: Path | None = None, **more: str) -> Ran:
    """Run to the end in a process of its own."""
    run = start(*arguments, folder=folder, **more)
    out, err = run.communicate(timeout=120)
    return Ran(run.returncode, out.decode(), err.decode())


class Here:
    """Run in this process: as fast as a function call, with the same `main`."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> Ran:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = self.capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, out, err)


def terminal(arguments: Sequence[object], **more: str) -> tuple[int, bytes]:
    """Run on a terminal of its own; return the exit code and every byte that the terminal got."""
    outer, inner = pty.openpty()
    run = subprocess.Popen([*PROGRAM, *map(str, arguments)], env=environment(**more), stdin=inner, stdout=inner,
                           stderr=inner, start_new_session=True)  # fmt: skip
    os.close(inner)
    seen = b""
    while select.select([outer], [], [], 60)[0]:
        try:
            data = os.read(outer, 1 << 16)
        except OSError:  # the last one to hold the terminal has gone
            break
        seen += data
        if not data:
            break
    os.close(outer)
    return run.wait(60), seen
