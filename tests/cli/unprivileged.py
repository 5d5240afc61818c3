"""Run a program bound by the permissions of files, as everybody but root is.

To become another user is not enough: where Python or its packages lie in root's home, another user cannot load them.
So a program of root's stays root's and lays down what lets root pass (capabilities(7)), which needs nobody's leave.
"""

import subprocess
import sys

from cli.running import Ran, environment

BOUND = """
import ctypes, os
if os.geteuid() == 0:
    libc, header = ctypes.CDLL(None, use_errno=True), (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; the same for capabilities 32 to 63
    assert libc.capget(header, sets) == 0, os.strerror(ctypes.get_errno())
    for at in range(3):
        sets[at] &= ~(1 << 1 | 1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(header, sets) == 0, os.strerror(ctypes.get_errno())
"""


def unprivileged(program: str, *arguments: object, **more: str) -> Ran:
    """Run the text of a Python program whose user, be it root, may write only what permissions allow."""
    done = subprocess.run([sys.executable, "-c", BOUND + program, *map(str, arguments)], env=environment(**more),
                          capture_output=True, text=True, check=False)  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)
