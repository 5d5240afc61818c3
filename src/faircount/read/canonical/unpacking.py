"""Parquet files of a folder → Arrow streams beside them, in a process of its own: `unpacking.py FOLDER ROWS MOST`.

Libraries that decode Parquet end the process on some damaged files, and a page may ask for any memory. Here that ends
this process alone, which has a bound: `parquet.py` starts it and says what became of it.
"""

import contextlib
import os
import sys
from pathlib import Path

NOW, WHY = "now", "why"
"""Files in the folder: the table that is being decoded, and why it cannot be."""
MEMORY = 3 << 30
"""Bytes of address space: Arrow itself takes one, a column of a row group at most a quarter."""
DISK = 32 << 30
"""Bytes of a table as Arrow: repeated text, which Parquet keeps once, stands there as often as it is said."""
MAX_CHUNK = 1 << 28
"""Bytes that a column of one row group may unpack to: such a chunk is read at once. Ours have some 2 MB."""


def main(folder: Path, rows: int, most: int) -> None:
    """Write each `<table>.parquet` as `<table>.arrow`, in batches of at most `rows`.

    `most` is how many times its size, or 256 MiB, a file may unpack to. Ends with 1 at the first that cannot be
    decoded; the folder then says which and why.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in sorted(folder.glob("*.parquet")):
        (folder / NOW).write_text(path.stem, "utf-8")
        try:
            with pq.ParquetFile(path) as opened:
                _refuse_large(opened.metadata, max(MAX_CHUNK, most * path.stat().st_size))
                with pa.ipc.new_stream(str(path.with_suffix(".arrow")), opened.schema_arrow) as stream:
                    for batch in opened.iter_batches(rows, use_threads=False):
                        stream.write_batch(batch)
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            (folder / WHY).write_text(f"{error or type(error).__name__}".split("\n")[0][:300], "utf-8")
            os._exit(1)  # whatever threads the decoder has left: there is nothing to tidy
    os._exit(0)


def limit() -> None:
    """Bound the memory and the files of this process, where the system knows such bounds and has set no lower one."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _refuse_large(metadata: object, most: int) -> None:
    whole = 0
    for group in range(metadata.num_row_groups):  # type: ignore[attr-defined]
        for column in range(metadata.num_columns):  # type: ignore[attr-defined]
            chunk = metadata.row_group(group).column(column).total_uncompressed_size  # type: ignore[attr-defined]
            whole += chunk
            if not 0 <= chunk <= MAX_CHUNK:
                raise ValueError(f"a column of a row group unpacks to {chunk:,} bytes, more than {MAX_CHUNK:,}")
    if whole > most:
        raise ValueError(f"the file unpacks to {whole:,} bytes, more than {most:,}")


if __name__ == "__main__":
    limit()
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
