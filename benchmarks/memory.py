"""Peak memory of every reader at growing sizes: a ceiling means that the last size takes no more than the first.

Run: python benchmarks/memory.py [--sizes 20 80 320] [--largest 320] [--only ess blt …]. Makes an export of each format
(tests/read/growing.py) of these megabytes (and of `--largest`, up to 2048), reads each in a process of its own that
throws the batches away, and prints the peak of its resident memory, the start of Python (about 90 MB) included. An
export that cannot be so large (rows of a workbook, files of an archive, ballots that counts may state) stops at what
it can be. Formats of which something is held for the whole file say what in place of a verdict.
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from read.growing import everything, made  # noqa: E402
from read.growing_peak import peak  # noqa: E402

SIZES = (20, 80, 320)
CEILING = 0.2
"""Bytes that the peak grows by for each byte of the file from the last size but one to the last: more is no noise."""
STEP = 32 << 20
"""Bytes from the last size but one to the last: of fewer, a peak that wavers by a few megabytes says nothing."""


def sizes(wanted: list[int], largest: int) -> list[int]:
    """Return the megabytes to measure at."""
    return sorted({size for size in wanted if size < largest} | {largest})


def verdict(peaks: list[int], bytes_of: list[int], holds: str) -> str:
    """Say what the last two peaks mean; the first size may be less than a batch, so that more is held at the second."""
    if len(peaks) < 2:
        return ""
    if (step := bytes_of[-1] - bytes_of[-2]) < STEP:
        return "too small a step to tell"
    slope = (peaks[-1] - peaks[-2]) / step
    if slope <= CEILING:
        return "a ceiling"
    return f"{slope:.1f} bytes a byte: {holds or 'GROWS WITH THE FILE'}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), metavar="MB")
    parser.add_argument("--largest", type=int, metavar="MB")
    parser.add_argument("--only", nargs="+", choices=list(everything()), metavar="FORMAT")
    wanted = parser.parse_args()
    megabytes = sizes(wanted.sizes, wanted.largest or max(wanted.sizes))
    print(f"{'format':24}" + "".join(f"{size:>8} MB" for size in megabytes) + "   last / first")
    for growing in everything().values():
        if wanted.only and growing.name not in wanted.only:
            continue
        peaks: list[int] = []
        bytes_of: list[int] = []
        shown, before = "", 0
        for size in megabytes:
            with tempfile.TemporaryDirectory() as temporary:
                export = made(growing, Path(temporary, "export"), size * 10**6)
                if export.records == before:
                    shown += f"{'-':>11}"
                    continue
                peaks.append(peak(growing.reader, export.path))
                bytes_of.append(export.bytes)
            before = export.records
            shown += f"{peaks[-1] / 1e6:11.0f}"
        said = verdict(peaks, bytes_of, growing.holds)
        print(f"{growing.name:24}{shown}{peaks[-1] / peaks[0]:12.2f}   {said}", flush=True)


if __name__ == "__main__":
    main()
