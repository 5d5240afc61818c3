"""Ingest against its limits: cards a second and peak memory, beside a typed decode that does nothing else, and a read.

Run: python benchmarks/ingest.py [--cards 500000]. Makes a Dominion JSON export by repeating one (the San Francisco
sample if it stands beside the project, else a simulated county) until it holds as many cards, then times in one run:
(a) decoding every file into typed records on one core, (b) unpacking and hashing the bytes, (c) `faircount ingest`.
"""

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
SAMPLE = ROOT.parent / "shared/data/cvr/sf2020-primary-sample/CVR_Export_sample.zip"


def members() -> dict[str, bytes]:
    """Return the files of the export that is repeated."""
    if SAMPLE.exists():
        with zipfile.ZipFile(SAMPLE) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    from faircount.simulate import SIZES, dominion_folder, simulate

    return {name.rsplit("/", 1)[-1]: data for name, data in dominion_folder(simulate(SIZES["county"])).items()}


def repeated(folder: Path, cards: int) -> tuple[int, int]:
    """Write the export with its CvrExport files repeated; return (cards, bytes)."""
    import msgspec

    from faircount.read.dominion.sessions import Document

    found = members()
    records = {name: data for name, data in found.items() if name.startswith("CvrExport")}
    decoder = msgspec.json.Decoder(Document)
    one = sum(
        len((s.Modified or s.Original).sheets())
        for data in records.values()
        for s in decoder.decode(data.removeprefix(b"\xef\xbb\xbf")).Sessions
    )
    times = -(-cards // one)
    size = 0
    for name, data in found.items():
        if name not in records:
            (folder / name).write_bytes(data)
    number = 0
    for _ in range(times):
        for data in records.values():
            (folder / f"CvrExport_{number}.json").write_bytes(data)
            number += 1
            size += len(data)
    return one * times, size


def zipped(folder: Path, target: Path) -> Path:
    """Pack the export as a county would hand it over."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return target


def every_field() -> type:
    """Return the typed shape of a CvrExport file with every field of the vendor's description."""
    import msgspec

    define = msgspec.defstruct
    ids = tuple[int, ...]
    mark = define(
        "Mark",
        [
            ("CandidateId", int),
            ("ManifestationId", int),
            ("Rank", int),
            ("MarkDensity", int),
            ("IsAmbiguous", bool),
            ("IsVote", bool),
            ("OutstackConditionIds", ids),
            ("PartyId", int, 0),
            ("WriteinIndex", int, 0),
            ("WriteinDensity", int, 0),
        ],
        gc=False,
    )
    contest = define(
        "Contest",
        [
            ("Id", int),
            ("ManifestationId", int),
            ("Undervotes", int),
            ("Overvotes", int),
            ("OutstackConditionIds", ids),
            ("Marks", list[mark]),
        ],
        gc=False,
    )  # type: ignore
    card = define(
        "Card",
        [
            ("Id", int),
            ("KeyInId", int),
            ("PaperIndex", int),
            ("Contests", list[contest]),
            ("OutstackConditionIds", ids),
        ],
        gc=False,
    )  # type: ignore
    reading = define(
        "Reading",
        [("PrecinctPortionId", int), ("BallotTypeId", int), ("IsCurrent", bool), ("Cards", list[card])],
        gc=False,
    )  # type: ignore
    session = define(
        "Session",
        [
            ("TabulatorId", int),
            ("BatchId", int),
            ("RecordId", int | str),
            ("CountingGroupId", int),
            ("ImageMask", str),
            ("SessionType", str),
            ("VotingSessionIdentifier", str),
            ("UniqueVotingIdentifier", str),
            ("Original", reading),
            ("Modified", reading | None, None),
        ],
        gc=False,
    )  # type: ignore
    return define("Document", [("Version", str), ("ElectionId", str), ("Sessions", list[session])])  # type: ignore


def peak_of_tree(process: subprocess.Popen[bytes]) -> list[int]:
    """Watch a process and its children; return a list that ends up holding the peak of their summed memory."""
    peak = [0]

    def resident(pid: int) -> int:
        total = 0
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
            for task in Path(f"/proc/{pid}/task").iterdir():
                total += sum(resident(int(child)) for child in (task / "children").read_text().split())
        except OSError:
            pass
        return total

    def watch() -> None:
        while process.poll() is None:
            peak[0] = max(peak[0], resident(process.pid))
            time.sleep(0.1)

    threading.Thread(target=watch, daemon=True).start()
    return peak


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cards", type=int, default=500_000)
    wanted = parser.parse_args().cards
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "export")
        folder.mkdir()
        cards, size = repeated(folder, wanted)
        print(f"{cards:,} cards, {size / 1e6:,.0f} MB of JSON in {len(list(folder.iterdir())):,} files, {cores} cores")
        import msgspec

        export = zipped(folder, Path(temporary, "export.zip"))
        read = decode = 0.0
        decoder = msgspec.json.Decoder(every_field())
        with zipfile.ZipFile(export) as archive:
            for name in archive.namelist():
                began = time.perf_counter()
                data = archive.read(name)
                hashlib.sha256(data)
                read += time.perf_counter() - began
                if name.startswith("CvrExport"):
                    began = time.perf_counter()
                    decoder.decode(data.removeprefix(b"\xef\xbb\xbf"))
                    decode += time.perf_counter() - began
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-m", "faircount"]
        election = Path(temporary, "election")
        subprocess.run([*command, "init", str(election), "-q"], check=True, env=environment, stdout=subprocess.DEVNULL)
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, "-w", str(election), "ingest", str(export), "-q"], env=environment, stdout=subprocess.DEVNULL
        )
        peak = peak_of_tree(process)
        if process.wait():
            sys.exit("ingest failed")
        wall = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        kept = sum(path.stat().st_size for path in (election / "tables").rglob("*.parquet"))
    print(f"(b) unpack and hash, one core     {read:7.2f} s   {size / read / 1e6:7.0f} MB/s")
    print(f"(a) typed decode alone, one core  {decode:7.2f} s   {size / decode / 1e6:7.0f} MB/s")
    print(f"(c) faircount ingest, {cores} cores     {wall:7.2f} s   {size / wall / 1e6:7.0f} MB/s")
    print(f"    {cards / wall:,.0f} cards a second, processor time {used.ru_utime + used.ru_stime:.1f} s")
    print(f"    peak memory of all its processes {peak[0] / 1e6:,.0f} MB (limit 1,500), tables {kept / 1e6:.1f} MB")
    print(f"per core, (c) x cores / (a):         {wall * cores / decode:.2f}   (aim: at most 2)")
    print(f"per core, (c) x cores / ((a) + (b)): {wall * cores / (decode + read):.2f}")


if __name__ == "__main__":
    main()
