"""Counting against VoteKit and pref_voting, from file to result, and against limits in seconds: ratios of one run.

Run: python benchmarks/count.py [--rivals FOLDER] [--data FOLDER] [--times 3] [--only irv …]. With `--rivals` the other
programs are put into an environment there (benchmarks/oracles/environment.py, pinned) and run beside ours, by turns: a
fresh process each, the same file, the same winners. Before that each has run once, so that Python keeps what it
compiled, as it does for every installed program; and each has one thread. Without rivals ours is timed alone. Real
elections are read from `--data` (shared/data beside the project); where they are absent the script says so and makes
elections of that size.

Seconds are of the processor, which a busy machine changes less than the clock: the best of `--times`. `start` is Python
and the imports, `load` from the file to distinct ballots, `count` the rest.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from operator import itemgetter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ORACLES = ROOT / "benchmarks" / "oracles"
sys.path[:0] = [str(ROOT / "src"), str(ORACLES)]

import numpy as np  # noqa: E402
from environment import python_of  # noqa: E402

from faircount.count.ranked import instant_runoff  # noqa: E402
from faircount.model import Choice, Contest  # noqa: E402
from faircount.read.syntax.workbook import Workbook  # noqa: E402

AIM = 20
MILLION_SECONDS, SCOTLAND_SECONDS = 0.5, 20.0
PATIENCE = 900
"""Seconds of the clock after which a program is stopped."""
CASES = ("irv", "park", "portland", "scotland", "million")
PHASES = ("start", "load", "count")


def made_ballots(ballots: int, choices: int, ranks: int, least: int = 1) -> np.ndarray[Any, np.dtype[np.int16]]:
    """Return ballots × ranks: choices drawn by popularity, -1 after a ballot's end, `least` ranks or more."""
    chance = np.random.default_rng(1)
    popular = chance.exponential(size=choices) + 0.3
    order = np.argsort(-np.log(chance.random((ballots, choices))) / popular, axis=1)[:, :ranks].astype(np.int16)
    length = chance.integers(least, ranks + 1, size=ballots)
    return np.where(np.arange(ranks) < length[:, None], order, -1).astype(np.int16)


def write_table(path: Path, rows: list[list[str]]) -> None:
    """Write ballots as a table with a column a rank."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["", *(f"Rank {rank}" for rank in range(1, len(rows[0]) + 1))])
        writer.writerows([number, *row] for number, row in enumerate(rows))


RCTAB = Path("cvr", "rctab")
PORTLAND = Path("rcv", "portland-2024-stv", "Portland_D1_raw_votekit_format.csv")
REAL = {
    "irv": (RCTAB / "2013_minneapolis_mayor" / "2013_minneapolis_mayor_cvr.xlsx", 1, "Minneapolis 2013, mayor"),
    "park": (RCTAB / "_shared" / "2013_minneapolis_park_cvr.xlsx", 3, "Minneapolis 2013, park board at large"),
    "portland": (PORTLAND, 3, "Portland 2024, District 1"),
}
"""Case → (file below the data, seats, what it is)."""
MADE = {"irv": (80_000, 35, 3), "park": (80_000, 10, 3), "portland": (44_000, 20, 6)}
"""Case → (ballots, choices, ranks) where the file is absent."""


def from_sheet(sheet: Path) -> list[list[str]]:
    """Return the three ranks of each row of a city's sheet; no name where it has none."""
    rows = []
    for number, cells in Workbook(sheet, sheet.name).rows():
        ranked = [cell.strip() for cell in [*cells, "", "", ""][1:4]]
        if number > 1 and any(cells):
            rows.append(["" if cell in ("undervote", "overvote") else cell for cell in ranked])
    return rows


def table_of(case: str, data: Path, folder: Path) -> tuple[Path, int, str]:
    """Return (table of ballots, seats, what it is)."""
    path, (file, seats, title) = folder / f"{case}.csv", REAL[case]
    real = data / file
    if real.suffix == ".csv" and real.exists():
        return real, seats, title
    if real.exists():
        rows = from_sheet(real)
    else:
        rows = [[f"Choice {c}" if c >= 0 else "" for c in row] for row in made_ballots(*MADE[case]).tolist()]
        title = f"made ballots, since the data of {title} is not here: {MADE[case][1]} choices"
    write_table(path, rows)
    return path, seats, f"{title}, {len(rows):,} ballots"


