"""Files without names for what does not fit into memory: they vanish with the process."""

import contextlib
import errno
import tempfile
from collections.abc import Iterable
from typing import IO

from faircount.model import MissingToolError


def written(chunks: Iterable[bytes | bytearray]) -> IO[bytes]:
    """Return a nameless file that holds `chunks` one after the other; whoever takes it closes it.

    Raises `MissingToolError` where the disk is full; no file is left open then, nor where making a chunk fails.
    """
    file = tempfile.TemporaryFile()
    try:
        file.writelines(chunks)
        file.flush()
    except BaseException as error:  # the caller has nothing to close
        with contextlib.suppress(OSError):
            file.close()
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise MissingToolError(
                f"the disk for temporary files is full ({tempfile.gettempdir()}), where rows are kept that are too "
                "many for memory; make room, or name a folder on another disk: TMPDIR=/folder faircount …"
            ) from error
        raise
    return file
