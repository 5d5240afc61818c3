"""Take exports in: recognise, read in parts on all cores, list them in the workspace: each whole or not at all."""

import ctypes
import gc
import hashlib
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from faircount import __version__
from faircount.app.mapping import is_mapping, mapping_file
from faircount.app.progress import Progress, Silent
from faircount.app.rejected import MAX_SHOWN, rows_of_rejected
from faircount.app.sniffing import Sniffed, exports_in
from faircount.model import BadInputError, MissingToolError, RejectedRow, RejectedRowsError, Source
from faircount.read import READERS, Export, Part, Reader
from faircount.read.export import MAPPING
from faircount.store import Commit, Workspace, free_number, source_digest, stage

NOT_READ = "not read: "
"""How a reader's note begins that names files of the export from which it took nothing."""
POOL_BYTES = 8 << 20
"""Exports smaller than this are read in this process: starting others would take longer."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one export: a new source, or one that was here already (under the name `known_as`)."""

    path: Path
    source: Source
    known_as: str = ""
    rejected: int = 0
    beside: tuple[str, ...] = ()
    """What the reader says of files that lie in the export and hold none of its rows: `not read: readme.txt`."""


class NothingReadError(RejectedRowsError):
    """Every row of an export was rejected, and nothing else is in it: the first row's rule and fix, and all rows."""

    def __init__(self, place: str, rows: tuple[RejectedRow, ...], total: int, allowed: int = 0) -> None:
        super().__init__(place, rows, total, allowed)
        fix = rows[0][5] or "see what the row holds"
        others = f"all {total:,} rows that it holds are" if total > 1 else "the one row that it holds is"
        BadInputError.__init__(self, self.place, self.rule, self.found, f"{fix}; {others} rejected, so nothing is read")


