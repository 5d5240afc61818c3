"""An export is taken in once, whole, or not at all; whatever happens, the workspace is what it would have been."""

import hashlib
import io
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.app.reporting import gather
from faircount.model import BadInputError, UsageError
from faircount.report import html_page
from faircount.simulate import SIZES, dominion_folder, exports, simulate
from faircount.store import Workspace

ROOT = Path(__file__).resolve().parents[2]
TOWN = SIZES["town"]


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def tables(space: Path) -> dict[str, str]:
    """Return file → digest of everything that the workspace keeps, raw bytes included."""
    return {
        str(path.relative_to(space)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(space.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def town() -> dict[str, bytes]:
    return exports(simulate(TOWN))


@pytest.fixture(scope="module")
def folder() -> dict[str, bytes]:
    return {name.rsplit("/", 1)[-1]: data for name, data in dominion_folder(simulate(TOWN)).items()}


def test_the_same_file_twice_is_one_source(tmp_path: Path, town: dict[str, bytes]) -> None:
    received = write(tmp_path / "in", town)
    space = Workspace.create(tmp_path / "e")
    first = ingest(space, [received / "CVR_Export.zip"])
    before = tables(space.root)
    again = ingest(space, [received / "CVR_Export.zip"])
    assert [t.known_as for t in first.taken] == [""]
    assert [t.known_as for t in again.taken] == ["CVR_Export.zip"]
    assert tables(space.root) == before


def test_a_folder_its_zip_and_another_zip_of_it_are_one_source(tmp_path: Path, folder: dict[str, bytes]) -> None:
    plain = write(tmp_path / "plain", folder)
    names = sorted(folder)
    random.Random(1).shuffle(names)
    for number, order in enumerate((sorted(folder), names)):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w", zipfile.ZIP_DEFLATED if number else 0) as archive:
            for name in order:
                archive.writestr(name, folder[name])
    space = Workspace.create(tmp_path / "e")
    digests = {
        t.source.digest for p in (plain, tmp_path / "0.zip", tmp_path / "1.zip") for t in ingest(space, [p]).taken
    }
    assert len(digests) == 1
    assert len(space.election().sources) == 1


def test_the_same_content_under_another_name_is_one_source(tmp_path: Path, town: dict[str, bytes]) -> None:
    write(tmp_path, {"manifest.csv": town["manifest.csv"], "again.csv": town["manifest.csv"]})
    space = Workspace.create(tmp_path / "e")
    taken = ingest(space, [tmp_path / "manifest.csv", tmp_path / "again.csv"]).taken
    assert [t.known_as for t in taken] == ["", "manifest.csv"]


def test_shuffled_files_threads_locale_and_hash_seed_change_nothing(tmp_path: Path, town: dict[str, bytes]) -> None:
    """Three runs in processes of their own, each with another order, number of workers, locale, zone and hash seed."""
    received = write(tmp_path / "in", town)
    names = sorted(p.name for p in received.iterdir())
    seen, pages = set(), set()
    for run in range(3):
        random.Random(run).shuffle(names)
        space = tmp_path / f"run{run}" / "e"
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONHASHSEED": str(run),
            "LC_ALL": ["C", "C.UTF-8", "POSIX"][run],
            "TZ": ["UTC", "Asia/Kathmandu", "America/Los_Angeles"][run],
            "OMP_NUM_THREADS": str(1 + run % 2),
        }
        program = [sys.executable, "-m", "faircount", "-w", str(space)]
        subprocess.run([*program[:3], "init", str(space), "-q"], check=True, env=environment, capture_output=True)
        where = [str(received / name) for name in names]
        subprocess.run([*program, "ingest", "--jobs", str(1 + run % 2), *where], check=True, env=environment,
                       capture_output=True)  # fmt: skip
        subprocess.run([*program, "report", "--threads", str(1 + run % 2)], check=True, env=environment,
                       capture_output=True)  # fmt: skip
        pages.add((space / "report" / "report.html").read_bytes())
        seen.add(json.dumps(tables(space)))
    assert len(seen) == 1
    assert len(pages) == 1


@pytest.mark.slow
def test_killed_ingest_leaves_nothing_half_read_and_goes_on(tmp_path: Path, folder: dict[str, bytes]) -> None:
    """SIGKILL at twelve random moments, one after another in the same workspace, beside a run never killed."""
    bulk = dict(folder)
    records = [name for name in folder if name.startswith("CvrExport")]
    for copy in range(1, 12):
        bulk |= {f"CvrExport_{copy}{n}.json": folder[name] for n, name in enumerate(records)}
    received = write(tmp_path / "in" / "export", bulk)
    whole = Workspace.create(tmp_path / "whole")
    began = time.monotonic()
    ingest(whole, [received], jobs=2)
    took = time.monotonic() - began
    expected = tables(whole.root)
    space = Workspace.create(tmp_path / "killed")
    chance = random.Random(7)
    kills = 0
    program = [sys.executable, "-m", "faircount", "-w", str(space.root), "ingest", "--jobs", "2", "-q", str(received)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    for _ in range(12):
        process = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.2, 0.2 + took))
        if process.poll() is None:
            kills += 1
            process.send_signal(signal.SIGKILL)
        process.wait()
        listed = space.election().sources
        assert len(listed) in (0, 1)
        if listed:
            assert tables(space.root) == expected  # as soon as it is listed it is whole
            shutil.rmtree(space.root)
            Workspace.create(space.root)
        else:
            assert Opened(space.root).engine.ask("select count(*) from cards").rows == ((0,),)
    assert kills >= 6
    ingest(space, [received], jobs=2)
    assert tables(space.root) == expected
    assert not list(space.staging.iterdir())


def test_a_second_writer_is_refused(tmp_path: Path, town: dict[str, bytes]) -> None:
    received = write(tmp_path / "in", town)
    space = Workspace.create(tmp_path / "e")
    with space.writing(), pytest.raises(UsageError, match="another faircount is writing"):
        ingest(space, [received / "manifest.csv"])


def test_a_weighted_election_is_counted_by_weight(tmp_path: Path) -> None:
    text = "card,weight,contest,choices\na,10.5,Proposal,For\nb,2,Proposal,Against\nc,0.25,Proposal,For\n"
    (tmp_path / "shares.csv").write_text(text)
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "shares.csv"])
    page = gather(Opened(space.root))
    [result] = page.results
    votes = dict(zip([c.name for c in result.contest.choices], result.transcript.rounds[0].votes, strict=True))
    assert str(votes["For"]) == "43/4"
    assert votes["Against"] == 2
    assert "10.75" in html_page(page)


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _records(folder: dict[str, bytes]) -> str:
    return next(name for name in sorted(folder) if name.startswith("CvrExport"))


