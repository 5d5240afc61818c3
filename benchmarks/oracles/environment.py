"""The other programs, in an environment of their own: pinned, made when asked for, never a dependency."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

PINNED = ("votekit==3.5.0", "pref_voting==1.18.2", "apportionment==1.0")
"""MIT licensed all three. VoteKit by the Data and Democracy Lab, pref_voting by W. Holliday and E. Pacuit,
apportionment by M. Lackner."""


def python_of(folder: Path) -> Path:
    """Return the Python of the environment at `folder`; make it first where it is not there."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        print(f"making {folder} with {', '.join(PINNED)} …", file=sys.stderr)
        uv = shutil.which("uv")
        if uv:
            subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
            subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *PINNED], check=True)
        else:
            venv.create(folder, with_pip=True)
            subprocess.run([str(python), "-m", "pip", "install", "-q", *PINNED], check=True)
    return python
