"""Peak memory of every reader at growing sizes: a ceiling means that the last size takes no more than the first.

Run: python benchmarks/memory.py [--largest 320] [--only ess blt …]. Makes an export of each format
(tests/read/growing.py) of 20, 80 and 320 MB (and of `--largest`, up to 2048), reads each in a process of its own that
throws the batches away, and prints the peak of its resident memory, the start of Python (about 110 MB) included. An
export that cannot be so large (rows of a workbook, files of an archive, ballots that counts may state) stops at what
it can be. Formats that must be held whole say why in place of a verdict.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

SIZES = (20, 80, 320)
CEILING = 1.25
"""Of the ratio: a few megabytes of noise are no growth."""


def peak_here(name: str, path: Path, cards_per_batch: int = 0) -> int:
    """Read an export in this process and return the peak of its resident memory in bytes."""
    from faircount.read import READERS, Export, batch_builder

    if cards_per_batch:
        batch_builder.CARDS_PER_BATCH = cards_per_batch
    reader, export = READERS[name], Export(path)
    reader.recognise(export)
    for part in reader.plan(export):
        for batch in reader.read(export, part):
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


def peak(name: str, path: Path, cards_per_batch: int = 0) -> int:
    """Return the same of a process of its own. Raises `RuntimeError` with its last words if it fails."""
    command = [sys.executable, __file__, "--peak", name, str(path), str(cards_per_batch)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "0"})
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip()[-500:]}")
    return int(done.stdout)


def sizes(largest: int) -> list[int]:
    """Return the megabytes to measure at."""
    return sorted({size for size in SIZES if size < largest} | {largest})


def verdict(ratio: float, holds: str) -> str:
    """Say what a ratio of peaks means."""
    return "a ceiling" if ratio <= CEILING else f"held whole: {holds}" if holds else "GROWS WITH THE FILE"


def main() -> None:
    """Measure and print."""
    from read.growing import everything, made

    parser = argparse.ArgumentParser()
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--only", nargs="+", choices=list(everything()), metavar="FORMAT")
    wanted = parser.parse_args()
    print(f"{'format':24}" + "".join(f"{size:>8} MB" for size in sizes(wanted.largest)) + "   last / first")
    for growing in everything().values():
        if wanted.only and growing.name not in wanted.only:
            continue
        peaks: list[int] = []
        shown, before = "", 0
        for size in sizes(wanted.largest):
            with tempfile.TemporaryDirectory() as temporary:
                export = made(growing, Path(temporary, "export"), size * 10**6)
                if export.records == before:
                    shown += f"{'-':>11}"
                    continue
                peaks.append(peak(growing.reader, export.path))
            before = export.records
            shown += f"{peaks[-1] / 1e6:11.0f}"
        ratio = peaks[-1] / peaks[0]
        print(f"{growing.name:24}{shown}{ratio:12.2f}   {verdict(ratio, growing.holds)}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        print(peak_here(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
    else:
        main()
