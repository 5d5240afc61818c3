"""The peak memory of reading an export, in a process of its own: `python growing_peak.py READER PATH CARDS KEEP`."""

import os
import resource
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


def peak_here(name: str, path: Path, cards_per_batch: int = 0, keep: bool = False) -> int:
    """Read an export in this process, batches thrown away, and return the peak of its resident memory in bytes.

    `cards_per_batch`, if not 0, is used in place of 20,000, so that small exports are more than one batch. With `keep`
    cards are kept as rows, to see what the measure says of a reader that does so.
    """
    from faircount.read import READERS, Export, batch_builder

    if cards_per_batch:
        batch_builder.CARDS_PER_BATCH = cards_per_batch
    reader, export = READERS[name], Export(path)
    reader.recognise(export)
    kept = []
    for part in reader.plan(export):
        for batch in reader.read(export, part):
            if keep:
                kept.append(batch.table("cards").to_pylist())
            del batch
    return high_water()


def high_water() -> int:
    """Return the peak of this process's resident memory in bytes.

    Linux counts in ru_maxrss what the process was before it became Python, its parent's size: there its own is asked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def peak(name: str, path: Path, cards_per_batch: int = 0, keep: bool = False) -> int:
    """Return the same of a process of its own. Raises `RuntimeError` with its last words if it fails."""
    command = [sys.executable, __file__, name, str(path), str(cards_per_batch), "keep" * keep]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip()[-500:]}")
    return int(done.stdout)


if __name__ == "__main__":
    sys.stdout.write(f"{peak_here(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), bool(sys.argv[4]))}\n")
