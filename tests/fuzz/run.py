"""Fuzz one reader, or `all`, with atheris for a fixed time: `python tests/fuzz/run.py READER --seconds 60`.

Starts from the reader's fixtures. The first input that ends in anything but a reading or one clear refusal is kept in
tests/hostile/cases/READER and fails ./test from then on, until the reader is mended; the case stays.
"""

import argparse
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
KEPT = ROOT / "tests" / "hostile" / "cases"
FIXTURES = ROOT / "tests" / "fixtures" / "read"
LARGEST = 32 << 10
"""Longer inputs are slower and find little that these do not."""
MEMORY_MB = 2_048


def exports(reader: str) -> list[Path]:
    """Return the reader's fixtures: files or folders."""
    from read.reading import is_export

    return sorted(p for p in (FIXTURES / reader).glob("**/export*") if is_export(p))


def target_of(export: Path) -> str:
    """Return which file of a folder is fuzzed, the largest; empty for an export that is one file."""
    if export.is_file():
        return ""
    files = [p for p in export.rglob("*") if p.is_file() and p.stat().st_size <= LARGEST]
    return max(files, key=lambda p: (p.stat().st_size, p.name)).relative_to(export).as_posix()


def seeds(reader: str) -> list[bytes]:
    """Return what the fuzzer starts from: the fixtures' files, of a workbook its first sheet."""
    found = []
    for export in exports(reader):
        path = export / target_of(export)
        data = path.read_bytes()
        found.append(sheet_in(data)[1] if path.suffix == ".xlsx" else data)
    return [data for data in found if len(data) <= LARGEST]


def sheet_in(workbook: bytes) -> tuple[str, bytes, dict[str, bytes]]:
    """Return (name of the first sheet's part, its bytes, all parts) of a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = min(name for name in parts if name.startswith("xl/worksheets/") and name.endswith(".xml"))
    return name, parts[name], parts


def fuzz(reader: str, seconds: int, corpus: Path) -> None:
    """Never returns: atheris ends the process, 0 after `seconds`, 77 with a crash file when something was found."""
    import atheris

    with atheris.instrument_imports(include=["faircount.read"]):
        from faircount.read import READERS
    from hostile.mutations import archive_of
    from hostile.outcome import HungError, outcome

    work = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm"))
    first = exports(reader)[0]
    copy = work / first.name
    if first.is_dir():
        shutil.copytree(first, copy)
    elif (mapping := first.with_name(f"{first.name}.mapping.json")).exists():
        shutil.copyfile(mapping, work / mapping.name)
    target = copy / target_of(first)
    name, _, parts = sheet_in(first.read_bytes()) if first.suffix == ".xlsx" else ("", b"", {})

    def one(data: bytes) -> None:
        target.write_bytes(archive_of({**parts, name: data}) if name else data)
        try:
            outcome(READERS[reader], copy, forced=True)
        except HungError as error:
            raise RuntimeError(f"{reader} hung") from error

    options = [f"-max_total_time={seconds}", f"-max_len={LARGEST}", f"-rss_limit_mb={MEMORY_MB}", "-timeout=60",
               f"-artifact_prefix={work}/", "-print_final_stats=1", str(corpus)]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], one)
    print(f"{reader}: fuzzing {target.relative_to(work)}, cases in {work}", flush=True)
    atheris.Fuzz()


def run(reader: str, seconds: int) -> str:
    """Fuzz in a process of its own, keep what it found, and return one line about it."""
    with tempfile.TemporaryDirectory(prefix="corpus-", dir="/dev/shm") as corpus:
        for number, data in enumerate(seeds(reader)):
            (Path(corpus) / str(number)).write_bytes(data)
        command = [sys.executable, __file__, reader, "--seconds", str(seconds), "--corpus", corpus]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    runs = re.findall(r"(?:executed_units: *|Done )(\d+)|#(\d+)", said)
    runs = max((int(a or b) for a, b in runs), default=0)
    work = next((line.rsplit(" ", 1)[-1] for line in said.splitlines() if line.startswith(f"{reader}: ")), "")
    kept = []
    for path in sorted(Path(work).glob("*-*")) if work else []:
        if path.name.startswith(("crash-", "timeout-")) or (path.name.startswith("oom-") and not alone(reader, path)):
            kept.append(keep(reader, path.read_bytes()))
    trouble = next((line for line in reversed(said.splitlines()) if "Error" in line or "panic" in line.lower()), "")
    return f"{reader}: {runs:,} inputs in {seconds} s, exit {done.returncode}" + (
        f", kept {kept}: {trouble[:200]}" if kept else ""
    )


def alone(reader: str, path: Path) -> bool:
    """Say whether an input that came when the fuzzer's memory was used up is read in little memory by itself."""
    case = KEPT / reader / keep(reader, path.read_bytes())
    program = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
sys.path[:0] = {sys.path[:2]!r}
from pathlib import Path
from faircount.read import READERS
from hostile.outcome import outcome
outcome(READERS[{reader!r}], Path({str(case)!r}), forced=True)
"""
    fine = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True).returncode == 0
    if fine:
        shutil.rmtree(case) if case.is_dir() else case.unlink()
    return fine


def keep(reader: str, data: bytes) -> str:
    """Keep an input that broke a reader as a whole export, and return its name."""
    first = exports(reader)[0]
    case = KEPT / reader / f"{hashlib.sha256(data).hexdigest()[:12]}-{first.name}"
    case.parent.mkdir(parents=True, exist_ok=True)
    if first.is_dir():
        shutil.copytree(first, case, dirs_exist_ok=True)
        (case / target_of(first)).write_bytes(data)
    elif first.suffix == ".xlsx":
        from hostile.mutations import archive_of

        name, _, parts = sheet_in(first.read_bytes())
        case.write_bytes(archive_of({**parts, name: data}))
    else:
        case.write_bytes(data)
    return case.name


def main() -> int:
    """Read the arguments and fuzz."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("reader")
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--corpus", type=Path)
    given = asked.parse_args()
    if given.corpus:
        fuzz(given.reader, given.seconds, given.corpus)
    from faircount.read import READERS

    found = 0
    for reader in READERS if given.reader == "all" else [given.reader]:
        line = run(reader, given.seconds)
        found += "kept" in line
        print(line, flush=True)
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