def _with(folder: dict[str, bytes], data: bytes) -> bytes:
    return _zip({**folder, _records(folder): data})


def _declaring_4_gb(whole: bytes) -> bytes:
    data = bytearray(whole)
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 0xFFFFFFF0)
    return bytes(data)


def _damaged(whole: bytes) -> bytes:
    at = whole.index(b"CvrExport") + 200
    return whole[:at] + bytes(b ^ 0xFF for b in whole[at : at + 30]) + whole[at + 30 :]


HOSTILE: dict[str, tuple[str, str, Callable[[dict[str, bytes]], bytes]]] = {
    "truncated zip": ("export.zip", "export.zip", lambda f: _zip(f)[: len(_zip(f)) * 2 // 3]),
    "renamed pdf": ("export.zip", "PDF", lambda f: b"%PDF-1.7\n" + b"x" * 1000),
    "invalid json": ("export.zip", "CvrExport", lambda f: _with(f, f[_records(f)][:-40])),
    "missing manifest": (
        "export.zip", "ContestManifest.json",
        lambda f: _zip({n: d for n, d in f.items() if n != "ContestManifest.json"}),
    ),
    "unknown version": (
        "export.zip", "6.1.0.0", lambda f: _zip({n: d.replace(b'"5.10.50.85"', b'"6.1.0.0"') for n, d in f.items()})
    ),
    "duplicate keys": (
        "export.zip", "Marks", lambda f: _with(f, f[_records(f)].replace(b'"Marks":[', b'"Marks":[],"Marks":[', 1))
    ),
    "one vote said twice": (
        "export.zip", "IsVote",
        lambda f: _with(f, f[_records(f)].replace(b'"IsVote":true', b'"IsVote":false,"IsVote":true', 1)),
    ),
    "4 GB declared": ("export.zip", "export.zip", lambda f: _declaring_4_gb(_zip(f))),
    "not utf-8": (
        "export.zip", "CvrExport", lambda f: _with(f, f[_records(f)].replace(b"ScannedVote", b"Scann\xe9dVote", 1))
    ),
    "empty file": ("export.json", "export.json", lambda f: b""),
    "leads out": ("export.zip", "escape.json", lambda f: _zip({**f, "../escape.json": b"{}"})),
    "damaged member": ("export.zip", "CvrExport", lambda f: _damaged(_zip(f))),
    "deep nesting": ("export.zip", "CvrExport", lambda f: _with(f, b'{"Version":"5.10.50.85","x":' + b"[" * 100_000)),
}  # fmt: skip
"""Case → (file name, what the message must name, how to break a good export)."""


@pytest.mark.parametrize("case", HOSTILE)
def test_bad_input_gets_one_clear_message_and_changes_nothing(
    case: str, tmp_path: Path, folder: dict[str, bytes], town: dict[str, bytes]
) -> None:
    space = Workspace.create(tmp_path / "e")
    good = tmp_path / "manifest.csv"
    good.write_bytes(town["manifest.csv"])
    ingest(space, [good])
    before = tables(space.root)
    name, names, broken = HOSTILE[case]
    bad = tmp_path / name
    bad.write_bytes(broken(folder))
    program = [sys.executable, "-m", "faircount", "-w", str(space.root), "ingest", str(bad)]
    done = subprocess.run(program, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True,
                          timeout=60)  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert names in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    space.sweep()
    assert tables(space.root) == before


def test_no_path_is_no_traceback(tmp_path: Path) -> None:
    space = Workspace.create(tmp_path / "e")
    with pytest.raises(BadInputError, match="No such file"):
        ingest(space, [tmp_path / "nowhere.zip"])


def test_a_table_named_together_with_its_mapping_is_read_once(tmp_path: Path) -> None:
    """As `faircount ingest export.csv*` names them."""
    fixture = ROOT / "tests" / "fixtures" / "read" / "mapped-table" / "cards"
    for name in ("export.csv", "export.csv.mapping.json"):
        shutil.copyfile(fixture / name, tmp_path / name)
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "export.csv", tmp_path / "export.csv.mapping.json"])
    assert [source.format for source in space.election().sources] == ["mapped-table"]