def run(command: list[str]) -> tuple[float, float, dict[str, Any]]:
    """Run a program; return seconds of the processor, seconds of the clock, and what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, timeout=PATIENCE)
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, clock, json.loads(done.stdout)


def compare(case: str, data: Path, rivals: Path | None, times: int, folder: Path) -> None:
    """Count one table with every program by turns, and print."""
    table, seats, title = table_of(case, data, folder)
    programs = {"faircount": sys.executable}
    if rivals:
        programs |= dict.fromkeys(("votekit", "pref_voting"), str(python_of(rivals)))
    tiny = folder / "tiny.csv"
    write_table(tiny, [["A", "B"], ["B", "C"], ["C", "A"], ["A", "C"], ["B", "A"]])
    for program, python in programs.items():
        run([python, str(ORACLES / f"table_{program}.py"), str(tiny), str(seats)])
    best: dict[str, tuple[float, float, dict[str, Any]]] = {}
    for _ in range(times):
        for program, python in programs.items():
            if program not in best or best[program][0] < 30:
                told = run([python, str(ORACLES / f"table_{program}.py"), str(table), str(seats)])
                best[program] = min(best.get(program, told), told, key=lambda one: one[0])
    elected = {tuple(told["elected"]) for _, _, told in best.values()}
    if len(elected) != 1 or () in elected:
        sys.exit(f"{title}: programs elect others: {elected}")
    print(f"{title}, {seats} to elect: {', '.join(elected.pop())}")
    ours, _, mine = best["faircount"]
    for program, (used, clock, told) in best.items():
        phases = "  ".join(f"{name} {told['phases'][name]:6.2f}" for name in PHASES)
        ratio = f"{used / ours:6.1f} ×   count alone {told['phases']['count'] / mine['phases']['count']:7.1f} ×"
        ratio = "" if program == "faircount" else f"{ratio}   (aim: {AIM} ×)"
        print(f"  {program:12} {used:7.2f} s  ({phases})  clock {clock:6.2f} s  {ratio}", flush=True)


def scotland(data: Path, rivals: Path | None, times: int) -> None:
    """Count all wards with every program, each in one fresh process, with its own loader where it has one."""
    folders = [data / "rcv" / "scotland-stv" / year for year in ("2007", "2012")]
    if not all(folder.is_dir() for folder in folders):
        print("Scottish wards: NOT TIMED, the data is not here")
        return
    script = [str(ORACLES / "scotland.py")]
    ours = min(
        (run([sys.executable, *script, "faircount", *map(str, folders)]) for _ in range(times)), key=itemgetter(0)
    )
    wards = ours[2]
    print(f"{len(wards)} Scottish wards, file to winners, start included   (aim: below {SCOTLAND_SECONDS:.0f} s)")
    print(f"  {'faircount':12} {ours[0]:7.2f} s", flush=True)
    others = dict.fromkeys(("votekit", "pref_voting"), str(python_of(rivals))) if rivals else {}
    for program, python in others.items():
        used, _, told = run([python, *script, program, *map(str, folders)])
        same = sum(told[name].get("winners") == one["winners"] for name, one in wards.items())
        print(f"  {program:12} {used:7.2f} s  {used / ours[0]:6.1f} ×   the same winners in {same}", flush=True)


def million(times: int) -> None:
    """Count a million ballots held in arrays, nearly all of them distinct."""
    ranks = made_ballots(1_000_000, 20, 10, 8)
    contest = Contest("T", tuple(Choice(f"Choice {c}") for c in range(20)), ranks=10, rule="instant-runoff")
    weights = np.ones(len(ranks), dtype=np.int64)
    spent = []
    for _ in range(times):
        began = time.process_time()
        transcript = instant_runoff.count_arrays(contest, ranks, weights)
        spent.append(time.process_time() - began)
    distinct = len(np.unique(ranks, axis=0))
    print(
        f"1,000,000 ballots in arrays, {distinct:,} distinct, {len(transcript.rounds)} rounds: {min(spent):.2f} s"
        f"   (aim: below {MILLION_SECONDS} s)"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rivals", type=Path, metavar="FOLDER")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=CASES, default=CASES)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(temporary, "compiled"))
        for case in wanted.only:
            if case == "million":
                million(wanted.times)
            elif case == "scotland":
                scotland(wanted.data, wanted.rivals, wanted.times)
            else:
                compare(case, wanted.data, wanted.rivals, wanted.times, Path(temporary))


if __name__ == "__main__":
    main()