@dataclass(frozen=True, slots=True)
class Wish:
    """How the user wants exports to be read; see `ingest`."""

    jurisdiction: str
    partial: str
    max_errors: int | None
    jobs: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest did: what was taken, and files that no reader recognised, with the reason."""

    taken: tuple[Taken, ...]
    unread: tuple[tuple[Path, str], ...]


def ingest(
    space: Workspace, paths: Sequence[Path], *, named: str = "", jurisdiction: str = "", partial: str = "",
    max_errors: int | None = None, jobs: int = 0, progress: Progress | None = None,
) -> Ingested:  # fmt: skip
    """Read `paths` into `space`.

    `named` is the format if the user says it; `jurisdiction` names it where the export does not; `partial` says in
    words why these exports are only a part of the whole. An export with more than `max_errors` rejected rows is
    refused; None allows any number. `jobs` is the number of worker processes, 0 for one a core.

    Raises `BadInputError` before anything is read if a path is no known export, and for an export that breaks its
    format (`RejectedRowsError` with the rows, where there are too many of them, or nothing else: `NothingReadError`);
    exports listed before that one stay.
    A killed ingest leaves nothing half-read and goes on where it was.
    """
    progress = progress or Silent()
    found: list[Sniffed] = []
    unread: list[Sniffed] = []
    for path in paths:
        if is_mapping(path) and path.with_name(path.name.removesuffix(MAPPING)) in paths:
            continue  # `x.csv*` names the table too, and it is read by its mapping
        more, rest = exports_in(path, named)
        found += more
        unread += rest
    if not found:
        raise BadInputError(
            ", ".join(map(str, paths)), "there is an export to read", "none", "see what files are: faircount sniff"
        )
    with space.writing():
        wish = Wish(jurisdiction, partial, max_errors, jobs, progress)
        taken = [_take(space, one, wish) for one in found]
        _note_unread(space, taken, unread)
    return Ingested(tuple(taken), tuple((one.path, one.problem) for one in unread))


def _note_unread(space: Workspace, taken: list[Taken], unread: list[Sniffed]) -> None:
    """Keep in election.json which files were handed over and not read, so that the report can say so."""
    election = space.election()
    noted = dict(election.unread)
    noted |= {one.path.name: one.problem.removeprefix(f"{one.path}: ") for one in unread}
    for one in taken:
        noted.pop(one.path.name, None)
    if noted != dict(election.unread):
        space.commit(replace(election, unread=tuple(sorted(noted.items()))))


def _take(space: Workspace, one: Sniffed, wish: Wish) -> Taken:
    export = Export(one.path)
    received = _received(export)
    known = space.received().get(received)
    if known and (source := space.election().source_of(known)):
        return Taken(one.path, source, known_as=source.name)
    reader = one.reader
    if reader is None or one.recognition is None:
        raise BadInputError(str(one.path), "a reader recognises it")
    key = hashlib.sha256(f"{received} {reader.name} {__version__}".encode()).hexdigest()[:24]
    space.sweep(keep=key)
    staging = space.staging / key
    try:
        return _read_and_list(space, export, reader, one.recognition.version, received, staging, wish)
    except BadInputError:
        shutil.rmtree(staging, ignore_errors=True)  # a refused export leaves nothing; a killed ingest goes on
        raise


def _read_and_list(
    space: Workspace, export: Export, reader: Reader, version: str, received: str, staging: Path, wish: Wish
) -> Taken:
    """Read an export that is not here yet, part by part, and list it."""
    election, path = space.election(), export.path
    parts = reader.plan(export)
    with ThreadPoolExecutor(1) as beside:  # the raw bytes are copied while others read them
        copied = beside.submit(_keep_raw, export, staging / "raw")
        _read_parts(export, reader.name, parts, staging, wish)
        copied.result()
    if _received(Export(path)) != received:
        raise BadInputError(str(export), "an export stays as it is while it is read", "changed bytes", "try again")
    commit = Commit(space, staging, len(parts))
    rows = dict(commit.totals())
    if wish.max_errors is not None and rows.get("rejected", 0) > wish.max_errors:
        raise RejectedRowsError(str(export), _first_rejected(commit), rows["rejected"], wish.max_errors)
    if not any(rows.get(name) for name in ("cards", "manifest", "reported", "turnout", "contests", "styles")):
        if rows.get("rejected"):
            raise NothingReadError(str(export), _first_rejected(commit), rows["rejected"])
        raise BadInputError(str(export), f"a {reader.title} holds rows", "none", "is the file complete?")
    files = commit.table("files")
    digest = source_digest(files, export.kind == "single")
    if source := election.source_of(digest):
        space.remember(received, digest)
        shutil.rmtree(staging, ignore_errors=True)
        return Taken(path, source, known_as=source.name)
    source = Source(
        digest=digest,
        number=free_number(digest, {s.number for s in election.sources}),
        name=path.name,
        format=reader.name,
        version=version,
        jurisdiction=wish.jurisdiction,
        bytes=sum(files.column("bytes").to_pylist()),
        files=files.num_rows,
        rows=(),
    )
    said = tuple((n, v) for n, v in (("partial", wish.partial), ("jurisdiction", wish.jurisdiction)) if v)
    source = commit.write(source, said)
    notes = [row["value"] for row in commit.table("facts").to_pylist() if row["name"] == "note"]
    commit.publish(source, election, staging / "raw")
    space.remember(received, digest)
    passed = tuple(dict.fromkeys(note for note in notes if note.startswith(NOT_READ)))
    return Taken(path, source, rejected=rows.get("rejected", 0), beside=passed)


def _first_rejected(commit: Commit) -> tuple[RejectedRow, ...]:
    return rows_of_rejected(commit.first_rows("rejected", MAX_SHOWN))


def _received(export: Export) -> str:
    """Return a digest of what was handed over, to know it again: a file's bytes, or what a folder says of its files.

    Times of modification alone can be set by anybody and are equal in reproducible archives; the inode and the time of
    its last change tell such files apart. A folder that was copied is read again and then known by its content.
    """
    digest = hashlib.sha256()
    if export.kind == "folder":
        for name in export.names:
            status = (export.path / name).stat()
            seen = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_dev, status.st_ino)
            digest.update(f"{name}\0{seen}\n".encode("utf-8", "surrogateescape"))
        return "folder-" + digest.hexdigest()
    paths = [export.path, *([mapping_file(export.path)] if export.kind == "mapped" else [])]
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _keep_raw(export: Export, folder: Path) -> None:
    """Copy the export's bytes into `folder`."""
    if export.kind == "folder":
        names = export.names
    elif export.kind == "mapped":
        names = (export.path.name, mapping_file(export.path).name)
    else:
        names = (export.path.name,)
    root = export.path if export.kind == "folder" else export.path.parent
    for parent in {(folder / name).parent for name in names}:
        parent.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copyfile(root / name, folder / name)


