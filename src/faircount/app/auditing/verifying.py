"""Check a bundle as a stranger would: by the one-file verifier, in a process that imports nothing of ours."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from faircount.app.auditing.bundling import verifiers

PASS, FAIL, NOT_CHECKED = 0, 1, 3
"""Exit codes of the verifier (docs/bundle.md)."""


@dataclass(frozen=True, slots=True)
class Verified:
    """How the verifier ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def verdict(self) -> str:
        """PASS, FAIL or NOT CHECKED."""
        return {PASS: "PASS", NOT_CHECKED: "NOT CHECKED"}.get(self.code, "FAIL")


def verify(path: Path, key: str | None = None, as_json: bool = False) -> Verified:
    """Run the verifier on a bundle, a folder or a zip. `key`: the log's key as it is known from outside."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "verify.py"
        program.write_bytes(verifiers()["verify.py"])
        command = [sys.executable, "-I", str(program), str(path.resolve())]
        command += ["--key", key] if key is not None else []
        command += ["--json"] if as_json else []
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return Verified(done.returncode, done.stdout, done.stderr)