def _read_parts(export: Export, reader: str, parts: tuple[Part, ...], staging: Path, wish: Wish) -> None:
    progress, jobs = wish.progress, wish.jobs
    total = sum(part.weight for part in parts)
    progress.start(f"reading {export}", total)
    jobs = min(jobs or os.cpu_count() or 1, len(parts))
    try:
        if jobs == 1 or total < POOL_BYTES:
            for part in parts:
                _read_part(export, reader, part, staging)
                progress.advance(part.weight)
            return
        with _pool(jobs, export.path, reader, staging) as pool:
            _in_order(pool, export, parts, progress)
    finally:
        progress.finish()


def _in_order(pool: ProcessPoolExecutor, export: Export, parts: tuple[Part, ...], progress: Progress) -> None:
    """Read parts in `pool`; of several errors, raise that of the earliest part, whichever came first."""
    with _undisturbed():
        waiting: dict[Future[Any], Part] = {pool.submit(_Worker.read, p.number): p for p in parts}
    errors: list[tuple[int, BaseException]] = []
    while waiting:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            part = waiting.pop(future)
            if error := future.exception():
                errors.append((part.number, error))
                for other in [f for f, p in waiting.items() if p.number > part.number]:
                    if other.cancel():
                        del waiting[other]
            progress.advance(part.weight)
    if errors:
        error = min(errors, key=lambda pair: pair[0])[1]
        if isinstance(error, BrokenProcessPool):
            raise MissingToolError(
                f"a process that was reading {export} was killed, perhaps for want of memory; use fewer: --jobs 1"
            ) from error
        raise error


def _read_part(export: Export, reader: str, part: Part, staging: Path) -> None:
    """Read one part into the staging area.

    Readers make millions of small values and no cycles: looking for cycles would double the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        stage(staging, part.number, READERS[reader].read(export, part))
    finally:
        if was_enabled:
            gc.enable()


class _Worker:
    """What a worker process knows from its start. Tasks are then one number each: if they were large, a worker's
    death could leave the pool for ever in the middle of sending one.
    """

    export: Export
    reader: str
    staging: Path
    parts: tuple[Part, ...]

    @classmethod
    def start(cls, parent: int, path: Path, reader: str, staging: Path) -> None:
        """Open the export and plan it; the plan depends on the export alone, so that all have the same."""
        _die_with(parent)
        cls.export, cls.reader, cls.staging = Export(path), reader, staging
        cls.parts = READERS[reader].plan(cls.export)

    @classmethod
    def read(cls, number: int) -> None:
        """Read one part."""
        _read_part(cls.export, cls.reader, cls.parts[number], cls.staging)


@contextmanager
def _pool(jobs: int, path: Path, reader: str, staging: Path) -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")  # forking a process that holds Arrow's threads can hang
    with ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_Worker.start, initargs=(os.getpid(), path, reader, staging)
    ) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back while workers start: one that dies half-started leaves the pool waiting for ever.

    The workers inherit the mask and never see the signal; this process gets it at the end.
    """
    came: list[int] = []
    in_charge = threading.current_thread() is threading.main_thread()  # no other may set a handler
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number)) if in_charge else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if in_charge:
            signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def _die_with(parent: int) -> None:
    """Let a worker end when the ingest is killed, so that it never writes beside the next one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)
